"""Which frames the network sees together at any rate, and how steady what comes out is."""

import math
from fractions import Fraction

import numpy as np
import pytest

from lipsync_studio.backends.latentsync.clock import MOST, Clock, Steadiness, unsteadiness

SIDE = 32


def shade(value):
    return np.full((SIDE, SIDE, 3), value, np.uint8)


@pytest.mark.parametrize(
    ("fps", "turns", "frames"),
    [
        (Fraction(24000, 1001), 1, 16),
        (25, 1, 16),
        (Fraction(75, 4), 1, 16),
        (Fraction(125, 4), 1, 16),
        (48, 2, 31),
        (50, 2, 31),
        (Fraction(60000, 1001), 2, 31),
        (60, 2, 31),
        (16, 0, 10),
        (5, 0, 4),
        (1, 0, 1),
        (35, 0, 22),
        (120, 0, 73),
        (240, 0, 145),
    ],
)
def test_how_many_frames_make_a_clip(fps, turns, frames):
    clock = Clock(Fraction(fps))
    assert (clock.turns, clock.frames) == (turns, frames)
    assert (clock.note() is None) == (turns == 1)


@pytest.mark.parametrize("fps", [1, 5, 12, 16, 18, 25, 30, 35, 50, 60, 90, 120, 240])
def test_no_pass_holds_more_than_the_network_takes_and_every_face_comes_back(fps):
    """For clips as short as they come, on a grid and where the rate varies."""
    rng = np.random.default_rng(fps)
    clock = Clock(Fraction(fps))
    for count in range(1, clock.frames + 1):
        for steps in (np.ones(count), rng.uniform(0.2, 3, count)):
            times = 7 + np.cumsum(steps) / fps
            passes = clock.passes(times)
            assert all(len(each.faces) == len(each.times) <= 16 for each in passes)
            assert all(each.faces.min() >= 0 and each.faces.max() < count for each in passes)
            painted = [shade(0) for each in passes for _ in each.faces]
            faces, _ = clock.faces(painted, times)
            assert len(faces) == count


def test_at_50_every_second_frame_has_a_pass_of_its_own_and_its_own_time():
    times = 2 + np.arange(31) / 50
    one, other = Clock(Fraction(50)).passes(times)
    assert one.faces.tolist() == list(range(0, 31, 2))
    assert other.faces.tolist() == list(range(1, 31, 2))
    assert np.array_equal(one.times, times[::2])
    assert np.array_equal(other.times, times[1::2])


def painted_by_time(clock, times):
    """What comes out where the network paints the time at which a face is heard: 2.5 ms a level."""
    ticks = np.concatenate([each.times for each in clock.passes(times)])
    return [shade(round(400 * (time - times[0]))) for time in ticks]


def heard(faces):
    return np.array([float(face[0, 0, 0]) for face in faces]) / 400


@pytest.mark.parametrize("fps", [5, 12, 16, 18])
def test_below_the_network_sees_the_nearest_frame_every_40_ms(fps):
    clock = Clock(Fraction(fps))
    times = 3 + np.arange(clock.frames) / fps
    (only,) = clock.passes(times)
    assert np.allclose(np.diff(only.times), 0.04)
    assert np.abs(times[only.faces] - only.times).max() <= 0.5 / fps + 1e-9
    faces, ratio = clock.faces(painted_by_time(clock, times), times)
    assert ratio is None
    # Half of 40 ms, and half a level.
    assert np.abs(heard(faces) - (times - times[0])).max() <= 0.02 + 0.0013


@pytest.mark.parametrize("fps", [35, 90, 120])
def test_above_faces_in_between_are_mixed_of_two(fps):
    clock = Clock(Fraction(fps))
    times = 3 + np.arange(clock.frames) / fps
    (only,) = clock.passes(times)
    assert np.abs(times[only.faces] - only.times).max() <= 0.5 / fps + 1e-9
    faces, _ = clock.faces(painted_by_time(clock, times), times)
    off = np.abs(heard(faces) - (times - times[0]))
    # Half a level each for the two and their mixture; beyond the last tick, half of 40 ms.
    assert off[times - times[0] <= only.times[-1] - times[0]].max() <= 0.0026
    assert off.max() <= 0.02 + 0.0026


def test_steady_motion_stays_as_it_was_painted():
    clock = Clock(Fraction(50))
    times = np.arange(31) / 50
    levels = [4 * at for at in range(31)]
    painted = [shade(levels[at]) for at in [*range(0, 31, 2), *range(1, 31, 2)]]
    faces, ratio = clock.faces(painted, times)
    assert ratio == pytest.approx(1)
    assert [int(face[0, 0, 0]) for face in faces] == levels


@pytest.mark.parametrize("count", [3, 4, 30, 31])
def test_where_the_passes_disagree_every_second_face_is_mixed(count):
    clock = Clock(Fraction(50))
    levels = [4 * at + (9 if at % 2 else 0) for at in range(count)]
    painted = [shade(levels[at]) for at in [*range(0, count, 2), *range(1, count, 2)]]
    faces, ratio = clock.faces(painted, np.arange(count) / 50)
    assert ratio > MOST
    # The last of an even number has a neighbour on one side only.
    expected = [4 * min(at, (count - 1) // 2 * 2) for at in range(count)]
    assert [int(face[0, 0, 0]) for face in faces] == expected
    assert unsteadiness(faces) <= MOST


def test_only_what_the_network_paints_is_measured():
    faces = [shade(4 * at) for at in range(6)]
    flicker = [face.copy() for face in faces]
    for face in flicker[::2]:
        face[: SIDE // 4] = 200
    assert unsteadiness(flicker) == unsteadiness(faces) == pytest.approx(1)
    assert unsteadiness([shade(7)] * 3) == 1
    assert unsteadiness([shade(0), shade(9), shade(0)]) == math.inf


def test_two_frames_are_too_few_to_tell():
    faces, ratio = Clock(Fraction(50)).faces([shade(0), shade(90)], np.arange(2) / 50)
    assert [int(face[0, 0, 0]) for face in faces] == [0, 90]
    assert ratio is None


def test_the_run_s_note_is_kept_up_to_date():
    notes = ["one"]
    steadiness = Steadiness(notes)
    steadiness.record(1.0)
    notes.append("other")
    steadiness.record(1.1)
    assert notes[0::2] == ["one", "other"]
    assert notes[1] == (
        "Neighbouring faces of the two passes differ 1.05 times as much, per time, as those of one "
        "(median of 2 clips, 1.10 at most)."
    )
    steadiness.record(1.5)
    assert notes[1].endswith(
        "1.50 at most): in 1 clip over 1.2 every second face is mixed of the two beside it."
    )
