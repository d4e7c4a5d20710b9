"""From noise and what is known of a clip to the latents of its frames.

The arithmetic of the original's inference; which clip follows which is `loop`'s affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ...engine.nets.reference_bank import reference_bank
from ...engine.nets.sd_vae import LATENT_CHANNELS, PIXELS, encode
from ...engine.nets.zero_snr import zero_snr_schedule
from .unet import Scene, predict

# Frames that are made together, and that are carried on from one clip to the next.
CLIP = 16
CARRIED = 2
# Share of a carried frame's pixels that are dropped outside the face, so that errors don't add up.
DROP = 0.25


def draws(generator: torch.Generator, side: int) -> tuple[Tensor, Tensor]:
    """One clip's random numbers, in the original's order: uniform [side, side] for what is dropped, normal
    noise [16, 4, side / 8, side / 8], float32 on the CPU."""
    uniform = torch.rand(side, side, generator=generator)
    noise = torch.randn(1, LATENT_CHANNELS, CLIP, side // PIXELS, side // PIXELS, generator=generator)
    return uniform, noise[0].transpose(0, 1)


def dropped(carried: Tensor, uniform: Tensor, face: Tensor, rate: float = DROP) -> Tensor:
    """Carried frames [2, 3, side, side], −1..1, with the same pixels of all made mid grey.

    uniform: [side, side], by which. face: [side, side], above 0 where nothing is dropped.
    """
    kept = (uniform > rate) | (face > 0)
    return carried * kept.to(carried)


@torch.inference_mode()
def identity(projection: nn.Module, embedding: Tensor, guided: bool) -> Tensor:
    """A face's embedding [512] as tokens [halves, 4, width]; guided: that of no face comes first."""
    weight = next(projection.parameters())
    asked = embedding.to(weight)[None]
    return projection(torch.cat([torch.zeros_like(asked), asked]) if guided else asked)


@torch.inference_mode()
def clip_bank(
    reference_unet: nn.Module,
    latents: Tensor,
    context: Tensor,
    *,
    own: bool = False,
    rounded: bool = False,
) -> dict[str, Tensor]:
    """The bank of [reference, carried frames …] latents [pictures, 4, h, w] for each half of `context`
    [halves, tokens, width].

    The original hands the halves' tokens round to the pictures of both: the first picture of the first half
    sees no identity, the next one the face's, and so on. own: each half sees its own. rounded: to half
    precision, as the original's copy is in any precision.
    """
    pictures = len(latents)
    told = context.repeat_interleave(pictures, 0) if own else context.repeat(pictures, 1, 1)
    bank = reference_bank(reference_unet, latents.repeat(len(context), 1, 1, 1), told)
    return {name: tokens.half() for name, tokens in bank.items()} if rounded else bank


@torch.inference_mode()
def reference_latents(vae: nn.Module, pictures: Tensor) -> Tensor:
    """float32 [n, 4, h / 8, w / 8] of pictures [n, 3, h, w], −1..1: means, one picture at a time."""
    weight = next(vae.parameters())
    return torch.cat([encode(vae, each[None].to(weight)).float() for each in pictures])


@torch.inference_mode()
def scene(
    locator: nn.Module,
    where: Tensor,
    masks: Mapping[int, npt.NDArray[np.uint8]],
    scale: Sequence[float],
    bank: Mapping[str, Tensor],
    guided: bool,
) -> Scene:
    """where: float32 [side, side] of `masks.located`. masks: of `masks.soft_masks`."""
    weight = next(locator.parameters())
    found = locator(where.to(weight).expand(1, 3, -1, -1))
    told = torch.cat([torch.zeros_like(found), found]) if guided else found
    levels = {
        n * n: torch.from_numpy(each).flatten(1)[:, None].to(weight.device).float() / 255
        for n, each in masks.items()
    }
    return Scene(bank, told[:, None], levels, scale)


@torch.inference_mode()
def denoise(
    unet: nn.Module,
    noise: Tensor,
    context: Tensor,
    audio: Tensor,
    scene: Scene,
    steps: int,
    guidance: float,
    tell: Callable[[int], None] = lambda done: None,
    seen: Callable[[int, Tensor, Tensor, Tensor], None] = lambda done, asked, towards, latents: None,
) -> Tensor:
    """A clip's latents, float32 [frames, 4, h, w], on the UNet's device.

    noise: [frames, 4, h, w]. context: [halves, tokens, width]: two halves where guidance is above 1. audio:
    [frames, 32, width], of which the half that is told nothing hears zeros. tell: called before each step
    with the number of those done. seen: after each, with what the network said [halves, frames, 4, h, w],
    what became of it and the latents.
    """
    device = next(unet.parameters()).device
    latents, audio = noise.to(device).float(), audio.to(device)
    halves = len(context)
    heard = torch.stack([torch.zeros_like(audio), audio]) if halves > 1 else audio[None]
    plan = zero_snr_schedule(steps)
    for done, timestep in enumerate(plan.timesteps.tolist()):
        tell(done)
        asked = predict(unet, latents.expand(halves, -1, -1, -1, -1), timestep, context, heard, scene).float()
        towards = asked[-1]
        if halves > 1:
            towards = asked[0] + guidance * (asked[1] - asked[0])
        latents = plan.step(towards, timestep, latents, return_dict=False)[0]
        seen(done, asked, towards, latents)
    return latents
