"""Where pictures come from: a video file, a still, or an IMAGE batch, all read the same way."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Protocol

from .coded_sound import CodedSound
from .frames import Colour, Frame
from .images import ImageSource
from .metadata import Metadata
from .sound import Sound
from .times import FrameTimes
from .video import VideoSource

__all__ = ["ImageSource", "Source", "VideoSource"]


class Source(Protocol):
    """Pictures in order of time, with exact numbers.

    size: width and height in square pixels, even and upright. stored_size: those of the planes. aspect: of
    their samples, width ÷ height; 1 where both sizes are the same. fps: exact, or the mean if `variable`.
    frames: how many there are. times: pts of each in seconds, the first is 0. duration: end of the last
    frame. still: there is only one picture. colour: what all frames are tagged as. key: hash of the content;
    equal means the same pictures at the same times. notes: sentences for a run report.
    """

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def stored_size(self) -> tuple[int, int]: ...
    @property
    def aspect(self) -> Fraction: ...
    @property
    def fps(self) -> Fraction: ...
    @property
    def frames(self) -> int: ...
    @property
    def times(self) -> FrameTimes: ...
    @property
    def duration(self) -> Fraction: ...
    @property
    def still(self) -> bool: ...
    @property
    def variable(self) -> bool: ...
    @property
    def colour(self) -> Colour: ...
    @property
    def key(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Frames start..stop-1 in order; each frame's planes belong to the caller."""
        ...

    def key_before(self, index: int) -> int:
        """The last frame, not after `index`, that can be read without any before it; 0 if there is none."""
        ...

    def read_reversed(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Frames stop-1..start, backwards, in bounded memory."""
        ...

    def sound(self) -> Sound | None:
        """The soundtrack that came with the pictures, over exactly their time; None if there is none."""
        ...

    def coded_sound(self) -> CodedSound | None:
        """The same as it is coded, to be copied; None where that can't be."""
        ...

    def metadata(self) -> Metadata:
        """When, by whom, with what and where they were made."""
        ...
