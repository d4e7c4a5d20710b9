"""What a score must not cost, and what it must hold out against."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends import scoring
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.scoring import RunScore
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.errors import AudioError
from lipsync_studio.engine.faces.mesh import FaceMesh
from lipsync_studio.engine.faces.track import Person
from lipsync_studio.engine.media.colour import rgb_to_planes
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.spans import Spans
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer
from lipsync_studio.engine.score.clip import score_clip
from lipsync_studio.engine.score.sync import sync
from lipsync_studio.engine.score.syncnet import SyncNet, SyncNetTowers
from lipsync_studio.engine.score.syncnet_clip import lse_of


@pytest.mark.parametrize("fps", [1, 2])
def test_few_frames_a_second_have_a_score(fps):
    curve = np.random.default_rng(0).random(6 * fps)
    assert sync(curve, curve, fps) is not None


def test_a_run_at_two_frames_a_second(footage, voice, host, tmp_path):
    source = ImageSource(np.stack(footage[:6]).astype(np.float32) / 255, 2)
    report = run(DubBackend(VisemeEngine()), LipSyncRequest(source, voice(6.0)), host, tmp_path / "out.mp4")
    assert report.frames == 12


def test_a_score_that_fails_costs_no_file(clip, track, voice, host, tmp_path, monkeypatch):
    def broken(*given):
        raise RuntimeError("the interpreter failed")

    monkeypatch.setattr(FaceMesh, "follow", broken)
    request = LipSyncRequest(clip, voice(5.2), track=track)
    report = run(DubBackend(VisemeEngine()), request, host, tmp_path / "out.mp4")
    assert report.score["verdict"] == "There is no score."
    assert (tmp_path / "out.mp4").exists()


def test_a_sound_that_cannot_be_scored_costs_no_file(clip, voice, host, monkeypatch):
    """Of an engine without footage, such as a service that has been paid."""

    def broken(*given):
        raise AudioError("The sound can't be read.")

    monkeypatch.setattr(scoring, "voice_samples", broken)
    rendering = SimpleNamespace(duration=Fraction(6), footage=None)
    score = RunScore(LipSyncRequest(clip, voice(5.2)), rendering, None, host)
    assert score.result().notes == ["The sound can't be read."]


@pytest.fixture(scope="module")
def towers():
    return SyncNetTowers()


@pytest.mark.parametrize("seen", [range(6), [*range(20), *range(40, 60)]], ids=["short", "gap"])
def test_lse_of_a_face_that_comes_and_goes(make_clip, voice, host, towers, seen):
    source = make_clip(60)
    boxes, scores = np.zeros((60, 4), np.float32), np.zeros(60, np.float32)
    boxes[list(seen)], scores[list(seen)] = (90, 90, 235, 225), 1
    person = Person(1, 0, boxes, np.zeros((60, 468, 3), np.float32), scores, np.zeros(60, bool))
    found = lse_of(source, [person], voice(2.4).mono(16000), SyncNet(towers, host), host)
    assert found is None if len(seen) == 6 else found.windows == 15


def test_a_still_mouth_in_a_file_scores_nothing(footage, voice, host, tmp_path):
    with Mp4Writer(tmp_path / "still.mp4", (320, 320), Fraction(25), Colour(), None, Fraction(6)) as writer:
        for index in range(150):
            planes = rgb_to_planes(footage[0], Colour())
            writer.write(Frame(planes, Colour(), Fraction(index, 25), index))
    score = score_clip(VideoSource(tmp_path / "still.mp4"), voice(6.0).mono(16000), Spans([(0, 6)]), host)
    assert (score.verdict, score.value) == ("The mouth does not move.", 0)


def test_what_is_scored_shows_the_face(footage, voice, host, tmp_path):
    """Of 16 s of speech the first eight show another picture."""
    pictures = [np.full_like(footage[0], 90)] * 80 + footage + footage[:-21:-1]
    source = ImageSource(np.stack(pictures).astype(np.float32) / 255, 10)
    words = WordTimings((Line((Word("one", 0, 8), Word("two", 8.5, 15.5))),))
    request = LipSyncRequest(source, voice(16.0), words=words)
    report = run(DubBackend(VisemeEngine()), request, host, tmp_path / "out.mp4")
    assert report.generated > 60
    assert report.score["seconds"] >= 5, report.score["verdict"]
