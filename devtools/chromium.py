"""Finding or installing a Chromium for the browser tests."""

from __future__ import annotations

import os
import shutil
import sys
from functools import partial
from pathlib import Path

from .steps import SetupError, apt_install, run, say

VARIABLE = "CHROMIUM_PATH"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Root has no sandbox in a container, and the rest keeps Chromium from asking for hosts of its own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> Path | None:
    """The browser named by CHROMIUM_PATH, on the PATH, or installed by Playwright."""
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise SetupError(f"{VARIABLE} is {named}, but there is no such file; correct it.")
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return _playwrights()


def _playwrights() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def obtain() -> Path:
    """Find a browser, or install one: from the system's packages as root, else through Playwright."""
    found = find()
    if found:
        return found
    for way in (partial(apt_install, "Chromium", "chromium"), _install_by_playwright):
        try:
            way()
        except SetupError as error:
            say(f"== {error}")
        found = find()
        if found:
            return found
    raise SetupError(
        f"The browser tests need Chromium and none could be installed; install one and set {VARIABLE} to it."
    )


def _install_by_playwright() -> None:
    say("== Installing Chromium by Playwright")
    run(sys.executable, "-m", "playwright", "install", "chromium")
