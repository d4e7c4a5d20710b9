"""Parts of one video as one file again: their packets as they are, the soundtrack copied, or coded once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.video.stream import VideoStream

from ..errors import OutputError
from .coded_sound import CodedSound
from .container import MediaFile
from .frames import Colour
from .sound import Sound
from .times import FrameTimes
from .writer import Mp4Writer


class PartsError(OutputError):
    """Parts that can't be joined: they have to be rendered again."""


@dataclass(frozen=True)
class _Coded:
    """A picture that is coded already. pts: as of a Frame."""

    packet: av.Packet
    pts: Fraction


class JoinedWriter(Mp4Writer):
    """Writes coded pictures as `Mp4Writer` writes frames. template: a file by whose encoder all of them were
    made, without pictures that are shown in another order than they are stored in."""

    def __init__(
        self, path: Path, template: Path, fps: Fraction, sound: Sound | CodedSound | None, duration: Fraction,
        variable: bool, metadata: Mapping[str, str] | None,
    ) -> None:  # fmt: skip
        super().__init__(
            path, (0, 0), fps, Colour(), sound, duration, variable=variable, metadata=metadata
        )  # fmt: skip
        self._template = template

    def _add_video(self) -> VideoStream:
        with MediaFile(self._template).pictures() as (_, stream):
            video = self._container.add_stream_from_template(stream, opaque=True)
        video.time_base = self._time_base
        # Else Matroska declares what the time base has, which of a varying rate is none.
        video.codec_context.framerate = self._fps
        return video

    def _put(self, frame: Any, end: Fraction) -> None:
        packet: av.Packet = frame.packet
        packet.time_base = self._time_base
        packet.pts = packet.dts = round(frame.pts / self._time_base)
        packet.duration = round(end / self._time_base) - packet.pts
        packet.stream = self._video
        self._container.mux(packet)

    def _end_pictures(self) -> None:
        """Nothing is held back."""


def join_parts(
    path: Path, parts: Sequence[Path], times: FrameTimes, fps: Fraction, duration: Fraction,
    sound: Sound | CodedSound | None, *, variable: bool = False, metadata: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
    """Write the video that silent parts, in order, are of to `path`; the number of its frames.

    times: when each frame begins, seconds, of all; duration: where the last one ends. fps, variable, sound
    and metadata: as Mp4Writer takes them. Raises PartsError for parts that aren't of one encoder's setting,
    or don't have the frames that `times` tells, and what Mp4Writer does."""
    count = 0
    with JoinedWriter(path, parts[0], fps, sound, duration, variable, metadata) as writer:
        for packet in _packets(parts):
            if count < len(times):
                writer.write(_Coded(packet, times[count]))  # type: ignore[arg-type]
            count += 1
        if count != len(times):
            raise PartsError(f"The parts have {count} frames instead of {len(times)}: render them again.")
    return count


def _packets(parts: Sequence[Path]) -> Iterator[av.Packet]:
    setting: tuple[object, ...] | None = None
    for part in parts:
        with ExitStack() as opened:
            container, stream = opened.enter_context(MediaFile(part).pictures())
            context = stream.codec_context
            found = context.name, context.width, context.height, bytes(context.extradata or b"")
            if setting is not None and found != setting:
                raise PartsError(
                    f"{part.name} was encoded in another way than the parts before: render all again, with "
                    "the same version of PyAV everywhere."
                )
            setting = found
            for packet in container.demux(stream):
                if packet.size:
                    yield packet
