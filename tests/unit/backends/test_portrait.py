"""What all engines share that animate one picture, with an engine whose work can be read off the pixels."""

from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.portrait.backend import PortraitBackend
from lipsync_studio.backends.portrait.canvas import PastedBack, WholePicture
from lipsync_studio.backends.portrait.job import plan_job
from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.backends.request import LipSyncRequest, seconds_of
from lipsync_studio.backends.run import run
from lipsync_studio.backends.sadtalker.spec import SadTalkerSettings
from lipsync_studio.backends.viseme.spec import SPEC as VISEME
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.errors import AudioError, Cancelled, InputError, NoFaceError, SourceMismatchError
from lipsync_studio.engine.faces.metric import metric_face
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.spans import Spans
from lipsync_studio.engine.media.video import VideoSource

SIZE = (96, 64)


class Shades:
    """Each picture is in one shade, which says its number; remembers the job."""

    spec = replace(VISEME, task="portrait")
    name = "shades"

    def __init__(self, fps=None, takes_footage=False, rect=None, rests=False, parity=False):
        self.rests, self.parity = rests, parity
        self.fps, self.takes_footage, self.rect = fps, takes_footage, rect
        self.job = None
        self.closed = False

    def prepare(self, job, notes, host):
        self.job = job
        notes.append("prepared")
        return "conditioning"

    def canvas(self, job, conditioning):
        assert conditioning == "conditioning"
        if self.rect:
            return PastedBack(job.portrait, self.rect)
        return WholePicture(SIZE, job.portrait.frame.colour)

    def resident(self, conditioning, host):
        return nullcontext()

    def generate(self, job, conditioning, host):
        try:
            for number in range(job.frames(self.fps)):
                yield np.full((SIZE[1], SIZE[0], 3), 4 * number, np.uint8)
        finally:
            self.closed = True


@pytest.fixture(scope="module")
def still(pictures):
    return ImageSource(pictures["astronaut"][None].astype(np.float32) / 255, 25)


def at_rate(pictures, fps):
    return ImageSource(pictures["astronaut"][None].astype(np.float32) / 255, fps)


def frames_of(engine, request, host):
    rendering = PortraitBackend(engine).render(request, host)
    return rendering, [frame for chunk in rendering.chunks for frame in chunk.frames]


def numbers(frames):
    """Of the engine's pictures that are shown."""
    return [round(float(to_rgb(frame).mean()) / 4) for frame in frames]


@pytest.mark.parametrize("fps", [12, Fraction(30000, 1001), 50])
def test_one_frame_comes_out_for_each_of_the_output(pictures, voice, host, fps):
    rendering, frames = frames_of(Shades(), LipSyncRequest(at_rate(pictures, fps), voice(0.5)), host)
    assert rendering.fps == fps
    assert [frame.index for frame in frames] == list(range(rendering.frames))
    assert [frame.pts for frame in frames] == [index / Fraction(fps) for index in range(len(frames))]
    assert numbers(frames) == list(range(len(frames)))
    assert 0 <= rendering.duration - Fraction(1, 2) < 1 / Fraction(fps)
    assert rendering.size == SIZE == (frames[0].width, frames[0].height)


@pytest.mark.parametrize(
    ("fps", "shown"), [(10, [0, 2, 5, 7, 10]), (25, list(range(12))), (50, [n // 2 for n in range(24)])]
)
def test_an_engine_with_a_rate_of_its_own_is_shown_at_any(pictures, voice, host, fps, shown):
    engine = Shades(Fraction(25))
    request = LipSyncRequest(at_rate(pictures, fps), voice(len(shown) / fps))
    _, frames = frames_of(engine, request, host)
    assert numbers(frames) == shown
    assert engine.job.frames(engine.fps) == shown[-1] + 1
    assert len(engine.job.gate(engine.fps)) == shown[-1] + 1
    assert engine.closed


def test_the_job_knows_the_face_with_its_irises_and_the_heads_matrix(still, voice, host):
    job = plan_job(LipSyncRequest(still, voice(0.2)), host)
    mesh = job.portrait.mesh
    assert mesh.shape == (478, 3)
    assert np.array_equal(mesh[:468], job.portrait.face.mesh)
    for first, edge in ((468, [33, 133, 159, 145]), (473, [362, 263, 386, 374])):
        low, high = mesh[edge, :2].min(axis=0), mesh[edge, :2].max(axis=0)
        assert (low - 2 < mesh[first, :2]).all()
        assert (mesh[first, :2] < high + 2).all()
        rim = np.linalg.norm(mesh[first + 1 : first + 5, :2] - mesh[first, :2], axis=1)
        assert 0.1 < rim.mean() / (high - low)[0] < 0.35
    assert abs(job.portrait.head.yaw) < 30
    # The face without the head's place and turn lies as the canonical one does, in centimetres.
    metric = metric_face(mesh, job.portrait.size)
    assert metric.mesh.shape == (468, 3)
    assert np.linalg.norm(metric.mesh[263] - metric.mesh[33]) == pytest.approx(8.9, abs=1)
    assert np.abs(metric.mesh[4] - (0, -0.46, 7.59)).max() < 1


def test_the_metric_face_turns_with_the_mesh(still, voice, host):
    """The picture on its side is the head on its side; the face is the same."""
    portrait = plan_job(LipSyncRequest(still, voice(0.2)), host).portrait
    width, height = portrait.size
    turned = portrait.mesh[:, [1, 0, 2]] * (-1, 1, 1) + (height, 0, 0)
    side = metric_face(turned, (height, width))
    upright = metric_face(portrait.mesh, portrait.size)
    # Another picture's height is another camera.
    np.testing.assert_allclose(side.mesh, upright.mesh, atol=0.6)
    quarter = side.matrix[:3, :3] @ np.linalg.inv(upright.matrix[:3, :3])
    quarter /= np.cbrt(np.linalg.det(quarter))
    np.testing.assert_allclose(quarter, [[0, 1, 0], [-1, 0, 0], [0, 0, 1]], atol=0.12)


def test_what_is_pasted_back_leaves_the_rest_as_it_was(still, voice, host):
    rect = (150, 60, 261, 203)
    engine = Shades(rect=rect)
    rendering, frames = frames_of(engine, LipSyncRequest(still, voice(0.2)), host)
    assert rendering.size == still.size
    source = next(still.read(0, 1))
    outside = np.ones(source.planes.shape, bool)
    y, _, _ = source.yuv()
    inside = np.zeros(y.shape, bool)
    inside[rect[1] - 1 : rect[3] + 1, rect[0] - 1 : rect[2] + 1] = True
    outside[: y.shape[0]] = ~inside
    outside[y.shape[0] :] = False
    for frame in frames:
        assert np.array_equal(frame.planes[outside], source.planes[outside])
        assert (frame.yuv()[0][inside] != y[inside]).mean() > 0.9
    # The middle has the generated colour.
    middle = to_rgb(frames[3])[120:140, 200:212]
    assert np.abs(middle.astype(int) - 12).max() < 25


def test_silence_is_heard_as_silence(still, voice, host):
    """And with `source` as what the sound has."""

    def job(**choices):
        made = plan_job(LipSyncRequest(still, voice(1.2), **choices), host)
        return replace(made, speech=replace(made.speech, spans=Spans([(0.4, 0.8)])))

    muted, heard = job().samples(), job().samples(muted=False)
    assert muted.shape == heard.shape == (round(1.2 * 16000),)
    pauses = np.r_[: round(0.3 * 16000), round(0.9 * 16000) : len(heard)]
    assert np.abs(heard[pauses]).max() > 0.1
    assert not muted[pauses].any()
    said = slice(round(0.4 * 16000), round(0.8 * 16000))
    np.testing.assert_allclose(muted[said], heard[said], atol=1e-6)
    assert np.array_equal(job(silence="source").samples(), heard)
    # At a rate of the engine's own, too.
    assert job().gate(Fraction(10)).tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]
    later = job(sync_offset=0.2)
    assert later.gate(Fraction(10)).tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0]


def test_a_mouth_that_moves_later_hears_later(still, voice, host):
    for offset in (0.2, -0.2):
        job = plan_job(LipSyncRequest(still, voice(0.6), sync_offset=offset), host)
        plain = plan_job(LipSyncRequest(still, voice(0.6)), host)
        shift = round(offset * 16000)
        moved, heard = job.samples(muted=False), plain.samples(muted=False)
        assert len(moved) == len(heard)
        a, b = (moved[shift:], heard[:-shift]) if shift > 0 else (moved[:shift], heard[-shift:])
        assert np.array_equal(a, b)


@pytest.mark.parametrize(
    ("silence", "rests", "parity", "said"),
    [
        ("rest", True, False, ": the mouth stays at rest throughout."),
        ("rest", False, False, "."),
        ("rest", True, True, "."),
        ("close", True, False, "."),
        ("source", True, False, "."),
    ],
)
def test_only_a_mouth_that_rests_is_said_to(still, host, silence, rests, parity, said):
    mute = Sound.from_waveform({"waveform": torch.zeros(1, 1, 8000), "sample_rate": 16000})
    engine = Shades(rests=rests, parity=parity)
    rendering = PortraitBackend(engine).render(LipSyncRequest(still, mute, silence=silence), host)
    assert rendering.notes == [f"There is no voice in the sound{said}", "prepared"]


@pytest.mark.parametrize(("silence", "parity"), [("rest", False), ("rest", True), ("close", False)])
def test_pauses_that_do_not_matter_are_not_told(still, voice, host, silence, parity):
    words = WordTimings((Line((Word("la", 0.5, 0.6),)),), "en")
    request = LipSyncRequest(still, voice(1.2), silence=silence, words=words)
    rendering = PortraitBackend(Shades(parity=parity)).render(request, host)
    told = any("in pauses it hears silence" in note for note in rendering.notes)
    assert told is (silence == "rest" and not parity)


def test_footage_is_refused_before_networks_are_read(tmp_path, host):
    """With the flag that takes its first frame."""
    spec = RenderSpec(ROOT / "demo" / "clip.mp4", tmp_path / "none.wav", "sadtalker")
    with pytest.raises(InputError, match=r"SadTalker animates one picture.*--use-first-frame"):
        spec.request(host)
    with pytest.raises(AudioError):
        replace(spec, settings=SadTalkerSettings(use_first_frame=True)).request(host)


def test_of_footage_the_first_frame_is_animated_if_that_is_wanted(clip, voice, host, tmp_path):
    request = LipSyncRequest(clip, voice(0.4), length="shortest")
    with pytest.raises(InputError, match="animates one picture"):
        run(PortraitBackend(Shades()), request, host, tmp_path / "no.mp4")
    engine = Shades(takes_footage=True)
    report = run(PortraitBackend(engine), request, host, tmp_path / "out.mp4")
    assert "shades animates the first frame of the footage." in report.notes
    assert "prepared" in report.notes
    assert (report.frames, report.generated) == (10, 10)
    assert np.array_equal(engine.job.portrait.rgb, to_rgb(next(clip.read(0, 1))))
    whole = plan_job(replace(request, length="video"), host)
    assert whole.timeline.duration == clip.duration
    assert VideoSource(tmp_path / "out.mp4").frames == 10


def test_a_picture_lasts_as_long_as_its_sound_and_footage_as_is_wished(clip, still, voice):
    """Engines here and services alike."""
    sound = voice(0.4)
    for source, length, wanted in (
        (still, "video", sound.duration),
        (still, "shortest", sound.duration),
        (clip, "audio", sound.duration),
        (clip, "video", clip.duration),
        (clip, "shortest", min(clip.duration, sound.duration)),
    ):
        assert seconds_of(LipSyncRequest(source, sound, length=length)) == wanted
    assert clip.duration != sound.duration


def test_a_track_of_the_whole_clip_will_do_and_anothers_will_not(clip, track, still, voice, host):
    job = plan_job(LipSyncRequest(clip, voice(0.2), track=track), host)
    assert np.array_equal(job.portrait.face.mesh, track.persons[0].meshes[0])
    with pytest.raises(SourceMismatchError):
        plan_job(LipSyncRequest(still, voice(0.2), track=track), host)


def test_nobody_in_the_first_frame_is_one_sentence(make_clip, voice, host):
    late = make_clip(20, away=(0, 12))
    with pytest.raises(NoFaceError, match="no face in the first frame"):
        plan_job(LipSyncRequest(late, voice(0.2), track=track_faces(late, host)), host)
    with pytest.raises(NoFaceError):
        plan_job(LipSyncRequest(late, voice(0.2)), host)


def test_a_cancel_ends_the_run_between_two_pictures(still, voice, host):
    engine = Shades()
    rendering = PortraitBackend(engine).render(LipSyncRequest(still, voice(2)), host)
    next(rendering.chunks)
    host._cancel.set()
    with pytest.raises(Cancelled):
        list(rendering.chunks)
    assert engine.closed
    host._cancel.clear()


def test_a_person_sees_the_picture_beside_what_became_of_it(still, voice, host, monkeypatch):
    seen = []
    monkeypatch.setattr(host, "wants_preview", lambda: True)
    monkeypatch.setattr(
        host, "progress", lambda stage, done, total, preview=None: seen.append((stage, preview))
    )
    frames_of(Shades(), LipSyncRequest(still, voice(0.4)), host)
    shown = [np.asarray(each) for stage, each in seen if stage.startswith("Anim") and each is not None]
    assert shown
    assert {each.shape for each in shown} == {(191, 384, 3)}
    left = cv2.resize(to_rgb(next(still.read(0, 1))), (191, 191), interpolation=cv2.INTER_AREA)
    assert np.abs(shown[-1][:, :191].astype(int) - left).mean() < 8
