"""What is Synthesia's own: two forms of refusal, recordings that are taken in later, test clips, its list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud_matrix import KEY, Bench, FakeClock
from fake_cloud import Fault, clips, wired
from fake_synthesia import FakeSynthesia, Policy

from lipsync_studio.backends.registry import backends
from lipsync_studio.backends.synthesia.client import SERVICE, SynthesiaClient
from lipsync_studio.backends.synthesia.faults import error_for
from lipsync_studio.backends.synthesia.order import SOUND, VideoOrder
from lipsync_studio.cloud_jobs import ApiKey, CloudJobs, errors, media
from lipsync_studio.cloud_jobs.job import Job
from lipsync_studio.cloud_jobs.transport import Transport
from lipsync_studio.commands import cloud

from .conftest import cases, recorded

ANNA = "anna_costume1_cameraA"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> Iterator[FakeSynthesia]:
    with FakeSynthesia(KEY, Policy(), clock.now) as running:
        yield running


@pytest.fixture
def bench(server: FakeSynthesia, clock: FakeClock, folder: Path) -> Bench:
    made = Bench(cases()["synthesia"], folder / "account", clock, server)
    made.session = lambda: wired(server)
    return made


def make(jobs: CloudJobs, order: VideoOrder, **limits: Any) -> Job:
    return jobs.run(jobs.start(order.plain(), consent=True, **limits).id)


def sent(server: FakeSynthesia) -> dict[str, Any]:
    """Of the one order."""
    (post,) = server.requests("POST /v2/videos")
    return json.loads(post.body)


def test_it_is_no_engine_of_the_lip_sync_node() -> None:
    assert "synthesia" not in backends()


def test_a_text(bench: Bench, server: FakeSynthesia) -> None:
    job = make(bench.jobs(), VideoOrder(ANNA, "Hello there", aspect="9:16", voice="a-voice"))
    assert sent(server) == {
        "test": True,
        "visibility": "private",
        "aspectRatio": "9:16",
        "title": f"LipSync Studio {job.id}",
        "callbackId": job.id,
        "input": [
            {
                "avatar": ANNA,
                "background": "white_studio",
                "scriptText": "Hello there",
                "avatarSettings": {"voice": "a-voice"},
            }
        ],
    }
    assert bench.jobs().result(job).stat().st_size > 1000
    (post,) = server.requests("POST /v2/videos")
    assert post.headers["Authorization"] == KEY


def test_a_recording_goes_as_mp3_and_is_waited_for(bench: Bench, server: FakeSynthesia) -> None:
    server.policy.assets = 3
    make(bench.jobs(), VideoOrder(ANNA, recorded(3), language="de-DE", voice="of a text alone"))
    (clip,) = sent(server)["input"]
    assert (clip["scriptLanguage"], "scriptText" in clip, "avatarSettings" in clip) == ("de-DE", False, False)
    assert clip["scriptAudio"] in server.recordings
    assert server.recordings[clip["scriptAudio"]]["seconds"] == pytest.approx(2.0, abs=0.2)
    assert len(server.requests("GET /v2/assets/{id}")) == 4
    make(bench.jobs(), VideoOrder(ANNA, recorded(3), language="de-DE", again=1))
    assert len(server.requests("POST /v2/scriptAudio")) == 1, "an upload is used again"


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_recording_that_can_not_be_asked_for_counts_as_ready(
    bench: Bench, server: FakeSynthesia, status: int
) -> None:
    server.policy.assets = None
    server.faults = [Fault("GET /v2/assets/{id}", status=status, nth=())]
    assert make(bench.jobs(), VideoOrder(ANNA, recorded(3))).state == "downloaded"


def test_a_recording_that_can_not_be_read_ends_the_job_and_is_sent_anew(
    bench: Bench, server: FakeSynthesia
) -> None:
    server.policy.unreadable = True
    with pytest.raises(errors.MediaTypeError, match="can't read the recording"):
        make(bench.jobs(), VideoOrder(ANNA, recorded(3)))
    assert server.made() == []
    server.policy.unreadable = False
    assert make(bench.jobs(), VideoOrder(ANNA, recorded(3))).state == "downloaded"
    assert len(server.requests("POST /v2/scriptAudio")) == 2


def test_a_test_clip_is_free_and_under_no_limit(bench: Bench, server: FakeSynthesia) -> None:
    words = "word " * 400  # two minutes and more
    order = VideoOrder(ANNA, words)
    assert order.plain().estimate().text(SERVICE).endswith("s, free of charge")
    make(bench.jobs(max_credits_per_day=0), order, max_credits=1)
    assert server.charged() == 0
    final = VideoOrder(ANNA, words, test=False)
    with pytest.raises(errors.CapError, match="about 3 minutes, more than the 2 allowed"):
        make(bench.jobs(), final, max_credits=2)
    assert make(bench.jobs(), final, max_credits=3).credits == 3
    assert server.charged() == 3
    assert bench.jobs().journal.spent(bench.clock.now()) == 3


def test_test_and_final_are_two_orders(bench: Bench, server: FakeSynthesia) -> None:
    for order in (
        VideoOrder(ANNA, "Hello"),
        VideoOrder(ANNA, "Hello", test=False),
        VideoOrder(ANNA, "Hello"),
    ):
        make(bench.jobs(), order)
    assert [each.cost for each in server.made()] == [0, 1]


@pytest.mark.parametrize("problems", [False, True], ids=["v2", "problem details"])
def test_a_wrong_key(bench: Bench, server: FakeSynthesia, problems: bool) -> None:
    server.policy.problems = problems
    with pytest.raises(errors.AuthenticationError, match="Legacy") as caught:
        bench.jobs(key="another-key-123456").balance()
    assert caught.value.status == (401 if problems else 403)


@pytest.mark.parametrize("problems", [False, True], ids=["v2", "problem details"])
def test_a_plan_without_recordings(bench: Bench, server: FakeSynthesia, problems: bool) -> None:
    server.policy.problems, server.policy.audio = problems, False
    with pytest.raises(errors.PermissionDeniedError, match="plan"):
        make(bench.jobs(), VideoOrder(ANNA, recorded(3)))
    assert make(bench.jobs(), VideoOrder(ANNA, "Hello")).state == "downloaded"


def problem(code: str, **more: Any) -> dict[str, Any]:
    return {"type": "https://x", "title": "A title", "detail": "A  detail", "code": code, **more}


@pytest.mark.parametrize(
    ("status", "body", "kind", "error", "said"),
    [
        (400, {"error": "Avatar not found"}, "", errors.ValidationError, 'says: "Avatar not found"'),
        (400, {"error": "BAD", "context": "why"}, "BAD", errors.ValidationError, 'says: "BAD: why"'),
        (402, problem("quota_exceeded"), "quota_exceeded", errors.CreditsError, "switch test on"),
        (402, problem("feature_not_in_plan"), "feature_not_in_plan", errors.PermissionDeniedError, "plan"),
        (403, problem("forbidden"), "forbidden", errors.PermissionDeniedError, 'says: "A detail"'),
        (403, problem("insufficient_scope"), "insufficient_scope", errors.AuthenticationError, "Legacy"),
        (429, problem("concurrency_limit"), "concurrency_limit", errors.RateLimitError, "this one waits"),
        (500, problem("quota_exceeded", requestId="r1"), "quota_exceeded", errors.ServerError, "request r1"),
        (404, {"error": 7}, "", errors.NotFoundError, "does not know"),
        (403, [], "", errors.AuthenticationError, "key"),
    ],
)
def test_both_forms_of_refusal(
    status: int, body: Any, kind: str, error: type[errors.ServiceError], said: str
) -> None:
    made = error_for(status, json.dumps(body).encode(), {}, 0.0)
    assert type(made) is error
    assert (made.status, made.kind) == (status, kind)
    assert said in str(made)


def test_a_limit_tells_when_it_ends() -> None:
    made = error_for(429, b"{}", {"RateLimit-Reset": "17"}, 0.0)
    assert isinstance(made, errors.RateLimitError)
    assert made.retry_after == 17
    made = error_for(429, b"{}", {"RateLimit-Reset": "17", "Retry-After": "4"}, 0.0)
    assert made.retry_after == 4  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [None, "no face", {"code": "x", "detail": "no face"}])
@pytest.mark.parametrize("state", ["error", "rejected", "deleted"])
def test_a_video_that_failed(bench: Bench, server: FakeSynthesia, state: str, error: Any) -> None:
    server.policy.script, server.policy.error = ("in_progress", state), error
    expected = errors.JobRejectedError if state == "rejected" else errors.JobFailedError
    with pytest.raises(expected) as caught:
        make(bench.jobs(), VideoOrder(ANNA, "Hello"))
    told = error is not None and state != "deleted"
    assert ("no face" in str(caught.value)) == told


@pytest.mark.parametrize(
    "policy",
    [{"page": 2}, {"page": 2, "newest_first": False}, {"milliseconds": True}, {"status": 200}],
    ids=str,
)
def test_an_order_whose_reply_was_lost_is_found_by_its_title(
    bench: Bench, server: FakeSynthesia, policy: dict[str, Any]
) -> None:
    vars(server.policy).update(policy)
    for number in range(5):
        make(bench.jobs(), VideoOrder(ANNA, "Hello", again=number))
    server.faults = [Fault("POST /v2/videos", "reset", acts=True, nth=(6,))]
    job = make(bench.jobs(), VideoOrder(ANNA, "Hello", again=5))
    assert server.videos[job.remote_id]["body"]["callbackId"] == job.id
    assert len(server.made()) == 6


def lose_reply(bench: Bench, server: FakeSynthesia, says: Any) -> Job:
    """An order whose video is made, while the reply is lost."""
    jobs = bench.jobs()
    job = jobs.start(VideoOrder(ANNA, says, test=False).plain(), consent=True)
    server.faults = [Fault("POST /v2/videos", "reset", acts=True)]
    while job.state != "ambiguous":
        job = jobs.step(job.id).job
    return job


@pytest.mark.parametrize("name", ["title", "callbackId"])
def test_either_mark_is_enough(bench: Bench, server: FakeSynthesia, name: str) -> None:
    server.policy.tells = (name,)
    job = lose_reply(bench, server, "Hello")
    assert bench.jobs().run(job.id).state == "downloaded"


def test_without_any_mark_it_is_left_to_the_user(bench: Bench, server: FakeSynthesia) -> None:
    """How long the clip is says nothing: neither a text's length is known, nor what is added to a voice."""
    server.policy.tells = ("duration",)
    job = lose_reply(bench, server, recorded(3))
    for _ in range(3):
        with pytest.raises(errors.UndecidedError, match="may be one of vid_"):
            bench.jobs().run(job.id)
        bench.clock.sleep(3600)
    assert len(server.made()) == server.charged() == 1
    bench.jobs().adopt(job.id, server.made()[0].id)
    assert bench.jobs().run(job.id).state == "downloaded"


def test_what_was_not_made_is_ordered_anew_when_its_time_is_over(bench: Bench, server: FakeSynthesia) -> None:
    """The list may show videos only when they are finished."""
    make(bench.jobs(), VideoOrder(ANNA, "Hello"))
    server.faults = [Fault("POST /v2/videos", "reset", nth=(2,))]
    began = bench.clock.now()
    with pytest.raises(errors.StillRunningError):
        make(bench.jobs(), VideoOrder(ANNA, "Good day"))
    assert len(server.requests("POST /v2/videos")) == 2
    assert make(bench.jobs(deadline_minutes=30.0), VideoOrder(ANNA, "Good day")).state == "downloaded"
    assert bench.clock.now() >= began + SERVICE.typical
    assert len(server.made()) == 2


def test_the_command(
    bench: Bench, server: FakeSynthesia, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voice, out = tmp_path / "voice.wav", tmp_path / "clip.mp4"
    voice.write_bytes(clips.voice(2.0, 3000))

    def run(*arguments: object) -> tuple[int, str]:
        whole = ["synthesia", "--folder", str(bench.folder), *map(str, arguments)]
        code = cloud.main(whole, connect=lambda folder, settings: bench.jobs())
        return code, capsys.readouterr().err

    video = ("video", "--avatar", ANNA, "--out", out)
    code, said = run(*video, "--text", "Hello")
    assert (code, "cloud synthesia consent" in said) == (1, True)
    assert "free of charge" in run(*video, "--text", "Hello", "--estimate")[1]
    assert "about 1 minute" in run(*video, "--text", "Hello", "--final", "--estimate")[1]
    assert run(*video, "--audio", voice, "--language", "German")[0] == 1
    assert server.log == []
    assert run("consent")[0] == 0
    assert run(*video, "--audio", voice, "--language", "de-DE")[0] == 0
    assert out.stat().st_size > 1000
    assert sent(server)["test"] is True
    code, said = run(*video, "--text", "Hello")
    assert (code, "add --overwrite" in said) == (1, True)
    assert run(*video, "--text", "Hello", "--final", "--overwrite")[0] == 0
    assert [each.cost for each in server.made()] == [0, 1]


def test_what_is_wrong_is_said_before_anything_is_sent() -> None:
    for wrong, match in (
        ({"avatar": " "}, "No avatar"),
        ({"background": ""}, "No background"),
        ({"aspect": "3:2"}, "use one of 16:9"),
        ({"says": "…!"}, "nothing would be said"),
        ({"says": "a\ud800"}, "UTF-8"),
        ({"says": recorded(3), "language": "German"}, "write it as en-US"),
    ):
        with pytest.raises(errors.InvalidRequestError, match=match):
            VideoOrder(**{"avatar": ANNA, "says": "Hello", **wrong}).plain()
    with pytest.raises(errors.InvalidRequestError, match="0.5 s"):
        media.recording(clips.voice(0.3), SOUND)


def test_recordings_are_mp3_however_short() -> None:
    assert media.recording(np.sin(np.arange(8000) / 3).astype(np.float32), SOUND, 8000).suffix == "mp3"


def test_uploads_have_an_address_of_their_own(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which gets the key; where the service's address is another one, that one gets uploads, too."""
    asked: list[str] = []

    def request(self: Any, method: str, url: str, **_: Any) -> None:
        asked.append(url)
        raise OSError

    monkeypatch.setattr("requests.Session.request", request)
    path = Path(__file__)
    for address in (SERVICE.address, "http://127.0.0.1:9"):
        client = SynthesiaClient(Transport(address, ApiKey(KEY, "a test", SERVICE), clock))
        with pytest.raises(errors.NoReplyError):
            client.upload("audio", path, "voice.mp3", "audio/mpeg")
    assert asked == ["https://upload.api.synthesia.io/v2/scriptAudio", "http://127.0.0.1:9/v2/scriptAudio"]
