"""A thousand orders, four at a time, to a service where one call in ten goes wrong."""

from __future__ import annotations

import random
import threading
from collections import Counter
from pathlib import Path

import pytest
from cloud_matrix import check_files
from cloud_simulation import cause_of
from fake_cloud import BUSY
from fake_did import FakeDID, Fault, Policy, wired

from lipsync_studio.cloud_jobs import CloudJobsError
from lipsync_studio.cloud_jobs.job import FINAL
from lipsync_studio.did_client import TalkConfig, TalkJobs

from .conftest import KEY, Bench, FakeClock, order

_ORDERS, _RATE = 1000, 0.10
_TALKS = [Fault("", status=status) for status in (402, 429, 451, 500, 503, 504)]
_TALKS += [Fault("", status=429, body=BUSY)]
_TALKS += [Fault("", status=429, body=BUSY, acts=True, late=late) for late in (0.0, 40.0, 400.0)]
_TALKS += [Fault("", status=504, acts=True), Fault("", status=504, acts=True, late=40.0)]
_TALKS += [Fault("", action, acts=acts) for action in ("reset", "half_header") for acts in (False, True)]
_TALKS += [Fault("", "half_body", acts=True), Fault("", "empty", acts=True), Fault("", "stall", acts=True)]
_OTHERS = [Fault("", status=status) for status in (429, 500, 502, 503, 504)]
_OTHERS += [Fault("", action) for action in ("reset", "half_header", "empty", "garbage", "html")]
_FILES = [*_OTHERS[:5], Fault("", status=403), Fault("", "reset"), Fault("", "half_body", acts=True)]


class Order(threading.Thread):
    """Runs its share of the orders, each at most three times."""

    def __init__(self, jobs: TalkJobs, share: list[int]) -> None:
        super().__init__()
        self._jobs, self._share = jobs, share
        self.unexpected: list[BaseException] = []

    def run(self) -> None:
        for number in self._share:
            wanted = order(
                2.0,
                shade=number % 10,
                tone=number % 20,
                nonce=str(number),
                config=TalkConfig(pad_audio=(0.0, 14.0, 30.0)[number % 3]),
            )
            for _ in range(3):
                try:
                    self._jobs.run(self._jobs.start(wanted, consent=True).id)
                    break
                except CloudJobsError:
                    continue
                except BaseException as error:  # a thread has nobody else to tell
                    self.unexpected.append(error)
                    return


@pytest.mark.parametrize(
    ("policy", "orders", "threads", "most"),
    [
        # Shared between accounts, because each search reads the whole list of an account's talks.
        (Policy(script=("done",)), range(300), 4, 0.005),
        (Policy(script=("done",), newest_first=False), range(300, 600), 4, 0.005),
        (Policy(script=("started", "done"), echo=False), range(600, 850), 4, 0.03),
        # Only the length tells one clip from another here, and there are three lengths. The machine's load
        # decides how many that are made at once can't be told apart (up to 13 % of them): they come in turn.
        (
            Policy(script=("done",), echo=False, keeps_names=False, shows_duration=False),
            range(850, _ORDERS),
            1,
            0.08,
        ),
    ],
    ids=["telling", "oldest first", "names only", "silent"],
)
def test_a_thousand_orders(
    folder: Path, capsys: pytest.CaptureFixture[str], policy: Policy, orders: range, threads: int, most: float
) -> None:
    """most: share of the orders that may be left to the user; of all the thousand at most 2 %."""
    clock, rng = FakeClock(), random.Random(orders.start)

    def chance(route: str) -> Fault | None:
        if rng.random() >= _RATE:
            return None
        kinds = {"POST /talks": _TALKS, "GET /files": _FILES}.get(route, _OTHERS)
        return rng.choice(kinds)

    with FakeDID(KEY, policy, now=clock.now, credits=100_000) as server:
        server.chance = chance
        bench = Bench(folder, clock, server)
        bench.session = lambda: wired(server)
        jobs = bench.jobs(max_credits_per_day=100_000)
        workers = [Order(jobs, list(orders)[start::threads]) for start in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [worker.unexpected for worker in workers] == [[]] * threads
        server.chance = lambda route: None
        for job in jobs.journal.open_jobs():  # what a last `did resume` still collects
            try:
                jobs.run(job.id)
            except CloudJobsError:
                continue
        service = server.service
        faults = sum(1 for seen in server.log if seen.fault)
        requests = len(server.log)
    journalled = {job.id: job for job in jobs.journal.jobs()}
    states = Counter(job.state for job in journalled.values())
    causes = Counter(cause_of(job) for job in journalled.values() if job.state == "undecided")
    makers = Counter(talk.body["user_data"] for talk in service.talks.values())
    keys = Counter(journalled[maker].key for maker in makers)
    twice = sum(count > 1 for count in keys.values())
    with capsys.disabled():
        print(
            f"\nD-ID: {len(orders)} orders, {len(journalled)} jobs, {requests} calls, {faults} faults: "
            f"{dict(states)}, {dict(causes)}, billed twice {twice}"
        )
    assert all(job.state in FINAL or job.state == "undecided" for job in journalled.values())
    assert states["undecided"] <= most * len(orders)
    assert max(makers.values()) == 1, "a job was sent twice"
    assert not twice, "an order was paid for twice"
    for talk in service.talks.values():
        owner = journalled[talk.body["user_data"]]
        assert owner.remote_id == talk.id or owner.state == "undecided", "a talk is lost or mixed up"
    paid = [job for job in journalled.values() if job.remote_id]
    assert {job.remote_id for job in paid} <= set(service.talks)
    unclear = [journalled[maker] for maker in makers if journalled[maker].state == "undecided"]
    assert service.charged == sum(job.credits for job in [*paid, *unclear])
    check_files(folder)
