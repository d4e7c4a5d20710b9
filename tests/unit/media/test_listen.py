"""A sound for the page: its outline, and a file that can be played from anywhere."""

from fractions import Fraction

import av
import numpy as np
import pytest

from lipsync_studio.engine.errors import OutputError
from lipsync_studio.engine.media.listen import sound_key, write_flac
from lipsync_studio.engine.media.peaks import peaks
from lipsync_studio.engine.media.sound import Sound


@pytest.fixture(scope="module")
def noise():
    samples = np.random.default_rng(3).uniform(-0.4, 0.4, (2, 61 * 44100 + 17)).astype(np.float32)
    return Sound(samples, 44100)


def test_each_column_holds_the_extremes_of_its_samples(noise):
    mixed = noise.samples.mean(axis=0)
    loudest = np.abs(mixed).max()
    levels = peaks(noise)
    assert [level.rate for level in levels] == [500, 125, 31.25, 7.8125]
    for level in levels:
        assert level.columns.dtype == np.int8
        count = len(level.columns)
        assert count == -(-len(levels[0].columns) * level.rate // 500)
        for column in (0, 1, count // 2, count - 1):
            first, last = (int(edge * 44100 / level.rate) for edge in (column, column + 1))
            span = mixed[first:last]
            expected = np.round([span.min() * 127 / loudest, span.max() * 127 / loudest])
            assert abs(level.columns[column] - expected).max() <= 1, (level.rate, column)


@pytest.mark.parametrize(("rate", "count"), [(44100, 1), (300, 600), (8000, 8001)])
def test_short_and_slow_sounds_have_an_outline(rate, count):
    samples = np.full((1, count), 0.25, np.float32)
    (*_, coarsest) = peaks(Sound(samples, rate))
    assert (coarsest.columns == 127).all()


def test_silence_is_a_line():
    assert not peaks(Sound(np.zeros((1, 4410), np.float32), 44100))[0].columns.any()


def test_the_file_holds_the_same_samples(noise, tmp_path):
    path = tmp_path / "new" / "sound.flac"
    write_flac(noise, path)
    back = Sound.load(path)
    assert (back.rate, back.samples.shape) == (44100, noise.samples.shape)
    assert abs(back.samples - noise.samples).max() < 1 / 16000
    with av.open(str(path)) as container:
        # Told in the head, so that a page knows the length before it has the file.
        assert Fraction(container.duration, av.time_base) == pytest.approx(float(noise.duration), abs=1e-5)
    assert [one.name for one in path.parent.iterdir()] == ["sound.flac"]


def test_surround_at_a_high_rate_becomes_what_browsers_play(tmp_path):
    tone = np.sin(np.arange(96000) * (2 * np.pi * 440 / 96000)).astype(np.float32) * 0.5
    write_flac(Sound(np.tile(tone, (6, 1)), 96000), tmp_path / "sound.flac")
    back = Sound.load(tmp_path / "sound.flac")
    assert (back.rate, back.samples.shape) == (48000, (1, 48000))
    # The resampler's filter starts up within its first milliseconds.
    assert abs(back.samples[0, 480:-480] - tone[960:-960:2]).max() < 0.01


def test_a_file_that_cannot_be_written_leaves_nothing(noise, tmp_path):
    (tmp_path / "sound.flac").mkdir()
    with pytest.raises(OutputError, match=r"sound\.flac\" can't be written"):
        write_flac(noise, tmp_path / "sound.flac")
    assert [one.name for one in tmp_path.iterdir()] == ["sound.flac"]


def test_the_key_changes_with_a_sample(noise):
    other = noise.samples.copy()
    other[1, -1] += 0.001
    keys = {sound_key(one) for one in (noise, Sound(other, 44100), Sound(noise.samples, 48000))}
    assert len(keys) == 3
    assert sound_key(Sound(noise.samples.copy(), 44100)) in keys
