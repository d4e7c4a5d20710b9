"""What dub engines share, with an engine whose paint can be measured."""

import dataclasses
from fractions import Fraction

import cv2
import numpy as np
import pytest

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.dub.audio_features import encode_to_file
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.latentsync.loop import CONVENTION
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.seeded_musetalk import seeded_whisper
from lipsync_studio.engine.errors import Cancelled, InputError, NoFaceError, SourceMismatchError
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.report import FrameState, spans

GENERATED, NO_FACE, OCCLUDED = FrameState.GENERATED, FrameState.NO_FACE, FrameState.OCCLUDED
SILENCE, YAW = FrameState.SILENCE, FrameState.YAW


def collect(rendering):
    """All frames and states of a rendering."""
    frames, states = [], []
    for chunk in rendering.chunks:
        assert len(chunk.frames) == len(chunk.states)
        frames += chunk.frames
        states += chunk.states
    return frames, states


def whiteness(frame, source_frame, box):
    """How much white was mixed in at the middle of a face, 0..1."""
    x, y = (int(box[0] + box[2]) // 2, int(box[1] + box[3]) // 2)
    patch = slice(y - 8, y + 8), slice(x - 8, x + 8)
    was, now = (f.yuv()[0][patch].astype(float).mean() for f in (source_frame, frame))
    return (now - was) / (235 - was)


@pytest.mark.parametrize(
    ("length", "fill", "seconds", "expected"),
    [
        ("audio", "loop", 1.3, [*range(20), *range(13)]),
        ("audio", "pingpong", 1.3, [*range(20), *range(18, 5, -1)]),
        ("audio", "hold", 1.3, [*range(20), *[19] * 13]),
        ("audio", "pingpong", 0.5, [*range(13)]),
        ("video", "pingpong", 1.3, [*range(20)]),
        ("shortest", "loop", 0.5, [*range(13)]),
        ("shortest", "loop", 1.3, [*range(20)]),
    ],
)
def test_one_frame_out_per_index(clip, track, host, voice, whitewash, length, fill, seconds, expected):
    engine = whitewash()
    request = LipSyncRequest(clip, voice(seconds), track=track, length=length, fill=fill)
    rendering = DubBackend(engine).render(request, host)
    frames, states = collect(rendering)
    assert rendering.frames == len(frames) == len(expected)
    assert [frame.index for frame in frames] == list(range(len(expected)))
    assert [frame.pts for frame in frames] == [Fraction(k, 25) for k in range(len(expected))]
    assert rendering.duration == Fraction(len(expected), 25)
    assert states == [GENERATED] * len(expected)
    boxes = [track.persons[0].at(index).box for index in expected]
    originals = list(clip.read())
    for frame, index, box in zip(frames, expected, boxes, strict=True):
        assert whiteness(frame, originals[index], box) == pytest.approx(1, abs=0.02)
        # Outside the face it is the source frame that the index stands for.
        assert np.array_equal(frame.yuv()[0][:, :20], originals[index].yuv()[0][:, :20])


@pytest.mark.parametrize("content", ["auto", "speech", "song"])
def test_a_rooms_noise_moves_no_mouth(clip, track, host, whitewash, content):
    noise = np.random.default_rng(3).standard_normal((1, 20 * 640)) * 10 ** (-42 / 20)
    request = LipSyncRequest(clip, Sound(noise.astype(np.float32), 16000), track=track, content=content)
    request = dataclasses.replace(request, silence="source")
    engine = whitewash()
    rendering = DubBackend(engine).render(request, host)
    assert rendering.notes == ["There is no voice in the sound: the mouth stays at rest throughout."]
    frames, states = collect(rendering)
    assert set(states) == {SILENCE}
    assert not engine.crops
    for frame, source in zip(frames, clip.read(), strict=True):
        assert np.array_equal(frame.planes, source.planes)


def test_a_face_without_a_patch_passes_as_occluded(clip, track, host, voice, whitewash):
    class Covered(whitewash):
        def composite(self, crop, generated, conditioning):
            return None if 5 <= crop.index < 9 else super().composite(crop, generated, conditioning)

    request = LipSyncRequest(clip, voice(0.8), track=track)
    frames, states = collect(DubBackend(Covered()).render(request, host))
    assert states == [GENERATED] * 5 + [OCCLUDED] * 4 + [GENERATED] * 11
    assert [(span.state, span.first, span.last) for span in spans(states)][1] == ("occluded", 5, 8)
    for frame, original in zip(frames, clip.read(), strict=True):
        assert np.array_equal(frame.planes, original.planes) == (5 <= frame.index < 9)


def test_the_crop_and_its_mesh_belong_together(clip, track, host, voice, whitewash):
    engine = whitewash()
    collect(DubBackend(engine).render(LipSyncRequest(clip, voice(0.2), track=track), host))
    assert [crop.index for crop in engine.crops] == [0, 1, 2, 3, 4]
    for crop in engine.crops:
        low, high = crop.mesh[:, :2].min(0), crop.mesh[:, :2].max(0)
        height, width = crop.rgb.shape[:2]
        # The engine asked for the mesh's box; the crop is that on the even grid.
        assert np.all(low >= 0)
        assert np.all(low < 2)
        assert np.all(high > np.array([width, height]) - 2.01)


def test_frames_without_the_face_keep_their_bits_and_are_reported(leaving, host, voice, whitewash):
    request = LipSyncRequest(leaving.source, voice(2.4), track=leaving.track, length="video")
    frames, states = collect(DubBackend(whitewash()).render(request, host))
    away = [index for index, state in enumerate(states) if state is NO_FACE]
    assert away == list(range(20, 40))
    originals = list(leaving.source.read())
    for index in away:
        assert np.array_equal(frames[index].planes, originals[index].planes)


def test_the_paint_fades_where_the_face_goes_and_comes(leaving, host, voice, whitewash):
    request = LipSyncRequest(leaving.source, voice(2.4), track=leaving.track, length="video")
    frames, _ = collect(DubBackend(whitewash()).render(request, host))
    originals = list(leaving.source.read())
    seen = {}
    for person in leaving.track.persons:
        seen.update({i: person.at(i).box for i in range(60) if person.at(i) is not None})
    painted = [whiteness(frames[i], originals[i], seen[i]) for i in sorted(seen) if i < 20]
    assert painted[:17] == pytest.approx([1] * 17, abs=0.02)
    assert painted[17:] == pytest.approx([0.75, 0.5, 0.25], abs=0.03)


def test_the_person_who_returns_is_painted_again(leaving, host, voice, whitewash):
    """After a break in which nobody can follow the face it is the same person still."""
    request = LipSyncRequest(leaving.source, voice(2.4), track=leaving.track, length="video")
    _, states = collect(DubBackend(whitewash()).render(request, host))
    assert states[:20] == [GENERATED] * 20
    assert states[40:] == [GENERATED] * 20


def test_a_head_turned_away_is_passed(clip, track, host, voice, whitewash):
    person = track.persons[0]
    meshes = person.meshes.copy()
    turn = np.radians(80)
    middle = meshes[5].mean(0)
    spun = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    meshes[5] = (meshes[5] - middle) @ spun.T + middle
    turned = dataclasses.replace(track, persons=(dataclasses.replace(person, meshes=meshes),))
    frames, states = collect(
        DubBackend(whitewash()).render(LipSyncRequest(clip, voice(0.8), track=turned), host)
    )
    assert states == [GENERATED] * 5 + [YAW] + [GENERATED] * 14
    assert np.array_equal(frames[5].planes, list(clip.read())[5].planes)


def silent_request(clip, track, voice, **options):
    """0.4 s of speech between 0.4 s of silence and 0.4 s of silence: 30 frames."""
    return LipSyncRequest(
        clip, voice(0.4, before=0.4, after=0.4), track=track, content="speech", fill="hold", **options
    )


@pytest.mark.parametrize(("silence", "rests"), [("source", True), ("rest", False), ("close", False)])
def test_in_silence_the_source_is_shown_where_that_is_chosen_or_the_engine_cannot_rest(
    clip, track, host, voice, whitewash, silence, rests
):
    rendering = DubBackend(whitewash(rests=rests)).render(
        silent_request(clip, track, voice, silence=silence), host
    )
    frames, states = collect(rendering)
    assert states[0] is SILENCE
    assert states[-1] is SILENCE
    assert GENERATED in states[8:24]
    originals = list(clip.read())
    for frame, state, index in zip(frames, states, [*range(20), *[19] * 10], strict=True):
        same = np.array_equal(frame.planes, originals[index].planes)
        assert same is (state is SILENCE)
    assert any("can't close a mouth" in note for note in rendering.notes) is not rests


@pytest.mark.parametrize("silence", ["rest", "close"])
def test_an_engine_that_can_rest_paints_silence_too(clip, track, host, voice, whitewash, silence):
    engine = whitewash()
    rendering = DubBackend(engine).render(silent_request(clip, track, voice, silence=silence), host)
    assert collect(rendering)[1] == [GENERATED] * 30
    assert engine.speech.silence == silence
    assert engine.speech.gate[0] == engine.speech.gate[-1] == 0
    assert engine.speech.gate.max() == 1


def test_known_words_decide_when_the_mouth_rests(clip, track, host, voice, whitewash):
    words = WordTimings((Line((Word("so", 0.3, 0.5),)),))
    engine = whitewash()
    request = LipSyncRequest(clip, voice(0.8), track=track, words=words)
    DubBackend(engine).render(request, host)
    times = np.arange(20) / 25
    inside = (times >= 0.3 - 0.15) & (times <= 0.5 + 0.15)
    assert np.all(engine.speech.gate[inside] == 1)
    assert engine.speech.gate[0] == 0
    assert engine.speech.gate[-1] < 0.1


def test_the_driving_sound_moves_the_mouth_and_the_soundtrack_sets_the_length(
    clip, track, host, voice, whitewash
):
    engine = whitewash()
    stem = voice(0.3)
    rendering = DubBackend(engine).render(LipSyncRequest(clip, voice(0.8), driving=stem, track=track), host)
    assert rendering.frames == 20
    assert np.array_equal(engine.speech.samples, stem.mono(16000))


@pytest.mark.parametrize(("offset", "frames"), [(0.2, 5), (-0.2, -5)])
def test_the_sync_offset_moves_the_mouth_later(clip, track, host, voice, whitewash, offset, frames):
    gates = []
    for shift in (0.0, offset):
        engine = whitewash()
        DubBackend(engine).render(silent_request(clip, track, voice, sync_offset=shift), host)
        gates.append(engine.speech.gate)
    still, moved = gates
    assert still.max() == 1
    later = slice(max(frames, 0), 30 + min(frames, 0))
    earlier = slice(max(-frames, 0), 30 - max(frames, 0))
    np.testing.assert_allclose(moved[later], still[earlier], atol=1e-6)
    assert not np.allclose(moved, still, atol=0.1)


def test_an_engine_with_a_rate_of_its_own_gets_it(make_clip, host, voice, whitewash):
    """25 fps over 30 fps footage: each time shows the source frame whose interval contains it."""
    source = make_clip(30, fps=30)
    engine = whitewash(fps=Fraction(25))
    rendering = DubBackend(engine).render(LipSyncRequest(source, voice(1.0)), host)
    assert (rendering.fps, rendering.variable, rendering.frames) == (25, False, 25)
    frames, states = collect(rendering)
    assert states == [GENERATED] * 25
    assert [frame.pts for frame in frames] == [Fraction(k, 25) for k in range(25)]
    originals = list(source.read())
    for k, frame in enumerate(frames):
        shown = originals[k * 30 // 25].yuv()[0][:, :20]
        assert np.array_equal(frame.yuv()[0][:, :20], shown)
    assert engine.speech.frame_seconds == pytest.approx(0.04)
    np.testing.assert_allclose(engine.speech.times, np.arange(25) / 25)


def test_a_track_of_another_clip_is_refused(clip, track, host, voice, whitewash):
    backend = DubBackend(whitewash())
    for wrong in (
        dataclasses.replace(track, size=(640, 640)),
        dataclasses.replace(track, frames=track.frames + 1),
    ):
        with pytest.raises(InputError, match="belongs to another clip"):
            backend.render(LipSyncRequest(clip, voice(0.8), track=wrong), host)


def test_a_track_of_another_clip_of_the_same_size_is_refused(make_clip, track, host, voice, whitewash):
    other = make_clip(20, away=(4, 5))
    assert (other.size, other.frames, other.fps) == (track.size, track.frames, track.fps)
    with pytest.raises(SourceMismatchError, match="20 frames of 320×320, but other ones.*: connect the same"):
        DubBackend(whitewash()).render(LipSyncRequest(other, voice(0.8), track=track), host)


def test_a_track_of_a_part_is_not_the_whole_clips(host, voice, whitewash):
    """Its frames may be others than the clip's first."""
    file = ROOT / "demo" / "clip.mp4"
    whole, part = VideoSource(file, duration=0.4), VideoSource(file, start=0.2, duration=0.2)
    track = track_faces(part, host)
    with pytest.raises(SourceMismatchError, match="5 frames of 640×640; the source has 10 frames"):
        DubBackend(whitewash()).render(LipSyncRequest(whole, voice(0.4), track=track), host)
    # Another trim of the file to the same frames is the same clip.
    same = VideoSource(file, start=0.18, duration=0.21)
    rendering = DubBackend(whitewash()).render(LipSyncRequest(same, voice(0.2), track=track), host)
    assert rendering.frames == 5


def test_pictures_of_a_video_are_another_source_but_at_another_rate_they_are_the_same(
    clip, track, host, voice, whitewash
):
    pictures = np.stack([to_rgb(frame) for frame in clip.read()]).astype(np.float32) / 255
    batch = ImageSource(pictures, 25)
    with pytest.raises(SourceMismatchError, match="connect the same source"):
        DubBackend(whitewash()).render(LipSyncRequest(batch, voice(0.8), track=track), host)
    tracked = track_faces(batch, host)
    for source in (batch, ImageSource(pictures.copy(), 30)):
        rendering = DubBackend(whitewash()).render(LipSyncRequest(source, voice(0.2), track=tracked), host)
        assert rendering.fps == source.fps
    pictures[7, :8, :8] = 0
    with pytest.raises(SourceMismatchError):
        DubBackend(whitewash()).render(
            LipSyncRequest(ImageSource(pictures, 30), voice(0.2), track=tracked), host
        )


def test_a_track_of_nobody_is_refused(clip, track, host, voice, whitewash):
    nobody = FaceTrack((), track.frames, track.size, track.fps, "nobody")
    with pytest.raises(NoFaceError, match="No face was found"):
        DubBackend(whitewash()).render(LipSyncRequest(clip, voice(0.8), track=nobody), host)


def test_without_a_track_the_faces_are_found(clip, host, voice, whitewash):
    frames, states = collect(DubBackend(whitewash()).render(LipSyncRequest(clip, voice(0.4)), host))
    assert states == [GENERATED] * 10
    assert len(frames) == 10


def test_a_face_outside_the_picture_is_left_alone(clip, track, host, voice, whitewash):
    person = track.persons[0]
    gone = dataclasses.replace(
        person, meshes=person.meshes + np.float32([900, 0, 0]), boxes=person.boxes + np.float32(900)
    )
    outside = dataclasses.replace(track, persons=(gone,))
    frames, _ = collect(DubBackend(whitewash()).render(LipSyncRequest(clip, voice(0.4), track=outside), host))
    for frame, original in zip(frames, clip.read(0, 10), strict=True):
        assert np.array_equal(frame.planes, original.planes)


def test_silence_alone_leaves_the_source_alone(clip, track, host, whitewash):
    quiet = Sound(np.zeros((1, 12800), np.float32), 16000)
    request = LipSyncRequest(clip, quiet, track=track, silence="source")
    frames, states = collect(DubBackend(whitewash()).render(request, host))
    assert states == [SILENCE] * 20
    for frame, original in zip(frames, clip.read(), strict=True):
        assert np.array_equal(frame.planes, original.planes)


def test_after_a_cut_whoever_is_seen_then_is_painted(host, voice, whitewash):
    """ "largest" means one of each shot, an id means that one only."""
    shots = [cv2.imread(str(ROOT / path)) for path in ("demo/portrait.jpg", "tests/data/monalisa.jpg")]
    shots = [cv2.resize(shot[: shot.shape[1]], (400, 400), interpolation=cv2.INTER_AREA) for shot in shots]
    pictures = np.stack([shots[0]] * 8 + [shots[1]] * 8)[..., ::-1].astype(np.float32) / 255
    source = ImageSource(pictures, 25)
    track = track_faces(source, host)
    assert len(track.persons) == 2
    for person, painted in (("largest", range(16)), (str(track.persons[1].id), range(8, 16))):
        engine = whitewash()
        request = LipSyncRequest(source, voice(0.64), track=track, person=person)
        _, states = collect(DubBackend(engine).render(request, host))
        assert [index for index, state in enumerate(states) if state is GENERATED] == list(painted)
        assert [crop.index for crop in engine.crops] == list(painted)
    assert {crop.person.id for crop in engine.crops} == {track.persons[1].id}


@pytest.mark.parametrize(
    ("file", "without"), [("one_white_flash_frame.mp4", [40]), ("three_black_frames.mp4", [30, 31, 32])]
)
def test_a_flash_passes_as_it_is(file, without, host, voice, whitewash):
    source = VideoSource(ROOT / "tests" / "data" / "faces" / file)
    frames, states = collect(
        DubBackend(whitewash()).render(LipSyncRequest(source, voice(2.4), length="video"), host)
    )
    assert [index for index, state in enumerate(states) if state is not GENERATED] == without
    assert {states[index] for index in without} == {NO_FACE}
    originals = list(source.read())
    for index in without:
        assert np.array_equal(frames[index].planes, originals[index].planes)


def test_a_song_is_heard_as_far_as_the_footage_lasts(clip, track, host, voice):
    """And some way on, by which its noise is known; with lyrics whole."""
    long = voice(2.0).cut(0, 200)
    short, lyric = (
        DubBackend(VisemeEngine())
        .plan(LipSyncRequest(clip, long, track=track, length="video", lyrics=lyrics), host)
        .job.speech.samples
        for lyrics in ("", "Twinkle, twinkle")
    )
    assert len(short) / 16000 == pytest.approx(0.76 + 60, abs=0.1)
    assert len(lyric) == 200 * 16000


def test_a_cancel_while_listening_leaves_no_file(tmp_path):
    """In a folder that outlives the run."""
    path, seen = tmp_path / "heard.states", []

    def stop(done):
        seen.append(path.exists())
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        encode_to_file(np.zeros(16000, np.float32), seeded_whisper(), CONVENTION, path, check=stop)
    assert seen == [True]
    assert list(tmp_path.iterdir()) == []
