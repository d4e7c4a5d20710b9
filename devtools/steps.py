"""Set-up steps that are done once, and again when what they depend on has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path


class SetupError(Exception):
    """The environment can't be made; the message says why and what to do."""


def say(text: str) -> None:
    """Progress goes to standard error, results to standard output."""
    print(text, file=sys.stderr, flush=True)


def once(title: str, stamp: Path, depends: Iterable[str], action: Callable[[], None]) -> None:
    """Run `action` unless `stamp` says that it has succeeded with the same `depends`.

    The stamp is written last, so that an interrupted step is done again.
    """
    key = hashlib.sha256("\0".join(depends).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == key:
        return
    stamp.unlink(missing_ok=True)
    say(f"== {title}")
    action()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key)


def run(*command: str | Path, timeout: float | None = None) -> None:
    """Run a program with its output on standard error; `SetupError` if it fails or can't be started."""
    words = [str(word) for word in command]
    try:
        subprocess.run(words, check=True, timeout=timeout, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        raise SetupError(f"`{' '.join(words)}` failed ({error}); its own message is above.") from error


def apt_install(title: str, *packages: str) -> None:
    """Install packages of a Debian system as root; elsewhere nothing is done. `SetupError` if it fails."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    say(f"== Installing {title} by apt-get")
    quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet")
    run(*quiet, "update")
    run(*quiet, "install", "--yes", "--no-install-recommends", *packages)
