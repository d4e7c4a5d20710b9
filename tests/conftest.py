"""A real ComfyUI server and a real browser, started once and only where a test asks for them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lipsync_studio.devtools import chromium, comfyui
from lipsync_studio.devtools.paths import ROOT

TESTS = Path(__file__).parent
PAGE_SECONDS = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for kind in ("server", "browser"):
            if item.path.is_relative_to(TESTS / kind):
                item.add_marker(kind)
    # The quick ones first; the browser's last, because Playwright keeps an event loop running until it ends.
    items.sort(
        key=lambda item: (bool(item.get_closest_marker("browser")), bool(item.get_closest_marker("server")))
    )


@pytest.fixture(scope="session")
def comfy() -> Path:
    """ComfyUI's folder."""
    found = comfyui.find()
    assert found, "There is no ComfyUI yet; `python dev.py test` fetches it."
    return found


@pytest.fixture(scope="session")
def server(comfy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running `devtools.server.ComfyServer` with the sample media in its input folder."""
    from lipsync_studio.devtools.server import ComfyServer

    folder = tmp_path_factory.mktemp("comfy")
    with ComfyServer(comfy, folder / "base", log=folder / "server.log") as running:
        for path in (ROOT / "demo").iterdir():
            running.add_input(path)
        yield running


@pytest.fixture
def client(server: Any) -> Iterator[Any]:
    """A `devtools.client.ComfyClient` of the server."""
    from lipsync_studio.devtools.client import ComfyClient

    with ComfyClient(server) as connected:
        yield connected


@pytest.fixture(scope="session")
def run_in_comfy(comfy: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Runs `tests/server/scripts/NAME.py` in a process of its own that can import ComfyUI.

    base: ComfyUI's base directory, a new one if None. What the script prints as its last line, in JSON, is
    returned.
    """

    def run(name: str, *arguments: str, base: Path | None = None) -> Any:
        folder = TESTS / "server" / "scripts"
        script = folder / f"{name}.py"
        place = base or tmp_path_factory.mktemp(name)
        result = subprocess.run(
            [sys.executable, folder / "in_comfy.py", comfy, place, script, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return json.loads(result.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Playwright's handle of a running Chromium."""
    from playwright.sync_api import sync_playwright

    executable = chromium.find()
    assert executable, "There is no Chromium yet; `python dev.py test` installs it."
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=chromium.FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Any, server: Any) -> Iterator[Any]:
    """A page with ComfyUI's front end ready; `open_page(page, url)` loads another address."""
    fresh = browser.new_page(viewport={"width": 1600, "height": 1000})
    fresh.set_default_timeout(PAGE_SECONDS * 1000)
    fresh.problems = []
    fresh.on("pageerror", lambda error: fresh.problems.append(str(error)))
    fresh.on("console", lambda message: _note_console(fresh.problems, message))
    open_page(fresh, server.url)
    yield fresh
    fresh.close()


def open_page(page: Any, url: str) -> None:
    page.goto(url)
    page.wait_for_function(
        "window.app?.extensionManager && window.app.graph && LiteGraph.registered_node_types"
    )


def _note_console(problems: list[str], message: Any) -> None:
    """Errors of this pack's own files; the front end's many are not ours to judge."""
    place = message.location.get("url", "")
    if message.type == "error" and "lipsync" in f"{place} {message.text}".lower():
        problems.append(f"{place}: {message.text}")
