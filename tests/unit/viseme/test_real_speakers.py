"""The motion against the mouths of real speakers, whose voice and sentence it is given."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from lipsync_studio.backends.speech import Speech, mouth_spans
from lipsync_studio.backends.viseme.breath import heard_breaths
from lipsync_studio.backends.viseme.pipeline import _motion
from lipsync_studio.devtools.bench.mouth_judge import best_lag, spread
from lipsync_studio.devtools.bench.mouth_media import Speaker
from lipsync_studio.engine.media.voice import gate, voiced_spans

FOLDER = Path(__file__).parents[2] / "data" / "grid"
SPEAKERS = [Speaker(path) for path in sorted(FOLDER.glob("*.flac"))]
FPS = 25


@pytest.fixture(scope="module")
def truths():
    with np.load(FOLDER / "openings.npz") as stored:
        return {name: stored[name].astype(float) for name in stored.files}


@pytest.fixture(scope="module")
def moved():
    """How far the mouth opens of each speaker, with text and by sound, without knowing that it is a song or
    where words are."""
    found = {}
    for way in ("text", "sound"):
        for each in SPEAKERS:
            samples = each.sound.mono(16000)
            times = np.arange(75) / FPS
            spans = mouth_spans(samples, None, "auto", stem=False)
            lyrics = each.sentence if way == "text" else ""
            lengths, moving = np.full(75, 1 / FPS), gate(times, spans)
            speech = Speech(samples, times, lengths, moving, "rest", None, lyrics, spans)
            found[way, each.name] = _motion(speech, []).open.astype(float)
    return found


@pytest.mark.parametrize(("way", "least"), [("text", 0.80), ("sound", 0.74)])
def test_the_mouth_follows_the_speakers_own(moved, truths, way, least):
    own, foreign = [], []
    for each in SPEAKERS:
        found = {name: best_lag(moved[way, each.name], truth) for name, truth in truths.items()}
        r, lag = found.pop(each.name)
        assert abs(lag) <= 1
        own.append(r)
        foreign.append(fmean(other for other, _ in found.values()))
    assert fmean(own) >= least
    assert fmean(own) >= fmean(foreign) + 0.2


@pytest.mark.parametrize("way", ["text", "sound"])
def test_the_mouth_opens_as_far_as_the_speakers_own(moved, truths, way):
    asked = sum(spread(moved[way, each.name]) for each in SPEAKERS)
    # And by as much further as the mesh that says so reads less of a painted mouth.
    assert 1.0 <= asked / (1.04 * sum(spread(truth) for truth in truths.values())) <= 1.2


def test_the_bilabials_of_known_words_are_closed(moved, truths):
    # "lay blue by c two again", "bin red by k seven now": the frames in which the speakers' own lips meet.
    for name, count in (("lbbc2a", 2), ("brbk7n", 2)):
        closed = moved["text", name][10:55] == 0
        assert np.diff(closed.astype(int)).clip(0).sum() >= count
        assert truths[name][10:55][closed].mean() < 0.02


def test_breaths_are_heard_where_the_speakers_breathe_in():
    """By ear and by their mouths: three breathe in, two part their lips at once, one hisses at once."""
    before = {}
    for each in SPEAKERS:
        samples = each.sound.mono(16000)
        ((start, _), *_) = voiced_spans(samples)
        leading = [first for first, last in heard_breaths(samples) if first < start < last + 0.25]
        before[each.name] = start - min(leading, default=start)
    assert {name for name, lead in before.items() if lead > 0.3} == {"lbbc2a", "lrwp9a", "pwij3p", "swwp2s"}
    assert before["sbwe5n"] < 0.1


def test_lips_part_for_the_first_sound_or_the_breath_before_it(moved):
    for way in ("text", "sound"):
        for each in SPEAKERS:
            samples = each.sound.mono(16000)
            spans = voiced_spans(samples)
            first = min([spans[0][0], *(a for a, b in heard_breaths(samples) if a < spans[0][0] < b + 0.25)])
            parted = np.flatnonzero(moved[way, each.name] > 0.02) / FPS
            # A frame begins half a frame before its middle.
            assert parted[0] >= first - 0.15 - 0.5 / FPS
            assert parted[-1] <= spans[-1][1] + 0.15
