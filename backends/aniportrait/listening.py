"""Which pieces of a sound are heard at once, and what wav2vec2 makes of each video frame's moment.

The original hears a whole sound at once for the face, which takes memory with the square of its length, and
five seconds at a time for the head's movements.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from torch import Tensor, nn

from ...engine.nets.wav2vec2 import RATE, frame_states, normalised

# Frames a second that both networks speak in.
FPS = 30
_POSE_PIECE = 5 * RATE
# Seconds of a sound that are heard at once for the face, and what they overlap by on either side.
_PIECE, _AROUND = 60, 2
# The convolutions need 400 samples for their first feature.
_SHORTEST = RATE // 20


def frame_count(samples: int) -> int:
    """Frames that the original makes of a number of 16 kHz samples: whole ones come out one longer now and
    then, by rounding."""
    return math.ceil(samples / RATE * FPS)


def pose_pieces(samples: int) -> list[slice]:
    """Five seconds each, the last with what is left: the original makes none of a sound of up to five
    seconds, and leaves out the last piece where nothing is left."""
    starts = range(0, max(1, samples // _POSE_PIECE) * _POSE_PIECE, _POSE_PIECE)
    return [slice(at, at + _POSE_PIECE if at != starts[-1] else samples) for at in starts]


def face_pieces(samples: int) -> Iterator[tuple[slice, slice]]:
    """Pieces of a sound, and which of each one's frames are taken: all of it, up to a minute and a half."""
    seconds = samples / RATE
    bounds = [*range(0, max(_PIECE, int(seconds - _PIECE / 2)), _PIECE), None]
    for start, stop in zip(bounds, bounds[1:], strict=False):
        before = 0 if start == 0 else _AROUND
        first = (start - before) * RATE
        if stop is None:
            yield slice(first, samples), slice(before * FPS, None)
        else:
            yield slice(first, (stop + _AROUND) * RATE), slice(before * FPS, (before + stop - start) * FPS)


def prepared(samples16k: np.ndarray) -> np.ndarray:
    """Mono samples as the networks hear them: normalised over the whole clip; silence behind the shortest."""
    longer = np.pad(samples16k, (0, max(0, _SHORTEST - len(samples16k))))
    return normalised(longer.astype(np.float32))


def hidden_states(encoder: nn.Module, piece: np.ndarray) -> Tensor:
    """wav2vec2's last states [frames, width] of a piece of `prepared` samples, on its device."""
    return frame_states(encoder, piece, frame_count(len(piece)))[-1]
