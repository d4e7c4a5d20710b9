"""Which frames and which sound SyncNet is shown."""

from contextlib import nullcontext
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lipsync_studio.engine.faces.track import Person
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.score.syncnet import mfcc, windows
from lipsync_studio.engine.score.syncnet_clip import lse_of

HOST = SimpleNamespace(resident=lambda *models, activation_bytes: nullcontext(), progress=lambda *told: None)


class Watched:
    """Shows what it is shown: a window's mean grey per frame, and its features."""

    model = None

    def __init__(self):
        self.greys, self.features = [], []

    def lips(self, frames):
        assert frames.shape[1:] == (3, 5, 224, 224)
        assert frames.dtype == np.float32
        self.greys += frames.mean(axis=(1, 3, 4)).round().tolist()
        return np.ones((len(frames), 1024), np.float32)

    def voice(self, features):
        self.features.append(features)
        return np.ones((len(features), 1024), np.float32)


def clip_of(frames, fps):
    """Frame k is of the grey 10 + 3 k."""
    greys = (10 + 3 * np.arange(frames)) / 255
    return ImageSource(np.broadcast_to(greys[:, None, None, None], (frames, 64, 64, 3)), fps)


def person_in(first, frames):
    boxes = np.tile(np.array([16.0, 16, 48, 48], np.float32), (frames, 1))
    return Person(1, first, boxes, np.zeros((frames, 468, 3)), np.ones(frames), np.zeros(frames, bool))


@pytest.mark.parametrize(("fps", "step"), [(25, 1), (50, 2)])
def test_windows_of_five_frames_at_25_a_second(fps, step):
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, 48000).astype(np.float32)
    watched = Watched()
    found = lse_of(clip_of(80, fps), [person_in(10, 60)], samples, watched, HOST)
    count = 60 // step - 5
    assert found.windows == len(watched.greys) == count
    first = [10 + 3 * (10 + step * k) for k in range(5)]
    assert watched.greys[0] == pytest.approx(first, abs=2)
    assert watched.greys[-1] == pytest.approx([grey + 3 * step * (count - 1) for grey in first], abs=2)
    # The sound begins where the face does.
    pcm = np.round(samples[10 * 16000 // fps : 70 * 16000 // fps] * 32767)
    assert np.concatenate(watched.features) == pytest.approx(windows(mfcc(pcm), count), abs=1e-4)


def test_a_face_for_too_short_a_time_has_no_figures():
    samples = np.ones(48000, np.float32)
    assert lse_of(clip_of(20, 25), [person_in(0, 5)], samples, Watched(), HOST) is None
    assert lse_of(clip_of(20, Fraction(25)), [], samples, Watched(), HOST) is None
    assert lse_of(clip_of(20, 25), [person_in(0, 20)], samples[:2000], Watched(), HOST) is None
