"""LRC and Enhanced LRC (A2): "[mm:ss.xx]line", with "<mm:ss.xx>" before each word of the enhanced form.

There is no standard. Read are also hours, fractions of 1 to 6 digits after a point, colon or comma, several
stamps before one text, stamps in square brackets inside a line, prefixes that say who sings (F: M: D: of
Walaoke, v1: v2: bg: and "[bg: …]" of Apple's lyrics as LRC, and names), translations below a line, and what
NetEase puts in: credits as JSON. The format has no ends of lines: an empty line clears the screen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .. import singers as named_singers
from ..singers import Singers
from ..words import Syllable
from .clock import INVISIBLE, seconds_of, whole_second
from .document import Lyrics, Problems, TimedText, is_bilingual, lyrics_of, numbered_rows
from .pieces import WORD_JOINER, likely_length, unescaped

OffsetSign = Literal["earlier", "later"]

_TIME = (
    r" ?(?:([0-9]{1,4}) ?: ?(?=[0-9]{1,2} ?: ?[0-9]{1,2} ?[.,]))?([0-9]{1,6}) ?[:：] ?([0-9]{1,2})"
    r"(?: ?[.:,：] ?([0-9]{1,18}))? ?"
)
_STAMP = re.compile(rf"[\[［【]{_TIME}[\]］】]\s*")
_INNER = re.compile(rf"[<\[]{_TIME}[>\]]")
_TAG = re.compile(r"\[\s*([A-Za-z][A-Za-z_]*|#)\s*:(.*)\]")
# A stamp that cannot be read: a digit, a colon or point, and what is in its way.
_BROKEN = re.compile(r"[\[［][ +-]{0,3}[0-9][0-9A-Za-z?]{0,5}[:.;：][^\[\]\n]{0,14}[\]］]\s*")
_UNSEEN = re.compile(f"[{INVISIBLE}\\s]*(?=[\\[［【{{])")
_OFFSET = re.compile(r"[+-]?[0-9]{1,9}")
VOICE = re.compile(r"\s*([FMD]|[vV][0-9]{1,4}|bg):\s*")
_BACKING = re.compile(r"\[\s*bg\s*:\s*(.*)\]")
_VOICED = re.compile(rf"^([FMD]|[vV][0-9]{{1,4}}|bg){WORD_JOINER}")

TAG_NAMES = {
    "ti": "title", "ar": "artist", "al": "album", "au": "author", "lr": "lyricist", "re": "editor",
    "ve": "version", "la": "language", "lang": "language", "#": "comment",
}  # fmt: skip
_OTHER_TAGS = ("by", "length", "offset", "tool", named_singers.TAG)
_LONGEST_UNKNOWN_TAG = 3
BG = "bg"

# Seconds. An empty line follows a line that ends this long before the next. Without one, a line lasts until
# the next, unless that comes later than this after all the time in which the line may be sung.
SLACK = 2.0
_FLOAT_SLACK = SLACK + 0.005
_LOST = "the line is placed between its neighbours."
# Characters that repeats may multiply a line to.
_LONGEST_EXPANSION = 1_000_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """A stamped text; an empty one clears the screen. pieces, and their end if the file gives it; aside:
    backing vocals of the line before, which end no line; guessed: its own time was lost."""

    time: float
    text: str
    voice: str | None = None
    pieces: tuple[Syllable, ...] = ()
    ended: bool = False
    aside: bool = False
    guessed: bool = False


def read(text: str, offset_sign: OffsetSign = "earlier") -> Lyrics:
    """offset_sign: what a positive [offset:] does to the lyrics; documents say earlier, players disagree.

    A row whose stamp is broken is placed between its neighbours; one without a stamp stays in the text."""
    problems = Problems()
    full = whole_second(text)
    tags: dict[str, str] = {}
    entries: list[_Entry] = []
    untimed: list[tuple[int, str]] = []
    offset = 0.0
    rows = [(number, _row(raw)) for number, raw in numbered_rows(text)]
    singers = _singers([row for _, row in rows], full, problems)
    for number, row in rows:
        stamps, rest = _leading_stamps(row, full)
        backing = None if stamps else _BACKING.fullmatch(row)
        tag = None if stamps or backing else tag_of(row)
        if stamps:
            entries += _entries(stamps, rest, number, problems, full, singers)
        elif backing:
            before = entries[-1].time if entries else 0.0
            entries.append(replace(_entry(before, backing[1], BG, number, problems, full), aside=True))
        elif tag and tag[0] == "offset":
            shift = _OFFSET.fullmatch(tag[1])
            if shift:
                offset = int(shift[0]) / 1000
            else:
                problems.add(number, f"The offset {tag[1][:20]!r} is not a number of milliseconds.")
        elif tag and tag[0] != named_singers.TAG:
            tags.setdefault(*tag)
        elif tag:
            continue
        elif credit := credit_of(row):
            problems.add(number, f"“{credit[:60]}” is a credit; it is left out.")
        elif broken := _BROKEN.match(row):
            problems.add(number, f"{broken[0][:40].strip()!r} is not a time stamp; {_LOST}")
            entries.append(_Entry(0.0, plain(row[broken.end() :]), guessed=True))
        elif row:
            untimed.append((len(entries), row))
            problems.add(
                number, f"{row[:40]!r} has no time stamp; it stays in the text, and is not among the times."
            )
    shift_by = -offset if offset_sign == "earlier" else offset
    entries = [_moved(entry, shift_by) for entry in _placed(entries)]
    lines, translations = _lines(entries)
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
    placed = [(entries[before - 1].time if before else 0.0, row) for before, row in untimed]
    return replace(found, text=_with_rows(found, placed)) if placed else found


def _row(raw: str) -> str:
    return _UNSEEN.sub("", raw, count=1).strip() if _UNSEEN.match(raw) else raw.strip()


def _singers(rows: Sequence[str], full: str, problems: Problems) -> Singers:
    """Who is named at the head of lines. Where no tag says so, that is told."""
    told = [tag[1] for row in rows if (tag := tag_of(row)) and tag[0] == named_singers.TAG]
    if told:
        return named_singers.declared(told[0])
    stamped = (_leading_stamps(row, full) for row in rows)
    found = named_singers.found([rest for stamps, rest in stamped if stamps])
    if found:
        problems.add(0, f"The names before lines, {', '.join(found.values())}, are who sings them.")
    return found


def _with_rows(found: Lyrics, untimed: Sequence[tuple[float, str]]) -> str:
    """The text with rows that have no time where they stand in the file, by the time of the row before."""
    if not found.timings.lines:
        return "\n".join([*filter(None, found.text.split("\n")), *(row for _, row in untimed)])
    timed = [(line.start, 0, line.text) for line in found.timings.lines]
    return "\n".join(
        row
        for _, _, row in sorted([*timed, *((time, 1, row) for time, row in untimed)], key=lambda row: row[:2])
    )


def credit_of(row: str) -> str:
    """What a row of NetEase's says of the song: {"t":0,"c":[{"tx":"Lyrics: "},{"tx":"Somebody"}]}."""
    if not row.startswith("{"):
        return ""
    try:
        parts = json.loads(row)["c"]
        return "".join(part["tx"] for part in parts).strip()
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def _placed(entries: Sequence[_Entry]) -> list[_Entry]:
    """Entries without a time share that between their neighbours in the file."""
    placed: list[_Entry] = []
    lost: list[_Entry] = []
    for entry in entries:
        if entry.guessed:
            lost.append(entry)
            continue
        opened = placed[-1].time if placed else 0.0
        step = max(0.0, entry.time - opened) / (len(lost) + bool(placed)) if lost else 0.0
        first = opened + step if placed else opened
        placed += [replace(each, time=first + n * step) for n, each in enumerate(lost)]
        placed.append(entry)
        lost = []
    for entry in lost:
        time = placed[-1].time + likely_length(placed[-1].text) if placed else 0.0
        placed.append(replace(entry, time=time))
    return placed


def tag_of(row: str) -> tuple[str, str] | None:
    """Name and value of a tag such as [ar:…]; a header such as [Chorus: all] is none."""
    match = _TAG.fullmatch(row)
    if not match or not is_tag(match[1].lower()):
        return None
    tag = match[1].lower()
    return TAG_NAMES.get(tag, tag), match[2].strip()


def is_tag(tag: str) -> bool:
    return tag in TAG_NAMES or tag in _OTHER_TAGS or (len(tag) <= _LONGEST_UNKNOWN_TAG and tag.isalpha())


def _leading_stamps(row: str, full: str) -> tuple[list[float], str]:
    """Times of the stamps that a row begins with (-1 for one that is no time), and what follows them."""
    times: list[float] = []
    at = 0
    while match := _STAMP.match(row, at):
        time = seconds_of(*match.groups(), full=full)
        times.append(-1.0 if time is None else time)
        at = match.end()
    return times, row[at:]


def _entries(
    stamps: list[float], rest: str, number: int, problems: Problems, full: str, singers: Singers
) -> list[_Entry]:
    if min(stamps) < 0:
        problems.add(number, f"A time stamp has more than 59 seconds or minutes; {_LOST}")
        stamps = [time for time in stamps if time >= 0]
        if not stamps:
            return [replace(_entry(0.0, rest, None, number, problems, full, singers), guessed=True)]
    first = _entry(stamps[0], rest, None, number, problems, full, singers)
    repeats = list(dict.fromkeys(stamps[1:])) if first.pieces else stamps[1:]
    if (len(repeats) + 1) * len(rest) > _LONGEST_EXPANSION and repeats:
        problems.add(number, "The line is repeated too often; its first time is kept.")
        repeats = []
    # Some programs repeat the line's own stamp before its first word.
    repeats = [time for time in repeats if time != stamps[0] or not first.pieces]
    return [first, *(_moved(first, time - stamps[0]) for time in repeats)]


def _entry(
    start: float, rest: str, voice: str | None, number: int, problems: Problems, full: str,
    singers: Singers | None = None,
) -> _Entry:  # fmt: skip
    """What follows a stamp. voice: where it is known. singers: who may be named."""
    if backing := _BACKING.fullmatch(rest):
        voice, rest = BG, backing[1]
    elif voice is None and (named := VOICE.match(rest)):
        voice, rest = _voice(named[1]), rest[named.end() :]
    elif voice is None:
        voice, rest = named_singers.split(rest, singers or {})
    if not _INNER.search(rest):
        return _Entry(start, plain(named_singers.unguarded(rest) if voice is None else rest), voice)
    pieces, ended = _pieces(start, rest, number, problems, full)
    time = pieces[0].start if voice == BG else start
    return _Entry(time, "".join(piece.text for piece in pieces), voice, pieces, ended)


def _voice(name: str) -> str:
    return name.lower() if name[0] in "vV" else name


def _pieces(
    start: float, rest: str, number: int, problems: Problems, full: str
) -> tuple[tuple[Syllable, ...], bool]:
    """Stamped parts of an enhanced line; the last one's end is its start where no stamp closes the line."""
    times: list[float] = []
    texts: list[str] = []
    at = 0
    for match in _INNER.finditer(rest):
        time = seconds_of(*match.groups(), full=full)
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
        Syllable(plain(_INNER.sub("", text)), time, later)
        for text, time, later in zip(texts, times, [*times[1:], times[-1]], strict=True)
    ]
    return tuple(parts), ended


def plain(text: str) -> str:
    text = _VOICED.sub(r"\1", unescaped(text))
    return re.sub(rf"([\[<［【]){WORD_JOINER}", r"\1", text)


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
    asides = [entry for entry in entries if entry.aside]
    if asides:
        cleared = [entry for entry in entries if not entry.aside and not entry.text.strip()]
        main, beside = _lines([entry for entry in entries if not entry.aside])
        backing, _ = _lines([*(replace(entry, aside=False) for entry in asides), *cleared])
        return sorted([*main, *backing], key=lambda line: line.start), beside
    ordered = sorted(entries, key=lambda entry: entry.time)
    bilingual = is_bilingual([entry.time for entry in ordered if entry.text.strip()])
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
            line = TimedText(entry.time, end, entry.text, pieces, entry.voice, entry.guessed)
            other = bilingual and place > 0 and entry.voice in (None, group[0].voice)
            (translations if other else lines).append(line)
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
