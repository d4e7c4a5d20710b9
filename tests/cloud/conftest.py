"""The services that are tried by the same code."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from cloud_matrix import KEY, Bench, Case, FakeClock
from fake_cloud import FakeServer, clips, wired
from fake_heygen import FakeHeyGen
from fake_heygen import Policy as HeyGenPolicy
from fake_syncso import FakeSyncSo, Policy
from fake_synthesia import FakeSynthesia
from fake_synthesia import Policy as SynthesiaPolicy
from fake_toy import FakeToy

import lipsync_studio.backends
from lipsync_studio.backends.cloud.services import services
from lipsync_studio.backends.heygen.client import SERVICE as HEYGEN
from lipsync_studio.backends.syncso.client import SERVICE as SYNCSO
from lipsync_studio.backends.synthesia.client import SERVICE as SYNTHESIA
from lipsync_studio.backends.synthesia.order import SOUND, VideoOrder
from lipsync_studio.cloud_jobs import CloudJobs, Estimate, PlainOrder, Recording, bytes_file, media
from lipsync_studio.cloud_jobs.job import Job

Open = Callable[..., Bench]

# The toy is one folder, which becomes one of the engines by lying beside them.
lipsync_studio.backends.__path__.append(str(Path(__file__).parents[1] / "support" / "toy_cloud"))
services.cache_clear()


def toy_order(number: int) -> PlainOrder:
    picture, voice = clips.portrait(shade=number % 10), clips.voice(2.0, number % 20)
    files = {"image": bytes_file(picture, "jpg"), "audio": bytes_file(voice, "wav")}
    return PlainOrder({"kind": "talk"}, files, Estimate(2.0, 2, True), key_parts=(str(number),))


def start_toy(telling: bool, now: Callable[[], float]) -> FakeServer:
    return FakeToy(KEY, telling, now)


def heygen_order(number: int) -> PlainOrder:
    picture, voice = clips.portrait(shade=number % 10), clips.voice(2.0, number % 20)
    files = {"image": bytes_file(picture, "jpg"), "audio": bytes_file(voice, "wav")}
    body = {"resolution": "1080p", "aspect_ratio": "auto"}
    return PlainOrder(body, files, Estimate(2.0, 10, True), key_parts=(str(number),))


def start_heygen(telling: bool, now: Callable[[], float]) -> FakeServer:
    """The one that tells nothing takes anything, and is not to be asked about the account."""
    return FakeHeyGen(KEY, HeyGenPolicy(telling=telling, strict=telling, forbidden=not telling), now)


def syncso_order(number: int) -> PlainOrder:
    video, voice = clips.clip(2.0 + 0.2 * (number % 10)), clips.voice(2.0, number % 20)
    files = {"video": bytes_file(video, "mp4"), "audio": bytes_file(voice, "wav")}
    body = {"model": "lipsync-2", "options": {"sync_mode": "cut_off"}}
    return PlainOrder(body, files, Estimate(2.0, None, True), key_parts=(str(number),))


def start_syncso(telling: bool, now: Callable[[], float]) -> FakeServer:
    """The one that tells nothing has no assets either, and takes anything."""
    return FakeSyncSo(KEY, Policy(telling=telling, strict=telling, registers=telling, texts=not telling), now)


@cache
def recorded(tone: int) -> Recording:
    """As Synthesia takes it."""
    return media.recording(clips.voice(2.0, tone), SOUND)


def synthesia_order(number: int) -> PlainOrder:
    """One that costs a minute; every third a text."""
    says = "Hello, this is a text that an avatar says." if number % 3 == 2 else recorded(number % 20)
    return VideoOrder("anna_costume1_cameraA", says, test=False, again=number).plain()


def start_synthesia(telling: bool, now: Callable[[], float]) -> FakeServer:
    """The one that tells least has titles, as is published, and no more; the newer form of refusals; and
    takes anything."""
    least = SynthesiaPolicy(
        ("title",), strict=False, problems=True, status=200, assets=None, milliseconds=True
    )
    return FakeSynthesia(KEY, SynthesiaPolicy() if telling else least, now)


def cases() -> dict[str, Case]:
    from lipsync_studio.backends.toycloud.client import SERVICE as TOY

    return {
        "toycloud": Case(
            service=TOY,
            start=start_toy,
            order=toy_order,
            calls=("GET /account", "POST /uploads", "GET /clips/{id}"),
            paid="POST /clips",
            listing="GET /clips",
        ),
        "heygen": Case(
            service=HEYGEN,
            start=start_heygen,
            order=heygen_order,
            calls=("GET /v3/users/me", "POST /v3/assets", "GET /v3/videos/{id}"),
            paid="POST /v3/videos",
            deleting="DELETE /v3/assets/{id}",
        ),
        "syncso": Case(
            service=SYNCSO,
            start=start_syncso,
            order=syncso_order,
            calls=(
                "POST /v2/assets/upload",
                "PUT /files",
                "POST /v2/assets",
                "POST /v2/analyze/cost",
                "GET /v2/generate/{id}",
            ),
            paid="POST /v2/generate",
            deleting="DELETE /v2/assets/{id}",
        ),
        "synthesia": Case(
            service=SYNTHESIA,
            start=start_synthesia,
            order=synthesia_order,
            calls=("POST /v2/scriptAudio", "GET /v2/assets/{id}", "GET /v2/videos/{id}"),
            paid="POST /v2/videos",
            listing="GET /v2/videos",
        ),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: the journal waits for the disk at each write."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as made:
        yield Path(made)


@pytest.fixture
def account(folder: Path) -> Iterator[Open]:
    """Opens a new account at a service."""
    servers = []

    def make(name: str, telling: bool = True) -> Bench:
        case, clock = cases()[name], FakeClock()
        servers.append(case.start(telling, clock.now).__enter__())
        bench = Bench(case, folder / name, clock, servers[-1])
        bench.session = lambda: wired(bench.server)
        return bench

    yield make
    for server in servers:
        server.__exit__(None, None, None)


def finish(jobs: CloudJobs, bench: Bench, number: int = 1) -> Job:
    return jobs.run(jobs.start(bench.case.order(number), consent=True).id)
