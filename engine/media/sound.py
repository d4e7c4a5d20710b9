"""Sound: what a ComfyUI AUDIO is, or what a file's audio track holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from ..errors import AudioError
from ..host.reporter import silent
from .coded_sound import CodedSound
from .container import ATTACHED_PICTURE, MediaFile, MediaInput, reason, sound_stream
from .downmix import MOST_CHANNELS, Downmix, known_layout
from .sample_file import SampleFile
from .sound_track import laid_out, track_notes

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

    from ..host.protocol import Host

_REPORTED_SECONDS = 5
_IN_MEMORY = 16 << 20
_BLOCK = 1 << 20  # samples that are looked at at once
# Full scale is 1: what is so much above was never meant as samples of that scale.
_LOUDEST = 100
_LOWEST_RATE = 1000  # samples a second; of a voice there is nothing left then
_HIGHEST_RATE = 1_536_000  # twice what studios record with


@dataclass(frozen=True, eq=False)
class Sound:
    """samples: float32 [channels, n], nominally -1..1, in memory or, if there are many, in a file; rate:
    samples per second.

    layout: FFmpeg's name of what the channels are; if not given, what is usual for their number, "" where
    nothing is. notes: sentences for a run report. codec: FFmpeg's name of how it was coded, "" where it came
    as samples. origin: the file whose whole track it is, unchanged, what became time 0 there (None: where the
    sound began) and which track; None where there is none.
    """

    samples: np.ndarray | SampleFile
    rate: int
    layout: str = ""
    notes: tuple[str, ...] = ()
    codec: str = ""
    origin: tuple[MediaFile, Fraction | None, int | None] | None = field(default=None, repr=False)
    _mono: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layout", known_layout(self.layout, len(self.samples)))

    @property
    def duration(self) -> Fraction:
        """Seconds, exact."""
        return Fraction(self.samples.shape[1], self.rate)

    @classmethod
    def from_waveform(cls, audio: Mapping[str, Any] | None) -> Sound:
        """From a ComfyUI AUDIO: "waveform" [B, C, T] and "sample_rate". The first of a batch is taken.

        Shares memory with a float32 tensor on the CPU. Raises AudioError if there is nothing to hear in it.
        """
        if audio is None:
            raise AudioError("There is no audio; connect one, or use a video that has a soundtrack.")
        waveform, rate = audio["waveform"], int(audio["sample_rate"])
        if waveform.ndim != 3 or waveform.shape[0] == 0 or waveform.shape[1] == 0:
            raise AudioError(
                f"The audio has the shape {tuple(waveform.shape)} instead of [batch, channels, "
                "samples]; take it from an audio loader."
            )
        _check_channels(waveform.shape[1], "The audio")
        if waveform.shape[2] == 0:
            raise AudioError("The audio is empty (0 samples); choose one that has some length.")
        _check_rate(rate, "The audio")
        first = waveform[0]
        samples = first if isinstance(first, np.ndarray) else first.detach().float().cpu().numpy()
        samples = samples.astype(np.float32, copy=False)
        _check(samples, "The audio")
        return cls(samples, rate)

    @classmethod
    def load(cls, file: MediaInput, track: int | None = None, host: Host | None = None) -> Sound:
        """Decode an audio file, or an audio track of a video.

        host: has a folder for what is too long for the memory. track: 1 for the first; None for what
        `sound_stream` takes. Encoder priming and edit lists are honoured; beside a video, time 0 is its first
        frame (silence where the track starts later). Raises AudioError.
        """
        media = MediaFile(file)
        folder = None if host is None else lambda: host.temp_file("").parent
        sound = cls.of_media(media, _picture_start(media), None, track, folder)
        if sound is None:
            raise AudioError(f"{media.name} has no audio that can be decoded; choose another file.")
        return sound

    @classmethod
    def of_media(
        cls,
        media: MediaFile,
        begin: Fraction | None,
        seconds: Fraction | None,
        track: int | None = None,
        folder: Callable[[], Path] | None = None,
    ) -> Sound | None:
        """Audio from `begin` (in the container's time; None: where the audio starts), cut or padded to
        `seconds` if given. folder: where a file for what exceeds 16 MB may lie; None to keep it in memory.
        None if there is no decodable audio track. Raises AudioError, and OutputError where the disk is
        full."""
        try:
            with media.open() as container:
                stream = sound_stream(container, track, media.name)
                if stream is None:
                    return None
                _check_channels(stream.codec_context.layout.nb_channels, media.name)
                notes = track_notes(container, stream, track)
                told = len(notes)
                sound = _collect(container, stream, begin, seconds, media.name, folder, notes)
                codec = stream.codec_context.codec.canonical_name
        except (av.error.FFmpegError, OSError) as error:
            raise AudioError(
                f"{media.name} can't be read as audio ({reason(error)}); convert it to WAV or MP3."
            ) from error
        if sound is None:
            return None
        _check_rate(sound.rate, media.name)
        _check(sound.samples, media.name)
        # One that changes on its way is heard right as samples alone: few players follow it.
        as_is = seconds is None and len(notes) == told
        sound = sound if seconds is None else sound.cut(Fraction(0), seconds)
        origin = (media, begin, track) if as_is else None
        return replace(sound, notes=tuple(notes), codec=codec, origin=origin)

    def coded(self) -> CodedSound | None:
        """The same as its file has it coded, to be copied; None where that can't be."""
        return None if self.origin is None else CodedSound.of_file(*self.origin)

    def cut(self, start: Fraction | float, seconds: Fraction | float) -> Sound:
        """The stretch [start, start + seconds), silence where it reaches beyond the sound."""
        first = round(Fraction(start) * self.rate)
        last = round((Fraction(start) + Fraction(seconds)) * self.rate)
        channels, count = self.samples.shape
        if isinstance(self.samples, SampleFile):
            return self if (first, last) == (0, count) else self._like(self.samples.part(first, last))
        if first >= 0 and last <= count:
            return self if (first, last) == (0, count) else self._like(self.samples[:, first:last])
        samples = np.zeros((channels, max(last - first, 0)), np.float32)
        inside = self.samples[:, max(first, 0) : max(last, 0)]
        samples[:, max(-first, 0) :][:, : inside.shape[1]] = inside
        return self._like(samples)

    def _like(self, samples: np.ndarray | SampleFile) -> Sound:
        return Sound(samples, self.rate, self.layout, self.notes, self.codec)

    def mono(self, rate: int = 16000, report: Callable[[int], None] = silent) -> np.ndarray:
        """All channels mixed (`mixed`) and resampled, float32 [n]; kept for the next caller. report: called
        with the seconds that are done."""
        if rate not in self._mono:
            self._mono[rate] = self._all_mixed() if rate == self.rate else self._resampled(rate, report)
        return self._mono[rate]

    def mixed(self, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Samples start..stop-1 of all channels as one, float32, by `Downmix`."""
        return self.samples[0, start:stop] if len(self.samples) == 1 else self.downmix.part(start, stop)

    def _all_mixed(self) -> np.ndarray:
        """The whole, of which no more is held than the result."""
        if len(self.samples) == 1:
            return self.mixed()
        out = np.empty(self.samples.shape[1], np.float32)
        for first in range(0, len(out), _BLOCK):
            out[first : first + _BLOCK] = self.mixed(first, first + _BLOCK)
        return out

    @cached_property
    def downmix(self) -> Downmix:
        return Downmix(self.samples, self.rate, self.layout)

    def all_notes(self) -> list[str]:
        """`notes`, and what its channels make necessary to say."""
        channels = len(self.samples)
        if channels < 2 or not self.downmix.cancels:
            return list(self.notes)
        return [
            *self.notes,
            f"The sound's {channels} channels cancel each other out when they are mixed: "
            f"where they do, channel {self.downmix.loudest + 1} alone is listened to.",
        ]

    def _resampled(self, rate: int, report: Callable[[int], None]) -> np.ndarray:
        """By FFmpeg, which is streamed, needs no torch, and keeps what would be aliased 94 dB down."""
        out = np.zeros(math.ceil(self.samples.shape[1] * rate / self.rate), np.float32)
        filled = 0
        for frame in self._frames_at(rate, report):
            part = frame.to_ndarray()[0, : len(out) - filled]
            out[filled : filled + len(part)] = part
            filled += len(part)
        return out

    def _frames_at(self, rate: int, report: Callable[[int], None]) -> Iterator[av.AudioFrame]:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        step = min(_BLOCK, _REPORTED_SECONDS * self.rate)
        for first in range(0, self.samples.shape[1], step):
            report(first // self.rate)
            block = np.ascontiguousarray(self.mixed(first, first + step)[None], np.float32)
            frame = av.AudioFrame.from_ndarray(block, "flt", "mono")
            frame.sample_rate, frame.time_base, frame.pts = self.rate, Fraction(1, self.rate), first
            yield from resampler.resample(frame)
        yield from resampler.resample(None)


def resampled(samples: np.ndarray, rate: int, to: int) -> np.ndarray:
    """A stretch of float32 [channels, n] at another rate, each channel by itself."""
    return np.stack([Sound(channel[None], rate)._resampled(to, silent) for channel in samples])


def _picture_start(media: MediaFile) -> Fraction | None:
    """Time of the first picture in the container's time, None if there is no video in it."""
    try:
        with media.open() as container:
            for stream in container.streams.video:
                if not stream.disposition & ATTACHED_PICTURE:
                    return (stream.start_time or 0) * Fraction(stream.time_base or 1)
    except (av.error.FFmpegError, OSError) as error:
        raise AudioError(f"{media.name} can't be read ({reason(error)}); choose another file.") from error
    return None


def _collect(
    container: InputContainer,
    stream: AudioStream,
    begin: Fraction | None,
    seconds: Fraction | None,
    name: str,
    folder: Callable[[], Path] | None,
    notes: list[str],
) -> Sound | None:
    """Lay decoded samples on the time line that starts at `begin`; rate and channels are the first's. folder:
    as in `of_media`. notes: gets a sentence on what had to be converted. Raises AudioError for times that
    can't be meant."""
    laid = laid_out(container, stream, begin, seconds, name, notes)
    parts: list[np.ndarray] = []
    rate = size = 0
    layout = ""
    for part, rate, layout in laid:
        parts.append(part)
        size += part.nbytes
        if folder is not None and size > _IN_MEMORY:
            return Sound(SampleFile.of(_handed_on(parts, laid), len(part), folder), rate, layout)
    return Sound(np.concatenate(parts, axis=1), rate, layout) if parts else None


def _handed_on(
    parts: list[np.ndarray], following: Iterator[tuple[np.ndarray, int, str]]
) -> Iterator[np.ndarray]:
    """The parts, none of which is held any longer, and those that follow."""
    parts.reverse()
    while parts:
        yield parts.pop()
    for part, *_ in following:
        yield part


def _check_channels(channels: int, name: str) -> None:
    if channels > MOST_CHANNELS:
        raise AudioError(f"{name} has {channels} channels, more than {MOST_CHANNELS}: mix them down first.")


def _check_rate(rate: int, name: str) -> None:
    if rate < _LOWEST_RATE:
        raise AudioError(
            f"{name} has a sample rate of {rate}, and a voice needs {_LOWEST_RATE} or more: load it again, "
            "or export it anew."
        )
    if rate > _HIGHEST_RATE:
        raise AudioError(
            f"{name} has a sample rate of {rate}, and no recording has more than {_HIGHEST_RATE}: export it "
            "anew."
        )


def _check(samples: np.ndarray | SampleFile, name: str) -> None:
    """Raises AudioError for samples that are no numbers, or none that can be meant."""
    total, peak = 0.0, 0.0
    for first in range(0, samples.shape[1], _BLOCK):
        block = samples[:, first : first + _BLOCK]
        # The sum is finite only if every sample is, and needs no copy.
        with np.errstate(invalid="ignore"):
            total += float(np.add.reduce(block, axis=None, dtype=np.float64))
        peak = max(peak, float(block.max()), -float(block.min()))
    if not np.isfinite(total):
        raise AudioError(
            f"{name} holds values that are not numbers (NaN or infinite); load it again, or export it anew."
        )
    if peak > _LOUDEST:
        raise AudioError(
            f"{name} holds values up to {peak:.3g}, where 1 is full scale; load it again, or export it anew."
        )
