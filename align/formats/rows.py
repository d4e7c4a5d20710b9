"""Lines of a text file."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BREAK = re.compile(r"\r\n|\r|\n")


def numbered_rows(text: str) -> Iterator[tuple[int, str]]:
    """Number, counted from 1, and content of every line, as it stands.

    Other characters at which `str.splitlines` breaks are part of a lyric.
    """
    return enumerate(_BREAK.split(text), 1)
