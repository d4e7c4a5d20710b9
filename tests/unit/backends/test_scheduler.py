"""Which faces are generated together, and what comes of clips that overlap."""

import dataclasses
import time
from contextlib import nullcontext
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.dub.job import DubJob
from lipsync_studio.backends.dub.protocol import Batching
from lipsync_studio.backends.dub.scheduler import clips_of, reach, stretches
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.engine.compose.paste import Patch
from lipsync_studio.engine.errors import Cancelled, InputError
from lipsync_studio.engine.media.timeline import Timeline
from lipsync_studio.engine.media.times import ConstantTimes
from lipsync_studio.engine.report import FrameState

from .test_dub_backend import collect


def job_of(speakers, source_index=None):
    """Who is painted in each output frame, -1 for nobody."""
    count = len(speakers)
    index = np.arange(count) if source_index is None else np.array(source_index)
    timeline = Timeline(Fraction(25), index, ConstantTimes(Fraction(25), count), Fraction(count, 25))
    states = [FrameState.NO_FACE if speaker < 0 else FrameState.GENERATED for speaker in speakers]
    source = SimpleNamespace(fps=Fraction(25))
    return DubJob(source, timeline, (), None, np.array(speakers), np.ones(count, np.float32), states)


def part(job, start, stop):
    return dataclasses.replace(job, timeline=job.timeline.part(start, stop))


def spans(clips):
    return [(clip.first, clip.stop) for clip in clips]


@pytest.mark.parametrize(
    ("speakers", "source_index", "expected"),
    [
        # Another person, a gap, and a leap back to the beginning end a clip.
        ([0] * 6 + [1] * 3, None, [(0, 4), (4, 6), (6, 9)]),
        ([0] * 3 + [-1] + [0] * 5, None, [(0, 3), (4, 8), (8, 9)]),
        ([0] * 24, [*range(12), *range(12)], [(0, 4), (4, 8), (8, 12), (12, 16), (16, 20), (20, 24)]),
        ([0] * 11, [*range(9), 0, 1], [(0, 4), (4, 8), (8, 9), (9, 11)]),
        # A turn doesn't.
        ([0] * 8, [0, 1, 2, 3, 4, 3, 2, 1], [(0, 4), (4, 8)]),
        ([-1] * 4, None, []),
    ],
)
def test_a_clip_is_one_person_in_one_shot(speakers, source_index, expected):
    assert spans(clips_of(job_of(speakers, source_index), Batching(frames=4))) == expected


def test_faces_that_stand_alone_are_clips_of_one():
    assert spans(clips_of(job_of([0, -1, 1]), Batching())) == [(0, 1), (2, 3)]


@pytest.mark.parametrize("count", range(1, 40))
def test_overlapping_clips_are_whole_and_every_frame_has_its_weights(count):
    clips = list(clips_of(job_of([0] * count), Batching(frames=8, overlap=2)))
    assert all(len(clip) == min(8, count) for clip in clips)
    assert clips[-1].stop == count
    for before, after in zip(clips, clips[1:], strict=False):
        assert after.alone == before.stop
        assert after.first <= after.enters == before.stop - 2
        assert [after.weight(at) for at in range(after.enters - 1, before.stop + 1)] == [0, 1 / 3, 2 / 3, 1]
    assert [clips[0].weight(at) for at in range(clips[0].stop)] == [1] * clips[0].stop


def test_frames_come_once_and_after_their_faces():
    """With gaps, short runs and any window, for engines of frames and of clips."""
    rng = np.random.default_rng(7)
    for batching in (Batching(batch=4), Batching(frames=4, batch=3), Batching(frames=6, batch=2, overlap=2)):
        for _ in range(60):
            runs = rng.integers(1, 14, size=8)
            job = job_of(np.repeat(rng.integers(-1, 2, size=8), runs))
            start = int(rng.integers(0, runs.sum()))
            stop = int(rng.integers(start + 1, runs.sum() + 1))
            whole = set(clips_of(job, batching))
            job = part(job, start, stop)
            found = list(stretches(job, batching, 1000))
            assert [at for each in found for at in range(each.start, each.stop)] == list(range(start, stop))
            need, made = reach([job], batching), {}
            for each in found:
                assert len(each.clips) <= batching.batch
                assert (
                    len({len(clip) for clip in each.clips} | {batching.frames}) == 1 or len(each.clips) <= 1
                )
                for clip in each.clips:
                    assert clip in whole
                    assert need.start <= clip.first < clip.stop <= need.stop
                    for at in range(clip.first, clip.stop):
                        made[at] = made.get(at, 0) * (1 - clip.weight(at)) + clip.weight(at)
                for at in range(each.start, each.stop):
                    assert made.pop(at, 0) == pytest.approx(1.0 if job.paints(at) else 0.0)


def test_a_batch_does_not_wait_for_faces_that_are_far():
    """Frames in between would have to wait in memory."""
    job = job_of(([0] + [-1] * 9) * 20)
    assert max(each.stop - each.start for each in stretches(job, Batching(batch=8), 1000)) <= 16
    large = [each for each in stretches(job_of([0] * 100), Batching(batch=64), 1000) if each.clips]
    assert [len(each.clips) for each in large] == [64, 36]
    for nobody in ([-1] * 500, [0] + [-1] * 500 + [0]):
        assert max(each.stop - each.start for each in stretches(job_of(nobody), Batching(), 1000)) <= 16
    heavy = [each for each in stretches(job_of([0] * 100), Batching(batch=64), 20) if each.clips]
    assert {len(each.clips) for each in heavy} == {20}


class Shades:
    """Paints each clip in a shade of its own; remembers what it was handed."""

    name, spec, fps, rests = "shades", None, None, True

    def __init__(self, batching):
        self.together, self.calls, self.hosts = batching, [], []

    def batching(self, fps):
        return self.together

    def survey(self, job, notes, host):
        return None

    def prepare(self, job, survey, notes, host):
        return None

    def box(self, person, frame, conditioning):
        return tuple(person.at(frame).box.tolist())

    def preprocess(self, crop, conditioning):
        return None

    def resident(self, conditioning, host):
        return nullcontext()

    def generate(self, crops, conditioning, host):
        self.calls.append([crop.index for crop in crops])
        host.progress("inside", 1, 2)
        first = [crop.index for crop in crops[:: self.together.frames]]
        return [float(first[at // self.together.frames]) for at in range(len(crops))]

    def composite(self, crop, generated, conditioning):
        shade = np.full_like(crop.rgb, round(generated))
        return Patch(shade, np.ones(crop.rgb.shape[:2], np.float32))


def mixed(before, after, weight):
    return before * (1 - weight) + after * weight


def centre(frame, box):
    x, y = int(box[0] + box[2]) // 2, int(box[1] + box[3]) // 2
    return frame.yuv()[0][y - 4 : y + 4, x - 4 : x + 4].mean()


def test_clips_fade_into_each_other_and_a_part_has_the_same_ones(clip, track, host, voice):
    """20 frames in clips of 8 that overlap by 2, two at a time: 0 to 8, 6 to 14, 12 to 20."""
    engine = Shades(Batching(frames=8, batch=2, overlap=2, mix=mixed))
    backend = DubBackend(engine)
    plan = backend.plan(LipSyncRequest(clip, voice(0.8), track=track), host)
    frames, _ = collect(backend.render_plan(plan, host))
    assert engine.calls == [[*range(8), *range(6, 14)], [*range(12, 20)]]
    luma = [centre(frame, track.persons[0].at(frame.index).box) for frame in frames]
    # Luma of a grey 0..255 in video range; 2 and 4 are a third and two thirds from 0 to 6.
    shades = [0] * 6 + [2, 4] + [6] * 4 + [8, 10] + [12] * 6
    assert luma == pytest.approx([16 + shade * 219 / 255 for shade in shades], abs=0.6)
    for start, stop in ((0, 7), (7, 13), (13, 20), (6, 7)):
        part = backend.part(plan, start, stop)
        own, _ = collect(backend.render_plan(part, host))
        assert [frame.index for frame in own] == list(range(start, stop))
        assert [frame.pts for frame in own] == [frame.pts for frame in frames[start:stop]]
        for one, other in zip(own, frames[start:stop], strict=True):
            assert np.array_equal(one.planes, other.planes)
    assert engine.calls[2:4] == [[*range(8), *range(6, 14)], [*range(8), *range(6, 14)]]


def test_faces_cross_the_borders_of_chunks(leaving, host, voice, whitewash):
    """20 frames with a face, 20 without, 20 with one again, 12 at a time: 12, 8 and, after the gap, 12, 8."""
    engine = whitewash()
    engine.together = Batching(batch=12)
    batches = []
    generate = engine.generate
    engine.generate = lambda crops, conditioning, host: (
        batches.append([crop.index for crop in crops]) or generate(crops, conditioning, host)
    )
    request = LipSyncRequest(leaving.source, voice(2.4), track=leaving.track, length="video")
    collect(DubBackend(engine).render(request, host))
    assert [(batch[0], batch[-1], len(batch)) for batch in batches] == [
        (0, 11, 12),
        (12, 19, 8),
        (40, 51, 12),
        (52, 59, 8),
    ]


def test_progress_inside_a_batch_moves_the_bar_and_cancel_ends_it(clip, track, voice, host, monkeypatch):
    told = []
    monkeypatch.setattr(
        host, "progress", lambda stage, done, total, *rest, **more: told.append((stage, done, total))
    )
    engine = Shades(Batching(frames=8, batch=1))
    collect(DubBackend(engine).render(LipSyncRequest(clip, voice(0.8), track=track), host))
    bar = [(done, total) for stage, done, total in told if stage == "Lip-syncing (shades)"]
    assert ("inside", 1, 2) not in told
    assert bar == sorted(bar)
    assert (4, 20) in bar  # half of the first eight
    assert bar[-1] == (20, 20)

    def cancelled(stage, done, total, *rest, **more):
        if done == 4:
            raise Cancelled("enough")

    monkeypatch.setattr(host, "progress", cancelled)
    with pytest.raises(Cancelled):
        collect(
            DubBackend(Shades(Batching(frames=8, batch=1))).render(
                LipSyncRequest(clip, voice(0.8), track=track), host
            )
        )


def test_a_part_that_is_none_is_a_sentence(clip, track, host, voice, whitewash):
    backend = DubBackend(whitewash())
    plan = backend.plan(LipSyncRequest(clip, voice(0.8), track=track), host)
    with pytest.raises(InputError, match="no frames 20 to 29: the video has 0 to 19"):
        backend.part(plan, 20, 30)
    assert dataclasses.replace(backend.part(plan, 15, 99)).job.timeline.shown == range(15, 20)


def test_a_face_without_a_box_leaves_no_hole_in_a_clip(clip, track, host, voice):
    """Clips of a batch lie end to end: a frame less would shift all that follow."""
    engine = Shades(Batching(frames=8, batch=2, overlap=2, mix=mixed))
    engine.box = lambda person, frame, conditioning: (
        (-50, -50, -10, -10) if frame in (3, 13) else tuple(person.at(frame).box.tolist())
    )
    frames, states = collect(DubBackend(engine).render(LipSyncRequest(clip, voice(0.8), track=track), host))
    assert engine.calls == [[*range(8), *range(6, 14)], [*range(12, 20)]]
    assert [frame.index for frame in frames] == list(range(20))
    assert [at for at, state in enumerate(states) if state is FrameState.NO_FACE] == [3, 13]


def test_the_bar_never_goes_back_inside_a_batch(clip, track, voice, host, monkeypatch):
    """An engine that denoises and then decodes tells of both."""
    told = []
    monkeypatch.setattr(host, "progress", lambda stage, done, total, *rest, **more: told.append(done))
    engine = Shades(Batching(frames=8, batch=1))
    generate = engine.generate

    def generate_in_two_loops(crops, conditioning, host):
        for step in range(4):
            host.progress("denoising", step + 1, 4)
        host.progress("decoding", 1, 2)
        return generate(crops, conditioning, host)

    engine.generate = generate_in_two_loops
    plan = DubBackend(engine).plan(LipSyncRequest(clip, voice(0.8), track=track), host)
    told.clear()
    collect(DubBackend(engine).render_plan(plan, host))
    assert told == sorted(told)


def test_a_last_clip_takes_context_that_is_not_shown_again(clip, track, host, voice):
    """17 frames in clips of 8 that overlap by 2: the last one begins at 9, three frames before its fade."""
    engine = Shades(Batching(frames=8, batch=2, overlap=2, mix=mixed))
    request = LipSyncRequest(clip, voice(0.68), track=track)
    frames, _ = collect(DubBackend(engine).render(request, host))
    assert engine.calls == [[*range(8), *range(6, 14)], [*range(9, 17)]]
    luma = [centre(frame, track.persons[0].at(frame.index).box) for frame in frames]
    shades = [0] * 6 + [2, 4] + [6] * 4 + [7, 8] + [9] * 3
    assert luma == pytest.approx([16 + shade * 219 / 255 for shade in shades], abs=0.6)


class Held:
    """Counts how many of it there are."""

    alive = most = 0

    def __init__(self):
        Held.alive += 1
        Held.most = max(Held.most, Held.alive)

    def __del__(self):
        Held.alive -= 1


@pytest.mark.parametrize("batching", [Batching(batch=4), Batching(frames=4, batch=2, overlap=1)])
def test_faces_are_let_go_of_when_they_are_shown(clip, track, host, voice, batching):
    """However long the clip, and however fast the decoder."""
    engine = Shades(batching)
    engine.preprocess = lambda crop, conditioning: Held()
    engine.generate = lambda crops, conditioning, host: [Held() for _ in crops]
    engine.composite = lambda crop, generated, conditioning: Patch(
        crop.rgb, np.zeros(crop.rgb.shape[:2], np.float32)
    )
    Held.alive = Held.most = 0
    request = LipSyncRequest(clip, voice(6), track=track, fill="loop")
    rendering = DubBackend(engine).render(request, host)
    next(rendering.chunks)
    time.sleep(0.3)  # the decoder would be far ahead by now
    assert sum(len(chunk.frames) for chunk in rendering.chunks) > 120
    assert Held.most <= 60
    assert Held.alive == 0
