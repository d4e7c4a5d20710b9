"""An order becomes a file, is paid for once, and is not paid for again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from dataclasses import replace

import numpy as np
import pytest
from fake_did import Fault, clips

from lipsync_studio.cloud_jobs import CloudJobsError, Picture, Recording, errors
from lipsync_studio.cloud_jobs.jobs import give_up
from lipsync_studio.did_client import Provider, TalkConfig, TalkOrder, TextScript, media

from .conftest import KEY, Bench, finish, order, start_until


def test_an_order_becomes_a_clip(bench: Bench) -> None:
    jobs = bench.jobs()
    job = finish(jobs, order(16.0))
    assert job.state == "downloaded"
    assert jobs.result(job).read_bytes() == clips.clip(16.0)
    assert bench.service.charged == 2 == job.measured_credits == job.credits
    sent = json.loads(bench.server.requests("POST /talks")[0].body)
    assert sent["name"] == sent["user_data"] == job.id
    assert sent["source_url"].startswith("s3://")
    assert not list((bench.folder / "spool").iterdir())


def test_the_files_arrive_unchanged(bench: Bench) -> None:
    finish(bench.jobs(), order(shade=201))
    body = bench.server.requests("POST /images")[0].body
    picture = clips.portrait(shade=201)
    assert picture in body
    assert hashlib.sha256(picture).hexdigest().encode() not in body


def test_what_was_changed_before_it_was_sent_is_noted(bench: Bench) -> None:
    left = np.sin(np.arange(16_000) * 0.2).astype(np.float32)
    voice = media.recording(left, 8000, ["The channels cancel each other."])
    wanted = TalkOrder(media.picture(clips.portrait(200, 200)), voice)
    job = finish(bench.jobs(), wanted)
    assert [note.split(" ")[:2] for note in job.notes] == [["The", "picture"], ["The", "channels"]]


def test_a_picture_without_a_face_is_not_ordered(bench: Bench) -> None:
    """However often it is tried; one with a face, or at which D-ID did not look, is."""
    bench.policy.faces = 0
    for nonce in ("", "", "again"):
        with pytest.raises(errors.FaceError, match="finds no face in the picture, so nothing was ordered"):
            finish(bench.jobs(), order(nonce=nonce))
    assert [seen.route for seen in bench.server.log if seen.route.startswith("POST")] == ["POST /images"] * 3
    assert len(bench.service.deleted) == 3
    assert not bench.service.uploads
    assert {job.state for job in bench.jobs().journal.jobs()} == {"refused"}
    assert not list((bench.folder / "spool").iterdir())
    assert bench.jobs().journal.spent(bench.clock.now()) == 0
    for faces, nonce in ((None, ""), (3, "more")):
        bench.policy.faces = faces
        assert finish(bench.jobs(), order(nonce=nonce)).state == "downloaded"


def test_a_picture_refused_for_its_face_ends_the_job(bench: Bench) -> None:
    bench.server.faults = [
        Fault(
            "POST /images", status=400, body={"kind": "InvalidFaceError", "description": "face is too small"}
        )
    ]
    with pytest.raises(errors.FaceError, match="face is too small"):
        finish(bench.jobs(), order())
    assert bench.jobs().journal.open_jobs() == []


def test_the_same_order_is_free_the_second_time(bench: Bench) -> None:
    first = finish(bench.jobs(), order())
    requests = len(bench.server.log)
    assert finish(bench.jobs(), order()) == first
    assert len(bench.server.log) == requests
    assert finish(bench.jobs(), order(nonce="again")).id != first.id
    assert bench.service.charged == 2


def test_a_lost_file_is_fetched_again_and_not_paid_again(bench: Bench) -> None:
    jobs = bench.jobs()
    job = finish(jobs, order())
    jobs.result(job).write_bytes(b"scribble")
    again = finish(bench.jobs(), order())
    assert (again.state, again.id) == ("downloaded", job.id)
    assert jobs.result(again).read_bytes() == clips.clip(2.0)
    assert bench.service.charged == 1


def test_uploads_are_reused_within_their_life(bench: Bench) -> None:
    finish(bench.jobs(), order(tone=1))
    bench.clock.sleep(19 * 3600)
    finish(bench.jobs(), order(tone=2))
    assert (len(bench.server.requests("POST /images")), len(bench.server.requests("POST /audios"))) == (1, 2)
    bench.clock.sleep(2 * 3600)
    finish(bench.jobs(), order(tone=3))
    assert len(bench.server.requests("POST /images")) == 2


def test_an_upload_that_vanished_is_sent_again_once(bench: Bench) -> None:
    finish(bench.jobs(), order(tone=1))
    bench.service.uploads.clear()
    bench.clock.sleep(60)
    assert finish(bench.jobs(), order(tone=1, nonce="2")).state == "downloaded"
    assert len(bench.server.requests("POST /talks")) == 3
    assert bench.service.charged == 2
    bench.service.uploads.clear()
    bench.server.faults = [
        Fault(
            "POST /talks",
            status=400,
            nth=(),
            body={"kind": "BadRequestError", "description": "url is not accessible"},
        )
    ]
    bench.clock.sleep(60)
    with pytest.raises(errors.ValidationError, match="not accessible"):
        finish(bench.jobs(), order(tone=1, nonce="3"))
    assert len(bench.server.requests("POST /talks")) == 5


def test_uploads_can_be_deleted_afterwards(bench: Bench) -> None:
    finish(bench.jobs(delete_uploads=True), order())
    assert len(bench.service.deleted) == 2
    assert not bench.service.uploads


@pytest.mark.parametrize(
    "script",
    [
        TextScript("Hello there, this is a test.", Provider("microsoft", "en-US-JennyNeural")),
        TextScript("<speak>Hello <break time='1s'/> you</speak>", Provider("elevenlabs", "21m00"), ssml=True),
    ],
)
def test_texts_are_spoken(bench: Bench, script: TextScript) -> None:
    job = finish(bench.jobs(), TalkOrder(Picture(clips.portrait(), 256, 256), script))
    assert job.state == "downloaded"
    assert json.loads(bench.server.requests("POST /talks")[0].body)["script"] == script.payload()


@pytest.mark.parametrize(
    "policy",
    [
        {"auth": "basic_b64"},
        {"auth": "basic_raw"},
        {"auth": "bearer"},
        {"s3_uploads": False},
        {"strict": False},
        {"skew": -7200.0},
        {"skew": 9000.0},
        {"date_header": False, "skew": 9000.0},
        {"late_link": 4},
        {"keeps_names": False},
        {"script": ("created", "dreaming", "started", "done")},
        {"ranges": False},
        {"etag": False},
        {"shows_duration": False},
        {"script": ("done",)},
    ],
    ids=str,
)
def test_any_d_id_will_do(bench: Bench, policy: dict) -> None:
    vars(bench.policy).update(policy)
    style = "bearer" if policy.get("auth") == "bearer" else "auto"  # which tries the others alone
    job = finish(bench.jobs(auth_style=style), order())
    assert job.state == "downloaded"
    assert bench.service.charged == 1
    assert (job.notes != ()) == ("dreaming" in policy.get("script", ()))


def test_the_accepted_form_of_the_key_is_remembered(bench: Bench) -> None:
    bench.policy.auth = "basic_raw"
    finish(bench.jobs(auth_style="auto"), order())
    tried = len(bench.server.requests("GET /credits"))
    finish(bench.jobs(auth_style="auto"), order(nonce="2"))
    assert len(bench.server.requests("GET /credits")) == tried + 2  # before and after the job, and no probe


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ({"kind": "FaceError", "description": "no face found"}, "no face found"),
        ("out of luck", "out of luck"),
        (None, "no reason"),
        ({"kind": 3}, "no reason"),
    ],
)
@pytest.mark.parametrize(
    ("status", "kind"), [("error", errors.JobFailedError), ("rejected", errors.JobRejectedError)]
)
def test_a_talk_that_fails_says_why(
    bench: Bench, status: str, kind: type[CloudJobsError], error: object, text: str
) -> None:
    bench.policy.script, bench.policy.error = ("created", status), error
    with pytest.raises(kind, match=text):
        finish(bench.jobs(), order())
    assert bench.jobs().journal.open_jobs() == []


def test_undocumented_options_are_sent_and_blamed(bench: Bench) -> None:
    legacy = order(extra={"driver_url": "bank://lively/", "config": {"sharpen": True}})
    with pytest.raises(errors.ValidationError, match="extra options were sent: driver_url, sharpen"):
        finish(bench.jobs(), legacy)
    bench.policy.strict = False
    assert finish(bench.jobs(), legacy).state == "downloaded"
    sent = json.loads(bench.server.requests("POST /talks")[-1].body)
    assert (sent["driver_url"], sent["config"]["sharpen"]) == ("bank://lively/", True)


def test_waiting_ends_at_the_deadline_and_the_job_goes_on(bench: Bench) -> None:
    bench.policy.script = ("created",) * 200 + ("done",)
    started = bench.clock.now()
    with pytest.raises(errors.StillRunningError, match="after 15 minutes"):
        finish(bench.jobs(), order())
    assert 14 * 60 < bench.clock.now() - started <= 15 * 60
    next(iter(bench.service.talks.values())).gets = 200
    assert finish(bench.jobs(), order()).state == "downloaded"
    assert bench.service.charged == 1


def test_polls_grow_apart(bench: Bench) -> None:
    bench.policy.script = ("started",) * 20 + ("done",)
    jobs = bench.jobs()
    waits: list[float] = []
    jobs.run(jobs.start(order(), consent=True).id, on_step=lambda step: waits.append(step.wait or 0.0))
    polls = [wait for wait in waits if wait > 0]
    assert 2.4 <= polls[0] <= 3.6
    assert all(9.6 <= wait <= 14.4 for wait in polls[6:])


def test_cancelling_keeps_the_job(bench: Bench) -> None:
    class Stop(BaseException):
        pass

    bench.policy.script = ("started",) * 50 + ("done",)
    started = bench.clock.now()

    def check() -> None:
        if bench.clock.now() - started > 20:
            raise Stop

    jobs = bench.jobs()
    job = jobs.start(order(), consent=True)
    with pytest.raises(Stop):
        jobs.run(job.id, check_cancelled=check)
    assert bench.clock.now() - started < 22
    assert [job.state for job in bench.jobs().journal.open_jobs()] == ["submitted"]
    assert bench.jobs().run(job.id).state == "downloaded"


def test_jobs_run_side_by_side_in_an_event_loop(bench: Bench) -> None:
    jobs = bench.jobs()

    async def pause(seconds: float) -> None:
        bench.clock.sleep(seconds)
        await asyncio.sleep(0)

    async def all_of_them() -> list:
        started = [jobs.start(order(tone=tone), consent=True) for tone in range(4)]
        return await asyncio.gather(*(jobs.arun(job.id, sleep=pause) for job in started))

    assert [job.state for job in asyncio.run(all_of_them())] == ["downloaded"] * 4
    assert bench.service.charged == 4


def test_too_few_credits_are_seen_before_anything_is_sent(bench: Bench) -> None:
    bench.service.remaining = 1
    with pytest.raises(errors.CreditsError, match="needs about 2 credits and the D-ID account has 1"):
        finish(bench.jobs(), order(20.0))
    assert {seen.route for seen in bench.server.log} == {"GET /credits"}


def test_an_account_without_credits(bench: Bench) -> None:
    bench.server.faults = [
        Fault(
            "GET /credits",
            status=404,
            nth=(),
            body={"kind": "NotFoundError", "description": "not credits found for user"},
        )
    ]
    with pytest.raises(errors.CreditsError):
        finish(bench.jobs(), order())


def test_caps(bench: Bench) -> None:
    jobs = bench.jobs(max_credits_per_run=2, max_credits_per_day=3)
    with pytest.raises(errors.CapError, match="needs about 3 credits, more than the 2"):
        jobs.start(order(31.0), consent=True)
    with pytest.raises(errors.CapError, match="more than the 1"):
        jobs.start(order(16.0), consent=True, max_credits=1)
    with pytest.raises(errors.CapError, match="more than the 2"):
        jobs.start(order(31.0), consent=True, max_credits=9)
    finish(jobs, order(16.0))
    with pytest.raises(errors.CapError, match="2 of the 3"):
        jobs.start(order(16.0, tone=2), consent=True)
    finish(jobs, order(2.0, tone=3))
    bench.clock.sleep(86_300)
    with pytest.raises(errors.CapError):
        jobs.start(order(2.0, tone=4), consent=True)
    bench.clock.sleep(200)
    assert finish(jobs, order(2.0, tone=4)).state == "downloaded"


def test_two_jobs_can_not_both_spend_the_rest_of_the_day(bench: Bench) -> None:
    one, two = bench.jobs(max_credits_per_day=1), bench.jobs(max_credits_per_day=1)
    first, second = one.start(order(tone=1), consent=True), two.start(order(tone=2), consent=True)
    assert one.run(first.id).state == "downloaded"
    with pytest.raises(errors.CapError):
        two.run(second.id)
    assert bench.service.charged == 1


def test_padding_is_counted(bench: Bench) -> None:
    job = finish(bench.jobs(), order(10.0, config=TalkConfig(pad_audio=6.0)))
    assert (job.credits, job.seconds, bench.service.charged) == (2, 16.0, 2)


def test_nothing_is_opened_without_leave(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(errors.CloudDisabledError):
        bench.jobs(cloud=False).start(order(), consent=True)
    with pytest.raises(errors.ConsentError):
        bench.jobs().start(order(), consent=False)
    with pytest.raises(errors.InvalidRequestError):
        bench.jobs().start(replace(order(), script=Recording(b"", 0.1)), consent=True)
    job = bench.jobs().start(order(), consent=True)
    with pytest.raises(errors.CloudDisabledError):
        bench.jobs(cloud=False).step(job.id)


def test_another_key_does_not_touch_the_job(bench: Bench) -> None:
    bench.policy.script = ("started",) * 500
    job = start_until(bench.jobs(), order(), "submitted")
    requests = len(bench.server.log)
    with pytest.raises(errors.JobError, match="another key"):
        bench.jobs(key="other@example.org:other-password").step(job.id)
    assert len(bench.server.log) == requests


def test_a_clip_that_is_gone_is_paid_again_only_when_it_is_given_up(bench: Bench) -> None:
    jobs = bench.jobs()
    job = finish(jobs, order())
    jobs.result(job).unlink()
    bench.clock.sleep(3600)
    next(iter(bench.service.talks.values())).deleted = True
    with pytest.raises(errors.StillRunningError, match="does not know this clip .* `did jobs --abandon`"):
        finish(bench.jobs(), order())
    assert bench.service.charged == 1
    give_up(bench.jobs().journal, job.id)
    assert finish(bench.jobs(), order()).state == "downloaded"
    assert bench.service.charged == 2


def test_keys_are_not_in_requests_to_the_file_store(bench: Bench) -> None:
    finish(bench.jobs(), order())
    fetched = bench.server.requests("GET /files")
    assert len(fetched) == 1
    assert "Authorization" not in fetched[0].headers
    assert "%7C" in fetched[0].raw_path
    assert "%2D" in fetched[0].raw_path
    assert KEY not in str(fetched[0].headers)
