"""Times and the frames that show them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

# Times come out of floats and decimal files: one that is meant to be a frame's own may lie just before it.
_GRACE = Fraction(1, 1_000_000)


class FrameClock:
    """times: pts of each frame, seconds; duration: where the last one ends."""

    def __init__(self, times: Sequence[Fraction], duration: Fraction) -> None:
        self._times, self.duration = times, duration

    def frame_at(self, time: Fraction | float) -> int:
        """The frame whose interval contains a time; the number of frames for one past the end."""
        if time + _GRACE >= self.duration:
            return len(self._times)
        return max(bisect_right(self._times, time + _GRACE) - 1, 0)

    def begin(self, frame: int) -> Fraction:
        return self._times[frame]

    def end(self, frame: int) -> Fraction:
        return self._times[frame + 1] if frame + 1 < len(self._times) else self.duration

    def middle(self, frame: int) -> Fraction:
        return (self.begin(frame) + self.end(frame)) / 2
