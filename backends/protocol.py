"""What every lip-sync engine, local or cloud, looks like from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

from ..align.words import WordTimings
from ..engine.faces.track import FaceTrack
from ..engine.host.protocol import Host
from ..engine.media.frames import Colour, Frame
from ..engine.media.sound import Sound
from ..engine.media.source import Source
from ..engine.media.timeline import FillRule, LengthRule
from ..engine.report import FrameState

SilenceRule = Literal["rest", "close", "source"]
ContentKind = Literal["auto", "speech", "song"]


@dataclass(frozen=True)
class LipSyncRequest:
    """One job.

    source: the footage or still. soundtrack: what is heard. driving: what moves the mouth (a vocal stem), if
    not the soundtrack. words, lyrics: what is said, if known. person: "largest", "left", "right", "centre" or
    an id. silence: what the mouth does in pauses: back to `rest` (the source's own rest shape), `close`, or
    the `source` frame passed through. sync_offset: seconds by which the mouth moves later than it is heard.
    """

    source: Source
    soundtrack: Sound
    driving: Sound | None = None
    words: WordTimings | None = None
    lyrics: str = ""
    track: FaceTrack | None = None
    length: LengthRule = "audio"
    fill: FillRule = "pingpong"
    person: str = "largest"
    silence: SilenceRule = "rest"
    content: ContentKind = "auto"
    sync_offset: float = 0.0

    @property
    def voice(self) -> Sound:
        return self.driving or self.soundtrack


@dataclass(frozen=True)
class FrameChunk:
    """Finished frames, in order, numbered from 0 over the whole output, and what became of each."""

    frames: list[Frame]
    states: list[FrameState]


@dataclass(frozen=True)
class Rendering:
    """What a backend makes: known at once what it will look like, worked out chunk by chunk as it is read.

    frames: how many will come. duration: what the soundtrack is cut or padded to. variable: frame times are
    not multiples of 1/fps. notes: sentences for the run report, may grow while the chunks are read.
    """

    size: tuple[int, int]
    fps: Fraction
    variable: bool
    colour: Colour
    frames: int
    duration: Fraction
    chunks: Iterator[FrameChunk]
    notes: list[str]


class LipSyncBackend(Protocol):
    """task: `dub` repaints footage, `portrait` animates one picture. takes_footage: anything but a still may
    come in; a `portrait` backend then says itself which picture it takes. fps: None for any frame rate."""

    name: str
    task: Literal["dub", "portrait"]
    takes_footage: bool
    remote: bool
    licence: str
    fps: Fraction | None

    def render(self, request: LipSyncRequest, host: Host) -> Rendering: ...
