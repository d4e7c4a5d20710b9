"""The karaoke of Chinese music services, milliseconds.

QRC of QQ Music: "[start,length]word(start,length)", also inside its XML; YRC of NetEase:
"[start,length](start,length,0)word"; KRC of KuGou: "[start,length]<from the line's start,length,0>word".
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from ..words import Syllable
from .cues import placed_between
from .document import Lyrics, Problems, TimedText, lyrics_of, numbered_rows
from .lrc import credit_of, tag_of
from .pieces import unescaped

ROW = re.compile(r"^[ \t\ufeff]*\[[0-9]{1,9},[0-9]{1,9}\]", re.MULTILINE)
XML = re.compile(r"<QrcInfos|LyricContent\s*=")
_ROW = re.compile(r"\s*\[([0-9]{1,9}),([0-9]{1,9})\](.*)")
_BROKEN = re.compile(r"\s*\[[^\[\],:]{1,14},[^\[\],:]{1,14}\](.*)")
_CONTENT = re.compile(r'LyricContent\s*=\s*"([^"]*)"')
_AFTER = re.compile(r"\(([0-9]{1,9}),([0-9]{1,9})\)")
_BEFORE = re.compile(r"\(([0-9]{1,9}),([0-9]{1,9}),-?[0-9]{1,9}\)")
_RELATIVE = re.compile(r"<([0-9]{1,9}),([0-9]{1,9}),-?[0-9]{1,9}>")
# Beside tags for people there are such of the player's own: hash, sign, id, language.
_HEADER = re.compile(r"\[[A-Za-z]{1,12}:.*\]")
_TAGS = ("title", "artist", "album", "by")
_OFFSET = re.compile(r"[+-]?[0-9]{1,9}")


def read(text: str) -> Lyrics:
    """Which of the three it is shows in each line's stamps."""
    if XML.search(text):
        text = "\n".join(html.unescape(content) for content in _CONTENT.findall(text))
    problems = Problems()
    tags: dict[str, str] = {}
    lines: list[TimedText] = []
    offset = 0.0
    for number, raw in numbered_rows(text):
        row = raw.strip().lstrip("\ufeff")
        if match := _ROW.fullmatch(row):
            lines.append(_line(int(match[1]) / 1000, int(match[2]) / 1000, match[3]))
        elif broken := _BROKEN.fullmatch(row):
            problems.add(
                number, f"{row[:40]!r} has no such times; the line is placed between its neighbours."
            )
            content = "".join(piece.text for piece in _line(0.0, 0.0, broken[1]).pieces)
            lines.append(TimedText(0.0, 0.0, content or unescaped(broken[1]), guessed=True))
        elif tag := tag_of(row):
            if tag[0] == "offset" and _OFFSET.fullmatch(tag[1]):
                offset = int(tag[1]) / 1000
            elif tag[0] in _TAGS:
                tags.setdefault(*tag)
        elif _HEADER.fullmatch(row):
            continue
        elif credit := credit_of(row):
            problems.add(number, f"“{credit[:60]}” is a credit; it is left out.")
        elif row:
            problems.add(number, f"{row[:40]!r} has no time stamp; the line is left out.")
    placed = placed_between(lines, lambda line: line.text)
    return lyrics_of(
        sorted((_moved(line, -offset) for line in placed), key=lambda line: line.start),
        "qrc",
        problems,
        tags=tags,
    )


def _line(start: float, length: float, body: str) -> TimedText:
    pieces: list[Syllable] = []
    if _RELATIVE.search(body) or _BEFORE.search(body):
        stamps = list((_RELATIVE if _RELATIVE.search(body) else _BEFORE).finditer(body))
        shift = start if stamps[0][0].startswith("<") else 0.0
        if lead := body[: stamps[0].start()]:
            pieces.append(Syllable(unescaped(lead), start, start))
        for stamp, after in zip(stamps, [*stamps[1:], None], strict=True):
            content = body[stamp.end() : after.start() if after else len(body)]
            begin = shift + int(stamp[1]) / 1000
            pieces.append(Syllable(unescaped(content), begin, begin + int(stamp[2]) / 1000))
    else:
        at = 0
        for stamp in _AFTER.finditer(body):
            begin = int(stamp[1]) / 1000
            content = unescaped(body[at : stamp.start()])
            pieces.append(Syllable(content, begin, begin + int(stamp[2]) / 1000))
            at = stamp.end()
        if rest := body[at:].strip():
            end = pieces[-1].end if pieces else start
            pieces.append(Syllable(unescaped(body[at:]), end, max(end, start + length)))
            if len(pieces) == 1:
                return TimedText(start, start + length, unescaped(rest))
    text = "".join(piece.text for piece in pieces)
    return TimedText(start, start + length, text, tuple(pieces))


def _moved(line: TimedText, seconds: float) -> TimedText:
    if not seconds:
        return line
    pieces = tuple(
        Syllable(piece.text, max(0.0, piece.start + seconds), max(0.0, piece.end + seconds))
        for piece in line.pieces
    )
    start, end = max(0.0, line.start + seconds), max(0.0, line.end + seconds)
    return replace(line, start=start, end=end, pieces=pieces)
