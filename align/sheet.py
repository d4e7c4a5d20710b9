"""A lyric sheet: which of its text is sung, and what is left out because it only says how."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from . import sections, singers
from .furniture import without_furniture

SITE, HEADER, SINGER, REPEAT = "of a lyric site", "section header", "singer's name", "repeat mark"
CREDIT, STAMP, TAG, UNHEARD = "credit", "time stamp", "LRC tag", "word not understood"
CHORD, MARKUP, LINK = "chord", "markup", "link"
WORDLESS = "no word in it"

_STAMPS = re.compile(r"[\[<]\d+:\d\d(?:[.:,]\d+)?[\]>]")
_SQUARE = re.compile(r"[\[［【]([^\[\]［］【】\n]*)[\]］】]")
_ROUND = re.compile(r"[(（]([^()（）\n]*)[)）]")
# As in "*Chorus*", "--- Verse 2 ---", "{Bridge}".
_ADORNED = re.compile(r"[-–—*#=~_<{«‹'\s]+(?P<inner>[^\s].*?)[-–—*#=~_>}»›:'\s]*")
_COLON = re.compile(r"\s*[:：]")
_CHORD = re.compile(
    r"[\[［]\s*[A-H][#b♯♭]?(?:maj|min|dim|aug|sus|add|m|M|[°ø+])*\d{0,2}(?:(?:sus|add|maj|[#b♯♭+-])\d{1,2})*"
    r"(?:/[A-H][#b♯♭]?)?\s*[\]］]"
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_MARKUP = re.compile(r"</?(?:p|i|b|u|em|strong|span|div|font|a|poem)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(\d{1,2})[.)](?=\s|$)")
_FIRST_PERSON = re.compile(r"I\b")
_AROUND_NAME = " :：()（）[]［］【】*_"
_SHOWN = 60  # characters of a piece that a report quotes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something on a sheet that is not sung. line: its row, counted from 1; kind: what it was taken for."""

    line: int
    text: str
    kind: str

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= _SHOWN else self.text[:_SHOWN] + "…"
        return f"line {self.line}: “{shown}” ({self.kind})"


@dataclass(frozen=True, slots=True)
class SungRow:
    """A row of text, or a part of one. line: counted from 1; opens_stanza: after a blank row or a header.
    voice: who sings it, where the row says so."""

    line: int
    text: str
    opens_stanza: bool
    voice: str | None = None


def notes(left_out: Sequence[LeftOut]) -> list[str]:
    """For a report: each piece that was left out, time stamps as a number only."""
    stamps = [piece for piece in left_out if piece.kind == STAMP]
    rows = [f"Left out of the lyrics, {piece}" for piece in left_out if piece.kind != STAMP]
    if stamps:
        rows.append(f"Left out of the lyrics: {len(stamps)} time stamps, the first in line {stamps[0].line}.")
    return rows


def read_sheet(rows: Iterable[str]) -> tuple[list[SungRow], list[LeftOut]]:
    """What is sung, and what is left out, each in order: every letter of the rows is in one of them."""
    typed = list(enumerate(rows, 1))
    breaks = [LeftOut(line, found, MARKUP) for line, text in typed for found in _BREAK.findall(text)]
    kept, furniture = without_furniture([(line, part) for line, text in typed for part in _parts(text)])
    reader = _Reader([*breaks, *(LeftOut(line, text, SITE) for line, text in furniture)], kept)
    emptied = {line for line, _ in furniture}
    for line, text in kept:
        if text.strip() or line not in emptied:
            reader.read(line, text)
    return reader.rows, sorted(reader.left_out, key=lambda piece: piece.line)


def _parts(text: str) -> list[str]:
    """What HTML makes rows of; a break at the end of a row makes no other."""
    parts = _BREAK.split(text)
    return parts if parts[-1].strip() or len(parts) == 1 else parts[:-1]


def _singers(rows: Sequence[tuple[int, str]], capitalised: bool) -> frozenset[str]:
    """Names that the sheet's headers and labels make known, in lower case."""
    names: set[str] = set()
    for _, text in rows:
        for found in _SQUARE.finditer(text):
            names.update(sections.singers_of(found[1]))
        row = text.strip()
        first = _SQUARE.match(row)
        if first and _labels(first, row, ()) and not (capitalised and _goes_on(first, row)):
            names.add(first[1].strip(" :").lower())
    return frozenset(names)


def _numbered(rows: Sequence[tuple[int, str]]) -> frozenset[int]:
    """The rows of stanzas that are numbered from 1, with a number before their first words or above them."""
    found = {}
    opens = True
    for line, text in rows:
        if (number := _NUMBER.match(text)) and (opens or number.end() == len(text.rstrip())):
            found[line] = int(number[1])
        opens = not text.strip()
    counted = list(found.values()) == [*range(1, len(found) + 1)]
    apart = all(second - first > 1 for first, second in pairwise(found))
    return frozenset(found if counted and apart and len(found) > 1 else ())


def _capitalised(rows: Sequence[tuple[int, str]]) -> bool:
    """Whether the sheet begins its rows with capitals, as far as they don't begin with brackets."""
    firsts = [first for _, text in rows if (first := text.strip()[:1]).isalpha()]
    lower = sum(first.islower() for first in firsts)
    return sum(first.isupper() for first in firsts) > 2 * lower


def _labels(found: re.Match[str], row: str, known: Iterable[str]) -> bool:
    """Whether brackets that a row begins with hold the name of who sings what follows."""
    inner, rest = found[1].strip(), row[found.end() :].strip()
    if inner.endswith(":") and len(inner.split()) <= 5:
        return True
    return bool(rest) and sections.is_name(inner, known)


class _Reader:
    def __init__(self, left_out: list[LeftOut], sheet: Sequence[tuple[int, str]]) -> None:
        self.rows: list[SungRow] = []
        self.left_out = left_out
        self._capitalised = _capitalised(sheet)
        self._singers = _singers(sheet, self._capitalised)
        self._numbered = _numbered(sheet)
        self._named = singers.found([_STAMPS.sub("", text).strip() for _, text in sheet])
        # One alone may be a name.
        self._chords = sum(len(_CHORD.findall(text)) for _, text in sheet) > 1
        self._opens = False

    def read(self, line: int, text: str) -> None:
        before = len(self.left_out)
        row = self._cut(_STAMPS, line, text, lambda found: STAMP)
        row = self._cut(_MARKUP, line, row, lambda found: MARKUP, instead="")
        row = self._cut(_LINK, line, row, lambda found: LINK)
        if self._chords:
            row = self._cut(_CHORD, line, row, lambda found: CHORD, instead="")
        if line in self._numbered:
            row = self._cut(_NUMBER, line, row, lambda found: "" if found.start() else HEADER)
        row = row.strip()
        # What has lost its brackets may be a header in turn.
        while (shorter := self._sung(line, row)) != row:
            row = shorter
        opens, self._opens = self._opens, False
        if not row.strip():
            # A mark of repetition ends no stanza.
            removed = self.left_out[before:]
            self._opens = opens or not removed or any(piece.kind != REPEAT for piece in removed)
            return
        voice = _voice(self.left_out[before:])
        for at, part in enumerate(row.split("\n")):
            opens = opens or at > 0
            if part:
                self.rows.append(SungRow(line, part, opens, voice))
                opens = False
        self._opens = opens

    def _sung(self, line: int, row: str) -> str:
        """One round of leaving out. A header inside a row, or before it, leaves the end of a row there."""
        row = self._cut(_SQUARE, line, row, self._in_square(row), breaks=(HEADER,))
        row = self._cut(_ROUND, line, row, self._in_round(row), breaks=(HEADER,))
        return "\n".join(self._bare(line, part.strip()) for part in row.split("\n"))

    def _in_square(self, row: str) -> Callable[[re.Match[str]], str]:
        def kind(found: re.Match[str]) -> str:
            inner = found[1].strip()
            if told := self._told(found, row):
                return told
            if sections.is_credit(inner):
                return CREDIT
            if sections.is_lrc_tag(inner) and found[0] == row.strip():
                return TAG
            if sections.is_square_header(inner):
                return HEADER if sections.is_round_header(inner) or not self._within(found, row) else ""
            if _begins(found, row) and _labels(found, row, self._singers):
                named = inner.endswith(":") or sections.is_known_name(inner, self._singers)
                return SINGER if named or not (self._capitalised and _goes_on(found, row)) else ""
            return SINGER if sections.is_known_name(inner, self._singers) else ""

        return kind

    def _in_round(self, row: str) -> Callable[[re.Match[str]], str]:
        def kind(found: re.Match[str]) -> str:
            inner = found[1].strip()
            if told := self._told(found, row):
                return told
            begins, goes_on = _begins(found, row), self._capitalised and _goes_on(found, row)
            if sections.is_header_row(inner) or (begins and sections.is_round_header(inner)):
                return "" if goes_on else HEADER
            if not begins or not sections.is_known_name(inner, self._singers):
                return ""
            # "(All)" may be heard as well, where no header says who sings.
            named = sections.is_known_name(inner, self._singers, roles=False)
            rest = row[found.end() :].strip()
            sung = goes_on or inner[0].islower() or _FIRST_PERSON.match(rest)
            return SINGER if named or not sung else ""

        return kind

    def _told(self, found: re.Match[str], row: str) -> str:
        """What brackets of any shape say of the words around them."""
        if sections.is_unheard(found[1].strip()):
            return UNHEARD
        return REPEAT if self._repeats(found, row) else ""

    def _repeats(self, found: re.Match[str], row: str) -> bool:
        """Before words, only with a number: "(bis) morgen" is German for "until tomorrow"."""
        inner = found[1].strip()
        counted = any(letter.isdigit() for letter in inner)
        alone = not (_begins(found, row) and _rest(found, row))
        return (counted or alone) and bool(sections.is_repetition(inner))

    def _within(self, found: re.Match[str], row: str) -> bool:
        """Whether brackets are about words of a sentence: "[Break] my heart", "The [beat] goes on"."""
        rest, sound = _rest(found, row), sections.is_sound(found[1])
        if _begins(found, row):
            return self._capitalised and _goes_on(found, row) or (rest[:1].islower() and not sound)
        spaced = row[found.start() - 1].isspace() and bool(rest)
        return spaced and found[1].strip()[:1].islower() and not sound

    def _cut(
        self,
        pattern: re.Pattern[str],
        line: int,
        row: str,
        kind_of: Callable[[re.Match[str]], str],
        breaks: Sequence[str] = (),
        instead: str = " ",
    ) -> str:
        """The row without those matches that are of a kind; one of `breaks` ends a row there, for others
        there is `instead`."""
        kept, at = "", 0
        for found in pattern.finditer(row):
            kind = kind_of(found)
            if not kind:
                continue
            end = found.end()
            if kind in (SINGER, HEADER) and (colon := _COLON.match(row, end)):
                end = colon.end()
            self._leave_out(line, row[found.start() : end], kind)
            kept += row[at : found.start()] + ("\n" if kind in breaks else instead)
            at = end
        return kept + row[at:]

    def _bare(self, line: int, row: str) -> str:
        """A row without what stands in it without brackets, and is no part of the song."""
        if not row:
            return row
        adorned = _ADORNED.fullmatch(row)
        inner = adorned["inner"] if adorned else ""
        if sections.is_header_row(row) or sections.is_header_row(inner) or sections.is_round_header(inner):
            return self._leave_out(line, row, HEADER)
        if sections.is_repetition(row) and sections.repetition_at_end(row):
            return self._leave_out(line, row, REPEAT)
        named = sections.singers_header(row)
        if named and sections.is_name(named["rest"], self._singers):
            return self._leave_out(line, row, HEADER)
        if sections.is_credit_row(row):
            return self._leave_out(line, row, CREDIT)
        if label := sections.colon_label(row, self._singers):
            return self._leave_out(line, label["label"], SINGER) + label["rest"]
        name, rest = singers.split(row, self._named)
        if name:
            return self._leave_out(line, row[: len(row) - len(rest)].strip(), SINGER) + rest
        leading = sections.leading_header(row)
        if leading and sections.is_name(leading["rest"], self._singers):
            return self._leave_out(line, row, HEADER)
        if leading:
            return self._leave_out(line, leading["header"], HEADER) + "\n" + leading["rest"]
        mark = sections.repetition_at_end(row)
        if mark:
            self._leave_out(line, mark[0].strip(), REPEAT)
            return row[: mark.start()].rstrip()
        return row

    def _leave_out(self, line: int, text: str, kind: str) -> str:
        self.left_out.append(LeftOut(line, text, kind))
        return ""


def _voice(left_out: Sequence[LeftOut]) -> str | None:
    """Who sings a row, by what was left out of it."""
    named = [name for piece in left_out if piece.kind == SINGER and (name := piece.text.strip(_AROUND_NAME))]
    if len(named) != 1:
        return None
    # As LRC has it.
    return named[0].lower() if re.fullmatch("V[0-9]{1,4}", named[0]) else named[0]


def _begins(found: re.Match[str], row: str) -> bool:
    return not row[: found.start()].rpartition("\n")[2].strip()


def _goes_on(found: re.Match[str], row: str) -> bool:
    """Whether what follows brackets at the beginning of a row is the rest of a sentence, of which they hold
    the first words: "[Yesterday] all my troubles". Told by a small letter, where rows begin with capitals."""
    first = next(filter(str.isalpha, found[1]), "")
    follows = next(filter(str.isalpha, _rest(found, row)), "")
    return _begins(found, row) and first.isupper() and follows.islower()


def _rest(found: re.Match[str], row: str) -> str:
    return row[found.end() :].partition("\n")[0].strip()
