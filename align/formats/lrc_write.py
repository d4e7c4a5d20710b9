"""LRC and Enhanced LRC as `lrc` reads them: stamps for lines, or for each word and syllable."""

from __future__ import annotations

import re

from .. import singers as named_singers
from ..singers import Singers
from ..words import Line, WordTimings
from .clock import minutes_stamp, units
from .document import WriteOptions, is_bilingual
from .lrc import BG, SLACK, TAG_NAMES, VOICE, is_tag, plain
from .pieces import WORD_JOINER, Piece, clean, escape_guarded, likely_length, line_pieces, line_text

# What would be read as a stamp, a prefix or backing vocals, where it is meant as text.
_STAMP_LIKE = re.compile(r"([\[<])(?=[0-9 ]|\s*bg\s*:)|([［【])(?=[0-9 ])")
_VOICE_LIKE = re.compile(r"^([FMD]|[vV][0-9]{1,4}|bg)(?=:)")
_NAMED = re.compile(r"[FMD]|v[0-9]{1,4}|bg")
_TAG_IDS = {"language": "la"} | {name: tag for tag, name in TAG_NAMES.items() if tag != "lang"}


def write(timings: WordTimings, options: WriteOptions) -> str:
    """A stamp for each line, and an empty line where it ends well before the next."""
    unit = 10**options.digits
    lines = _sorted_lines(timings, unit)
    singers = _written_singers(timings)
    rows = _tag_rows(timings, options, singers)
    starts = _distinct([pieces[0].start for pieces, _ in lines])
    at = 0
    while at < len(lines):
        past = at + 1
        while past < len(lines) and starts[past] == starts[at]:
            past += 1
        following = starts[past] if past < len(lines) else None
        texts = [_line_body(line, singers) for _, line in lines[at:past]]
        rows += [_stamp(starts[at], options) + text for text in texts]
        end = max(piece.end for pieces, _ in lines[at:past] for piece in pieces)
        clear = following is None
        if following is not None:
            length = max(likely_length(_read_back(text, singers)) for text in texts)
            end = min(end, following)
            clear = following - end > SLACK * unit or following > starts[at] + units(length + SLACK, unit)
        if clear:
            rows.append(_stamp(max(end, starts[at]), options))
        at = past
    return "".join(row + "\n" for row in rows)


def write_enhanced(timings: WordTimings, options: WriteOptions) -> str:
    """Stamps for each word and syllable; an empty one where a word ends before the next begins."""
    singers = _written_singers(timings)
    rows = _tag_rows(timings, options, singers)
    # Backing vocals of the same moment come after the line that they belong to.
    lines = sorted(
        _sorted_lines(timings, 10**options.digits),
        key=lambda entry: (entry[0][0].start, _name(entry[1], singers) == BG),
    )
    starts = _distinct([pieces[0].start for pieces, _ in lines])
    for start, (pieces, line) in zip(starts, lines, strict=True):
        named = _name(line, singers)
        parts = ["[bg: "] if named == BG else [_stamp(start, options), f"{named}: " if named else ""]
        for at, piece in enumerate(pieces):
            parts.append(_inner(piece.start, options) + _guarded(piece.text))
            if at + 1 == len(pieces) or piece.end < pieces[at + 1].start:
                parts.append(_inner(piece.end, options))
            parts.append(" " * piece.space)
        rows.append("".join(parts) + ("]" if named == BG else ""))
    return "".join(row + "\n" for row in rows)


def _sorted_lines(timings: WordTimings, unit: int) -> list[tuple[list[Piece], Line]]:
    lines = [(pieces, line) for line in timings.lines if (pieces := line_pieces(line, unit))]
    return sorted(lines, key=lambda entry: entry[0][0].start)


def _distinct(starts: list[int]) -> list[int]:
    """Lines that begin together are set a unit apart where they would pass for translations."""
    if not is_bilingual(starts):
        return starts
    apart: list[int] = []
    for start in starts:
        apart.append(max(start, apart[-1] + 1) if apart else start)
    return apart


def _written_singers(timings: WordTimings) -> Singers:
    """Those who are named as the format has no prefix for."""
    voices = [
        line.voice
        for line in timings.lines
        if line.voice and not VOICE.match(f"{line.voice}:") and clean(line.voice) == line.voice
    ]
    return named_singers.writable(voices)


def _tag_rows(timings: WordTimings, options: WriteOptions, singers: Singers) -> list[str]:
    tags = {**options.tags, **({"language": timings.language} if timings.language else {})}
    named = [(_TAG_IDS.get(name, name), " ".join(clean(value).split())) for name, value in tags.items()]
    own = [f"[{named_singers.TAG}:{', '.join(singers.values())}]"] if singers else []
    kept = [(tag, value) for tag, value in named if tag not in ("offset", named_singers.TAG)]
    return [f"[{tag}:{value}]" for tag, value in kept if value and is_tag(tag)] + own


def _line_body(line: Line, singers: Singers) -> str:
    text = _guarded(line_text(line))
    if named := _name(line, singers):
        return f"{named}: {text}"
    return _VOICE_LIKE.sub(rf"\1{WORD_JOINER}", named_singers.guarded(text, singers))


def _name(line: Line, singers: Singers) -> str | None:
    """Who sings, where it can be written."""
    if line.voice and _NAMED.fullmatch(line.voice):
        return line.voice
    return singers.get(line.voice.lower()) if line.voice else None


def _read_back(body: str, singers: Singers) -> str:
    """A line's text as its reader sees it."""
    if named := VOICE.match(body):
        return plain(body[named.end() :])
    name, text = named_singers.split(body, singers)
    return plain(text if name else named_singers.unguarded(text))


def _guarded(text: str) -> str:
    return _STAMP_LIKE.sub(lambda match: match[0] + WORD_JOINER, escape_guarded(text))


def _stamp(time: int, options: WriteOptions) -> str:
    return f"[{minutes_stamp(time, options.digits)}]"


def _inner(time: int, options: WriteOptions) -> str:
    return f"<{minutes_stamp(time, options.digits)}>"
