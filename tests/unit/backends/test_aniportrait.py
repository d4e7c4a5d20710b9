"""AniPortrait on a real face, with small seeded networks: what they paint is noise, where and when is not."""

import threading
from copy import deepcopy
from fractions import Fraction

import numpy as np
import pytest
import torch
from media import write_wav

from lipsync_studio.backends.aniportrait import denoise as denoising
from lipsync_studio.backends.aniportrait import pipeline
from lipsync_studio.backends.aniportrait.denoise import clip_noise, frame_noise
from lipsync_studio.backends.aniportrait.models import load_models, of_networks
from lipsync_studio.backends.aniportrait.spec import HEAD, NETWORKS, SPEC, TEMPLATE, AniPortraitSettings
from lipsync_studio.backends.portrait.job import plan_job
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.commands import main
from lipsync_studio.devtools import seeded_aniportrait, seeded_musetalk
from lipsync_studio.engine.errors import Cancelled, InputError, MissingFilesError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource

from .test_dub_backend import collect


@pytest.fixture(scope="module")
def networks():
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    return (
        seeded_aniportrait.seeded_denoiser(),
        seeded_aniportrait.seeded_reference(),
        seeded_aniportrait.seeded_guider(),
        seeded_aniportrait.seeded_clip(),
        seeded_musetalk.seeded_vae(),
        seeded_aniportrait.seeded_mesh(),
        seeded_aniportrait.seeded_head(),
    )


@pytest.fixture
def engine_of(networks, host):
    """An engine with these settings, at a sixty-fourth of the pixels, one step."""

    def make(template=None, **chosen):
        quick = {"side": 64, "steps": 1, "guidance": 1.0}
        *others, head = networks
        settings = AniPortraitSettings(**{**quick, **chosen})
        models = of_networks(*others, head if settings.head == "sound" else None, template, host)
        return SPEC.make(settings, host, models=models)

    return make


@pytest.fixture(scope="module")
def still(pictures):
    return ImageSource(pictures["astronaut"][None].astype(np.float32) / 255, 25)


def made(rendering):
    return np.stack([to_rgb(frame) for frame in collect(rendering)[0]]).astype(int)


def conditioning(backend, request, host):
    """What is worked out before the first frame."""
    return backend.engine.prepare(plan_job(request, host), [], host)


@pytest.mark.parametrize("fps", [12, Fraction(30000, 1001), 50])
def test_any_rate_and_one_picture_for_each_frame(pictures, voice, host, engine_of, fps, tmp_path):
    source = ImageSource(pictures["astronaut"][None].astype(np.float32) / 255, fps)
    report = run(engine_of(), LipSyncRequest(source, voice(0.5), score=False), host, tmp_path / "out.mp4")
    assert report.frames == report.generated == -(-fps // 2)
    assert report.size == (64, 64)
    assert Fraction(report.fps) == fps
    assert any("was trained on 512 pixels: squares of 64" in note for note in report.notes)


def test_the_same_seed_paints_the_same_and_nothing_is_left_behind(still, voice, host, engine_of, tmp_path):
    request = LipSyncRequest(still, voice(0.2))
    first, again, other = (made(engine_of(seed=seed).render(request, host)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 5
    left = [
        path for path in host.temp_file(".x").parent.iterdir() if path.suffix in (".latents", ".velocities")
    ]
    assert left == []


def test_a_mouth_rests_as_the_picture_has_it(still, voice, host, engine_of):
    """Half a second of silence before the voice; the head goes on moving."""
    sound = voice(0.5, before=0.5)
    rests, hears = (
        conditioning(engine_of(head="still"), LipSyncRequest(still, sound, silence=silence), host)
        for silence in ("rest", "close")
    )
    portrait = plan_job(LipSyncRequest(still, sound), host).portrait
    own = rests.frame.placed(portrait.mesh)[:468, :2]
    assert rests.points.shape == hears.points.shape == (29, 468, 2)
    assert np.abs(rests.points[:8] - own).max() < 0.01
    assert np.abs(hears.points[:8] - own).max() > 0.05
    assert np.abs(rests.points[20:] - own).max() > 0.05
    moves = conditioning(engine_of(), LipSyncRequest(still, sound), host)
    assert np.abs(moves.points[:8] - own).max() > 0.05


def test_how_the_head_moves(still, voice, host, engine_of, tmp_path):
    request = LipSyncRequest(still, voice(0.4))
    path = tmp_path / "pose_temp.npy"
    np.save(path, np.array([[0, 0, 0, 0, 0, 0], [0, 20, 0, 0, 0, 0], [0, 0, 0, 0, 3, 0]], float))
    template, twice, still_head = (
        conditioning(engine_of(template=path, head=head, motion=motion), request, host).points
        for head, motion in (("template", 1.0), ("template", 2.0), ("still", 1.0))
    )
    moved, further = (np.abs(points - still_head).mean((1, 2)) for points in (template, twice))
    # To and fro, neither end twice: rows 0 1 2 1 0 1 2 1 …
    assert (moved[::4] < 1e-4).all()
    np.testing.assert_allclose(moved[1:9:4], moved[3::4], rtol=0.1)
    assert (further[2::4] > 1.5 * moved[2::4]).all()
    # Three centimetres up.
    assert (template[2::4, :, 1] < still_head[2::4, :, 1]).all()
    one, other, same = (
        conditioning(engine_of(identity=who, seed=seed), request, host).points
        for who, seed in ((3, 1), (None, 2), (None, 103))
    )
    assert np.array_equal(one, same)
    assert np.abs(one - other).max() > 0.01


def test_views(still, voice, host, engine_of):
    """Of a picture that is twice as wide as high."""
    picture = to_rgb(next(still.read(0, 1)))
    wide = np.pad(picture, ((0, 0), (picture.shape[1] // 2,) * 2, (0, 0)))
    source = ImageSource(wide[None].astype(np.float32) / 255, 25)
    request = LipSyncRequest(source, voice(0.12))
    whole = engine_of(side=128).render(request, host)
    assert whole.size == (128, 64)
    assert any("The face fills 1" in note and '"paste"' in note for note in whole.notes)
    face = engine_of(view="face").render(request, host)
    assert face.size == (64, 64)
    assert not any("fills" in note for note in face.notes)
    pasted = engine_of(view="paste").render(request, host)
    assert pasted.size == source.size
    before = to_rgb(next(source.read(0, 1))).astype(int)
    x0, y0, x1, y1 = conditioning(engine_of(view="paste"), request, host).frame.rect
    for picture in made(pasted):
        changed = np.abs(picture - before).max(axis=2) > 24
        assert changed[y0:y1, x0:x1].mean() > 0.3
        changed[y0:y1, x0:x1] = False
        assert not changed.any()
    squeezed = engine_of(parity=True, view="paste").render(request, host)
    assert squeezed.size == (64, 64)


def test_parity_does_as_the_original(still, voice, host, engine_of, monkeypatch):
    """Its noise, its scale of pose pictures, pauses not heeded."""
    asked = {}
    real = pipeline.denoise

    def denoise(unet, guider, seen, pictures, latents, *others, **options):
        asked[options["unscaled"]] = latents.read(np.arange(latents.frames))
        real(unet, guider, seen, pictures, latents, *others, **options)

    monkeypatch.setattr(pipeline, "denoise", denoise)
    request = LipSyncRequest(still, voice(0.2, before=0.3))
    for parity in (False, True):
        made(engine_of(parity=parity).render(request, host))
    assert torch.equal(asked[True], clip_noise(42, 15, (64, 64)))
    assert torch.equal(asked[False], frame_noise(42, np.arange(15), (64, 64)))
    points = conditioning(engine_of(parity=True, head="still"), request, host).points
    assert np.abs(points[:4] - points[0]).max() > 0.001


def test_quality_sets_the_steps_and_guidance_looks_twice(still, voice, host, engine_of, monkeypatch):
    asked = []

    def denoise(*given, batched, **options):
        asked.append((given[6], given[7]))

    monkeypatch.setattr(pipeline, "denoise", denoise)
    for chosen in ({"quality": "fast"}, {}, {"quality": "quality"}, {"steps": 3, "guidance": 1.0}):
        given = {"steps": None, "guidance": 3.5, **chosen}
        made(engine_of(**given).render(LipSyncRequest(still, voice(0.08)), host))
    assert asked == [(10, 3.5), (25, 3.5), (40, 3.5), (3, 1.0)]


def test_it_can_be_cancelled_in_the_middle_of_a_step(still, voice, engine_of, monkeypatch):
    """Two windows a step: what is asked for in the second step's first window ends it before its second.
    Nothing is left in the temporary folder."""
    stop, seen, told = threading.Event(), [], []
    real, tell = denoising.predict, PlainHost.progress

    def predict(unet, noisy, timestep, *given, **options):
        seen.append(timestep)
        if len(seen) == 3:
            stop.set()
        return real(unet, noisy, timestep, *given, **options)

    def progress(self, stage, *counts, **options):
        tell(self, stage, *counts, **options)
        if stage == "Denoising":
            told.append((*counts, options["unit"]))

    monkeypatch.setattr(denoising, "predict", predict)
    monkeypatch.setattr(PlainHost, "progress", progress)
    with PlainHost("cpu", cancel=stop) as host:
        rendering = engine_of(steps=50).render(LipSyncRequest(still, voice(0.6)), host)
        with pytest.raises(Cancelled):
            collect(rendering)
        assert told == [(0, 100, "steps"), (1, 100, "steps"), (2, 100, "steps")]
        first, same, second = seen
        assert first == same > second
        left = {path.suffix for path in host.temp_file(".x").parent.iterdir()}
        assert not left & {".latents", ".velocities"}


def test_where_memory_runs_out_it_is_made_and_asked_again(still, voice, host, engine_of, monkeypatch):
    from lipsync_studio.backends.aniportrait import denoise as module

    events = []
    real = module.predict

    def predict(*given, **options):
        if "failed" not in events:
            events.append("failed")
            raise RuntimeError("CUDA out of memory")
        return real(*given, **options)

    monkeypatch.setattr(module, "predict", predict)
    monkeypatch.setattr(host, "is_out_of_memory", lambda error: "out of memory" in str(error))
    monkeypatch.setattr(host, "free_memory", lambda *size: events.append("freed"))
    assert len(made(engine_of(guidance=2.0).render(LipSyncRequest(still, voice(0.08)), host))) == 2
    assert events[events.index("failed") + 1] == "freed"


def test_half_precision_paints_too(networks, still, voice, host):
    halves = [net if number > 4 else deepcopy(net).bfloat16() for number, net in enumerate(networks)]
    models = of_networks(*halves, None, host)
    assert models.dtype is torch.bfloat16
    backend = SPEC.make(AniPortraitSettings(side=64, steps=1), host, models=models)
    pictures = made(backend.render(LipSyncRequest(still, voice(0.08)), host))
    assert pictures.std() > 3


def test_of_footage_the_first_frame_if_asked_for(clip, track, voice, host, engine_of, tmp_path):
    request = LipSyncRequest(clip, voice(0.2), track=track, score=False)
    with pytest.raises(InputError, match="AniPortrait animates one picture"):
        run(engine_of(), request, host, tmp_path / "no.mp4")
    report = run(engine_of(use_first_frame=True), request, host, tmp_path / "out.mp4")
    assert report.frames == 5
    assert "AniPortrait animates the first frame of the footage." in report.notes


def test_missing_files_are_named_with_their_folders(host, tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    with pytest.raises(MissingFilesError, match=r"denoising_unet\.pth and \d more files in .*aniportrait"):
        load_models(AniPortraitSettings(), host)
    seeded_musetalk.write_seeded(tmp_path / "musetalk")
    seeded_aniportrait.write_aniportrait(tmp_path / "aniportrait")
    models = load_models(AniPortraitSettings(precision="bfloat16"), host)
    assert models.dtype is torch.bfloat16
    assert models.template is None
    (tmp_path / "aniportrait" / "audio2pose.pt").unlink()
    with pytest.raises(MissingFilesError, match=r"head movements lacks audio2pose\.pt in .*aniportrait"):
        SPEC.ready(AniPortraitSettings(), host)
    models = load_models(AniPortraitSettings(head="template"), host)
    assert (models.head, models.template) == (None, tmp_path / "aniportrait" / "pose_temp.npy")
    models.template.unlink()
    for download in (False, True):
        with pytest.raises(
            MissingFilesError, match=r"lacks pose_temp\.npy: put your own into .*never fetched"
        ):
            SPEC.ready(AniPortraitSettings(head="template", download_missing=download), host)
    SPEC.ready(AniPortraitSettings(head="still"), host)


def test_check_goes_to_its_end_and_tells_no_path(tmp_path, monkeypatch, capsys):
    models = tmp_path / "models"
    seeded_musetalk.write_seeded(models / "musetalk")
    seeded_aniportrait.write_aniportrait(models / "aniportrait")
    monkeypatch.setenv("LIPSYNC_MODELS", str(models))
    write_wav(tmp_path / "voice.wav", np.random.default_rng(2).normal(0, 0.1, 3200).astype(np.float32))
    chosen = ["--audio", str(tmp_path / "voice.wav"), "--steps", "1", "--guidance", "1", "--side", "64"]
    assert main(["check", "aniportrait", *chosen, "--device", "cpu", "--quiet"]) == 0
    told = capsys.readouterr().out
    assert "AniPortrait, guidance 1.0, steps 1, side 64" in told
    for name in ("denoising_unet.pth", "motion_module.pth", "audio2mesh.pt", "audio2pose.pt"):
        assert f"{name}: unknown" in told
    assert "5 of 64x64, 5 generated" in told
    assert "was trained on 512 pixels" in told
    assert str(tmp_path) not in told


def test_what_each_way_to_move_reads():
    for head, further in (("sound", [HEAD]), ("template", [TEMPLATE]), ("still", [])):
        assert list(SPEC.weights(AniPortraitSettings(head=head))) == [NETWORKS, *further]


@pytest.mark.parametrize(("side", "instead"), [("100", "64 or 128"), ("700", "640 or 704")])
def test_a_side_that_cannot_be_halved_is_a_wrong_call(side, instead, tmp_path, capsys):
    files = [f"--{name}={tmp_path / name}" for name in ("source", "audio", "out")]
    assert main(["render", "--backend", "aniportrait", *files, "--side", side]) == 2
    assert f"The side {side} is no multiple of 64: choose {instead}." in capsys.readouterr().err
    with pytest.raises(InputError, match="no multiple of 64"):
        SPEC.settings_from({"side": int(side)})
