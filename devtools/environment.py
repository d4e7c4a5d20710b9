"""The virtual environment in the checkout and everything that is installed into it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import site
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NoReturn

from . import comfyui
from .paths import ROOT, VENV, venv_python
from .steps import SetupError, once, run, say

# The set that is known to run the supported ComfyUI; repeated in each step, so that none replaces it.
TORCH = ("torch==2.9.1", "torchvision==0.24.1", "torchaudio==2.9.1")


def inside() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def enter(arguments: list[str]) -> NoReturn:
    """Make the virtual environment if there is none, and run `dev.py` again with its Python."""
    python = venv_python()
    if not _usable(python):
        say(f"== Making the virtual environment {VENV}")
        try:
            venv.create(VENV, clear=True, with_pip=True, symlinks=os.name != "nt")
        except (OSError, subprocess.CalledProcessError) as error:
            raise SetupError(
                f"The virtual environment can't be made ({error}); "
                "on Debian and Ubuntu install the package python3-venv."
            ) from error
    command = [str(python), str(ROOT / "dev.py"), *arguments]
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(python, command)


def _usable(python: Path) -> bool:
    """Whether the environment was finished: pip comes last."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return python.is_file() and subprocess.run([python, "-c", check], check=False).returncode == 0


def prepare(*, tests: bool = False) -> Path:
    """Install what is missing and return ComfyUI's folder; call inside the virtual environment."""
    _step("uv", "Installing uv", [], _install_uv)
    _step("torch", "Installing PyTorch (several minutes)", TORCH, partial(install, *TORCH))
    comfy = comfyui.find() or comfyui.fetch()
    _requirements("comfyui", "Installing what ComfyUI requires", comfy / "requirements.txt")
    _requirements("pack", "Installing what LipSync Studio requires", ROOT / "requirements.txt")
    script = ROOT / "install.py"
    _step("install.py", "Running install.py", [script.read_text()], partial(run, sys.executable, script))
    _step(
        "checkout",
        "Installing the checkout as the package lipsync_studio",
        [str(ROOT), (ROOT / "pyproject.toml").read_text()],
        partial(install, "--no-deps", "--editable", ROOT),
    )
    if tests:
        _requirements("tests", "Installing test tools", ROOT / "tests" / "requirements.txt")
    _see_new_packages()
    return comfy


def install(*arguments: str | Path) -> None:
    """`pip install`, by way of uv where there is one, because that takes a fraction of the time."""
    if importlib.util.find_spec("uv"):
        try:
            run(sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable, *arguments)
            return
        except SetupError:
            # pip knows its own configuration (a mirror, a proxy), which uv doesn't read.
            say("== uv failed; trying pip")
    run(sys.executable, "-m", "pip", "install", *arguments)


def _see_new_packages() -> None:
    """Python reads the files that make the checkout a package only at its start; have it read them again."""
    importlib.invalidate_caches()
    if importlib.util.find_spec("lipsync_studio") is None:
        site.addsitedir(sysconfig.get_path("purelib"))


def _install_uv() -> None:
    try:
        run(sys.executable, "-m", "pip", "install", "uv")
    except SetupError:
        say("== There is no uv for this machine; pip does its work, only slower")
    importlib.invalidate_caches()


def _requirements(name: str, title: str, path: Path) -> None:
    _step(name, title, [*TORCH, path.read_text()], partial(install, "-r", path, *TORCH))


def _step(name: str, title: str, depends: Iterable[str], action: Callable[[], None]) -> None:
    once(title, VENV / "stamps" / name, depends, action)
