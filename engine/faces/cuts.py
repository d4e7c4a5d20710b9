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
_STANDS_OUT = 2.5
# Frames looked at after a step; a flash is over by then.
_AHEAD = 3


def with_cuts(frames: Iterator[Frame]) -> Iterator[tuple[Frame, bool]]:
    """Each frame, and whether it is the first of a new shot (False for the very first).

    A flash, where the picture is the old one again within three frames, is no cut.
    """
    shot: deque[np.ndarray] = deque(maxlen=2)
    ahead: deque[tuple[Frame, np.ndarray]] = deque()

    def judge() -> tuple[Frame, bool]:
        frame, small = ahead.popleft()
        following = [later for _, later in ahead]
        cut = False
        if shot and _difference(shot[-1], small) >= _UNLIKE:
            if any(_difference(shot[-1], later) < _UNLIKE for later in following):
                return frame, False
            cut = _stands_out(shot, small, following)
        if cut:
            shot.clear()
        shot.append(small)
        return frame, cut

    for frame in frames:
        ahead.append((frame, _thumbnail(frame)))
        if len(ahead) > _AHEAD:
            yield judge()
    while ahead:
        yield judge()


def _stands_out(shot: deque[np.ndarray], small: np.ndarray, following: list[np.ndarray]) -> bool:
    """Whether the step from a shot's last thumbnail to this one is larger than those beside it."""
    beside = [_difference(shot[0], shot[-1]), *(_difference(small, later) for later in following[:1])]
    return _difference(shot[-1], small) > _STANDS_OUT * max(beside)


def _thumbnail(frame: Frame) -> np.ndarray:
    """The luma's fine structure, 48 x 27: a closer framing of the scene changes it, exposure does not."""
    luma = frame.yuv()[0]
    # Averaging every pixel would take longer than following a face.
    step = max(1, min(luma.shape) // 135)
    luma = np.ascontiguousarray(luma[::step, ::step])
    small = cv2.resize(luma, _SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
    fine = cv2.GaussianBlur(small, (3, 3), 0)
    return cv2.subtract(fine, cv2.GaussianBlur(fine, (0, 0), 3))


def _difference(a: np.ndarray, b: np.ndarray) -> float:
    """0 for equal pictures, 1 for unrelated ones: one less SSIM's second factor (Wang et al. 2004, eq. 13).

    The constant, two grey levels squared, makes plain pictures alike.
    """
    a, b = a - a.mean(), b - b.mean()
    return 1 - float((2 * (a * b).mean() + 4) / ((a * a).mean() + (b * b).mean() + 4))
