"""The process dies, for real, around every call of every service; the next one carries on."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from cloud_matrix import Bench, FakeClock, check_books, check_files, local_session
from fake_cloud import Fault

from lipsync_studio.cloud_jobs import CloudJobs, CloudJobsError

from .conftest import cases


@pytest.fixture(params=list(cases()))
def bench(request: pytest.FixtureRequest, folder: Path) -> Iterator[Bench]:
    case, clock = cases()[request.param], FakeClock()
    with case.start(True, clock.now) as server:
        yield Bench(case, folder / "account", clock, server)


def dying(calls: int, after: bool) -> Callable[[], requests.Session]:
    """Sessions that end the process at the nth request, before it is sent or once its reply is here."""
    count = 0

    class Session(requests.Session):
        def send(self, request: requests.PreparedRequest, **options: object) -> requests.Response:
            nonlocal count
            count += 1
            if count == calls and not after:
                os._exit(9)
            response = super().send(request, **options)
            if count == calls:
                os._exit(9)
            return response

    def make() -> Session:
        session = Session()
        session.trust_env = False
        return session

    return make


def die_at(
    bench: Bench, calls: int, after: bool, start: Callable[[CloudJobs], list[str]] | None = None
) -> bool:
    """Run an order in a process that dies at its nth call. Returns whether it got that far. start: makes the
    jobs, if not one, and gives their ids."""
    child = os.fork()
    if not child:
        code = 99
        try:
            bench.session = dying(calls, after)
            jobs = bench.jobs(delete_uploads=bool(bench.case.deleting))
            if start is None:
                jobs.run(jobs.start(bench.case.order(1), consent=True).id)
            else:
                jobs.run_all(start(jobs))
            code = 0
        except BaseException:  # a child that goes on would run the remaining tests
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9)
    return code == 9


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_process_may_die_at_any_call(bench: Bench, after: bool) -> None:
    calls = 0
    while True:
        calls += 1
        bench.server.renew()
        bench.folder = bench.folder.with_name(f"death{calls}")
        if not die_at(bench, calls, after):
            break
        bench.session = local_session
        jobs = bench.jobs()
        job = jobs.start(bench.case.order(1), consent=True)
        try:
            job = jobs.run(job.id)
        except CloudJobsError:
            # Dead before the POST was sent, but after saying so: nobody can know, so nothing is sent again.
            assert not bench.case.service.repeatable
            assert bench.server.made() == []
            assert jobs.journal.get(job.id).state == "undecided"
        else:
            assert jobs.result(job).is_file()
            assert len(bench.server.made()) == 1
        check_books(bench.server, bench.journal())
        check_files(bench.folder)
    assert calls > len(bench.case.calls) + 2


def test_every_state_is_resumed_by_another_process(bench: Bench) -> None:
    bench.server.faults = [Fault(bench.case.paid, "reset", acts=True)]
    seen = set()
    job = bench.jobs().start(bench.case.order(1), consent=True)
    for _ in range(40):
        seen.add(job.state)
        step = bench.jobs().step(job.id)
        job = step.job
        if step.wait is None:
            break
        bench.clock.sleep(step.wait)
    assert seen == {"planned", "ambiguous", "submitted"}
    assert job.state == "downloaded"
    assert len(bench.server.made()) == 1


def test_an_order_that_is_repeated_too_late_is_left_to_the_user(bench: Bench) -> None:
    """The service may have forgotten the key by then; its list is searched, and nothing is sent again."""
    if not bench.case.service.repeatable:
        return
    bench.server.faults = [Fault(bench.case.paid, "reset", acts=True)]
    jobs = bench.jobs()
    job = jobs.start(bench.case.order(1), consent=True)
    while job.state != "ambiguous":
        job = jobs.step(job.id).job
    bench.clock.sleep(bench.case.service.repeatable + 1)
    assert bench.jobs().run(job.id).state == "downloaded"
    assert len(bench.server.requests(bench.case.paid)) == 1
