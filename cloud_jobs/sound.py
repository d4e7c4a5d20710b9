"""Sound as services hear it: one channel, and something in it. Needs numpy and PyAV."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import InvalidRequestError

if TYPE_CHECKING:
    import numpy as np
    from av.audio.resampler import AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

SILENCE_DB = -65.0  # RMS over _WINDOW, without the mean, re full scale
_WINDOW = 0.03
_STRETCH = 300  # windows that are looked at together
_CLICK = 2  # windows that a microphone switched on or off reaches into; no word is as short
# Weights of the channels in a mono mix (ITU-R BS.775-3, table 2); any other counts as a front one.
_WEIGHTS = {"FC": 1.0, "LFE": 0.0, "LFE2": 0.0, "BL": 0.5, "BR": 0.5, "BC": 0.5, "SL": 0.5, "SR": 0.5}
_FRONT = 0.7071
# Channels that have nothing to do with each other mix to the sum of their energies; a tenth of that over
# _BLOCK seconds is what is left where they are each other's negative.
_CANCELLED, _BLOCK = 0.1, 0.1
_QUIET = 1e-7  # of the loudest stretch's power
CANCELLED_NOTE = (
    "The channels of the sound cancel each other when they are mixed (opposite phase); where "
    "they do, the loudest of them alone was sent."
)


@dataclass(frozen=True)
class Mono:
    """samples: float32 [n]; rate: per second; cancelled: where the channels did, it is the loudest alone."""

    samples: np.ndarray
    rate: int
    cancelled: bool = False


def decode(source: Path | bytes, max_seconds: float) -> Mono:
    """The default track of a file with sound, else the first; no more of it than a second beyond
    `max_seconds`. Raises InvalidRequestError."""
    import numpy as np

    parts: list[np.ndarray] = []
    expected: list[float] = []
    mixed: list[float] = []
    loudness: np.ndarray | None = None
    rate = 1
    for block, names, its_rate in _stretches(source, max_seconds):
        rate = its_rate
        weights = _weights(names)
        part = weights @ block
        energies = np.einsum("cn,cn->c", block, block, dtype=np.float64)
        if loudness is None or len(loudness) != len(energies):
            loudness = np.zeros(len(energies))
        loudness += weights * energies
        expected.append(float(weights**2 @ energies))
        mixed.append(float(part @ part))
        parts.append(part)
    if loudness is None:
        return Mono(np.zeros(0, np.float32), rate)
    alone = _cancelled(np.array([len(part) for part in parts]), np.array(expected), np.array(mixed), rate)
    if alone.any():
        # Read anew rather than kept: all channels of ten minutes can be a gigabyte.
        loudest = int(loudness.argmax())
        middles = np.cumsum([len(part) for part in parts]) - np.array([len(part) for part in parts]) / 2
        start = 0
        for part, (block, _, _) in zip(parts, _stretches(source, max_seconds), strict=True):
            share = np.interp(np.arange(start, start + len(part)), middles, alone).astype(np.float32)
            part += share * (block[min(loudest, len(block) - 1)] - part)
            start += len(part)
    return Mono(np.concatenate(parts), rate, cancelled=bool(alone.any()))


def _cancelled(sizes: np.ndarray, expected: np.ndarray, mixed: np.ndarray, rate: int) -> np.ndarray:
    """1 for stretches in which the channels cancel, float64 [n]; those too quiet or too short to decide
    anything by are as the last that isn't.

    sizes: samples. expected: energy of channels that have nothing in common. mixed: that of their mix."""
    import numpy as np

    powers = expected / sizes
    telling = (powers > _QUIET * powers.max()) & (sizes >= _BLOCK * rate)
    if not telling.any():
        return np.zeros(len(sizes))
    last = np.maximum.accumulate(np.where(telling, np.arange(len(sizes)), np.argmax(telling)))
    return (mixed < _CANCELLED * expected)[last].astype(float)


def is_silent(samples: np.ndarray, rate: int) -> bool:
    """Whether float [n] is nowhere above SILENCE_DB but for clicks; a constant offset is no sound."""
    floor, window, loud = 10 ** (SILENCE_DB / 20), max(round(_WINDOW * rate), 1), 0
    for start in range(0, len(samples), _STRETCH * window):
        stretch = samples[start : start + _STRETCH * window]
        windows = stretch[: len(stretch) // window * window].reshape(-1, window)
        loud += int((windows.std(axis=1) > floor).sum())
        if loud > _CLICK:
            return False
    return True


def _weights(names: Sequence[str]) -> np.ndarray:
    """float32 [c] with the sum 1, so that nothing is louder than before."""
    import numpy as np

    weights = np.array([_WEIGHTS.get(name, _FRONT) for name in names], np.float32)
    if not weights.any():
        weights[:] = 1
    return weights / weights.sum()


def _stretches(source: Path | bytes, max_seconds: float) -> Iterator[tuple[np.ndarray, list[str], int]]:
    """`_blocks` joined to _BLOCK seconds at least, but for what ends the file or comes before a change."""
    import numpy as np

    waiting: list[np.ndarray] = []
    before: tuple[list[str], int] = [], 1
    for block, names, rate in _blocks(source, max_seconds):
        if waiting and names != before[0]:
            yield np.concatenate(waiting, axis=1), *before
            waiting = []
        waiting.append(block)
        before = names, rate
        if sum(each.shape[1] for each in waiting) >= _BLOCK * rate:
            yield np.concatenate(waiting, axis=1), *before
            waiting = []
    if waiting:
        yield np.concatenate(waiting, axis=1), *before


def _blocks(source: Path | bytes, max_seconds: float) -> Iterator[tuple[np.ndarray, list[str], int]]:
    """float32 [c, n], the names of the channels, and the rate, which is that of the first frame even where
    the file changes it. Raises InvalidRequestError."""
    import av

    try:
        with ExitStack() as stack:
            # Opened here: FFmpeg takes a name with a colon for an address.
            file: BinaryIO = (
                io.BytesIO(source) if isinstance(source, bytes) else stack.enter_context(source.open("rb"))
            )
            container = stack.enter_context(av.open(file, "r"))
            rate = 0
            resampler: AudioResampler | None = None
            form: tuple[str, str, int] | None = None
            length = 0
            for frame in itertools.chain(container.decode(_track(container)), (None,)):
                # Of the frame: the stream of HE-AAC may name half of it.
                rate = rate or (frame.sample_rate if frame else 0)
                ready: list[av.AudioFrame] = []
                now = (frame.format.name, frame.layout.name, frame.sample_rate) if frame else None
                if now != form:
                    ready += resampler.resample(None) if resampler else []
                    resampler = None
                    if frame:  # packed, because PyAV crashes on planar sound of eight channels and more
                        resampler = av.AudioResampler(format="flt", layout=frame.layout, rate=rate)
                    form = now
                if resampler and frame:
                    ready += resampler.resample(frame)
                for out in ready:
                    names = [channel.name for channel in out.layout.channels]
                    yield out.to_ndarray().reshape(-1, len(names)).T, names, rate
                    length += out.samples
                if length > (max_seconds + 1) * rate:
                    return  # too long anyway; an hour of it need not be decoded to say so
    except (av.FFmpegError, OSError) as error:
        raise InvalidRequestError(
            f"The sound can't be read ({error.strerror}); use a whole WAV, MP3, M4A or FLAC."
        ) from None


def _track(container: InputContainer) -> AudioStream:
    from av.stream import Disposition

    # Without a decoder there is no codec context.
    tracks = [stream for stream in container.streams.audio if stream.codec_context]
    if not tracks:
        raise InvalidRequestError("The file has no sound; use a recording.")
    return next((track for track in tracks if track.disposition & Disposition.default), tracks[0])
