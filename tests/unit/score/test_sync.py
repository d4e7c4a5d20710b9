"""A mouth and its own voice, other voices, and curves that tell nothing."""

import numpy as np
import pytest

from lipsync_studio.devtools.bench.score import DELAY, FPS, joined, levels, trials
from lipsync_studio.engine.score.sync import circular_correlation, sync
from lipsync_studio.engine.score.voice_level import is_silent, voice_level


@pytest.fixture(scope="module")
def tried(speakers):
    """Forty orders of six real speakers, more than 20 s each."""
    return trials(speakers, 40)


@pytest.fixture(scope="module")
def speech(speakers):
    """Opening and level of one order."""
    opening, voice = joined(speakers, np.random.default_rng(1))
    assert len(opening) > 20 * FPS
    return opening, levels(voice, len(opening))


def test_a_mouths_own_voice_is_known(tried):
    assert max(tried["own_p"]) <= 0.01
    # What the help page says.
    assert 0.38 < min(tried["own_score"]) <= max(tried["own_score"]) < 0.42


def test_another_voice_is_not_taken_for_it(tried):
    assert tried["others_passed_over"] >= 0.9
    assert abs(np.mean(tried["other_score"])) < 0.05
    assert -0.1 < min(tried["other_score"]) <= max(tried["other_score"]) < 0.14


def test_a_delay_moves_the_lag(tried):
    assert all(abs(by - DELAY) <= 1 for by in tried["moved"])


@pytest.mark.parametrize("frames", [-6, 6])
def test_a_lag_beyond_what_counts_as_in_time_is_still_found(speech, frames):
    opening, level = speech
    found = sync(np.roll(opening, frames), level, FPS)
    assert abs(found.lag - frames) <= 1
    assert found.lag_p <= 0.01 < found.p


def test_frames_without_a_face_do_not_count(speech):
    opening, level = speech
    hidden = opening.copy()
    hidden[100:150] = np.nan
    noisy = opening.copy()
    noisy[100:150] = np.random.default_rng(3).uniform(0, 0.5, 50)
    clear, partial, wrong = (sync(each, level, FPS) for each in (opening, hidden, noisy))
    assert partial.p <= 0.01
    assert abs(partial.score - clear.score) < 0.06 < clear.score - wrong.score


@pytest.mark.parametrize("still", [0.0, 0.123])
def test_a_still_mouth_scores_nothing(speech, still):
    found = sync(np.full(500, still), speech[1][:500], FPS)
    assert (found.score, found.p, found.lag, found.correlation) == (0, 1, 0, 0)


def test_a_voice_that_never_changes_scores_nothing(speech):
    found = sync(speech[0], np.full(len(speech[0]), -7.0), FPS)
    assert (found.score, found.p, found.lag, found.correlation) == (0, 1, 0, 0)


def test_under_five_seconds_nothing_is_said(speech):
    opening, level = speech
    assert sync(opening[:124], level[:124], FPS) is None
    assert sync(opening[:125], level[:125], FPS) is not None
    hidden = opening[:200].copy()
    hidden[:80] = np.nan
    assert sync(hidden, level[:200], FPS) is None


def test_each_shift_has_pearsons_correlation_over_the_frames_that_count():
    random = np.random.default_rng(2)
    mouth, voice, seen = random.normal(2, 1, 40), random.normal(-5, 3, 40), random.random(40) < 0.7
    expected = [np.corrcoef(mouth[seen], np.roll(voice, shift)[seen])[0, 1] for shift in range(40)]
    assert circular_correlation(mouth, voice, seen) == pytest.approx(np.array(expected), abs=1e-12)


def test_the_level_is_the_voices_power_in_decibels():
    at = np.arange(48000) / 16000
    tone = np.where(at < 1.5, 0.2, 0.02) * np.sin(2 * np.pi * 800 * at)
    level = voice_level(tone.astype(np.float32), np.array([0.7, 2.3, 9.0]))
    loud, soft, ended = 10 * level / np.log(10)
    assert loud == pytest.approx(10 * np.log10(0.2**2 / 2), abs=0.1)
    assert loud - soft == pytest.approx(20, abs=0.2)
    assert loud - ended == pytest.approx(40, abs=0.2)


def test_hum_and_silence_are_no_voice():
    at = np.arange(32000) / 16000
    hum = (0.3 * np.sin(2 * np.pi * 50 * at) * (1 + np.sin(2 * np.pi * 3 * at))).astype(np.float32)
    middles = np.arange(10, 190) / 100
    assert is_silent(voice_level(np.zeros(32000, np.float32), middles))
    assert is_silent(voice_level(hum * np.float32(1e-2), middles))
    spoken = hum * np.sin(2 * np.pi * 500 * at).astype(np.float32)
    assert not is_silent(voice_level(spoken, middles))
