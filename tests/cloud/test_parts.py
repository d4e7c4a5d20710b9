"""Clips that are ordered in parts: every fault at the POST of one of them, and processes that die."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cloud_matrix import FAULTS, IMPATIENT, Bench, FakeClock, check_books, check_files, local_session
from fake_cloud import Fault, wired

from lipsync_studio.cloud_jobs import CloudJobs, CloudJobsError
from lipsync_studio.cloud_jobs.job import Job

from .conftest import cases
from .test_restart import die_at

PARTS = 2


def start(jobs: CloudJobs, bench: Bench) -> list[str]:
    orders = [bench.case.order(number) for number in range(1, PARTS + 1)]
    return [job.id for job in jobs.start_all(orders, consent=True)]


def order_stubbornly(bench: Bench) -> list[Job]:
    """What became of the parts when the user orders the whole up to four times."""
    ids: list[str] = []
    for _ in range(4):
        jobs = bench.jobs(parallel=PARTS)
        try:
            ids = start(jobs, bench)
            return jobs.run_all(ids)
        except CloudJobsError:
            continue
    return [bench.journal().get(each) for each in ids]


def test_every_fault_at_the_order_of_the_second_part(folder: Path) -> None:
    """By the service that has parts."""
    case, clock = cases()["syncso"], FakeClock(1_790_078_390.0)
    with case.start(True, clock.now) as server:
        for fault, options in FAULTS.items():
            server.renew()
            server.faults = [Fault(case.paid, nth=(2,), **options)]  # type: ignore[arg-type]
            bench = Bench(case, folder / fault.replace("/", "_"), clock, server)
            bench.timeouts = IMPATIENT
            bench.session = lambda: wired(server)
            states = [job.state for job in order_stubbornly(bench)]
            assert states == ["downloaded"] * PARTS, fault
            check_books(server, bench.journal(), orders=PARTS)
            check_files(bench.folder)


def test_a_process_may_die_at_any_call_of_an_order_in_parts(folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        for calls in range(1, 100, 2):
            server.renew()
            bench = Bench(case, folder / f"death{calls}", clock, server)
            died = die_at(bench, calls, calls % 4 == 1, partial(start, bench=bench))
            bench.session = local_session
            clock.sleep(600.0)  # the other process waited by a clock of its own
            jobs = bench.jobs()
            assert all(job.state == "downloaded" for job in jobs.run_all(start(jobs, bench)))
            assert len(server.made()) == PARTS
            check_books(server, bench.journal(), orders=PARTS)
            if not died:
                break
    assert calls > 2 * len(case.calls)
