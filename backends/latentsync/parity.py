"""LatentSync against the original's numbers (`latentsync/` of the goldens), each check over a folder of
them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.embeddings import SinusoidalPositionalEmbedding
from torch import nn

from ...engine.parity import Checks, Finding, distance, seeded_state_dict
from .unet import build_unet, original_name, predict

_UNET = 2e-5
_POSITIONS = "pos_embed.pe"


def check_unet(folder: Path) -> list[Finding]:
    """What the network makes of noise at each time step of every file."""
    findings = []
    for path in sorted(folder.glob("unet3d*.npz")):
        net = seeded_unet(json.loads((folder / "unet3d.json").read_text(encoding="utf-8")))
        with np.load(path) as golden:
            frames = int(golden["frames"])
            draws = np.random.RandomState(int(golden["seed"]))
            some = golden[next(name for name in golden.files if name.startswith("out_t"))]
            latents = _drawn(draws, (1, net.config["in_channels"], frames, *some.shape[-2:]))
            tokens = _drawn(draws, (frames, 50, 384))
            for name in golden.files:
                if name.startswith("out_t"):
                    noise = predict(net, latents[0].transpose(0, 1), tokens, int(name.removeprefix("out_t")))
                    error = distance(noise.transpose(0, 1)[None].numpy(), golden[name])
                    findings.append(Finding(path.name, error, _UNET, name))
    return findings


def seeded_unet(config: Mapping[str, Any]) -> Any:
    """Entries are named as the original names them; positions are kept."""
    net = build_unet(config)
    names = {original_name(name): tensor for name, tensor in net.state_dict().items()}
    seeded = dict(zip(net.state_dict(), seeded_state_dict(names).values(), strict=True))
    for name in seeded:
        if name.endswith(_POSITIONS):
            seeded[name] = SinusoidalPositionalEmbedding(*names[original_name(name)].shape[:0:-1]).pe
    net.load_state_dict(seeded, strict=True, assign=True)
    return net.eval().requires_grad_(False)


def _drawn(draws: np.random.RandomState, shape: tuple[int, ...]) -> torch.Tensor:
    return torch.from_numpy(draws.standard_normal(shape).astype(np.float32))


CHECKS: Checks = {"unet": check_unet}
