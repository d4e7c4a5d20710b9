"""How a head moves, as coefficients: when the eyes close, which sounds a pose is made of, what smooths it,
what a reference adds, and what the network sees around a frame. Nothing here needs a network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...engine.errors import InputError
from ...engine.nets.wav2lip_mel import COLUMNS_PER_SECOND, WINDOW
from .audio_nets import EXPRESSION, POSE, SEQUENCE
from .keypoints import RADIUS

# Coefficients a second.
FPS = Fraction(25)
# A frame hears from two frames before it on.
_EARLIER = 2
# How far the eyes are closed, frame by frame; frames without a blink before the next one, and below how many
# frames there is none.
_BLINK = (0.5, 0.9, 1.0, 0.9, 0.5)
_SHORTEST_GAP, _LONGEST_GAP, _NO_BLINK = 10, 70, 20
# Frames and order of the polynomial that smooths the pose (A. Savitzky and M. Golay 1964).
_SMOOTHED, _ORDER = 13, 2
# The last coefficients of a whole picture are where the face lies in it.
CROP, WHOLE = EXPRESSION + POSE, EXPRESSION + POSE + 3


def heard_columns(frames: np.ndarray, columns: int) -> np.ndarray:
    """int64 [n, 16]: columns of the mel spectrogram, of so many, that frames of 25 a second hear; those at
    its ends again beyond them."""
    starts = np.trunc(float(COLUMNS_PER_SECOND) * ((np.asarray(frames) - _EARLIER) / float(FPS)))
    at = starts.astype(np.int64)[:, None] + np.arange(WINDOW)
    return np.clip(at, 0, columns - 1)


def closed_eyes(frames: int, draw: Callable[[int, int], int]) -> np.ndarray:
    """float32 [frames]: how far the eyes are closed. draw: a whole number from the first to the second,
    included: the frames before the next blink, asked for until one doesn't fit."""
    closed = np.zeros(frames, np.float32)
    if frames <= _NO_BLINK:
        return closed
    longest = max(_SHORTEST_GAP, min(frames // 2, _LONGEST_GAP) - 1)
    at = 0
    while True:
        start = at + draw(_SHORTEST_GAP, longest)
        at = start + len(_BLINK)
        if at > frames - 1:
            return closed
        closed[start:at] = _BLINK


@dataclass(frozen=True)
class PoseChunk:
    """One call of the pose network. heard: int64 [32], the frames whose sound it hears. kept: how many of its
    movements, from the end, are the next frames'."""

    heard: np.ndarray
    kept: int


def pose_chunks(frames: int) -> Iterator[PoseChunk]:
    """In order, for all frames but the first, which is as the picture is. What is left at the end hears the
    last 32 frames; fewer than 32 in all hear their first one again before them."""
    moved = frames - 1
    for start in range(1, moved - SEQUENCE + 2, SEQUENCE):
        yield PoseChunk(np.arange(start, start + SEQUENCE), SEQUENCE)
    if moved % SEQUENCE:
        heard = np.arange(frames - SEQUENCE, frames)
        yield PoseChunk(np.maximum(heard, 1), moved % SEQUENCE)


def smoothed(values: np.ndarray) -> np.ndarray:
    """float32 [n, k]: each the middle of a parabola through 13 of them by least squares; at the ends, and of
    fewer, points of the first and the last parabola. One or two are left as they are."""
    count = len(values)
    length = min(_SMOOTHED, (count - 1) // 2 * 2 + 1)
    if length <= _ORDER:
        return np.asarray(values, np.float32)
    half = length // 2
    powers = np.vander(np.arange(-half, half + 1), _ORDER + 1, increasing=True).astype(np.float64)
    fit = np.linalg.pinv(powers)
    wide = np.asarray(values, np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(wide, length, axis=0)
    out = np.empty_like(wide)
    out[half : count - half] = windows @ fit[0]
    out[:half] = powers[:half] @ (fit @ wide[:length])
    out[count - half :] = powers[half + 1 :] @ (fit @ wide[count - length :])
    return out.astype(np.float32)


def looped(values: np.ndarray, count: int) -> np.ndarray:
    """[count, k] of values [n, k], from the beginning again after the last."""
    return values[np.arange(count) % len(values)]


def with_reference(pose: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Poses [n, 6] with the movement of a reference clip [m, 6], looped, added."""
    return pose + looped(reference, len(pose)) - reference[:1]


def posed(
    generated: np.ndarray, source: np.ndarray, *, scale: float = 1.0, still: bool = False, whole: bool = False
) -> np.ndarray:
    """Coefficients float32 [n, 70 or 73] as the renderer wants them. generated: [n, 70]. source: [73], of the
    picture. scale: of the expression. still: the head stays as it is in the picture. whole: the picture
    around the face, too."""
    out = np.repeat(source[None, : WHOLE if whole else CROP], len(generated), axis=0).astype(np.float32)
    out[:, :EXPRESSION] = generated[:, :EXPRESSION] * scale
    if not still:
        out[:, EXPRESSION:CROP] = generated[:, EXPRESSION:CROP]
    return out


def windows_at(coefficients: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """float32 [m, k, 27]: what the renderer sees around places in a sequence of coefficients [n, k], frames
    of 25 a second; between two frames what lies between them. Beyond the ends the last one stays."""
    reach = np.arange(-RADIUS, RADIUS + 1)
    at = np.clip(np.asarray(positions, np.float64)[:, None] + reach, 0, len(coefficients) - 1)
    low = np.floor(at).astype(np.int64)
    share = (at - low)[..., None].astype(np.float32)
    high = np.minimum(low + 1, len(coefficients) - 1)
    seen = coefficients[low] * (1 - share) + coefficients[high] * share
    return np.ascontiguousarray(seen.transpose(0, 2, 1), np.float32)


def camera(turns: Sequence[float], frames: int) -> np.ndarray:
    """Degrees float64 [frames] of a head that turns from each to the next, at one speed over all frames, as
    the original counts them."""
    if len(turns) == 1 or frames < 2:
        return np.full(frames, float(turns[0]))
    path = sum(abs(after - before) for before, after in zip(turns, turns[1:], strict=False))
    out: list[float] = []
    for before, after in zip(turns, turns[1:], strict=False):
        if after != before:
            out += np.arange(before, after, math.copysign(path / (frames - 1), after - before)).tolist()
    out = (out or [float(turns[0])])[:frames]
    return np.array(out + out[-1:] * (frames - len(out)))


def turns_of(text: str, name: str) -> list[float]:
    """The degrees in a text such as "0 20 -20", none for an empty one. Raises InputError."""
    try:
        turns = [float(each) for each in text.replace(",", " ").split()]
    except ValueError:
        turns = [math.inf]
    if any(not abs(each) <= 90 for each in turns):
        raise InputError(
            f'"{text}" are no degrees for {name}: give numbers from -90 to 90, such as 0 20 -20 0.'
        )
    return turns
