"""A service, a clock and jobs to run against them."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cloud_matrix
import pytest
from cloud_matrix import IMPATIENT, KEY, TIMEOUTS, Case, FakeClock

sys.path.insert(0, str(Path(__file__).parent))

from fake_did import FakeDID, Policy, clips
from fake_did.service import Service

from lipsync_studio.cloud_jobs import Picture, Recording, Settings
from lipsync_studio.cloud_jobs.job import Job
from lipsync_studio.commands import did
from lipsync_studio.did_client import SERVICE, TalkJobs, TalkOrder, find_key

__all__ = ["IMPATIENT", "KEY", "TIMEOUTS", "FakeClock"]
NOBODY = 65_534


def did_order(number: int) -> TalkOrder:
    return order(2.0, shade=number % 10, tone=number % 20, nonce=str(number))


def start_fake(telling: bool, now: Callable[[], float]) -> FakeDID:
    """telling: a service whose talks come back with our marks, file names and durations, or with nothing."""
    return FakeDID(KEY, Policy(echo=telling, keeps_names=telling, shows_duration=telling), now=now)


CASE = Case(
    service=SERVICE,
    start=start_fake,
    order=did_order,
    calls=("GET /credits", "POST /images", "POST /audios", "GET /talks/{id}"),
    paid="POST /talks",
    listing="GET /talks",
    deleting="DELETE /images/{id}",
    jobs=TalkJobs,
    settings={"auth_style": "basic_b64", "max_credits_per_run": 8},
)


class Bench(cloud_matrix.Bench):
    """Of D-ID."""

    server: FakeDID

    def __init__(self, folder: Path, clock: FakeClock, server: FakeDID) -> None:
        super().__init__(CASE, folder, clock, server)

    @property
    def service(self) -> Service:
        return self.server.service

    @property
    def policy(self) -> Policy:
        return self.server.policy

    def jobs(self, key: str = KEY, clock: Any = None, **settings: Any) -> TalkJobs:
        made = super().jobs(key, clock, **settings)
        assert isinstance(made, TalkJobs)
        return made


def order(seconds: float = 2.0, *, shade: int = 128, tone: int = 1, **options: Any) -> TalkOrder:
    return TalkOrder(
        Picture(clips.portrait(shade=shade), 256, 256),
        Recording(clips.voice(seconds, tone), seconds),
        **options,
    )


def finish(jobs: TalkJobs, wanted: TalkOrder) -> Job:
    return jobs.run(jobs.start(wanted, consent=True).id)


def start_until(jobs: TalkJobs, wanted: TalkOrder, state: str) -> Job:
    job = jobs.start(wanted, consent=True)
    while job.state != state:
        job = jobs.step(job.id).job
    return job


def command(bench: Bench, *arguments: object) -> int:
    """`did` as it runs in a process of its own."""

    def connect(folder: Path, settings: Settings) -> TalkJobs:
        return TalkJobs(folder, settings, find_key(folder), clock=bench.clock, timeouts=bench.timeouts)

    return did.main(["--folder", str(bench.folder), *map(str, arguments)], connect=connect)


def in_child(act: Callable[[], int]) -> int:
    """The exit code of a process that does this, 99 if it raises."""
    child = os.fork()
    if not child:
        code = 99
        try:
            code = act()
        except BaseException:  # a child that goes on would run the remaining tests
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def as_nobody(folder: Path, act: Callable[[], int]) -> int:
    """`in_child` without root's rights, which ignore permissions. folder: given to the child, with all that
    is in it."""
    root = os.geteuid() == 0
    for path in [folder, *folder.rglob("*")] if root else []:
        os.lchown(path, NOBODY, NOBODY)

    def unprivileged() -> int:
        if root:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return act()

    return in_child(unprivileged)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> Iterator[FakeDID]:
    with FakeDID(KEY, Policy(), now=clock.now) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: the journal waits for the disk at each write."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as made:
        yield Path(made)


@pytest.fixture
def configured(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and address for `command`."""
    monkeypatch.setenv("DID_API_KEY", KEY)
    monkeypatch.setenv("DID_API_URL", bench.server.url)


@pytest.fixture
def bench(folder: Path, clock: FakeClock, server: FakeDID) -> Bench:
    return Bench(folder / "did", clock, server)
