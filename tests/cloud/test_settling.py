"""An order that was answered with 429 may have been taken all the same: another POST follows only once list
and balance say that it was not, whatever the service's word for the refusal."""

from __future__ import annotations

import pytest
from cloud_matrix import Bench, check_books
from fake_cloud import BUSY, Fault

from lipsync_studio.cloud_jobs import errors
from lipsync_studio.cloud_jobs.job import Job

from .conftest import Open, cases, finish

LISTING = ["synthesia", "toycloud"]
REPEATING = ["heygen", "syncso"]
NEVER = 1e9
PATIENT = {"deadline_minutes": 180.0}
words = pytest.mark.parametrize("body", [None, BUSY], ids=["too often", "too many"])


def refuse(bench: Bench, body: object = BUSY, **options: object) -> None:
    """The next orders are answered with 429."""
    bench.server.counts.clear()
    bench.server.faults = [Fault(bench.case.paid, status=429, body=body, **options)]  # type: ignore[arg-type]


def posts(bench: Bench) -> int:
    return len(bench.server.requests(bench.case.paid))


def delay(bench: Bench) -> float:
    return max(600.0, bench.case.service.typical)


def until_refused(bench: Bench) -> Job:
    """An order up to its first 429."""
    jobs = bench.jobs(**PATIENT)
    job = jobs.start(bench.case.order(1), consent=True)
    count = posts(bench)
    while posts(bench) == count:
        jobs.step(job.id)
    return jobs.journal.get(job.id)


@words
@pytest.mark.parametrize("late", [0.0, 40.0, 500.0])
@pytest.mark.parametrize("known", [False, True], ids=["first clip", "later clip"])
@pytest.mark.parametrize("name", LISTING)
def test_one_that_acted_and_shows_late_is_found(
    account: Open, name: str, known: bool, late: float, body: object
) -> None:
    bench = account(name)
    if known:  # its marks are seen in the list
        finish(bench.jobs(), bench, 2)
    before = posts(bench)
    refuse(bench, body, acts=True, late=late)
    assert finish(bench.jobs(**PATIENT), bench).state == "downloaded"
    assert posts(bench) == before + 1
    assert len(bench.server.made()) == 1 + known
    check_books(bench.server, bench.journal(), orders=2)


@words
@pytest.mark.parametrize("name", LISTING)
def test_one_that_did_nothing_is_sent_again_once_that_is_certain(
    account: Open, name: str, body: object
) -> None:
    bench = account(name)
    finish(bench.jobs(), bench, 2)
    refuse(bench, body)
    started = bench.clock.now()
    assert finish(bench.jobs(**PATIENT), bench).state == "downloaded"
    assert bench.clock.now() - started >= delay(bench)
    assert posts(bench) == 3


@words
def test_of_a_first_order_the_balance_tells(account: Open, body: object) -> None:
    """The list shows nothing that it could be judged by."""
    bench = account("toycloud")
    refuse(bench, body)
    started = bench.clock.now()
    assert finish(bench.jobs(**PATIENT), bench).state == "downloaded"
    assert bench.clock.now() - started >= delay(bench)
    assert posts(bench) == 2
    check_books(bench.server, bench.journal())


def test_where_neither_list_nor_balance_tells_the_user_decides(account: Open) -> None:
    bench = account("synthesia")
    refuse(bench)
    for _ in range(3):
        with pytest.raises(errors.UndecidedError, match="so it was not sent again.* `cloud synthesia jobs"):
            finish(bench.jobs(**PATIENT), bench)
    assert posts(bench) == 1


def test_until_it_is_known_the_deadline_says_so(account: Open) -> None:
    bench = account("synthesia")
    refuse(bench)
    with pytest.raises(errors.StillRunningError, match="not known yet whether Synthesia took the order"):
        finish(bench.jobs(deadline_minutes=20.0), bench)
    assert posts(bench) == 1


@words
@pytest.mark.parametrize("known", [False, True], ids=["first clip", "later clip"])
def test_a_balance_that_fell_stands_against_an_empty_list(account: Open, known: bool, body: object) -> None:
    """For ever: also where the list, by all that was seen of it, would have shown the clip."""
    bench = account("toycloud")
    if known:
        finish(bench.jobs(), bench, 2)
    before = posts(bench)
    refuse(bench, body, acts=True, late=NEVER)
    for _ in range(3):
        with pytest.raises(errors.UndecidedError):
            finish(bench.jobs(**PATIENT), bench)
        bench.clock.sleep(delay(bench))
    assert posts(bench) == before + 1


def test_so_it_does_after_a_cut(account: Open) -> None:
    bench = account("toycloud")
    finish(bench.jobs(), bench, 2)
    bench.server.counts.clear()
    bench.server.faults = [Fault(bench.case.paid, "reset", acts=True, late=NEVER)]
    for _ in range(2):
        with pytest.raises(errors.UndecidedError):
            finish(bench.jobs(**PATIENT), bench)
    assert posts(bench) == 2


def test_an_untouched_balance_is_no_proof_after_a_cut(account: Open) -> None:
    bench = account("toycloud")
    bench.server.faults = [Fault(bench.case.paid, "reset")]
    for _ in range(2):
        with pytest.raises(errors.UndecidedError):
            finish(bench.jobs(**PATIENT), bench)
        bench.clock.sleep(delay(bench))
    assert posts(bench) == 1


def test_a_balance_that_another_order_may_have_moved_tells_nothing(account: Open) -> None:
    """A failed clip may be paid back: then the balance is the same though this one was taken."""
    bench = account("toycloud", telling=False)
    jobs = bench.jobs(**PATIENT)
    other = jobs.start(bench.case.order(2), consent=True)
    while other.state != "submitted":
        other = jobs.step(other.id).job
    refuse(bench, acts=True, late=NEVER)
    job = until_refused(bench)
    bench.server._coins += 2  # type: ignore[attr-defined]
    jobs.journal.advance(other, state="failed", updated=bench.clock.now())
    with pytest.raises(errors.UndecidedError):
        bench.jobs(**PATIENT).run(job.id)
    assert posts(bench) == 2


def test_the_balance_before_the_order_outlives_the_process(account: Open) -> None:
    """One that was read after the clip was charged would call it untouched."""
    bench = account("toycloud")
    refuse(bench, acts=True, late=NEVER)
    job = until_refused(bench)
    for _ in range(200):
        step = bench.jobs(**PATIENT).step(job.id)  # each by a new process
        bench.clock.sleep(step.wait or 0.0)
        if step.wait is None:
            break
    assert step.job.state == "undecided"
    assert posts(bench) == 1


@words
@pytest.mark.parametrize("name", REPEATING)
def test_a_key_that_may_be_dead_is_not_relied_on(account: Open, name: str, body: object) -> None:
    """The clip is looked for first; what was asked under the living key says nothing of that."""
    bench = account(name)
    refuse(bench, body, acts=True)
    job = until_refused(bench)
    assert job.state == "planned"
    bench.clock.sleep(bench.case.service.repeatable + 1)
    bench.server._by_key.clear()  # type: ignore[attr-defined]
    assert bench.jobs(**PATIENT).run(job.id).state == "downloaded"
    assert posts(bench) == 1
    check_books(bench.server, bench.journal())


@pytest.mark.parametrize("name", REPEATING)
def test_the_life_of_a_key_begins_with_the_first_order(account: Open, name: str) -> None:
    """Not with a later one that was refused: the first may have registered it."""
    bench = account(name)
    refuse(bench, acts=True, nth=(1,), late=NEVER)
    bench.server.faults.append(Fault(bench.case.paid, status=429, body=BUSY, nth=(2,)))
    job = until_refused(bench)
    half = bench.case.service.repeatable * 0.6
    bench.clock.sleep(half)
    until_refused(bench)
    assert posts(bench) == 2
    bench.clock.sleep(half)
    bench.server._by_key.clear()  # type: ignore[attr-defined]
    with pytest.raises(errors.UndecidedError):
        bench.jobs(**PATIENT).run(job.id)
    assert posts(bench) == 2
    assert len(bench.server.made()) == 1


def test_under_a_dead_key_an_untouched_balance_lets_the_order_go_on(account: Open) -> None:
    bench = account("heygen")
    refuse(bench)
    job = until_refused(bench)
    bench.clock.sleep(bench.case.service.repeatable + 1)
    assert bench.jobs(**PATIENT).run(job.id).state == "downloaded"
    assert posts(bench) == 2
    check_books(bench.server, bench.journal())


def test_under_a_dead_key_without_a_balance_the_user_decides(account: Open) -> None:
    bench = account("syncso")
    refuse(bench)
    job = until_refused(bench)
    bench.clock.sleep(bench.case.service.repeatable + 1)
    for _ in range(2):
        with pytest.raises(errors.UndecidedError, match="`cloud syncso jobs --abandon`"):
            bench.jobs(**PATIENT).run(job.id)
    assert posts(bench) == 1


@pytest.mark.parametrize("name", sorted(cases()))
def test_a_job_that_an_earlier_version_gave_up_is_taken_up_again(account: Open, name: str) -> None:
    bench = account(name)
    jobs = bench.jobs()
    job = finish(jobs, bench)
    changes = {"state": "failed", "problem_kind": "NotFoundError", "problem": "It has expired."}
    lost = jobs.journal.advance(job, **changes)
    assert lost is not None
    assert lost.given_up_early
    taken = bench.jobs().take_up(job.id)
    assert (taken.state, taken.remote_id, taken.problem) == ("submitted", job.remote_id, "")
    assert bench.jobs().run(job.id).state == "downloaded"
    assert posts(bench) == 1
    with pytest.raises(errors.JobError, match="is downloaded; only one whose clip was not seen"):
        bench.jobs().take_up(job.id)


def test_one_that_is_gone_for_good_is_told(account: Open) -> None:
    bench = account("heygen")
    jobs = bench.jobs()
    job = finish(jobs, bench)
    jobs.journal.advance(job, state="failed", problem_kind="NotFoundError")
    bench.server.faults = [Fault("GET /v3/videos/{id}", status=404, nth=())]
    with pytest.raises(errors.JobError, match="still does not know the clip .* order it anew"):
        bench.jobs().take_up(job.id)
    assert bench.journal().get(job.id).state == "failed"
