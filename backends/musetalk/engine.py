"""MuseTalk as a crop engine: the mouth of existing footage repainted by one step of a diffusion network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...engine.errors import InputError
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ..crop.job import CropJob
from ..crop.protocol import FaceCrop, Patch
from .audio_features import AudioFeatures
from .composer import FaceComposer, FramedFace, composer_of
from .generator import FaceGenerator, Shot
from .geometry import FaceGeometry
from .hearing import hear
from .models import MuseTalkModels
from .settings import MuseTalkSettings

LICENCE = "MIT code; weights: CreativeML OpenRAIL-M by their card"
# Pixels around a face that resampling may read, for each pixel of the picture that falls into one of the
# network's.
_REACH = 6

Restore = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Conditioning:
    """features: what is said. times: float64 [frames], seconds at which the mouth of each output frame is
    heard. geometry: where the faces are."""

    features: AudioFeatures
    times: np.ndarray
    fps: Fraction
    geometry: FaceGeometry
    generator: FaceGenerator


@dataclass(frozen=True)
class Painting:
    """conditioning: of the faces that are generated. composer: puts them back."""

    conditioning: Conditioning
    composer: FaceComposer


class MuseTalkEngine:
    """features: made beforehand; None to hear the job's own speech. restore: makes generated faces uint8
    [B, 256, 256, 3] better or larger.

    Raises InputError for features that were made for another version.
    """

    fps: Fraction | None = None
    rests = False
    licence = LICENCE

    def __init__(
        self,
        models: MuseTalkModels,
        settings: MuseTalkSettings,
        *,
        features: AudioFeatures | None = None,
        restore: Restore | None = None,
    ) -> None:
        if features is not None and features.version != settings.version:
            raise InputError(
                f"The audio features were made for {features.version}, the model is {settings.version}: "
                "connect the same model to both."
            )
        self.name = f"MuseTalk {settings.version.removeprefix('v')}"
        self.models = models
        self.settings = settings
        self._features = features
        self._restore = restore

    def prepare(self, job: CropJob, notes: list[str], host: Host) -> Painting:
        """Raises MissingFilesError where the settings ask for the face parser and its weights are not
        installed."""
        # First, so that missing weights are said before anything is worked out.
        composer = composer_of(self.settings, self.models, notes, host)
        return Painting(self.condition(job, notes, host), composer)

    def condition(self, job: CropJob, notes: list[str], host: Host) -> Conditioning:
        """What generating the faces takes, without what puts them back."""
        features = self._features or hear(
            self.models, job.speech.samples, job.timeline.duration, host, parity=self.settings.parity
        )
        geometry = FaceGeometry(job.people, self.settings, job.source.size, job.source.fps)
        notes += geometry.notes()
        generator = FaceGenerator(self.models, self.settings.batch, host.check_cancelled, self._restore)
        return Conditioning(features, job.speech.times, job.timeline.fps, geometry, generator)

    def box(self, person: Person, frame: int, painting: Painting) -> tuple[float, float, float, float]:
        """The square that the parser looks at, and what resampling reads around the face."""
        return seen_box(person, frame, painting.conditioning.geometry, self.settings.preset.expand)

    def generate(self, crops: Sequence[FaceCrop], painting: Painting) -> Iterable[Patch]:
        framed = frame_faces(crops, painting.conditioning.geometry)
        faces = generate_faces(framed, painting.conditioning)
        return painting.composer.patches(framed, list(faces))


def seen_box(
    person: Person, frame: int, geometry: FaceGeometry, expand: float
) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 of all that is read of a picture for one face; nothing where the face has no box."""
    transform = geometry.transform(person, frame)
    if transform is None:
        return 0.0, 0.0, 0.0, 0.0
    reach = _REACH * max(1.0, max(transform.box.width, transform.box.height) / transform.side)
    square, box = transform.box.square(expand).bounds, transform.box.bounds
    x0, y0 = (min(a, b - reach) for a, b in zip(square[:2], box[:2], strict=True))
    x1, y1 = (max(a, b + reach) for a, b in zip(square[2:], box[2:], strict=True))
    return x0, y0, x1, y1


def frame_faces(crops: Sequence[FaceCrop], geometry: FaceGeometry) -> list[FramedFace]:
    framed = []
    for crop in crops:
        transform = geometry.transform(crop.person, crop.source_index)
        assert transform is not None, "a face without a box has no crop"
        moved = transform.moved(-crop.origin[0], -crop.origin[1])
        framed.append(FramedFace(crop, moved, moved.crop(crop.rgb)))
    return framed


def generate_faces(framed: Sequence[FramedFace], conditioning: Conditioning) -> Iterable[np.ndarray]:
    """A face uint8 [side, side, 3] for each."""
    if not framed:
        return []
    indices = np.array([item.crop.index for item in framed])
    tokens = conditioning.features.tokens(indices, conditioning.times[indices], conditioning.fps)
    shots = [Shot(item.small, said) for item, said in zip(framed, tokens, strict=True)]
    return conditioning.generator.faces(shots)
