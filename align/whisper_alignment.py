"""`whisper_alignment`, the lists that ComfyUI-Whisper and its kin pass on.

[{"value", "start", "end"}], of words or of segments, seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..engine.errors import TextError
from .formats.document import Problems
from .formats.json_words import lines_of
from .language import parse_language
from .words import Line, Word, WordTimings

ENGINE = "whisper_alignment"


def from_whisper_alignment(alignment: Any, segments: Any = None, language: str = "") -> WordTimings:
    """alignment: words, or segments alone, whose words are then spread over them with a low confidence.
    segments: the lines that the words stand in; without them lines break at pauses and sentences.

    Raises TextError for what is no such list, InputError for what is no language.
    """
    spoken_in = parse_language(language)
    for entries in (alignment, [] if segments is None else segments):
        if not isinstance(entries, list):
            raise TextError(
                "The alignment is not a list of words: connect an output of the type whisper_alignment."
            )
    problems = Problems()
    lines, _ = lines_of({"segments": segments, "words": alignment} if segments else alignment, problems)
    found = problems.all()
    if found and not lines:
        raise TextError(f"The alignment holds no words that can be read: {found[0].message}")
    return WordTimings(lines, spoken_in.tag if spoken_in else "", ENGINE)


def to_whisper_alignment(timings: WordTimings) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Segments, one for each line, and words."""
    lines = [line for line in timings.lines if line.words]
    return _entries(lines), _entries(timings.words())


def _entries(parts: Sequence[Line | Word]) -> list[dict[str, Any]]:
    return [{"value": part.text, "start": part.start, "end": part.end} for part in parts]
