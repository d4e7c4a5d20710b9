"""Crops of a face and what is said become faces that say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...engine.host.protocol import ManagedModel
from ...musetalk_core.latents import decode, encode_crops
from ...musetalk_core.presets import PRESETS
from ...musetalk_core.unet import predict
from .batches import Batches
from .cache import content_key
from .models import MuseTalkModels

# Memory that one sample needs beside the weights, in float32: what the allocator's peak rises by on the CPU
# with full-size networks.
_ENCODE_BYTES = 420 << 20
_PREDICT_BYTES = 60 << 20
_DECODE_BYTES = 420 << 20


@dataclass(frozen=True)
class Shot:
    """crop: uint8 [256, 256, 3], RGB, of the source's face. tokens: float [50, 384], what is said."""

    crop: np.ndarray
    tokens: Tensor


class FaceGenerator:
    """Runs the networks in batches that shrink where memory runs out.

    restore: makes the generated faces uint8 [B, 256, 256, 3] better or larger, if given.
    """

    def __init__(
        self,
        models: MuseTalkModels,
        batch: int,
        check: Callable[[], None],
        restore: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        self._models = models
        self._check = check
        self._restore = restore
        self._positions = PRESETS[models.version].positional_encoding
        self._encoding, self._speaking = Batches(batch), Batches(batch)

    def faces(self, shots: Sequence[Shot]) -> Iterator[np.ndarray]:
        """A face uint8 [side, side, 3] for each shot, in order; `check` is called before each batch."""
        latents = self._latents([shot.crop for shot in shots])
        work = list(zip(latents, (shot.tokens for shot in shots), strict=True))
        return self._speaking.run(work, self._speak)

    def _speak(self, work: Sequence[tuple[Tensor, Tensor]]) -> Sequence[np.ndarray]:
        self._check()
        latents, tokens = (torch.stack(part) for part in zip(*work, strict=True))
        unet, vae = self._models.unet, self._models.vae
        _load(unet, _PREDICT_BYTES * len(work))
        spoken = predict(
            unet.module, latents.to(unet.device), tokens.to(unet.device), positions=self._positions
        )
        _load(vae, _DECODE_BYTES * len(work))
        faces = decode(vae.module, spoken.to(vae.device)).cpu().numpy()
        return list(faces if self._restore is None else self._restore(faces))

    def _latents(self, crops: Sequence[np.ndarray]) -> list[Tensor]:
        """[8, 32, 32] on the CPU for each crop; equal crops, here or in an earlier run, are encoded once."""
        cache = self._models.cache
        keys = [content_key(crop, "latents", self._models.identity) for crop in crops]
        known = {key: cache.get(key) for key in keys}
        missing = {key: crop for key, crop in zip(keys, crops, strict=True) if known[key] is None}
        dtype = self._models.dtype
        found = {key: _tensor(value, dtype) for key, value in known.items() if value is not None}
        encoded = self._encoding.run(list(missing.values()), self._encode)
        for key, latents in zip(missing, encoded, strict=True):
            cache.put(key, latents.view(torch.uint8).numpy().tobytes())
            found[key] = latents
        return [found[key] for key in keys]

    def _encode(self, crops: Sequence[np.ndarray]) -> Sequence[Tensor]:
        self._check()
        vae = self._models.vae
        # Each crop goes through the encoder twice, masked and whole.
        _load(vae, 2 * _ENCODE_BYTES * len(crops))
        return list(encode_crops(vae.module, torch.from_numpy(np.stack(crops))).cpu().contiguous())


def _tensor(value: bytes, dtype: torch.dtype) -> Tensor:
    return torch.frombuffer(bytearray(value), dtype=dtype).view(-1, 32, 32)


def _load(model: ManagedModel, activation_bytes: int) -> None:
    size = next(model.module.parameters()).element_size()
    model.load(activation_bytes * size // 4)
