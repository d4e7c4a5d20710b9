"""The backend of Apply Lip-Sync: what it sends is what the source shows and what is heard."""

from __future__ import annotations

import io
import math
import wave
from pathlib import Path

import numpy as np
import pytest
from conftest import Bench
from PIL import Image

from lipsync_studio.backends.did.backend import DIDBackend
from lipsync_studio.backends.did.spec import DIDSettings
from lipsync_studio.backends.protocol import Rendering
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.engine.errors import CloudError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource

VOICE = 0.5 * np.sin(np.arange(16_000) * (2 * math.pi * 220 / 8000)).astype(np.float32)


@pytest.fixture
def still(tmp_path: Path) -> VideoSource:
    """16-bit grey, of which 45 746 is 178 in 8 bits."""
    path = tmp_path / "grey.png"
    Image.fromarray(np.full((300, 300), 45_746, np.uint16)).save(path)
    return VideoSource(path)


def render(bench: Bench, source: VideoSource, *channels: np.ndarray, **request: object) -> Rendering:
    backend = DIDBackend(bench.jobs, DIDSettings(consent=True, max_credits=4))
    wanted = LipSyncRequest(source, Sound(np.stack(channels), 8000), **request)  # type: ignore[arg-type]
    with PlainHost("cpu") as host:
        return backend.render(wanted, host)


def sent(bench: Bench, route: str, start: bytes) -> bytes:
    body = bench.server.requests(route)[0].body
    return body[body.index(start) :]


def test_deep_grey_and_opposite_channels(bench: Bench, still: VideoSource, tmp_path: Path) -> None:
    backend = DIDBackend(bench.jobs, DIDSettings(consent=True, max_credits=1))
    wanted = LipSyncRequest(still, Sound(np.stack([VOICE, -VOICE]), 8000))
    with PlainHost("cpu") as host:
        report = run(backend, wanted, host, tmp_path / "out.mp4")
    picture = Image.open(io.BytesIO(sent(bench, "POST /images", b"\xff\xd8")))
    assert np.asarray(picture.convert("RGB")).mean() == pytest.approx(178, abs=1.5)
    with wave.open(io.BytesIO(sent(bench, "POST /audios", b"RIFF"))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert samples.std() / 32_768 == pytest.approx(0.5 / math.sqrt(2), rel=0.02)
    assert len([note for note in report.notes if "cancel each other" in note]) == 1
    assert bench.service.charged == 1


@pytest.mark.parametrize(
    ("soundtrack", "options"),
    [
        (VOICE * 0, {}),
        (VOICE, {"driving": Sound(VOICE[None] * 1e-4, 8000)}),
        (VOICE, {"sync_offset": 5.0}),
    ],
    ids=["soundtrack", "driving", "shifted out of sight"],
)
def test_silence_is_not_ordered(
    bench: Bench, still: VideoSource, soundtrack: np.ndarray, options: dict
) -> None:
    with pytest.raises(CloudError, match="The sound is silent"):
        render(bench, still, soundtrack, **options)
    assert bench.server.log == []


def test_a_picture_without_a_face_is_not_ordered(bench: Bench, still: VideoSource) -> None:
    bench.policy.faces = 0
    with pytest.raises(CloudError, match="no face in the picture"):
        render(bench, still, VOICE)
    assert bench.service.charged == 0
