"""Which frames the denoising network sees together: windows that overlap, the last ones closed to a ring."""

from __future__ import annotations

import numpy as np

FRAMES, OVERLAP = 16, 4


def windows(frames: int) -> list[np.ndarray]:
    """Frame numbers int64 [up to 16] of each window, the same at every step.

    A short clip is one window. Else they start every 12 frames up to the end, and go on with the clip's
    first frames behind its last one.
    """
    if frames <= FRAMES:
        return [np.arange(frames)]
    return [(start + np.arange(FRAMES)) % frames for start in range(0, frames, FRAMES - OVERLAP)]
