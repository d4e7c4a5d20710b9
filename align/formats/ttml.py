"""TTML (W3C Timed Text Markup Language 2), as subtitles and as the lyrics of Apple Music and Musixmatch.

In lyrics a <p> is a line and each timed <span> in it a word or syllable, ttm:agent says who sings, and
ttm:role marks backing vocals ("x-bg"), translations ("x-translation") and transcriptions ("x-roman"). Times
of spans are those of the document there, where TTML counts them from the paragraph; which one holds is seen
from the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from ...engine.errors import LyricsFormatError
from ..words import Line, Syllable, WordTimings
from .clock import hours_stamp, units
from .cues import placed_between
from .document import Lyrics, Problems, TimedText, WriteOptions, lyrics_of
from .pieces import Piece, clean, join_rows, line_pieces, line_text
from .ttml_document import BACKING, ILLEGAL, ROW, Paragraph, Reader, Run, mended

_SPACE = re.compile(r"[ \t\r\n\x0b]+")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
# Seconds that a span may begin before its paragraph by rounding.
_SLACK = 0.05


def read(text: str) -> Lyrics:
    """Styles, regions and pictures are left out. Raises LyricsFormatError for XML of which nothing can be
    read, or that is no TTML."""
    problems = Problems()
    reader = Reader(problems)
    reader.feed(mended(text))
    if reader.root != "tt":
        raise LyricsFormatError(
            f"The XML holds <{reader.root[:20]}>, which is no TTML: save it as TTML or SRT."
        )
    paragraphs = reader.paragraphs
    moved = any(
        paragraph.times.begin is not None and paragraph.times.begin < paragraph.offset - _SLACK
        for paragraph in paragraphs
    )
    relative = any(
        run.times.begin < (paragraph.times.begin or 0.0) - _SLACK
        for paragraph in paragraphs
        for run in paragraph.runs
        if run.times.begin is not None and run.text.strip()
    )
    lines: list[TimedText] = []
    translations: list[TimedText] = []
    for paragraph in paragraphs:
        shift = paragraph.offset if moved else 0.0
        found = _lines(paragraph, shift, relative, reader.agents, problems)
        lines += found
        others = [_text([run for run in paragraph.runs if run.kind == "other"])]
        for other in [*others, *reader.beside.pop(paragraph.key, ())]:
            if other and found:
                translations.append(TimedText(found[0].start, found[0].end, other))
    lines = sorted(placed_between(lines, lambda line: line.text), key=lambda line: line.start)
    return lyrics_of(
        lines, "ttml", problems, tags=reader.tags, language=reader.language, translations=translations
    )


def _lines(
    paragraph: Paragraph, shift: float, relative: bool, agents: dict[str, str], problems: Problems
) -> list[TimedText]:
    """What a paragraph says, and the backing vocals in it as lines of their own."""
    named = paragraph.agent.split()[0] if paragraph.agent.split() else ""
    voice = (agents.get(named) or named) or None
    start, end = paragraph.times.begin, paragraph.times.last()
    base = shift + (start or 0.0) if relative else shift
    found: list[TimedText] = []
    for kind in dict.fromkeys(run.kind for run in paragraph.runs):
        if kind == "other":
            continue
        runs = [run for run in paragraph.runs if run.kind == kind]
        text = _text(runs)
        if not text:
            continue
        pieces = _pieces(runs, base, relative, None if end is None else end + shift)
        backing = kind.startswith(BACKING)
        first = min((piece.start for piece in pieces), default=None)
        begin = first if start is None or (backing and first is not None) else start + shift
        last = max((piece.end for piece in pieces), default=None)
        close = last if end is None or (backing and last is not None) else end + shift
        if begin is None:
            begin, close = paragraph.parent.begin, close if close is not None else paragraph.parent.last()
        guessed = begin is None
        if begin is None:
            problems.add(paragraph.number, "The line has no time; it is placed between its neighbours.")
            begin, close = 0.0, 0.0
        if close is None or close < begin:
            if close is not None:
                problems.add(paragraph.number, "The line ends before it starts; it is taken to last no time.")
            close = begin
        found.append(TimedText(begin, close, text, pieces, BACKING if backing else voice, guessed))
    return found


def _text(runs: Iterable[Run]) -> str:
    rows = "".join(run.text for run in runs).split(ROW)
    return join_rows(_SPACE.sub(" ", row) for row in rows)


def _pieces(runs: Sequence[Run], base: float, relative: bool, end: float | None) -> tuple[Syllable, ...]:
    """Timed spans, and what stands between them; none where no span has a time."""
    if not any(run.times.begin is not None and run.text.strip() for run in runs):
        return ()
    starts: list[float | None] = []
    for run in runs:
        begin = run.times.begin if run.text.strip() else None
        starts.append(None if begin is None else base + begin + (run.offset if relative else 0.0))
    following: list[float | None] = [None] * len(runs)
    later = end
    for at in reversed(range(len(runs))):
        following[at] = later
        later = starts[at] if starts[at] is not None else later
    pieces: list[Syllable] = []
    elapsed = next(start for start in starts if start is not None)
    for run, start, following_start in zip(runs, starts, following, strict=True):
        text = _SPACE.sub(" ", run.text)
        if start is None:
            close = elapsed if not text.strip() or following_start is None else max(elapsed, following_start)
            pieces.append(Syllable(text, elapsed, close))
            continue
        last = run.times.last()
        if last is not None:
            close = max(start, base + last + (run.offset if relative else 0.0))
        else:
            close = start if following_start is None else max(start, following_start)
        pieces.append(Syllable(text, start, close))
        elapsed = close
    return tuple(pieces)


def write(timings: WordTimings, options: WriteOptions) -> str:
    """A paragraph for each line; with karaoke a span for each word and syllable, and backing vocals inside
    the paragraph of the line that they are sung with."""
    lines = [(pieces, line) for line in timings.lines if (pieces := line_pieces(line, 1000))]
    # Backing vocals of the same moment come after the line that they belong to.
    lines.sort(key=lambda entry: (entry[0][0].start, entry[1].voice == BACKING))
    agents = _agents([line for _, line in lines])
    # Start, end, agent, content, and whether it is more than backing vocals.
    paragraphs: list[tuple[int, int, str, str, bool]] = []
    for pieces, line in lines:
        start = pieces[0].start
        if options.karaoke:
            end, content = max(pieces[-1].end, start), _spans(pieces)
        else:
            end = max(start, *(units(word.end, 1000) for word in line.words))
            content = _escaped(line_text(line))
        backing = line.voice == BACKING
        if backing:
            content = f'<span ttm:role="x-bg">{content}</span>'
            if options.karaoke and paragraphs and paragraphs[-1][4]:
                began, ended, agent, before, _ = paragraphs[-1]
                paragraphs[-1] = (began, max(ended, end), agent, before + content, True)
                continue
        agent = agents.get(line.voice or "", "")
        paragraphs.append((start, end, agent, content, not backing))
    rows = [
        f'<p begin="{hours_stamp(start, ".")}" end="{hours_stamp(end, ".")}"'
        + (f" ttm:agent={quoteattr(agent)}" if agent else "")
        + f">{content}</p>\n"
        for start, end, agent, content, _ in paragraphs
    ]
    last = max((end for _, end, *_ in paragraphs), default=0)
    return _head(timings, options, agents, last) + "".join(rows) + "</div></body>\n</tt>\n"


def _agents(lines: Sequence[Line]) -> dict[str, str]:
    """Identifiers in the file by voice."""
    agents: dict[str, str] = {}
    for voice in dict.fromkeys(line.voice for line in lines):
        if voice and voice != BACKING and _ID.fullmatch(voice):
            agents[voice] = voice
    for voice in dict.fromkeys(line.voice for line in lines):
        if voice and voice != BACKING and voice not in agents and _name(voice):
            number = next(n for n in range(1, len(agents) + 2) if f"v{n}" not in agents.values())
            agents[voice] = f"v{number}"
    return agents


def _name(voice: str) -> str:
    return " ".join(ILLEGAL.sub("", clean(voice)).split())


def _spans(pieces: Sequence[Piece]) -> str:
    spans = []
    for piece in pieces:
        begin, end = hours_stamp(piece.start, "."), hours_stamp(max(piece.start, piece.end), ".")
        spans.append(f'<span begin="{begin}" end="{end}">{_escaped(piece.text)}</span>' + " " * piece.space)
    return "".join(spans)


def _escaped(text: str) -> str:
    return escape(ILLEGAL.sub("", text))


def _head(timings: WordTimings, options: WriteOptions, agents: Mapping[str, str], last: int) -> str:
    title = _name(options.tags.get("title", ""))
    language = quoteattr(_name(timings.language)) if timings.language else '""'
    rows = [f"<ttm:title>{_escaped(title)}</ttm:title>\n"] if title else []
    for voice, agent in agents.items():
        name = _name(voice)
        named = "/>" if name == agent else f'><ttm:name type="full">{_escaped(name)}</ttm:name></ttm:agent>'
        rows.append(f'<ttm:agent type="person" xml:id={quoteattr(agent)}{named}\n')
    metadata = "<metadata>\n" + "".join(rows) + "</metadata>" if rows else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"'
        ' xmlns:itunes="http://music.apple.com/lyric-ttml-internal"'
        f' itunes:timing="{"Word" if options.karaoke else "Line"}" xml:lang={language}>\n'
        f"<head>{metadata}</head>\n"
        f'<body dur="{hours_stamp(last, ".")}"><div>\n'
    )
