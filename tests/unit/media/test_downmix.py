"""Channels to one: what is said on any of them is heard."""

from __future__ import annotations

import numpy as np
import pytest

from lipsync_studio.engine.media.downmix import Downmix
from lipsync_studio.engine.media.sound import Sound

RATE = 16000


def noise(seconds: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def mono(*channels: np.ndarray, layout: str = "") -> np.ndarray:
    return Sound(np.stack(channels), RATE, layout).mono(RATE)


def test_two_channels_are_their_mean():
    left, right = noise(2, 1), noise(2, 2)
    assert (mono(left, right) == 0.5 * left + 0.5 * right).all()
    assert (mono(left, left) == left).all()


@pytest.mark.parametrize("gain", [-1.0, -0.9, -0.7])
def test_where_channels_cancel_the_louder_is_heard(gain):
    left = noise(2, 1)
    left[RATE // 2 : RATE] *= 1e-6  # a pause decides nothing
    for channels in ((left, gain * left), (gain * left, left)):
        np.testing.assert_allclose(mono(*channels), left if gain > -1 else channels[0], atol=1e-6)


def test_a_channel_that_is_only_quieter_or_silent_changes_nothing():
    left = noise(2, 1)
    np.testing.assert_array_equal(mono(left, 0 * left), 0.5 * left)
    np.testing.assert_array_equal(mono(left, -0.2 * left), 0.5 * left + 0.5 * (np.float32(-0.2) * left))


def test_only_the_stretch_that_cancels_is_replaced():
    left, right = noise(4, 1), noise(4, 2)
    right[RATE : 2 * RATE] = -left[RATE : 2 * RATE]
    mixed = mono(left, right)
    plain = 0.5 * left + 0.5 * right
    louder = left if np.square(left).sum() > np.square(right).sum() else right
    margin = RATE // 10
    np.testing.assert_array_equal(mixed[: RATE - margin], plain[: RATE - margin])
    np.testing.assert_array_equal(
        mixed[RATE + margin : 2 * RATE - margin], louder[RATE + margin : 2 * RATE - margin]
    )
    np.testing.assert_array_equal(mixed[2 * RATE + margin :], plain[2 * RATE + margin :])


@pytest.mark.parametrize(
    ("layout", "weights"),
    [
        ("5.1", [0.7071, 0.7071, 1, 0, 0.5, 0.5]),
        ("5.1(side)", [0.7071, 0.7071, 1, 0, 0.5, 0.5]),
        ("7.1", [0.7071, 0.7071, 1, 0, 0.5, 0.5, 0.5, 0.5]),
        ("4.0", [0.7071, 0.7071, 1, 0.5]),
        ("2.1", [0.7071, 0.7071, 0]),
    ],
)
def test_surround_by_bs_775(layout, weights):
    channels = [noise(1, seed) for seed in range(len(weights))]
    expected = np.array(weights, np.float64) / sum(weights) @ np.stack(channels)
    np.testing.assert_allclose(mono(*channels, layout=layout), expected, atol=1e-6)


def test_bass_alone_is_heard():
    bass = noise(1, 1)
    silent = 0 * bass
    np.testing.assert_allclose(mono(silent, silent, bass, layout="2.1"), bass / 3, rtol=1e-6)


def test_channels_that_nobody_knows_count_alike():
    channels = [noise(1, seed) for seed in range(12)]
    np.testing.assert_allclose(mono(*channels), np.mean(channels, axis=0), atol=1e-6)


def test_a_part_is_that_of_the_whole():
    left = noise(3.03, 1)
    right = np.where(np.arange(len(left)) < RATE, noise(3.03, 2), -left)
    mix = Downmix(np.stack([left, right]), RATE, "stereo")
    whole = mix.part()
    assert mix.cancels
    for start, stop in ((0, 1), (777, 20001), (15000, 17000), (40000, None)):
        np.testing.assert_array_equal(mix.part(start, stop), whole[start:stop])


@pytest.mark.parametrize("count", [0, 1, 1599, 1600, 1601])
def test_silence_and_very_short_sounds(count):
    mixed = mono(np.zeros(count, np.float32), np.zeros(count, np.float32))
    assert mixed.shape == (count,)
    assert not mixed.any()


def test_what_was_replaced_is_told():
    left = noise(1, 1)
    notes = Sound(np.stack([left, -left]), RATE).all_notes()
    assert len(notes) == 1
    assert "cancel each other out" in notes[0]
    assert Sound(np.stack([left, left]), RATE).all_notes() == []
