"""What a user's money depends on: nothing is ordered twice, or beyond what is allowed, by any service."""

from __future__ import annotations

from pathlib import Path

import pytest
from cloud_matrix import Bench, FakeClock, check_books
from fake_cloud import Fault, wired

from lipsync_studio.cloud_jobs import CloudJobs, errors
from lipsync_studio.cloud_jobs.job import Job

from .conftest import Open, cases, finish

REPEATING = ["heygen", "syncso"]
STATUS = {  # where a service is asked for one clip
    "heygen": "GET /v3/videos/{id}",
    "syncso": "GET /v2/generate/{id}",
    "synthesia": "GET /v2/videos/{id}",
}


@pytest.mark.parametrize("name", REPEATING)
@pytest.mark.parametrize("status", [400, 402, 403, 404])
def test_a_refusal_after_a_429_that_acted_loses_no_clip(account: Open, name: str, status: int) -> None:
    bench = account(name)
    bench.server.faults = [
        Fault(bench.case.paid, status=429, acts=True, nth=(1,)),
        Fault(bench.case.paid, status=status, nth=(2,)),
    ]
    assert finish(bench.jobs(), bench).state == "downloaded"
    assert len(bench.server.made()) == 1
    check_books(bench.server, bench.journal())


@pytest.mark.parametrize("name", STATUS)
def test_a_clip_that_is_not_seen_for_a_while_is_waited_for(account: Open, name: str) -> None:
    bench = account(name)
    bench.server.faults = [Fault(STATUS[name], status=404, nth=tuple(range(1, 21)))]
    assert finish(bench.jobs(), bench).state == "downloaded"
    assert len(bench.server.made()) == 1


@pytest.mark.parametrize("name", REPEATING)
def test_an_old_clip_that_is_gone_is_not_paid_again_unless_given_up(account: Open, name: str) -> None:
    bench = account(name)
    jobs = bench.jobs()
    job = finish(jobs, bench)
    jobs.result(job).unlink()
    bench.clock.sleep(2 * bench.case.service.typical)
    bench.server.counts.clear()
    bench.server.faults = [Fault(STATUS[name], status=404, nth=())]
    started = bench.clock.now()
    for _ in range(2):
        with pytest.raises(errors.StillRunningError, match=f"`{bench.case.service.command} jobs --abandon`"):
            finish(bench.jobs(), bench)
    assert bench.clock.now() - started < 150
    bench.server.faults = []
    assert finish(bench.jobs(), bench).id == job.id
    assert len(bench.server.made()) == 1


def test_a_place_that_other_clips_hold_is_waited_for(account: Open) -> None:
    bench = account("syncso")
    busy = {"errorCode": "concurrency_limit_reached", "message": "m"}
    bench.server.faults = [Fault(bench.case.paid, status=429, body=busy, nth=tuple(range(2, 42)))]
    jobs = bench.jobs(parallel=2)
    made = jobs.start_all([bench.case.order(number) for number in (1, 2)], consent=True)
    assert [job.state for job in jobs.run_all([job.id for job in made])] == ["downloaded"] * 2
    check_books(bench.server, bench.journal(), orders=2)


@pytest.mark.parametrize("grouped", [False, True], ids=["one", "parts"])
def test_a_place_that_never_comes_free_ends_the_wait_at_the_deadline(account: Open, grouped: bool) -> None:
    bench = account("syncso")
    busy = {"errorCode": "concurrency_limit_reached", "message": "m"}
    bench.server.faults = [Fault(bench.case.paid, status=429, body=busy, nth=())]
    jobs = bench.jobs(deadline_minutes=30.0)
    made = jobs.start_all([bench.case.order(number) for number in range(1, 2 + grouped)], consent=True)
    started = bench.clock.now()
    with pytest.raises(errors.StillRunningError, match="not ordered within 30 minutes"):
        jobs.run_all([job.id for job in made])
    assert 1700 < bench.clock.now() - started <= 1900
    assert bench.server.made() == []


def advance_until(jobs: CloudJobs, job: Job, quoted: bool) -> None:
    """Whatever comes before the POST."""
    while quoted and not jobs.journal.get(job.id).quoted:
        jobs.step(job.id)


@pytest.mark.parametrize("name", REPEATING)
@pytest.mark.parametrize("how", ["ordered again", "settings", "resumed"])
def test_a_limit_that_was_lowered_holds_for_what_was_not_sent_yet(account: Open, name: str, how: str) -> None:
    bench = account(name)
    jobs = bench.jobs()
    job = jobs.start(bench.case.order(1), consent=True, max_credits=300)
    advance_until(jobs, job, quoted=bench.case.service.quotes)

    def order() -> None:
        again = bench.jobs(max_credits_per_run=10**5 if how == "ordered again" else 1)
        allowed = 1 if how == "ordered again" else None
        if how != "resumed":
            again.start(bench.case.order(1), consent=True, max_credits=allowed)
        again.run(job.id)

    with pytest.raises(errors.CapError, match="more than the 1 allowed for this run"):
        order()
    assert bench.server.made() == []
    assert finish(bench.jobs(), bench).id == job.id


@pytest.mark.parametrize("lowered", [False, True])
def test_a_limit_never_loses_a_clip_that_a_429_may_have_made(account: Open, lowered: bool) -> None:
    bench = account("syncso")
    bench.server.faults = [Fault(bench.case.paid, status=429, acts=True)]
    jobs = bench.jobs()
    parts = jobs.start_all([bench.case.order(number) for number in (1, 2)], consent=True)
    while not bench.server.made():
        for part in parts:
            jobs.step(part.id)
    if lowered:
        with pytest.raises(errors.CapError):
            bench.jobs(max_credits_per_run=1).run_all([part.id for part in parts])
    orders = [bench.case.order(number) for number in (1, 2)]
    jobs = bench.jobs()
    done = jobs.run_all([part.id for part in jobs.start_all(orders, consent=True)])
    assert [job.state for job in done] == ["downloaded"] * 2
    check_books(bench.server, bench.journal(), orders=2)


def test_a_service_whose_clock_runs_ahead_does_not_lift_the_limit_of_a_day(folder: Path) -> None:
    case, clock, ahead = cases()["heygen"], FakeClock(), [0.0]
    with case.start(True, lambda: clock.now() + ahead[0]) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        finish(bench.jobs(max_credits_per_day=10), bench)
        for number in (2, 3):
            ahead[0] += 90_000.0
            jobs = bench.jobs(max_credits_per_day=10)
            assert jobs.balance().spent == 10
            with pytest.raises(errors.CapError, match="10 of the 10"):
                finish(jobs, bench, number)
        assert server.charged() == 10


def test_an_id_that_is_another_jobs_is_not_asked_for_for_ever(account: Open) -> None:
    """By a service that answers every order with its first clip."""
    bench = account("heygen")
    first = finish(bench.jobs(), bench)
    bench.server.faults = [
        Fault(bench.case.paid, status=200, body={"data": {"video_id": first.remote_id}}, nth=())
    ]
    with pytest.raises(errors.UndecidedError):
        finish(bench.jobs(), bench, 2)
    assert len(bench.server.requests(bench.case.paid)) <= 8


@pytest.mark.parametrize("name", REPEATING)
@pytest.mark.parametrize("state", ["planned", "ambiguous"])
def test_nothing_is_posted_once_consent_is_withdrawn(account: Open, name: str, state: str) -> None:
    bench = account(name)
    bench.server.faults = [Fault(bench.case.paid, "reset")]
    jobs = bench.jobs()
    job = jobs.start(bench.case.order(1), consent=True)
    while job.state != state:
        job = jobs.step(job.id).job
    sent = len(bench.server.requests(bench.case.paid))

    def refuse() -> None:
        raise errors.ConsentError("Not any more.")

    jobs = bench.jobs()
    jobs.require_consent(refuse)
    with pytest.raises(errors.ConsentError):
        jobs.run(job.id)
    assert len(bench.server.requests(bench.case.paid)) == sent
    jobs.require_consent(lambda: None)
    assert jobs.run(job.id).state == "downloaded"
