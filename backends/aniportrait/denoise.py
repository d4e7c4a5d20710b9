"""From noise to the frames of a whole clip: DDIM with guidance, in windows that overlap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.nets.reference_bank import Bank
from ...engine.nets.sd_vae import LATENT_CHANNELS, PIXELS
from ...engine.nets.zero_snr import zero_snr_schedule
from .frame_file import FrameFile
from .pose_guider import guide
from .unet import predict
from .windows import FRAMES, windows

# Whether the network sees the portrait, of each half of the guidance.
Halves = Sequence[bool]
Batched = Callable[[Halves, Callable[[Halves], Sequence[Tensor]]], Iterable[Tensor]]


@dataclass(frozen=True)
class Seen:
    """What the painting network is told of the portrait. bank: of one picture. context: [1, 1, width]."""

    bank: Bank
    context: Tensor


def frame_noise(seed: int, frames: np.ndarray, size: tuple[int, int]) -> Tensor:
    """float32 [n, 4, h, w] on the CPU for pictures of (width, height) pixels: each frame's own, however many
    there are."""
    shape = (LATENT_CHANNELS, size[1] // PIXELS, size[0] // PIXELS)
    drawn = [
        torch.randn(shape, generator=torch.Generator().manual_seed((seed << 31) + 1 + frame))
        for frame in frames.tolist()
    ]
    return torch.stack(drawn)


def clip_noise(seed: int, frames: int, size: tuple[int, int]) -> Tensor:
    """As `frame_noise` for all frames, drawn at once as the original draws it."""
    shape = (LATENT_CHANNELS, frames, size[1] // PIXELS, size[0] // PIXELS)
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).transpose(0, 1)


def blocks(frames: int, length: int = FRAMES) -> Iterator[np.ndarray]:
    """All frame numbers, a few at a time."""
    for start in range(0, frames, length):
        yield np.arange(start, min(start + length, frames))


@torch.inference_mode()
def denoise(
    unet: nn.Module,
    guider: nn.Module,
    seen: Seen,
    pictures: Callable[[np.ndarray], np.ndarray],
    latents: FrameFile,
    velocities: FrameFile,
    steps: int,
    guidance: float,
    *,
    unscaled: bool = False,
    tell: Callable[[int, int], None] = lambda done, total: None,
    batched: Batched = lambda halves, work: work(halves),
    step_done: Callable[[int], None] = lambda step: None,
) -> None:
    """Turns the noise in `latents` into the latents of frames.

    pictures: the pose pictures uint8 [n, h, w, 3] of frames [n]. velocities: of the same frames and shape,
    zeros; left as such. guidance: by how much what tells a frame from any other is exaggerated; from 1 down
    the network sees a window once instead of twice. unscaled: as `pose_guider.guide`. tell: called before
    each window with how many are done, of how many. batched: hands the halves to the network at once or in
    turns. step_done: called after each step, when `latents` hold its outcome.
    """
    device = next(unet.parameters()).device
    plan = windows(latents.frames)
    shared = np.bincount(np.concatenate(plan), minlength=latents.frames)
    weights = torch.from_numpy(shared.astype(np.float32))[:, None, None, None]
    schedule = zero_snr_schedule(steps)
    halves = [True, False] if guidance > 1 else [True]
    for step, timestep in enumerate(schedule.timesteps.tolist()):
        for number, window in enumerate(plan):
            tell(step * len(plan) + number, steps * len(plan))
            features = guide(guider, pictures(window), unscaled=unscaled)
            noisy = latents.read(window).to(device)

            def ask(
                halves: Halves, features: Any = features, noisy: Tensor = noisy, timestep: int = timestep
            ) -> list[Tensor]:
                return [velocity(unet, noisy, timestep, seen, features, told=told) for told in halves]

            towards, *away = batched(halves, ask)
            if away:
                towards = away[0] + guidance * (towards - away[0])
            velocities.add(window, towards)
        for block in blocks(latents.frames):
            mean = velocities.read(block) / weights[block]
            made = schedule.step(mean, timestep, latents.read(block), return_dict=False)[0]
            latents.write(block, made)
            velocities.write(block, torch.zeros_like(mean))
        step_done(step)


def velocity(
    unet: nn.Module, noisy: Tensor, timestep: int, seen: Seen, features: Sequence[Tensor], *, told: bool
) -> Tensor:
    """Of one window and half: float32 [frames, 4, h, w]."""
    context = seen.context if told else torch.zeros_like(seen.context)
    return predict(unet, noisy, timestep, context, seen.bank, features, told=told).float()
