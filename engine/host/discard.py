"""Temporary files that go when what they belong to goes."""

from __future__ import annotations

import weakref
from contextlib import suppress
from pathlib import Path


def discard_with(owner: object, path: Path) -> None:
    """Delete `path` as soon as nothing refers to `owner` any more: ComfyUI keeps the results of nodes for
    as long as a prompt may use them again, and empties its temp folder only at its own start and end."""
    weakref.finalize(owner, discard, path)


def discard(path: Path) -> None:
    """Delete it now, where the system lets go of it: Windows refuses while something has it mapped."""
    with suppress(OSError):
        path.unlink()
