"""Wav2Lip: the mouth of existing footage repainted by a small network, frame by frame.

A face's crop of 96 pixels, whole and with its lower half black, and the mel spectrogram of the 0.2 seconds
from the frame's time on go in; a face that says them comes out, and its lower half is put back into the
picture. With `parity` all of the box is, with hard edges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...engine.compose.composer import FaceComposer, PasteConvention
from ...engine.compose.paste import Patch
from ...engine.compose.restore import EXPAND, Restorer
from ...engine.errors import InputError
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.media.colour import Rect
from ...engine.nets.batches import Batches
from ...engine.nets.precision import settle
from ...engine.nets.wav2lip_mel import Samples
from ..dub.faces import FacePainter, composer_of, composing, frame_face, resident, seen_box
from ..dub.job import DubJob
from ..dub.protocol import Batching, Box, FaceCrop
from .geometry import FaceGeometry, ParityGeometry, geometry_of, parity_geometry
from .mel import mel_windows, parity_windows
from .models import Wav2LipModels
from .network import generate
from .paste import parity_crop, parity_paste
from .spec import SPEC, Wav2LipSettings

# The square that the parser sees is as large in the face as MuseTalk's, whose box is higher: it begins above
# the brows.
CONVENTION = PasteConvention(expand=1.8, blur_ratio=0.05, mask="jaw")
# Pixels around a box that the colours at its edge depend on.
_CHROMA = 4.0
# Memory that one sample needs beside the weights, in float32: what the allocator's peak rises by on the CPU.
_SAMPLE_BYTES = 12 << 20


@dataclass(frozen=True)
class Conditioning:
    """samples: what is said, mono at 16 kHz. times: float64 [frames], seconds at which the mouth of each
    output frame is heard. composer: what puts faces back; None with parity. batches: how many crops the
    device takes at once. notes: of the run."""

    samples: Samples
    times: np.ndarray
    fps: Fraction
    geometry: Any
    composer: FaceComposer | None
    batches: Batches
    notes: list[str]


class Wav2LipEngine(FacePainter):
    """check_consent: raises ConsentError unless the user has agreed to the weights' licence. restore: what
    becomes of generated faces.

    Raises InputError for a restorer with parity."""

    spec = SPEC
    fps: Fraction | None = None
    rests = False

    def __init__(
        self,
        models: Wav2LipModels,
        settings: Wav2LipSettings,
        check_consent: Callable[[], None],
        *,
        restore: Restorer | None = None,
    ) -> None:
        if restore is not None and settings.parity:
            raise InputError(
                "Parity leaves no room for an upscale model: disconnect it, or switch parity off."
            )
        self.models = models
        self.settings = settings
        self.name = "Wav2Lip GAN" if settings.version == "wav2lip_gan" else "Wav2Lip"
        self.compose = composing(CONVENTION, settings, batch=settings.batch_size)
        self._check_consent = check_consent
        self._restore = restore

    def batching(self, fps: Fraction) -> Batching:
        return Batching(batch=self.settings.batch_size)

    def survey(self, job: DubJob, notes: list[str], host: Host) -> FaceGeometry | ParityGeometry:
        """Boxes, steadied over each person's whole time in the clip. Raises ConsentError where the user has
        not agreed to the licence."""
        self._check_consent()
        if self.models.note:
            notes.append(self.models.note)
        if self.models.detector is not None:
            stop = int(job.timeline.source_index.max()) + 1
            return parity_geometry(job.source, stop, self.settings, self.models.detector, host)
        geometry = geometry_of(job.people, self.settings, job.source.fps, host)
        if self._restore is None:
            notes += geometry.notes()
        return geometry

    def prepare(
        self, job: DubJob, survey: FaceGeometry | ParityGeometry, notes: list[str], host: Host
    ) -> Conditioning:
        """Raises MissingFilesError where the settings ask for the face parser and its weights are not
        installed, ConsentError as `survey`."""
        self._check_consent()
        parity = isinstance(survey, ParityGeometry)
        composer = None if parity else composer_of(self.compose, self.models, notes, host)
        batches = Batches(self.settings.batch_size, host)
        speech = job.speech
        return Conditioning(speech.samples, speech.times, job.timeline.fps, survey, composer, batches, notes)

    def box(self, person: Person, frame: int, conditioning: Any) -> Box:
        if isinstance(conditioning.geometry, ParityGeometry):
            rect = conditioning.geometry.rect(frame)
            if rect is None:
                return 0.0, 0.0, 0.0, 0.0
            x0, y0, x1, y1 = rect
            return x0 - _CHROMA, y0 - _CHROMA, x1 + _CHROMA, y1 + _CHROMA
        whole = self._restore is not None and self._restore.side is not None
        return seen_box(person, frame, conditioning.geometry, EXPAND if whole else CONVENTION.expand)

    def resident(self, conditioning: Conditioning, host: Host) -> AbstractContextManager[None]:
        models, count = self.models, self.settings.batch_size
        needed = count * _SAMPLE_BYTES * models.dtype.itemsize // 4
        return resident(
            host, models.generator, needed=needed, count=count, composer=conditioning.composer,
            restore=self._restore,
        )  # fmt: skip

    def preprocess(self, crop: FaceCrop, conditioning: Any) -> Any:
        geometry = conditioning.geometry
        if isinstance(geometry, ParityGeometry):
            return parity_crop(crop.rgb, _within(crop, geometry))
        return frame_face(crop, geometry)

    def generate(self, crops: Sequence[FaceCrop], conditioning: Any, host: Host) -> Iterable[Any]:
        """Faces alone with parity, finished patches where whole faces are restored: that takes networks."""
        faces = list(self.faces(crops, conditioning, host))
        composer, restore = conditioning.composer, self._restore
        if composer is None:
            return faces
        items = [crop.prepared for crop in crops]
        parts = composer.parts(items)
        if restore is None or restore.side is None:
            return zip(faces, parts, strict=True)
        patches = []
        for item, face, part in zip(items, faces, parts, strict=True):
            host.check_cancelled()
            patches.append(restore.whole(item, composer.patch(item, face, part)))
        return patches

    def faces(
        self, crops: Sequence[FaceCrop], conditioning: Conditioning, host: Host
    ) -> Iterator[np.ndarray]:
        said = np.array([crop.index for crop in crops])
        parity = conditioning.composer is None
        if parity:
            sound = parity_windows(conditioning.samples, said, float(conditioning.fps))
        else:
            sound = mel_windows(conditioning.samples, conditioning.times[said])
        seen = [crop.prepared if parity else crop.prepared.small for crop in crops]

        def speak(work: Sequence[tuple[np.ndarray, Tensor]]) -> Sequence[np.ndarray]:
            host.check_cancelled()
            faces = self._speak(work, conditioning, host, parity=parity)
            return faces if self._restore is None else self._restore.enlarge(faces)

        return conditioning.batches.run(list(zip(seen, sound, strict=True)), speak)

    def composite(self, crop: FaceCrop, generated: Any, conditioning: Any) -> Patch:
        if isinstance(generated, Patch):
            return generated
        if not isinstance(conditioning.geometry, ParityGeometry):
            return super().composite(crop, generated, conditioning)
        x0, y0, x1, y1 = where = _within(crop, conditioning.geometry)
        alpha = np.zeros(crop.rgb.shape[:2], np.float32)
        alpha[y0:y1, x0:x1] = 1
        return Patch(parity_paste(crop.rgb, generated, where), alpha)

    def _speak(
        self, work: Sequence[tuple[np.ndarray, Tensor]], conditioning: Conditioning, host: Host, *,
        parity: bool,
    ) -> list[np.ndarray]:  # fmt: skip
        """Faces uint8 [96, 96, 3], RGB; with parity all of each, cut off to whole levels."""
        seen, sound = zip(*work, strict=True)
        generator = self.models.generator
        crops = torch.from_numpy(np.stack(seen)[..., ::-1].copy())
        levels = generate(generator.module, crops, torch.stack(sound), lower=not parity)
        settle(generator, "Wav2Lip", conditioning.notes, host)
        faces = (levels if parity else levels.round()).to("cpu", torch.uint8)
        return list(np.ascontiguousarray(faces.numpy()[..., ::-1]))


def _within(crop: FaceCrop, geometry: ParityGeometry) -> Rect:
    """The original's box in the crop's own pixels."""
    rect = geometry.rect(crop.source_index)
    assert rect is not None, "a face without a box has no crop"
    (x, y), (x0, y0, x1, y1) = crop.origin, rect
    return x0 - x, y0 - y, x1 - x, y1 - y
