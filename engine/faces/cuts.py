"""Scene cuts, and frames that show something else for a moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise

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
# Where the shot moves, a picture that is back may be this much of the way off.
_RETURN = 0.6
# A picture is plain (black, white, one colour) below this mean square of its fine structure, in grey levels,
# and below this share of the shot's.
_PLAIN, _PLAIN_SHARE = 0.25, 0.005


class Step(Enum):
    """What a frame is to those before it: the same shot, the first of a new one, or something else for a
    moment (a flash, a black frame, a frame of another shot)."""

    SAME = "same"
    CUT = "cut"
    ASIDE = "aside"


def with_cuts(frames: Iterator[Frame]) -> Iterator[tuple[Frame, Step]]:
    """Each frame, and what it is to those before it (never a cut for the very first).

    Where the picture is the old one again within three frames there is no cut; a plain picture after one that
    is not belongs to no shot, however long it stays."""
    shot: deque[np.ndarray] = deque(maxlen=2)
    ahead: deque[tuple[Frame, np.ndarray]] = deque()
    apart = 1  # frames since the shot's last

    def judge() -> tuple[Frame, Step]:
        nonlocal apart
        frame, small = ahead.popleft()
        step = Step.SAME
        if shot and _difference(shot[-1], small) >= _UNLIKE:
            following = [later for _, later in ahead if not _plain(later, shot)]
            if _plain(small, shot) or _returns(shot, small, following, apart):
                step = Step.ASIDE
            elif _stands_out(shot, small, following, apart):
                step = Step.CUT
                shot.clear()
        if step is Step.ASIDE:
            apart += 1
        else:
            shot.append(small)
            apart = 1
        return frame, step

    for frame in frames:
        ahead.append((frame, _thumbnail(frame)))
        if len(ahead) > _AHEAD:
            yield judge()
    while ahead:
        yield judge()


def _returns(shot: deque[np.ndarray], small: np.ndarray, following: list[np.ndarray], apart: int) -> bool:
    """Whether one of the pictures after this one is the shot's again, as far as it moves by itself."""
    away, moves = _difference(shot[-1], small), _difference(shot[0], shot[-1])
    for later, picture in enumerate(following, apart + 1):
        back = _difference(shot[-1], picture)
        if back < max(_UNLIKE, min(_STANDS_OUT * later * moves, _RETURN * away)):
            return True
    return False


def _stands_out(shot: deque[np.ndarray], small: np.ndarray, following: list[np.ndarray], apart: int) -> bool:
    """Whether the step from a shot's last thumbnail to this one is larger than those beside it. Of those
    after it the smaller one of two counts: one frame may stand between two shots."""
    after = [_difference(a, b) for a, b in pairwise([small, *following[:2]])]
    beside = [_difference(shot[0], shot[-1]), *([min(after)] if after else [])]
    return _difference(shot[-1], small) > _STANDS_OUT * apart * max(beside)


def _plain(small: np.ndarray, shot: deque[np.ndarray]) -> bool:
    """Whether a picture shows nothing, and the shot does."""
    seen = _power(shot[-1]) if shot else 0.0
    return seen >= _PLAIN and _power(small) < max(_PLAIN, _PLAIN_SHARE * seen)


def _power(small: np.ndarray) -> float:
    return float(np.square(small - small.mean()).mean())


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
