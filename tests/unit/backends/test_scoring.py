"""The sync score in run reports, and of the finished file by the command."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lipsync_studio.align.words import Line, Phone, Word, WordTimings
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.scoring import _busiest
from lipsync_studio.backends.speech import lip_closures
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.commands import main
from lipsync_studio.engine.compose.paste import Patch
from lipsync_studio.engine.errors import MissingFilesError
from lipsync_studio.engine.faces.mesh import box_of_mesh
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.listen import write_flac
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.spans import Spans
from lipsync_studio.engine.parity import seeded_state_dict
from lipsync_studio.engine.score import follow
from lipsync_studio.engine.score.follow import MouthFollower

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def spoken(clip, track, voice, tmp_path_factory):
    """6 s of the verse by the viseme engine: path, report, and the words that are said."""
    path = tmp_path_factory.mktemp("spoken") / "out.mp4"
    phones = tuple(Phone(name, at, at + 0.1) for name, at in (("M", 1.0), ("AA", 1.1), ("B", 1.2)))
    words = WordTimings((Line((Word("mob", 1.0, 1.3, phones=phones),)),))
    with PlainHost("cpu", progress=False) as host:
        request = LipSyncRequest(clip, voice(6.0), track=track)
        report = json.loads(run(DubBackend(VisemeEngine()), request, host, path).to_json())
    return SimpleNamespace(path=path, report=report, words=words)


def test_a_run_reports_its_score(spoken):
    score = spoken.report["score"]
    assert score["verdict"] == "The mouth follows the voice."
    assert score["sync"]["p"] <= 0.02
    assert abs(score["sync"]["lag"]) <= 2
    assert 0 < score["repaint"]["seam"] < 1
    assert score["repaint"]["frames"] == 9
    assert abs(score["repaint"]["flicker"]) < 3
    assert (score["seconds"], score["notes"]) == (6, [])
    assert spoken.report["seconds"]["score"] > 0


@pytest.fixture
def nothing(whitewash):
    """An engine that paints nothing."""

    class Nothing(whitewash):
        def composite(self, crop, result, conditioning):
            return Patch(crop.rgb, np.zeros(crop.rgb.shape[:2], np.float32))

    return Nothing()


def test_a_face_that_moves_is_compared_with_itself(pictures, nothing, host, voice, tmp_path):
    """By an engine that paints nothing, over a face that wanders through the picture."""
    face = pictures["astronaut"][:440, :440]
    frames = [np.roll(np.pad(face, ((0, 0), (0, 100), (0, 0)), "edge"), 6 * k, axis=1) for k in range(12)]
    source = ImageSource(np.stack(frames).astype(np.float32) / 255)
    report = run(DubBackend(nothing), LipSyncRequest(source, voice(5.2)), host, tmp_path / "out.mp4")
    repaint = report.score["repaint"]
    assert (repaint["seam"], repaint["sharpness"], repaint["flicker"]) == (None, 1, 0)
    assert repaint["frames"] == 9


def test_a_request_may_do_without(clip, track, host, voice, tmp_path):
    request = LipSyncRequest(clip, voice(0.4), track=track, score=False)
    report = run(DubBackend(VisemeEngine()), request, host, tmp_path / "out.mp4")
    assert report.score is None
    assert set(report.seconds) == {"prepare", "render"}


def test_a_short_run_is_too_short_to_say(clip, track, host, voice, tmp_path):
    request = LipSyncRequest(clip, voice(0.4), track=track)
    report = run(DubBackend(VisemeEngine()), request, host, tmp_path / "out.mp4")
    assert report.score["verdict"] == "Too short to say: 0.4 s, 5 s are needed."
    assert report.score["sync"] is None


def test_a_run_ends_well_where_no_face_is_left(clip, track, host, voice, tmp_path, whitewash):
    request = LipSyncRequest(clip, voice(5.2), track=track)
    report = run(DubBackend(whitewash()), request, host, tmp_path / "out.mp4")
    assert report.score["verdict"].startswith("No face is seen")


def test_a_run_ends_well_where_nothing_can_be_scored(
    clip, track, host, voice, tmp_path, whitewash, monkeypatch
):
    class Missing:
        def __init__(self):
            raise MissingFilesError("The face model is missing: run install.py.")

    monkeypatch.setattr(follow, "FaceMesh", Missing)
    request = LipSyncRequest(clip, voice(5.2), track=track)
    report = run(DubBackend(whitewash()), request, host, tmp_path / "out.mp4")
    assert report.score["verdict"] == "There is no score."
    assert report.score["notes"] == ["The face model is missing: run install.py."]


def test_the_busiest_stretch_is_scored():
    assert _busiest(Spans(), 6.0) == (0, 6)
    assert _busiest(Spans([(1, 2), (8, 20)]), 20.0) == (8, 20)
    assert _busiest(Spans([(0, 10), (500, 590)]), 600.0) == (500, 530)
    assert _busiest(Spans(), 600.0) == (0, 30)


def test_of_two_people_the_one_who_was_tracked_is_followed(pictures):
    face = pictures["astronaut"][:440, :440]
    both = ImageSource(np.concatenate([face, face[:, ::-1]], axis=1)[None].astype(np.float32) / 255)
    frame = next(both.read())
    left, right = (MouthFollower(side).see(frame) for side in ("left", "right"))
    assert box_of_mesh(left)[2] < 440 < box_of_mesh(right)[0]
    for known in (left, right):
        followed = MouthFollower("largest").see(frame, known)
        assert followed == pytest.approx(known, abs=4)


def test_a_lost_face_is_looked_for_now_and_then(pictures, monkeypatch):
    empty = ImageSource(np.zeros((20, 64, 64, 3), np.float32))
    searched = []
    monkeypatch.setattr(follow.FaceDetector, "detect", lambda self, frame: searched.append(frame.index) or [])
    follower = MouthFollower()
    assert [follower.see(frame) for frame in empty.read()] == [None] * 20
    assert searched == [0, 8, 16]


def test_closures_are_p_b_and_m(spoken):
    assert lip_closures(spoken.words) == [(1.0, 1.1), (1.2, 1.3)]
    assert lip_closures(None) == lip_closures(WordTimings(())) == []
    assert len(lip_closures(WordTimings((Line((Word("pebble", 0, 1),)),)))) == 2


@pytest.mark.parametrize(("paints", "met"), [(True, 1.0), (False, 0.0)])
def test_a_run_reports_whether_lips_meet_on_p_b_and_m(pictures, host, voice, nothing, tmp_path, paints, met):
    """Over an open smile, by the engine that closes it, and by one that paints nothing."""
    phones = tuple(Phone(name, at, at + 0.2) for name, at in (("M", 0.4), ("AA", 0.6), ("B", 1.0)))
    words = WordTimings((Line((Word("mob", 0.4, 1.2, phones=phones),)),))
    source = ImageSource(pictures["astronaut"][:440, :440][None].astype(np.float32) / 255, 10)
    engine = VisemeEngine() if paints else nothing
    report = run(
        DubBackend(engine), LipSyncRequest(source, voice(5.2), words=words), host, tmp_path / "out.mp4"
    )
    assert report.score["shut_on_pbm"] == met


def said(capsys, *arguments):
    code = main(["score", *map(str, arguments), "--quiet"])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_command_scores_a_file(spoken, capsys, tmp_path):
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:01,000 --> 00:00:01,300\nmob\n")
    code, out, _ = said(capsys, spoken.path, "--words", words, "--source", spoken.path, "--json")
    score = json.loads(out)
    assert code == 0
    assert score["verdict"] == "The mouth follows the voice."
    assert score["seconds"] == 6
    assert score["repaint"]["seam"] is None  # it is its own source
    assert score["repaint"]["frames"] == 150


def test_the_command_takes_another_voice(spoken, voice, capsys, tmp_path):
    """The same verse, begun elsewhere."""
    other = tmp_path / "other.flac"
    own = voice(6.0)
    write_flac(Sound(np.roll(own.samples, round(2.7 * own.rate), axis=1), own.rate), other)
    code, out, _ = said(capsys, spoken.path, "--audio", other)
    assert code == 0
    assert out.startswith("No sign that the mouth follows this voice.")


def test_the_command_says_what_is_missing(clip, spoken, capsys, tmp_path):
    assert said(capsys, tmp_path / "none.mp4")[0] == 1
    plain = tmp_path / "words.txt"
    plain.write_text("mob\n")
    code, _, error = said(capsys, spoken.path, "--words", plain)
    assert (code, error) == (1, "Error: words.txt has no times: time its words with `align` first.\n")
    code, _, error = said(capsys, spoken.path, "--person", "7")
    assert code == 1
    assert 'no person "7"' in error


def test_a_video_without_sound_needs_a_voice(make_clip, capsys):
    silent = make_clip(3)._file.name.strip('"')
    code, _, error = said(capsys, silent)
    assert (code, error) == (1, f"Error: {silent} has no sound: give the voice with --audio.\n")


def test_a_video_without_a_face_has_no_mouth_to_score(make_clip, spoken, capsys):
    hidden = make_clip(4, away=(0, 4))._file.name.strip('"')
    code, out, _ = said(capsys, hidden, "--audio", spoken.path)
    assert (code, out) == (0, "No face is seen while there is sound: there is no mouth to score.\n")


def test_a_source_of_another_size_is_not_the_videos(spoken, capsys):
    code, _, error = said(capsys, spoken.path, "--source", ROOT / "demo" / "clip.mp4")
    assert code == 1
    assert error.startswith("Error: The source is 640×640, the video 320×320: give the source that the video")


def test_the_command_measures_by_the_users_syncnet(make_clip, voice, tmp_path, monkeypatch, capsys):
    """By a file that is named, and by the one in the models' folder; seeded, so that the figures mean
    nothing."""
    shapes = json.loads((ROOT / "tests/data/goldens/keys/syncnet_python_S.json").read_text())["state_dict"]
    given = tmp_path / "mine.model"
    torch.save(seeded_state_dict({name: entry["shape"] for name, entry in shapes.items()}), given)
    clip, audio = make_clip(14)._file.name.strip('"'), tmp_path / "voice.flac"
    write_flac(voice(0.56), audio)
    code, out, error = said(capsys, clip, "--audio", audio, "--syncnet", given, "--json")
    assert code == 0, error
    found = json.loads(out)
    # 14 frames have ten windows of five, of which the published procedure leaves the last out.
    assert found["lse"]["windows"] == 9
    assert found["lse"]["distance"] > 0
    assert found["lse"]["offset_ms"] == 40 * found["lse"]["offset"]
    assert found["verdict"].startswith("Too short to say")
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    code, _, error = said(capsys, clip, "--audio", audio, "--syncnet")
    assert code == 1
    assert "SyncNet (LSE-C and LSE-D of the sync score) lacks syncnet_v2.model" in error
    (tmp_path / "models" / "syncnet").mkdir(parents=True)
    given.rename(tmp_path / "models" / "syncnet" / "syncnet_v2.model")
    code, out, error = said(capsys, clip, "--audio", audio, "--syncnet")
    assert code == 0, error
    assert f"LSE-D {found['lse']['distance']:.3f}" in out
