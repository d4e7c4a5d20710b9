"""SadTalker's files with seeded weights: what tests and benchmarks run.

What such networks paint is noise; everything around them is real.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from lipsync_studio.backends.sadtalker.audio_nets import ExpressionNet, PoseNet
from lipsync_studio.backends.sadtalker.generator import Generator, GeneratorConfig
from lipsync_studio.backends.sadtalker.keypoints import KeypointDetector, MappingNet
from lipsync_studio.backends.sadtalker.models import Networks, published
from lipsync_studio.backends.sadtalker.motion import CROP, WHOLE
from lipsync_studio.backends.sadtalker.reconstruction import Reconstruction
from lipsync_studio.engine.parity import seed

_POINTS = 3
_GENERATOR = GeneratorConfig(
    features=8, most=32, volume=8, depth=4, residuals=1, motion=4, motion_most=16, motion_blocks=2,
    compress=1, hidden=8, points=_POINTS,
)  # fmt: skip
# Of what networks beside each other depend on; `models.load_networks` reads it.
SMALL: Mapping[str, Any] = {
    "side": 32,
    "generator": asdict(_GENERATOR),
    "keypoints": {"features": 4, "most": 16, "blocks": 2, "volume": 16, "depth": 4, "points": _POINTS},
    "mapping": {"width": 32, "points": _POINTS},
}


def seeded(config: Mapping[str, Any] | None = None, *, whole: bool = False, side: int = 256) -> Networks:
    """Networks of a description; of full size without one, then for faces of `side` pixels."""
    told = config or {}
    with torch.device("meta"):
        nets: tuple[nn.Module, ...] = (
            Generator(GeneratorConfig(**told.get("generator", {}))),
            KeypointDetector(**told.get("keypoints", {})),
            ExpressionNet(),
            PoseNet(),
            Reconstruction(),
            MappingNet(WHOLE if whole else CROP, **told.get("mapping", {})),
        )
    made: list[Any] = [seed(net) for net in nets]
    generator, keypoints, expression, pose, reconstruction, mapping = made
    side = int(told.get("side", side))
    return Networks(generator, keypoints, expression, pose, reconstruction, mapping, side)


def write_seeded(folder: Path, config: Mapping[str, Any] | None = SMALL) -> None:
    """As published, for both sizes and mappings; the generator's kernels without their spectral norms."""
    folder.mkdir(parents=True, exist_ok=True)
    networks = seeded(config)
    state = {name: tensor.contiguous() for name, tensor in published(networks).items()}
    one, other = (folder / f"SadTalker_V0.0.2_{side}.safetensors" for side in ("256", "512"))
    save_file(state, one)
    os.link(one, other)
    if config is not None:
        for path in (one, other):
            path.with_suffix(".json").write_text(json.dumps(dict(config)))
    for name, whole in (("00229", False), ("00109", True)):
        mapping = seeded(config, whole=whole).mapping if whole else networks.mapping
        checkpoint = {"mapping": mapping.state_dict(), "epoch": 1}
        torch.save(checkpoint, folder / f"mapping_{name}-model.pth.tar")
