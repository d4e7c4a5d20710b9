"""The elements of a TTML document that hold lyrics, their times in seconds."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from ...engine.errors import LyricsFormatError
from .clock import CLOCK, seconds_of
from .document import Problems

BACKING = "bg"
# A break between rows; XML holds no such character.
ROW = "\x0b"
# What XML can't hold, also as a reference.
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_NAMED = re.compile(r"&([A-Za-z]{2,10}[0-9]{0,2});")
_XML_OWN = ("amp", "lt", "gt", "quot", "apos")
_CLOCK = re.compile(CLOCK)
_FRAMES = re.compile(r"([0-9]{1,6}):([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,4})(?:\.[0-9]{1,4})?")
_OFFSET = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,18})?)(h|ms|m|s|f|t)?")
_LONGEST = 1e9
_DEFAULT_RATE = 30.0
_META = {"musicName": "title", "title": "title", "artists": "artist", "artist": "artist", "album": "album"}


@dataclass(slots=True)
class Times:
    begin: float | None = None
    end: float | None = None
    duration: float | None = None

    def last(self) -> float | None:
        if self.end is None and self.begin is not None and self.duration is not None:
            return self.begin + self.duration
        return self.end


@dataclass(slots=True)
class Run:
    """Text of one kind inside a paragraph: "" for what is sung, "bg1", "bg2", … or "other". offset: of the
    spans around it, where times are relative."""

    text: str
    times: Times
    kind: str
    offset: float = 0.0


@dataclass(slots=True)
class Paragraph:
    number: int
    times: Times
    offset: float
    parent: Times
    agent: str
    key: str
    runs: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class _Element:
    """times, agent, kind: its own, or those of what it is in; offset: the begins of what it is in, and its
    own."""

    name: str
    times: Times = field(default_factory=Times)
    agent: str = ""
    kind: str = ""
    offset: float = 0.0
    attributes: dict[str, str] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)


class Reader:
    """Takes the document apart as expat comes through it, so that of a broken one the beginning remains."""

    def __init__(self, problems: Problems) -> None:
        self.paragraphs: list[Paragraph] = []
        self.tags: dict[str, str] = {}
        self.agents: dict[str, str] = {}
        self.beside: dict[str, list[str]] = {}
        self.language = ""
        self._problems = problems
        self._stack: list[_Element] = []
        self._paragraph: Paragraph | None = None
        self._paragraphs_open = 0
        self.root = ""
        self._backing = 0
        self._frame_rate = _DEFAULT_RATE
        self._tick_rate = 1.0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.EntityDeclHandler = self._entity

    def feed(self, text: str) -> None:
        """Raises LyricsFormatError for XML of which nothing can be read."""
        try:
            self._parser.Parse(text, True)
        except expat.ExpatError as error:
            said = f"The XML is broken in line {error.lineno}, column {error.offset + 1}"
            if not self.paragraphs:
                raise LyricsFormatError(f"{said}: save it again with the program that made it.") from error
            self._problems.add(error.lineno, f"{said}; what comes after it is lost.")

    def _entity(self, *_: object) -> None:
        raise LyricsFormatError(
            "The TTML defines entities of its own, which lyrics never do; it is not read."
        )

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        attributes = {key.rpartition(":")[2]: value for key, value in given.items()}
        parent = self._stack[-1] if self._stack else _Element("")
        if not self._stack:
            self.root = name
            self._parameters(attributes)
        times = Times(*(self._time(attributes.get(key, "")) for key in ("begin", "end", "dur")))
        agent = attributes.get("agent") or parent.agent
        element = _Element(name, times, agent, parent.kind, parent.offset, attributes)
        if name == "p":
            self._paragraphs_open += 1
            if self._paragraph is None:
                key = attributes.get("key") or attributes.get("id", "")
                line = self._parser.CurrentLineNumber
                self._paragraph = Paragraph(line, times, parent.offset, parent.times, agent, key)
                element.offset = 0.0
            element.times = Times()
        elif name == "span" and times.begin is not None:
            element.offset += times.begin
        elif times.begin is None:
            element.times = parent.times
        elif name in ("body", "div"):
            element.offset += times.begin
        if name == "span":
            element.kind = self._kind(attributes, parent.kind)
        elif name == "br" and self._paragraph is not None:
            self._paragraph.runs.append(Run(ROW, Times(), parent.kind))
        elif name == "agent":
            self.agents.setdefault(attributes.get("id", ""), "")
        elif name == "meta" and (tagged := _META.get(attributes.get("key", ""))):
            self.tags.setdefault(tagged, attributes.get("value", ""))
        self._stack.append(element)

    def _kind(self, attributes: dict[str, str], kind: str) -> str:
        role = attributes.get("role", "")
        if kind in ("other", "ruby"):
            return kind
        if role in ("x-translation", "x-roman"):
            return "other"
        if attributes.get("ruby") in ("text", "textContainer", "delimiter"):
            return "ruby"
        if role == "x-bg":
            self._backing += 1
            return f"{BACKING}{self._backing}"
        return kind

    def _parameters(self, attributes: dict[str, str]) -> None:
        self.language = attributes.get("lang", "").strip()
        rate = _positive(attributes.get("frameRate", ""))
        multiplier = [_positive(number) for number in attributes.get("frameRateMultiplier", "").split()]
        if len(multiplier) == 2 and all(multiplier):
            rate *= multiplier[0] / multiplier[1]
        self._frame_rate = rate or _DEFAULT_RATE
        self._tick_rate = _positive(attributes.get("tickRate", "")) or 1.0

    def _time(self, text: str) -> float | None:
        """https://www.w3.org/TR/ttml2/#timing-value-time-expression; also a bare number of seconds."""
        text = text.strip()
        found: float | None = None
        if match := _OFFSET.fullmatch(text):
            scale = {"h": 3600.0, "m": 60.0, "ms": 0.001, "f": 1 / self._frame_rate, "t": 1 / self._tick_rate}
            found = float(match[1]) * scale.get(match[2] or "s", 1.0)
        elif match := _FRAMES.fullmatch(text):
            whole = seconds_of(match[1], match[2], match[3], None)
            found = None if whole is None else whole + int(match[4]) / self._frame_rate
        elif match := _CLOCK.fullmatch(text):
            found = seconds_of(*match.groups(), full="1000")
        return found if found is not None and found <= _LONGEST else None

    def _data(self, text: str) -> None:
        if not self._stack:
            return
        element = self._stack[-1]
        if self._paragraph is not None:
            if element.kind != "ruby":
                offset = element.offset - (element.times.begin or 0.0)
                self._paragraph.runs.append(Run(text, element.times, element.kind, offset))
        elif element.name in ("title", "name", "text", "span"):
            element.text.append(text)

    def _end(self, tag: str) -> None:
        element = self._stack.pop()
        text = " ".join("".join(element.text).split())
        if element.name == "p":
            self._paragraphs_open -= 1
            if self._paragraph is not None and not self._paragraphs_open:
                self.paragraphs.append(self._paragraph)
                self._paragraph = None
        elif element.name == "title" and text:
            self.tags.setdefault("title", text)
        elif element.name == "name" and text and self._stack and self._stack[-1].name == "agent":
            self.agents[self._stack[-1].attributes.get("id", "")] = text
        elif element.name == "span" and self._stack and self._stack[-1].name == "text":
            self._stack[-1].text.extend(element.text)
        elif element.name == "text" and (key := element.attributes.get("for")):
            self.beside.setdefault(key, []).append(text)


def _positive(text: str) -> float:
    """0.0 for what is no number above 0."""
    match = re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text.strip())
    return float(match[0]) if match else 0.0


def mended(text: str) -> str:
    """With HTML's entities, bare ampersands and characters that XML forbids made harmless."""
    text = ILLEGAL.sub("", text).lstrip()
    if "&" not in text:
        return text

    def legal(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 10 if match[1] else 16)
        return match[0] if code < 0x110000 and not ILLEGAL.match(chr(code)) else ""

    def plain(match: re.Match[str]) -> str:
        found = html.unescape(match[0])
        return match[0] if match[1] in _XML_OWN or found == match[0] else escape(found)

    return _BARE.sub("&amp;", _NAMED.sub(plain, _REFERENCE.sub(legal, text)))
