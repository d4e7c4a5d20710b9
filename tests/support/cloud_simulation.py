"""Many orders, four at a time, to a service where one call in ten goes wrong."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from cloud_matrix import Bench, Case, FakeClock, check_files
from fake_cloud import BUSY, Fault, wired

from lipsync_studio.cloud_jobs import CloudJobs, CloudJobsError
from lipsync_studio.cloud_jobs.job import FINAL, Job

_THREADS, _RATE, _RESUMES = 4, 0.10, 3
PAID = [Fault("", status=status) for status in (402, 429, 451, 500, 503, 504)]
PAID += [Fault("", status=429, body=BUSY)]
PAID += [Fault("", status=429, body=BUSY, acts=True, late=late) for late in (0.0, 40.0, 400.0)]
PAID += [Fault("", status=504, acts=True), Fault("", status=504, acts=True, late=40.0)]
PAID += [Fault("", action, acts=acts) for action in ("reset", "half_header") for acts in (False, True)]
PAID += [Fault("", "half_body", acts=True), Fault("", "empty", acts=True), Fault("", "stall", acts=True)]
OTHERS = [Fault("", status=status) for status in (429, 500, 502, 503, 504)]
OTHERS += [Fault("", action) for action in ("reset", "half_header", "empty", "garbage", "html")]
FILES = [*OTHERS[:5], Fault("", status=403), Fault("", "reset"), Fault("", "half_body", acts=True)]


@dataclass(frozen=True)
class Outcome:
    """states: how many jobs ended in which. causes: what the POSTs of the undecided ones were answered with.
    twice: orders that were paid for twice. faults, calls: how many there were."""

    orders: int
    states: Counter[str]
    causes: Counter[str]
    twice: int
    faults: int
    calls: int

    @property
    def undecided(self) -> float:
        """Share of the orders."""
        return self.states["undecided"] / self.orders

    def __str__(self) -> str:
        causes = f", {dict(self.causes)}" if self.causes else ""
        return (
            f"{self.orders} orders, {self.calls} calls, {self.faults} faults: {dict(self.states)}{causes}, "
            f"billed twice {self.twice}"
        )


def cause_of(job: Job) -> str:
    """Of a job of unknown outcome: 429, another status, or no whole reply."""
    status = re.search(r"\((\d{3})\)", job.problem)
    return "429" if job.look_first else status[1] if status else "cut"


class _Customer(threading.Thread):
    """Runs its share of the orders, each at most three times."""

    def __init__(self, case: Case, jobs: CloudJobs, share: list[int]) -> None:
        super().__init__()
        self._case, self._jobs, self._share = case, jobs, share
        self.unexpected: list[BaseException] = []

    def run(self) -> None:
        for number in self._share:
            for _ in range(3):
                try:
                    self._jobs.run(self._jobs.start(self._case.order(number), consent=True).id)
                    break
                except CloudJobsError:
                    continue
                except BaseException as error:  # a thread has nobody else to tell
                    self.unexpected.append(error)
                    return


def simulate(case: Case, folder: Path, orders: range, telling: bool) -> Outcome:
    """Every clip is known to the journal, no order was paid for twice, and the bill is what the journal
    says."""
    clock, rng = FakeClock(), random.Random(orders.start)

    def chance(route: str) -> Fault | None:
        if rng.random() >= _RATE:
            return None
        kinds = {case.paid: PAID, "GET /files": FILES}.get(route, OTHERS)
        return rng.choice(kinds)

    with case.start(telling, clock.now) as server:
        server.chance = chance
        bench = Bench(case, folder, clock, server)
        bench.session = lambda: wired(server)
        jobs = bench.jobs()
        customers = [_Customer(case, jobs, list(orders)[start::_THREADS]) for start in range(_THREADS)]
        for customer in customers:
            customer.start()
        for customer in customers:
            customer.join()
        assert [customer.unexpected for customer in customers] == [[]] * _THREADS
        server.chance = lambda route: None
        for _ in range(_RESUMES):
            for job in jobs.journal.open_jobs():  # what a user's `resume` still collects
                try:
                    jobs.run(job.id)
                except CloudJobsError:
                    continue
        made, charged = server.made(), server.charged()
        faults, calls = sum(1 for seen in server.log if seen.fault), len(server.log)
    journalled = {job.id: job for job in bench.journal().jobs()}
    states = Counter(job.state for job in journalled.values())
    assert all(job.state in FINAL or job.state == "undecided" for job in journalled.values())
    assert len({clip.mark for clip in made}) == len(made), "a job was sent twice"
    keys = Counter(journalled[clip.mark].key for clip in made)
    twice = sum(count > 1 for count in keys.values())
    assert not twice, "an order was paid for twice"
    for clip in made:
        owner = journalled[clip.mark]
        assert owner.remote_id == clip.id or owner.state == "undecided", "a clip is lost or mixed up"
    paid = [job for job in journalled.values() if job.remote_id]
    assert {job.remote_id for job in paid} <= {clip.id for clip in made}
    unclear = [journalled[clip.mark] for clip in made if journalled[clip.mark].state == "undecided"]
    assert charged == sum(job.credits for job in [*paid, *unclear])
    check_files(folder)
    causes = Counter(cause_of(job) for job in journalled.values() if job.state == "undecided")
    return Outcome(len(orders), states, causes, twice, faults, calls)
