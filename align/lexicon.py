"""CMUdict, as PocketSphinx bundles it."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path


@cache
def _entries() -> dict[str, str]:
    package = importlib.util.find_spec("pocketsphinx")
    if package is None or package.origin is None:
        return {}
    path = Path(package.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"
    with path.open(encoding="utf-8") as lines:
        # Further pronunciations are entries like "that(2)".
        return dict(line.rstrip().split(" ", 1) for line in lines)


def lookup(word: str) -> str | None:
    """The phones of a lower-case English word ("AE B IY"), or None; without pocketsphinx always None."""
    return _entries().get(word)
