"""What every lip-sync engine, local or cloud, looks like from outside."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from ..engine.faces.track import Person
from ..engine.host.protocol import Host
from ..engine.media.frames import Colour, Frame
from ..engine.media.sound import Sound
from ..engine.media.timeline import Timeline
from ..engine.media.times import FrameTimes
from ..engine.report import FrameState
from .request import LipSyncRequest
from .spec import BackendSpec
from .speech import Speech


@dataclass(frozen=True)
class FrameChunk:
    """Finished frames, in order, numbered and timed over the whole output, and what became of each. voices:
    of each frame, what became of it for each of several voices."""

    frames: list[Frame]
    states: list[FrameState]
    voices: list[list[FrameState]] = field(default_factory=list)


@dataclass(frozen=True)
class Footage:
    """What mouths are repainted in, and by what voice. timeline: which frame of the request's source each
    output frame shows. people: whose mouths, one after the other. speech: what they say."""

    timeline: Timeline
    people: Sequence[Person]
    speech: Speech


@dataclass(frozen=True)
class Rendering:
    """What a backend makes: known at once what it will look like, worked out chunk by chunk as it is read.

    size: width and height of the planes; aspect: of their samples. frames: how many will come. duration: what
    the soundtrack is cut or padded to. variable: frame times are not multiples of 1/fps. notes: sentences for
    the run report, may grow while the chunks are read. start: when the first frame begins, which is later
    than 0 in a part of a longer video. footage: of an engine that repaints it, for each voice. times: when
    each frame begins, of the whole; None where that is every 1/fps from 0 on. sound: what is heard in place
    of the request's, of an engine that speaks with a voice of its own.
    """

    size: tuple[int, int]
    fps: Fraction
    variable: bool
    colour: Colour
    frames: int
    duration: Fraction
    chunks: Generator[FrameChunk, None, None]
    notes: list[str]
    start: Fraction = Fraction(0)
    footage: tuple[Footage, ...] = ()
    aspect: Fraction = Fraction(1)
    times: FrameTimes | None = None
    sound: Sound | None = None


class LipSyncBackend(Protocol):
    """spec: what it is. name: for the report, with the version. takes_footage: anything but a still may come
    in; a `portrait` backend then says itself which picture it takes."""

    spec: BackendSpec
    name: str
    takes_footage: bool

    def render(self, request: LipSyncRequest, host: Host) -> Rendering: ...
