"""JSON: this project's own, {"language", "engine", "lines": [{"words": [{"text", "start", "end",
"confidence"}]}]}, and what Whisper programs write: "segments" with "words", "words" alone, a "transcription",
or a list of {"value", "start", "end"}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ...engine.errors import LyricsFormatError
from ..language import told_tag
from ..lines import break_lines
from ..script import GAP, display_words, needs_space
from ..words import Line, Syllable, Word, WordTimings
from .clock import CLOCK, seconds_of, units
from .document import Lyrics, Precision, Problems, WriteOptions
from .pieces import SPREAD_CONFIDENCE, clean, likely_length, spread

_TEXT_KEYS = ("text", "word", "value")
_CONFIDENCE_KEYS = ("confidence", "probability", "score")
# Characters; recognisers of Chinese and Japanese list shorter ones.
_LONGEST_UNSPACED_WORD = 6
# Seconds beyond which a number is no time.
_LONGEST = 1e9
# Numbers that a program wrote as text, "1.5", "1,5" and "1.5s"; others write clocks.
_NUMBER = re.compile(r"\s*(-?[0-9]{1,12}(?:[.,][0-9]{1,18})?(?:[eE]-?[0-9]{1,2})?)\s*s?\s*")
_CLOCK = re.compile(rf"\s*{CLOCK}\s*")


def read(text: str) -> Lyrics:
    """Raises LyricsFormatError for what is not JSON, or holds neither lines, segments nor words."""
    content = _loaded(text)
    problems = Problems()
    header = content if isinstance(content, dict) else {}
    lines, precision = lines_of(content, problems)
    text = "\n".join(line.text for line in lines)
    if lines and precision == "none":
        problems.add(0, "No time in it can be read; its text is kept.")
        lines = ()
    language, engine, tags = header.get("language"), header.get("engine"), header.get("tags")
    return Lyrics(
        WordTimings(
            lines,
            told_tag(language) if isinstance(language, str) else "",
            engine if isinstance(engine, str) else "json file",
        ),
        precision,
        text,
        "json",
        {key: value for key, value in tags.items() if isinstance(value, str)}
        if isinstance(tags, dict)
        else {},
        problems.all(),
    )


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise LyricsFormatError(
            f"The JSON is broken in line {error.lineno}, column {error.colno} ({error.msg}): "
            "save it again with the program that made it."
        ) from error
    except (ValueError, RecursionError) as error:
        raise LyricsFormatError(
            "The JSON is nested too deeply, or its numbers are too long, to be lyrics."
        ) from error


def lines_of(content: Any, problems: Problems) -> tuple[tuple[Line, ...], Precision]:
    """The lines of a JSON value, and what in it has times of its own.

    A list is one of words, which are set in lines, or of whole lines, whose words are spread over their time.
    Raises LyricsFormatError for anything else than a list or an object with one of the lists that are known.
    """
    if isinstance(content, dict):
        words = content.get("words")
        for key, name in (("lines", "line"), ("segments", "segment"), ("transcription", "segment")):
            entries = content.get(key)
            if isinstance(entries, list):
                if key == "segments" and isinstance(words, list):
                    entries = _with_words(entries, words)
                found = [
                    line
                    for n, entry in enumerate(entries, 1)
                    if (line := _line(entry, f"{name} {n}", key == "lines", problems))
                ]
                return _placed(found), _finest([read.precision for read in found])
        content = words
    if not isinstance(content, list):
        raise LyricsFormatError(
            'The JSON holds no lyrics: it needs "lines" or "segments", each with "words" that have "text", '
            '"start" and "end".'
        )
    words = _words(content, "the list", None, None, problems)
    timed = any(_seconds(entry, "start") is not None for entry in content)
    if sum(map(_is_line, words)) >= max(1, len(words) / 2):
        return tuple(
            Line(spread(word.text, word.start, word.end)) for word in words
        ), "line" if timed else "none"
    return tuple(break_lines([_spaced(words)])), "word" if timed else "none"


def _finest(precisions: Sequence[Precision]) -> Precision:
    return "word" if "word" in precisions else "line" if "line" in precisions else "none"


def _is_line(word: Word) -> bool:
    return bool(GAP.search(word.text.strip())) or len(display_words(word.text)) > _LONGEST_UNSPACED_WORD


def _spaced(words: Sequence[Word]) -> list[Word]:
    """Words as recognisers list them, with their spaces found: Whisper's own words begin with the space that
    is before them; stripped ones are spaced as their script is."""
    leading = any(GAP.match(word.text) for word in words[1:])
    found = []
    for at, word in enumerate(words):
        following = words[at + 1].text if at + 1 < len(words) else " "
        text = word.text.strip()
        space = bool(GAP.match(following)) if leading else needs_space(text, following.strip())
        found.append(replace(word, text=text, space=space))
    return found


def _with_words(segments: Sequence[Any], words: Sequence[Any]) -> Sequence[Any]:
    """Segments whose words are listed beside them: each word goes where its middle lies."""
    if not words or any(isinstance(segment, dict) and segment.get("words") for segment in segments):
        return segments
    filled: list[Any] = []
    at = 0
    for number, segment in enumerate(segments):
        end = _seconds(segment, "end") if number + 1 < len(segments) else None
        first = at
        while at < len(words) and (end is None or _middle(words[at]) <= end):
            at += 1
        filled.append({**segment, "words": words[first:at]} if isinstance(segment, dict) else segment)
    return filled


def _middle(word: Any) -> float:
    return ((_seconds(word, "start") or 0.0) + (_seconds(word, "end") or 0.0)) / 2


class _Read(NamedTuple):
    """A line, and whether its words, it as a whole, or nothing of it has times."""

    line: Line
    precision: Precision


def _placed(found: Sequence[_Read]) -> tuple[Line, ...]:
    """With lines that have no time between their neighbours."""
    placed: list[Line] = []
    at = 0
    while at < len(found):
        past = at
        while past < len(found) and found[past].precision == "none":
            past += 1
        lost = [read.line for read in found[at:past]]
        if lost and (placed or past < len(found)):
            opened = placed[-1].end if placed else 0.0
            length = sum(likely_length(line.text) for line in lost)
            closed = max(opened, found[past].line.start) if past < len(found) else opened + length
            step = (closed - opened) / len(lost)
            lost = [
                replace(line, words=tuple(_shared(line.words, opened + n * step, opened + (n + 1) * step)))
                for n, line in enumerate(lost)
            ]
        placed += [*lost, *(read.line for read in found[past : past + 1])]
        at = past + 1
    return tuple(placed)


def _line(entry: Any, place: str, own: bool, problems: Problems) -> _Read | None:
    """own: of this project's JSON, in which a space follows a word unless it says otherwise."""
    if not isinstance(entry, dict):
        problems.add(0, f"The {place} is not an object; it is left out.")
        return None
    voice = entry.get("voice")
    voice = (clean(voice).strip() or None) if isinstance(voice, str) else None
    start, end = _seconds(entry, "start"), _seconds(entry, "end")
    if isinstance(offsets := entry.get("offsets"), dict):  # whisper.cpp, milliseconds
        start, end = (
            None if (time := _seconds(offsets, key)) is None else time / 1000 for key in ("from", "to")
        )
    words = entry.get("words")
    if isinstance(words, list) and words:
        found = _words(words, place, start, end, problems)
        if found:
            timed = start is not None or any(_seconds(word, "start") is not None for word in words)
            line = Line(tuple(found if own else _spaced(found)), voice)
            return _Read(line, "word" if timed else "none")
        return None
    text = _text(entry).strip()
    if not text:
        problems.add(0, f"The {place} has neither words nor a text; it is left out.")
        return None
    if start is None:
        problems.add(0, f"The {place} has no time; it is placed between its neighbours.")
        return _Read(Line(spread(text, 0.0, 0.0), voice), "none")
    return _Read(Line(spread(text, start, start if end is None else end), voice), "line")


def _words(
    entries: Sequence[Any], place: str, start: float | None, end: float | None, problems: Problems
) -> list[Word]:
    """Words as they stand; those without times share the time between their neighbours. start, end: of the
    line, seconds."""
    found: list[tuple[Word, bool]] = []
    for number, entry in enumerate(entries, 1):
        word = _word(entry)
        if word is None:
            problems.add(0, f"Word {number} of {place} has no text; it is left out.")
            continue
        timed = _seconds(entry, "start") is not None
        if not timed:
            problems.add(0, f"Word {number} of {place} has no time; it is placed between its neighbours.")
        found.append((word, timed))
    words: list[Word] = []
    at = 0
    while at < len(found):
        past = at
        while past < len(found) and not found[past][1]:
            past += 1
        opened = words[-1].end if words else start or 0.0
        closed = found[past][0].start if past < len(found) else end
        words += _shared([word for word, _ in found[at:past]], opened, max(opened, closed or 0.0))
        words += [word for word, _ in found[past : past + 1]]
        at = past + 1
    return words


def _shared(words: Sequence[Word], start: float, end: float) -> list[Word]:
    step = (end - start) / max(1, len(words))
    return [
        Word(word.text, start + at * step, start + (at + 1) * step, SPREAD_CONFIDENCE, space=word.space)
        for at, word in enumerate(words)
    ]


def _word(entry: Any) -> Word | None:
    """With times of 0 where it has none."""
    text = clean(_text(entry)) if isinstance(entry, dict) else ""
    if not text.strip():
        return None
    own = text.strip() if "space" in entry or "text" in entry else text
    start = _seconds(entry, "start") or 0.0
    end = _seconds(entry, "end")
    confidence = next(
        (value for key in _CONFIDENCE_KEYS if (value := _number(entry.get(key))) is not None), 1.0
    )
    parts = entry.get("syllables")
    syllables = tuple(
        Syllable(_text(part), _seconds(part, "start") or 0.0, _seconds(part, "end") or 0.0)
        for part in (parts if isinstance(parts, list) else ())
        if isinstance(part, dict)
    )
    return Word(
        own,
        start,
        start if end is None else max(start, end),
        min(1.0, max(0.0, confidence)),
        space=entry.get("space") is not False,
        syllables=syllables if "".join(part.text for part in syllables) == own else (),
    )


def _text(entry: Mapping[str, Any]) -> str:
    return next((value for key in _TEXT_KEYS if isinstance(value := entry.get(key), str)), "")


def _seconds(entry: Any, key: str) -> float | None:
    value = _number(entry.get(key)) if isinstance(entry, dict) else None
    return None if value is None else max(0.0, value)


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        if match := _NUMBER.fullmatch(value):
            value = float(match[1].replace(",", "."))
        elif match := _CLOCK.fullmatch(value):
            value = seconds_of(*match.groups())
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= _LONGEST:
        return None
    return float(value)


def write(timings: WordTimings, options: WriteOptions) -> str:
    """Times in seconds, to the millisecond, a word to a row. "space": false, "syllables", "voice" and "tags"
    only where they say something."""
    header = {"language": timings.language, "engine": timings.engine}
    rows = [f" {_dumped(key)}: {_dumped(value)},\n" for key, value in header.items()]
    if options.tags:
        rows.append(f' "tags": {_dumped(dict(options.tags))},\n')
    lines = []
    for line in timings.lines:
        words = _word_objects(line)
        if words:
            voice = f'"voice": {_dumped(line.voice)}, ' if line.voice else ""
            lines.append(f'  {{{voice}"words": [\n   ' + ",\n   ".join(map(_dumped, words)) + "\n  ]}")
    body = "[\n" + ",\n".join(lines) + "\n ]" if lines else "[]"
    return "{\n" + "".join(rows) + f' "lines": {body}\n}}\n'


def _word_objects(line: Line) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = []
    for word in line.words:
        text = GAP.sub(" ", clean(word.text)).strip()
        if not text:
            continue
        if objects and GAP.match(word.text):
            objects[-1].pop("space", None)
        entry = {"text": text, **_times(word), "confidence": round(min(1.0, max(0.0, word.confidence)), 3)}
        if not word.space and not GAP.fullmatch(word.text[-1]):
            entry["space"] = False
        if word.syllables and "".join(part.text for part in word.syllables) == text:
            entry["syllables"] = [{"text": part.text, **_times(part)} for part in word.syllables]
        objects.append(entry)
    return objects


def _times(part: Word | Syllable) -> dict[str, float]:
    start = units(part.start, 1000)
    return {"start": start / 1000, "end": max(start, units(part.end, 1000)) / 1000}


def _dumped(value: Any) -> str:
    return clean(json.dumps(value, ensure_ascii=False))
