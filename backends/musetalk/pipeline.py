"""MuseTalk: the mouth of existing footage repainted by one step of a diffusion network.

A face's crop, whole and with its lower half black, goes through the autoencoder; with the ten Whisper states
around the frame's time the UNet makes of it the latents of a face that says them, which are decoded and put
back into the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from ...engine.compose.cache import content_key
from ...engine.compose.composer import ComposeSettings, FaceComposer, PasteConvention
from ...engine.compose.restore import Restorer
from ...engine.errors import InputError
from ...engine.host.protocol import Host
from ...engine.nets.batches import Batches
from ...engine.nets.precision import settle
from ...engine.nets.sd_vae import decode
from ...musetalk_core.presets import PRESETS
from ...musetalk_core.unet import encode_crops, predict
from ..dub import faces as dub
from ..dub.audio_features import AudioFeatures, encode_features, heard_in
from ..dub.faces import FacePainter, composer_of
from ..dub.job import DubJob
from ..dub.protocol import Batching, FaceCrop
from .geometry import FaceGeometry
from .models import MuseTalkModels
from .spec import SPEC, MuseTalkSettings

# Memory that one sample needs beside the weights, in float32: what the allocator's peak rises by on the CPU
# with full-size networks.
_ENCODE_BYTES = 420 << 20
_PREDICT_BYTES = 60 << 20
_DECODE_BYTES = 420 << 20


@dataclass(frozen=True)
class Conditioning:
    """features: what is said. times: float64 [frames], seconds at which the mouth of each output frame is
    heard. geometry: where the faces are. encoding, speaking: how many crops the device takes at once. notes:
    of the run. composer: None where faces are generated and not put back."""

    features: AudioFeatures
    times: np.ndarray
    fps: Fraction
    geometry: FaceGeometry
    encoding: Batches
    speaking: Batches
    notes: list[str]
    composer: FaceComposer | None = None


class MuseTalkEngine(FacePainter):
    """features: made beforehand; None to hear the job's own speech. restore: an upscaler for generated faces.

    Raises InputError for features that were made for a model which hears in another way.
    """

    spec = SPEC
    fps: Fraction | None = None
    rests = False

    def __init__(
        self,
        models: MuseTalkModels,
        settings: MuseTalkSettings,
        *,
        features: AudioFeatures | None = None,
        restore: Restorer | None = None,
    ) -> None:
        self.models = models
        self.settings = settings
        self.preset = PRESETS[models.version]
        self.name = f"MuseTalk {models.version.removeprefix('v')}"
        self.compose = composing(settings, self.preset.paste)
        if features is not None and features.convention != self.preset.audio:
            raise InputError(
                f"The audio features were made for a model that hears in another way than {self.name}: "
                "connect the same model to both."
            )
        self._features = features
        self._restore = restore

    def batching(self, fps: Fraction) -> Batching:
        return Batching(batch=self.settings.batch_size)

    def survey(self, job: DubJob, notes: list[str], host: Host) -> FaceGeometry:
        """Steadied over each person's whole time in the clip."""
        geometry = FaceGeometry(job.people, self.settings, self.preset, job.source.size, job.source.fps, host)
        notes += geometry.notes()
        return geometry

    def prepare(self, job: DubJob, survey: FaceGeometry, notes: list[str], host: Host) -> Conditioning:
        """Raises MissingFilesError where the settings ask for the face parser and its weights are not
        installed."""
        # First, so that missing weights are said before anything is worked out.
        composer = composer_of(self.compose, self.models, notes, host)
        return replace(self.condition(job, survey, notes, host), composer=composer)

    def condition(self, job: DubJob, survey: FaceGeometry, notes: list[str], host: Host) -> Conditioning:
        parity = self.settings.parity
        features = self._features or encode_features(
            self.models.whisper,
            self.preset.audio,
            job.speech.samples,
            job.timeline.duration,
            host,
            parity=parity,
            # Which windows the original takes depends on more than the times.
            heard=None if parity else heard_in(job, self.batching(job.timeline.fps)),
        )
        encoding, speaking = (
            Batches(self.settings.batch_size, host, padded=self.settings.compile) for _ in range(2)
        )
        return Conditioning(features, job.speech.times, job.timeline.fps, survey, encoding, speaking, notes)

    def resident(self, conditioning: Conditioning, host: Host) -> AbstractContextManager[None]:
        models, count = self.models, self.settings.batch_size
        # Each crop goes through the encoder twice, masked and whole.
        sample = max(2 * _ENCODE_BYTES, _PREDICT_BYTES, _DECODE_BYTES) * models.dtype.itemsize // 4
        return dub.resident(
            host, models.unet, models.vae, needed=sample * count, count=count,
            composer=conditioning.composer, restore=self._restore,
        )  # fmt: skip

    def faces(
        self, crops: Sequence[FaceCrop], conditioning: Conditioning, host: Host
    ) -> Iterator[np.ndarray]:
        said = np.array([crop.index for crop in crops])
        tokens = conditioning.features.tokens(said, conditioning.times[said], conditioning.fps)
        latents = self._latents([crop.prepared.small for crop in crops], conditioning, host)

        def speak(work: Sequence[tuple[Tensor, Tensor]]) -> Sequence[np.ndarray]:
            host.check_cancelled()
            return self._speak(work, conditioning, host)

        return conditioning.speaking.run(list(zip(latents, tokens, strict=True)), speak)

    def _latents(self, crops: Sequence[np.ndarray], conditioning: Conditioning, host: Host) -> list[Tensor]:
        """[8, 32, 32] on the CPU for each crop; equal crops, here or in an earlier run, are encoded once."""
        cache, dtype = self.models.cache, self.models.dtype
        keys = [content_key(crop, "latents", self.models.identity) for crop in crops]
        known = {key: cache.get(key) for key in keys}
        missing = {key: crop for key, crop in zip(keys, crops, strict=True) if known[key] is None}
        found = {key: _tensor(value, dtype) for key, value in known.items() if value is not None}

        def encode(crops: Sequence[np.ndarray]) -> Sequence[Tensor]:
            host.check_cancelled()
            return self._encode(crops, conditioning, host)

        encoded = conditioning.encoding.run(list(missing.values()), encode)
        for key, latents in zip(missing, encoded, strict=True):
            cache.put(key, latents.view(torch.uint8).numpy().tobytes())
            found[key] = latents
        return [found[key] for key in keys]

    def _encode(
        self, crops: Sequence[np.ndarray], conditioning: Conditioning, host: Host
    ) -> Sequence[Tensor]:
        vae = self.models.vae
        latents = encode_crops(vae.module, torch.from_numpy(np.stack(crops)))
        settle(vae, "The VAE", conditioning.notes, host)
        return list(latents.to("cpu", self.models.dtype).contiguous())

    def _speak(
        self, work: Sequence[tuple[Tensor, Tensor]], conditioning: Conditioning, host: Host
    ) -> Sequence[np.ndarray]:
        latents, tokens = (torch.stack(part) for part in zip(*work, strict=True))
        unet, vae = self.models.unet, self.models.vae
        positions = self.preset.positional_encoding
        spoken = predict(unet.module, latents.to(unet.device), tokens.to(unet.device), positions=positions)
        faces = decode(vae.module, spoken.to(vae.device)).cpu().numpy()
        for model, name in ((unet, "The UNet"), (vae, "The VAE")):
            settle(model, name, conditioning.notes, host)
        return list(faces if self._restore is None else self._restore.enlarge(list(faces)))


def composing(settings: MuseTalkSettings, convention: PasteConvention) -> ComposeSettings:
    """How faces are put back, by what was chosen and, where nothing was, by quality and convention."""
    return dub.composing(
        convention,
        settings,
        cheeks=(settings.left_cheek, settings.right_cheek),
        batch=settings.batch_size,
        parity=settings.parity,
    )


def _tensor(value: bytes, dtype: torch.dtype) -> Tensor:
    return torch.frombuffer(bytearray(value), dtype=dtype).view(-1, 32, 32)
