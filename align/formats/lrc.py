"""LRC and Enhanced LRC (A2): "[mm:ss.xx]line", with "<mm:ss.xx>" before each word of the enhanced form.

There is no standard. Read are also hours, fractions of 1 to 6 digits after a point, colon or comma, several
stamps before one text, stamps in square brackets inside a line, gender prefixes (F: M: D:) and translations
below a line. The format has no ends of lines: an empty line clears the screen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..words import Line, Syllable, WordTimings
from .clock import minutes_stamp, seconds_of, units
from .document import Lyrics, Problems, TimedText, WriteOptions, lyrics_of, numbered_rows
from .pieces import WORD_JOINER, Piece, clean, likely_length, line_pieces, line_text

OffsetSign = Literal["earlier", "later"]

_TIME = r"(?:([0-9]{1,4}):(?=[0-9]{1,2}:[0-9]{1,2}[.,]))?([0-9]{1,6}):([0-9]{1,2})(?:[.:,]([0-9]{1,6}))?"
_STAMP = re.compile(rf"\[{_TIME}\]\s*")
_INNER = re.compile(rf"[<\[]{_TIME}[>\]]")
_TAG = re.compile(r"\[\s*([A-Za-z][A-Za-z_]*|#)\s*:(.*)\]")
_ATTEMPT = re.compile(r"\[\s*[+-]?[0-9]*\s*[:.]?\s*[0-9]")
_OFFSET = re.compile(r"[+-]?[0-9]{1,9}")
_GENDER = re.compile(r"\s*([FMD]):\s*")
# What would be read as a stamp or a prefix, where it is meant as text.
_STAMP_LIKE = re.compile(r"([\[<])(?=[0-9])")
_GENDER_LIKE = re.compile(r"^([FMD])(?=:)")

_TAG_NAMES = {
    "ti": "title", "ar": "artist", "al": "album", "au": "author", "lr": "lyricist", "re": "editor",
    "ve": "version", "la": "language", "lang": "language", "#": "comment",
}  # fmt: skip
_TAG_IDS = {"language": "la"} | {name: tag for tag, name in _TAG_NAMES.items() if tag != "lang"}
_OTHER_TAGS = ("by", "length", "offset", "tool")
_LONGEST_UNKNOWN_TAG = 3
_GENDERS = ("F", "M", "D")

# Seconds. An empty line follows a line that ends this long before the next. Without one, a line lasts until
# the next, unless that comes later than this after all the time in which the line may be sung.
_SLACK = 2.0
_FLOAT_SLACK = _SLACK + 0.005
# A file is bilingual where at least this many stamps, and this share of them, stand before several texts.
_BILINGUAL_STAMPS = 3
_BILINGUAL_SHARE = 0.8
# Characters that repeats may multiply a line to.
_LONGEST_EXPANSION = 1_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """A stamped text; an empty one clears the screen. pieces, and their end if the file gives it."""

    time: float
    text: str
    voice: str | None = None
    pieces: tuple[Syllable, ...] = ()
    ended: bool = False


def read(text: str, offset_sign: OffsetSign = "earlier") -> Lyrics:
    """offset_sign: what a positive [offset:] does to the lyrics; documents say earlier, players disagree."""
    problems = Problems()
    tags: dict[str, str] = {}
    entries: list[_Entry] = []
    untimed: list[str] = []
    offset = 0.0
    for number, raw in numbered_rows(text):
        row = raw.strip()
        stamps, rest = _leading_stamps(row)
        tag = None if stamps else _tag(row)
        if stamps:
            entries += _entries(stamps, rest, number, problems)
        elif tag and tag[0] == "offset":
            shift = _OFFSET.fullmatch(tag[1])
            if shift:
                offset = int(shift[0]) / 1000
            else:
                problems.add(number, f"The offset {tag[1][:20]!r} is not a number of milliseconds.")
        elif tag:
            tags.setdefault(*tag)
        elif row:
            untimed.append(row)
            wrong = "is not a time stamp" if _ATTEMPT.match(row) else "has no time stamp"
            problems.add(number, f"{row[:40]!r} {wrong}; the line is left out.")
    shift_by = -offset if offset_sign == "earlier" else offset
    lines, translations = _lines([_moved(entry, shift_by) for entry in entries])
    enhanced = any(line.pieces for line in lines)
    language = tags.pop("language", "")
    found = lyrics_of(
        lines,
        "elrc" if enhanced else "lrc",
        problems,
        tags=tags,
        language=language,
        translations=translations,
    )
    return found if lines else replace(found, text="\n".join(untimed))


def _tag(row: str) -> tuple[str, str] | None:
    """Name and value of a tag such as [ar:…]; a header such as [Chorus: all] is none."""
    match = _TAG.fullmatch(row)
    if not match or not _is_tag(match[1].lower()):
        return None
    tag = match[1].lower()
    return _TAG_NAMES.get(tag, tag), match[2].strip()


def _is_tag(tag: str) -> bool:
    return tag in _TAG_NAMES or tag in _OTHER_TAGS or (len(tag) <= _LONGEST_UNKNOWN_TAG and tag.isalpha())


def _leading_stamps(row: str) -> tuple[list[float], str]:
    """Times of the stamps that a row begins with (-1 for one that is no time), and what follows them."""
    times: list[float] = []
    at = 0
    while match := _STAMP.match(row, at):
        time = seconds_of(*match.groups())
        times.append(-1.0 if time is None else time)
        at = match.end()
    return times, row[at:]


def _entries(stamps: list[float], rest: str, number: int, problems: Problems) -> list[_Entry]:
    if min(stamps) < 0:
        problems.add(number, "A time stamp has more than 59 seconds or minutes; the line is left out.")
        stamps = [time for time in stamps if time >= 0]
    gender = _GENDER.match(rest)
    if gender:
        rest = rest[gender.end() :]
    voice = gender[1] if gender else None
    if not stamps:
        return []
    if not _INNER.search(rest):
        if len(stamps) * len(rest) > _LONGEST_EXPANSION:
            problems.add(number, "The line is repeated too often; its first time is kept.")
            stamps = stamps[:1]
        return [_Entry(time, _plain(rest), voice) for time in stamps]
    pieces, ended = _pieces(stamps[0], rest, number, problems)
    text = "".join(piece.text for piece in pieces)
    first = _Entry(stamps[0], text, voice, pieces, ended)
    repeats = list(dict.fromkeys(stamps[1:]))
    if len(repeats) * len(rest) > _LONGEST_EXPANSION:
        problems.add(number, "The line is repeated too often; its first time is kept.")
        repeats = []
    # Some programs repeat the line's own stamp before its first word.
    return [first, *(_moved(first, time - stamps[0]) for time in repeats if time != stamps[0])]


def _pieces(start: float, rest: str, number: int, problems: Problems) -> tuple[tuple[Syllable, ...], bool]:
    """Stamped parts of an enhanced line; the last one's end is its start where no stamp closes the line."""
    times: list[float] = []
    texts: list[str] = []
    at = 0
    for match in _INNER.finditer(rest):
        time = seconds_of(*match.groups())
        if not times and rest[: match.start()].strip():
            times.append(start)
        if time is None or (times and time < times[-1]):
            problems.add(number, f"The stamp {match[0]} inside the line is out of order; it is ignored.")
            continue
        if times:
            texts.append(rest[at : match.start()])
        times.append(time)
        at = match.end()
    texts.append(rest[at:])
    times = times or [start]
    ended = not texts[-1].strip() and len(texts) > 1
    # Only stamps that are ignored leave stamps in the text.
    parts = [
        Syllable(_plain(_INNER.sub("", text)), time, later)
        for text, time, later in zip(texts, times, [*times[1:], times[-1]], strict=True)
    ]
    return tuple(parts), ended


def _plain(text: str) -> str:
    return re.sub(rf"([\[<FMD]){WORD_JOINER}", r"\1", text)


def _moved(entry: _Entry, seconds: float) -> _Entry:
    if not seconds:
        return entry
    pieces = tuple(
        Syllable(piece.text, max(0.0, piece.start + seconds), max(0.0, piece.end + seconds))
        for piece in entry.pieces
    )
    return replace(entry, time=max(0.0, entry.time + seconds), pieces=pieces)


def _lines(entries: Sequence[_Entry]) -> tuple[list[TimedText], list[TimedText]]:
    """Lines and their translations in order of time. A line ends with the next stamp, or earlier where it
    would be sung too slowly."""
    ordered = sorted(entries, key=lambda entry: entry.time)
    bilingual = _is_bilingual([entry.time for entry in ordered if entry.text.strip()])
    lines: list[TimedText] = []
    translations: list[TimedText] = []
    for group, following in _groups(ordered):
        time, clears = following
        length = max(likely_length(entry.text) for entry in group)
        end = time if clears or time <= group[0].time + length + _FLOAT_SLACK else group[0].time + length
        for place, entry in enumerate(group):
            pieces = entry.pieces
            if pieces and not entry.ended:
                last = pieces[-1]
                limit = time if clears else last.start + likely_length(last.text)
                pieces = (*pieces[:-1], replace(last, end=max(last.start, min(limit, time))))
            line = TimedText(entry.time, end, entry.text, pieces, entry.voice)
            (translations if bilingual and place else lines).append(line)
    return lines, translations


def _groups(ordered: Sequence[_Entry]) -> list[tuple[list[_Entry], tuple[float, bool]]]:
    """Texts of the same time, with the time of what comes next and whether that clears the screen."""
    groups: list[tuple[list[_Entry], tuple[float, bool]]] = []
    current: list[_Entry] = []
    for entry in ordered:
        clears = not entry.text.strip()
        if current and (clears or entry.time > current[0].time):
            groups.append((current, (entry.time, clears)))
            current = []
        if not clears:
            current.append(entry)
    if current:
        groups.append((current, (float("inf"), False)))
    return groups


def _is_bilingual(times: Sequence[float]) -> bool:
    counts = Counter(times)
    several = sum(count > 1 for count in counts.values())
    return several >= max(_BILINGUAL_STAMPS, _BILINGUAL_SHARE * len(counts))


def write(timings: WordTimings, options: WriteOptions) -> str:
    """A stamp for each line, and an empty line where it ends well before the next."""
    unit = 10**options.digits
    lines = _sorted_lines(timings, unit)
    rows = _tag_rows(timings, options)
    starts = _distinct([pieces[0].start for pieces, _ in lines])
    at = 0
    while at < len(lines):
        past = at + 1
        while past < len(lines) and starts[past] == starts[at]:
            past += 1
        following = starts[past] if past < len(lines) else None
        texts = [_line_body(line) for _, line in lines[at:past]]
        rows += [_stamp(starts[at], options) + text for text in texts]
        end = max(piece.end for pieces, _ in lines[at:past] for piece in pieces)
        clear = following is None
        if following is not None:
            length = max(likely_length(_read_back(text)) for text in texts)
            end = min(end, following)
            clear = following - end > _SLACK * unit or following > starts[at] + units(length + _SLACK, unit)
        if clear:
            rows.append(_stamp(max(end, starts[at]), options))
        at = past
    return "".join(row + "\n" for row in rows)


def write_enhanced(timings: WordTimings, options: WriteOptions) -> str:
    """Stamps for each word and syllable; an empty one where a word ends before the next begins."""
    rows = _tag_rows(timings, options)
    lines = _sorted_lines(timings, 10**options.digits)
    starts = _distinct([pieces[0].start for pieces, _ in lines])
    for start, (pieces, line) in zip(starts, lines, strict=True):
        parts = [_stamp(start, options), f"{line.voice}: " if line.voice in _GENDERS else ""]
        for at, piece in enumerate(pieces):
            parts.append(_inner(piece.start, options) + _guarded(piece.text))
            if at + 1 == len(pieces) or piece.end < pieces[at + 1].start:
                parts.append(_inner(piece.end, options))
            parts.append(" " * piece.space)
        rows.append("".join(parts))
    return "".join(row + "\n" for row in rows)


def _sorted_lines(timings: WordTimings, unit: int) -> list[tuple[list[Piece], Line]]:
    lines = [(pieces, line) for line in timings.lines if (pieces := line_pieces(line, unit))]
    return sorted(lines, key=lambda entry: entry[0][0].start)


def _distinct(starts: list[int]) -> list[int]:
    """Lines that begin together are set a unit apart where they would pass for translations."""
    if not _is_bilingual(starts):
        return starts
    apart: list[int] = []
    for start in starts:
        apart.append(max(start, apart[-1] + 1) if apart else start)
    return apart


def _tag_rows(timings: WordTimings, options: WriteOptions) -> list[str]:
    tags = {**options.tags, **({"language": timings.language} if timings.language else {})}
    named = [(_TAG_IDS.get(name, name), " ".join(clean(value).split())) for name, value in tags.items()]
    return [f"[{tag}:{value}]" for tag, value in named if value and tag != "offset" and _is_tag(tag)]


def _line_body(line: Line) -> str:
    text = _guarded(line_text(line))
    return f"{line.voice}: {text}" if line.voice in _GENDERS else _GENDER_LIKE.sub(rf"\1{WORD_JOINER}", text)


def _read_back(body: str) -> str:
    """A line's text as its reader sees it."""
    gender = _GENDER.match(body)
    return _plain(body[gender.end() :] if gender else body)


def _guarded(text: str) -> str:
    return _STAMP_LIKE.sub(rf"\1{WORD_JOINER}", text)


def _stamp(time: int, options: WriteOptions) -> str:
    return f"[{minutes_stamp(time, options.digits)}]"


def _inner(time: int, options: WriteOptions) -> str:
    return f"<{minutes_stamp(time, options.digits)}>"
