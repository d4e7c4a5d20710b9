"""Hallo2 on real pictures, with small seeded networks: what they paint is noise, where and when is not."""

import shutil

import numpy as np
import pytest
import torch
from media import write_wav

from lipsync_studio.backends.hallo2 import pipeline
from lipsync_studio.backends.hallo2.audio import SAMPLES_PER_FRAME
from lipsync_studio.backends.hallo2.framing import around, padded, squashed
from lipsync_studio.backends.hallo2.models import load_models, of_networks
from lipsync_studio.backends.hallo2.spec import SPEC, Hallo2Settings
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.commands import main
from lipsync_studio.devtools import seeded_hallo2, seeded_musetalk
from lipsync_studio.engine.errors import Cancelled, DeviceMemoryError, MissingFilesError, WeightsError
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource

SIDE = 64


@pytest.fixture(scope="module")
def networks():
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    yield *seeded_hallo2.seeded()[:3], seeded_musetalk.seeded_vae(), seeded_hallo2.seeded_wav2vec2()
    torch.set_flush_denormal(False)


class Known:
    """An identity network that answers with ones; remembers what it saw."""

    def __init__(self):
        self.seen = None

    def embedding(self, rgb, mesh):
        self.seen = rgb.shape, mesh.shape
        return np.ones(512, np.float32)


@pytest.fixture
def backend_of(networks, host):
    """A backend with these settings, one step and no guidance unless chosen."""

    def make(identity=None, **chosen):
        models = of_networks(*networks, identity, SIDE, host)
        return SPEC.make(Hallo2Settings(**{"steps": 1, "guidance": 1.0, **chosen}), host, model=models)

    return make


@pytest.fixture(scope="module")
def tall(pictures):
    """A face in a picture of 240×320."""
    rgb = pictures["astronaut"]
    height, width = rgb.shape[:2]
    cut = rgb[: min(height, width * 4 // 3)]
    return np.ascontiguousarray(cut[:, : len(cut) * 3 // 4])


def still(rgb, fps=25):
    return ImageSource(rgb[None].astype(np.float32) / 255, fps)


@pytest.fixture(scope="module")
def asked(tall, voice):
    """A request for some seconds of the picture, in which the face was found once for all."""
    source = still(tall)
    with PlainHost("cpu") as plain:
        track = track_faces(source, plain, stop=1)
    return lambda seconds: LipSyncRequest(source, voice(seconds), track=track)


def render(backend, request, host):
    rendering = backend.render(request, host)
    frames = [to_rgb(frame) for chunk in rendering.chunks for frame in chunk.frames]
    return rendering, np.stack(frames).astype(int)


@pytest.mark.parametrize("fps", [25, 12])
def test_a_picture_of_any_shape_is_animated_in_its_own_at_any_rate(tall, voice, host, backend_of, fps):
    """18 frames at 25 a second: a clip and a part of one."""
    known = Known()
    rendering, frames = render(backend_of(known), LipSyncRequest(still(tall, fps), voice(0.72)), host)
    height, width = tall.shape[:2]
    assert rendering.size == (round(width / height * SIDE), SIDE)
    assert frames.shape == (rendering.frames, SIDE, rendering.size[0], 3)
    assert rendering.frames == -(-72 * fps // 100)
    assert known.seen == (tall.shape, (478, 3))
    assert np.abs(np.diff(frames, axis=0)).max(axis=(1, 2, 3)).min() > 0


def test_without_insightface_the_report_says_what_is_missing(asked, host, backend_of):
    rendering, _ = render(backend_of(), asked(0.08), host)
    (said,) = [note for note in rendering.notes if "InsightFace" in note]
    assert "isn't told whose face it is" in said
    assert "glintr100.onnx" in said


def test_who_it_is_is_told_to_the_network(asked, host, backend_of):
    request = asked(0.08)
    frames = [render(backend_of(who), request, host)[1] for who in (None, Known())]
    assert np.abs(frames[0] - frames[1]).max() > 2


def test_a_square_around_the_face_is_put_back(asked, host, backend_of):
    request = asked(0.08)
    rendering, frames = render(backend_of(view="paste"), request, host)
    before = to_rgb(next(iter(request.source.read()))).astype(int)
    assert rendering.size == before.shape[1::-1]
    rows, columns = np.nonzero((frames != before).any(axis=(0, 3)))
    x0, y0, x1, y1 = around(request.track.persons[0].at(0).mesh, rendering.size, SIDE).rect
    # Colours are kept for every second pixel.
    assert x0 - 2 <= columns.min() < columns.max() < x1 + 2
    assert y0 - 2 <= rows.min() < rows.max() < y1 + 2
    assert len(rows) > 0.8 * (x1 - x0) * (y1 - y0)


def test_the_seed_decides(asked, host, backend_of):
    request = asked(0.08)
    first, again, other = (render(backend_of(seed=seed), request, host)[1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 5


def test_what_is_set_reaches_the_loop(asked, host, backend_of, monkeypatch):
    made, real = [], pipeline.make_clip

    def remembered(networks, subject, carried, heard, uniform, noise, manner, tell):
        made.append((carried is None, manner))
        return real(networks, subject, carried, heard, uniform, noise,
                    pipeline.replace(manner, steps=1, guidance=1.0), tell)  # fmt: skip

    monkeypatch.setattr(pipeline, "make_clip", remembered)
    request = asked(0.72)
    chosen = {"steps": None, "guidance": 3.5, "pose": 0.5, "lips": 1.5, "own_reference": True, "drop": 0.1}
    for more in ({"quality": "fast"}, {"quality": "quality", "parity": True}):
        render(backend_of(**chosen, **more), request, host)
    first, second, third = (manner for _, manner in made[:3])
    # Two clips, of which the second is begun by the first one's frames.
    assert [begins for begins, _ in made[:2]] == [True, False]
    assert first == second
    assert (first.steps, first.guidance, first.scale, first.drop) == (12, 3.5, (0.5, 1.0, 1.5), 0.1)
    assert (first.own_reference, first.rounded_bank) == (True, False)
    assert (third.steps, third.own_reference, third.rounded_bank) == (40, False, True)


def test_it_can_be_cancelled_between_steps(asked, host, backend_of, monkeypatch):
    done = []

    def stop(stage, step, *given, **named):
        if stage == "Denoising":
            done.append(step)
            if step == 2:
                raise Cancelled("Stopped.")

    rendering = backend_of(steps=50).render(asked(0.4), host)
    monkeypatch.setattr(host, "progress", stop)
    with pytest.raises(Cancelled):
        list(rendering.chunks)
    assert done == [0, 1, 2]


def test_parity_squashes_and_leaves_the_tail_as_the_original(asked, host, backend_of, monkeypatch):
    """Cuts of 16 frames, of which the last one is whole: the total's tail is not made."""
    monkeypatch.setattr("lipsync_studio.backends.hallo2.audio.PIECE", 12)
    backend = backend_of(parity=True)
    request = asked(27.5 * SAMPLES_PER_FRAME / 16000)
    rendering, frames = render(backend, request, host)
    assert rendering.size == (SIDE, SIDE)
    # 28 frames in pieces of 12, 12 and 4, the last padded to 32 by the total.
    assert len(frames) == 28
    monkeypatch.setattr("lipsync_studio.backends.hallo2.audio.PIECE", 4)
    monkeypatch.setattr("lipsync_studio.backends.hallo2.audio.original_padding", lambda *given: 0)
    rendering, frames = render(backend, request, host)
    assert len(frames) == 28
    assert np.abs(np.diff(frames[15:], axis=0)).max() == 0
    assert any("the sound's last 12 frames are not made" in note for note in rendering.notes)


def test_memory_that_runs_out_is_a_sentence(asked, host, backend_of, monkeypatch):
    def full(*given):
        raise MemoryError

    monkeypatch.setattr(pipeline, "make_clip", full)
    rendering = backend_of().render(asked(0.08), host)
    with pytest.raises(DeviceMemoryError, match="too little memory"):
        list(rendering.chunks)


def test_how_a_picture_is_seen():
    rgb = np.zeros((300, 200, 3), np.uint8)
    rgb[:, :100], rgb[:, 100:] = 50, 200
    whole = padded((200, 300), 60)
    assert whole.inner == (10, 0, 50, 60)
    square = whole.square(rgb)
    assert square.shape == (60, 60, 3)
    assert (square[:, :25] == 50).all()
    assert (square[:, 35:] == 200).all()
    assert whole.cut(square).shape == (60, 40, 3)
    np.testing.assert_allclose(whole.mesh(np.array([[0, 0, 9], [200, 300, 9]])), [[10, 0], [50, 60]])
    assert squashed((200, 300), 60).square(rgb).shape == (60, 60, 3)
    # A face of 60 pixels, 60 % of the square, which is moved into the picture.
    face = np.array([[0.0, 200.0], [50.0, 260.0]])
    assert around(face, (200, 300), 60).rect == (0, 180, 100, 280)
    assert around(face * 4, (200, 300), 60).rect[2:] == (200, 300)


def test_a_small_face_is_told_of(pictures, voice, host, backend_of):
    rgb = np.pad(pictures["astronaut"], ((200, 200), (200, 200), (0, 0)), mode="edge")
    request = LipSyncRequest(still(rgb), voice(0.04))
    said = render(backend_of(), request, host)[0].notes
    assert any("as high as the square" in note for note in said)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A models folder with small networks."""
    folder = tmp_path_factory.mktemp("models")
    seeded_hallo2.write_networks(folder / "hallo2", folder / "lipsync_align")
    seeded_musetalk.write_seeded(folder / "musetalk")
    return folder


def test_missing_files_are_named_with_their_folders(host, installed, tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    wanted = r"Hallo2 lacks net\.pth in .*hallo2 and .*in .*lipsync_align"
    with pytest.raises(MissingFilesError, match=wanted):
        load_models(Hallo2Settings(), host)
    shutil.copytree(installed, tmp_path, dirs_exist_ok=True)
    models = load_models(Hallo2Settings(precision="bfloat16"), host)
    assert (models.dtype, models.side, models.identity) == (torch.bfloat16, SIDE, None)
    # InsightFace's own place, and a file there that is none.
    place = tmp_path / "insightface" / "models" / "antelopev2" / "glintr100.onnx"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"no network")
    with pytest.raises(WeightsError, match="is no ONNX file to be run"):
        load_models(Hallo2Settings(), host)


def test_check_takes_the_demo_portrait_and_tells_no_path(installed, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LIPSYNC_MODELS", str(installed))
    write_wav(tmp_path / "voice.wav", np.random.default_rng(2).normal(0, 0.1, 3200).astype(np.float32))
    chosen = ["--audio", str(tmp_path / "voice.wav"), "--steps", "1", "--guidance", "1", "--lips", "1.5"]
    assert main(["check", "hallo2", *chosen, "--device", "cpu", "--quiet"]) == 0
    told = capsys.readouterr().out
    assert "Hallo2, steps 1, guidance 1.0, lips 1.5" in told
    assert "net.pth: unknown" in told
    assert f"5 of {SIDE}x{SIDE}, 5 generated" in told
    assert "isn't told whose face it is" in told
    assert str(installed) not in told
