"""The video of `dev.py demo`, judged by the project's own tracker: does the mouth do what the verse asks for?

The tracker reads up to 0.03 widths of the mouth from touching lips and wavers by as much from frame to frame,
so pauses are judged as a whole.
"""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from prompts import finished

from lipsync_studio.align.chain import align_offline
from lipsync_studio.align.text import read_text
from lipsync_studio.backends.speech import mouth_spans, speech_spans
from lipsync_studio.backends.viseme.motion import motion_from_phones
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.source import VideoSource
from lipsync_studio.engine.media.timeline import plan
from lipsync_studio.engine.media.voice import gate
from lipsync_studio.engine.score.mouth import mouth_aperture, mouth_width

DEMO = ROOT / "demo"
WORKFLOW = json.loads((ROOT / "tests" / "workflows" / "lyric_video.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sound():
    return Sound.load(DEMO / "verse.mp3")


@pytest.fixture(scope="module")
def timeline(sound):
    return plan(VideoSource(DEMO / "clip.mp4"), sound.duration)


@pytest.fixture(scope="module")
def motion(sound, timeline):
    """What the mouth was asked to do."""
    samples = sound.mono(16000)
    lyrics = read_text((DEMO / "verse.txt").read_text(encoding="utf-8")).lines
    words = align_offline(samples, lyrics, speech_spans(samples, "auto", stem=False))
    times = np.array([float(t) for t in timeline.times])
    moving = gate(times, mouth_spans(samples, words, "auto", stem=False))
    phones = [phone for word in words.words() for phone in word.phones]
    return motion_from_phones(phones, times, float(1 / timeline.fps), moving)


@pytest.fixture(scope="module")
def width_and_rest():
    """Of the source: the mouth's width in pixels and its aperture at rest in widths, per frame."""
    person = _track(DEMO / "clip.mp4")
    widths = np.array([mouth_width(mesh) for mesh in person.meshes])
    return widths, np.array([mouth_aperture(mesh) for mesh in person.meshes]) / widths


@pytest.fixture(scope="module")
def videos(server):
    """The finished demo as `dev.py demo` makes it, whose mouth is at rest in pauses, and one whose lips are
    closed there."""
    from lipsync_studio.devtools.client import ComfyClient

    command = [sys.executable, ROOT / "dev.py", "demo"]
    made = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd="/", check=True)
    prompt = json.loads(json.dumps(WORKFLOW))
    apply = next(node for node in prompt.values() if node["class_type"] == "LipSyncApply")
    assert apply["inputs"]["silence"] == "rest"
    apply["inputs"]["silence"] = "close"
    with ComfyClient(server) as client:
        run = finished(client, prompt)
        closed = next(f for f in client.output_files(run) if f.suffix == ".mp4")
    return {"rest": Path(made.stdout.splitlines()[-1]), "close": closed}


def _track(path):
    with PlainHost() as host:
        track = track_faces(VideoSource(path), host, smooth=False)
    assert len(track.persons) == 1
    person = track.persons[0]
    assert person.first == 0
    assert len(person.scores) == track.frames
    assert np.all(person.scores > 0)
    assert not person.interpolated.any()
    return person


@pytest.fixture(scope="module")
def apertures(videos, timeline, width_and_rest):
    """Of the results, in widths of the source's mouth, per frame."""
    widths, _ = width_and_rest
    return {
        silence: np.array([mouth_aperture(mesh) for mesh in _track(path).meshes])
        / widths[timeline.source_index]
        for silence, path in videos.items()
    }


def test_codecs_and_length(videos, sound, timeline):
    for path in videos.values():
        with av.open(str(path)) as container:
            picture, voice = container.streams.video[0], container.streams.audio[0]
            assert (picture.codec_context.name, voice.codec_context.name) == ("h264", "aac")
            length = picture.frames / Fraction(picture.average_rate)
            assert abs(length - sound.duration) <= 1 / Fraction(picture.average_rate)
            assert picture.frames == len(timeline)


def test_the_mouth_follows_the_verse(apertures, motion):
    speaking = motion.active > 0.5
    for aperture in apertures.values():
        assert len(aperture) == len(motion)
        assert np.corrcoef(aperture[speaking], motion.open[speaking])[0, 1] >= 0.6
    # With the lips closed in pauses the whole clip can be compared.
    assert np.corrcoef(apertures["close"], motion.open)[0, 1] >= 0.8


def test_it_rests_in_pauses(apertures, motion, timeline, width_and_rest):
    pause = motion.active == 0
    assert pause.sum() > 25
    rest = width_and_rest[1][timeline.source_index]
    assert abs(apertures["rest"][pause].mean() / rest[pause].mean() - 1) <= 0.10


def test_it_closes_in_pauses_where_asked_to(apertures, motion):
    pause = motion.active == 0
    assert apertures["close"][pause].mean() < 0.02


def test_p_b_m_close_the_lips(apertures, motion, timeline, width_and_rest):
    """Every closure is sealed for a frame at least, and reads far less open than the mouth at rest."""
    assert motion.sealed.sum() >= 3
    rest = np.median(width_and_rest[1])
    for aperture in apertures.values():
        sealed = np.flatnonzero(motion.sealed)
        runs = np.split(sealed, np.flatnonzero(np.diff(sealed) > 1) + 1)
        for run in runs:
            assert aperture[run].min() < 0.4 * rest
