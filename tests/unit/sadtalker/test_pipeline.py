"""SadTalker as an engine, with small seeded networks: what they paint is noise; where, when and from what is
not."""

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from lipsync_studio.backends.portrait.backend import PortraitBackend
from lipsync_studio.backends.portrait.job import plan_job
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.sadtalker import pipeline
from lipsync_studio.backends.sadtalker.models import load_networks, of_networks
from lipsync_studio.backends.sadtalker.motion import (
    camera,
    closed_eyes,
    pose_chunks,
    smoothed,
    turns_of,
    windows_at,
)
from lipsync_studio.backends.sadtalker.pipeline import SadTalkerEngine
from lipsync_studio.backends.sadtalker.scene import view_of
from lipsync_studio.backends.sadtalker.spec import SPEC, SadTalkerSettings
from lipsync_studio.commands import main
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.errors import Cancelled, InputError, MissingFilesError
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.spans import Spans
from lipsync_studio.engine.media.video import VideoSource

MAPPINGS = {False: "mapping_00229-model.pth.tar", True: "mapping_00109-model.pth.tar"}


@pytest.fixture(scope="module")
def networks(files):
    folder = files / "sadtalker"
    return {
        whole: load_networks(folder / "SadTalker_V0.0.2_256.safetensors", folder / name, 256, whole=whole)
        for whole, name in MAPPINGS.items()
    }


@pytest.fixture
def engine(networks, host):
    def make(reference=None, **choices):
        settings = SadTalkerSettings(**choices)
        return SadTalkerEngine(of_networks(networks[settings.whole], host), settings, reference)

    return make


@pytest.fixture(scope="module")
def rgb():
    return np.ascontiguousarray(cv2.imread(str(ROOT / "demo" / "portrait.jpg"))[..., ::-1])


@pytest.fixture(scope="module")
def sound():
    return Sound.load(ROOT / "demo" / "verse.mp3").cut(1, Fraction(6, 5))


def still(rgb, fps=25):
    return ImageSource(rgb[None].astype(np.float32) / 255, fps)


def frames_of(engine, request, host):
    rendering = PortraitBackend(engine).render(request, host)
    return rendering, [frame for chunk in rendering.chunks for frame in chunk.frames]


def test_a_picture_speaks_at_any_rate(engine, rgb, sound, host):
    """Each frame of the output is painted for its own time: at 50 every other is that of 25."""
    shown = {}
    for fps in (25, 50):
        rendering, frames = frames_of(engine(), LipSyncRequest(still(rgb, fps), sound), host)
        assert (rendering.fps, len(frames)) == (fps, 6 * fps // 5)
        assert rendering.size[0] == 32
        shown[fps] = np.stack([to_rgb(frame).astype(int) for frame in frames])
    assert np.abs(shown[50][::2] - shown[25]).max() <= 2
    assert np.abs(np.diff(shown[25], axis=0)).max() > 0


@pytest.mark.parametrize("fps", [Fraction(30000, 1001), 10])
def test_a_frame_shows_what_lies_between_coefficients(engine, rgb, sound, host, fps):
    made = engine()
    job = plan_job(LipSyncRequest(still(rgb, fps), sound), host)
    conditioning = made.prepare(job, [], host)
    assert conditioning.performance.shape == (math.ceil(job.timeline.duration * 25), 70)
    np.testing.assert_allclose(conditioning.positions, np.arange(len(job.timeline)) * 25 / float(fps))


def test_the_face_is_cut_out_where_it_is(rgb, sound, host):
    job = plan_job(LipSyncRequest(still(rgb), sound), host)
    portrait = job.portrait
    low, high = portrait.landmarks68.min(axis=0), portrait.landmarks68.max(axis=0)
    rects = {}
    for picture in ("crop", "extcrop", "resize", "full", "extfull"):
        view = view_of(portrait.landmarks68, portrait.size, SadTalkerSettings(picture=picture))
        rects[picture] = np.array(view.rect(portrait.size))
        points = view.points(portrait.landmarks68, portrait.size, 256)
        assert (points > 0).all()
        assert (points < 255).all()
        square = view.square(portrait.rgb, 256)
        # The square shows at a point what the picture shows there.
        there = cv2.remap(square, *np.float32(points.T[:, None, :]), cv2.INTER_LINEAR)[0].astype(int)
        here = cv2.remap(rgb, *np.float32(portrait.landmarks68.T[:, None, :] - 0.5), cv2.INTER_LINEAR)
        assert np.abs(there - here[0]).mean() < 12
    assert (rects["crop"] == rects["full"]).all()
    x0, y0, x1, y1 = rects["crop"]
    assert x0 < low[0] < high[0] < x1
    assert y0 < low[1] < high[1] < y1
    assert (rects["extcrop"][:2] < rects["crop"][:2]).all()
    assert (rects["extcrop"][2:] > rects["crop"][2:]).all()
    assert rects["resize"].tolist() == [0, 0, *portrait.size]


def test_a_crop_is_held_against_the_pictures_height(rgb, sound, host):
    """Where the original takes its width: in a tall picture a face below that is cut."""
    size = (256, 1000)
    points = np.zeros((68, 2)) + (128, 700)
    points[36:42] += (-60, -20)
    points[42:48] += (60, -20)
    points[48], points[54] = (100, 790), (156, 790)
    ours, theirs = (view_of(points, size, SadTalkerSettings(parity=parity)).inner for parity in (False, True))
    assert ours[3] > theirs[3]
    assert ours[:3] == theirs[:3]


def test_what_is_put_back_changes_the_face_alone(engine, rgb, sound, host):
    request = LipSyncRequest(still(rgb), sound.cut(0, Fraction(2, 5)))
    for picture in ("full", "extfull"):
        made = engine(picture=picture)
        rendering, frames = frames_of(made, request, host)
        assert rendering.size == request.source.size
        view = view_of(plan_job(request, host).portrait.landmarks68, rendering.size, made.settings)
        x0, y0, x1, y1 = view.rect(rendering.size)
        source = to_rgb(next(iter(request.source.read()))).astype(int)
        changed = np.abs(to_rgb(frames[7]).astype(int) - source).max(axis=2)
        inside = np.zeros(changed.shape, bool)
        # Colours of neighbours are one where they are stored at half size.
        inside[max(y0 - 4, 0) : y1 + 4, max(x0 - 4, 0) : x1 + 4] = True
        assert not changed[~inside].any()
        assert changed[inside].mean() > 5
    whole = np.stack(
        [to_rgb(f) for f in frames_of(engine(picture="full", parity=True), request, host)[1][:2]]
    )
    assert whole.shape[1:3] == rgb.shape[:2]


def test_the_same_seed_makes_the_same_clip(engine, rgb, sound, host):
    request = LipSyncRequest(still(rgb, 10), sound)
    clips = [
        np.stack([frame.planes for frame in frames_of(engine(seed=seed), request, host)[1]])
        for seed in (3, 3, 4)
    ]
    assert np.array_equal(clips[0], clips[1])
    assert not np.array_equal(clips[0], clips[2])


def test_in_pauses_the_face_is_as_in_the_picture(engine, rgb, sound, host):
    """Unless the mouth is to close, which is what the network makes of silence; or with parity."""
    job = plan_job(LipSyncRequest(still(rgb), sound), host)
    job = replace(job, speech=replace(job.speech, spans=Spans([(0.4, 0.6)])))
    quiet = [0, 3, 25, 29]

    def made(job=job, **choices):
        conditioning = engine(blinks="none", still=True, **choices).prepare(job, [], host)
        return conditioning.performance[:, :64], conditioning.source[:64]

    face, own = made()
    np.testing.assert_allclose(face[quiet], np.tile(own, (4, 1)), atol=1e-5)
    assert np.abs(face[12] - own).max() > 0.01
    closed = replace(job, speech=replace(job.speech, silence="close"))
    shut, _ = made(closed)
    assert np.abs(shut[quiet] - own).max() > 0.01
    np.testing.assert_allclose(shut[3], shut[25], atol=1e-4)
    followed, _ = made(replace(job, speech=replace(job.speech, silence="source")))
    assert np.abs(followed[quiet] - own).max() > 0.01
    # The sound that is there in pauses is heard.
    assert np.abs(followed[quiet] - shut[quiet]).max() > 1e-3
    original, _ = made(parity=True)
    assert np.abs(original[quiet] - own).max() > 0.01
    scaled, _ = made(parity=True, expression_scale=1.5)
    np.testing.assert_allclose(scaled, original * 1.5, rtol=1e-5)


def test_blinks_go_on_in_pauses(engine, rgb, host):
    sound = Sound.load(ROOT / "demo" / "verse.mp3").cut(1, 4)
    job = plan_job(LipSyncRequest(still(rgb), sound), host)
    job = replace(job, speech=replace(job.speech, spans=Spans([(0.0, 0.1)])))
    with_blinks, without = (
        engine(blinks=blinks, still=True).prepare(job, [], host).performance[:, :64]
        for blinks in ("made", "none")
    )
    moved = np.abs(with_blinks - without).max(axis=1)[10:] > 1e-4
    assert 5 <= moved.sum() < 50


def test_still_and_turns_and_style(engine, rgb, sound, host):
    job = plan_job(LipSyncRequest(still(rgb), sound), host)
    moving = engine().prepare(job, [], host)
    assert np.ptp(moving.performance[:, 64:70], axis=0).max() > 0
    assert np.isnan(moving.turns).all()
    other = engine(pose_style=45).prepare(job, [], host)
    assert not np.allclose(other.performance[:, 64:70], moving.performance[:, 64:70])
    kept = engine(still=True, picture="full", yaw="0 20", roll="-5").prepare(job, [], host)
    assert kept.performance.shape == (30, 73)
    assert (kept.performance[:, 64:] == kept.source[64:]).all()
    assert kept.turns[0, 0] == 0
    assert kept.turns[-1, 0] == pytest.approx(20, abs=0.8)
    assert (kept.turns[:, 2] == -5).all()
    assert np.isnan(kept.turns[:, 1]).all()


@pytest.fixture(scope="module")
def clip():
    """A face in motion for 1.2 s."""
    return VideoSource(ROOT / "demo" / "clip.mp4", 0.0, 1.2)


def test_a_reference_gives_its_blinks_and_its_pose(engine, rgb, sound, clip, host):
    """The footage that is animated does, where no other is wired."""
    job = plan_job(LipSyncRequest(still(rgb), sound), host)
    plain = engine(blinks="none").prepare(job, [], host).performance
    posed = engine(clip, blinks="none", pose="reference").prepare(job, [], host).performance
    assert np.array_equal(plain[:, :64], posed[:, :64])
    added = posed[:, 64:70] - plain[:, 64:70]
    assert np.abs(added[0]).max() < 1e-6
    assert np.abs(added).max() > 1e-3
    blinked = engine(clip, blinks="reference").prepare(job, [], host).performance
    assert not np.allclose(blinked[:, :64], plain[:, :64])
    own = plan_job(LipSyncRequest(clip, sound), host)
    made = engine(pose="reference", use_first_frame=True)
    assert made.prepare(own, [], host).performance.shape == (30, 70)
    with pytest.raises(InputError, match="no reference clip"):
        engine(blinks="reference").prepare(job, [], host)


def test_a_cancel_ends_it_within_the_painting(engine, rgb, sound, host):
    rendering = PortraitBackend(engine()).render(LipSyncRequest(still(rgb), sound), host)
    next(rendering.chunks)
    host._cancel.set()
    with pytest.raises(Cancelled):
        list(rendering.chunks)
    host._cancel.clear()


def test_a_device_that_is_too_small_paints_fewer_at_once(engine, rgb, sound, host, monkeypatch):
    real, sizes = pipeline._painted, []

    def tight(net, volume, source, driving):
        sizes.append(len(driving))
        if len(driving) > 1:
            raise torch.OutOfMemoryError("out of memory")
        return real(net, volume, source, driving)

    monkeypatch.setattr(pipeline, "_painted", tight)
    monkeypatch.setattr(SadTalkerEngine, "_batch", staticmethod(lambda host: 4))
    _, frames = frames_of(engine(), LipSyncRequest(still(rgb, 10), sound), host)
    assert len(frames) == 12
    assert sizes[-1] == 1
    assert sizes[0] == 4


def test_the_report_tells_of_a_face_larger_than_what_is_painted(engine, rgb, sound, host, tmp_path):
    request = LipSyncRequest(still(rgb, 10), sound, score=False)
    report = run(PortraitBackend(engine(picture="full")), request, host, tmp_path / "out.mp4")
    assert any("SadTalker 256 paints 32" in note for note in report.notes)
    assert (report.backend, report.generated) == ("SadTalker 256", 12)


@pytest.mark.parametrize("resolution", ["256", "512"])
def test_no_resolution_is_advised_that_there_is_already(rgb, resolution):
    settings = SadTalkerSettings(picture="full", resolution=resolution)
    engine = SadTalkerEngine(SimpleNamespace(side=16), settings)
    view = SimpleNamespace(rect=lambda size: (0, 0, 320, 320))
    (note,) = engine._notes(view, (640, 640))
    assert note.endswith(": crop." if resolution == "512" else ": choose the resolution 512, or crop.")


def test_the_command_line_renders_and_checks(installed, tmp_path, capsys):
    portrait, voice, out = ROOT / "demo" / "portrait.jpg", tmp_path / "voice.wav", tmp_path / "out.mp4"
    from media import write_wav

    write_wav(voice, Sound.load(ROOT / "demo" / "verse.mp3").mono(16000)[16000:32000])
    words = ["--audio", str(voice), "--quiet"]
    done = [
        "render",
        "--backend",
        "sadtalker",
        "--source",
        str(portrait),
        "--out",
        str(out),
        "--picture",
        "full",
    ]
    assert main([*done, "--still", "--yaw", "0 10", *words]) == 0
    assert VideoSource(out).frames == 25
    assert main(["check", "sadtalker", "--device", "cpu", *words]) == 0
    told = capsys.readouterr().out
    assert "SadTalker 256" in told
    assert "Generator: 0." in told
    assert main([*done, "--overwrite", "--yaw", "sideways", *words]) == 1
    assert "are no degrees for yaw" in capsys.readouterr().err


def test_missing_files_are_told_before_anything_is_read(host, monkeypatch, tmp_path):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    with pytest.raises(MissingFilesError, match=r"SadTalker 256 lacks .*weights download sadtalker-256`"):
        SPEC.ready(SadTalkerSettings(), host)
    with pytest.raises(MissingFilesError, match=r"mapping_00109"):
        SPEC.make(SadTalkerSettings(picture="full"), host)


def test_short_clips_do_not_fail_where_the_original_does():
    blink = closed_eyes(21, lambda low, high: low)
    assert np.flatnonzero(blink).tolist() == [10, 11, 12, 13, 14]
    assert blink.max() == 1
    for count in (1, 2):
        values = np.random.default_rng(0).standard_normal((count, 6)).astype(np.float32)
        assert np.array_equal(smoothed(values), values)
    assert list(pose_chunks(1)) == []
    assert camera([0, 30], 1).tolist() == [0]
    assert camera([5, 5, 5], 4).tolist() == [5, 5, 5, 5]


def test_windows_at_the_ends_stay_on_the_last_frame():
    rows = np.arange(5, dtype=np.float32)[:, None] * 10
    seen = windows_at(rows, np.array([0.5, 4.0, 17.0]))
    assert seen.shape == (3, 1, 27)
    assert seen[0, 0, 13:18].tolist() == [5, 15, 25, 35, 40]
    assert seen[0, 0, :13].tolist() == [0] * 13
    assert (seen[2] == 40).all()


@pytest.mark.parametrize("text", ["0 twenty", "nan", "100", "0 -91"])
def test_turns_are_degrees(text):
    with pytest.raises(InputError, match="are no degrees for pitch"):
        turns_of(text, "pitch")
    assert turns_of(" 0, 20\n-20 ", "yaw") == [0, 20, -20]
    assert turns_of("", "yaw") == []


def test_paths_of_a_checkpoints_folder_will_do(files, tmp_path, host, monkeypatch):
    """As SadTalker's own program has them."""
    folder = tmp_path / "sadtalker" / "checkpoints"
    folder.mkdir(parents=True)
    for path in (files / "sadtalker").iterdir():
        (folder / path.name).symlink_to(Path(path))
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    SPEC.ready(SadTalkerSettings(), host)
