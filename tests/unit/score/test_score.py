"""All measures of a clip together, and clips that have little to measure."""

import json

import numpy as np
import pytest

from lipsync_studio.devtools.bench.score import FPS, delayed, joined
from lipsync_studio.engine.media.spans import Spans
from lipsync_studio.engine.media.voice import voiced_spans
from lipsync_studio.engine.score.mouth import MouthCurves
from lipsync_studio.engine.score.score import P_MEANS, Lse, score_mouth


def curves_of(opening):
    curves = MouthCurves.empty(len(opening))
    curves.opening[:] = opening
    curves.width[:] = 0.6
    curves.place[:] = 0
    return curves


@pytest.fixture(scope="module")
def speech(speakers):
    return joined(speakers, np.random.default_rng(1))


def scored(opening, samples, times=None, **more):
    times = np.arange(len(opening)) / FPS if times is None else times
    return score_mouth(curves_of(opening), times, FPS, samples, voiced_spans(samples), **more)


def test_a_speaker_in_time(speech):
    score = scored(*speech, closures=[(1.0, 1.1)])
    assert score.verdict == "The mouth follows the voice."
    assert score.value == score.sync.score > 0.3
    assert score.seconds == len(speech[0]) / FPS
    assert 0 <= score.moving_in_silence < 0.2
    assert 0.2 < score.shut_in_silence <= 1
    assert score.shut_on_pbm in (0, 1)
    saved = json.loads(json.dumps(score.to_dict()))
    assert saved["sync"]["p"] == round(score.sync.p, 4)
    assert (saved["lse"], saved["repaint"]) == (None, None)
    assert saved["sync"]["p_means"] == P_MEANS
    assert f"\n{P_MEANS}\n" in score.text()
    assert "Sync score: 0." in score.text()
    assert "Lag of the mouth: +0 frames (+0 ms)" in score.text()


def test_a_speaker_who_is_late(speech):
    opening, samples = speech
    assert scored(delayed(opening, 6), samples).verdict == "The mouth follows the voice, 240 ms too late."


def test_a_lag_is_told_in_time_at_any_rate(speech):
    """Four frames at 60 a second are as late as one and two thirds at 25."""
    opening, samples = speech
    at = np.arange(int(len(opening) / FPS * 60)) / 60
    fast = np.interp(at, np.arange(len(opening)) / FPS, opening)
    score = score_mouth(curves_of(delayed(fast, 4)), at, 60, samples, voiced_spans(samples))
    assert abs(score.sync.lag - 4) <= 1
    assert score.to_dict()["lag_ms"] == pytest.approx(score.sync.lag / 60 * 1000, abs=1e-3)
    assert f"{score.sync.lag:+d} frames ({score.lag_ms:+.0f} ms)" in score.text()


def test_syncnets_offset_is_told_in_time(speech):
    score = scored(*speech, lse=Lse(8.0, 6.0, -2, 500))
    assert "offset -2 frames of 25 a second (-80 ms)" in score.text()
    assert score.to_dict()["lse"]["offset_ms"] == -80


def test_a_speaker_who_says_something_else(speech):
    opening, samples = speech
    score = scored(opening, np.roll(samples, 8 * 16000))
    assert score.verdict == "No sign that the mouth follows this voice."
    assert "Lag of the mouth" not in score.text()


def test_a_variable_rate_changes_nothing(speech):
    opening, samples = speech
    shown = np.sort(np.random.default_rng(5).permutation(len(opening))[: len(opening) * 3 // 4])
    shown[0], shown[-1] = 0, len(opening) - 1
    uneven = scored(opening[shown], samples, shown / FPS)
    assert uneven.sync.p <= 0.01
    assert uneven.sync.lag == 0
    # The same frames taken for even ones are another mouth.
    assert scored(opening[shown], samples).sync.p > 0.05


@pytest.mark.parametrize("seconds", [12.0, 60.0])
def test_sound_and_video_of_different_lengths(speech, seconds):
    opening, samples = speech
    sound = np.resize(samples, round(seconds * 16000)) if seconds < 20 else np.pad(samples, (0, 16000 * 30))
    score = scored(opening, sound)
    assert score.sync.p <= 0.02
    ends = [note for note in score.notes if note.startswith("The sound ends after 12.0 s")]
    assert len(ends) == (seconds < 20)
    assert score.seconds == pytest.approx(min(seconds, len(opening) / FPS), abs=0.05)


@pytest.mark.parametrize(
    ("frames", "seconds", "verdict"),
    [
        (1, 3.0, "Too short to say: 0.0 s with a face and sound, 5 s are needed."),
        (100, 10.0, "Too short to say: 4.0 s with a face and sound, 5 s are needed."),
        (200, 0.0, "No face is seen while there is sound: there is no mouth to score."),
    ],
)
def test_what_is_too_short_is_said_to_be(speech, frames, seconds, verdict):
    opening, samples = speech
    score = scored(opening[:frames], samples[: round(seconds * 16000)])
    assert score.verdict == verdict
    assert (score.sync, score.value) == (None, 0)


def test_silence_a_still_mouth_and_no_face(speech):
    opening, samples = speech
    quiet = scored(opening, np.zeros(len(samples), np.float32))
    assert quiet.verdict == "There is no voice in the sound that a mouth could follow."
    still = scored(np.full(500, 0.02), samples)
    assert still.verdict == "The mouth does not move."
    nobody = scored(np.full(500, np.nan), samples)
    assert nobody.verdict.startswith("No face is seen")
    for score in (quiet, still, nobody):
        assert score.value == 0
        assert "NaN" not in json.dumps(score.to_dict())


def test_shares_need_silence(speech):
    opening, samples = speech
    score = score_mouth(curves_of(opening), np.arange(len(opening)) / FPS, FPS, samples, Spans([(0, 99)]))
    assert (score.shut_in_silence, score.moving_in_silence, score.shut_on_pbm) == (None, None, None)
