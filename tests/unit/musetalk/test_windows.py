"""Windows of audio: the training's at every frame rate, the original's where parity is asked for."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.nets.audio_windows import parity_frame_count, parity_windows, windows
from lipsync_studio.musetalk_core.presets import PRESETS

NEW, FIRST = PRESETS["v1.5"].audio, PRESETS["v1.0-original"].audio
RATES = [Fraction(*rate) for rate in (
    (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1)
)]  # fmt: skip
SECONDS = 12


def numbered(count):
    """States [count, 5, 1], each of which says its number (from 1) and its layer."""
    return torch.arange(1.0, count + 1)[:, None, None] * 10 + torch.arange(5.0)[:, None]


def heard(tokens):
    """The states' numbers (from 0) in windows [N, 50, 1] of `numbered`; -1 for padding."""
    states = tokens.unflatten(1, (10, 5))[..., 0]
    layers = states - states[..., :1]
    present = states[..., 0] > 0
    assert (layers[present] == torch.arange(5.0)).all()
    return (states[..., 0] / 10).round().long().numpy() - 1


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_every_rate_hears_what_training_heard(rate):
    """At 25 fps frame i heard the states [2i−4, 2i+6): 80 ms before the frame to 120 ms after."""
    total = SECONDS * 50
    frames = range(int(SECONDS * rate))
    times = np.array([float(frame / rate) for frame in frames])
    found = heard(windows(numbered(total), times, NEW))
    for frame, window in zip(frames, found, strict=True):
        own = int(frame / rate * 50)
        wanted = np.arange(own - 4, own + 6)
        wanted[(wanted < 0) | (wanted >= total)] = -1
        assert window.tolist() == wanted.tolist()


def test_training_itself():
    found = heard(windows(numbered(100), np.arange(10, 40) / 25, NEW))
    assert (found[:, 0] == 2 * np.arange(10, 40) - 4).all()
    assert (found[:, -1] == 2 * np.arange(10, 40) + 5).all()


def test_uneven_times_in_any_order():
    found = heard(windows(numbered(200), np.array([3.0, 0.5, 0.519999, 0.52, 1.001]), NEW))
    assert found[:, 4].tolist() == [150, 25, 25, 26, 50]


def test_outside_the_sound():
    times = np.array([-1.0, 0.0, 1.98, 5.0])
    zero = heard(windows(numbered(100), times, NEW))
    assert zero[0].tolist() == [-1] * 10
    assert zero[1].tolist() == [-1] * 4 + [0, 1, 2, 3, 4, 5]
    assert zero[2].tolist() == [95, 96, 97, 98, 99] + [-1] * 5
    assert zero[3].tolist() == [-1] * 10
    edge = heard(windows(numbered(100), times, FIRST))
    assert edge[0].tolist() == [0] * 10
    assert edge[1].tolist() == [0] * 4 + [0, 1, 2, 3, 4, 5]
    assert edge[2].tolist() == [95, 96, 97, 98, 99] + [99] * 5
    assert edge[3].tolist() == [99] * 10


def test_tokens_are_ordered_by_time_then_layer():
    states = torch.arange(20 * 5 * 3.0).view(20, 5, 3)
    tokens = windows(states, np.array([0.16]), NEW)
    assert torch.equal(tokens, states[4:14].reshape(1, 50, 3))


@pytest.mark.parametrize("fps", range(25, 50))
def test_parity_is_the_same_from_25_to_49(fps):
    frames = np.arange(11 * fps)
    states = numbered(SECONDS * 50)
    behind = heard(windows(states, frames / fps, NEW)) - heard(parity_windows(states, frames, fps, NEW))
    # Where a frame lies right on a state, a rounding error of the original's may take the one before.
    on_a_state = frames * 50 % fps == 0
    assert not behind[~on_a_state].any()
    assert np.isin(behind, (0, 1)).all()
    if fps in (25, 30):
        assert not behind.any()


@pytest.mark.parametrize(("fps", "early"), [(24, 2), (17, 2), (16, 4), (12, 6)])
def test_parity_keeps_the_originals_lag_at_low_rates(fps, early):
    frames = np.arange(2 * fps, 5 * fps)
    found = heard(parity_windows(numbered(600), frames, fps, NEW))
    own = np.array([int(Fraction(int(frame) * 50, fps)) for frame in frames])
    assert (found[:, 0] == own - 4 - early).all()


def test_parity_cuts_the_fraction_of_the_rate():
    frames = np.arange(50)
    states = numbered(600)
    assert torch.equal(parity_windows(states, frames, 29.97, NEW), parity_windows(states, frames, 29, NEW))
    # The first release did not.
    found = heard(parity_windows(states, frames, 29.97, FIRST))
    assert (found[:, 4] == [int(frame * 50 / 29.97) for frame in frames]).all()


@pytest.mark.parametrize("fps", [50, 59.94, 60])
def test_parity_where_the_original_stops(fps):
    with pytest.raises(InputError, match="parity"):
        parity_windows(numbered(100), np.arange(3), fps, NEW)


def test_parity_frame_counts():
    minute = 60 * 16000
    # 23.976 frames a second are counted as 23: 57.56 s of picture for 60 s of sound.
    assert parity_frame_count(minute, 23.976, NEW) == 1380
    assert parity_frame_count(52800, 25, NEW) == 82
    assert parity_frame_count(52800, 30, NEW) == 99
    # Up to two frames more than the sound has.
    assert parity_frame_count(minute, 25, FIRST) == 1502
    assert parity_frame_count(minute, 30, FIRST) == 1802
