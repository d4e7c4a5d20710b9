"""From noise to the faces that speak: DDIM with guidance, over one clip at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from diffusers import DDIMScheduler
from torch import Tensor, nn

from ...engine.nets.sd_vae import LATENT_CHANNELS, PIXELS, encode
from .mask import keep_mask, latent_mask
from .unet import predict

Clips = Sequence[tuple[Tensor, Tensor]]
Batched = Callable[[Clips, Callable[[Clips], Sequence[Tensor]]], Iterable[Tensor]]


def initial_noise(seed: int, side: int) -> Tensor:
    """float32 [4, side / 8, side / 8] on the CPU, the same for all frames of a run."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(LATENT_CHANNELS, side // PIXELS, side // PIXELS, generator=generator)


def sampling_noise(seed: int, indices: Sequence[int], side: int) -> tuple[Tensor, Tensor]:
    """By which the autoencoder's distributions are sampled for output frames: for the masked pictures and for
    the whole, float32 [B, 4, side / 8, side / 8] each, on the CPU; the same wherever a frame is made."""
    shape = (2, LATENT_CHANNELS, side // PIXELS, side // PIXELS)
    drawn = [
        torch.randn(shape, generator=torch.Generator().manual_seed((seed << 31) + 1 + index))
        for index in indices
    ]
    hidden, whole = torch.stack(drawn, 1)
    return hidden, whole


def masked(pictures: Tensor) -> Tensor:
    """Pictures [B, 3, side, side], −1..1, with mid grey where they are to be repainted."""
    return pictures * _kept(pictures)


def with_surroundings(faces: Tensor, pictures: Tensor) -> Tensor:
    """Generated faces inside the mask, pictures outside; all [B, 3, side, side], −1..1."""
    kept = _kept(pictures)
    return faces * (1 - kept) + pictures * kept


def _kept(pictures: Tensor) -> Tensor:
    return torch.from_numpy(keep_mask(pictures.shape[-1]).copy()).to(pictures.device)


@torch.inference_mode()
def condition(vae: nn.Module, pictures: Tensor, noise: tuple[Tensor, Tensor] | None = None) -> Tensor:
    """What the UNet is told of each frame beside its noisy latents: float32 [B, 9, h, w] on the VAE's device.

    pictures: `pixels`. One channel is the mask, four are the latents of the masked picture, four those of the
    whole. The distribution's mean is taken: the original samples it unseeded, which flickers. noise: to
    sample, for the masked pictures and the whole ones.
    """
    pictures = pictures.to(next(vae.parameters()).device)
    hidden, whole = noise or (None, None)
    behind = encode(vae, masked(pictures), hidden).float()
    reference = encode(vae, pictures, whole).float()
    mask = torch.from_numpy(latent_mask(pictures.shape[-1]).copy()).to(behind)
    return torch.cat([mask.expand(len(pictures), 1, -1, -1), behind, reference], 1)


def scheduler(steps: int) -> Any:
    """The original's `scheduler_config.json`."""
    made: Any = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    made.set_timesteps(steps)
    return made


@torch.inference_mode()
def denoise(
    unet: nn.Module,
    noise: Tensor,
    conditions: Tensor,
    tokens: Tensor,
    steps: int,
    guidance: float,
    tell: Callable[[int], None] = lambda done: None,
    batched: Batched = lambda clips, work: work(clips),
) -> Tensor:
    """The latents of a clip's faces: float32 [frames, 4, h, w], on the UNet's device.

    noise: [4, h, w], every frame's. conditions: [frames, 9, h, w] of `condition`. tokens: [frames, 50, 384].
    guidance: by how much what the sound asks for is exaggerated; from 1 down the network sees the clip once a
    step instead of twice. tell: called before each step with the number of those done. batched: hands what it
    sees in a step to the network, at once or in turns.
    """
    device = next(unet.parameters()).device
    conditions, tokens = conditions.to(device), tokens.to(device)
    silence = torch.zeros_like(tokens)
    latents = noise.to(device).expand(len(conditions), -1, -1, -1)
    plan = scheduler(steps)
    for done, timestep in enumerate(plan.timesteps.tolist()):
        tell(done)
        seen = torch.cat([latents, conditions], 1)
        heard = [tokens, silence] if guidance > 1 else [tokens]

        def ask(clips: Clips, timestep: int = timestep) -> list[Tensor]:
            seen, heard = (torch.stack(each) for each in zip(*clips, strict=True))
            return list(predict(unet, seen, heard, timestep).float())

        towards, *away = batched([(seen, each) for each in heard], ask)
        if away:
            towards = away[0] + guidance * (towards - away[0])
        latents = plan.step(towards, timestep, latents, return_dict=False)[0]
    return latents


def clips(frames: int, length: int) -> Iterator[slice]:
    """The original's clips, end to end, the last as short as it comes: a norm over all frames of a clip
    would take padding for frames."""
    for start in range(0, frames, length):
        yield slice(start, min(start + length, frames))
