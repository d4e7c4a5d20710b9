"""How a lyrics file is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """digits: of LRC's fractions, 2 (which most players know) or 3. karaoke: stamp each word where the format
    can (WebVTT, ASS). tags: "title", "artist", … where the format has a place for them. size: of the video
    that an ASS script is made for, pixels. bom, newline: of the bytes; UTF-8 always.
    """

    digits: int = 2
    karaoke: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
    size: tuple[int, int] = (1920, 1080)
    bom: bool = False
    newline: str = "\n"
