"""Two people, one of them out of sight for 30 frames, and a cut: as a file, in its report, bit by bit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import av
import cv2
import numpy as np
import pytest
import torch

from lipsync_studio.backends.dub import backend as dub
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.latentsync import models as latentsync
from lipsync_studio.backends.latentsync.pipeline import LatentSyncEngine
from lipsync_studio.backends.latentsync.spec import LatentSyncSettings
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.wav2lip import models as wav2lip
from lipsync_studio.backends.wav2lip.pipeline import Wav2LipEngine
from lipsync_studio.backends.wav2lip.spec import Wav2LipSettings
from lipsync_studio.devtools import seeded_latentsync, seeded_musetalk
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import rgb_to_planes
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

from .test_wav2lip import Talker

FPS = 25
BEFORE, AWAY, AFTER, NEXT = 8, 30, 8, 8
CUT = BEFORE + AWAY + AFTER
FRAMES = CUT + NEXT
SIZE = (520, 320)


@pytest.fixture(scope="module")
def hard(footage, pictures, tmp_path_factory):
    """source: a large face on the left, hidden for a while, a small one on the right; after the cut they have
    changed sides. track: of it."""
    path = tmp_path_factory.mktemp("hard") / "clip.mp4"
    other = cv2.resize(pictures["mona lisa"][:700, :, :], (200, 320), interpolation=cv2.INTER_AREA)
    with Mp4Writer(path, SIZE, Fraction(FPS), Colour(), None, Fraction(FRAMES, FPS)) as writer:
        for index in range(FRAMES):
            face = footage[index].copy()
            if BEFORE <= index < BEFORE + AWAY:
                face[90:225, 90:235] = (150, 120, 100)
            shown = np.concatenate([face, other] if index < CUT else [other // 2, face // 2], axis=1)
            writer.write(Frame(rgb_to_planes(shown, Colour()), Colour(), Fraction(index, FPS), index))
    source = VideoSource(path)
    with PlainHost("cpu") as host:
        return SimpleNamespace(source=source, track=track_faces(source, host))


@pytest.fixture
def engine(request, host):
    if request.param == "wav2lip":
        models = wav2lip.of_networks(Talker(), None, None, host)
        return Wav2LipEngine(models, Wav2LipSettings(), lambda: None)
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    networks = seeded_latentsync.seeded_unet(), seeded_musetalk.seeded_vae(), seeded_musetalk.seeded_whisper()
    settings = LatentSyncSettings(version="1.5", steps=1, guidance=1.0, resolution="64")
    return LatentSyncEngine(latentsync.of_networks("1.5", *networks, None, host), settings)


class Watched(DubBackend):
    """Keeps the planes that go to the encoder."""

    def render(self, request, host):
        rendering = super().render(request, host)
        self.planes = []

        def seen():
            for chunk in rendering.chunks:
                self.planes += [frame.planes.copy() for frame in chunk.frames]
                yield chunk

        return replace(rendering, chunks=seen())


@pytest.mark.parametrize("engine", ["latentsync", "wav2lip"], indirect=True)
def test_hard_footage_renders_whole(engine, hard, voice, host, tmp_path, monkeypatch):
    masks = {}

    def watched(frame, rect, rgb, alpha, real=dub.paste_rgb):
        x0, y0, x1, y1 = rect
        mask = masks.setdefault(frame.index, np.zeros(SIZE[::-1], bool))
        mask[y0:y1, x0:x1] |= alpha > 0
        real(frame, rect, rgb, alpha)

    monkeypatch.setattr(dub, "paste_rgb", watched)
    (_, small), (small_later, _) = hard_people(hard.track)
    request = LipSyncRequest(
        hard.source, voice(FRAMES / FPS + 0.2), track=hard.track, content="song", length="video", score=False
    )
    backend = Watched(engine)
    report = run(backend, request, host, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) == report.frames == FRAMES
    assert [(span.state, span.first, span.last) for span in report.spans] == [
        ("generated", 0, BEFORE - 1),
        ("passed: no face", BEFORE, BEFORE + AWAY - 1),
        ("generated", BEFORE + AWAY, FRAMES - 1),
    ]
    assert sorted(masks) == [index for index in range(FRAMES) if not BEFORE <= index < BEFORE + AWAY]
    for planes, source in zip(backend.planes, hard.source.read(), strict=True):
        old, new = source, Frame(planes, source.colour, source.pts, source.index)
        mask = masks.get(source.index, np.zeros(SIZE[::-1], bool))
        coarse = mask.reshape(SIZE[1] // 2, 2, SIZE[0] // 2, 2).any(axis=(1, 3))
        for was, now, painted in zip(old.yuv(), new.yuv(), (mask, coarse, coarse), strict=True):
            assert np.array_equal(was[~painted], now[~painted])
        if source.index in masks:
            assert mask.mean() < 0.15
            assert np.abs(old.yuv()[0][mask].astype(int) - new.yuv()[0][mask]).max() > 20
            # Nobody else's.
            x0, y0, x1, y1 = (int(v) for v in (small if source.index < CUT else small_later))
            assert not mask[y0:y1, x0:x1].any()


def hard_people(track):
    """In each shot the boxes of those on the left and on the right, at its last frame."""
    for last in (CUT - 1, FRAMES - 1):
        found = [face.box for person in track.persons if (face := person.at(last)) is not None]
        assert len(found) == 2
        yield sorted(found, key=lambda box: box[0])
