"""The D-ID backend against a D-ID without a network, by a clock that nobody waits for."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from fake_did import FakeDID, Fault, Policy, wired

from lipsync_studio.backends.did.backend import DIDBackend, DIDOptions
from lipsync_studio.backends.protocol import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.did_client import ApiKey, Settings, TalkJobs
from lipsync_studio.engine.errors import Cancelled, CloudError, InputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound

KEY = "Y2FuYXJ5QGV4YW1wbGUub3Jn:canary-Zx81-secret-password"
RATE = 8000


class Clock:
    def __init__(self) -> None:
        self.time = 1_790_000_000.0

    def now(self) -> float:
        return self.time

    monotonic = now

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def did(clock: Clock) -> Iterator[FakeDID]:
    with FakeDID(KEY, Policy(), now=clock.now) as running:
        yield running


@pytest.fixture
def backend(did: FakeDID, clock: Clock, tmp_path: Path) -> Callable[..., DIDBackend]:
    """Makes backends of one account, as later runs of a graph do."""

    def open_jobs() -> TalkJobs:
        settings = Settings(api_url=did.url, auth_style="basic_b64")
        key = ApiKey(KEY, "a test")
        return TalkJobs(tmp_path / "did", settings, key, clock=clock, session=lambda: wired(did))

    def make(**options: object) -> DIDBackend:
        return DIDBackend(open_jobs, DIDOptions(**{"consent": True, "max_credits": 4, **options}))

    return make


def tone(seconds: float, level: float = 0.1) -> Sound:
    wave = level * np.sin(np.arange(round(seconds * RATE)) * (2 * np.pi * 220 / RATE))
    return Sound(np.stack([wave, wave]).astype(np.float32), RATE)


def pictures(count: int = 1) -> ImageSource:
    """Pictures of 256x256, each darker than the one before."""
    return ImageSource(np.stack([np.full((256, 256, 3), 0.9 - 0.1 * n, np.float32) for n in range(count)]))


def streams(path: Path) -> tuple[float, float]:
    """Seconds of picture and of sound."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.duration is not None
        assert audio.duration is not None
        return float(video.duration * video.time_base), float(audio.duration * audio.time_base)


def test_a_picture_speaks_as_long_as_the_soundtrack(did, backend, host, tmp_path):
    report = run(backend(), LipSyncRequest(pictures(), tone(2.3)), host, tmp_path / "out.mp4")
    # The fake's clips have 5 frames a second: 12 of them cover 2.3 s.
    assert (report.frames, report.generated, report.fps, report.size) == (12, 12, "5", (64, 64))
    assert streams(tmp_path / "out.mp4") == (2.4, pytest.approx(2.4, abs=0.02))
    assert report.notes == [
        "Estimated cost: 2.3 s, 1 credit (estimate).",
        "Credits used: 1 (balance before and after).",
    ]
    assert did.service.charged == 1


def test_a_second_run_takes_the_same_clip(did, backend, host, tmp_path):
    request = LipSyncRequest(pictures(), tone(2.0))
    for name in ("one.mp4", "two.mp4"):
        run(backend(), request, host, tmp_path / name)
    assert did.service.charged == 1
    run(backend(nonce="1"), request, host, tmp_path / "three.mp4")
    assert did.service.charged == 2


def test_the_driving_sound_is_what_is_sent(did, backend, host, tmp_path):
    request = LipSyncRequest(pictures(), tone(2.0, 0.1), driving=tone(1.0, 0.4), sync_offset=0.5)
    run(backend(), request, host, tmp_path / "out.mp4")
    part = did.requests("POST /audios")[0].body
    start = part.index(b"RIFF")
    with av.open(io.BytesIO(part[start:])) as container:
        sent = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)]) / 32768
    sent = sent[: 2 * 48000]
    # Half a second of delay, a second of voice, and silence to the end of the soundtrack.
    around = [slice(round((t - 0.1) * 48000), round((t + 0.1) * 48000)) for t in (0.25, 0.75, 1.25, 1.75)]
    levels = [float(np.abs(sent[part]).max()) for part in around]
    assert levels == pytest.approx([0, 0.4, 0.4, 0], abs=0.02)


@pytest.mark.parametrize(("length", "seconds"), [("audio", 2.0), ("video", 1.2), ("shortest", 1.2)])
def test_of_footage_the_first_frame_is_sent(did, backend, host, tmp_path, length, seconds):
    footage = pictures(6)
    footage = ImageSource(footage._images, Fraction(5))
    request = LipSyncRequest(footage, tone(2.0), length=length)
    with pytest.raises(InputError, match="D-ID animates one picture: connect an image, not a video."):
        run(backend(), request, host, tmp_path / "out.mp4")
    assert did.log == []
    report = run(backend(use_first_frame=True), request, host, tmp_path / "out.mp4")
    assert (report.duration, report.frames) == (seconds, seconds * 5)
    still = LipSyncRequest(pictures(), tone(seconds))
    run(backend(use_first_frame=True), still, host, tmp_path / "still.mp4")
    assert len(did.requests("POST /images")) == 1, "it is the same picture"


def test_cancelling_leaves_a_job_to_collect(did, backend, tmp_path):
    did.policy.script = ("started",)
    request = LipSyncRequest(pictures(), tone(2.0))

    class Impatient(PlainHost):
        def check_cancelled(self) -> None:
            if len(did.requests("GET /talks/{id}")) > 2:
                raise Cancelled("The run was cancelled.")

    with Impatient("cpu") as host, pytest.raises(Cancelled):
        run(backend(), request, host, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()
    (talk,) = did.service.talks.values()
    talk.statuses = ("done",)
    with PlainHost("cpu") as host:
        run(backend(), request, host, tmp_path / "out.mp4")
    assert did.service.charged == 1


@pytest.mark.parametrize(
    ("options", "seconds", "said"),
    [
        ({"consent": False}, 2.0, "agree to that first"),
        ({"max_credits": 1}, 16.0, "needs about 2 credits, more than the 1 allowed"),
        ({}, 0.2, "The sound lasts 0.20 s; D-ID takes 0.5 s to 10 min."),
        ({}, 601.0, "The sound is longer than the 10 min D-ID takes"),
    ],
)
def test_what_may_not_be_sent_is_not_sent(did, backend, host, tmp_path, options, seconds, said):
    with pytest.raises(CloudError, match=said):
        run(backend(**options), LipSyncRequest(pictures(), tone(seconds)), host, tmp_path / "out.mp4")
    assert did.log == []
    assert not (tmp_path / "out.mp4").exists()


def test_a_refusal_is_told_without_the_key(did, backend, host, tmp_path):
    did.faults = [Fault("POST /talks", status=400, body={"description": f"bad {KEY}"})]
    with pytest.raises(CloudError) as caught:
        run(backend(), LipSyncRequest(pictures(), tone(2.0)), host, tmp_path / "out.mp4")
    assert "bad …" in str(caught.value)
    assert "canary" not in repr(caught.value) + repr(caught.value.__cause__) + repr(backend())


def test_a_clip_that_is_too_short_is_held_at_its_end(did, backend, host, tmp_path):
    did.policy.shows_duration = False
    real = did.service.create

    def shortened(body, late=0.0):
        answer = real(body, late)
        did.service.talks[answer["id"]].seconds = 1.0
        return answer

    did.service.create = shortened
    report = run(backend(), LipSyncRequest(pictures(), tone(2.0)), host, tmp_path / "out.mp4")
    assert report.duration == 2.0
    assert "The clip from D-ID lasts 1.00 s; its last frame is held." in report.notes
