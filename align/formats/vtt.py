"""WebVTT (W3C): cues, with karaoke stamps "<HH:MM:SS.mmm>" inside their text."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from ..script import GAP, display_words
from ..words import Syllable, WordTimings
from .clock import CLOCK, hours_stamp, seconds_of, units, whole_second
from .cues import After, Cue, Cues
from .document import Lyrics, Problems, TimedText, WriteOptions, lyrics_of, numbered_rows
from .pieces import Piece, clean, join_rows, line_pieces, line_text

_TAG = re.compile(r"<([^<>]*)>")
_STAMP = re.compile(CLOCK)
_SIGNATURE = re.compile(r"WEBVTT(\s|$)")
_SPAN = re.compile(r"<c[.>]")
_NOTE = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")
_LANGUAGE = re.compile(r"Language\s*:\s*(.*)", re.IGNORECASE)
_VOICE = re.compile(r"v(?:\.\S*)?\s+(.*)", re.DOTALL)


def read(text: str) -> Lyrics:
    """Notes, styles, regions and settings are skipped; ruby text is left out."""
    problems = Problems()
    cues, tags, language = _cues(text, problems)
    lines = [_line(cue, problems) for cue in cues.all(_shown, _has_stamp)]
    return lyrics_of(lines, "vtt", problems, tags=tags, language=language)


def _cues(text: str, problems: Problems) -> tuple[Cues, dict[str, str], str]:
    cues = Cues(problems, whole_second(text, 3))
    tags: dict[str, str] = {}
    language = ""
    # Where the row before was: in the header, between blocks, on a cue's name, in a cue, or in a note.
    state, rows = "header", list[str]()
    for number, row in numbered_rows(text):
        if number == 1:
            if not _SIGNATURE.match(row):
                problems.add(1, "The file does not begin with WEBVTT.")
                state = "between"
            elif title := row[6:].strip(" \t-"):
                tags["title"] = html.unescape(title)
        after: After = "gap" if state != "cue" else "text" if rows else "timing"
        opened = None if state == "note" else cues.opened(row, number, after)
        if opened is not None:
            state, rows = "cue", opened
        elif state == "cue" and row:
            rows.append(row)
        elif state == "header" and row:
            if match := _LANGUAGE.match(row):
                language = match[1].strip()
        elif state == "between" and row.strip():
            state = "note" if _NOTE.match(row) else "name"
        elif state == "name":
            problems.add(number - 1, "The text stands outside a cue; it is left out.")
            state = "between"
        elif not row:
            state = "between"
    return cues, tags, language


def _shown(row: str) -> str:
    return html.unescape(_TAG.sub("", row)).strip()


def _has_stamp(row: str) -> bool:
    return any(_STAMP.fullmatch(tag) for tag in _TAG.findall(row))


def _line(cue: Cue, problems: Problems) -> TimedText:
    payload = join_rows(cue.rows, _shown)
    times, texts = [cue.start], [""]
    voice: str | None = None
    ruby = False
    at = 0
    for match in _TAG.finditer(payload):
        if not ruby:
            texts[-1] += payload[at : match.start()]
        at = match.end()
        tag = match[1]
        name = tag.split(".")[0].strip()
        if name in ("rt", "/rt", "/ruby"):
            ruby = name == "rt"
        elif named := _VOICE.fullmatch(tag):
            voice = voice or html.unescape(named[1]).strip() or None
        elif stamp := _STAMP.fullmatch(tag):
            time = seconds_of(*stamp.groups(), full="1000")
            if time is None or not times[-1] <= time <= cue.end:
                problems.add(cue.number, f"The stamp <{tag}> does not fit its cue; it is ignored.")
            else:
                times.append(time)
                texts.append("")
    if not ruby:
        texts[-1] += payload[at:]
    pieces = tuple(
        Syllable(html.unescape(text), start, end)
        for text, start, end in zip(texts, times, [*times[1:], cue.end], strict=True)
    )
    text = "".join(piece.text for piece in pieces)
    one_word = bool(_SPAN.search(payload)) and not GAP.search(text.strip())
    stamped = pieces if len(pieces) > 1 or one_word else ()
    return TimedText(cue.start, cue.end, text, stamped, voice, cue.guessed)


def write(timings: WordTimings, options: WriteOptions) -> str:
    """A cue for each line. Stamps must increase strictly inside a cue, so a stamped word lasts 1 ms at least;
    a stamp before white space ends a word before the next begins."""
    cues = []
    for line in timings.lines:
        pieces = line_pieces(line, 1000, shortest=1)
        if not pieces:
            continue
        if options.karaoke:
            end, text = pieces[-1].end, _stamped(pieces)
        else:
            end = max(units(word.end, 1000) for word in line.words)
            text = _escaped(line_text(line))
        voice = _escaped(" ".join(clean(line.voice or "").split()))
        start = pieces[0].start
        cues.append((start, max(end, start + 1), (f"<v {voice}>" if voice else "") + text))
    cues.sort(key=lambda cue: cue[0])
    title = " ".join(clean(options.tags.get("title", "")).split())
    header = f"WEBVTT - {_escaped(title)}\n\n" if title else "WEBVTT\n\n"
    return header + "".join(
        f"{hours_stamp(start, '.')} --> {hours_stamp(end, '.')}\n{text}\n\n" for start, end, text in cues
    )


def _stamped(pieces: Sequence[Piece]) -> str:
    """The text of a cue that begins with its first piece and ends with its last. A span keeps together what
    without stamps would be several words."""
    if len(pieces) == 1 and len(display_words(pieces[0].text)) > 1:
        return f"<c>{_escaped(pieces[0].text)}</c>"
    parts = []
    for at, piece in enumerate(pieces):
        if at:
            parts.append(f"<{hours_stamp(piece.start, '.')}>")
        parts.append(_escaped(piece.text))
        if at + 1 < len(pieces) and piece.end < pieces[at + 1].start:
            parts.append(f"<{hours_stamp(piece.end, '.')}>")
        parts.append(" " * piece.space)
    return "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
