"""Nodes load without their requirements: a missing package is one sentence in the node that needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..engine.errors import MissingFilesError


@contextmanager
def engine_imports() -> Iterator[None]:
    """Imports of the engine belong in this. Raises MissingFilesError for a package that isn't installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingFilesError(
            f"The Python package {error.name} is not installed: run `pip install -r requirements.txt` and "
            "`python install.py` in the LipSync Studio folder with ComfyUI's Python, then restart ComfyUI."
        ) from error
