"""The embedded default engine: speech to mouth shapes, mouth shapes to a bent face. No weights, any CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction

import numpy as np

from ...align.spread import phones_within_words
from ...engine.compose.paste import Patch
from ...engine.faces.geometry import head_axes
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.host.reporter import reporter, silent
from ...engine.media.frames import Frame
from ...engine.media.spans import Spans
from ...engine.media.voice import RATE
from ..dub.job import DubJob
from ..dub.protocol import Batching, Box, FaceCrop
from ..dub.scheduler import crop_face, even_rect
from ..request import SilenceRule
from ..speech import Speech
from .acoustic import motion_from_sound
from .alive import Life, LifeSurvey, survey_life
from .breath import heard_breaths
from .closed import ClosedLips, find_closed, gaps_around
from .controls import CONTROLS, LOWER_INNER, MIDDLE, OUTER_CORNERS, UPPER_INNER, head_points
from .covered import Shown, steady
from .interior import Tones
from .motion import MouthMotion, motion_from_phones
from .mouth import MouthPose, RestShape
from .occlusion import Cover, Likeness
from .parted import corrected, corrected_person, see_parted
from .plate import Plate, find_plates
from .registration import References, Registration, draw, find_references
from .render import moving_box, render_mouth
from .spec import SPEC
from .texture import steady_tones, tones_of

# A mouth rests where its lips are as close as in the closest tenth of the frames, give or take what the
# tracker's noise makes of lips that don't move (widths of the mouth): the closest frames alone would be the
# noisiest.
_REST_SHARE = 0.1
_REST_NOISE = 0.035
_REST_SAMPLES = 400
# Frames that are looked at together for what covers a mouth, and how many of them with those before, too: as
# many as the paint fades over and a cover is held.
_TOGETHER, _OVERLAP = 16, 8
# Paint that nobody sees.
_NOTHING = 0.02
_READING = "Reading the speech"


@dataclass(frozen=True)
class VisemeSurvey:
    """poses: per output frame the fields of a MouthPose, float16 [frames, 9]. rests: each person's mouth at
    rest, by id. silence: what silent ones do. plates: each person's own teeth, where they were seen.
    references: what they look like, by which what covers them is told. life: what else a still does. closed:
    each person's closed lips, where they were seen. parted: of those whose mesh has a still's parted lips
    closed, what to add to the control points, pixels [n, 2]."""

    poses: np.ndarray
    rests: dict[int, RestShape]
    silence: SilenceRule
    plates: dict[int, Plate]
    references: dict[int, References]
    life: LifeSurvey | None = None
    closed: dict[int, ClosedLips] = field(default_factory=dict)
    parted: dict[int, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class _Watch:
    """What tells a person's covers: the grid over the face, and its looks."""

    registration: Registration
    likeness: Likeness

    def look(self, rgb: np.ndarray, mesh: np.ndarray) -> _Covered:
        seen = self.registration.see(rgb, mesh)
        return _Covered(seen.places, self.likeness.cover(seen.colours, mesh))

    def cover(self, person: Person, frame: Frame) -> Cover | None:
        """Of a source frame."""
        mesh = person.meshes[frame.index - person.first]
        rect = even_rect(moving_box(mesh), frame)
        if rect is None:
            return None
        crop = crop_face(frame, rect, person, frame.index)
        return self.look(crop.rgb, crop.mesh).cover


@dataclass(frozen=True)
class VisemeConditioning:
    """life: what moves in a still beside its mouth; None for nothing. watches: by id, of those people whom
    covers can be told of."""

    survey: VisemeSurvey
    life: Life | None
    watches: dict[int, _Watch]


@dataclass(frozen=True)
class _Covered:
    """places: of the grid's nodes. cover: what lies before the mouth."""

    places: np.ndarray
    cover: Cover | None


@dataclass(frozen=True)
class _Look:
    """What `preprocess` sees of a crop. tones: the face's colours. covered: None where none can be told."""

    tones: Tones
    covered: _Covered | None

    @property
    def cover(self) -> Cover | None:
        return self.covered.cover if self.covered else None


@dataclass(frozen=True)
class _Mouth:
    """around: how far the mouth is open in the source's frames around."""

    pose: MouthPose
    shown: Shown
    tones: Tones
    around: np.ndarray | None


class VisemeEngine:
    """strength: how far the mouth opens, as a factor on the natural opening. movement: how far a still sways
    and breathes, 0..1; above 0 it blinks, too."""

    spec = SPEC
    name = SPEC.name
    fps: Fraction | None = None
    rests = True

    def __init__(self, strength: float = 1.0, movement: float = 0.0) -> None:
        self.strength = strength
        self.movement = movement

    def batching(self, fps: Fraction) -> Batching:
        return Batching(_TOGETHER, 1, _OVERLAP, _mixed)

    def survey(self, job: DubJob, notes: list[str], host: Host) -> VisemeSurvey:
        seconds = max(len(job.speech.samples) // RATE, 1)
        host.progress(_READING, 0, seconds, unit="seconds")
        motion = _motion(job.speech, notes, reporter(host, _READING, seconds, "seconds"))
        parted = see_parted(job.source, job.people)
        people = [corrected_person(person, parted.get(person.id)) for person in job.people]
        rests = {person.id: rest_shape(person) for person in people}
        host.progress(_READING, seconds, seconds, unit="seconds")
        poses = np.column_stack([getattr(motion, field.name) for field in fields(MouthPose)])
        stop = int(job.timeline.source_index.max()) + 1
        references = find_references(job.source, job.people, rests, stop)
        watches = _watches(rests, references)

        def covered(person: Person, frame: Frame) -> bool:
            watch = watches.get(person.id)
            cover = None if watch is None else watch.cover(person, frame)
            return cover is not None and cover.sure

        plates = find_plates(job.source, job.people, stop, covered)
        closed = find_closed(job.source, job.people, stop, covered)
        life = survey_life(job, _loudness(job.speech), self.movement, notes)
        return VisemeSurvey(
            poses.astype(np.float16), rests, job.speech.silence, plates, references, life, closed, parted
        )

    def prepare(self, job: DubJob, survey: VisemeSurvey, notes: list[str], host: Host) -> VisemeConditioning:
        life = None if survey.life is None else Life(job, survey.life, self.movement)
        return VisemeConditioning(survey, life, _watches(survey.rests, survey.references))

    def box(self, person: Person, frame: int, conditioning: VisemeConditioning) -> Box:
        if conditioning.life:
            return conditioning.life.box(person)
        return moving_box(person.meshes[frame - person.first])

    def preprocess(self, crop: FaceCrop, conditioning: VisemeConditioning) -> _Look:
        survey, watch = conditioning.survey, conditioning.watches.get(crop.person.id)
        mesh = corrected(crop.mesh, survey.parted.get(crop.person.id))
        mouth = survey.rests[crop.person.id].width * head_axes(mesh).scale
        tones = tones_of(crop.rgb, mesh[CONTROLS, :2].astype(np.float64), mouth)
        return _Look(tones, None if watch is None else watch.look(crop.rgb, crop.mesh))

    def resident(self, conditioning: VisemeConditioning, host: Host) -> AbstractContextManager[None]:
        return nullcontext()

    def generate(
        self, crops: Sequence[FaceCrop], conditioning: VisemeConditioning, host: Host
    ) -> Iterable[_Mouth]:
        shown = steady([crop.prepared.cover for crop in crops])
        tones = steady_tones([crop.prepared.tones for crop in crops])
        poses = (self._pose(conditioning.survey.poses[crop.index]) for crop in crops)
        around = self._around(crops, conditioning.survey)
        return [_Mouth(*each) for each in zip(poses, shown, tones, around, strict=True)]

    def _around(self, crops: Sequence[FaceCrop], survey: VisemeSurvey) -> Sequence[np.ndarray | None]:
        """All of a person, as batches are."""
        if not crops or crops[0].person.id not in survey.closed:
            return [None] * len(crops)
        return list(gaps_around(crops[0].person, [crop.source_index for crop in crops]))

    def composite(self, crop: FaceCrop, mouth: _Mouth, conditioning: VisemeConditioning) -> Patch | None:
        survey = conditioning.survey
        if conditioning.life:
            return conditioning.life.composite(crop, lambda crop: self._mouth(crop, mouth, survey))
        if mouth.shown.amount < _NOTHING:
            return None
        return self._mouth(crop, mouth, survey)

    def _mouth(self, crop: FaceCrop, mouth: _Mouth, survey: VisemeSurvey) -> Patch:
        pose, shown = mouth.pose, mouth.shown
        cover = None
        if shown.nodes is not None and crop.prepared.covered:
            cover = draw(shown.nodes, crop.prepared.covered.places, *crop.rgb.shape[1::-1])
        plate, closed = survey.plates.get(crop.person.id), survey.closed.get(crop.person.id)
        rest = survey.rests[crop.person.id] if closed is None else closed.rest
        mesh = corrected(crop.mesh, survey.parted.get(crop.person.id))
        silent = {"rest": rest.points, "close": rest.shut, "source": None}[survey.silence]
        rgb, alpha = render_mouth(
            crop.rgb, mesh, rest, pose, silent, plate, cover, closed, mouth.tones, mouth.around
        )
        return Patch(rgb, alpha if shown.amount == 1 else alpha * np.float32(shown.amount))

    def _pose(self, values: np.ndarray) -> MouthPose:
        pose = MouthPose(*values.tolist())
        return replace(pose, open=pose.open * self.strength, jaw=pose.jaw * self.strength)


def _watches(rests: Mapping[int, RestShape], references: Mapping[int, References]) -> dict[int, _Watch]:
    watches = {}
    for number, each in references.items():
        registration = Registration(rests[number])
        likeness = Likeness.of(each, registration.face)
        if likeness is not None:
            watches[number] = _Watch(registration, likeness)
    return watches


def _mixed(one: _Mouth, other: _Mouth, weight: float) -> _Mouth:
    tones = Tones.mean([one.tones, other.tones], [1 - weight, weight])
    return replace(one, shown=one.shown.mixed(other.shown, weight), tones=tones)


def rest_shape(person: Person) -> RestShape:
    """A person's mouth at rest: the mean of the frames whose lips are closest together."""
    seen = np.flatnonzero(person.seen)
    seen = seen[:: max(1, len(seen) // _REST_SAMPLES)]
    shapes = head_points(person.meshes[seen])
    gaps = np.linalg.norm(shapes[:, LOWER_INNER[MIDDLE]] - shapes[:, UPPER_INNER[MIDDLE]], axis=1)
    gaps /= np.linalg.norm(shapes[:, OUTER_CORNERS[1]] - shapes[:, OUTER_CORNERS[0]], axis=1)
    resting = gaps <= np.quantile(gaps, _REST_SHARE) + _REST_NOISE
    return RestShape.mean(shapes[resting])


def _motion(speech: Speech, notes: list[str], report: Callable[[int], None] = silent) -> MouthMotion:
    """By phones where the words are known, by the sound's own features where they are not."""
    loudness = _loudness(speech)
    # Words that are given say when the mouth moves.
    breaths = Spans() if speech.words is not None else heard_breaths(speech.samples, lambda: report(0))
    words = speech.timed(notes, report)
    if words is not None and words.lines:
        phones = phones_within_words(words.words(), words.language)
        if phones:
            notes.append(f"Mouth shapes from the words ({words.engine or 'given timings'}).")
            return motion_from_phones(
                phones, speech.times, speech.frame_seconds, speech.gate, loudness, breaths
            )
    if speech.gate.any():
        notes.append("Mouth shapes estimated from the sound: give the text for better ones.")
    return motion_from_sound(speech.samples, speech.times, speech.frame_seconds, speech.gate, breaths, report)


def _loudness(speech: Speech) -> np.ndarray:
    """Level of each output frame in dB: float32 [frames]."""
    edges = np.concatenate([speech.times, speech.times[-1:] + speech.frame_seconds[-1:]])
    marks = np.clip(np.round(edges * 16000), 0, len(speech.samples)).astype(int)
    counts = np.diff(marks)
    # One more sample, because a frame may begin where the sound ends; it then sums that one, and not nothing.
    sums = np.add.reduceat(np.append(np.square(speech.samples), np.float32(0)), marks)[:-1]
    mean = np.where(counts > 0, sums / np.maximum(counts, 1), 0)
    return (10 * np.log10(mean + 1e-9)).astype(np.float32)
