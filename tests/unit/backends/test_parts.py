"""A part of a clip is what the whole shows there, and the survey is a value that travels."""

import pickle
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.dub.backend import DubBackend, DubPlan, VoicePlan
from lipsync_studio.backends.musetalk.models import of_networks
from lipsync_studio.backends.musetalk.pipeline import MuseTalkEngine
from lipsync_studio.backends.musetalk.spec import MuseTalkSettings
from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run, write
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.backends.viseme.spec import VisemeSettings
from lipsync_studio.devtools import seeded_musetalk
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.report import FrameState

from ...support.media import write_wav
from .test_dub_backend import collect

# 60 frames, the face hidden in 20 to 39, shown to and fro: 0 … 59 … 11. Cuts in the fade at 17 to 19, inside
# the sentence, where nobody is, at the turn and after it.
CUTS = (0, 18, 30, 47, 60, 61, 100, 108)
FEWER = (0, 18, 47, 60, 66)


@pytest.fixture
def musetalk(host):
    return MuseTalkEngine(
        of_networks(
            "v1.5",
            seeded_musetalk.seeded_unet(),
            seeded_musetalk.seeded_vae(),
            seeded_musetalk.seeded_whisper(),
            None,
            host,
            "parts",
        ),
        MuseTalkSettings(),
    )


def request_of(leaving, voice, seconds=4.3, **options):
    words = WordTimings((Line((Word("hello", 0.1, 0.9), Word("again", 1.0, 3.5))),), "en")
    return LipSyncRequest(leaving.source, voice(seconds), track=leaving.track, words=words, **options)


def parts_of(backend, plan, host, cuts=CUTS):
    """Frames and states of the parts between the cuts, by a plan that was sent elsewhere."""
    sent = DubPlan((VoicePlan(plan.job, pickle.loads(pickle.dumps(plan.survey))),))
    frames, states = [], []
    for start, stop in zip(cuts, cuts[1:], strict=False):
        part = backend.part(sent, start, stop)
        rows = sum(len(person.scores) for person in part.job.people)
        # What a part needs of the frames beside it are those of its clips.
        assert rows <= stop - start + 2 * backend.engine.batching(plan.job.timeline.fps).frames
        own, their = collect(backend.render_plan(part, host))
        frames += own
        states += their
    return frames, states


def test_a_part_by_visemes_has_the_same_bits(leaving, voice, host):
    backend = DubBackend(VisemeEngine())
    plan = backend.plan(request_of(leaving, voice, silence="close"), host)
    whole, states = collect(backend.render_plan(plan, host))
    assert len(whole) == CUTS[-1]
    frames, their = parts_of(backend, plan, host)
    assert their == states
    assert {FrameState.GENERATED, FrameState.NO_FACE} <= set(states)
    originals = {frame.index: frame.planes for frame in leaving.source.read()}
    assert not np.array_equal(whole[10].planes, originals[10])
    for one, other in zip(frames, whole, strict=True):
        assert (one.index, one.pts) == (other.index, other.pts)
        assert np.array_equal(one.planes, other.planes)


def test_a_part_by_musetalk_is_within_a_level(leaving, voice, host, musetalk):
    """Batches are others in a part, and so are the last digits."""
    backend = DubBackend(musetalk)
    plan = backend.plan(request_of(leaving, voice, 2.6), host)
    whole, states = collect(backend.render_plan(plan, host))
    frames, their = parts_of(backend, plan, host, FEWER)
    assert their == states
    originals = {frame.index: frame.planes for frame in leaving.source.read()}
    assert np.abs(whole[10].planes.astype(int) - originals[10]).max() > 10
    for one, other in zip(frames, whole, strict=True):
        assert np.abs(one.planes.astype(int) - other.planes).max() <= 1


@pytest.mark.parametrize("name", ["viseme", "musetalk"])
def test_the_survey_of_three_hours_fits_in_20_megabytes(leaving, voice, host, musetalk, name):
    """At 60 frames a second and with somebody else every 2 seconds. Teeth are kept of a dozen people."""
    engine = {"viseme": VisemeEngine(), "musetalk": musetalk}[name]
    plan = DubBackend(engine).plan(request_of(leaving, voice), host)
    person = plan.job.people[0]
    sizes = []
    for people in (20, 40):
        job = replace(plan.job, people=tuple(replace(person, id=number) for number in range(people)))
        sizes.append(len(pickle.dumps(engine.survey(job, [], host))))
    for_people, rows = (sizes[1] - sizes[0]) / 20, len(person.scores)
    # Of each person's rows MuseTalk keeps a box, viseme nothing; of each output frame the other way round.
    by_row = 20 if name == "musetalk" else 0
    by_person = for_people - by_row * rows
    by_frame = 20 if name == "viseme" else 0
    once = sizes[0] - 20 * for_people - by_frame * len(plan.job.timeline)
    frames, shots = 3 * 3600 * 60, 3 * 3600 / 2
    assert frames * (by_frame + by_row) + shots * by_person + once < 20e6


def test_the_file_of_a_part_holds_its_time_of_the_sound(leaving, voice, host, tmp_path):
    backend = DubBackend(VisemeEngine())
    request = request_of(leaving, voice)
    part = backend.part(backend.plan(request, host), 25, 50)
    report = write(backend.render_plan(part, host), "viseme", request.soundtrack, tmp_path / "part.mp4")
    assert (report.frames, report.duration) == (25, 1.0)
    made = VideoSource(tmp_path / "part.mp4")
    assert (made.frames, made.times[1], made.duration) == (25, Fraction(1, 25), 1)
    heard = Sound.load(tmp_path / "part.mp4").mono(16000)[1600:14400]
    expected = request.soundtrack.cut(1, 1).mono(16000)[1600:14400]
    assert np.corrcoef(heard, expected)[0, 1] > 0.95


def test_a_render_spec_travels_and_renders_the_same(host, tmp_path, verse):
    source = tmp_path / "picture.jpg"
    source.write_bytes((ROOT / "demo" / "portrait.jpg").read_bytes())
    sound = write_wav(tmp_path / "voice.wav", verse.mono(16000)[16000:24000])
    words = WordTimings((Line((Word("hello", 0.1, 0.4),)),), "en")
    spec = RenderSpec(source, sound, settings=VisemeSettings(strength=0.8), words=words)
    sent = pickle.dumps(spec)
    assert len(sent) < 5000
    files = []
    for number, each in enumerate((spec, pickle.loads(sent))):
        files.append(tmp_path / f"{number}.mp4")
        report = run(each.make_backend(host), each.request(host), host, files[-1])
        assert "Mouth shapes from the words (given timings)." in report.notes
    frames = [[frame.planes for frame in VideoSource(file).read()] for file in files]
    assert len(frames[0]) == 13
    assert np.array_equal(*frames)
