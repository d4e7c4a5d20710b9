"""Edits of words in time: what a person changed by hand, kept apart from the timings that were changed.

Edits are a JSON text, {"version": 1, "base": fingerprint, "edits": [{"at", "was", "now"}, …]}, in order. Each
replaces neighbouring words `was`, found at the word index `at` of the timings with that fingerprint, by
`now`, both [text, start, end, first, space]: whole milliseconds; first: 1 where a line begins; space: 1 where
a space follows. A line that a person has given to another voice has that as a sixth of its first word.
Applied to other timings than they were made for, those that still fit are kept. The page's editor does the
same in `web/src/editor/edits.ts`; `tests/data/editor/edits.json` holds cases for both.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from ..engine.errors import TextError
from .words import Line, Phone, Syllable, Word, WordTimings

VERSION = 1
# How far a word may have moved under an edit of its times: aligners differ by less, other takes by more.
REACH_MS = 500
# Rounding, and what an audio file's padding adds.
_SLACK_MS = 50
# Lines of one voice that overlap for longer are sung at once; a shorter overlap is a careless time.
_TOGETHER_MS = 250
_MOST_LAYERS = 8

Lane = tuple[str, int]
"""The voice that sings a word, and the layer: 0 unless that voice sings another line at the same time."""

Reason = Literal["gone", "moved", "crowded", "late"]
REASONS: dict[Reason, str] = {
    "gone": "its words are no longer there",
    "moved": "its words are sung at another time",
    "crowded": "its neighbours leave no room",
    "late": "it lies after the end of the audio",
}


class Entry(NamedTuple):
    """A word as edits know it. voice: of the line that begins there, "" for nobody's; None: as it was."""

    text: str
    start: int
    end: int
    first: bool
    space: bool
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    at: int
    was: tuple[Entry, ...]
    now: tuple[Entry, ...]

    @property
    def timed(self) -> bool:
        """It sets a time, and not only text, lines and spaces."""
        return any(_times_of(entry, self.was) is None for entry in self.now)


@dataclass(frozen=True, slots=True)
class Edits:
    base: str = ""
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    edit: Edit
    reason: Reason


class Placed(NamedTuple):
    """A word of the result, and the index of the word it stems from, if any, in the timings."""

    entry: Entry
    origin: int | None


@dataclass(frozen=True, slots=True)
class Applied:
    timings: WordTimings
    kept: int
    refused: tuple[Refused, ...]

    def report(self) -> str:
        """One line that counts, one for each edit that does not fit."""
        if not self.kept and not self.refused:
            return "No edits: the words pass as they come in."
        lines = [f"Edits: {self.kept} applied, {len(self.refused)} no longer fit."]
        for one in self.refused:
            words = " ".join(entry.text for entry in one.edit.was) or "(no words)"
            time = one.edit.was[0].start / 1000 if one.edit.was else 0.0
            lines.append(f"“{words}” at {time:.3f} s: {REASONS[one.reason]}.")
        return "\n".join(lines)


def entries_of(timings: WordTimings) -> list[Entry]:
    return [
        Entry(word.text, milliseconds(word.start), milliseconds(word.end), index == 0, word.space)
        for line in timings.lines
        for index, word in enumerate(line.words)
    ]


def voices_of(timings: WordTimings) -> list[str]:
    """Who sings each word; "" where nobody is named."""
    return [line.voice or "" for line in timings.lines for _ in line.words]


def plain(entry: Entry) -> list[Any]:
    """As JSON has it: [text, start, end, first, space]."""
    return [*entry[:3], int(entry.first), int(entry.space)]


def fingerprint(entries: Sequence[Entry]) -> str:
    """16 hexadecimal digits that change with any word, time or line."""
    text = json.dumps([plain(entry) for entry in entries])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def parse_edits(text: str) -> Edits:
    """ "" is no edits. Raises TextError for a text that no editor wrote."""
    if not text.strip():
        return Edits()
    try:
        saved = json.loads(text)
        if saved["version"] != VERSION:
            raise ValueError
        edits = tuple(_edit(one) for one in saved["edits"])
        return Edits(str(saved["base"]), edits)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise TextError(
            "The edits of the timestamps can't be read: open the editor and save them anew, or clear the "
            "field."
        ) from error


def _edit(saved: Any) -> Edit:
    at = saved["at"]
    if type(at) is not int or at < 0:
        raise ValueError
    was, now = (tuple(_entry(one) for one in saved[name]) for name in ("was", "now"))
    return Edit(at, was, now)


def _entry(saved: Any) -> Entry:
    text, start, end, first, space, *named = saved
    if type(text) is not str or type(start) is not int or type(end) is not int or not start <= end:
        raise ValueError
    if len(named) > 1 or not all(type(voice) is str for voice in named):
        raise ValueError
    return Entry(text, start, end, bool(first), bool(space), *named)


def apply_edits(timings: WordTimings, edits: Edits, duration: float) -> Applied:
    """duration: of the audio, seconds. Without edits the very same timings are returned."""
    if not edits.edits:
        return Applied(timings, 0, ())
    base = entries_of(timings)
    placed, refused = place(base, edits, fingerprint(base), milliseconds(duration), voices_of(timings))
    return Applied(_timings(timings, base, placed), len(edits.edits) - len(refused), tuple(refused))


def place(
    base: Sequence[Entry],
    edits: Edits,
    base_fingerprint: str,
    duration: int,
    voices: Sequence[str] = (),
) -> tuple[list[Placed], list[Refused]]:
    """The words after the edits that fit, and the edits that don't, in order. duration: milliseconds. voices:
    who sings each word."""
    same = edits.base == base_fingerprint
    found: list[tuple[int, Edit]] = []
    refused: dict[int, Reason] = {}
    cursor = 0
    for number, edit in enumerate(edits.edits):
        where = _at(base, edit, cursor) if same else _find(base, edit, cursor)
        if isinstance(where, str):
            refused[number] = where
        elif _late(edit, duration):
            refused[number] = "late"
        else:
            found.append((where, edit))
            cursor = where + len(edit.was)
    numbers = [number for number in range(len(edits.edits)) if number not in refused]
    lanes = lanes_of(base, voices)
    while not same:
        crowded = _crowded(base, found, lanes)
        if crowded is None:
            break
        refused[numbers[crowded]] = "crowded"
        del found[crowded], numbers[crowded]
    return _result(base, found)[0], [
        Refused(edits.edits[number], refused[number]) for number in sorted(refused)
    ]


def _at(base: Sequence[Entry], edit: Edit, cursor: int) -> int | Reason:
    """Where the edit says it is, unless someone else wrote that."""
    here = tuple(base[edit.at : edit.at + len(edit.was)])
    return edit.at if edit.at >= cursor and here == edit.was and (edit.was or not base) else "gone"


def _find(base: Sequence[Entry], edit: Edit, cursor: int) -> int | Reason:
    """The same texts at the nearest time within reach; of an edit without times, else the nearest place."""
    count = len(edit.was)
    if not count:
        return "gone" if base else 0
    texts = [entry.text for entry in edit.was]
    places = [
        at
        for at in range(cursor, len(base) - count + 1)
        if all(base[at + k].text == texts[k] for k in range(count))
    ]
    near = [at for at in places if _distance(base, edit, at) <= REACH_MS]
    if not places:
        return "gone"
    if not near and edit.timed:
        return "moved"

    def order(at: int) -> tuple[int, int, int]:
        return (_distance(base, edit, at) if near else 0, abs(at - edit.at), at)

    return min(near or places, key=order)


def _distance(base: Sequence[Entry], edit: Edit, at: int) -> int:
    """How far the word that moved most did, milliseconds."""
    return max(
        max(abs(base[at + k].start - was.start), abs(base[at + k].end - was.end))
        for k, was in enumerate(edit.was)
    )


def _late(edit: Edit, duration: int) -> bool:
    if not edit.timed:
        return False
    limit = max([duration, *(entry.end for entry in edit.was)])
    return any(entry.end > limit + _SLACK_MS for entry in edit.now)


def _crowded(base: Sequence[Entry], found: Sequence[tuple[int, Edit]], lanes: Sequence[Lane]) -> int | None:
    """The first edit whose words overlap those beside them in their lane, where the timings' own did not."""
    placed, spans = _result(base, found)
    sung = _sung(placed, lanes)
    for number, ((where, edit), (begin, end)) in enumerate(zip(found, spans, strict=True)):
        if not edit.now:
            continue
        after = where + len(edit.was)
        before = _nearest(sung, range(begin - 1, -1, -1), begin)
        following = _nearest(sung, range(end, len(placed)), end - 1)
        if before is not None and _overlap(placed[before].entry, placed[begin].entry) > 0:
            known = _nearest(lanes, range(where - 1, -1, -1), where) if edit.was else None
            if known is None or _overlap(base[known], base[where]) <= 0:
                return number
        if following is not None and _overlap(placed[end - 1].entry, placed[following].entry) > 0:
            known = _nearest(lanes, range(after, len(base)), after - 1) if edit.was else None
            if known is None or _overlap(base[after - 1], base[known]) <= 0:
                return number
    return None


def _nearest(lanes: Sequence[Lane], places: Iterable[int], place: int) -> int | None:
    """The first of the places that is in the same lane as another one."""
    return next((other for other in places if lanes[other] == lanes[place]), None)


def _sung(placed: Sequence[Placed], lanes: Sequence[Lane]) -> list[Lane]:
    """The lane of each word: a line is where the word that begins it is."""
    sung: list[Lane] = []
    for entry, origin in placed:
        if sung and not entry.first:
            sung.append(sung[-1])
        elif entry.voice is not None:
            sung.append((entry.voice, 0))
        else:
            sung.append(lanes[origin] if origin is not None else sung[-1] if sung else ("", 0))
    return sung


def lanes_of(base: Sequence[Entry], voices: Sequence[str]) -> list[Lane]:
    """Of each word: a line goes to the lowest layer of its voice that is free. voices: of each word."""
    firsts = [index for index, entry in enumerate(base) if entry.first or index == 0]
    lanes: list[Lane] = [("", 0)] * len(base)
    taken: dict[str, list[tuple[int, int]]] = {}
    for first, past in sorted(pairwise([*firsts, len(base)]), key=lambda line: base[line[0]].start):
        start, voice = base[first].start, voices[first] if voices else ""
        layers = taken.setdefault(voice, [])
        free = (n for n, (end, last) in enumerate(layers) if end - start <= _TOGETHER_MS and last < start)
        layer = next(free, min(len(layers), _MOST_LAYERS - 1))
        words = base[first:past]
        layers[layer:] = [
            (max(entry.end for entry in words), max(entry.start for entry in words)),
            *layers[layer + 1 :],
        ]
        lanes[first:past] = [(voice, layer)] * (past - first)
    return lanes


def _overlap(one: Entry, other: Entry) -> int:
    return one.end - other.start


def _result(
    base: Sequence[Entry], found: Sequence[tuple[int, Edit]]
) -> tuple[list[Placed], list[tuple[int, int]]]:
    """The words, and the range of them that each edit made."""
    placed: list[Placed] = []
    spans: list[tuple[int, int]] = []
    cursor = 0
    for where, edit in found:
        placed += [Placed(base[index], index) for index in range(cursor, where)]
        cursor = where + len(edit.was)
        begin = len(placed)
        for k, entry in enumerate(edit.now):
            untouched = _times_of(entry, edit.was)
            if untouched is not None:
                # Its times were not edited, so they are those of the timings, wherever these are.
                source = base[where + untouched]
                entry = entry._replace(start=source.start, end=source.end)
            origin = min(where + k, cursor - 1) if edit.was else None
            placed.append(Placed(entry, origin))
        spans.append((begin, len(placed)))
    placed += [Placed(base[index], index) for index in range(cursor, len(base))]
    return placed, spans


def _times_of(entry: Entry, was: Sequence[Entry]) -> int | None:
    """Which of the words has this one's times."""
    return next((k for k, one in enumerate(was) if (one.start, one.end) == (entry.start, entry.end)), None)


def _timings(timings: WordTimings, base: Sequence[Entry], placed: Sequence[Placed]) -> WordTimings:
    words = timings.words()
    voices = [line.voice for line in timings.lines for _ in line.words]
    lines: list[Line] = []
    for entry, origin in placed:
        word = (
            Word(entry.text, entry.start / 1000, entry.end / 1000, space=entry.space)
            if origin is None
            else _word(words[origin], base[origin], entry)
        )
        if entry.first or not lines:
            voice = voices[origin] if origin is not None else lines[-1].voice if lines else None
            lines.append(Line((word,), voice if entry.voice is None else entry.voice or None))
        else:
            lines[-1] = replace(lines[-1], words=(*lines[-1].words, word))
    # A line may have been moved past another voice's.
    return replace(timings, lines=tuple(sorted(lines, key=lambda line: line.start)))


def _word(word: Word, base: Entry, entry: Entry) -> Word:
    """The word changed to the entry; what is timed inside it goes along, unless its text is another one.

    A word that a person has set is certain: confidence 1.
    """
    if entry[:3] == base[:3]:
        return word if entry.space == word.space else replace(word, space=entry.space)
    start, end = (word.start, word.end) if entry[1:3] == base[1:3] else (entry.start / 1000, entry.end / 1000)
    if entry.text != word.text:
        return Word(entry.text, start, end, space=entry.space)
    scale = (end - start) / (word.end - word.start) if word.end > word.start else 0.0

    def moved(time: float) -> float:
        return start + (time - word.start) * scale

    phones = tuple(Phone(phone.name, moved(phone.start), moved(phone.end)) for phone in word.phones)
    syllables = tuple(Syllable(one.text, moved(one.start), moved(one.end)) for one in word.syllables)
    return Word(word.text, start, end, 1.0, phones, entry.space, syllables)


def milliseconds(seconds: float) -> int:
    """As the page rounds: halves up."""
    return math.floor(seconds * 1000 + 0.5)
