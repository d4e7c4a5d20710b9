"""Two voices beside each other: each mouth is what its own makes of it, at the footage's own times."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest
from two_people import ENGINES, request_of, seeded_backend

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.request import Voice
from lipsync_studio.backends.speech import lip_closures
from lipsync_studio.backends.viseme.mouth import MouthPose
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.media.frames import Colour
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

from .test_dub_backend import collect


def said(text: str, start: float, end: float) -> WordTimings:
    return WordTimings((Line((Word(text, start, end),)),))


def halves(frame) -> tuple[np.ndarray, np.ndarray]:
    """All samples of the left and of the right face's half."""
    planes = frame.yuv()
    middles = [plane.shape[1] // 2 for plane in planes]
    return tuple(
        np.concatenate([plane[:, half].ravel() for plane, half in zip(planes, sides, strict=True)])
        for sides in ([np.s_[:at] for at in middles], [np.s_[at:] for at in middles])
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_another_voice_beside_it_changes_nothing_of_a_mouth(scene, host, engine):
    """Of the second voice both the sound and the words are others'."""
    spoken, other = (scene.voices[side].cut(Fraction(at), Fraction(6, 25)) for side, at in
                     (("left", 1), ("right", 4)))  # fmt: skip
    left = Voice("left", spoken, said("mama", 0.0, 0.24))
    seconds = (Voice("right", spoken, said("a", 0.0, 0.1)), Voice("right", other, said("bob", 0.08, 0.24)))
    backend = seeded_backend(engine, host)
    renders = []
    for right in seconds:
        plan = backend.plan(request_of(scene, left, right, soundtrack=spoken), host)
        renders.append([halves(frame) for frame in collect(backend.render_plan(plan, host))[0]])
    one, two = renders
    assert len(one) == len(two) == 6
    for (own, _), (again, _) in zip(one, two, strict=True):
        assert np.array_equal(own, again)
    # Both mouths are painted, and what is said makes a difference to the second.
    before = [halves(frame) for frame in scene.source.read(0, 6)]
    for side in (0, 1):
        assert any((made[side] != was[side]).any() for made, was in zip(one, before, strict=True))
    assert any((first[1] != second[1]).any() for first, second in zip(one, two, strict=True))


def test_footage_of_varying_frame_lengths_has_each_voice_at_its_times(scene, host, tmp_path):
    """Lips close in the frame in whose time they do, whatever the mean rate says."""
    lengths = np.concatenate([np.resize([2, 3], 30), np.resize([6, 8], 30)])
    ticks = np.concatenate([[0], np.cumsum(lengths)])
    path, end = tmp_path / "variable.mp4", Fraction(int(ticks[-1]), 100)
    with Mp4Writer(path, (640, 320), Fraction(25), Colour(), None, end, variable=True) as writer:
        for frame, tick in zip(scene.source.read(), ticks, strict=False):
            frame.pts = Fraction(int(tick), 100)
            writer.write(frame)
    source = VideoSource(path)
    assert source.variable
    track = FaceTrack(**{**vars(scene.track), "source_key": None})
    words = (said("bob", 0.2, 0.6), said("mama", 1.5, 2.1))
    voices = [Voice(side, words=each) for side, each in zip(("left", "right"), words, strict=True)]
    plan = seeded_backend("viseme", host).plan(
        request_of(scene, *voices, source=source, track=track, length="video"), host
    )
    press = [field.name for field in fields(MouthPose)].index("press")
    for voice, each in zip(plan.voices, words, strict=True):
        speech = voice.job.speech
        assert np.allclose(speech.times, ticks[:-1] / 100, atol=1e-4)
        assert np.allclose(speech.frame_seconds, lengths / 100, atol=1e-4)
        (word,) = each.words()
        inside = (speech.times >= word.start) & (speech.times <= word.end)
        far = (speech.times < word.start - 0.25) | (speech.times > word.end + 0.25)
        assert (speech.gate[inside] == 1).all()
        assert not speech.gate[far].any()
        closures = lip_closures(each)
        assert len(closures) >= 2
        for start, stop in closures:
            middle = (start + stop) / 2
            frame = int(np.searchsorted(ticks / 100, middle, "right")) - 1
            assert voice.survey.poses[frame, press] == 1
            assert voice.survey.poses[frame, 0] == 0
            # By the mean rate it would be another frame.
            assert abs(int(middle * 60 / float(end)) - frame) > 2
