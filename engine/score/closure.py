"""Whether lips close when they should: in silence, and on P, B and M; and how much they tremble."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..media.spans import Spans
from ..media.voice import gate
from .mouth import MouthCurves

# Lips read as apart by up to so much when they touch, in distances of the outer eye corners: measured on a
# closed mouth over 268 frames, and on the P and B of six speakers.
SHUT = 0.04
# Eye distances a second: a still mouth's opening moves by less than 0.1 in 99 of 100 frames, a speaking
# one's by more than this in every other frame.
_MOVES = 0.15
# A mouth opens before the voice is heard and closes after it; seconds.
_AROUND = 0.25
# Seconds by which a closure may lie beside a phone whose time is an estimate.
_BESIDE = 0.06
_FEWEST = 0.4


def quiet_frames(middles: np.ndarray, spoken: Spans) -> np.ndarray:
    """bool [n]: frames whose middles (seconds) lie well outside of what is spoken."""
    return gate(middles, spoken, _AROUND) == 0


def shut_in_silence(curves: MouthCurves, quiet: np.ndarray, fps: float) -> float | None:
    """Share of quiet frames with the lips together; None where there are hardly any."""
    opening = curves.opening[quiet & curves.seen]
    return float((opening <= SHUT).mean()) if len(opening) >= _FEWEST * fps else None


def moving_in_silence(curves: MouthCurves, quiet: np.ndarray, fps: float) -> float | None:
    """Share of quiet frames in which the lips open or close; None where there are hardly any."""
    speed = np.full(len(curves), np.nan)
    speed[1:-1] = np.abs(curves.opening[2:] - curves.opening[:-2]) * fps / 2
    speed = speed[quiet & np.isfinite(speed)]
    return float((speed > _MOVES).mean()) if len(speed) >= _FEWEST * fps else None


def shut_on(phones: Iterable[tuple[float, float]], curves: MouthCurves, middles: np.ndarray) -> float | None:
    """Share of phones (start, end; seconds) in which the lips meet; None where a face is seen in none."""
    met = []
    for start, end in phones:
        # At least the nearest frame, however short the phone is.
        first = np.searchsorted(middles, start - _BESIDE)
        last = max(np.searchsorted(middles, end + _BESIDE, "right"), first + 1)
        opening = curves.opening[first:last]
        if np.isfinite(opening).any():
            met.append(bool(np.nanmin(opening) <= SHUT))
    return float(np.mean(met)) if met else None


def jitter(curves: MouthCurves) -> float | None:
    """How far the mouth jumps against the head from frame to frame, in percent of the eyes' distance.

    The median length of the second difference of its place: speech moves the corners' middle evenly."""
    steps = np.linalg.norm(np.diff(curves.place, n=2, axis=0), axis=1)
    steps = steps[np.isfinite(steps)]
    return 100 * float(np.median(steps)) if len(steps) else None
