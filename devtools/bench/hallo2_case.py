"""One clip of Hallo2 at its full size, with weights drawn by chance: seconds by stage and memory, as JSON.

`python -m lipsync_studio.devtools.bench.hallo2_case FRAMES STEPS SIDE`. Such weights say nothing of pictures
and all of time.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np
import psutil
import torch
from torch import nn

from lipsync_studio.backends.hallo2 import loop
from lipsync_studio.backends.hallo2.audio import SAMPLES_PER_FRAME, windows
from lipsync_studio.backends.hallo2.loop import Manner, Networks, Subject, decoded, make_clip
from lipsync_studio.backends.hallo2.masks import drawn, soft_masks
from lipsync_studio.backends.hallo2.models import build_networks
from lipsync_studio.devtools.memory import watch_memory
from lipsync_studio.engine.nets.sd_vae import build_vae
from lipsync_studio.engine.nets.wav2vec2 import build_wav2vec2, frame_states, normalised

from .stopwatch import Stopwatch

# Of the weights: numbers neither grow nor die out on their way.
_SPREAD = 0.02


def measured(
    frames: int, steps: int, side: int, *, config: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Guidance on, so that the network sees the clip twice a step. config: of smaller networks, as
    `seeded_hallo2.SMALL`, with `wav2vec2`'s in it."""
    watch, told = Stopwatch(), config or {}
    with watch.stage("drawing weights"):
        denoiser, reference, conditions = (_filled(net) for net in build_networks(config)[:3])
        vae, wav2vec2 = _filled(build_vae(told.get("vae"))), _filled(build_wav2vec2(told.get("wav2vec2")))
    nets = Networks(
        denoiser, reference, conditions.locator, conditions.image_projection, conditions.audio_projection, vae
    )
    generator = torch.Generator().manual_seed(1)
    face = side // 4, side // 8, side * 3 // 4, side * 7 // 8
    lips = side // 3, side // 2, side * 2 // 3, side * 2 // 3
    subject = Subject(
        torch.randn(1, 3, side, side, generator=generator).clamp(-1, 1),
        torch.from_numpy(drawn(face, (side, side))).float() / 255,
        soft_masks(face, lips, (side, side), side),
        torch.randn(512, generator=generator),
    )
    noise = torch.randn(frames, 4, side // 8, side // 8, generator=generator)
    weights = psutil.Process().memory_info().rss
    stages = (
        ("reference_latents", "the picture and carried frames into latents"),
        ("clip_bank", "reference UNet"),
        ("scene", "face locator"),
        ("denoise", "denoising"),
    )
    with watch_memory(psutil.Process(os.getpid())) as peak:
        with watch.stage("listening"):
            sound = np.random.default_rng(1).standard_normal(frames * SAMPLES_PER_FRAME).astype(np.float32)
            states = frame_states(wav2vec2, normalised(sound), frames)
        heard = windows(torch.stack(states, 1), np.arange(frames))
        uniform = torch.rand(side, side, generator=generator)
        with ExitStack() as timed:
            for name, title in stages:
                timed.enter_context(watch.watch(loop, name, title))
            made = make_clip(nets, subject, None, heard, uniform, noise, Manner(steps, 3.5))
        with watch.stage("decoding"):
            for latents in made.latents:
                decoded(vae, latents)
    return {
        "frames": frames, "steps": steps, "side": side, "seconds": watch.seconds,
        "weights_bytes": weights, "peak_bytes": peak.bytes,
    }  # fmt: skip


def _filled(net: Any) -> Any:
    """On the CPU in float32, in evaluation mode."""
    generator = torch.Generator().manual_seed(0)
    net = net.to_empty(device="cpu")
    for module in net.modules():
        for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
            tensor.data.normal_(0, _SPREAD, generator=generator)
        if isinstance(module, nn.GroupNorm | nn.LayerNorm):
            module.weight.data.fill_(1)
    return net.eval().requires_grad_(False)


if __name__ == "__main__":
    print(json.dumps(measured(*(int(value) for value in sys.argv[1:]))))
