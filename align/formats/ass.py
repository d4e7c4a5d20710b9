r"""Advanced SubStation Alpha and SubStation Alpha: events with karaoke tags \k, \kf, \K, \ko and \kt.

\k's number is the centiseconds that the text after it lasts, counted on from the line's start; \kt sets the
count. Before its turn text has the style's secondary colour, then the primary one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..words import Syllable, WordTimings
from .clock import CLOCK, ass_stamp, seconds_of, units, whole_second
from .cues import placed_between
from .document import (
    AssLook,
    Lyrics,
    Problems,
    TimedText,
    WriteOptions,
    is_bilingual,
    lyrics_of,
    numbered_rows,
)
from .pieces import WORD_JOINER, clean, join_rows, line_pieces, line_text

_BLOCK = re.compile(r"\{([^{}]*)\}")
_KARAOKE = re.compile(r"\\(kt|kf|ko|k|K)\s*(-?[0-9]{1,7}(?:\.[0-9]{1,3})?)")
_DRAWING = re.compile(r"\\p([0-9])")
_CLOCK = re.compile(CLOCK)
# Escaped braces are set aside, as characters that no text holds, while blocks are found.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_ESCAPES = {r"\N": "\n", r"\n": "\n", r"\h": "\u00a0", r"\{": _OPEN, r"\}": _CLOSE}
_ESCAPE = re.compile(r"\\[Nnh{}]")
_BRACES = str.maketrans({_OPEN: "{", _CLOSE: "}"})
_LITERAL = re.compile(r"[\\{}]")
_FIELDS = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]

# Font size and outline as shares of the picture's height: two lines of lyrics in the lower third.
_FONT_SHARE, _OUTLINE_SHARE, _MARGIN_SHARE = 0.075, 0.004, 0.06
# &HAABBGGRR: white, amber once sung, black outline, half-transparent shadow.
_WHITE, _SUNG, _BLACK, _SHADOW = "&H00FFFFFF", "&H0000C8FF", "&H00000000", "&H80000000"


@dataclass(frozen=True, slots=True)
class _Event:
    layer: str
    effect: str
    style: str
    line: TimedText

    @property
    def sung(self) -> bool:
        """It has karaoke."""
        return bool(self.line.pieces)


def read(text: str) -> Lyrics:
    """Dialogue in order of time; positions and drawings are left out. Of a karaoke template's script the
    lines it was made from are read, not its effects. Of several styles those with karaoke are sung, and the
    others translations; so is all but one of the styles that are shown together throughout."""
    problems = Problems()
    full = whole_second(text, 2)
    tags: dict[str, str] = {}
    language = ""
    section, fields = "events", _FIELDS
    events: list[_Event] = []
    for number, raw in numbered_rows(text):
        row = raw.strip()
        if row.startswith("[") and row.endswith("]"):
            section = row[1:-1].strip().lower()
            continue
        key, colon, value = row.partition(":")
        key = key.strip().lower()
        if not row or row[0] in ";!" or not section.startswith(("script info", "events")):
            continue
        if section == "script info":
            if key == "title" and value.strip():
                tags["title"] = value.strip()
            elif key == "language":
                language = value.strip()
        elif key == "format" and colon:
            fields = [name.strip().lower() for name in value.split(",")]
        elif key in ("dialogue", "comment") and colon:
            event = _event(key, value, fields, number, problems, full)
            events += [event] if event else []
        elif key not in ("picture", "sound", "movie", "command"):
            problems.add(number, f"{row[:40]!r} is no event; it is left out.")
    lines, translations = _sung(_placed(events))
    return lyrics_of(
        _lines(lines), "ass", problems, tags=tags, language=language, translations=_lines(translations)
    )


def _placed(events: list[_Event]) -> list[_Event]:
    """Those without times between their neighbours in the file."""
    lines = placed_between([event.line for event in events], lambda line: line.text)
    return [replace(event, line=line) for event, line in zip(events, lines, strict=True)]


def _sung(events: list[_Event]) -> tuple[list[_Event], list[_Event]]:
    """What is sung, and what only says it in other words or letters."""
    if any(event.effect == "karaoke" for event in events):
        events = [event for event in events if event.effect != "fx"]
    karaoke = {event.style for event in events if event.sung}
    starts: dict[str, list[float]] = {}
    for event in events:
        if event.style in karaoke or not karaoke:
            starts.setdefault(event.style, []).append(event.line.start)
    first = max(starts, key=lambda style: len(starts[style]), default="")
    styles = set(starts)
    # Romaji above kanji, or two languages, each with karaoke or without.
    for style in styles - {first}:
        if is_bilingual([*set(starts[first]), *set(starts[style])]):
            styles.remove(style)
    return (
        [event for event in events if event.style in styles],
        [event for event in events if event.style not in styles],
    )


def _event(
    kind: str, value: str, fields: list[str], number: int, problems: Problems, full: str
) -> _Event | None:
    parts = value.strip().split(",", len(fields) - 1)
    found = dict(zip(fields, parts, strict=False))
    effect = found.get("effect", "").strip().lower()
    if kind == "comment" and effect != "karaoke":
        return None
    start, end = (_time(found.get(name, ""), full) for name in ("start", "end"))
    if len(parts) < len(fields) or "text" not in found:
        problems.add(number, "The event lacks fields; it is left out.")
        return None
    guessed = start is None or end is None
    if start is None or end is None:
        problems.add(number, "The event's times cannot be read; its text is placed between its neighbours.")
        start = end = 0.0
    if end < start:
        problems.add(number, "The event ends before it starts; it is taken to last no time.")
    line = _timed_text(found["text"], start, max(start, end), found.get("name", "").strip() or None)
    if guessed:
        line = TimedText(0.0, 0.0, line.text, (), line.voice, guessed=True)
    return _Event(found.get("layer", found.get("marked", "")), effect, found.get("style", "").strip(), line)


def _time(text: str, full: str) -> float | None:
    match = _CLOCK.fullmatch(text.strip())
    return seconds_of(*match.groups(), full=full) if match else None


def _timed_text(text: str, start: float, end: float, voice: str | None) -> TimedText:
    """\\k blocks as pieces; without them one piece."""
    text = _ESCAPE.sub(lambda match: _ESCAPES[match[0]], clean(text))
    pieces: list[Syllable] = []
    opened, elapsed = 0.0, 0.0  # centiseconds from the start: of the piece being read, and after it
    content, drawing, karaoke = "", False, False
    at = 0
    for match in [*_BLOCK.finditer(text), None]:
        if not drawing:
            content += text[at : match.start()] if match else text[at:]
        if match is None:
            break
        at = match.end()
        for tag in _KARAOKE.finditer(match[1]):
            if karaoke or content:
                pieces.append(Syllable(_plain(content), start + opened / 100, start + elapsed / 100))
            content, karaoke = "", True
            opened = max(0.0, float(tag[2])) if tag[1] == "kt" else elapsed
            elapsed = opened if tag[1] == "kt" else opened + max(0.0, float(tag[2]))
        for mode in _DRAWING.findall(match[1]):
            drawing = mode != "0"
    pieces.append(Syllable(_plain(content), start + opened / 100, start + elapsed / 100))
    whole = "".join(piece.text for piece in pieces)
    if karaoke:
        return TimedText(start, end, whole, tuple(pieces), voice)
    return TimedText(start, end, join_rows(whole.split("\n")), (), voice)


def _plain(text: str) -> str:
    return text.translate(_BRACES).replace("\\" + WORD_JOINER, "\\")


def _lines(events: list[_Event]) -> list[TimedText]:
    lines: list[TimedText] = []
    layers: dict[TimedText, str] = {}
    for event in sorted(events, key=lambda event: event.line.start):
        # Outlines and shadows are often drawn by the same line once more on another layer.
        if layers.setdefault(event.line, event.layer) == event.layer:
            lines.append(event.line)
    return lines


def write(timings: WordTimings, options: WriteOptions) -> str:
    r"""An event for each line; each word swept by \kf, or lit by \k where the look has it so; pauses as \k
    before its space.

    Durations are differences of rounded times, so rounding does not add up."""
    events = []
    sung = "k" if options.look is not None and not options.look.sweep else "kf"
    for line in timings.lines:
        pieces = line_pieces(line, 100)
        if not pieces:
            continue
        start, end = pieces[0].start, pieces[-1].end
        if options.karaoke:
            text = ""
            for at, piece in enumerate(pieces):
                text += rf"{{\{sung}{piece.end - piece.start}}}{_escaped(piece.text)}"
                if at + 1 < len(pieces) and pieces[at + 1].start > piece.end:
                    text += rf"{{\k{pieces[at + 1].start - piece.end}}}"
                text += " " * piece.space
        else:
            end = max(units(word.end, 100) for word in line.words)
            text = _escaped(line_text(line))
        voice = " ".join(clean(line.voice or "").replace(",", ";").split())
        events.append((start, max(end, start + 1), voice, text))
    events.sort(key=lambda event: event[0])
    return _header(timings, options) + "".join(
        f"Dialogue: 0,{ass_stamp(start)},{ass_stamp(end)},Lyrics,{voice},0,0,0,,{text}\n"
        for start, end, voice, text in events
    )


def _escaped(text: str) -> str:
    return _LITERAL.sub(lambda sign: "\\" + (WORD_JOINER if sign[0] == "\\" else sign[0]), text)


def _header(timings: WordTimings, options: WriteOptions) -> str:
    width, height = options.size
    info = {
        "Title": " ".join(clean(options.tags.get("title", "")).split()),
        "ScriptType": "v4.00+",
        "Language": timings.language,
        "PlayResX": str(width),
        "PlayResY": str(height),
        "WrapStyle": "0",
        "ScaledBorderAndShadow": "yes",
        "YCbCr Matrix": "TV.709",
    }
    if options.look is not None:
        style = _style_of(options.look, options.karaoke)
    else:
        style = _plain_style(height, options.karaoke)
    return (
        "[Script Info]\n"
        + "".join(f"{name}: {value}\n" for name, value in info.items() if value)
        + "\n[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, "
        "Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, "
        "Alignment, MarginL, MarginR, MarginV, Encoding\n"
        f"Style: {','.join(style)}\n"
        "\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    )


def _plain_style(height: int, karaoke: bool) -> list[str]:
    colours = [_SUNG if karaoke else _WHITE, _WHITE, _BLACK, _SHADOW]
    outline, margin = max(1, round(_OUTLINE_SHARE * height)), round(_MARGIN_SHARE * height)
    return [
        "Lyrics", "Arial", str(round(_FONT_SHARE * height)), *colours, "-1,0,0,0,100,100,0,0,1",
        str(outline), "1", "2", str(margin), str(margin), str(margin), "1",
    ]  # fmt: skip


def _style_of(look: AssLook, karaoke: bool) -> list[str]:
    sung = look.sung if karaoke else look.coming
    colours = [f"&H{colour:08X}" for colour in (sung, look.coming, look.edge, look.back)]
    font = " ".join(clean(look.font).replace(",", " ").split()) or "Arial"
    kind = "3" if look.box else "1"
    return [
        "Lyrics", font, f"{look.size:.0f}", *colours, "-1,0,0,0,100,100,0,0", kind,
        f"{look.outline:.1f}", f"{look.shadow:.1f}", str(look.place), *map(str, look.margins), "1",
    ]  # fmt: skip
