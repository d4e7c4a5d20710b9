"""What a still does beside its mouth: blinks that the iris network takes for such, and a sway that no border
or background shows."""

import pickle
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from lipsync_studio.backends.dub.backend import DubBackend, DubPlan, VoicePlan
from lipsync_studio.backends.dub.job import DubJob
from lipsync_studio.backends.dub.scheduler import even_rect
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.speech import Speech
from lipsync_studio.backends.viseme.alive import BROWS
from lipsync_studio.backends.viseme.eyelids import Eyelid
from lipsync_studio.backends.viseme.eyesight import can_close
from lipsync_studio.backends.viseme.moments import closures, moments, motion
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.backends.viseme.render import moving_box
from lipsync_studio.backends.viseme.spec import VisemeSettings
from lipsync_studio.backends.viseme.sway import LIMITS, PARTS, Sway
from lipsync_studio.engine.errors import MissingFilesError
from lipsync_studio.engine.faces.eyes import CORNERS, EyeContours
from lipsync_studio.engine.faces.geometry import FACE_OVAL, head_axes
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.timeline import Timeline
from lipsync_studio.engine.media.times import ConstantTimes
from lipsync_studio.engine.report import FrameState

from .test_dub_backend import collect

FACES = ["astronaut", "mona lisa"]
MINUTES = 10


@pytest.fixture(scope="module")
def contours():
    return EyeContours()


def openings(lids):
    """How far each eye is open, in widths of it."""
    return np.linalg.norm(lids[:, 1] - lids[:, 0], axis=2).max(1) / np.linalg.norm(
        lids[:, 0, -1] - lids[:, 0, 0], axis=1
    )


def lids_of(rgb, mesh, found):
    return [
        Eyelid.of(rgb, eye, mesh[list(brow), :2], mesh[list(corners), :2])
        for eye, brow, corners in zip(found, BROWS, CORNERS, strict=True)
    ]


def shut(rgb, mesh, found, share=1.0):
    closed = rgb.copy()
    for lid in lids_of(rgb, mesh, found):
        lid.close(closed, (0, 0), share)
    return closed


def with_glasses(rgb, mesh, *, dark):
    worn = rgb.copy()
    for outer, inner in ((33, 133), (263, 362)):
        middle, width = mesh[[outer, inner], :2].mean(0), np.linalg.norm(mesh[outer, :2] - mesh[inner, :2])
        lens = (
            tuple(np.round(middle).astype(int).tolist()),
            (int(0.85 * width), int(0.65 * width)),
            0,
            0,
            360,
        )
        cv2.ellipse(worn, *lens, (25, 25, 30), -1 if dark else max(1, round(0.06 * width)), cv2.LINE_AA)
    if not dark:
        ends = (tuple(np.round(mesh[point, :2]).astype(int).tolist()) for point in (133, 362))
        cv2.line(worn, *ends, (25, 25, 30), 2, cv2.LINE_AA)
    return worn


def test_a_clip_does_not_end_on_shut_eyes():
    for number in range(40):
        job = job_of(np.ones(130, np.float32), key=f"picture {number}")
        assert closures(moments(job, np.full(130, -20.0)), job)[-1] < 0.2


def test_a_lid_reaches_to_the_corner_that_only_the_mesh_sees(pictures, measure, contours):
    """The iris network's corners lie inside the eye's: what is left open there gleams under a closed lid."""
    rgb = pictures[FACES[0]]
    mesh = measure(rgb)
    eye, brow = contours.measure(rgb, mesh)[0], mesh[list(BROWS[0]), :2]
    inner, outer = eye[0, -1], eye[0, 0]
    near, far = (
        Eyelid.of(rgb, eye, brow, np.stack([inner + out * (outer - inner), inner])).width
        for out in (1.0, 1.4)
    )
    span = float(np.linalg.norm(outer - inner))
    assert near == pytest.approx(1.13 * span, rel=0.01)
    assert 0.15 * span < far - near < 0.25 * span


def job_of(gate, key="a picture", mix=None):
    fps, frames = Fraction(25), len(gate)
    timeline = Timeline(fps, np.zeros(frames, np.int32), ConstantTimes(fps, frames), frames / fps)
    speech = Speech(
        np.zeros(0, np.float32), timeline.times.seconds(), np.full(len(gate), 0.04), gate, "rest", None, ""
    )
    mix = np.ones(frames, np.float32) if mix is None else mix
    states = [FrameState.GENERATED] * frames
    source = SimpleNamespace(key=key, still=True)
    return DubJob(source, timeline, (), speech, np.zeros(frames, np.int32), mix, states)


@pytest.fixture(scope="module")
def phrases():
    """Ten minutes of phrases and pauses of 1.5 to 4 seconds."""
    lengths = np.random.default_rng(3).integers(38, 100, MINUTES * 60)
    gate = np.repeat(np.arange(len(lengths)) % 2, lengths)
    return gate[: MINUTES * 60 * 25].astype(np.float32)


@pytest.fixture(scope="module")
def live(phrases):
    job = job_of(phrases)
    return job, moments(job, np.full(len(phrases), -20.0))


def test_a_still_blinks_15_to_20_times_a_minute_and_never_in_step(live):
    job, found = live
    assert 15 * MINUTES <= len(found.blinks) <= 20 * MINUTES
    gaps = np.diff(found.blinks)
    assert gaps.std() > 0.4 * gaps.mean()
    doubles = (gaps < 0.5).mean()
    assert 0.05 < doubles < 0.25
    # Lids that have begun to open have time to.
    assert gaps.min() > 0.31
    other = moments(job_of(job.speech.gate, "another picture"), np.full(len(job.speech.gate), -20.0))
    assert len(np.intersect1d(other.blinks.round(1), found.blinks.round(1))) < 0.3 * len(found.blinks)


def test_lids_close_faster_than_they_open_and_shut_in_every_blink(live):
    job, found = live
    fine = np.arange(0, 0.4, 0.001)
    one = SimpleNamespace(blinks=np.array([0.02], np.float32))
    times = SimpleNamespace(seconds=lambda: fine)
    closed = closures(one, SimpleNamespace(timeline=SimpleNamespace(times=times), mix=np.ones(len(fine))))
    falling = ((closed > 0) & (fine < fine[closed.argmax()])).sum() / 1000
    rising = ((closed > 0) & (fine > fine[closed == closed.max()].max())).sum() / 1000
    assert 0.08 <= falling <= 0.1
    assert 0.15 <= rising <= 0.2
    shares = closures(found, job)
    starts = np.searchsorted(job.timeline.times.seconds(), found.blinks)
    assert all(shares[start : start + 8].max() > 0.9 for start in starts[:-1])


def test_blinks_fall_where_phrases_end(live):
    job, found = live
    gate = job.speech.gate
    ends = job.timeline.times.seconds()[1:][(gate[:-1] == 1) & (gate[1:] == 0)]
    near = np.array([np.abs(ends - at).min() < 0.2 for at in found.blinks])
    by_chance = np.array([np.abs(ends - at).min() < 0.2 for at in np.arange(0, MINUTES * 60, 0.1)])
    assert near.mean() > 3 * by_chance.mean()


def test_no_blink_where_the_source_is_shown_as_it_is(phrases):
    job = job_of(phrases, mix=phrases)
    found = moments(job, np.full(len(phrases), -20.0))
    assert closures(found, job)[phrases == 0].max() == 0
    assert np.abs(motion(found, job, 1.0)[phrases == 0]).max() == 0
    assert closures(found, job).max() > 0.9


def test_the_sway_is_slow_bounded_and_begins_at_rest(live):
    job, found = live
    weights = motion(found, job, 0.3)
    assert not weights[0].any()
    assert (np.abs(weights) <= 0.3 * 2 * LIMITS).all()
    for name, seconds in (("across", 3), ("roll", 3), ("breath", 3.9)):
        moved = weights[25:, PARTS.index(name)]
        turns = (np.diff(np.sign(np.diff(moved))) != 0).sum() / 2
        assert turns / (len(moved) / 25) <= 1 / seconds, name
    assert np.allclose(motion(found, job, 0.6), 2 * weights)


def test_loud_syllables_get_a_nod(phrases):
    levels = np.full(len(phrases), -30.0)
    loud = 1000 + int(np.flatnonzero(phrases[1000:] == 0)[0])
    loud += int(np.flatnonzero(phrases[loud:] == 1)[0]) + 15
    levels[loud : loud + 4] = -5
    job = job_of(phrases)
    found = moments(job, levels)
    assert [abs(at - loud / 25) < 0.2 for at, _ in found.nods] == [True]
    pitch = motion(found, job, 1.0) - motion(moments(job, np.full(len(levels), -30.0)), job, 1.0)
    assert pitch[:, PARTS.index("pitch")].argmax() == pytest.approx(loud + 2, abs=3)


@pytest.mark.parametrize("face", FACES)
def test_the_network_sees_closed_eyes_and_nothing_else_has_changed(pictures, measure, contours, face):
    rgb = pictures[face]
    mesh = measure(rgb)
    found = contours.measure(rgb, mesh)
    assert openings(found).min() > 0.3
    assert np.array_equal(shut(rgb, mesh, found, 0.0), rgb)
    opened = [
        openings(contours.measure(shut(rgb, mesh, found, share), mesh)).mean() for share in (0.4, 0.7, 1)
    ]
    assert opened == sorted(opened, reverse=True)
    assert opened[-1] < 0.6 * openings(found).mean()
    outside = np.ones(rgb.shape[:2], bool)
    for x0, y0, x1, y1 in (lid.rect for lid in lids_of(rgb, mesh, found)):
        outside[y0:y1, x0:x1] = False
    closed = shut(rgb, mesh, found)
    assert np.array_equal(closed[outside], rgb[outside])
    # The brows stay.
    brows = np.round(mesh[[105, 334], :2]).astype(int)
    assert all(np.abs(closed[y, x].astype(int) - rgb[y, x]).max() <= 3 for x, y in brows)


@pytest.mark.parametrize("face", FACES)
def test_a_closed_lid_has_the_skins_colour(pictures, measure, contours, face):
    """Where the iris was there is what lies above the eye, neither iris nor white nor a hole."""
    rgb = pictures[face]
    mesh = measure(rgb)
    found = contours.measure(rgb, mesh)
    closed = shut(rgb, mesh, found).astype(float)
    for eye in found:
        height = np.linalg.norm(eye[1, 4] - eye[0, 4])
        x, y = np.round(eye[:, 4].mean(0) - (0, 0.1 * height)).astype(int)
        (x0, x1), top = np.round(eye[0, [2, 6], 0]).astype(int), eye[0, 4, 1]
        skin = rgb[round(top - height) : round(top - 0.1 * height), x0:x1].reshape(-1, 3)
        skin = skin[skin.mean(1) >= np.median(skin.mean(1))].mean(0)
        lid = closed[y - 1 : y + 2, x - 1 : x + 2].mean((0, 1))
        assert 0.7 < lid.mean() / skin.mean() < 1.3
        assert np.ptp(lid / lid.mean() - skin / skin.mean()) < 0.2


def test_eyes_that_cannot_be_seen_well_do_not_blink(pictures, measure, contours):
    rgb = pictures["astronaut"]
    mesh = measure(rgb)
    found = contours.measure(rgb, mesh)
    assert can_close(rgb, mesh, found)
    closed = shut(rgb, mesh, found)
    small = cv2.resize(rgb, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    turned = mesh.copy()
    around = mesh[:, 0].mean()
    turned[:, 0], turned[:, 2] = around + 0.7 * (mesh[:, 0] - around) - 0.7 * mesh[:, 2], mesh[:, 2]
    turned[:, 2] = 0.7 * (mesh[:, 0] - around) + 0.7 * mesh[:, 2]
    assert not can_close(rgb, turned, found)
    across = np.rot90(rgb)
    lying = np.stack([mesh[:, 1], rgb.shape[1] - 1 - mesh[:, 0], mesh[:, 2]], 1)
    assert not can_close(across, lying, np.stack([found[..., 1], rgb.shape[1] - 1 - found[..., 0]], -1))
    assert not can_close(small, 0.3 * mesh, 0.3 * found)
    for other in (closed, *(with_glasses(rgb, mesh, dark=dark) for dark in (False, True))):
        assert not can_close(other, mesh, contours.measure(other, mesh))


@pytest.mark.parametrize("face", FACES)
def test_the_sway_leaves_borders_and_background_alone(pictures, measure, face):
    """1.5 widths of the face beside it, and at the picture's border, nothing moves, however far the head
    does; with the setting at 0.3 no straight line beside the head bends by more than 0.015 of the face."""
    rgb = pictures[face]
    mesh, (height, width) = measure(rgb), rgb.shape[:2]
    sway = Sway.of(mesh, (width, height), [])
    x0, y0, x1, y1 = sway.rect
    whole = np.zeros((height, width, 2, len(PARTS)), np.float32)
    for part in range(len(PARTS)):
        field = np.ascontiguousarray(sway.basis[..., part])
        whole[y0:y1, x0:x1, :, part] = cv2.resize(field, (x1 - x0, y1 - y0), interpolation=cv2.INTER_CUBIC)
    most = np.abs(whole * LIMITS).sum(-1).max(-1)
    face_width = float(np.linalg.norm(mesh[454] - mesh[234]))
    for edge in (most[0], most[-1], most[:, 0], most[:, -1]):
        assert edge.max() < 0.05
    left, right = mesh[list(FACE_OVAL), 0].min(), mesh[list(FACE_OVAL), 0].max()
    far = np.r_[0 : max(0, int(left - 1.5 * face_width)), min(width, int(right + 1.5 * face_width)) : width]
    assert most[:, far].max(initial=0) < 0.05
    eyes = np.round(head_axes(mesh).origin[:2]).astype(int)
    assert most[eyes[1], eyes[0]] > 0.02 * face_width
    # Of the lines of a wall behind the head's side, each bends by the difference along it.
    beside = (
        0.3 * most[:, np.clip([int(left - 0.5 * face_width), int(right + 0.5 * face_width)], 0, width - 1)]
    )
    assert beside.max() < 0.015 * face_width


@pytest.fixture(scope="module")
def still(pictures):
    return ImageSource(pictures["astronaut"][None].astype(np.float32) / 255)


def rendered(still, voice, host, movement, seconds=2.2, **options):
    backend = DubBackend(VisemeEngine(movement=movement))
    plan = backend.plan(LipSyncRequest(still, voice(seconds, after=0.6), **options), host)
    return backend, plan, *collect(backend.render_plan(plan, host))


def test_without_movement_a_still_stays_still_bit_for_bit(still, voice, host):
    assert VisemeSettings().movement == 0
    backend, plan, frames, _ = rendered(still, voice, host, 0.0)
    assert plan.survey.life is None
    assert plan.notes == rendered(still, voice, host, 0.3)[1].notes
    (picture,) = still.read()
    x0, y0, x1, y1 = (round(v) for v in moving_box(plan.job.people[0].meshes[0]))
    for frame in frames:
        luma = frame.yuv()[0].copy()
        luma[y0 - 2 : y1 + 2, x0 - 2 : x1 + 2] = picture.yuv()[0][y0 - 2 : y1 + 2, x0 - 2 : x1 + 2]
        assert np.array_equal(luma, picture.yuv()[0])


def test_with_movement_it_moves_in_parts_as_in_the_whole(still, voice, host):
    backend, plan, whole, _ = rendered(still, voice, host, 0.5)
    assert list(plan.survey.life.lids) == [plan.job.people[0].id]
    sent = DubPlan((VoicePlan(plan.job, pickle.loads(pickle.dumps(plan.survey))),))
    parts = []
    for start, stop in ((0, 31), (31, 33), (33, len(whole))):
        parts += collect(backend.render_plan(backend.part(sent, start, stop), host))[0]
    for one, other in zip(parts, whole, strict=True):
        assert np.array_equal(one.planes, other.planes)
    (picture,) = still.read()
    eyes = np.s_[95:125, 190:260]
    moved = [
        float(np.abs(frame.yuv()[0][eyes].astype(int) - picture.yuv()[0][eyes]).mean()) for frame in whole
    ]
    assert moved[0] < 0.1
    assert np.median(moved) > 1
    for frame in whole:
        for edge in (np.s_[:, 0], np.s_[:, -1], np.s_[0], np.s_[-1]):
            assert np.array_equal(frame.yuv()[0][edge], picture.yuv()[0][edge])


def test_the_mouth_is_painted_as_in_the_unmoved_picture(still, voice, host, measure, gap):
    """The same opening in both, measured by the mesh, wherever the head is."""
    frames = [rendered(still, voice, host, movement)[2] for movement in (0.0, 1.0)]
    assert len(frames[0]) == len(frames[1])
    for index in (20, 30, 40, 50):
        unmoved, moved = (gap(measure(to_rgb(each[index]))) for each in frames)
        assert moved == pytest.approx(unmoved, abs=0.06)


def test_pauses_that_show_the_source_show_it_unmoved(still, voice, host):
    _, plan, frames, states = rendered(still, voice, host, 1.0, silence="source")
    (picture,) = still.read()
    silent = [frame for frame, state in zip(frames, states, strict=True) if state is FrameState.SILENCE]
    assert silent
    assert all(np.array_equal(frame.planes, picture.planes) for frame in silent)


def test_a_video_is_not_moved_and_the_report_says_so_where_it_was_chosen(clip, track, voice, host):
    request = LipSyncRequest(clip, voice(0.5), track=track)
    plain, placed, asked = (
        DubBackend(VisemeEngine(movement=movement)).plan(request, host) for movement in (0.0, 0.3, 0.5)
    )
    assert placed.survey.life is asked.survey.life is None
    assert placed.notes == plain.notes
    assert [note for note in asked.notes if note not in plain.notes] == [
        "The source is a video and moves by itself: `movement` is for stills."
    ]


def test_a_still_that_cannot_blink_says_so(pictures, measure, voice, host):
    rgb = pictures["astronaut"]
    worn = with_glasses(rgb, measure(rgb), dark=False)
    source = ImageSource(worn[None].astype(np.float32) / 255)
    plan = DubBackend(VisemeEngine(movement=0.3)).plan(LipSyncRequest(source, voice(0.5)), host)
    assert plan.survey.life.lids == {}
    assert any(note.startswith("No blinks: ") for note in plan.notes)


def test_a_still_whose_eyes_cannot_be_looked_for_moves_without_blinks(still, voice, host, monkeypatch):
    def missing():
        raise MissingFilesError("The face model is missing: install it.")

    plain = DubBackend(VisemeEngine()).plan(LipSyncRequest(still, voice(0.5)), host)
    monkeypatch.setattr("lipsync_studio.backends.viseme.alive.EyeContours", missing)
    plan = DubBackend(VisemeEngine(movement=0.3)).plan(LipSyncRequest(still, voice(0.5)), host)
    assert plan.survey.life.lids == {}
    added = [note for note in plan.notes if note not in plain.notes]
    assert added == ["No blinks: The face model is missing: install it."]


def test_a_mouth_outside_the_picture_is_none(still, voice, host):
    """As without movement: the frame passes."""
    plan = DubBackend(VisemeEngine()).plan(LipSyncRequest(still, voice(0.5)), host)
    person = plan.job.people[0]
    away = replace(person, meshes=person.meshes + np.array([0, 1000, 0], np.float32))
    job = replace(plan.job, people=(away,))
    engine = VisemeEngine(movement=0.3)
    conditioning = engine.prepare(job, engine.survey(job, [], host), [], host)
    frame = next(iter(still.read()))
    assert even_rect(engine.box(away, 0, conditioning), frame) is None
