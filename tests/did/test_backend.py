"""The backend of Apply Lip-Sync against a D-ID without a network: what it sends is what the source shows and
what is heard, and what comes back is as long as it should be."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from fake_did import Fault, wired
from PIL import Image

from lipsync_studio.backends.did.backend import DIDBackend
from lipsync_studio.backends.did.spec import DIDSettings
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.engine.errors import Cancelled, CloudError, ConsentError, InputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource

from .conftest import KEY, Bench

RATE = 8000
CASES = Path(__file__).parents[1] / "data" / "cases"
Make = Callable[..., DIDBackend]


@pytest.fixture
def host() -> Iterator[PlainHost]:
    with PlainHost("cpu") as plain:
        yield plain


@pytest.fixture
def backend(bench: Bench) -> Make:
    """Makes backends of one account, as later runs of a graph do."""
    bench.session = lambda: wired(bench.server)

    def make(check_consent: Callable[[], None] = lambda: None, **options: object) -> DIDBackend:
        chosen = DIDSettings(**{"consent": True, "max_credits": 4, **options})  # type: ignore[arg-type]
        return DIDBackend(bench.jobs, check_consent, chosen)

    return make


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.mp4"


def tone(seconds: float, level: float = 0.1, right: float = 1.0) -> Sound:
    """Two channels; right: the second's level, in those of the first."""
    wave = level * np.sin(np.arange(round(seconds * RATE)) * (2 * np.pi * 220 / RATE))
    return Sound(np.stack([wave, right * wave]).astype(np.float32), RATE)


def pictures(count: int = 1) -> ImageSource:
    """Pictures of 256x256, each darker than the one before, 5 a second."""
    made = [np.full((256, 256, 3), 0.9 - 0.1 * n, np.float32) for n in range(count)]
    return ImageSource(np.stack(made), Fraction(5))


def streams(path: Path) -> tuple[float, float]:
    """Seconds of picture and of sound."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.duration is not None
        assert audio.duration is not None
        return float(video.duration * video.time_base), float(audio.duration * audio.time_base)


def sent(bench: Bench, route: str, start: bytes) -> io.BytesIO:
    body = bench.server.requests(route)[0].body
    return io.BytesIO(body[body.index(start) :])


def sent_sound(bench: Bench) -> np.ndarray:
    """As float [n], 48 000 a second."""
    with av.open(sent(bench, "POST /audios", b"RIFF")) as container:
        return np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)]) / 32768


def test_a_picture_speaks_as_long_as_the_soundtrack(
    bench: Bench, backend: Make, host: PlainHost, out: Path
) -> None:
    report = run(backend(), LipSyncRequest(pictures(), tone(2.3)), host, out)
    # The fake's clips have 5 frames a second: 12 of them cover 2.3 s.
    assert (report.frames, report.generated, report.fps, report.size) == (12, 12, "5", (64, 64))
    assert streams(out) == (2.4, pytest.approx(2.4, abs=0.02))
    assert report.notes == [
        "Estimated cost: 2.3 s, 1 credit (estimate).",
        "Credits used: 1 (balance before and after).",
    ]
    assert bench.service.charged == 1


@pytest.mark.parametrize("name", ["grey.png", "png_gray16_white_at_did.png"])
def test_deep_grey_and_opposite_channels(
    bench: Bench, backend: Make, host: PlainHost, out: Path, tmp_path: Path, name: str
) -> None:
    """16-bit grey, of which 45 746 is 178 in 8 bits: that, and the picture that was uploaded white."""
    Image.fromarray(np.full((300, 300), 45_746, np.uint16)).save(tmp_path / "grey.png")
    path = tmp_path / name if name == "grey.png" else CASES / name
    wanted = LipSyncRequest(VideoSource(path), tone(2.0, 0.5, right=-1.0))
    report = run(backend(), wanted, host, out)
    picture = Image.open(sent(bench, "POST /images", b"\xff\xd8"))
    assert np.asarray(picture.convert("RGB")).mean() == pytest.approx(178, abs=1.5)
    assert sent_sound(bench).std() == pytest.approx(0.5 / 2**0.5, rel=0.02)
    assert len([note for note in report.notes if "cancel each other" in note]) == 1


def test_a_second_run_takes_the_same_clip(bench: Bench, backend: Make, host: PlainHost, out: Path) -> None:
    request = LipSyncRequest(pictures(), tone(2.0))
    for again, charged in ((0, 1), (0, 1), (1, 2)):
        run(backend(again=again), request, host, out)
        assert bench.service.charged == charged


def test_the_driving_sound_is_what_is_sent(bench: Bench, backend: Make, host: PlainHost, out: Path) -> None:
    request = LipSyncRequest(pictures(), tone(2.0, 0.1), driving=tone(1.0, 0.4), sync_offset=0.5)
    run(backend(), request, host, out)
    # Half a second of delay, a second of voice, and silence to the end of the soundtrack.
    around = [slice(round((t - 0.1) * 48000), round((t + 0.1) * 48000)) for t in (0.25, 0.75, 1.25, 1.75)]
    levels = [float(np.abs(sent_sound(bench)[part]).max()) for part in around]
    assert levels == pytest.approx([0, 0.4, 0.4, 0], abs=0.02)


@pytest.mark.parametrize(("length", "seconds"), [("audio", 2.0), ("video", 1.2), ("shortest", 1.2)])
def test_of_footage_the_first_frame_is_sent(
    bench: Bench, backend: Make, host: PlainHost, out: Path, length: str, seconds: float
) -> None:
    request = LipSyncRequest(pictures(6), tone(2.0), length=length)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="D-ID animates one picture: give it an image, not a video."):
        run(backend(), request, host, out)
    assert bench.server.log == []
    report = run(backend(use_first_frame=True), request, host, out)
    assert (report.duration, report.frames) == (seconds, seconds * 5)
    run(backend(use_first_frame=True), LipSyncRequest(pictures(), tone(seconds)), host, out)
    assert len(bench.server.requests("POST /images")) == 1, "it is the same picture"


def test_cancelling_leaves_a_job_to_collect(bench: Bench, backend: Make, host: PlainHost, out: Path) -> None:
    bench.policy.script = ("started",)
    request = LipSyncRequest(pictures(), tone(2.0))

    class Impatient(PlainHost):
        def check_cancelled(self) -> None:
            if len(bench.server.requests("GET /talks/{id}")) > 2:
                raise Cancelled("The run was cancelled.")

    with Impatient("cpu") as impatient, pytest.raises(Cancelled):
        run(backend(), request, impatient, out)
    assert not out.exists()
    (talk,) = bench.service.talks.values()
    talk.statuses = ("done",)
    run(backend(), request, host, out)
    assert bench.service.charged == 1


@pytest.mark.parametrize(
    ("options", "sound", "request_options", "said"),
    [
        ({"consent": False}, tone(2.0), {}, "agree to that first"),
        ({"max_credits": 1}, tone(16.0), {}, "needs about 2 credits, more than the 1 allowed"),
        ({}, tone(0.2), {}, "The sound lasts 0.20 s; D-ID takes 0.5 s to 10 min."),
        ({}, tone(601.0), {}, "The sound is longer than the 10 min D-ID takes"),
        ({}, tone(2.0, 0.0), {}, "The sound is silent"),
        ({}, tone(2.0), {"driving": tone(2.0, 1e-4)}, "The sound is silent"),
        ({}, tone(2.0), {"sync_offset": 5.0}, "The sound is silent"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_may_not_be_sent_is_not_sent(
    bench: Bench,
    backend: Make,
    host: PlainHost,
    out: Path,
    options: dict,
    sound: Sound,
    request_options: dict,
    said: str,
) -> None:
    with pytest.raises(CloudError, match=said):
        run(backend(**options), LipSyncRequest(pictures(), sound, **request_options), host, out)
    assert bench.server.log == []
    assert not out.exists()


def test_a_graph_alone_does_not_consent(bench: Bench, backend: Make, host: PlainHost, out: Path) -> None:
    """Nor is a clip that was paid for handed out."""

    def refuse() -> None:
        raise ConsentError("You have not agreed.")

    for _ in range(2):
        with pytest.raises(ConsentError):
            run(backend(refuse), LipSyncRequest(pictures(), tone(2.0)), host, out)
        assert len(bench.server.log) == 0
        run(backend(), LipSyncRequest(pictures(), tone(2.0)), host, out)
        bench.server.log.clear()
    with pytest.raises(CloudError, match="agree to that first"):
        run(backend(refuse, consent=False), LipSyncRequest(pictures(), tone(2.0)), host, out)


def test_a_refusal_is_told_without_the_key(bench: Bench, backend: Make, host: PlainHost, out: Path) -> None:
    bench.server.faults = [Fault("POST /talks", status=400, body={"description": f"bad {KEY}"})]
    with pytest.raises(CloudError) as caught:
        run(backend(), LipSyncRequest(pictures(), tone(2.0)), host, out)
    assert "bad …" in str(caught.value)
    assert "canary" not in repr(caught.value) + repr(caught.value.__cause__) + repr(backend())


def test_a_clip_that_is_too_short_is_held_at_its_end(
    bench: Bench, backend: Make, host: PlainHost, out: Path
) -> None:
    bench.policy.shows_duration = False
    real = bench.service.create

    def shortened(body: dict, late: float = 0.0) -> dict:
        answer = real(body, late)
        bench.service.talks[answer["id"]].seconds = 1.0
        return answer

    bench.service.create = shortened  # type: ignore[method-assign]
    report = run(backend(), LipSyncRequest(pictures(), tone(2.0)), host, out)
    assert report.duration == 2.0
    assert "The clip from D-ID lasts 1.00 s; its last frame is held." in report.notes
