"""A file's soundtrack as it is coded, so that another file can carry it without a second encode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
from av.audio.stream import AudioStream

from .container import MediaFile, sound_stream

# What MP4 carries and every player knows, by decoder, from containers that say where a coder's delay ends.
# Matroska's milliseconds put MP3 a sample off.
_CONTAINERS = {
    "aac": ("mp4", "matroska"), "mp3": ("mp4",), "mp3float": ("mp4",), "ac3": ("mp4", "matroska"),
    "eac3": ("mp4", "matroska"),
}  # fmt: skip
# Closer than this, a difference between a packet's time and the end of the one before is rounding, seconds.
_GAP = Fraction(1, 50)


@dataclass(frozen=True)
class CodedSound:
    """The audio track of a file that `sound_stream` takes.

    begin: time of the file's first picture, in the container's time, seconds."""

    file: MediaFile
    begin: Fraction

    @classmethod
    def of_file(cls, file: MediaFile, begin: Fraction) -> CodedSound | None:
        """None where the sound can't be copied to an MP4: none there, coded otherwise, or with gaps."""
        sound = cls(file, begin)
        try:
            with file.open() as container:
                stream = sound_stream(container)
                if stream is None:
                    return None
                context = stream.codec_context
                known = any(name in container.format.name for name in _CONTAINERS.get(context.name, ()))
                if not known or (context.name == "aac" and not context.extradata):
                    return None
            with sound.packets() as (_, packets):
                spans = [(start, start + (packet.duration or 0) * Fraction(packet.time_base or 1))
                         for start, packet in packets]  # fmt: skip
        except (av.error.FFmpegError, OSError):
            return None
        whole = bool(spans) and spans[0][0] <= _GAP
        return sound if whole and all(abs(b[0] - a[1]) <= _GAP for a, b in pairwise(spans)) else None

    @contextmanager
    def packets(self) -> Iterator[tuple[AudioStream, Iterator[tuple[Fraction, av.Packet]]]]:
        """The stream they come from, and each packet with its start in seconds from the first picture, which
        is also what its timestamps are moved to; a coder's priming begins before 0."""
        with self.file.open() as container:
            stream = sound_stream(container)
            assert stream is not None
            yield stream, self._shifted(container, stream)

    def _shifted(
        self, container: av.container.InputContainer, stream: AudioStream
    ) -> Iterator[tuple[Fraction, av.Packet]]:
        base = Fraction(stream.time_base or 1)
        shift = round(self.begin / base)
        for packet in container.demux(stream):
            if packet.size and packet.pts is not None and packet.dts is not None:
                packet.pts -= shift
                packet.dts -= shift
                yield packet.pts * base, packet
