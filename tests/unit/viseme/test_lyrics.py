"""The text that an engine is given: what of it is not said becomes a note."""

import numpy as np

from lipsync_studio.backends.speech import Speech
from lipsync_studio.backends.viseme.pipeline import _motion


def test_what_is_left_out_of_the_text_is_noted(sentence):
    times = np.arange(0, len(sentence.samples) / 16000, 0.04)
    gate = np.ones(len(times), np.float32)
    notes = []
    _motion(Speech(sentence.samples, times, 0.04, gate, "rest", None, "[Verse 1: Anna]\nA puppy x2"), notes)
    assert notes[:2] == [
        "Left out of the lyrics, line 1: “[Verse 1: Anna]” (section header)",
        "Left out of the lyrics, line 2: “x2” (repeat mark)",
    ]
