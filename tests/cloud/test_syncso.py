"""The backend of Apply Lip-Sync against a sync.so that paints on what it is sent: what goes there, what comes
of several parts, and what is not sent at all."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import fake_syncso
import numpy as np
import pytest
from cloud_matrix import KEY, Bench, FakeClock
from fake_cloud import Fault, wired
from fake_syncso import FakeSyncSo, Policy, written
from media import write_h264

from lipsync_studio.backends.request import LipSyncRequest, Voice
from lipsync_studio.backends.run import run
from lipsync_studio.backends.syncso.backend import SyncSoBackend
from lipsync_studio.backends.syncso.spec import SyncSoSettings
from lipsync_studio.engine.errors import CloudError
from lipsync_studio.engine.faces.track import FaceTrack, Person
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource

from .conftest import cases

RATE = 8000
FPS = Fraction(10)
SIZE, BITS, STRIPE = 64, 6, 10


@pytest.fixture
def host() -> Iterator[PlainHost]:
    with PlainHost("cpu") as plain:
        yield plain


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> Iterator[FakeSyncSo]:
    with FakeSyncSo(KEY, Policy(paints=True), clock.now) as running:
        yield running


@pytest.fixture
def backend(server: FakeSyncSo, clock: FakeClock, folder: Path) -> Callable[..., SyncSoBackend]:
    """Makes one, of options of its node and (account) of syncso.json."""
    bench = Bench(cases()["syncso"], folder, clock, server)
    bench.session = lambda: wired(server)

    def make(account: dict[str, Any] | None = None, **options: Any) -> SyncSoBackend:
        settings = SyncSoSettings(**{"consent": True, "max_credits": 5000, "model": "lipsync-2", **options})
        return SyncSoBackend(lambda: bench.jobs(**(account or {})), lambda: None, settings)

    return make


@pytest.fixture
def render(
    backend: Callable[..., SyncSoBackend], server: FakeSyncSo, host: PlainHost, tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """Runs a request. Gives notes, states, frames (which is shown, whether painted, and the mean RGB below
    the paint) and orders."""
    out = tmp_path / "out.mp4"

    def act(request: LipSyncRequest, account: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        report = run(backend(account, **options), request, host, out)
        with av.open(str(out)) as container:
            pictures = [*container.decode(video=0)]
        frames = [picture.to_ndarray(format="gray") for picture in pictures]
        with av.open(str(out)) as container:
            seconds = sum(frame.samples / frame.rate for frame in container.decode(audio=0))
        posts = [json.loads(seen.body) for seen in server.requests("POST /v2/generate")]
        return {
            "report": report,
            "shown": [number(frame) for frame in frames],
            "painted": [bool(frame[:12, :12].min() > 225) for frame in frames],
            "colours": [picture.to_ndarray(format="rgb24")[24:].mean((0, 1)) for picture in pictures],
            "size": frames[0].shape[::-1],
            "seconds": seconds,
            "orders": posts,
        }

    return act


def footage(count: int) -> ImageSource:
    """Each frame has its number written in it, as light and dark stripes of one bit each."""
    pictures = np.full((count, SIZE, SIZE, 3), 0.5, np.float32)
    for number in range(count):
        for bit in range(BITS):
            pictures[number, 32:, bit * STRIPE : (bit + 1) * STRIPE] = 0.9 if number >> bit & 1 else 0.1
    return ImageSource(pictures, FPS)


def number(frame: np.ndarray) -> int:
    """Of the source frame that an output frame shows."""
    stripes = [frame[36:60, bit * STRIPE + 3 : (bit + 1) * STRIPE - 3].mean() for bit in range(BITS)]
    return sum(1 << bit for bit, level in enumerate(stripes) if level > 128)


def talk(*spans: tuple[float, float], seconds: float) -> Sound:
    """A tone within the spans, silence elsewhere."""
    times = np.arange(round(seconds * RATE)) / RATE
    wave = 0.2 * np.sin(times * (2 * np.pi * 220))
    heard = np.zeros(len(times), bool)
    for first, last in spans:
        heard |= (times >= first) & (times < last)
    return Sound((wave * heard)[None].astype(np.float32), RATE)


def test_one_part_comes_back_frame_by_frame(render, server: FakeSyncSo) -> None:
    made = render(LipSyncRequest(footage(20), talk((0.0, 2.0), seconds=2.0)))
    assert made["shown"] == list(range(20))
    assert all(made["painted"])
    (order,) = made["orders"]
    assert order["model"] == "lipsync-2"
    assert order["options"] == {"sync_mode": "cut_off"}
    assert [each["type"] for each in order["input"]] == ["video", "audio"]
    assert len(order["outputFileName"]) == 32
    assert "Price named by sync.so: 20 US cents." in made["report"].notes
    (uploaded,) = [data for url, data in server.stored.items() if url.endswith(".mp4")]
    with av.open(io.BytesIO(uploaded)) as container:
        assert not container.streams.audio


def test_a_long_dub_in_parts_has_every_frame_once(render, server: FakeSyncSo) -> None:
    """Cut in the pauses; 60 frames at 10 a second, at most 2.5 s in a part."""
    sound = talk((0.0, 1.4), (1.8, 3.4), (3.8, 6.0), seconds=6.0)
    made = render(LipSyncRequest(footage(60), sound), account={"max_seconds": 2.5, "parallel": 2})
    assert made["shown"] == list(range(60))
    assert all(made["painted"])
    assert made["seconds"] == pytest.approx(6.0, abs=0.15)
    assert len(made["orders"]) == 3
    lengths = sorted(float(each["seconds"]) for each in server.generations.values())
    assert sum(lengths) == pytest.approx(6.0)
    assert max(lengths) <= 2.5
    assert lengths[0] == pytest.approx(1.6, abs=0.11)
    assert lengths[1] == pytest.approx(2.0, abs=0.11)
    keys = {seen.headers["Idempotency-Key"] for seen in server.requests("POST /v2/generate")}
    assert len(keys) == 3
    assert server.charged() == sum(each.cost for each in server.made())


def test_parts_are_under_one_cap_and_nothing_is_bought_above_it(render, server: FakeSyncSo) -> None:
    request = LipSyncRequest(footage(60), talk((0.0, 2.0), (2.4, 6.0), seconds=6.0))
    with pytest.raises(CloudError, match="parts of this clip need .* more than the 50 allowed"):
        render(request, account={"max_seconds": 3.0}, max_credits=50)
    assert server.charged() == 0
    assert render(request, account={"max_seconds": 3.0})["painted"] == [True] * 60


def test_a_part_that_failed_is_made_anew_and_the_others_are_not(render, server: FakeSyncSo) -> None:
    request = LipSyncRequest(footage(60), talk((0.0, 2.6), (3.0, 6.0), seconds=6.0))
    server.faults = [Fault("POST /v2/generate", status=402, nth=(2,))]
    with pytest.raises(CloudError, match="can't bill this"):
        render(request, account={"max_seconds": 3.5})
    assert len(server.made()) == 1
    made = render(request, account={"max_seconds": 3.5})
    assert made["shown"] == list(range(60))
    assert len(server.made()) == 2
    assert render(request, account={"max_seconds": 3.5})["shown"] == made["shown"]
    assert len(server.made()) == 2


def test_what_is_silent_is_not_sent(render, server: FakeSyncSo) -> None:
    made = render(LipSyncRequest(footage(60), talk((0.2, 1.8), seconds=6.0)), account={"max_seconds": 2.5})
    assert made["shown"] == list(range(60))
    assert len(made["orders"]) == 1
    assert not any(made["painted"][25:])
    assert [(span.state, span.first) for span in made["report"].spans][1] == (
        "passed: silence",
        len(made["painted"]) - made["painted"][::-1].index(True),
    )
    assert any("were not sent" in note for note in made["report"].notes)


def test_a_clip_of_another_size_is_joined_to_what_was_not_sent(
    render, server: FakeSyncSo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first part is silent; the clips of the others are 16 pixels wider, or differ among each other."""

    def wider(frames: list[np.ndarray], rate: Fraction) -> bytes:
        return written([np.pad(each, ((0, 0), (0, next(widths)), (0, 0))) for each in frames], rate)

    monkeypatch.setattr(fake_syncso, "written", lambda frames, rate: wider(frames, rate))
    request = LipSyncRequest(footage(60), talk((2.2, 5.8), seconds=6.0))
    widths = itertools.repeat(16)
    made = render(request, account={"max_seconds": 2.2})
    assert made["size"] == (80, 64)
    assert len(made["painted"]) == 60
    assert not any(made["painted"][:15])
    assert all(made["painted"][-15:])
    assert any("what was not sent was scaled to it" in note for note in made["report"].notes)
    pads = itertools.count()
    widths = (16 if next(pads) < 18 else 0 for _ in itertools.count())
    made = render(request, account={"max_seconds": 2.2}, again=1)
    assert len(made["painted"]) == 60
    assert any("differ in size; all were scaled" in note for note in made["report"].notes)


def test_colours_are_the_same_on_both_sides_of_a_joint(render) -> None:
    """The footage is tagged BT.709, the clip of the second part has no tags, which is BT.601 for its size."""
    source = ImageSource(np.tile(np.array([0.8, 0.1, 0.2], np.float32), (40, SIZE, SIZE, 1)), FPS)
    made = render(LipSyncRequest(source, talk((2.2, 3.8), seconds=4.0)), account={"max_seconds": 2.2})
    assert made["painted"][0] is False
    assert made["painted"][-1] is True
    assert np.abs(np.array(made["colours"]) - [204, 25.5, 51]).max() < 4


def test_what_is_not_sent_is_not_coded_before_the_whole_is(backend, host: PlainHost, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (40, SIZE, SIZE, 3), np.uint8)
    source = VideoSource(write_h264(tmp_path / "footage.mp4", noise, FPS))
    request = LipSyncRequest(source, talk((2.2, 3.8), seconds=4.0))
    rendering = backend({"max_seconds": 2.2}).render(request, host)
    frames = [frame for chunk in rendering.chunks for frame in chunk.frames]
    assert [frame.index for frame in frames] == list(range(40))
    for made, own in zip(frames[:15], source.read(0, 15), strict=True):
        assert np.array_equal(made.planes, own.planes)
    assert not np.array_equal(frames[-1].planes, next(source.read(39, 40)).planes)


@pytest.mark.parametrize(("fill", "mode"), [("pingpong", "bounce"), ("loop", "loop"), ("hold", "cut_off")])
def test_footage_that_is_too_short(render, fill: Any, mode: str) -> None:
    made = render(LipSyncRequest(footage(10), talk((0.0, 2.5), seconds=2.5), fill=fill))
    assert made["orders"][0]["options"]["sync_mode"] == mode
    order = {
        "pingpong": [*range(10), *range(8, 0, -1), *range(10)][:25],
        "loop": [*range(10)] * 3,
        "hold": [*range(10), *[9] * 15],
    }[fill]
    assert made["shown"] == order[:25]


def test_footage_that_goes_on_after_the_sound(render) -> None:
    made = render(LipSyncRequest(footage(30), talk((0.0, 1.5), seconds=1.5), length="video"))
    assert made["orders"][0]["options"]["sync_mode"] == "silence"
    assert made["shown"] == list(range(30))
    assert (
        len(render(LipSyncRequest(footage(30), talk((0.0, 1.5), seconds=1.5), length="shortest"))["shown"])
        == 15
    )


def test_a_clip_of_another_length_is_laid_along_the_footage(render, server: FakeSyncSo) -> None:
    server.policy.extra_frames = -1
    made = render(LipSyncRequest(footage(20), talk((0.0, 2.0), seconds=2.0)))
    assert made["shown"] == [*range(19), 18]
    assert any("19 frames in place of 20; its last frame is held" in note for note in made["report"].notes)


def test_the_vocal_stem_is_sent_and_the_song_is_heard(render, server: FakeSyncSo) -> None:
    song = talk((0.0, 2.0), seconds=2.0)
    stem = talk((0.5, 1.0), seconds=2.0)
    made = render(LipSyncRequest(footage(20), song, driving=stem))
    (sent,) = [data for url, data in server.stored.items() if url.endswith(".wav")]
    with av.open(io.BytesIO(sent)) as container:
        wave = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    rate = len(wave) / 2.2
    assert np.abs(wave[: int(0.4 * rate)]).max() == 0
    assert np.abs(wave[int(0.6 * rate) : int(0.9 * rate)]).max() > 1000
    assert made["seconds"] == pytest.approx(2.0, abs=0.15)


def person(number: int, first: int, count: int, x: float) -> Person:
    boxes = np.tile(np.array([x, 10, x + 20, 40], np.float32), (count, 1))
    meshes = np.zeros((count, 468, 3), np.float32)
    return Person(number, first, boxes, meshes, np.ones(count, np.float32), np.zeros(count, bool))


def tracked(*people: Person, frames: int) -> FaceTrack:
    return FaceTrack(people, frames, (128, 128), FPS, "key")


def test_the_speaker_is_the_one_of_the_face_track(render) -> None:
    """Its boxes are in pixels of another size."""
    track = tracked(person(1, 0, 20, 10.0), person(2, 4, 16, 80.0), frames=20)
    request = LipSyncRequest(footage(20), talk((0.0, 2.0), seconds=2.0), track=track, person="right")
    (order,) = render(request)["orders"]
    assert order["options"]["active_speaker_detection"] == {"frame_number": 4, "coordinates": [45, 12]}


def test_speakers_one_after_the_other_are_told_frame_by_frame(render) -> None:
    track = tracked(person(1, 0, 8, 10.0), person(2, 12, 8, 80.0), frames=20)
    request = LipSyncRequest(footage(20), talk((0.0, 2.0), seconds=2.0), track=track, person="1+2")
    (order,) = render(request)["orders"]
    boxes = order["options"]["active_speaker_detection"]["bounding_boxes"]
    assert boxes == [[5, 5, 15, 20]] * 8 + [None] * 4 + [[40, 5, 50, 20]] * 8


def test_a_picture_is_for_one_model_only(render, server: FakeSyncSo) -> None:
    pixels = np.full((1, 300, 300, 3), 0.5, np.float32)
    request = LipSyncRequest(ImageSource(pixels, FPS), talk((0.0, 2.0), seconds=2.0))
    with pytest.raises(CloudError, match="for a single picture choose sync-3"):
        render(request)
    server.policy.paints = False
    made = render(request, model="sync-3")
    assert [each["type"] for each in made["orders"][0]["input"]] == ["image", "audio"]
    assert len(made["shown"]) == 10


def test_what_it_can_not_do_is_said_before_anything_is_sent(render, server: FakeSyncSo) -> None:
    sound = talk((0.0, 2.0), seconds=2.0)
    track = tracked(person(1, 0, 20, 10.0), person(2, 0, 20, 80.0), frames=20)
    voices = (Voice("1", sound), Voice("2", sound))
    with pytest.raises(CloudError, match="one voice for one mouth"):
        render(LipSyncRequest(footage(20), sound, track=track, voices=voices))
    with pytest.raises(CloudError, match="Nothing would be said"):
        render(LipSyncRequest(footage(20), talk(seconds=2.0)))
    server.policy.quotes = False
    with pytest.raises(CloudError, match="does not tell what this clip would cost"):
        render(LipSyncRequest(footage(20), sound))
    assert server.charged() == 0
    assert render(LipSyncRequest(footage(20), sound), account={"per_second": 11.0})["painted"] == [True] * 20
