"""Lips that are shut where they should be, and steady."""

import numpy as np
import pytest

from lipsync_studio.engine.media.spans import Spans
from lipsync_studio.engine.score.closure import (
    jitter,
    moving_in_silence,
    quiet_frames,
    shut_in_silence,
    shut_on,
)  # fmt: skip
from lipsync_studio.engine.score.mouth import MouthCurves, mouth_aperture, mouth_width

FPS = 25
MIDDLES = (np.arange(100) + 0.5) / FPS


def curves(opening):
    found = MouthCurves.empty(len(opening))
    found.opening[:] = opening
    return found


def test_only_what_is_well_outside_of_speech_is_quiet():
    quiet = quiet_frames(MIDDLES, Spans([(1.0, 2.0)]))
    assert np.flatnonzero(quiet).tolist() == [*range(0, 19), *range(56, 100)]


def test_shares_of_quiet_frames():
    opening = np.full(100, 0.02)
    opening[:10] = 0.2  # open, then shut at once
    opening[40:60] = np.repeat([0.1, 0.0], 2).tolist() * 5  # chatters
    mouth = curves(opening)
    quiet = np.ones(100, bool)
    assert shut_in_silence(mouth, quiet, FPS) == pytest.approx(0.8)
    # Frames whose neighbours differ: two where the mouth shuts, and 22 in and around the chatter.
    assert moving_in_silence(mouth, quiet, FPS) == pytest.approx(24 / 98)
    quiet[:61] = False
    assert (shut_in_silence(mouth, quiet, FPS), moving_in_silence(mouth, quiet, FPS)) == (1, 0)


def test_where_hardly_a_frame_is_quiet_nothing_is_said():
    quiet = np.zeros(100, bool)
    quiet[:8] = True
    mouth = curves(np.zeros(100))
    assert (shut_in_silence(mouth, quiet, FPS), moving_in_silence(mouth, quiet, FPS)) == (None, None)


def test_a_phone_counts_as_shut_when_the_lips_meet_in_it():
    opening = np.full(100, 0.2)
    opening[50] = 0.01
    opening[75:] = np.nan
    mouth = curves(opening)
    assert shut_on([(2.0, 2.08), (1.0, 1.08)], mouth, MIDDLES) == 0.5
    assert shut_on([(2.02, 2.021)], mouth, MIDDLES) == 1  # shorter than a frame
    assert shut_on([(3.4, 3.5)], mouth, MIDDLES) is None  # no face there
    assert shut_on([], mouth, MIDDLES) is None


def test_jitter_is_what_jumps_and_not_what_moves():
    mouth = curves(np.zeros(100))
    mouth.place[:] = np.linspace(0, 1, 100)[:, None]
    assert jitter(mouth) == pytest.approx(0, abs=1e-9)
    mouth.place[::2] += 0.01
    assert jitter(mouth) == pytest.approx(2 * np.hypot(1, 1), rel=1e-6)
    assert jitter(MouthCurves.empty(5)) is None


def test_curves_are_the_meshes_measures_in_parts_of_the_eyes_distance(mesh):
    near = np.stack([mesh, 2 * mesh])
    found = MouthCurves.empty(3)
    found.put(np.array([0, 2]), near)
    assert found.seen.tolist() == [True, False, True]
    assert found.opening[0] == pytest.approx(found.opening[2], rel=1e-4)
    ratio = mouth_aperture(mesh) / mouth_width(mesh)
    assert found.opening[0] / found.width[0] == pytest.approx(ratio, rel=1e-3)
    assert found.place[0] == pytest.approx(found.place[2], abs=1e-4)


def test_a_variable_rate_is_laid_on_an_even_clock():
    times = np.array([0.0, 0.04, 0.12, 0.16, 0.2])
    mouth = curves(np.array([0.0, 0.1, 0.3, np.nan, 0.2]))
    even = mouth.on_even_clock(times, 25)
    assert even.opening == pytest.approx(np.array([0, 0.1, 0.2, 0.3, np.nan, 0.2]), nan_ok=True)
    assert mouth.on_even_clock(np.arange(5) / 25, 25) is mouth
