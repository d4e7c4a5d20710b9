"""LatentSync: the mouth of existing footage repainted by a diffusion network that sees 16 frames at once.

A face, aligned by brows and nose, goes through the autoencoder whole and without its lower half. From noise
that is the same in all frames, and with the ten Whisper states around each frame's time, the UNet makes in a
number of steps the latents of faces that say them, which are decoded and put back into the picture. Which
frames it sees together, at any rate of the footage, is the clock's affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from ...engine.compose.composer import ComposeSettings, FaceComposer, Parts, PasteConvention
from ...engine.host.protocol import Host
from ...engine.nets.batches import Batches
from ...engine.nets.precision import settle
from ...engine.nets.sd_vae import decode, pixels
from ..dub import faces as dub
from ..dub.audio_features import AudioFeatures, encode_features, heard_in
from ..dub.faces import FacePainter, composer_of
from ..dub.job import DubJob
from ..dub.protocol import Batching, FaceCrop
from .clock import Clock, Pass, Steadiness
from .denoise import condition, denoise, initial_noise
from .geometry import FaceAlignment
from .loop import CLIP, CONVENTION
from .models import LatentSyncModels
from .spec import SPEC, STEPS, TRAINED_ON, LatentSyncSettings

# How faces go back: the crop reaches from the forehead to below the chin and from ear to ear.
_PASTE = PasteConvention(expand=1.3, blur_ratio=0.05, mask="jaw")
# Memory that one frame of 256×256 needs beside the weights, in float32: as measured for the autoencoder, as
# estimated for the UNet.
_PIXEL_BYTES = 420 << 20
_LATENT_BYTES = 100 << 20
# Frames of that size that go through the autoencoder at once.
_PIXEL_BATCH = 8


@dataclass(frozen=True)
class Conditioning:
    """features: what is said. times: float64 [frames], seconds at which the mouth of each output frame is
    heard. clock: which of a clip's frames the network sees together. geometry: where the faces are. noise:
    what every frame begins with. pictures, clips: how many frames go through the autoencoder, and clips
    through the UNet, at once. notes: of the run. steadiness: the note on faces of two passes. composer: None
    where faces are not put back by it."""

    features: AudioFeatures
    times: np.ndarray
    clock: Clock
    geometry: FaceAlignment
    noise: Tensor
    pictures: Batches
    clips: Batches
    notes: list[str]
    steadiness: Steadiness
    composer: FaceComposer | None = None


class ClipEngine:
    """What happens between the squares that the network sees and the latents of faces that speak."""

    spec = SPEC
    fps: Fraction | None = None
    rests = False

    def __init__(self, models: LatentSyncModels, settings: LatentSyncSettings) -> None:
        self.models = models
        self.settings = replace(settings, version=models.version)
        self.side = self.settings.side
        self.name = f"LatentSync {models.version}"

    def survey(self, job: DubJob, notes: list[str], host: Host) -> FaceAlignment:
        """Steadied over each person's whole time in the clip."""
        geometry = FaceAlignment(
            job.people, self.side, job.source.fps,
            steady=self.settings.steady, parity=self.settings.parity, host=host,
        )  # fmt: skip
        if self.models.note:
            notes.append(self.models.note)
        trained = TRAINED_ON[self.models.version]
        if self.side != trained:
            notes.append(f"{self.name} was trained on {trained} pixels: faces of {self.side} may be blurred.")
        notes += geometry.notes(self.name)
        return geometry

    def condition(
        self,
        job: DubJob,
        survey: FaceAlignment,
        notes: list[str],
        host: Host,
        heard: tuple[float, float] | None = None,
    ) -> Conditioning:
        """heard: as in `encode_features`."""
        features = encode_features(
            self.models.whisper,
            CONVENTION,
            job.speech.samples,
            job.timeline.duration,
            host,
            parity=self.settings.parity,
            heard=heard,
        )
        clock = Clock(job.timeline.fps)
        if note := clock.note():
            notes.append(note)
        return Conditioning(
            features,
            job.speech.times,
            clock,
            survey,
            initial_noise(self.settings.seed, self.side),
            Batches(self._pictures, host),
            Batches(2 if self.settings.guidance > 1 else 1, host),
            notes,
            Steadiness(notes),
        )

    @property
    def _pictures(self) -> int:
        return max(1, _PIXEL_BATCH * 256**2 // self.side**2)

    def resident(self, conditioning: Conditioning, host: Host) -> AbstractContextManager[None]:
        models = self.models
        area = self.side**2 / 256**2
        clips = conditioning.clips.size
        frames = max(_PIXEL_BYTES * self._pictures, _LATENT_BYTES * CLIP * clips)
        needed = int(frames * area) * models.dtype.itemsize // 4
        return dub.resident(
            host, models.unet, models.vae, needed=needed, count=CLIP, composer=conditioning.composer
        )

    def latents(
        self, squares: Sequence[np.ndarray], crops: Sequence[FaceCrop], conditioning: Conditioning, host: Host
    ) -> Tensor:
        """Of the faces of one clip that speak, pass by pass: float32 [faces, 4, h, w], on the UNet's device.

        squares: uint8 [side, side, 3], what the network sees of each."""
        unet, vae = self.models.unet, self.models.vae
        indices = np.array([each.index for each in crops])
        clock, features = conditioning.clock, conditioning.features

        def see(batch: Sequence[tuple[np.ndarray, int]]) -> Sequence[Tensor]:
            host.check_cancelled()
            pictures = pixels(np.stack([square for square, _ in batch]))
            told = condition(vae.module, pictures, self.sampling([index for _, index in batch]))
            settle(vae, "The VAE", conditioning.notes, host)
            return list(told)

        seen = zip(squares, indices.tolist(), strict=True)
        told = torch.stack(list(conditioning.pictures.run(list(seen), see)))

        steps = self.settings.steps or STEPS[self.settings.quality]
        passes = clock.passes(conditioning.times[indices])

        def speak(number: int, each: Pass) -> Tensor:
            def tell(done: int) -> None:
                host.progress("Denoising", number * steps + done, len(passes) * steps, unit="steps")

            tokens = features.tokens(indices[each.faces], each.times, clock.fps)
            seen = told[torch.from_numpy(each.faces).to(told.device)]
            noise, guidance = conditioning.noise, self.settings.guidance
            ask = conditioning.clips.run
            return denoise(unet.module, noise, seen, tokens, steps, guidance, tell, ask)

        latents = torch.cat([speak(number, each) for number, each in enumerate(passes)])
        settle(unet, "The UNet", conditioning.notes, host)
        return latents

    def sampling(self, indices: Sequence[int]) -> tuple[Tensor, Tensor] | None:
        """The noise by which the autoencoder's distributions are sampled; None to take their means."""
        return None


class LatentSyncEngine(ClipEngine, FacePainter):
    """Clips fade into each other, and faces are put back without a seam."""

    def __init__(self, models: LatentSyncModels, settings: LatentSyncSettings) -> None:
        super().__init__(models, settings)
        self.compose = composing(settings)

    def batching(self, fps: Fraction) -> Batching:
        clock = Clock(fps)
        return Batching(clock.frames, 1, clock.overlap(self.settings.overlap), mixed)

    def prepare(self, job: DubJob, survey: FaceAlignment, notes: list[str], host: Host) -> Conditioning:
        """Raises MissingFilesError where the settings ask for the face parser and its weights are not
        installed."""
        # First, so that missing weights are said before anything is worked out.
        composer = composer_of(self.compose, self.models, notes, host)
        heard = heard_in(job, self.batching(job.timeline.fps))
        return replace(self.condition(job, survey, notes, host, heard), composer=composer)

    def faces(
        self, crops: Sequence[FaceCrop], conditioning: Conditioning, host: Host
    ) -> Iterable[np.ndarray]:
        latents = self.latents([each.prepared.small for each in crops], crops, conditioning, host)

        def paint(latents: Sequence[Tensor]) -> Sequence[np.ndarray]:
            host.check_cancelled()
            faces = decode(self.models.vae.module, torch.stack(list(latents)))
            settle(self.models.vae, "The VAE", conditioning.notes, host)
            return list(faces.cpu().numpy())

        painted = list(conditioning.pictures.run(list(latents), paint))
        times = conditioning.times[[each.index for each in crops]]
        faces, ratio = conditioning.clock.faces(painted, times)
        if ratio is not None:
            conditioning.steadiness.record(ratio)
        return faces


def composing(settings: LatentSyncSettings) -> ComposeSettings:
    """How faces are put back, by what was chosen and, where nothing was, by quality."""
    return dub.composing(_PASTE, settings)


def mixed(
    one: tuple[np.ndarray, Parts], other: tuple[np.ndarray, Parts], weight: float
) -> tuple[np.ndarray, Parts]:
    """A frame of two clips, of which the second shows by `weight`; both saw the same picture."""
    face = (1 - weight) * one[0] + weight * other[0].astype(np.float32)
    return np.rint(face).astype(np.uint8), other[1]
