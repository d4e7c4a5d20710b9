"""How long a stage of work still takes."""

from __future__ import annotations

from collections import deque

# Seconds of the past that tell the pace: a network's changes, and a first chunk is slower than the others.
_WINDOW = 15.0
# Before that much was seen, a guess would jump about.
_ENOUGH = 2.0


class Pace:
    """Of one stage: told how far it is, it tells when it ends."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def left(self, done: int, total: int, now: float) -> float | None:
        """Seconds from `now` until all is done, at the pace of the last reports; None where that is not
        known yet. now: in seconds, of a clock that never goes back."""
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= _WINDOW:
            self._seen.popleft()
        since, first = self._seen[0]
        if now - since < _ENOUGH or done == first:
            return None
        return (total - done) * (now - since) / (done - first)


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours where there are any: 1:05, 2:00:09."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
