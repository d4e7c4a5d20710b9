"""What goes into an MP4 beside its pictures: sound, encoded or copied, and subtitles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from av.subtitles.subtitle import SubtitleSet

from ..errors import MissingFilesError
from .coded_sound import CodedSound
from .sound import Sound

if TYPE_CHECKING:
    from av.container import OutputContainer

# ISO/IEC 14496-3, table 1.18.
AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
# Layouts that have a number of their own there (table 1.19), by the names that a sound may have for them;
# others are nothing that every player knows. Of 7.1 too 5.1 is made: PyAV reads the planes of eight channels
# beyond their end, and who takes the sound out of the file by it, as ComfyUI does, would crash.
_AAC_LAYOUTS = {name: name for name in ("mono", "stereo", "3.0", "4.0", "5.0", "5.1")} | {
    "5.0(side)": "5.0",
    "5.1(side)": "5.1",
}
# Seconds of silence that are not put after a sound so that it is copied: less than a frame, but of slide
# shows.
_TAIL = Fraction(1, 4)
_SURROUND = 6  # channels, from which on others are mixed to 5.1
_BITS_PER_CHANNEL = 96_000
_AUDIO_BLOCK = 8192
# What FFmpeg's encoder wants to know of the looks of text that has none of its own.
_ASS_HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_MILLISECONDS = 1000
# As people write them, where that isn't FFmpeg's name in capitals.
_CODEC_NAMES = {"ac3": "AC-3", "eac3": "E-AC-3", "opus": "Opus", "vorbis": "Vorbis", "truehd": "TrueHD"}


@dataclass(frozen=True, slots=True)
class Subtitle:
    """A text, seconds from the start of the clip; cues of a track don't overlap."""

    start: Fraction
    end: Fraction
    text: str


class Track(ABC):
    """A stream that is muxed as the pictures are, so that all arrive at the file together."""

    @abstractmethod
    def until(self, time: Fraction) -> None:
        """Write all that begins before a time, seconds."""

    def finish(self) -> None:  # noqa: B027 most have nothing to flush
        """Write what an encoder holds back; all else has been asked for."""

    def close(self) -> None:  # noqa: B027
        """Let go of other files."""


def carried_layout(sound: Sound) -> str:
    """The channels of an EncodedSound: those that AAC has as they are, others as 5.1 or stereo, and as mono
    where nobody knows what they are."""
    if not sound.layout:
        return "mono"
    return _AAC_LAYOUTS.get(sound.layout) or ("5.1" if len(sound.samples) >= _SURROUND else "stereo")


def downmix_notes(sound: Sound) -> list[str]:
    """What becomes of a sound that EncodedSound doesn't carry as it is."""
    carried, channels = carried_layout(sound), len(sound.samples)
    if sound.layout in _AAC_LAYOUTS or carried == "mono" and channels == 1:
        return []
    mixed = "one" if carried == "mono" else carried
    return [f"The soundtrack's {channels} channels are mixed down to {mixed}."]


def soundtrack_of(sound: Sound, suffix: str, duration: Fraction) -> tuple[Sound | CodedSound, list[str]]:
    """What a file of that ending gets of a soundtrack, and what is to be said of it: its packets as they are
    where the container takes them and nothing is cut off or put after them, else AAC.

    duration: of the file, seconds."""
    if 0 <= duration - sound.duration < _TAIL:
        coded = sound.coded()
        if coded is not None and coded.carried_by(suffix):
            return coded, []
    mixed = downmix_notes(sound)
    # What was samples has lost nothing yet.
    was_coded = sound.codec and not sound.codec.startswith("pcm_")
    return sound, [recoded_note(sound, suffix), *mixed] if was_coded else mixed


def recoded_note(sound: Sound, suffix: str) -> str:
    """What becomes of a coded sound that EncodedSound writes to a file of that ending."""
    before = _CODEC_NAMES.get(sound.codec) or sound.codec.partition("_")[0].upper()
    return (
        f"The soundtrack ({before}, {_counted(len(sound.samples))}) is coded anew for {suffix.lower()}: AAC, "
        f"{_counted(av.AudioLayout(carried_layout(sound)).nb_channels)}."
    )


def _counted(channels: int) -> str:
    return "1 channel" if channels == 1 else f"{channels} channels"


class EncodedSound(Track):
    """AAC of a sound, cut or padded with silence to `duration`."""

    def __init__(self, container: OutputContainer, sound: Sound, duration: Fraction) -> None:
        self._container, self._sound, self._duration = container, sound, duration
        rate = sound.rate if sound.rate in AAC_RATES else 48000
        layout = carried_layout(sound)
        self._mixed = layout == "mono"
        # The same channels under another name aren't mixed.
        same = _AAC_LAYOUTS.get(sound.layout) == layout
        self._layout = "mono" if self._mixed else layout if same else sound.layout
        self._stream = container.add_stream("aac", rate=rate, layout=layout)
        self._stream.bit_rate = max(av.AudioLayout(layout).nb_channels, 2) * _BITS_PER_CHANNEL
        self._heard = 0

    def until(self, time: Fraction) -> None:
        sound, rate = self._sound, self._sound.rate
        end = round(min(time, self._duration) * rate)
        while self._heard < end:
            stop = min(self._heard + _AUDIO_BLOCK, end)
            span = slice(self._heard, stop)
            block = sound.mixed(span.start, span.stop)[None] if self._mixed else sound.samples[:, span]
            block = np.pad(block, ((0, 0), (0, stop - self._heard - block.shape[1])))
            # Interleaved, because PyAV fails on eight planes or more.
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block.T).reshape(1, -1), "flt", self._layout
            )
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), self._heard
            self._container.mux(self._stream.encode(frame))
            self._heard = stop

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))


class CopiedSound(Track):
    """The packets of a coded sound, those that begin before `duration`."""

    def __init__(self, container: OutputContainer, sound: CodedSound, duration: Fraction) -> None:
        self._container, self._duration = container, duration
        self._open = ExitStack()
        source, self._packets = self._open.enter_context(sound.packets())
        self._stream = container.add_stream_from_template(source, opaque=True)
        self._waiting: tuple[Fraction, av.Packet] | None = next(self._packets, None)

    def until(self, time: Fraction) -> None:
        time = min(time, self._duration)
        while self._waiting is not None and self._waiting[0] < time:
            start, packet = self._waiting
            base = Fraction(packet.time_base or 1)
            # The track ends with the pictures, though its last packet may hold more.
            packet.duration = (
                min(packet.duration or 0, int((self._duration - start) / base)) or packet.duration
            )
            packet.stream = self._stream
            self._container.mux(packet)
            self._waiting = next(self._packets, None)

    def close(self) -> None:
        self._open.close()


class SubtitleTrack(Track):
    """Timed text, which players show when they are asked to: 3GPP TS 26.245 (FFmpeg's mov_text), in Matroska
    plain SubRip. Cues beyond the pictures are left out.

    Raises MissingFilesError where PyAV is too old to write it."""

    def __init__(
        self,
        container: OutputContainer,
        cues: Sequence[Subtitle],
        language: str,
        kind: str = "mp4",
        *,
        default: bool = True,
    ) -> None:
        self._container = container
        self._cues: Iterator[Subtitle] = iter(cues)
        self._next = next(self._cues, None)
        self._stream = container.add_stream("subrip" if kind == "matroska" else "mov_text")
        if not hasattr(self._stream.codec_context, "subtitle_header"):
            raise MissingFilesError(
                f"PyAV {av.__version__} can't write subtitle tracks: run `pip install --upgrade av` with "
                "ComfyUI's Python, or choose a sidecar file."
            )
        context = self._stream.codec_context
        context.subtitle_header = _ASS_HEADER
        context.time_base = self._stream.time_base = Fraction(1, _MILLISECONDS)
        if language:
            self._stream.metadata["language"] = language
        if default:
            self._stream.disposition = av.stream.Disposition.default

    def until(self, time: Fraction) -> None:
        while self._next is not None and self._next.start < time:
            cue = self._next
            start, end = round(cue.start * _MILLISECONDS), round(cue.end * _MILLISECONDS)
            if end > start:
                text = cue.text.replace("{", "(").replace("}", ")").replace("\\", "/").replace("\n", r"\N")
                event = f"0,0,Default,,0,0,0,,{text}".encode()
                made = SubtitleSet.create(event, 0, end - start, start)
                packet = self._stream.codec_context.encode_subtitle(made)
                packet.stream, packet.time_base = self._stream, Fraction(1, _MILLISECONDS)
                packet.pts = packet.dts = start
                packet.duration = end - start
                self._container.mux(packet)
            self._next = next(self._cues, None)
