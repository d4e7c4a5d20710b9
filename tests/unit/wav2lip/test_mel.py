"""What Wav2Lip hears: its spectrogram, and which 0.2 seconds belong to a frame."""

import numpy as np
import pytest
import torch

from lipsync_studio.backends.wav2lip.mel import mel_windows, parity_starts, parity_windows
from lipsync_studio.engine.errors import AudioError
from lipsync_studio.engine.nets.wav2lip_mel import WINDOW, column_count, mel_columns


def test_the_spectrogram_is_the_originals(speech, goldens):
    mel = mel_columns(speech, 0, column_count(speech.size), mirrored=True).numpy()
    assert mel == pytest.approx(goldens["mel"], abs=1e-4)


def test_beyond_the_sound_there_is_silence_not_an_echo(speech, goldens):
    """Only the two columns at each end are others, and by as much as librosa's two ways of padding are."""
    off = np.abs(mel_columns(speech, 0, 193).numpy() - goldens["mel"]).max(axis=0)
    assert off[2:-2].max() < 1e-4
    assert off[[0, 1, -2, -1]].max() > 0.3
    assert (mel_columns(speech, -8, 5).numpy() == -4).all()
    assert (mel_columns(speech, 200, 5).numpy() == -4).all()
    assert (mel_columns(speech[:0], 0, 16).numpy() == -4).all()


@pytest.mark.parametrize("first", [-5, 0, 1, 60, 170, 190])
def test_columns_are_the_same_wherever_the_work_begins(speech, first):
    """Pre-emphasis looks at one sample before the first, too."""
    whole = mel_columns(speech, -20, 240)
    part = mel_columns(speech, first, 9)
    torch.testing.assert_close(part, whole[:, first + 20 : first + 29], atol=2e-5, rtol=0)


@pytest.mark.parametrize("fps", ["25.000", "30.000", "23.976"])
def test_the_originals_frames_hear_its_columns(speech, goldens, fps):
    starts = goldens[f"starts_{fps}"]
    assert np.array_equal(parity_starts(193, float(fps)), starts)
    some = np.array([0, 7, len(starts) - 1, len(starts) + 9])
    found = parity_windows(speech, some, float(fps)).numpy()
    for window, start in zip(found, starts[np.minimum(some, len(starts) - 1)], strict=True):
        assert window == pytest.approx(goldens["mel"][:, start : start + WINDOW], abs=1e-4)


@pytest.mark.parametrize(
    ("columns", "fps", "starts"),
    [
        (16, 25, [0, 0]),  # one that fits, and one from the end
        (19, 25, [0, 3, 3]),
        (20, 25, [0, 3, 4]),
        (20, 80, [0, 1, 2, 3, 4, 4]),
        (40, 5, [0, 16, 24]),
    ],
)
def test_the_original_makes_one_frame_more_than_fits(columns, fps, starts):
    assert parity_starts(columns, fps).tolist() == starts


def test_too_short_a_sound_is_one_sentence(speech):
    assert len(parity_windows(speech[:3000], np.array([0]), 25)) == 1
    with pytest.raises(AudioError, match=r"0\.2 seconds of sound and more: switch parity off"):
        parity_windows(speech[:2999], np.array([0]), 25)


def test_frames_hear_their_time_at_any_rate_and_in_any_order(speech):
    """Frame 18 at 30 fps, 15 at 25 and 14.4 at 24000/1001 all appear at 0.6 s: column 48."""
    times = np.array([18 / 30, 15 / 25, 14.4 * 1001 / 24024, 0.6 + 1 / 81, -0.1])
    found = mel_windows(speech, times)
    wanted = mel_columns(speech, 48, WINDOW)
    for window in found[:4]:
        assert torch.equal(window, wanted)
    assert torch.equal(found[4], mel_columns(speech, -8, WINDOW))
    # By itself or among others: to the last bit.
    assert torch.equal(mel_windows(speech, times[1:2])[0], found[1])
    assert mel_windows(speech, np.empty(0)).shape == (0, 80, 16)
