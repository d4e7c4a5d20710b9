"""Time: a clock that tests can do without, and how long to wait between polls and before another try."""

from __future__ import annotations

import random
import time
from typing import Protocol

from .errors import CloudJobsError, RateLimitError

FIRST_POLL, POLL_GROWTH, LONGEST_POLL, POLL_JITTER = 3.0, 1.5, 12.0, 0.2
FIRST_RETRY, LONGEST_RETRY = 1.0, 30.0
MAX_TRIES, MAX_RATE_LIMITED = 5, 8


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since 1970, UTC; may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


def poll_interval(polls: int, rng: random.Random) -> float:
    """Seconds to the next poll after `polls` of them; clips take 30 s to 2 min and more."""
    interval = min(FIRST_POLL * POLL_GROWTH ** min(polls, 20), LONGEST_POLL)
    return interval * rng.uniform(1 - POLL_JITTER, 1 + POLL_JITTER)


def is_concurrency(kind: str) -> bool:
    """Whether a service's word for the cause of a 429 means that as many clips are under way as the plan
    allows, not that it is asked too often."""
    return "concurrency" in kind.lower()


class Patience:
    """Failed tries of one job in a row. Exponential back-off with full jitter: clients that failed together
    should not come back together."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._failures = self._limited = 0

    def reset(self) -> None:
        self._failures = self._limited = 0

    def wait_after(self, error: CloudJobsError) -> float | None:
        """Seconds until the next try, None when it is time to give up."""
        if not error.retryable:
            return None
        if isinstance(error, RateLimitError):
            self._limited += 1
            if self._limited >= MAX_RATE_LIMITED and not is_concurrency(error.kind):
                return None  # a place that others hold is waited for until the deadline
            if error.retry_after is not None:
                return error.retry_after + self._rng.uniform(0.0, 1.0)
            return self._backoff(min(self._limited, MAX_RATE_LIMITED))
        self._failures += 1
        return None if self._failures >= MAX_TRIES else self._backoff(self._failures)

    def _backoff(self, count: int) -> float:
        limit = min(FIRST_RETRY * 2.0**count, LONGEST_RETRY)
        return self._rng.uniform(limit / 4, limit)
