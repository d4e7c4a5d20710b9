"""MuseTalk on real footage, with small seeded networks: what they paint is noise, where and when is not."""

import dataclasses
from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch

from lipsync_studio.backends.dub.audio_features import encode_features
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.dub.faces import composer_of
from lipsync_studio.backends.dub.job import plan_job
from lipsync_studio.backends.dub.stages import composite, infer
from lipsync_studio.backends.musetalk.models import load_models, of_networks
from lipsync_studio.backends.musetalk.pipeline import MuseTalkEngine, composing
from lipsync_studio.backends.musetalk.spec import SPEC, MuseTalkSettings
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.devtools import seeded_musetalk
from lipsync_studio.engine.compose.restore import Restorer
from lipsync_studio.engine.errors import InputError, MissingFilesError, SourceMismatchError
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.report import FrameState
from lipsync_studio.musetalk_core.presets import PRESETS

V15 = PRESETS["v1.5"].paste


@pytest.fixture(scope="module")
def networks():
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    return (
        seeded_musetalk.seeded_unet(),
        seeded_musetalk.seeded_vae(),
        seeded_musetalk.seeded_whisper(),
        seeded_musetalk.seeded_parser(),
    )


@pytest.fixture
def models(networks, host):
    return of_networks("v1.5", *networks, host, "seeded")


@pytest.fixture
def blind(networks, host):
    """Without a face parser."""
    return of_networks("v1.5", *networks[:3], None, host, "seeded")


def render(engine, request, host):
    rendering = DubBackend(engine).render(request, host)
    frames, states = [], []
    for chunk in rendering.chunks:
        frames += chunk.frames
        states += chunk.states
    return frames, states, rendering.notes


def heard(models, samples, duration, host):
    return encode_features(models.whisper, PRESETS[models.version].audio, samples, duration, host)


def changed(frames, clip):
    """Where the brightness of each output frame differs from the source's: bool [n, H, W]."""
    return np.stack([new.yuv()[0] != old.yuv()[0] for new, old in zip(frames, clip.read(), strict=False)])


def count(monkeypatch, module, name, log):
    real = getattr(module, name)

    def counted(*arguments, **options):
        log.append(len(arguments[1]))
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, counted)


def test_the_lower_face_is_repainted_and_nothing_else(clip, track, host, voice, blind):
    engine = MuseTalkEngine(blind, MuseTalkSettings())
    frames, states, notes = render(engine, LipSyncRequest(clip, voice(0.2), track=track), host)
    assert states == [FrameState.GENERATED] * 5
    different = changed(frames, clip)
    for index, where in enumerate(different):
        points = track.persons[0].at(index).landmarks68
        rows, columns = np.nonzero(where)
        assert len(rows) > 300
        # From the middle of the nose to a little below the chin, between the ears.
        height = points[8, 1] - points[27, 1]
        assert points[27, 1] < rows.min()
        assert rows.max() < points[8, 1] + 0.25 * height
        assert points[:, 0].min() - 0.1 * height < columns.min()
        assert columns.max() < points[:, 0].max() + 0.1 * height
    assert any("landmarks" in note for note in notes)


def test_a_second_song_pays_for_speaking_alone(clip, track, host, voice, models, monkeypatch):
    from lipsync_studio.backends.musetalk import pipeline as generator
    from lipsync_studio.engine.compose import composer

    encoded, spoken, parsed = [], [], []
    count(monkeypatch, generator, "encode_crops", encoded)
    count(monkeypatch, generator, "predict", spoken)
    monkeypatch.setattr(
        composer, "class_maps", lambda crops, *rest, real=composer.class_maps, **options: (
            parsed.append(len(crops)), real(crops, *rest, **options))[1],
    )  # fmt: skip
    engine = MuseTalkEngine(models, MuseTalkSettings())
    first = render(engine, LipSyncRequest(clip, voice(0.16), track=track), host)[0]
    assert (sum(encoded), sum(spoken), sum(parsed)) == (4, 4, 4)
    other = render(engine, LipSyncRequest(clip, voice(0.16, before=0.08), track=track), host)[0]
    assert (sum(encoded), sum(parsed)) == (len(other), len(other)) == (6, 6)
    again = render(engine, LipSyncRequest(clip, voice(0.16), track=track), host)[0]
    assert (sum(encoded), sum(spoken), sum(parsed)) == (6, 14, 6)
    for one, two in zip(first, again, strict=True):
        assert np.abs(one.planes.astype(int) - two.planes).max() <= 1
    # Another shift is another crop: encoded anew, but nobody looks for the face again.
    shifted = MuseTalkEngine(models, MuseTalkSettings(bbox_shift=7))
    render(shifted, LipSyncRequest(clip, voice(0.16), track=track), host)
    assert sum(encoded) == 10


def test_in_silence_the_source_is_shown(clip, track, host, voice, blind):
    request = LipSyncRequest(clip, voice(0.24, before=0.4), track=track, content="speech")
    frames, states, _ = render(MuseTalkEngine(blind, MuseTalkSettings()), request, host)
    assert states[0] is FrameState.SILENCE
    assert not changed(frames, clip)[0].any()
    assert FrameState.GENERATED in states


def test_memory_that_runs_out_makes_batches_smaller(clip, track, host, voice, blind, monkeypatch):
    from lipsync_studio.backends.musetalk import pipeline as generator

    request = LipSyncRequest(clip, voice(0.3), track=track)
    plain = render(MuseTalkEngine(blind, MuseTalkSettings()), request, host)[0]
    sizes = []

    def scarce(unet, latents, tokens, real=generator.predict, **options):
        sizes.append(len(latents))
        if len(latents) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(unet, latents, tokens, **options)

    monkeypatch.setattr(generator, "predict", scarce)
    frames = render(MuseTalkEngine(blind, MuseTalkSettings()), request, host)[0]
    # The first time, the host makes room.
    assert sizes[:4] == [8, 8, 4, 2]
    for one, two in zip(plain, frames, strict=True):
        assert np.abs(one.planes.astype(int) - two.planes).max() <= 1


def test_a_network_that_overflows_leaves_half_precision_for_good(clip, track, host, voice, networks):
    request = LipSyncRequest(clip, voice(0.4), track=track)
    settings = MuseTalkSettings(detail=0, colour=0, batch_size=2)
    whole = of_networks("v1.5", *networks[:3], None, host, "seeded")
    frames, _, notes = render(MuseTalkEngine(whole, settings), request, host)
    unet = seeded_musetalk.seeded_unet().half()
    formats = []

    def loud(net, arguments, result):
        formats.append(result[0].dtype)
        return (result[0] * 1e6 / 1e6,)

    unet.register_forward_hook(loud)
    models = of_networks("v1.5", unet, *networks[1:3], None, host, "seeded too")
    halved, _, more = render(MuseTalkEngine(models, settings), request, host)
    assert more == [
        *notes,
        "The UNet overflowed in float16 again and again: from there on it ran in float32.",
    ]
    # Three batches that overflow and are repaired, and two that don't.
    assert formats == [torch.float16, torch.float32] * 3 + [torch.float32] * 2
    for one, two in zip(frames, halved, strict=True):
        assert np.abs(one.planes.astype(int) - two.planes).max() <= 2


def test_compiled_networks_meet_three_sizes_of_batch(clip, track, host, voice, networks):
    """9 faces, 7 at a time: two are padded to four."""
    request = LipSyncRequest(clip, voice(0.36), track=track)
    frames, met = {}, {}
    for compiled in (False, True):
        unet, sizes = seeded_musetalk.seeded_unet(), []
        unet.register_forward_pre_hook(lambda net, inputs, sizes=sizes: sizes.append(len(inputs[0])))
        models = of_networks("v1.5", unet, *networks[1:3], None, host, f"compiled {compiled}")
        settings = MuseTalkSettings(detail=0, colour=0, batch_size=7, compile=compiled)
        frames[compiled], met[compiled] = render(MuseTalkEngine(models, settings), request, host)[0], sizes
    assert met == {False: [7, 2], True: [7, 4]}
    for one, two in zip(*frames.values(), strict=True):
        assert np.abs(one.planes.astype(int) - two.planes).max() <= 1


def test_half_precision_paints_about_the_same(clip, track, host, voice, networks):
    request = LipSyncRequest(clip, voice(0.2), track=track)
    whole = of_networks("v1.5", *networks[:3], None, host, "seeded")
    frames = render(MuseTalkEngine(whole, MuseTalkSettings(detail=0, colour=0)), request, host)[0]
    unet, vae = seeded_musetalk.seeded_unet(), seeded_musetalk.seeded_vae()
    half = of_networks("v1.5", unet.bfloat16(), vae.bfloat16(), networks[2], None, host, "seeded bf16")
    assert half.dtype is torch.bfloat16
    halved = render(MuseTalkEngine(half, MuseTalkSettings(detail=0, colour=0)), request, host)[0]
    for one, two in zip(frames, halved, strict=True):
        difference = np.abs(one.planes.astype(int) - two.planes)
        assert difference.max() > 0
        assert difference[difference > 0].mean() < 6


def test_stage_by_stage_it_is_the_same(clip, track, host, voice, models, monkeypatch):
    request = LipSyncRequest(clip, voice(0.16), track=track)
    engine = MuseTalkEngine(models, MuseTalkSettings())
    frames, _, _ = render(engine, request, host)
    features = heard(models, request.voice.mono(16000), Fraction(4, 25), host)
    job = plan_job(request, None, False, host)
    pictures = []
    with monkeypatch.context() as watched:
        watched.setattr(host, "wants_preview", lambda: True)
        watched.setattr(host, "progress", lambda *report, **unit: pictures.extend(report[3:]))
        mouths = infer(MuseTalkEngine(models, MuseTalkSettings(), features=features), job, host)
    assert len(mouths) == 4
    assert mouths.faces([3, 0]).shape == (2, 256, 256, 3)
    # What the network saw, beside what it made of it.
    shown = np.asarray([picture for picture in pictures if picture][-1]).astype(int)
    face = cv2.resize(mouths.faces([3])[0], (191, 191), interpolation=cv2.INTER_AREA)
    assert shown.shape == (191, 384, 3)
    assert np.array_equal(shown[:, -191:], face)
    assert np.abs(shown[:, :191] - face).mean() > 5
    rendering = composite(mouths, clip, models, host)
    staged = [frame for chunk in rendering.chunks for frame in chunk.frames]
    for one, two in zip(frames, staged, strict=True):
        assert np.abs(one.planes.astype(int) - two.planes).max() <= 1
    with pytest.raises(InputError, match="connect the footage it was made from"):
        composite(mouths, ImageSource(np.zeros((2, 64, 64, 3), np.float32), 25), models, host)


@pytest.fixture
def mouths(clip, track, host, voice, blind):
    job = plan_job(LipSyncRequest(clip, voice(0.8), track=track), None, False, host)
    return infer(MuseTalkEngine(blind, MuseTalkSettings()), job, host)


def test_mouths_go_back_into_a_graded_version_and_into_no_other_footage(clip, mouths, host):
    pictures = np.stack([to_rgb(frame) for frame in clip.read()]).astype(np.float32) / 255
    noise = np.random.default_rng(3).normal(0, 0.02, pictures.shape).astype(np.float32)
    graded = ImageSource(np.clip(pictures**1.6 * np.float32([1.1, 1, 0.7]) + noise, 0, 1), 25)
    rendering = composite(mouths, graded, None, host)
    assert any("another version of this footage" in note for note in rendering.notes)
    assert {state for chunk in rendering.chunks for state in chunk.states} == {FrameState.GENERATED}
    assert not any("another version" in note for note in composite(mouths, clip, None, host).notes)
    # The same face turned round, elsewhere in the picture, and turned round after a cut.
    turned = pictures[:, :, ::-1].copy()
    cut = np.concatenate([pictures[:16], turned[16:]])
    for other in (turned, np.roll(pictures, 24, axis=2), cut):
        with pytest.raises(SourceMismatchError, match="other pictures than the source's: connect"):
            composite(mouths, ImageSource(other, 25), None, host)


@pytest.mark.parametrize("fps", [Fraction(24000, 1001), 25, 30, Fraction(60000, 1001)])
def test_every_rate(make_clip, host, voice, blind, fps):
    source = make_clip(6, fps)
    request = LipSyncRequest(source, voice(0.6), length="video")
    frames, states, _ = render(MuseTalkEngine(blind, MuseTalkSettings()), request, host)
    assert len(frames) == 6
    assert states == [FrameState.GENERATED] * 6


@pytest.mark.parametrize("version", ["v1.0-original", "v1.0-current", "v1.5"])
def test_parity_does_as_the_original(clip, track, host, voice, networks, version):
    settings = MuseTalkSettings(version=version, parity=True)
    models = of_networks(version, *networks, host, "seeded")
    request = LipSyncRequest(clip, voice(0.08), track=track)
    frames, states, _ = render(MuseTalkEngine(models, settings), request, host)
    assert states == [FrameState.GENERATED] * 2
    assert changed(frames, clip)[0].any() or version == "v1.0-current"


def test_larger_faces_come_from_a_restorer(clip, track, host, voice, blind):
    sizes = []

    def enlarge(faces):
        sizes.append(faces.shape)
        return faces.repeat(2, axis=1).repeat(2, axis=2)

    request = LipSyncRequest(clip, voice(0.2), track=track)
    engine = MuseTalkEngine(blind, MuseTalkSettings(detail=0, colour=0), restore=Restorer(enlarge))
    frames = render(engine, request, host)[0]
    assert sizes == [(5, 256, 256, 3)]
    plain = render(MuseTalkEngine(blind, MuseTalkSettings(detail=0, colour=0)), request, host)[0]
    for one, two in zip(frames, plain, strict=True):
        assert np.abs(one.planes.astype(int) - two.planes).mean() < 1


def test_every_file_is_loaded(host, tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    with pytest.raises(MissingFilesError, match="musetalkV15/unet.pth"):
        load_models(MuseTalkSettings(), host)
    seeded_musetalk.write_seeded(tmp_path / "musetalk")
    for version in ("v1.5", "v1.0-original"):
        models = load_models(MuseTalkSettings(version, precision="bfloat16"), host)
        assert models.parser is not None
        assert models.dtype is torch.bfloat16
    assert load_models(MuseTalkSettings(quality="fast"), host).parser is None
    settings = MuseTalkSettings(mask_source="parsing")
    without = dataclasses.replace(models, parser=None)
    (tmp_path / "musetalk" / "face-parse-bisent" / "79999_iter.pth").unlink()
    with pytest.raises(MissingFilesError, match="79999_iter"):
        SPEC.make(settings, host)
    with pytest.raises(MissingFilesError, match="79999_iter"):
        MuseTalkEngine(without, settings).prepare(None, None, [], host)


def test_features_of_another_version_are_refused(networks, host, voice):
    of_v15, of_v10 = (of_networks(name, *networks, host, "seeded") for name in ("v1.5", "v1.0-original"))
    features = heard(of_v15, voice(0.2).mono(16000), Fraction(1, 5), host)
    with pytest.raises(InputError, match="hears in another way than MuseTalk 1.0-original: connect"):
        MuseTalkEngine(of_v10, MuseTalkSettings(), features=features)


def test_what_is_kept_in_files_goes_with_its_owner(networks, host, voice, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(
        host, "temp_file", lambda suffix: made.append(tmp_path / f"{len(made)}{suffix}") or made[-1]
    )
    models = of_networks("v1.5", *networks, host, "seeded")
    models.cache.put(b"key", b"value")
    features = heard(models, voice(0.2).mono(16000), Fraction(1, 5), host)
    assert [path.exists() for path in made] == [True, True]
    del models, features
    assert [path.exists() for path in made] == [False, False]


def test_parsing_that_cannot_be_is_refused(host, blind, monkeypatch, tmp_path):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    parsing = MuseTalkSettings(mask_source="parsing")
    with pytest.raises(MissingFilesError, match="79999_iter"):
        composer_of(composing(parsing, V15), blind, [], host)
    with pytest.raises(InputError, match="connect Load MuseTalk"):
        composer_of(composing(parsing, V15), None, [], host)
    notes = []
    composer_of(composing(MuseTalkSettings(), V15), None, notes, host)
    assert len(notes) == 1
