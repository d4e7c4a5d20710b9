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

# What FFmpeg's muxers take of each container and its players know, by FFmpeg's names of codecs. MP4: ISO/IEC
# 14496-3, ETSI TS 102 366 annex F, and Xiph's "Encapsulation of FLAC" and "of Opus in ISO Base Media File
# Format", which browsers play (Safari from 11 and 17 on). FFmpeg writes DTS, PCM and Vorbis there too, which
# QuickTime or browsers leave silent. MOV: what QuickTime knows. Matroska: draft-ietf-cellar-codec, 6.4.
_MP4 = {"aac", "mp3", "ac3", "eac3", "alac", "flac", "opus"}
_PCM = {f"pcm_{kind}" for kind in ("u8", "s16le", "s24le", "s32le", "f32le", "f64le", "s16be", "s24be")}
_CARRIED = {
    ".mp4": _MP4,
    ".mov": {"aac", "mp3", "ac3", "eac3", "alac"} | _PCM,
    ".mkv": _MP4 | _PCM | {"mp2", "dts", "truehd", "mlp", "vorbis", "wavpack"},
}
# Coarser steps than Matroska's milliseconds, such as AVI's, don't say where a coder's delay ends.
_COARSEST = Fraction(1, 1000)
# Closer than this, a difference between a packet's time and the end of the one before is rounding, seconds.
_GAP = Fraction(1, 50)


@dataclass(frozen=True)
class CodedSound:
    """The audio track of a file that `sound_stream` takes.

    begin: what becomes time 0, in the container's time, seconds: the file's first picture, or where its sound
    begins. codec: FFmpeg's name. track: 1 for the first; None for what `sound_stream` takes."""

    file: MediaFile
    begin: Fraction
    codec: str
    track: int | None = None

    @classmethod
    def of_file(cls, file: MediaFile, begin: Fraction | None, track: int | None = None) -> CodedSound | None:
        """begin: None for where the sound begins. None where it can't be copied: none there, of times that
        don't tell, or with gaps."""
        try:
            with file.open() as container:
                stream = sound_stream(container, track)
                if stream is None:
                    return None
                context = stream.codec_context
                sound = cls(
                    file, _first_heard(container, stream) if begin is None else begin,
                    context.codec.canonical_name, track,
                )  # fmt: skip
                untold = Fraction(stream.time_base or 1) > _COARSEST and sound.codec not in _PCM
                if untold or (sound.codec == "aac" and not context.extradata):
                    return None
            with sound.packets() as (_, packets):
                spans = [(start, start + (packet.duration or 0) * Fraction(packet.time_base or 1))
                         for start, packet in packets]  # fmt: skip
        except (av.error.FFmpegError, OSError):
            return None
        whole = bool(spans) and spans[0][0] <= _GAP
        return sound if whole and all(abs(b[0] - a[1]) <= _GAP for a, b in pairwise(spans)) else None

    def carried_by(self, suffix: str) -> bool:
        """Whether it can be copied to a file of that ending (".mp4"), and will be heard there."""
        return self.codec in _CARRIED.get(suffix.lower(), ())

    @contextmanager
    def packets(self) -> Iterator[tuple[AudioStream, Iterator[tuple[Fraction, av.Packet]]]]:
        """The stream they come from, and each packet with its start in seconds from `begin`, which is also
        what its timestamps are moved to; a coder's priming begins before 0."""
        with self.file.open() as container:
            stream = sound_stream(container, self.track)
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


def _first_heard(container: av.container.InputContainer, stream: AudioStream) -> Fraction:
    """When the first sample that is no priming is heard, in the container's time, seconds."""
    for packet in container.demux(stream):
        for frame in packet.decode():
            if frame.pts is not None:
                return frame.pts * Fraction(frame.time_base or 1)
    return Fraction(0)
