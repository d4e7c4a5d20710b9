"""UltraStar's songs (.txt): "#BPM:120", then notes ": beat length pitch syllable". Beats are quarters of
those that #BPM counts, from #GAP milliseconds on (https://usdx.eu/format)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...engine.errors import LyricsFormatError
from ..words import Syllable
from .document import Lyrics, Problems, TimedText, lyrics_of, numbered_rows

HEADER = re.compile(
    r"^[ \t\ufeff]*#(?:BPM|GAP|TITLE|ARTIST|VERSION|MP3|AUDIO)[ \t]*:", re.MULTILINE | re.IGNORECASE
)
NOTE = re.compile(
    r"^[ \t]*[:*FRG][ \t]+-?[0-9]{1,9}[ \t]+[0-9]{1,9}[ \t]+-?[0-9]{1,4}(?:[ \t]|$)", re.MULTILINE
)
_HEADER = re.compile(r"\s*\ufeff?#([A-Za-z0-9]{1,20})\s*:(.*)")
_NOTE = re.compile(r"\s*[:*FRG]\s+(-?[0-9]{1,9})\s+([0-9]{1,9})\s+-?[0-9]{1,4}(?: (.*))?")
_BROKEN = re.compile(r"\s*[:*FRG] [^ ]{1,12} [^ ]{1,12} [^ ]{1,12} (.*)")
_BREAK = re.compile(r"\s*-\s*(-?[0-9]{1,9})(?:\s+(-?[0-9]{1,9}))?\s*")
_PLAYER = re.compile(r"\s*P\s?([1-9])\s*")
_NUMBER = re.compile(r"\s*(-?[0-9]{1,9}(?:[.,][0-9]{1,9})?)\s*")
_PARTS = 4  # beats of the notes in one of #BPM
_SLOWEST, _FASTEST = 1.0, 20_000.0


@dataclass
class _Song:
    beat: float  # seconds
    gap: float  # seconds
    singers: dict[str, str]
    lines: list[TimedText] = field(default_factory=list)
    pieces: list[Syllable] = field(default_factory=list)
    voice: str | None = None

    def add(self, beat: int, length: int, text: str) -> None:
        start = max(0.0, self.gap + beat * self.beat)
        end = max(start, self.gap + (beat + length) * self.beat)
        if text.strip() in ("~", "") and self.pieces:
            # The syllable before is held on another note.
            held = self.pieces[-1]
            space = " " if text[:1] == " " or text[-1:] == " " else ""
            self.pieces[-1] = Syllable(held.text + space, held.start, max(held.end, end))
        else:
            self.pieces.append(Syllable(text.replace("~", ""), start, end))

    def end_line(self) -> None:
        if text := "".join(piece.text for piece in self.pieces).strip():
            first, last = self.pieces[0].start, max(piece.end for piece in self.pieces)
            self.lines.append(TimedText(first, last, text, tuple(self.pieces), self.voice))
        self.pieces = []


def read(text: str) -> Lyrics:
    """Raises LyricsFormatError for a song without a #BPM."""
    problems = Problems()
    rows = list(numbered_rows(text))
    headers: dict[str, str] = {}
    for _, row in rows:
        if match := _HEADER.fullmatch(row):
            headers.setdefault(match[1].upper(), match[2].strip())
    bpm = _number(headers.get("BPM", ""))
    if not _SLOWEST <= bpm <= _FASTEST:
        raise LyricsFormatError(
            "The UltraStar song has no #BPM that can be read, so its beats have no times: add it, or save "
            "the song as LRC."
        )
    singers = {
        number: headers.get(f"P{number}") or headers.get(f"DUETSINGERP{number}") or f"P{number}"
        for number in "123"
    }
    song = _Song(60 / bpm / _PARTS, _number(headers.get("GAP", "0")) / 1000, singers)
    relative = headers.get("RELATIVE", "").lower() == "yes"
    moved = 0
    for number, row in rows:
        if match := _NOTE.fullmatch(row):
            song.add(moved + int(match[1]), int(match[2]), match[3] or "")
        elif match := _BREAK.fullmatch(row):
            song.end_line()
            if relative:
                moved += int(match[2] or match[1])
        elif match := _PLAYER.fullmatch(row):
            song.end_line()
            song.voice, moved = singers.get(match[1], f"P{match[1]}"), 0
        elif (broken := _BROKEN.fullmatch(row)) and song.pieces:
            problems.add(
                number, f"{row.strip()[:40]!r} has no such beats; its text follows the note before it."
            )
            last = song.pieces[-1]
            song.pieces.append(Syllable(broken[1], last.end, last.end))
        elif row.strip() == "E":
            break
        elif row.strip() and not _HEADER.fullmatch(row):
            problems.add(number, f"{row.strip()[:40]!r} is no note; it is left out.")
    song.end_line()
    tags = {name: value for name in ("title", "artist", "album") if (value := headers.get(name.upper(), ""))}
    return lyrics_of(sorted(song.lines, key=lambda line: line.start), "ultrastar", problems, tags=tags)


def _number(text: str) -> float:
    match = _NUMBER.fullmatch(text)
    return float(match[1].replace(",", ".")) if match else 0.0
