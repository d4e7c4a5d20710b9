"""One window of AniPortrait at its full size, with weights drawn by chance: seconds by stage and memory, as
JSON.

`python -m lipsync_studio.devtools.bench.aniportrait_case FRAMES STEPS SIDE`. Such weights say nothing of
pictures and all of time. One network after the other, so that the largest decides on the memory.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import psutil
import torch

from lipsync_studio.backends.aniportrait.audio2mesh import build_audio2mesh, face_movements
from lipsync_studio.backends.aniportrait.audio2pose import build_audio2pose, head_poses
from lipsync_studio.backends.aniportrait.denoise import Seen, velocity
from lipsync_studio.backends.aniportrait.listening import FPS, hidden_states, prepared
from lipsync_studio.backends.aniportrait.portrait import build_clip, embedding
from lipsync_studio.backends.aniportrait.pose_guider import build_pose_guider, guide
from lipsync_studio.devtools.memory import watch_memory
from lipsync_studio.engine.nets.motion_unet import build_motion_unet, build_reference_unet
from lipsync_studio.engine.nets.reference_bank import reference_bank
from lipsync_studio.engine.nets.sd_vae import LATENT_CHANNELS, PIXELS, build_vae, decode, encode, pixels
from lipsync_studio.engine.nets.wav2vec2 import RATE
from lipsync_studio.engine.nets.zero_snr import zero_snr_schedule

from .stopwatch import Stopwatch

# Of the weights: numbers neither grow nor die out on their way.
_SPREAD = 0.02


def measured(
    frames: int, steps: int, side: int, *, config: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Guidance on, so that the network sees the window twice a step. config: of smaller networks: `unet` of
    both, `guider`, `clip`, `vae`, `audio2mesh`, `audio2pose`, `wav2vec2`."""
    watch, draws, told = Stopwatch(), np.random.default_rng(1), config or {}
    small = (side // PIXELS, side // PIXELS)
    picture = draws.integers(0, 256, (side, side, 3), np.uint8)
    drawn = draws.integers(0, 256, (frames, side, side, 3), np.uint8)
    sound = prepared(draws.standard_normal(round(frames / FPS * RATE)).astype(np.float32))
    noise = torch.randn(frames, LATENT_CHANNELS, *small, generator=torch.Generator().manual_seed(1))
    start = psutil.Process().memory_info().rss
    with watch_memory(psutil.Process(os.getpid())) as peak:
        for name, build, listen, title in (
            ("audio2mesh", build_audio2mesh, face_movements, "listening for the face"),
            ("audio2pose", build_audio2pose, _identity_0, "listening for the head"),
        ):
            net = _filled(build(told.get(name), told.get("wav2vec2")))
            with watch.stage(title):
                listen(net, hidden_states(net.audio_encoder, sound))
        net = _filled(build_clip(told.get("clip")))
        with watch.stage("CLIP"):
            context = embedding(net, picture)
        vae, net = _filled(build_vae(told.get("vae"))), None
        with watch.stage("the portrait into latents"):
            latents = encode(vae, pixels(picture[None]))
        net = _filled(build_reference_unet(told.get("unet")))
        with watch.stage("reference UNet"):
            seen = Seen(reference_bank(net, latents, context), context)
        net = None
        net = _filled(build_pose_guider(told.get("guider")))
        with watch.stage("pose guider"):
            features = guide(net, drawn)
        net = None
        net, schedule = _filled(build_motion_unet(told.get("unet"))), zero_snr_schedule(steps)
        with watch.stage("denoising"):
            for timestep in schedule.timesteps.tolist():
                towards, away = (
                    velocity(net, noise, timestep, seen, features, told=told) for told in (True, False)
                )
                noise = schedule.step(away + 3.5 * (towards - away), timestep, noise, return_dict=False)[0]
        net = None
        with watch.stage("decoding"):
            for latent in noise:
                decode(vae, latent[None])
    return {
        "frames": frames, "steps": steps, "side": side, "seconds": watch.seconds,
        "start_bytes": start, "peak_bytes": peak.bytes,
    }  # fmt: skip


def _identity_0(net: Any, hidden: torch.Tensor) -> torch.Tensor:
    return head_poses(net, hidden, 0)


def _filled(net: Any) -> Any:
    """On the CPU in float32, in evaluation mode."""
    generator = torch.Generator().manual_seed(0)
    net = net.to_empty(device="cpu")
    for tensor in (*net.parameters(), *net.buffers()):
        if tensor.is_floating_point():
            tensor.data.normal_(0, _SPREAD, generator=generator)
            if tensor.ndim == 1:
                tensor.data.add_(1)
        else:
            tensor.data.zero_()
    return net.eval().requires_grad_(False)


if __name__ == "__main__":
    print(json.dumps(measured(*(int(value) for value in sys.argv[1:]))))
