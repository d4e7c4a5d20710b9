"""LatentSync on real footage, with small seeded networks: what they paint is noise, where and when is not."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
import torch

from lipsync_studio.backends.dub.backend import DubPlan, VoicePlan
from lipsync_studio.backends.latentsync import denoise, pipeline
from lipsync_studio.backends.latentsync.geometry import FaceAlignment
from lipsync_studio.backends.latentsync.models import load_models, of_networks
from lipsync_studio.backends.latentsync.pipeline import mixed
from lipsync_studio.backends.latentsync.spec import SPEC, LatentSyncSettings
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.devtools import seeded_latentsync, seeded_musetalk
from lipsync_studio.engine.errors import Cancelled, MissingFilesError
from lipsync_studio.engine.faces.track import Person
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.report import FrameState
from lipsync_studio.engine.weights.shared import FACE_PARSING

from .test_dub_backend import collect


@pytest.fixture(scope="module")
def networks():
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    return (
        seeded_latentsync.seeded_unet(),
        seeded_musetalk.seeded_vae(),
        seeded_musetalk.seeded_whisper(),
        None,
    )


@pytest.fixture
def backend_of(networks, host):
    """A backend with these settings."""
    models = of_networks("1.5", *networks, host)
    return lambda settings: SPEC.make(settings, host, model=models)


def settings(**chosen):
    """Squares of 64 pixels, which take a sixteenth of the time; one step."""
    quick = {"version": "1.5", "steps": 1, "guidance": 1.0, "resolution": "64"}
    return LatentSyncSettings(**{**quick, **chosen})


def pictures(rendering):
    frames, states = collect(rendering)
    return np.stack([to_rgb(frame) for frame in frames]).astype(int), states


def test_the_lower_face_is_repainted_and_nothing_else(clip, track, host, voice, backend_of):
    rendering = backend_of(settings()).render(LipSyncRequest(clip, voice(0.72), track=track), host)
    frames, states = collect(rendering)
    assert states == [FrameState.GENERATED] * 18
    for frame, old in zip(frames, clip.read(), strict=False):
        points = track.persons[0].at(frame.index).landmarks68
        rows, columns = np.nonzero(frame.yuv()[0] != old.yuv()[0])
        assert len(rows) > 300
        height = points[8, 1] - points[27, 1]
        assert points[27, 1] < rows.min()
        assert rows.max() < points[8, 1] + 0.3 * height
        assert points[:, 0].min() - 0.1 * height < columns.min()
        assert columns.max() < points[:, 0].max() + 0.1 * height
    assert any("was trained on 256 pixels: faces of 64 may be blurred" in note for note in rendering.notes)


def test_clips_fade_into_each_other_and_a_part_is_as_in_the_whole(clip, track, voice, host, backend_of):
    """18 frames: a clip and one that reaches back to have its 16."""
    backend = backend_of(settings(detail=0.0, colour=0.0))
    request = LipSyncRequest(clip, voice(0.72), track=track)
    plan = backend.plan(request, host)
    whole, states = pictures(backend.render_plan(plan, host))
    assert len(pickle.dumps(plan.survey)) < 2_000 + 30 * len(states)
    sent = DubPlan((VoicePlan(plan.job, pickle.loads(pickle.dumps(plan.survey))),))
    part, their = pictures(backend.render_plan(backend.part(sent, 11, 17), host))
    assert their == states[11:17]
    assert np.abs(part - whole[11:17]).max() <= 1
    plain, _ = pictures(backend_of(settings(detail=0.0, colour=0.0, overlap=0)).render(request, host))
    changed = np.abs(whole - plain).max(axis=(1, 2, 3)) > 1
    # The second clip begins at 2 instead of 16, and shows from 12 on.
    assert not changed[:12].any()
    assert changed[15:].all()


def test_faces_of_two_clips_are_mixed():
    one, other = np.full((2, 2, 3), 10, np.uint8), np.full((2, 2, 3), 20, np.uint8)
    face, parts = mixed((one, "old"), (other, "new"), 0.25)
    assert (face == 12).all()
    assert face.dtype == np.uint8
    assert parts == "new"


def test_the_seed_decides(clip, track, host, voice, backend_of):
    request = LipSyncRequest(clip, voice(0.12), track=track)
    first, again, other = (
        pictures(backend_of(settings(seed=seed)).render(request, host))[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 5


def test_quality_sets_the_steps_and_one_is_enough_without_guidance(
    clip, track, host, voice, backend_of, monkeypatch
):
    asked = []
    real = pipeline.denoise
    monkeypatch.setattr(
        pipeline, "denoise", lambda *given: (asked.append(given[4:6]), real(*given[:4], 1, *given[5:]))[1]
    )
    request = LipSyncRequest(clip, voice(0.08), track=track)
    for chosen in ({"quality": "fast"}, {}, {"quality": "quality"}, {"steps": 3, "guidance": 1.0}):
        backend = backend_of(settings(**{"steps": None, "guidance": 1.5, **chosen}))
        pictures(backend.render(request, host))
    assert asked == [(8, 1.5), (20, 1.5), (40, 1.5), (3, 1.0)]


def test_where_memory_runs_out_the_network_sees_one_clip_at_a_time(
    clip, track, host, voice, backend_of, monkeypatch
):
    """Guidance takes the clip with its sound and without."""
    seen, crowded = [], False
    real = denoise.predict

    def predict(unet, latents, tokens, timestep):
        seen.append(len(latents))
        if crowded and len(latents) > 1:
            raise RuntimeError("CUDA out of memory")
        return real(unet, latents, tokens, timestep)

    monkeypatch.setattr(denoise, "predict", predict)
    monkeypatch.setattr(host, "is_out_of_memory", lambda error: "out of memory" in str(error))
    request = LipSyncRequest(clip, voice(0.4), track=track)
    backend = backend_of(settings(steps=2, guidance=1.5))
    together, _ = pictures(backend.render(request, host))
    crowded = True
    apart, _ = pictures(backend.render(request, host))
    assert seen == [2, 2] + [2, 2, 1, 1, 1, 1]
    # Noise for weights enlarges the last digits.
    assert np.abs(together - apart).mean() < 0.05


def test_it_can_be_cancelled_between_steps(clip, track, host, voice, backend_of, monkeypatch):
    done = []

    def stop(*given):
        done.append(1)
        raise Cancelled("Stopped.")

    rendering = backend_of(settings(steps=50)).render(LipSyncRequest(clip, voice(0.4), track=track), host)
    monkeypatch.setattr(host, "progress", stop)
    with pytest.raises(Cancelled):
        collect(rendering)
    assert len(done) == 1


def test_parity_does_as_the_original(make_clip, host, voice, backend_of):
    """25 frames a second, as many as the sound has windows, both ends of the footage twice."""
    source = make_clip(6, 50)
    backend = backend_of(settings(parity=True))
    plan = backend.plan(LipSyncRequest(source, voice(0.2)), host)
    assert plan.job.timeline.fps == Fraction(25)
    assert plan.job.timeline.source_index.tolist() == [0, 2, 4, 4, 2, 0, 0]
    rendering = backend.render_plan(plan, host)
    made, states = pictures(rendering)
    assert states == [FrameState.GENERATED] * 7
    assert rendering.duration == Fraction(7, 25)
    old = np.stack([to_rgb(frame) for frame in source.read()]).astype(int)
    assert np.abs(made[0] - old[0]).max() > 20
    # Outside the soft rectangle the planes are the source's.
    assert np.array_equal(made[0][:20], old[0][:20])


def test_parity_puts_clips_end_to_end(make_clip, host, voice, backend_of, monkeypatch):
    """18 frames: a clip of 16 and one of 2, whose frames see nothing of each other."""
    asked = []
    real = pipeline.denoise
    monkeypatch.setattr(pipeline, "denoise", lambda *given: (asked.append(given[1:4]), real(*given))[1])
    request = LipSyncRequest(make_clip(18, 25), voice(0.64), score=False)
    backend = backend_of(settings(parity=True))
    plan = backend.plan(request, host)
    assert plan.job.timeline.source_index.tolist() == [*range(18)]
    whole, states = pictures(backend.render_plan(plan, host))
    assert states == [FrameState.GENERATED] * 18
    assert [len(told) for _, told, _ in asked] == [16, 2]
    # One noise for all frames of the run.
    assert torch.equal(asked[0][0], asked[1][0])
    # A part without the first clip is what the whole shows there: nothing fades from one into the other.
    part, _ = pictures(backend.render_plan(backend.part(plan, 16, 18), host))
    assert [len(told) for _, told, _ in asked] == [16, 2, 2]
    assert torch.equal(asked[2][1], asked[1][1])
    assert torch.equal(asked[2][2], asked[1][2])
    assert np.array_equal(part, whole[16:])


def person(points, first=0):
    """Whose alignment points [n, 3, 2] lie where they are wanted."""
    n = len(points)
    meshes = np.zeros((n, 468, 3), np.float32)
    for part, where in enumerate(
        ((71, 63, 105, 66, 107), (336, 296, 334, 293, 301), (168, 197, 5, 4, 75, 97, 2, 326, 305))
    ):
        meshes[:, list(where), :2] = points[:, part, None]
    scores = np.where(np.isnan(points).any(axis=(1, 2)), 0, 1).astype(np.float32)
    return Person(1, first, np.zeros((n, 4), np.float32), np.nan_to_num(meshes), scores, np.zeros(n, bool))


def test_alignment_follows_a_head_and_not_its_jitter():
    rng = np.random.default_rng(5)
    still = np.array([[120.0, 100], [200, 104], [160, 150]]) + np.zeros((40, 1, 1))
    walk = np.linspace(0, 60, 40)[:, None, None] * [1, 0.2]
    shaky = still + walk + rng.normal(0, 0.6, still.shape)

    def middles(points, steady):
        who = person(points, first=3)
        made = FaceAlignment([who], 256, Fraction(25), steady=steady)
        assert made.matrix(who, 3) is not None
        return np.array(
            [(box.x, box.y, box.width) for row in range(40) if (box := made.transform(who, 3 + row).box)]
        )

    true, raw, calm = middles(still + walk, False), middles(shaky, False), middles(shaky, True)
    assert np.abs(calm - true).max() < 2.5
    jitter = [np.diff(each, 2, axis=0).std() for each in (raw, calm)]
    assert jitter[1] < jitter[0] / 3
    gone = shaky.copy()
    gone[10:15] = np.nan
    who = person(gone)
    assert FaceAlignment([who], 256, Fraction(25)).transform(who, 12) is None


def test_missing_files_are_named_with_their_folders(host, tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    with pytest.raises(
        MissingFilesError, match=r"1\.6/latentsync_unet\.pt in .*latentsync and sd-vae.* in .*musetalk"
    ):
        load_models(LatentSyncSettings(), host)
    seeded_musetalk.write_seeded(tmp_path / "musetalk")
    seeded_latentsync.write_unet(tmp_path / "latentsync", seeded_latentsync.SMALL_UNET)
    models = load_models(LatentSyncSettings("1.5", precision="bfloat16"), host)
    assert models.dtype is torch.bfloat16
    assert models.parser is not None


def test_parity_needs_no_parser():
    """It has the original's own mask."""
    assert FACE_PARSING not in SPEC.weights(LatentSyncSettings(parity=True))
    assert FACE_PARSING in SPEC.weights(LatentSyncSettings())


def changed(source, frames):
    """Where frames differ from the source: bool [h, w]."""
    old = np.stack([to_rgb(frame) for frame in source.read()]).astype(int)[: len(frames)]
    where = (np.abs(frames - old).max(axis=3) > 12).any(axis=0)
    assert where.sum() > 300
    return where


def test_50_frames_a_second_are_no_less_steady_than_25(make_clip, host, voice, backend_of, monkeypatch):
    """Two passes of a clip of 31, from the same noise; a part is as in the whole."""
    asked = []
    real = pipeline.denoise
    monkeypatch.setattr(pipeline, "denoise", lambda *given: (asked.append(given[1:4]), real(*given))[1])
    source = make_clip(40, 50)
    backend = backend_of(settings(detail=0.0, colour=0.0))
    request = LipSyncRequest(source, voice(0.8), track=track_faces(source, host))
    plan = backend.plan(request, host)
    rendering = backend.render_plan(plan, host)
    whole, states = pictures(rendering)
    assert states == [FrameState.GENERATED] * 40
    # 31 frames, and 31 that reach back.
    assert [len(conditions) for _, conditions, _ in asked] == [16, 15, 16, 15]
    assert all(torch.equal(noise, asked[0][0]) for noise, _, _ in asked)
    # A frame later is one state of the sound later.
    even, odd = asked[0][2], asked[1][2]
    assert torch.equal(even[3, 5:], odd[3, :-5])
    assert not torch.equal(even[3], odd[3])
    assert any(note.startswith("At 50 frames a second every second frame") for note in rendering.notes)
    assert [note for note in rendering.notes if "(median of 2 clips, " in note]

    where = changed(source, whole)
    backend.engine.fps = Fraction(25)
    regular, _ = pictures(backend.render(request, host))
    assert len(regular) == 20
    fast, slow = (np.abs(np.diff(frames[:, where], axis=0)).mean() for frames in (whole, regular))
    assert 2 * fast <= 1.2 * slow

    backend.engine.fps = None
    part, _ = pictures(backend.render_plan(backend.part(plan, 20, 30), host))
    assert np.abs(part - whole[20:30]).max() <= 1


@pytest.mark.parametrize(("fps", "frames", "passes"), [(16, 12, [15, 3]), (100, 20, [6])])
def test_other_rates_are_resampled(make_clip, host, voice, backend_of, monkeypatch, fps, frames, passes):
    asked = []
    real = pipeline.denoise
    monkeypatch.setattr(pipeline, "denoise", lambda *given: (asked.append(len(given[2])), real(*given))[1])
    source = make_clip(frames, fps)
    request = LipSyncRequest(source, voice(frames / fps), track=track_faces(source, host))
    rendering = backend_of(settings(overlap=0)).render(request, host)
    whole, states = pictures(rendering)
    assert states == [FrameState.GENERATED] * frames
    assert asked == passes
    assert changed(source, whole).any()
    assert any(note.startswith(f"At {fps} frames a second") for note in rendering.notes)
