"""A service, a clock and jobs to run against them."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_did import FakeDID, Policy, clips
from lipsync_studio.did_client import ApiKey, Picture, Recording, Settings, TalkJobs, TalkOrder
from lipsync_studio.did_client.transport import Timeouts

# The canary: looks like a key, and must turn up nowhere but in the requests.
KEY = "Y2FuYXJ5QGV4YW1wbGUub3Jn:canary-Zx81-secret-password"
TIMEOUTS = Timeouts(connect=1.0, read=0.3, create=0.3, upload=0.3, download=0.3)


class FakeClock:
    """Waiting moves the time on at once. Shared with the service."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds


class Bench:
    """A service and a folder; `jobs()` is a process that starts on that folder."""

    def __init__(self, folder: Path, clock: FakeClock, server: FakeDID) -> None:
        self.folder, self.clock, self.server = folder, clock, server
        self.service, self.policy = server.service, server.policy
        self._starts = 0

    def jobs(self, key: str = KEY, clock: Any = None, **settings: Any) -> TalkJobs:
        self._starts += 1
        values = {"api_url": self.server.url, "auth_style": "basic_b64", "max_credits_per_day": 10_000,
                  **settings}
        return TalkJobs(self.folder, Settings(**values), ApiKey(key, "a test"), clock=clock or self.clock,
                        rng=random.Random(self._starts), timeouts=TIMEOUTS)


def order(seconds: float = 2.0, *, shade: int = 128, tone: int = 1, **options: Any) -> TalkOrder:
    return TalkOrder(Picture(clips.portrait(shade=shade), 256, 256),
                     Recording(clips.voice(seconds, tone), seconds), **options)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> Iterator[FakeDID]:
    with FakeDID(KEY, Policy(), now=clock.now) as running:
        yield running


@pytest.fixture
def bench(tmp_path: Path, clock: FakeClock, server: FakeDID) -> Bench:
    return Bench(tmp_path / "did", clock, server)


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Several services in one test, each with a folder of its own."""
    running: list[FakeDID] = []

    def make(policy: Policy | None = None) -> Bench:
        clock = FakeClock()
        server = FakeDID(KEY, policy, now=clock.now).__enter__()
        running.append(server)
        return Bench(tmp_path / f"did{len(running)}", clock, server)

    yield make
    for server in running:
        server.__exit__()
