"""An engine's work stage by stage: faces generated into a file, and put back from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from ...engine.compose.composer import ComposeSettings, FaceComposer
from ...engine.errors import SourceMismatchError
from ...engine.faces.track import FaceTrack
from ...engine.host.discard import discard_with
from ...engine.host.protocol import Host
from ...engine.media.source import Source
from ...engine.media.timeline import FillRule, LengthRule, plan
from ...engine.media.voice import gate
from ..protocol import Rendering
from ..speech import Speech
from .audio_features import AudioFeatures
from .backend import DubPlan, VoicePlan, rendering
from .faces import CropGeometry, FacePainter, Facing, ParsingModels, composer_of, frame_face, seen_box
from .job import DubJob, job_of
from .mouth_clip import SAME_PICTURE, MouthClip, MouthClipWriter, glimpse, likeness
from .preview import beside
from .protocol import Batching, FaceCrop, Sampler
from .scheduler import Lane, crop_face, even_rect, generated

# Frames whose faces are kept to know the footage by.
_GLIMPSES = 5
_CONNECT = "connect the footage it was made from"


class FaceEngine(Sampler, Protocol):
    """A dub engine whose faces can be kept. compose: how they go back."""

    name: str
    compose: ComposeSettings

    def survey(self, job: DubJob, notes: list[str], host: Host) -> Any: ...

    def condition(self, job: DubJob, survey: Any, notes: list[str], host: Host) -> Facing:
        """What generating the faces takes, without what puts them back."""
        ...

    def resident(self, conditioning: Any, host: Host) -> AbstractContextManager[Any]:
        """As a painter's, around all calls of `faces`."""
        ...

    def faces(self, crops: Sequence[FaceCrop], conditioning: Any, host: Host) -> Iterable[np.ndarray]:
        """A face uint8 [side, side, 3] for each crop."""
        ...


def plan_faces(
    features: AudioFeatures, source: Source, host: Host, *, track: FaceTrack | None = None,
    length: LengthRule = "audio", fill: FillRule = "pingpong", person: str = "largest",
    sync_offset: float = 0.0,
) -> DubJob:  # fmt: skip
    """What there is to generate for features that were made beforehand; fields as in LipSyncRequest.

    Raises NoFaceError, SourceMismatchError and AudioError as `plan_job` does."""
    timeline = plan(source, features.duration, length, fill)
    begins = timeline.times.seconds()
    times, lengths = begins - sync_offset, np.diff(begins, append=float(timeline.duration))
    always = features.spans is None
    speaking = np.ones(len(times), np.float32) if always else gate(times, features.spans or ())
    speech = Speech(np.empty(0, np.float32), times, lengths, speaking, "source", None, "")
    return job_of(source, timeline, speech, track, person, not always, host)


def infer(engine: FaceEngine, job: DubJob, host: Host) -> MouthClip:
    """Generate a face for every frame of a job that shows one. Raises OutputError where the disk is full."""
    notes: list[str] = []
    conditioning = engine.condition(job, engine.survey(job, notes, host), notes, host)
    stage = f"Generating faces ({engine.name})"
    path = host.temp_file(".faces")
    total, done, side = len(job.timeline), 0, 0

    def generate(crops: Sequence[FaceCrop], conditioning: Any, host: Host) -> Iterable[Any]:
        return ((face, None) for face in engine.faces(crops, conditioning, host))

    painted = [index for index in range(total) if job.paints(index)]
    wanted, glimpses = _spread(painted), {}
    lanes = [Lane(job, conditioning)]
    with (
        engine.resident(conditioning, host) if painted else nullcontext(),
        MouthClipWriter(path, total) as writer,
        closing(generated(lanes, engine, generate, host, stage)) as stretches,
    ):
        for frames, (made,) in stretches:
            done += len(frames)
            for index, each in made.items():
                face, _ = each.result
                writer.write(index, face)
                side = face.shape[0]
                if index in wanted:
                    glimpses[index] = glimpse(each.crop.prepared.small)
            if made and host.wants_preview():
                last = made[max(made)]
                host.progress(stage, done, total, beside(last.crop.prepared.small, last.result[0]))
    clip = MouthClip(
        path,
        side,
        writer.slots,
        job,
        conditioning.geometry,
        engine.name,
        engine.compose,
        tuple(notes),
        glimpses,
    )
    discard_with(clip, path)
    return clip


def _spread(indices: Sequence[int]) -> set[int]:
    """A few of them, from the first to the last."""
    picked = np.linspace(0, len(indices) - 1, min(len(indices), _GLIMPSES)).round().astype(int)
    return {indices[i] for i in picked}


def composite(
    clip: MouthClip,
    source: Source,
    models: ParsingModels | None,
    host: Host,
    settings: ComposeSettings | None = None,
) -> Rendering:
    """The clip's faces in `source`: the footage they were made from, or another version of it.

    models: for the face parser; None to draw masks from landmarks. settings: what of mask, detail and colour
    is to be other than the clip's. Raises SourceMismatchError where the source has another size, fewer frames
    or other pictures.
    """
    made_from, notes = clip.job.source, list(clip.notes)
    if source.size != made_from.size or source.frames < made_from.frames:
        raise SourceMismatchError(
            f"The mouth clip was made from {made_from.frames} frames of "
            f"{made_from.size[0]}×{made_from.size[1]}, the source has {source.frames} of "
            f"{source.size[0]}×{source.size[1]}",
            _CONNECT,
        )
    if source.key != made_from.key:
        if _likeness(clip, source) < SAME_PICTURE:
            raise SourceMismatchError(
                "The mouth clip was made from other pictures than the source's", _CONNECT
            )
        notes.append("The mouths were generated from another version of this footage.")
    painter = _StoredFaces(clip, models, settings or clip.compose)
    voice = VoicePlan(replace(clip.job, source=source), None)
    return rendering(painter, DubPlan((voice,), notes), host)


def _likeness(clip: MouthClip, source: Source) -> float:
    """How far the face that differs most is the one the clip was made from, 0..1; 1 for a clip of none."""
    least = 1.0
    for index, seen in clip.glimpses.items():
        painted = clip.job.painted(index)
        assert painted is not None, "a face was generated for it"
        box = seen_box(*painted, clip.geometry, clip.compose.convention.expand)
        frame = next(source.read(painted[1], painted[1] + 1))
        rect = even_rect(box, frame)
        assert rect is not None, "it lies in a picture of the same size"
        face = frame_face(crop_face(frame, rect, *painted), clip.geometry)
        least = min(least, likeness(seen, glimpse(face.small)))
    return least


class _StoredFaces(FacePainter):
    """A painter whose faces come from a file."""

    def __init__(self, clip: MouthClip, models: ParsingModels | None, settings: ComposeSettings) -> None:
        self.name = clip.engine
        self.compose = settings
        self._clip = clip
        self._models = models

    def batching(self, fps: Fraction) -> Batching:
        return Batching()

    def survey(self, job: DubJob, notes: list[str], host: Host) -> None:
        return None

    def prepare(self, job: DubJob, survey: None, notes: list[str], host: Host) -> _Stored:
        return _Stored(self._clip.geometry, composer_of(self.compose, self._models, notes, host))

    def resident(self, stored: _Stored, host: Host) -> AbstractContextManager[Any]:
        composer = stored.composer
        needed = composer.activation_bytes(Batching().batch)
        return host.resident(*composer.networks, activation_bytes=needed)

    def faces(self, crops: Sequence[FaceCrop], stored: _Stored, host: Host) -> Iterable[np.ndarray]:
        return self._clip.faces([crop.index for crop in crops])


@dataclass(frozen=True)
class _Stored:
    geometry: CropGeometry
    composer: FaceComposer
