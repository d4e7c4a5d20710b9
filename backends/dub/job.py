"""What there is to repaint: which faces in which frames, how much of the paint shows, and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ...engine.errors import SourceMismatchError
from ...engine.faces.choose import choose_each, choose_people, parse_person
from ...engine.faces.detector import Variant
from ...engine.faces.geometry import head_yaws
from ...engine.faces.track import DEFAULT_MAX_FACES, FaceTrack, Person
from ...engine.faces.tracker import track_faces
from ...engine.host.protocol import Host
from ...engine.media.source import ImageSource, Source
from ...engine.media.timeline import Timeline, plan
from ...engine.report import FrameState
from ..request import LipSyncRequest
from ..speech import Speech, listen_each, speech_of

# Beyond this turn of the head, in degrees, there is hardly a mouth to paint.
_MAX_YAW = 65.0
# Seconds over which the painted mouth fades in and out where a face comes and goes.
_EDGE_FADE = 0.12
# Rows whose meshes are copied at once.
_BLOCK = 1024


@dataclass(frozen=True)
class DubJob:
    """people: who is to speak, one after the other, each in one shot. speaker: int32 [frames], which of them
    each output frame shows, -1 for nobody. mix: how much of the painted mouth it shows, float32 [frames].
    states: what becomes of it. shared: other voices' mouths are painted in the same frames, so that no more
    than its own people's may be."""

    source: Source
    timeline: Timeline
    people: tuple[Person, ...]
    speech: Speech
    speaker: np.ndarray
    mix: np.ndarray
    states: list[FrameState]
    shared: bool = False

    def painted(self, index: int) -> tuple[Person, int] | None:
        """Whose mouth is painted in an output frame, and the source frame it shows; None for nobody's."""
        if not self.paints(index):
            return None
        return self.people[self.speaker[index]], int(self.timeline.source_index[index])

    def paints(self, index: int) -> bool:
        """Whether a mouth is painted in an output frame; known of all frames in a part, too."""
        return self.states[index] is FrameState.GENERATED and bool(self.mix[index])

    def part(self, shown: range, reach: range) -> DubJob:
        """The job of the output frames in `shown`, numbered as in the whole. reach: those among which the
        faces of the people are kept."""
        index = self.timeline.source_index[reach.start : reach.stop]
        first, last = int(index.min()), int(index.max())
        return replace(
            self,
            timeline=self.timeline.part(shown.start, shown.stop),
            people=tuple(person.part(first, last + 1) for person in self.people),
        )


def find_faces(request: LipSyncRequest, fps: Fraction | None, host: Host) -> FaceTrack:
    """The faces of all that a job for the request shows of its source; the request's own track, where it has
    one. fps: as in `plan_job`. Raises NoFaceError where nobody is there to repaint."""
    timeline = plan(request.source, request.soundtrack.duration, request.length, request.fill, fps)
    track = _faces(request.source, timeline, request.track, host, request.detector, request.max_faces)
    _whom(track, request)
    return track


def _whom(track: FaceTrack, request: LipSyncRequest) -> tuple[str, ...]:
    """Who is meant, voice by voice, as `choose_people` takes it."""
    if request.voices:
        return choose_each(track, [voice.person for voice in request.voices])
    # Who speaks is told by the sound, of anybody there is.
    anybody = parse_person(request.person).rule == "speaking"
    choose_people(track, "largest" if anybody else request.person)
    return (request.person,)


def plan_jobs(request: LipSyncRequest, fps: Fraction | None, rests: bool, host: Host) -> tuple[DubJob, ...]:
    """A job for each voice, all of the same footage at the same times; fields and what is raised as in
    `plan_job`, and InputError where two voices move the same mouth."""
    if not request.voices:
        return (plan_job(request, fps, rests, host),)
    timeline = plan(request.source, request.soundtrack.duration, request.length, request.fill, fps)
    track = _faces(request.source, timeline, request.track, host, request.detector, request.max_faces)
    parts = request.parts()
    jobs = []
    for part, person, samples in zip(
        parts, _whom(track, request), listen_each(parts, timeline, host), strict=True
    ):
        speech = speech_of(part, timeline, host, samples)
        keeps_source = part.silence == "source" or not rests
        job = job_of(request.source, timeline, speech, track, person, keeps_source, host)
        jobs.append(replace(job, shared=len(request.voices) > 1))
    return tuple(jobs)


def plan_job(request: LipSyncRequest, fps: Fraction | None, rests: bool, host: Host) -> DubJob:
    """Of a request with one voice. fps: the only rate the engine runs at, or None. rests: it can bring a
    mouth to rest by itself; silent frames of one that can't are the source's own.

    Raises NoFaceError where the track has nobody to repaint, SourceMismatchError where it is another clip's,
    AudioError where the length depends on audio that isn't there.
    """
    source = request.source
    timeline = plan(source, request.soundtrack.duration, request.length, request.fill, fps)
    keeps_source = request.silence == "source" or not rests
    return job_of(
        source,
        timeline,
        speech_of(request, timeline, host),
        request.track,
        request.person,
        keeps_source,
        host,
        detector=request.detector,
        max_faces=request.max_faces,
    )


def job_of(
    source: Source, timeline: Timeline, speech: Speech, track: FaceTrack | None, person: str,
    keeps_source: bool, host: Host, *, detector: Variant = "auto", max_faces: int = DEFAULT_MAX_FACES,
) -> DubJob:  # fmt: skip
    """A job whose times and speech are known. track: None to find the faces, with `detector` and `max_faces`
    as in `track_faces`. keeps_source: silent frames are the source's own. Raises NoFaceError and
    SourceMismatchError as `plan_job` does."""
    parse_person(person)
    track = _faces(source, timeline, track, host, detector, max_faces)
    people = tuple(choose_people(track, person))
    mix, states = _mix(people, timeline, speech.gate if keeps_source else None)
    return DubJob(source, timeline, people, speech, _speakers(people, timeline.source_index), mix, states)


def _faces(
    source: Source, timeline: Timeline, track: FaceTrack | None, host: Host, detector: Variant, max_faces: int
) -> FaceTrack:
    if track is None:
        stop = int(timeline.source_index.max()) + 1
        track = track_faces(source, host, stop=stop, detector=detector, max_faces=max_faces)
    check_track(track, source)
    return track


def check_track(track: FaceTrack, source: Source) -> None:
    """Raises SourceMismatchError unless the track was made from the source. The same pictures at another rate
    have the same faces."""
    if track.size == source.size and track.frames <= source.frames:
        if track.source_key in (None, source.key):
            return
        if isinstance(source, ImageSource) and track.source_key == source.key_at(track.fps):
            return
    raise SourceMismatchError(
        f"The face track belongs to another clip ({_extent(track)}; the source has {_extent(source)}"
        f"{', but other ones' if _extent(track) == _extent(source) else ''})",
        "connect the same source to the face track node and to the lip-sync node",
    )


def _extent(clip: FaceTrack | Source) -> str:
    return f"{clip.frames} frames of {clip.size[0]}×{clip.size[1]}"


def _mix(
    people: Sequence[Person], timeline: Timeline, gate: np.ndarray | None
) -> tuple[np.ndarray, list[FrameState]]:
    """gate: speech per output frame, where silent frames are to be the source's own."""
    source_states = _source_states(people, timeline.source_index)
    states = [source_states[i] for i in timeline.source_index.tolist()]
    usable = np.array([state is FrameState.GENERATED for state in states])
    mix = fade_edges(usable, max(1, round(_EDGE_FADE * float(timeline.fps))))
    if gate is not None:
        mix = mix * gate
        states = [
            FrameState.SILENCE if state is FrameState.GENERATED and amount == 0 else state
            for state, amount in zip(states, mix.tolist(), strict=True)
        ]
    return mix.astype(np.float32), states


def _source_states(people: Sequence[Person], shown: np.ndarray) -> list[FrameState]:
    """What can become of each source frame, as far as those in `shown` tell: what isn't shown has no face."""
    wanted = np.zeros(int(shown.max()) + 1, bool)
    wanted[shown] = True
    states = [FrameState.NO_FACE] * len(wanted)
    for person in people:
        seen = person.seen[: max(len(wanted) - person.first, 0)]
        rows = np.flatnonzero(seen & wanted[person.first : person.first + len(seen)])
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            turned = np.abs(head_yaws(person.meshes[block])) > _MAX_YAW
            for row, away in zip(block.tolist(), turned.tolist(), strict=True):
                states[person.first + row] = FrameState.YAW if away else FrameState.GENERATED
    return states


def _speakers(people: Sequence[Person], shown: np.ndarray) -> np.ndarray:
    """Which of the people is seen in each of some source frames, -1 for none: int32. They take turns: there
    is one at most."""
    seen = np.full(int(shown.max()) + 1, -1, np.int32)
    for number, person in enumerate(people):
        rows = np.flatnonzero(person.seen[: max(len(seen) - person.first, 0)])
        seen[person.first + rows] = number
    return seen[shown]


def fade_edges(usable: np.ndarray, frames: int) -> np.ndarray:
    """1 where usable, rising and falling over `frames` at each end of a run that isn't an end of the clip."""
    mix = usable.astype(np.float32)
    edges = np.flatnonzero(np.diff(usable.astype(np.int8)))
    for edge in edges.tolist():
        if usable[edge]:
            run = slice(max(0, edge - frames + 1), edge + 1)
            ramp = np.arange(frames, 0, -1, dtype=np.float32)[-(run.stop - run.start) :]
        else:
            run = slice(edge + 1, min(len(mix), edge + 1 + frames))
            ramp = np.arange(1, frames + 1, dtype=np.float32)[: run.stop - run.start]
        mix[run] = np.minimum(mix[run], ramp / (frames + 1))
    return mix
