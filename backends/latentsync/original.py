"""LatentSync exactly as the original runs it, limits and all: what the engine is measured against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from ...engine.compose.paste import Patch
from ...engine.errors import InputError
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.media.timeline import Timeline, plan
from ...engine.media.times import ConstantTimes
from ...engine.nets.precision import settle
from ...engine.nets.sd_vae import decode_exactly, pixels
from ..dub.backend import DubBackend, DubPlan, VoicePlan
from ..dub.job import DubJob, job_of
from ..dub.protocol import Batching, Box, FaceCrop
from ..request import LipSyncRequest
from ..speech import speech_of, voice_samples
from .alignment import crop as aligned_crop
from .alignment import squared
from .denoise import sampling_noise, with_surroundings
from .geometry import FaceAlignment
from .loop import CLIP, FPS, frame_count, mirrored
from .paste import paste, soft_mask
from .pipeline import ClipEngine, Conditioning

_RATE = Fraction(FPS)
# Pixels around the crop that the soft edge is worked out in.
_REACH = 4


@dataclass(frozen=True)
class AlignedFace:
    """matrix: from the crop's pixels to the aligned 3:4, float32 [2, 3]. square: what the network sees of it,
    uint8 [side, side, 3]."""

    matrix: np.ndarray
    square: np.ndarray


class ParityEngine(ClipEngine):
    """As the original: its crop, its own mask with a hard edge inside a soft rectangle, clips end to end, the
    autoencoder sampled."""

    fps: Fraction | None = _RATE

    def batching(self, fps: Fraction) -> Batching:
        return Batching(CLIP, 1)

    def prepare(self, job: DubJob, survey: FaceAlignment, notes: list[str], host: Host) -> Conditioning:
        return self.condition(job, survey, notes, host)

    def box(self, person: Person, frame: int, conditioning: Conditioning) -> Box:
        transform = conditioning.geometry.transform(person, frame)
        if transform is None:
            return 0.0, 0.0, 0.0, 0.0
        x0, y0, x1, y1 = transform.box.bounds
        return x0 - _REACH, y0 - _REACH, x1 + _REACH, y1 + _REACH

    def preprocess(self, crop: FaceCrop, conditioning: Conditioning) -> AlignedFace:
        matrix = conditioning.geometry.matrix(crop.person, crop.source_index)
        assert matrix is not None, "a face without a box has no crop"
        # From the pixels of the part that was cut out.
        moved = matrix.copy()
        moved[:, 2] += matrix[:, :2] @ np.array(crop.origin, np.float32)
        return AlignedFace(moved, squared(aligned_crop(crop.rgb, moved, self.side), self.side))

    def generate(self, crops: Sequence[FaceCrop], conditioning: Conditioning, host: Host) -> Iterable[Tensor]:
        squares = [each.prepared.square for each in crops]
        latents = self.latents(squares, crops, conditioning, host)

        def paint(work: Sequence[tuple[Tensor, np.ndarray]]) -> Sequence[Tensor]:
            host.check_cancelled()
            faces = decode_exactly(self.models.vae.module, torch.stack([latents for latents, _ in work]))
            settle(self.models.vae, "The VAE", conditioning.notes, host)
            return list(with_surroundings(faces.cpu(), pixels(np.stack([square for _, square in work]))))

        return conditioning.pictures.run(list(zip(latents, squares, strict=True)), paint)

    def composite(self, crop: FaceCrop, generated: Tensor, conditioning: Conditioning) -> Patch:
        height, width = crop.rgb.shape[:2]
        matrix = crop.prepared.matrix
        shown = soft_mask(matrix, self.side, (width, height)).alpha > 0
        return Patch(paste(crop.rgb, generated, matrix, self.side), shown.astype(np.float32))

    def sampling(self, indices: Sequence[int]) -> tuple[Tensor, Tensor] | None:
        return sampling_noise(self.settings.seed, indices, self.side)


class ParityBackend(DubBackend):
    """With the original's frames: as many as its windows of the sound, of footage that runs back and forth
    and shows both ends twice, with a mouth in each."""

    def plan(self, request: LipSyncRequest, host: Host) -> DubPlan:
        """Raises InputError for several voices, beside what a DubBackend's does."""
        if request.voices:
            raise InputError("The original lets one person speak: turn parity off for several voices.")
        footage = plan(request.source, None, "video", fps=_RATE).source_index
        frames = frame_count(voice_samples(request.voice, host).size)
        index = footage[mirrored(len(footage), frames)]
        timeline = Timeline(_RATE, index, ConstantTimes(_RATE, frames), frames / _RATE)
        speech = speech_of(request, timeline, host)
        job = job_of(request.source, timeline, speech, request.track, request.person, False, host)
        notes: list[str] = []
        return DubPlan((VoicePlan(job, self.engine.survey(job, notes, host)),), notes)
