"""LatentSync: the mouth of existing footage repainted by a diffusion network that sees 16 frames at once.

A face, aligned by brows and nose, goes through the autoencoder whole and without its lower half. From noise
that is the same in all frames, and with the ten Whisper states around each frame's time, the UNet makes in a
number of steps the latents of faces that say them, which are decoded and put back into the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from ...engine.compose.composer import ComposeSettings, FaceComposer, Parts, PasteConvention, compose_settings
from ...engine.compose.paste import Patch
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.media.timeline import Timeline, plan
from ...engine.media.times import ConstantTimes
from ...engine.nets.batches import Batches
from ...engine.nets.mel import RATE
from ...engine.nets.precision import settle
from ...engine.nets.sd_vae import decode, decode_exactly
from ..dub.audio_features import AudioFeatures, encode_features
from ..dub.backend import DubBackend, DubPlan
from ..dub.faces import FacePainter, composer_of
from ..dub.job import DubJob, job_of
from ..dub.protocol import Batching, Box, FaceCrop
from ..request import LipSyncRequest
from ..speech import speech_of
from .alignment import crop as aligned_crop
from .alignment import squared
from .denoise import condition, denoise, initial_noise, pixels, sampling_noise, with_surroundings
from .geometry import FaceAlignment
from .loop import CLIP, CONVENTION, FPS, frame_count, mirrored
from .models import LatentSyncModels
from .paste import paste, soft_mask
from .spec import SPEC, STEPS, TRAINED_ON, LatentSyncSettings

# How faces go back: the crop reaches from the forehead to below the chin and from ear to ear.
_PASTE = PasteConvention(expand=1.3, blur_ratio=0.05, mask="jaw")
# Memory that one frame of 256×256 needs beside the weights, in float32.
_PIXEL_BYTES = 420 << 20
_LATENT_BYTES = 100 << 20
# Frames of that size that go through the autoencoder at once.
_PIXEL_BATCH = 8
# Pixels around the crop that the original's soft edge is worked out in.
_REACH = 4


@dataclass(frozen=True)
class Conditioning:
    """features: what is said. times: float64 [frames], seconds at which the mouth of each output frame is
    heard. geometry: where the faces are. noise: what every frame begins with. pictures: how many frames go
    through the autoencoder at once. clip: makes room for the UNet. notes: of the run. composer: None where
    faces are not put back by it."""

    features: AudioFeatures
    times: np.ndarray
    fps: Fraction
    geometry: FaceAlignment
    noise: Tensor
    pictures: Batches
    clip: Batches
    notes: list[str]
    composer: FaceComposer | None = None


class LatentSyncEngine(FacePainter):
    spec = SPEC
    fps: Fraction | None = None
    rests = False

    def __init__(self, models: LatentSyncModels, settings: LatentSyncSettings) -> None:
        self.models = models
        self.settings = replace(settings, version=models.version)
        self.side = self.settings.side
        self.name = f"LatentSync {models.version}"
        self.compose = composing(settings)
        self.batching = Batching(CLIP, 1, settings.overlap, mixed)

    def survey(self, job: DubJob, notes: list[str], host: Host) -> FaceAlignment:
        """Steadied over each person's whole time in the clip."""
        geometry = FaceAlignment(
            job.people, self.side, job.source.fps,
            steady=self.settings.steady, parity=self.settings.parity, host=host,
        )  # fmt: skip
        trained = TRAINED_ON[self.models.version]
        if self.side != trained:
            notes.append(f"{self.name} was trained on {trained} pixels: faces of {self.side} may be blurred.")
        notes += geometry.notes(self.name)
        return geometry

    def prepare(self, job: DubJob, survey: FaceAlignment, notes: list[str], host: Host) -> Conditioning:
        """Raises MissingFilesError where the settings ask for the face parser and its weights are not
        installed."""
        # First, so that missing weights are said before anything is worked out.
        composer = composer_of(self.compose, self.models, notes, host)
        return replace(self.condition(job, survey, notes, host), composer=composer)

    def condition(self, job: DubJob, survey: FaceAlignment, notes: list[str], host: Host) -> Conditioning:
        features = encode_features(
            self.models.whisper,
            CONVENTION,
            job.speech.samples,
            job.timeline.duration,
            host,
            parity=self.settings.parity,
        )
        pictures = Batches(self._pictures, host)
        noise = initial_noise(self.settings.seed, self.side)
        return Conditioning(
            features, job.speech.times, job.timeline.fps, survey, noise, pictures, Batches(1, host), notes
        )

    @property
    def _pictures(self) -> int:
        return max(1, _PIXEL_BATCH * 256**2 // self.side**2)

    def resident(self, conditioning: Conditioning, host: Host) -> AbstractContextManager[None]:
        models, composer = self.models, conditioning.composer
        networks = [models.unet, models.vae]
        area = self.side**2 / 256**2
        frames = max(_PIXEL_BYTES * self._pictures, _LATENT_BYTES * CLIP)
        needed = [int(frames * area) * models.dtype.itemsize // 4]
        if composer is not None:
            networks += composer.networks
            needed.append(composer.activation_bytes(CLIP))
        return host.resident(*networks, activation_bytes=max(needed))

    def faces(
        self, crops: Sequence[FaceCrop], conditioning: Conditioning, host: Host
    ) -> Iterable[np.ndarray]:
        latents = self._latents([each.prepared.small for each in crops], crops, conditioning, host)

        def paint(latents: Sequence[Tensor]) -> Sequence[np.ndarray]:
            host.check_cancelled()
            faces = decode(self.models.vae.module, torch.stack(list(latents)))
            settle(self.models.vae, "The VAE", conditioning.notes, host)
            return list(faces.cpu().numpy())

        return conditioning.pictures.run(list(latents), paint)

    def _latents(
        self, squares: Sequence[np.ndarray], crops: Sequence[FaceCrop], conditioning: Conditioning, host: Host
    ) -> Tensor:
        """Of the faces of one clip that speak: float32 [frames, 4, h, w], on the UNet's device.

        squares: uint8 [side, side, 3], what the network sees of each."""
        unet, vae = self.models.unet, self.models.vae
        indices = np.array([each.index for each in crops])
        tokens = conditioning.features.tokens(indices, conditioning.times[indices], conditioning.fps)

        def see(batch: Sequence[tuple[np.ndarray, int]]) -> Sequence[Tensor]:
            host.check_cancelled()
            pictures = pixels(np.stack([square for square, _ in batch]))
            told = condition(vae.module, pictures, self._sampling([index for _, index in batch]))
            settle(vae, "The VAE", conditioning.notes, host)
            return list(told)

        seen = zip(squares, indices.tolist(), strict=True)
        told = torch.stack(list(conditioning.pictures.run(list(seen), see)))

        def tell(done: int) -> None:
            host.progress("Denoising", done, steps, unit="steps")

        def speak(batch: Sequence[Tensor]) -> Sequence[Tensor]:
            noise, guidance = conditioning.noise, self.settings.guidance
            return [denoise(unet.module, noise, each, tokens, steps, guidance, tell) for each in batch]

        steps = self.settings.steps or STEPS[self.settings.quality]
        (latents,) = conditioning.clip.run([told], speak)
        settle(unet, "The UNet", conditioning.notes, host)
        return latents

    def _sampling(self, indices: Sequence[int]) -> tuple[Tensor, Tensor] | None:
        """The noise by which the autoencoder's distributions are sampled; None to take their means."""
        return None


class ParityEngine(LatentSyncEngine):
    """As the original: its crop, its own mask with a hard edge inside a soft rectangle, clips end to end, the
    autoencoder sampled."""

    fps = Fraction(FPS)

    def __init__(self, models: LatentSyncModels, settings: LatentSyncSettings) -> None:
        super().__init__(models, settings)
        self.batching = Batching(CLIP, 1)

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
        latents = self._latents(squares, crops, conditioning, host)

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

    def _sampling(self, indices: Sequence[int]) -> tuple[Tensor, Tensor] | None:
        return sampling_noise(self.settings.seed, indices, self.side)


@dataclass(frozen=True)
class AlignedFace:
    """matrix: from the crop's pixels to the aligned 3:4, float32 [2, 3]. square: what the network sees of it,
    uint8 [side, side, 3]."""

    matrix: np.ndarray
    square: np.ndarray


class ParityBackend(DubBackend):
    """With the original's frames: as many as its windows of the sound, of footage that runs back and forth
    and shows both ends twice, with a mouth in each."""

    def plan(self, request: LipSyncRequest, host: Host) -> DubPlan:
        footage = plan(request.source, None, "video", fps=Fraction(FPS)).source_index
        frames = frame_count(request.voice.mono(RATE).size)
        rate = Fraction(FPS)
        timeline = Timeline(
            rate, footage[mirrored(len(footage), frames)], ConstantTimes(rate, frames), frames / rate
        )
        speech = speech_of(request, timeline, host)
        job = job_of(request.source, timeline, speech, request.track, request.person, False, host)
        notes: list[str] = []
        return DubPlan(job, self.engine.survey(job, notes, host), notes)


def backend_of(models: LatentSyncModels, settings: LatentSyncSettings) -> DubBackend:
    if settings.parity:
        return ParityBackend(ParityEngine(models, settings))
    return DubBackend(LatentSyncEngine(models, settings))


def composing(settings: LatentSyncSettings) -> ComposeSettings:
    """How faces are put back, by what was chosen and, where nothing was, by quality."""
    return compose_settings(
        _PASTE,
        settings.quality,
        mask_source=settings.mask_source,
        detail=settings.detail,
        colour=settings.colour,
        mask=settings.mask,
    )


def mixed(
    one: tuple[np.ndarray, Parts], other: tuple[np.ndarray, Parts], weight: float
) -> tuple[np.ndarray, Parts]:
    """A frame of two clips, of which the second shows by `weight`; both saw the same picture."""
    face = (1 - weight) * one[0] + weight * other[0].astype(np.float32)
    return np.rint(face).astype(np.uint8), other[1]
