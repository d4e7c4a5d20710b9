"""MuseTalk's work stage by stage: faces generated into a file, and put back from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from ...engine.errors import InputError
from ...engine.faces.track import FaceTrack, Person
from ...engine.host.discard import discard_with
from ...engine.host.protocol import Host
from ...engine.media.source import Source
from ...engine.media.timeline import FillRule, LengthRule, plan
from ...engine.media.voice import gate
from ..crop.backend import chunks_with_crops, rendering
from ..crop.job import CropJob, Speech, job_of
from ..crop.preview import beside
from ..crop.protocol import FaceCrop, Patch
from ..protocol import Rendering
from .audio_features import AudioFeatures
from .composer import FaceComposer, composer_of
from .engine import LICENCE, MuseTalkEngine, frame_faces, generate_faces, seen_box
from .models import MuseTalkModels
from .mouth_clip import MouthClip, MouthClipWriter
from .settings import MuseTalkSettings


def plan_faces(
    features: AudioFeatures, source: Source, host: Host, *, track: FaceTrack | None = None,
    length: LengthRule = "audio", fill: FillRule = "pingpong", person: str = "largest",
    sync_offset: float = 0.0,
) -> CropJob:  # fmt: skip
    """What there is to generate for features that were made beforehand; fields as in LipSyncRequest.

    Raises NoFaceError, InputError and AudioError as `plan_job` does."""
    timeline = plan(source, features.duration, length, fill)
    times = np.array([float(t) for t in timeline.times]) - sync_offset
    always = features.spans is None
    speaking = np.ones(len(times), np.float32) if always else gate(times, features.spans or ())
    speech = Speech(np.empty(0, np.float32), times, float(1 / timeline.fps), speaking, "source", None, "")
    return job_of(source, timeline, speech, track, person, not always, host)


def infer(engine: MuseTalkEngine, job: CropJob, host: Host) -> MouthClip:
    """Generate a face for every frame of a job that shows one. Raises OutputError where the disk is full."""
    notes: list[str] = []
    conditioning = engine.condition(job, notes, host)
    stage = f"Generating faces ({engine.name})"
    path = host.temp_file(".faces")
    seen = partial(seen_box, expand=engine.settings.preset.expand)
    total, done, side = len(job.timeline), 0, 0
    host.progress(stage, 0, total)
    with (
        MouthClipWriter(path, total) as writer,
        closing(chunks_with_crops(job, seen, conditioning.geometry)) as chunks,
    ):
        for chunk, work in chunks:
            framed = frame_faces([crop for _, _, crop in work], conditioning.geometry)
            watched = host.wants_preview()
            last = None
            for item, face in zip(framed, generate_faces(framed, conditioning), strict=True):
                writer.write(item.crop.index, face)
                side = face.shape[0]
                last = item.small, face
            done += len(chunk)
            host.progress(stage, done, total, beside(*last) if watched and last else None)
    clip = MouthClip(path, side, writer.slots, job, conditioning.geometry, engine.settings, tuple(notes))
    discard_with(clip, path)
    return clip


def composite(
    clip: MouthClip,
    source: Source,
    models: MuseTalkModels | None,
    host: Host,
    settings: MuseTalkSettings | None = None,
) -> Rendering:
    """The clip's faces in `source`: the footage they were made from, or another version of it.

    models: for the face parser; None to draw masks from landmarks. settings: what of mask, detail and colour
    is to be other than the clip's. Raises InputError where the source has another size or fewer frames.
    """
    made_from = clip.job.source
    if source.size != made_from.size or source.frames < made_from.frames:
        raise InputError(
            f"The mouth clip was made from {made_from.frames} frames of "
            f"{made_from.size[0]}×{made_from.size[1]}, the source has {source.frames} of "
            f"{source.size[0]}×{source.size[1]}: connect the footage it was made from."
        )
    engine = _StoredFaces(clip, models, settings or clip.settings)
    return rendering(engine, replace(clip.job, source=source), list(clip.notes), host)


class _StoredFaces:
    """A crop engine whose faces come from a file."""

    licence = LICENCE
    fps: Fraction | None = None
    rests = False

    def __init__(self, clip: MouthClip, models: MuseTalkModels | None, settings: MuseTalkSettings) -> None:
        self.name = f"MuseTalk {settings.version.removeprefix('v')}"
        self._clip = clip
        self._models = models
        self._settings = settings

    def prepare(self, job: CropJob, notes: list[str], host: Host) -> FaceComposer:
        return composer_of(self._settings, self._models, notes, host)

    def box(
        self, person: Person, frame: int, conditioning: FaceComposer
    ) -> tuple[float, float, float, float]:
        return seen_box(person, frame, self._clip.geometry, self._settings.preset.expand)

    def generate(self, crops: Sequence[FaceCrop], conditioning: FaceComposer) -> Iterable[Patch]:
        if not crops:
            return []
        framed = frame_faces(crops, self._clip.geometry)
        return conditioning.patches(framed, list(self._clip.faces([crop.index for crop in crops])))
