"""Which talk an unclear POST became: found when it can be known, and never guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_did import Fault

from lipsync_studio.cloud_jobs import errors, reconcile
from lipsync_studio.cloud_jobs.job import Job
from lipsync_studio.cloud_jobs.jobs import give_up
from lipsync_studio.cloud_jobs.reconcile import Habits, match
from lipsync_studio.cloud_jobs.replies import Remote
from lipsync_studio.did_client import Provider, TalkOrder, TextScript, replies

from .conftest import Bench, finish, order, start_until


def make_other(bench: Bench, text: str = "hello", picture: str = "a", name: str = "") -> None:
    """A talk of the account that none of our jobs has made."""
    url, script = f"https://example.org/{picture}.jpg", {"type": "text", "input": text}
    bench.service.create({"source_url": url, "script": script, **({"name": name} if name else {})})


def lose_reply(bench: Bench, *wanted: TalkOrder) -> list[Job]:
    """Orders whose talks are made, while the replies are lost."""
    bench.server.faults = [Fault("POST /talks", "reset", acts=True, nth=())]
    jobs = bench.jobs()
    started = [start_until(jobs, one, "ambiguous") for one in wanted]
    bench.server.faults = []
    return started


@pytest.mark.parametrize(
    "policy",
    [
        {"echo": True, "keeps_names": False, "shows_duration": False},
        {"echo": False},
        {"newest_first": False},
        {"echo": False, "keeps_names": False, "script": ("done",)},
        {"page": 2},
        {"page": 2, "newest_first": False},
    ],
    ids=str,
)
def test_found(bench: Bench, policy: dict) -> None:
    vars(bench.policy).update(policy)
    for tone in range(5):  # older talks of the account, on pages of their own
        make_other(bench, name=f"old {tone}")
        bench.clock.sleep(400)
    [job] = lose_reply(bench, order(7.0))
    finished = bench.jobs().run(job.id)
    talk = next(talk for talk in bench.service.talks.values() if talk.id == finished.remote_id)
    assert talk.body["user_data"] == job.id
    assert len(bench.server.requests("POST /talks")) == 1


def test_twins_that_can_not_be_told_apart_are_left_to_the_user(bench: Bench) -> None:
    bench.policy.echo = False
    bench.policy.script = ("done",)
    jobs = lose_reply(bench, order(7.0, tone=1), order(7.0, tone=2))
    for job in jobs:
        with pytest.raises(errors.UndecidedError, match="may be one of tlk_"):
            bench.jobs().run(job.id)
    listed = bench.jobs().journal.get(jobs[0].id)
    assert set(listed.candidates) == set(bench.service.talks)
    first, second = bench.service.talks
    runner = bench.jobs()
    runner.adopt(jobs[0].id, first)
    assert runner.run(jobs[0].id).state == "downloaded"
    with pytest.raises(errors.JobError, match="belongs to another job"):
        runner.adopt(jobs[1].id, first)
    assert runner.run(jobs[1].id).remote_id == second, "with the twin gone, one look tells"
    assert bench.service.charged == 2


def test_same_picture_but_other_lengths(bench: Bench) -> None:
    bench.policy.echo = False
    jobs = lose_reply(bench, order(7.0, tone=1), order(9.0, tone=2))
    bench.policy.script = ("done",)
    for talk in bench.service.talks.values():
        talk.statuses = ("done",)
    for job in jobs:
        finished = bench.jobs().run(job.id)
        assert bench.service.talks[finished.remote_id].body["user_data"] == job.id


def test_somebody_elses_talk_is_not_taken(bench: Bench) -> None:
    """One of ours was lost for good; at the same time another machine made a talk of the same length. As the
    service keeps file names, and there is none of this one, it is ordered anew in the end."""
    bench.policy.echo = False
    bench.policy.script = ("done",)
    seen = bench.jobs()
    finish(seen, order(3.0))  # shows that the service keeps file names
    bench.server.faults = [Fault("POST /talks", "reset", nth=(2,))]
    job = start_until(seen, order(7.0), "ambiguous")
    make_other(bench, "x" * 98, "other")
    began = bench.clock.now()
    talk = bench.service.talks[seen.run(job.id).remote_id]
    assert talk.body["user_data"] == job.id
    assert talk.created >= began + reconcile.AFTER
    assert len(bench.server.requests("POST /talks")) == 3


SILENT = {"echo": False, "keeps_names": False, "shows_duration": False}


def test_where_the_service_tells_no_length_the_clip_does(bench: Bench) -> None:
    vars(bench.policy).update(SILENT)
    make_other(bench, "x" * 210, "other")  # 15 s
    [job] = lose_reply(bench, order(7.0))
    finished = bench.jobs().run(job.id)
    assert bench.service.talks[finished.remote_id].body["user_data"] == job.id
    assert len(bench.server.requests("GET /files")) == 3, "two to measure, one to keep"


def test_a_clip_that_can_not_be_fetched_is_not_taken(bench: Bench) -> None:
    vars(bench.policy).update(SILENT)
    [job] = lose_reply(bench, order(7.0))
    bench.server.faults = [Fault("GET /files", status=404, nth=())]
    with pytest.raises(errors.UndecidedError, match="may be one of"):
        bench.jobs().run(job.id)
    bench.server.faults = []
    assert bench.jobs().run(job.id).state == "downloaded"
    assert bench.service.charged == 1


@pytest.mark.parametrize(("text", "certain"), [("x" * 210, True), ("x" * 112, False)], ids=["15 s", "8 s"])
def test_one_that_was_not_made_where_nothing_is_told(bench: Bench, text: str, certain: bool) -> None:
    """7 s are ordered, and the list has another machine's talk of that time. One of ours that is newer shows
    that the list goes on; then the length rules the other talk out, if it is quite another one."""
    vars(bench.policy).update(SILENT)
    bench.server.faults = [Fault("POST /talks", "reset")]
    jobs = bench.jobs()
    make_other(bench, text, "other")
    with pytest.raises(errors.UndecidedError):
        finish(jobs, order(7.0))
    bench.clock.sleep(reconcile.AFTER)
    with pytest.raises(errors.UndecidedError):
        finish(jobs, order(7.0))
    finish(jobs, order(3.0))
    if certain:
        assert finish(jobs, order(7.0)).state == "downloaded"
    else:
        with pytest.raises(errors.UndecidedError):
            finish(jobs, order(7.0))
    assert len(bench.service.talks) == 2 + certain


@pytest.mark.parametrize("policy", [{}, {"echo": False}, SILENT], ids=["marks", "names", "nothing"])
def test_nothing_is_certain_where_the_time_is_not_known(bench: Bench, policy: dict) -> None:
    """The clock of this machine is a day slow, and no reply tells the time."""
    vars(bench.policy).update({**policy, "date_header": False, "skew": 86_400.0})
    jobs = bench.jobs()
    finish(jobs, order(3.0))
    bench.server.faults = [Fault("POST /talks", "reset", acts=True, nth=(2,))]
    job = start_until(jobs, order(7.0), "ambiguous")
    finish(jobs, order(4.0))
    for _ in range(2):
        bench.clock.sleep(2 * reconcile.AFTER)
        if policy:
            with pytest.raises(errors.UndecidedError):
                jobs.run(job.id)
        else:
            assert jobs.run(job.id).state == "downloaded", "a mark needs no time"
    assert bench.service.charged == 3


def test_undecided_is_never_sent_again_until_given_up(bench: Bench) -> None:
    bench.server.faults = [Fault("POST /talks", status=500)]
    for _ in range(4):
        jobs = bench.jobs()
        with pytest.raises(errors.UndecidedError, match="not sent again"):
            finish(jobs, order())
    assert len(bench.server.requests("POST /talks")) == 1
    [job] = jobs.journal.open_jobs()
    give_up(jobs.journal, job.id)
    with pytest.raises(errors.JobError, match="nothing to give up"):
        give_up(jobs.journal, job.id)
    assert finish(jobs, order()).state == "downloaded"
    assert bench.service.charged == 1


def test_a_talk_that_shows_up_days_later_is_still_found(bench: Bench) -> None:
    bench.server.faults = [Fault("POST /talks", status=504, acts=True, late=7200.0)]
    jobs = bench.jobs()
    with pytest.raises(errors.UndecidedError):
        finish(jobs, order())
    bench.clock.sleep(7200)
    assert finish(jobs, order()).state == "downloaded"
    assert bench.service.charged == 1


def test_a_text_of_unknown_length_needs_more_than_a_guess(bench: Bench) -> None:
    bench.policy.echo = bench.policy.keeps_names = False
    text = TextScript("Hello there", Provider("microsoft", "en-US-JennyNeural"))
    [job] = lose_reply(bench, replace(order(), script=text))
    with pytest.raises(errors.UndecidedError, match="may be one of"):
        bench.jobs().run(job.id)


def test_an_endless_list_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "MAX_PAGES", 3)
    bench.policy.page, bench.policy.newest_first = 1, False
    for _ in range(5):
        make_other(bench)
        bench.clock.sleep(600)
    bench.server.faults = [Fault("POST /talks", "reset")]
    jobs = bench.jobs()
    with pytest.raises(errors.UndecidedError):
        finish(jobs, order())
    assert len(bench.server.requests("GET /talks")) % 3 == 0


def job(**values: object) -> Job:
    return Job(
        **{
            "id": "a" * 32,
            "key": "",
            "host": "",
            "account": "",
            "template": {},
            "files": {},
            "seconds": 7.0,
            "credits": 1,
            "created": 1000.0,
            "submitted_at": 1000.0,
            "stem": "0123456789abcdef",
            **values,
        }
    )


def talk(**values: object) -> Remote:
    return replies.talk(
        {
            "id": "tlk_1",
            "status": "done",
            "created_at": "1970-01-01T00:16:45Z",
            "source_url": "https://x/0123456789abcdef.jpeg?sig",
            "duration": 7.1,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("values", "habits", "outcome"),
    [
        ({}, Habits(), "found"),
        ({"user_data": "a" * 32}, Habits(), "found"),
        ({"name": "a" * 32, "source_url": ""}, Habits(), "found"),
        ({"user_data": "b" * 32}, Habits(), "none"),
        ({}, Habits(echoes_marks=True), "none"),
        ({"created_at": "1970-01-01T00:00:05Z"}, Habits(), "none"),
        ({"created_at": "1970-01-01T01:00:05Z"}, Habits(), "none"),
        ({"created_at": "no date"}, Habits(), "found"),
        ({"source_url": "https://x/image.jpeg"}, Habits(), "found"),
        ({"source_url": "https://x/image.jpeg"}, Habits(keeps_stems=True), "none"),
        ({"source_url": "https://x/image.jpeg", "duration": 7.4}, Habits(), "none"),
        ({"source_url": "https://x/image.jpeg", "duration": None}, Habits(), "several"),
        ({"source_url": "https://x/image.jpeg", "duration": None, "status": "started"}, Habits(), "unclear"),
    ],
)
def test_match(values: dict, habits: Habits, outcome: str) -> None:
    assert match(job(), [talk(**values)], [], habits).outcome == outcome


def test_match_with_rivals() -> None:
    assert match(job(), [talk()], [job(id="b" * 32)], Habits()).outcome == "several"
    assert match(job(), [talk()], [job(id="b" * 32, seconds=9.0)], Habits()).outcome == "found"
    assert match(job(), [talk(), talk(id="tlk_2")], [], Habits()).outcome == "several"
