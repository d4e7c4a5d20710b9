"""Scene cuts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import cv2
import numpy as np

from ..media.frames import Frame

_SIZE = (48, 27)
# Two pictures are unlike each other from this difference on (see `_difference`), and a cut is a step that
# stands out this much from the steps on its two sides: a fast pan has many large steps in a row.
_UNLIKE = 0.35
_STANDS_OUT = 2.0
# Frames looked at after a step; a flash is over by then.
_AHEAD = 3


def with_cuts(frames: Iterator[Frame]) -> Iterator[tuple[Frame, bool]]:
    """Each frame, and whether it is the first of a new shot (False for the very first).

    A flash, where the picture is the old one again within three frames, is no cut.
    """
    before: list[np.ndarray] = []
    ahead: deque[tuple[Frame, np.ndarray]] = deque()

    def judge() -> tuple[Frame, bool]:
        frame, small = ahead.popleft()
        cut = bool(before) and _is_cut(before, [small, *(s for _, s in ahead)])
        if cut:
            before.clear()
        before[:] = [*before[-1:], small]
        return frame, cut

    for frame in frames:
        ahead.append((frame, _thumbnail(frame)))
        if len(ahead) > _AHEAD:
            yield judge()
    while ahead:
        yield judge()


def _is_cut(before: list[np.ndarray], after: list[np.ndarray]) -> bool:
    """before: last one or two thumbnails of the shot; after: the one in question and those that follow."""
    step = _difference(before[-1], after[0])
    if step < _UNLIKE:
        return False
    if any(_difference(before[-1], later) < _UNLIKE / 2 for later in after[1:]):
        return False
    around = max(_difference(before[0], before[-1]), *(_difference(after[0], later) for later in after[1:2]))
    return step > _STANDS_OUT * around


def _thumbnail(frame: Frame) -> np.ndarray:
    luma = frame.yuv()[0]
    # Averaging every pixel would take longer than following a face.
    step = max(1, min(luma.shape) // 135)
    luma = np.ascontiguousarray(luma[::step, ::step])
    small = cv2.resize(luma, _SIZE, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)


def _difference(a: np.ndarray, b: np.ndarray) -> float:
    """0 for pictures that are the same but for brightness and contrast, 1 for unrelated ones.

    1 - the correlation of the luma, which a change of exposure leaves alone.
    """
    a, b = a - a.mean(), b - b.mean()
    # One grey level of noise keeps plain pictures (black, a fade's end) from looking unrelated.
    scale = max(float(np.sqrt((a * a).mean() * (b * b).mean())), 1.0)
    return 1 - float((a * b).mean()) / scale if scale > 1.0 else float(np.abs(a - b).mean())
