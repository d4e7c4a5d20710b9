"""Two people with voices of their own, side by side in one picture."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from two_people import both_voices, request_of, seeded_backend

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.dub.backend import DubBackend, DubPlan
from lipsync_studio.backends.dub.protocol import Batching
from lipsync_studio.backends.request import LipSyncRequest, Voice
from lipsync_studio.backends.run import run
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.devtools.bench.stillness import moved, silences
from lipsync_studio.engine.errors import InputError, NoFaceError
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.faces.turns import Turn
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.report import FrameState
from lipsync_studio.engine.score.mouth import mouth_aperture, mouth_width

from .test_dub_backend import collect

RATE, FPS, FRAMES = 16000, 25, 160


@pytest.fixture(scope="module")
def spoken(scene, tmp_path_factory):
    """The video of both, its report, what was asked of each mouth, the openings that are seen, and those of
    the same video with voices that say nothing."""
    folder = tmp_path_factory.mktemp("spoken")
    silence = Sound(np.zeros_like(scene.both.samples), RATE)
    nobody = [Voice(side, silence, silence="close") for side in ("left", "right")]
    with PlainHost("cpu") as host:
        backend = DubBackend(VisemeEngine())
        request = request_of(scene, *both_voices(scene, "close"), person="right")
        plan = backend.plan(request, host)
        report = run(backend, request, host, folder / "spoken.mp4")
        run(backend, request_of(scene, *nobody, score=False), host, folder / "nobody.mp4")
        seen, still = (openings(folder / name, host) for name in ("spoken.mp4", "nobody.mp4"))
    asked = [voice.survey.poses[:, 0].astype(float) for voice in plan.voices]
    return SimpleNamespace(
        path=folder / "spoken.mp4", report=report, seen=seen, still=still, asked=asked, plan=plan
    )


def openings(path, host):
    """Of each face in a video, from left to right, in widths of the mouth."""
    faces = sorted(track_faces(VideoSource(path), host).persons, key=lambda person: person.boxes[0, 0])
    return [np.array([mouth_aperture(mesh) / mouth_width(mesh) for mesh in face.meshes]) for face in faces]


def best_lag(one, other, reach=3):
    """Pearson's r where it is greatest, and by how many frames the first is later there."""
    found = {
        lag: np.corrcoef(np.roll(one, -lag)[reach:-reach], other[reach:-reach])[0, 1]
        for lag in range(-reach, reach + 1)
    }
    return max((r, lag) for lag, r in found.items())


def test_each_mouth_follows_its_own_voice_only(spoken):
    assert [len(each) for each in spoken.seen] == [FRAMES, FRAMES]
    for own, other in ((0, 1), (1, 0)):
        r, lag = best_lag(spoken.seen[own], spoken.asked[own])
        assert r >= 0.7
        assert abs(lag) <= 1
        assert best_lag(spoken.seen[own], spoken.asked[other])[0] <= 0.25
        # While the other one speaks alone, as where nobody does.
        gates = [spoken.plan.voices[each].job.speech.gate for each in (own, other)]
        (alone,) = silences(*gates, FPS)
        assert alone.stop - alone.start >= FPS
        assert max(moved(spoken.seen[own], spoken.still[own], [alone])) <= 0.02


def test_a_mouth_that_twitches_has_moved():
    """Less often than a median tells, beside footage that moves by itself."""
    own, other = np.ones(100), np.zeros(100)
    own[20:60], own[70:90], other[25:55], other[70:90] = 0, 0, 1, 1
    (stretch,) = silences(own, other, 25)
    assert stretch == slice(24, 56)
    rest = np.sin(np.arange(100.0))
    seen = rest.copy()
    seen[[20, 58]] += 1
    assert moved(seen, rest, [stretch]) == [0]
    seen[[30, 37, 44, 51]] += 0.1
    assert moved(seen, rest, [stretch])[0] > 0.02


def test_the_report_tells_of_each(spoken):
    one, other = spoken.report.people
    assert (one.person, other.person) == ("left", "right")
    assert one.generated == other.generated == spoken.report.generated == FRAMES
    assert spoken.report.score is None
    for each in (one, other):
        assert each.score["sync"]["p"] <= 0.05, each.score["verdict"]
    assert 'Person "right" was not used: the voices say whose mouths move.' in spoken.report.notes
    assert any(note.startswith("left: Mouth shapes estimated") for note in spoken.report.notes)


def test_whoever_has_no_voice_keeps_every_pixel(scene, host):
    """Two people, one voice: all of the picture but the speaker's half is the source's."""
    request = request_of(scene, *both_voices(scene)[:1], length="video")
    frames, states = collect(DubBackend(VisemeEngine()).render(request, host))
    assert states.count(FrameState.GENERATED) == 60
    pairs = list(zip(frames, scene.source.read(), strict=True))
    assert sum(is_same(*pair, slice(160)) for pair in pairs) < 30
    assert all(is_same(*pair, slice(160, 320)) for pair in pairs)


def is_same(frame, other, columns):
    """Bit for bit, in columns of the chroma, and the luma's that they colour."""
    luma = slice(2 * (columns.start or 0), 2 * columns.stop)
    wide = (luma, columns, columns)
    planes = zip(frame.yuv(), other.yuv(), wide, strict=True)
    return all(np.array_equal(one[:, part], two[:, part]) for one, two, part in planes)


def test_a_part_is_as_in_the_whole(scene, host):
    backend = DubBackend(VisemeEngine())
    plan = backend.plan(request_of(scene, *both_voices(scene), length="video"), host)
    whole, states = collect(backend.render_plan(plan, host))
    frames, their = [], []
    for start, stop in ((0, 7), (7, 31), (31, 60)):
        own, of = collect(backend.render_plan(backend.part(DubPlan(plan.voices), start, stop), host))
        frames += own
        their += of
    assert their == states
    for one, other in zip(frames, whole, strict=True):
        assert np.array_equal(one.planes, other.planes)


@pytest.mark.parametrize("together", [Batching(), Batching(4, 2), Batching(6, 1, 3)])
def test_whoever_is_silent_keeps_the_sources_mouth(scene, host, whitewash, together):
    """Of an engine that can't close a mouth; its clips of both people are settled side by side."""
    engine = whitewash(rests=False)
    engine.together = together
    words = [WordTimings((Line((Word("a", start, start + 0.8),)),)) for start in (0.2, 1.4)]
    voices = [
        Voice(side, scene.voices[side], each) for side, each in zip(("left", "right"), words, strict=True)
    ]
    rendering = DubBackend(engine).render(request_of(scene, *voices, length="video"), host)
    frames, states, chunks = [], [], []
    for chunk in rendering.chunks:
        frames += chunk.frames
        states += chunk.states
        chunks += chunk.voices
    assert [frame.index for frame in frames] == list(range(60))
    for frame, old, both in zip(frames, scene.source.read(), chunks, strict=True):
        halves = [
            plane[:, half] for plane in (frame.planes, old.planes) for half in (np.s_[:320], np.s_[320:])
        ]
        for side, state in enumerate(both):
            luma, before = halves[side][:320], halves[side + 2][:320]
            assert np.array_equal(luma, before) == (state is FrameState.SILENCE)
    told = [[state is FrameState.GENERATED for state in of] for of in zip(*chunks, strict=True)]
    assert 20 <= sum(told[0]) <= 40
    assert 20 <= sum(told[1]) <= 40
    assert told[0] != told[1]
    assert [state is FrameState.GENERATED for state in states] == [a or b for a, b in zip(*told, strict=True)]
    assert sorted({(crop.person.id, crop.index) for crop in engine.crops}) >= sorted(
        (int(who), at)
        for who, of in zip((scene.left, scene.right), told, strict=True)
        for at in np.flatnonzero(of)
    )


@pytest.fixture(params=["musetalk", "latentsync"])
def network(request, host):
    """An engine with a small seeded network."""
    return seeded_backend(request.param, host)


def test_networks_paint_both_and_parts_are_as_in_the_whole(scene, host, network):
    words = WordTimings((Line((Word("a", 0.0, 0.05),)),))
    late = WordTimings((Line((Word("b", 0.2, 0.3),)),))
    heard = {side: scene.voices[side].cut(Fraction(0), Fraction(2, 5)) for side in ("left", "right")}
    voices = (Voice("left", heard["left"], words), Voice("right", heard["right"], late))
    request = LipSyncRequest(scene.source, heard["left"], track=scene.track, voices=voices)
    plan = network.plan(request, host)
    whole, _ = collect(network.render_plan(plan, host))
    assert len(whole) == 10
    originals = [frame.planes for frame in scene.source.read(0, 10)]
    sides = (np.s_[:320, :320], np.s_[:320, 320:])
    for side, painted in zip(sides, (2, 9), strict=True):
        assert np.abs(whole[painted].planes[side].astype(int) - originals[painted][side]).max() > 10
    # The first has ended.
    assert np.array_equal(whole[9].planes[sides[0]], originals[9][sides[0]])
    parts = collect(network.render_plan(network.part(DubPlan(plan.voices), 3, 7), host))[0]
    for one, other in zip(parts, whole[3:7], strict=True):
        assert np.abs(one.planes.astype(int) - other.planes).max() <= 1


def test_one_sound_and_words_that_name_the_singers(scene, host, whitewash):
    duet = WordTimings(
        (
            Line((Word("one", 0.2, 0.6),), "Anna"),
            Line((Word("two", 1.0, 1.4),), "Ben"),
            Line((Word("three", 1.8, 2.2),), "both"),
        )
    )
    voices = [
        Voice("left", words=duet.of_voice("anna"), silence="source"),
        Voice("right", words=duet.of_voice("Ben"), silence="source"),
    ]
    plan = DubBackend(whitewash()).plan(request_of(scene, *voices, length="video"), host)
    times = (np.arange(60) + 0.5) / FPS
    for voice, said in zip(plan.voices, (((0.2, 0.6), (1.8, 2.2)), ((1.0, 1.4), (1.8, 2.2))), strict=True):
        inside = np.any([(times > a) & (times < b) for a, b in said], axis=0)
        near = np.any([(times > a - 0.25) & (times < b + 0.25) for a, b in said], axis=0)
        assert (voice.job.speech.gate[inside] == 1).all()
        assert (voice.job.speech.gate[~near] == 0).all()
    # They are driven by one sound, which is prepared once.
    one, other = (voice.job.speech.samples for voice in plan.voices)
    assert one is other


def test_of_a_sound_that_goes_on_after_the_footage_all_is_heard_where_its_text_is_to_be_found(
    scene, host, whitewash
):
    """Beside a voice for which a part is enough."""
    long = Sound(np.tile(scene.both.samples, 12), RATE)
    voices = [Voice("left", long), Voice("right", long, lyrics="la la")]
    request = LipSyncRequest(scene.source, long, track=scene.track, voices=tuple(voices), length="video")
    one, other = (voice.job.speech.samples for voice in DubBackend(whitewash()).plan(request, host).voices)
    assert len(one) < 65 * RATE < len(other) == long.samples.shape[1]


def test_words_that_are_all_after_the_video_are_told_as_such(scene, host, whitewash):
    late = WordTimings((Line((Word("late", 100.0, 100.5),)),))
    voices = [Voice("left", scene.voices["left"], late), Voice("right", scene.voices["left"])]
    plan = DubBackend(whitewash()).plan(request_of(scene, *voices, length="video"), host)
    assert "left: None of the words falls into the video: the mouth stays at rest throughout." in plan.notes
    assert not any("There is no voice" in note for note in plan.notes)


def test_a_still_of_two_keeps_both_mouths(scene, host):
    """Life moves all of a picture, for one person: a second one's would undo the first one's mouth."""
    (picture,) = (to_rgb(frame) for frame in scene.source.read(0, 1))
    still = ImageSource(torch.from_numpy(picture.copy())[None].float() / 255, 25)
    heard = scene.voices["left"].cut(Fraction(0), Fraction(6, 5))
    voices = (Voice("left", heard), Voice("right", heard))
    plan = DubBackend(VisemeEngine(movement=0.3)).plan(LipSyncRequest(still, heard, voices=voices), host)
    assert any("doesn't sway" in note for note in plan.notes)
    frames, _ = collect(DubBackend(VisemeEngine(movement=0.3)).render_plan(plan, host))
    for half in (np.s_[:320, :320], np.s_[:320, 320:]):
        changed = [np.abs(frame.planes[half].astype(int) - frames[0].planes[half]) > 30 for frame in frames]
        assert max(each.sum() for each in changed) > 100
        assert changed[-1][:100].sum() == 0


def test_what_can_not_be_meant_is_said(scene, host, whitewash):
    backend = DubBackend(whitewash())
    voice = scene.voices["left"]
    same = [Voice("left", voice), Voice(scene.left, voice)]
    with pytest.raises(InputError, match=f'"left" and "{scene.left}" both mean person {scene.left}'):
        backend.plan(request_of(scene, *same), host)
    with pytest.raises(NoFaceError, match='no person "7"'):
        backend.plan(request_of(scene, Voice("7", voice)), host)
    with pytest.raises(InputError, match="Voices bring their own sound and words"):
        request_of(scene, Voice("left", voice), lyrics="la")
    words = WordTimings((Line((Word("la", 0.1, 0.4),)),))
    for more in ({"driving": voice}, {"words": words}):
        with pytest.raises(InputError, match="^Voices bring their own [^.]*not both.$"):
            request_of(scene, Voice("left", voice), **more)
    with pytest.raises(InputError, match="says nobody"):
        Voice("whoever")
    with pytest.raises(InputError, match="each voice moves one mouth"):
        Voice("speaking", voice)


def test_a_service_takes_one_voice(scene, host, tmp_path):
    backend = SimpleNamespace(spec=SimpleNamespace(task="portrait"), name="Portrait 1", takes_footage=True)
    with pytest.raises(InputError, match="Portrait 1 lets one person speak"):
        run(backend, request_of(scene, *both_voices(scene)), host, tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


def test_turns_that_were_written_down_count(scene, host, whitewash, tmp_path):
    left, right = int(scene.left), int(scene.right)
    turns = (Turn(0.0, 1.0, right), Turn(1.0, 2.4, left))
    track = FaceTrack(**{**vars(scene.track), "turns": turns})
    request = LipSyncRequest(
        scene.source,
        scene.both,
        track=track,
        person="speaking",
        length="video",
        silence="source",
        score=False,
    )
    report = run(DubBackend(whitewash()), request, host, tmp_path / "out.mp4")
    assert f"Who speaks: 0.00-1.00 {right}; 1.00-2.40 {left}" in report.notes
    assert [person.person for person in report.people] == [str(right), str(left)]
    # The sentence is heard from about 0.4 to 2.3 s; each has the part of it in their own turn.
    (first,), (second,) = (
        [span for span in person.spans if span.state == FrameState.GENERATED.value]
        for person in report.people
    )
    assert 5 <= first.first <= 15
    assert 24 <= first.last <= 28
    assert 24 <= second.first <= 26
    assert 50 <= second.last <= 59
    wrong = FaceTrack(**{**vars(scene.track), "turns": (Turn(0.0, 1.0, 9),)})
    with pytest.raises(InputError, match="no person 9 to speak from 0.00 s on"):
        run(
            DubBackend(whitewash()),
            LipSyncRequest(scene.source, scene.both, track=wrong, person="speaking"),
            host,
            tmp_path / "no.mp4",
        )


def test_who_is_seen_to_speak_is_found(spoken, scene, host, whitewash):
    """In the video that was made: its voices one after the other in one sound."""
    source = VideoSource(spoken.path)
    request = LipSyncRequest(source, scene.both, track=track_faces(source, host), person="speaking")
    backend = DubBackend(whitewash())
    report = run(backend, request, host, spoken.path.parent / "again.mp4")
    (note,) = (note for note in report.notes if note.startswith("Who speaks: "))
    assert len(report.people) == 2
    turns = [part.split(" ") for part in note.removeprefix("Who speaks: ").split("; ")]
    for times, person in turns:
        middle = sum(map(float, times.split("-"))) / 2
        (face,) = (each for each in request.track.persons if each.id == int(person))
        assert (face.boxes[0, 0] < 320) == (middle < 3.2)
