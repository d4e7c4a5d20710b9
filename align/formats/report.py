"""What was found in a lyrics file, for the user."""

from __future__ import annotations

from ...engine.errors import TextError
from ..text import read_text
from .catalogue import FORMATS
from .document import Lyrics

_PRECISIONS = {
    "word": "each word has a time",
    "line": "lines have times; words are spread over them by syllables",
    "none": "no times",
}


def report(lyrics: Lyrics, name: str) -> str:
    """Format, size and precision in a first line, then tags, voices and problems. name: what the lyrics come
    from."""
    encoding = f" in {lyrics.encoding}" if lyrics.encoding else ""
    lines = len(lyrics.timings.lines) or sum(bool(row.strip()) for row in lyrics.text.split("\n"))
    rows = [
        f"{name}: {FORMATS[lyrics.format].title}{encoding}, lines: {lines}, {_PRECISIONS[lyrics.precision]}."
    ]
    rows += [f"{tag}: {value}" for tag, value in lyrics.tags.items()]
    if voices := dict.fromkeys(line.voice for line in lyrics.timings.lines if line.voice):
        rows.append(f"Voices: {', '.join(voices)}.")
    if lyrics.translations:
        rows.append(f"Translations, which are left out: {len(lyrics.translations)} lines.")
    rows += [str(problem) for problem in lyrics.problems]
    if lyrics.precision == "none":
        rows += _not_sung(lyrics.text)
    return "\n".join(rows)


def _not_sung(text: str) -> list[str]:
    try:
        left_out = read_text(text).left_out
    except TextError as error:
        return [str(error)]
    if not left_out:
        return []
    pieces = dict.fromkeys(f"“{piece.text}” ({piece.kind})" for piece in left_out)
    return [f"Not sung, and left out where the text is aligned: {', '.join(pieces)}."]
