"""Hallo2's clips of 16 frames, each begun by the last two frames of the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ...engine.nets.sd_vae import decode_exactly
from .denoise import (
    CARRIED,
    DROP,
    clip_bank,
    denoise,
    dropped,
    identity,
    reference_latents,
    scene,
)


@dataclass(frozen=True)
class Networks:
    """All on one device."""

    denoiser: nn.Module
    reference: nn.Module
    locator: nn.Module
    image_projection: nn.Module
    audio_projection: nn.Module
    vae: nn.Module


@dataclass(frozen=True)
class Subject:
    """Who speaks. picture: float32 [1, 3, side, side], −1..1. where: the face, float32 [side, side], 0..1.
    masks: of `soft_masks`. embedding: the face's identity, [512]; zeros where it isn't known."""

    picture: Tensor
    where: Tensor
    masks: Mapping[int, npt.NDArray[np.uint8]]
    embedding: Tensor


@dataclass(frozen=True)
class Manner:
    """How a clip is made. scale: by how much the sound moves pose, face and lips. own_reference,
    rounded_bank: see `clip_bank`."""

    steps: int
    guidance: float
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    drop: float = DROP
    own_reference: bool = False
    rounded_bank: bool = False


@dataclass(frozen=True)
class Clip:
    """What became of a clip on the way. reference: latents [3, 4, h, w] of the picture and the carried frames
    after dropping. tokens: of its sound, [frames, 32, width]. latents: at the end, [frames, 4, h, w]."""

    reference: Tensor
    tokens: Tensor
    latents: Tensor


@torch.inference_mode()
def make_clip(
    networks: Networks,
    subject: Subject,
    carried: Tensor | None,
    heard: Tensor,
    uniform: Tensor,
    noise: Tensor,
    manner: Manner,
    tell: Callable[[int], None] = lambda done: None,
    seen: Callable[[int, Tensor, Tensor, Tensor], None] = lambda done, asked, towards, latents: None,
) -> Clip:
    """carried: [2, 3, side, side], −1..1, the last frames before; None before the first clip, which is begun
    by the picture twice. heard: states around each frame [16, 5, layers, width]. uniform, noise: of `draws`.
    tell, seen: as `denoise`'s.
    """
    guided = manner.guidance > 1
    picture = subject.picture
    before = picture.expand(CARRIED, -1, -1, -1) if carried is None else carried.to(picture)
    before = dropped(before, uniform, subject.where, manner.drop)
    reference = reference_latents(networks.vae, torch.cat([picture, before]))
    context = identity(networks.image_projection, subject.embedding, guided)
    tokens = networks.audio_projection(heard.to(next(networks.audio_projection.parameters())))
    bank = clip_bank(
        networks.reference, reference, context, own=manner.own_reference, rounded=manner.rounded_bank
    )
    setting = scene(networks.locator, subject.where, subject.masks, manner.scale, bank, guided)
    latents = denoise(
        networks.denoiser, noise, context, tokens, setting, manner.steps, manner.guidance, tell, seen
    )
    return Clip(reference, tokens, latents)


@torch.inference_mode()
def decoded(vae: nn.Module, latents: Tensor) -> Tensor:
    """One frame's latents [4, h, w] as a picture: float32 [3, side, side], 0..1, on the CPU."""
    return (decode_exactly(vae, latents[None])[0].float() / 2 + 0.5).clamp(0, 1).cpu()
