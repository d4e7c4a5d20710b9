"""The process dies, for real, around every call; the next one carries on."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import requests
from cloud_matrix import check_books, check_files
from fake_did import Fault

from lipsync_studio.cloud_jobs import CloudJobsError

from .conftest import Bench, finish, in_child, order, start_until

_CALLS = 11  # credits, picture, sound, POST, three polls, clip, credits, two deletions


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

    return Session


def die_at(bench: Bench, calls: int, after: bool) -> bool:
    """Run an order in a process that dies at its nth call. Returns whether it got that far."""

    def act() -> int:
        bench.session = dying(calls, after)
        finish(bench.jobs(delete_uploads=True), order())
        return 0

    return in_child(act) == 9


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_process_may_die_at_any_call(bench: Bench, after: bool) -> None:
    deaths = 0
    for calls in range(1, _CALLS + 2):
        bench.server.renew()
        bench.folder = bench.folder.with_name(f"death{calls}")
        deaths += die_at(bench, calls, after)
        jobs = bench.jobs()
        job = jobs.start(order(), consent=True)
        try:
            job = jobs.run(job.id)
        except CloudJobsError:
            # Dead before the POST was sent, but after saying so: nobody can know, so nothing is sent again.
            assert not bench.service.talks
            assert jobs.journal.get(job.id).state == "undecided"
        else:
            assert jobs.result(job).is_file()
            assert len(bench.server.requests("POST /talks")) == 1
        check_books(bench.server, bench.journal())
        check_files(bench.folder)
    assert deaths == _CALLS


def test_every_state_is_resumed_by_another_process(bench: Bench) -> None:
    bench.policy.script = ("created", "started", "done")
    bench.server.faults = [Fault("POST /talks", "reset", acts=True)]
    seen = set()
    job = bench.jobs().start(order(), consent=True)
    for _ in range(30):
        seen.add(job.state)
        step = bench.jobs().step(job.id)
        job = step.job
        if step.wait is None:
            break
        bench.clock.sleep(step.wait)
    assert seen == {"planned", "ambiguous", "submitted"}
    assert job.state == "downloaded"
    assert bench.service.charged == 1


def test_a_wrong_clock_does_no_harm(bench: Bench) -> None:
    """The machine's clock jumps a day back between the POST and its reconciliation."""
    bench.server.faults = [Fault("POST /talks", "reset", acts=True)]
    jobs = bench.jobs()
    job = start_until(jobs, order(), "ambiguous")

    class Behind(type(bench.clock)):
        def now(self) -> float:
            return bench.clock.now() - 86_400

    assert bench.jobs(clock=Behind()).run(job.id).state == "downloaded"
    assert bench.service.charged == 1
