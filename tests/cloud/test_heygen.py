"""HeyGen's own: what is sent of a picture and a sound or a text, voices, the balance in its forms, links that
expire, refusals in its words, an order that is still being taken, and limits."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from cloud_matrix import KEY, Bench, FakeClock, check_books
from fake_cloud import Fault, clips, wired
from fake_heygen import VOICES, FakeHeyGen, Policy

from lipsync_studio.backends.heygen.backend import HeyGenBackend
from lipsync_studio.backends.heygen.client import HeyGenClient
from lipsync_studio.backends.heygen.faults import error_for
from lipsync_studio.backends.heygen.spec import HeyGenSettings
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.cloud_jobs import (
    CloudJobs,
    CloudJobsError,
    Estimate,
    PlainOrder,
    Settings,
    bytes_file,
    find_key,
)
from lipsync_studio.cloud_jobs.errors import (
    AuthenticationError,
    ConflictError,
    CreditsError,
    MediaTypeError,
    ModerationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    ValidationError,
)
from lipsync_studio.commands import cloud
from lipsync_studio.engine.errors import CloudError, InputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound

from .conftest import cases

RATE = 8000
DAY = 86_400.0
TEXT = "Good morning, everyone."  # the fake says ten characters a second
SARA = str(VOICES[0]["voice_id"])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> Iterator[FakeHeyGen]:
    with FakeHeyGen(KEY, Policy(), clock.now) as running:
        yield running


@pytest.fixture
def bench(server: FakeHeyGen, clock: FakeClock, folder: Path) -> Bench:
    made = Bench(cases()["heygen"], folder / "account", clock, server)
    made.session = lambda: wired(server)
    return made


@pytest.fixture
def host() -> Iterator[PlainHost]:
    with PlainHost("cpu") as plain:
        yield plain


@pytest.fixture
def render(bench: Bench, host: PlainHost, tmp_path: Path) -> Callable[..., tuple[Any, float, float]]:
    """Runs a request. Gives the report, and how long picture and sound of the result last."""
    out = tmp_path / "out.mp4"

    def act(request: LipSyncRequest, account: dict[str, Any] | None = None, **options: Any):
        settings = HeyGenSettings(**{"consent": True, "max_credits": 5000, **options})
        backend = HeyGenBackend(lambda: bench.jobs(**(account or {})), lambda: None, settings)
        report = run(backend, request, host, out)
        with av.open(str(out)) as container:
            heard = sum(frame.samples / frame.rate for frame in container.decode(audio=0))
        return report, float(report.duration), heard

    return act


def portrait(width: int = 300, height: int = 400, frames: int = 1) -> ImageSource:
    return ImageSource(np.full((frames, height, width, 3), 0.5, np.float32), Fraction(25))


def talk(seconds: float, level: float = 0.2) -> Sound:
    times = np.arange(round(seconds * RATE)) / RATE
    return Sound((level * np.sin(times * (2 * np.pi * 220)))[None].astype(np.float32), RATE)


def sent(server: FakeHeyGen) -> list[dict[str, Any]]:
    return [json.loads(seen.body) for seen in server.requests("POST /v3/videos")]


def test_a_picture_speaks_what_is_heard(render, server: FakeHeyGen) -> None:
    report, seconds, heard = render(LipSyncRequest(portrait(), talk(2.4)), motion=" nods ")
    assert (seconds, heard) == (2.4, pytest.approx(2.4, abs=0.15))
    (body,) = sent(server)
    assert len(body.pop("title")) == 32
    assert body.pop("image") == {"type": "asset_id", "asset_id": "ast_1"}
    assert body == {
        "type": "image",
        "audio_asset_id": "ast_2",
        "resolution": "1080p",
        "aspect_ratio": "auto",
        "expressiveness": "low",
        "motion_prompt": "nods",
    }
    assert "Estimated cost: 2.4 s, 12 US cents (estimate)." in report.notes
    assert "US cents used: 12 (balance before and after)." in report.notes
    assert len({seen.headers["Idempotency-Key"] for seen in server.requests("POST /v3/videos")}) == 1


def test_the_vocal_stem_is_sent_and_the_song_is_heard(render, server: FakeHeyGen) -> None:
    stem = Sound(np.concatenate([np.zeros((1, RATE), np.float32), talk(1.0).samples], axis=1), RATE)
    _, seconds, _ = render(LipSyncRequest(portrait(), talk(2.0), driving=stem))
    assert seconds == 2.0
    with av.open(io.BytesIO(server.assets["ast_2"])) as container:
        wave = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    assert np.abs(wave[: len(wave) * 2 // 5]).max() == 0
    assert np.abs(wave[len(wave) * 3 // 5 :]).max() > 1000


def test_a_text_is_said_by_one_of_its_voices(render, server: FakeHeyGen) -> None:
    """The clip's own sound and length, whatever the audio that has to be connected."""
    report, seconds, heard = render(LipSyncRequest(portrait(), talk(7.0)), text=f" {TEXT} ", voice=SARA)
    assert seconds == pytest.approx(len(TEXT) / 10, abs=0.21)  # the fake's clips have 5 frames a second
    assert heard == pytest.approx(seconds, abs=0.15)
    (body,) = sent(server)
    assert (body["script"], body["voice_id"]) == (TEXT, SARA)
    assert "audio_asset_id" not in body
    assert [seen.route for seen in server.log].count("POST /v3/assets") == 1
    assert "HeyGen spoke the text with a voice of its own; the audio was not used." in report.notes
    assert any(note.startswith("Estimated cost: about 1.6 s, about 9 US cents") for note in report.notes)


def test_a_spoken_clip_without_sound_is_no_result(render, server: FakeHeyGen) -> None:
    server.policy.sound = False
    with pytest.raises(CloudError, match="has no sound, so the text isn't heard"):
        render(LipSyncRequest(portrait(), talk(1.0)), text=TEXT, voice=SARA)


def test_a_mouth_that_moves_later_hears_earlier(render, server: FakeHeyGen, tmp_path: Path) -> None:
    """Of a text the clip is given, so it is the sound that moves."""
    render(LipSyncRequest(portrait(), talk(1.0), sync_offset=0.6), text=TEXT, voice=SARA)
    with av.open(str(tmp_path / "out.mp4")) as container:
        wave = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert np.abs(wave[: len(wave) // 2]).max() > 0.01
    assert np.abs(wave[-len(wave) // 6 :]).max() < 0.001


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"text": TEXT}, "No voice is chosen for the text"),
        ({"text": "… !", "voice": SARA}, "no letter and no digit"),
        ({"text": "a" * 5001, "voice": SARA}, "more than the 5000 HeyGen takes"),
        ({"text": "\ud800a", "voice": SARA}, "no characters; write it as UTF-8"),
        ({"max_credits": 9}, "needs about 10 US cents, more than the 9 allowed"),
        ({"consent": False}, "agree to that first"),
    ],
)
def test_what_can_not_be_ordered_is_said_before_anything_is_sent(
    render, server: FakeHeyGen, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(CloudError, match=said):
        render(LipSyncRequest(portrait(), talk(2.0)), **options)
    assert server.log == []


def test_limits_of_picture_and_sound(render, server: FakeHeyGen) -> None:
    with pytest.raises(CloudError, match="longer than the 10 min HeyGen takes"):
        render(LipSyncRequest(portrait(), talk(601.0)), account={"max_credits_per_run": 10_000})
    with pytest.raises(CloudError, match="longer than the 0.5 min HeyGen takes"):
        render(LipSyncRequest(portrait(), talk(31.0)), account={"max_seconds": 30.0})
    with pytest.raises(CloudError, match="0.30 s; HeyGen takes 0.5 s"):
        render(LipSyncRequest(portrait(), talk(0.3)))
    with pytest.raises(CloudError, match="The sound is silent"):
        render(LipSyncRequest(portrait(), talk(2.0, level=0.0)))
    with pytest.raises(InputError, match="HeyGen animates one picture"):
        render(LipSyncRequest(portrait(frames=3), talk(2.0)))
    assert server.log == []
    report, *_ = render(LipSyncRequest(portrait(frames=3), talk(2.0)), use_first_frame=True)
    assert "HeyGen was sent the first frame of the footage." in report.notes
    report, *_ = render(LipSyncRequest(portrait(2500, 1250), talk(2.0)), again=1)
    assert "The picture was scaled from 2500x1250 to 1920x960." in report.notes


@pytest.mark.parametrize(
    ("options", "account", "cents"),
    [({}, {}, 10), ({"resolution": "4k"}, {}, 14), ({"resolution": "4k"}, {"per_second": 20.0}, 40)],
)
def test_the_estimate(bench: Bench, host: PlainHost, options: Any, account: Any, cents: int) -> None:
    backend = HeyGenBackend(bench.jobs, lambda: None, HeyGenSettings(**options))
    limits = Settings(bench.case.service, **account)
    (order,) = backend.orders(LipSyncRequest(portrait(), talk(2.0)), limits, host)
    assert (order.estimate().credits, order.estimate().exact) == (cents, True)


def test_an_unchanged_order_is_not_paid_for_again(render, server: FakeHeyGen) -> None:
    request = LipSyncRequest(portrait(), talk(2.0))
    for _ in range(2):
        render(request)
    assert len(server.made()) == 1
    render(request, again=1)
    render(request, text=TEXT, voice=SARA)
    render(request, text=TEXT, voice=str(VOICES[1]["voice_id"]))
    assert len(server.made()) == 4


def test_a_voice_that_is_not_there_is_named(render, server: FakeHeyGen) -> None:
    with pytest.raises(CloudError, match="does not take this voice .* `cloud heygen voices`"):
        render(LipSyncRequest(portrait(), talk(2.0)), text=TEXT, voice="nobody")
    assert server.made() == []


@pytest.fixture
def command(bench: Bench, capsys, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("HEYGEN_API_KEY", KEY)
    monkeypatch.setenv("HEYGEN_API_URL", bench.server.url)

    def connect(folder: Path, settings: Settings) -> CloudJobs:
        key = find_key(bench.case.service, folder)
        return CloudJobs(folder, settings, key, clock=bench.clock, session=bench.session)

    def act(*arguments: str) -> tuple[int, str]:
        code = cloud.main(["heygen", "--folder", str(bench.folder), *arguments], connect=connect)
        out, err = capsys.readouterr()
        assert "canary" not in out + err
        return code, out + err

    return act


def test_voices_are_listed_over_pages_the_own_ones_first(command) -> None:
    code, out = command("voices")
    assert code == 0
    names = [line.split("\t")[1] for line in out.splitlines()]
    assert names == ["Mine", "Sara", "Otto", "Greta"]
    assert out.splitlines()[0].endswith("English\tmale\town")
    assert command("voices", "GERMAN", "male")[1].split("\t")[1] == "Otto"


def test_voices_that_do_not_end_are_cut_off(bench: Bench, command) -> None:
    endless = {"data": [], "has_more": True, "next_token": "same"}
    bench.server.faults = [Fault("GET /v3/voices", status=200, body=endless, nth=())]
    assert command("voices") == (0, "")
    assert len(bench.server.requests("GET /v3/voices")) == 4


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (None, "500000 US cents left\n"),
        ({"wallet": {"currency": "usd", "remaining_balance": 12.345}}, "1234.5 US cents left\n"),
        (
            {"wallet": None, "usage_based": {"spending_cap_usd": 50.0, "spending_current_usd": 20.5}},
            "2950 of 5000 US cents left\n",
        ),
        ({"usage_based": {"remaining_credits": 7.0, "spending_cap_usd": None}}, "does not tell its balance"),
        ({"wallet": {"currency": "credits", "remaining_balance": 80}}, "does not tell its balance"),
        ({"wallet": {"currency": "usd", "remaining_balance": None}}, "does not tell its balance"),
        ({"subscription": {"plan": "pro", "credits": {}}}, "does not tell its balance"),
    ],
)
def test_the_balance(server: FakeHeyGen, command, account: dict[str, Any] | None, said: str) -> None:
    server.policy.account = account
    code, out = command("status")
    assert code == 0
    assert said in out
    assert "0 of 2000 allowed in 24 hours" in out


def test_a_balance_that_is_too_low_stops_the_order(bench: Bench, server: FakeHeyGen) -> None:
    server.policy.account = {"wallet": {"currency": "usd", "remaining_balance": 0.09}}
    jobs = bench.jobs()
    with pytest.raises(CreditsError, match="needs about 10 US cents and the HeyGen account has 9"):
        jobs.run(jobs.start(bench.case.order(1), consent=True).id)
    assert [seen.route for seen in server.log] == ["GET /v3/users/me"]


def test_a_key_that_may_not_see_the_account_can_order(bench: Bench, server: FakeHeyGen, command) -> None:
    server.policy.forbidden = True
    jobs = bench.jobs()
    job = jobs.run(jobs.start(bench.case.order(1), consent=True).id)
    assert (job.state, job.measured_credits) == ("downloaded", None)
    code, out = command("status")
    assert code == 1
    assert "what the key may do" in out


def test_an_expired_link_is_asked_for_anew(bench: Bench, server: FakeHeyGen) -> None:
    server.policy.stale = 2
    jobs = bench.jobs()
    job = jobs.run(jobs.start(bench.case.order(1), consent=True).id)
    assert jobs.result(job).is_file()
    links = [seen.raw_path for seen in server.requests("GET /files")]
    assert len(links) == len(set(links)) == 3
    assert len(server.made()) == 1


def test_a_clip_that_was_lost_here_is_fetched_again_weeks_later(
    bench: Bench, server: FakeHeyGen, clock: FakeClock
) -> None:
    jobs = bench.jobs()
    job = jobs.run(jobs.start(bench.case.order(1), consent=True).id)
    jobs.result(job).unlink()
    clock.sleep(20 * DAY)
    again = bench.jobs()
    assert again.result(again.run(job.id)).is_file()
    assert len(server.made()) == 1


def test_an_upload_that_is_gone_is_sent_again_once(bench: Bench, server: FakeHeyGen) -> None:
    """The same picture and sound for another order; HeyGen has thrown them away."""
    jobs = bench.jobs()
    jobs.run(jobs.start(bench.case.order(1), consent=True).id)
    server.assets.clear()
    bench.clock.sleep(60)
    job = jobs.run(jobs.start(bench.case.order(101), consent=True).id)
    assert (job.state, job.attempt) == ("downloaded", 1)
    assert len(server.requests("POST /v3/assets")) == 4
    assert len(server.made()) == 2
    check_books(server, bench.journal(), orders=2)


def test_an_order_that_is_still_being_taken_is_waited_for(bench: Bench, server: FakeHeyGen) -> None:
    server.policy.in_progress = 45.0
    server.faults = [Fault("POST /v3/videos", "stall", acts=True)]
    jobs = bench.jobs()
    job = jobs.run(jobs.start(bench.case.order(1), consent=True).id)
    assert job.state == "downloaded"
    posts = server.requests("POST /v3/videos")
    assert len(posts) == 4  # three of them after 5, 35 and 65 seconds
    assert len({seen.headers["Idempotency-Key"] for seen in posts}) == 1
    check_books(server, bench.journal())


def test_an_order_is_not_repeated_when_its_key_may_be_forgotten(bench: Bench, server: FakeHeyGen) -> None:
    """Nor is it where the list tells nothing of a text's clip: then the user decides."""
    server.policy.telling = False
    server.faults = [Fault("POST /v3/videos", "reset", acts=True)]
    jobs = bench.jobs()
    body = {"resolution": "1080p", "script": TEXT, "voice_id": SARA}
    files = {"image": bytes_file(clips.portrait(), "jpg")}
    job = jobs.start(PlainOrder(body, files, Estimate(1.6, 9, False)), consent=True)
    while job.state != "ambiguous":
        job = jobs.step(job.id).job
    bench.clock.sleep(DAY + 1)
    with pytest.raises(CloudJobsError, match="can't be told whether HeyGen made this clip"):
        bench.jobs().run(job.id)
    assert len(server.made()) == len(server.requests("POST /v3/videos")) == 1


def test_clips_beyond_what_runs_at_once_wait(bench: Bench, server: FakeHeyGen) -> None:
    server.policy.concurrency = 1
    jobs = bench.jobs()
    first, second = (jobs.start(bench.case.order(number), consent=True) for number in (1, 2))
    while jobs.journal.get(first.id).state != "submitted":
        jobs.step(first.id)
    notes = [jobs.step(second.id).note for _ in range(3)]  # two uploads, the order
    assert "HeyGen is asked too often (429)" in notes[-1]
    assert len(server.made()) == 1
    jobs.run(first.id)
    assert jobs.run(second.id).state == "downloaded"
    check_books(server, bench.journal(), orders=2)


def test_a_clip_that_could_not_be_made(bench: Bench, server: FakeHeyGen) -> None:
    server.policy.fails = "face_not_detected"
    jobs = bench.jobs()
    job = jobs.start(bench.case.order(1), consent=True)
    with pytest.raises(CloudJobsError, match='could not render it.*It says: "it could not be made"'):
        jobs.run(job.id)
    ended = jobs.journal.get(job.id)
    assert (ended.state, ended.problem_kind, ended.measured_credits) == ("failed", "face_not_detected", 0.0)


@pytest.mark.parametrize("status", ["waiting", "queued", "pending", "processing", "polishing"])
def test_words_for_a_clip_on_its_way(bench: Bench, server: FakeHeyGen, status: str) -> None:
    server.policy.statuses = (status, "completed")
    jobs = bench.jobs()
    job = jobs.run(jobs.start(bench.case.order(1), consent=True).id)
    unknown = [note for note in job.notes if "unknown status 'polishing'" in note]
    assert len(unknown) == (status == "polishing")


def told(status: int, code: str, message: str = "so it is", param: str | None = None) -> Any:
    error = {"code": code, "message": message, "param": param, "doc_url": None}
    return error_for(status, json.dumps({"error": error}).encode(), {"Retry-After": "9"}, 0.0)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("unauthorized", AuthenticationError),
        ("insufficient_credit", CreditsError),
        ("forbidden", PermissionDeniedError),
        ("resource_access_denied", PermissionDeniedError),
        ("not_found", NotFoundError),
        ("asset_not_available", NotFoundError),
        ("conflict", ConflictError),
        ("request_in_progress", ConflictError),
        ("payload_too_large", MediaTypeError),
        ("validation_error", ValidationError),
        ("content_moderation_failed", ModerationError),
        ("rate_limit_exceeded", RateLimitError),
        ("of_tomorrow", ValidationError),
    ],
)
def test_its_word_decides_where_it_is_a_refusal(code: str, kind: type) -> None:
    made = told(400, code)
    assert type(made) is kind
    assert made.kind == code
    assert 'HeyGen says: "so it is".' in str(made)
    assert getattr(made, "retry_after", 9.0) == 9.0
    # Beyond that nobody knows what was done before it failed.
    assert type(told(500, code)) is ServerError
    assert told(500, code).status == 500


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ({"code": 400112, "message": "Unauthorized"}, "400112", '"Unauthorized"'),
        ({"data": None, "error": {"code": "x", "detail": "a reason"}}, "x", '"a reason"'),
        ({"error": "just a text"}, "", '"just a text"'),
        ({"message": "Endpoint request timed out"}, "", '"Endpoint request timed out"'),
        ({"error": {"code": True, "message": 7}}, "", "(400)."),
        ([], "", "(400)."),
    ],
)
def test_other_forms_of_refusals(body: Any, kind: str, said: str) -> None:
    made = error_for(400, json.dumps(body).encode(), {}, 0.0)
    assert (type(made), made.kind) == (ValidationError, kind)
    assert said in str(made)


@pytest.mark.parametrize(
    ("body", "created"),
    [
        ({"created_at": 1_790_000_000}, 1_790_000_000.0),
        ({"created_at": "2026-09-21T13:33:20Z"}, 1_789_997_600.0),
        ({"created_at": None, "status": 3, "duration": "x", "title": None}, None),
    ],
)
def test_what_is_told_of_a_clip_may_be_odd(bench: Bench, body: dict[str, Any], created: float | None) -> None:
    bench.server.faults = [Fault("GET /v3/videos/{id}", status=200, body={"data": body}, nth=())]
    client = bench.jobs().client
    assert isinstance(client, HeyGenClient)
    remote = client.status("vid_1")
    assert (remote.id, remote.created, remote.state) == ("vid_1", created, "running")
    assert remote.duration is None


def test_the_list_is_read_page_by_page(bench: Bench, server: FakeHeyGen) -> None:
    jobs = bench.jobs()
    done = [jobs.run(jobs.start(bench.case.order(number), consent=True).id) for number in range(3)]
    assert [clip.id for clip in jobs.client.page("").items] == [job.remote_id for job in reversed(done)]
    assert jobs.client.page("").token == ""
    first = {"data": [{"id": "vid_1"}, "odd"], "has_more": True, "next_token": "t"}
    server.faults = [Fault("GET /v3/videos", status=200, body=first, nth=())]
    page = jobs.client.page("")
    assert ([clip.id for clip in page.items], page.token) == (["vid_1"], "t")
