"""LatentSync's files with seeded weights: what tests and benchmarks run.

What such networks paint is noise; everything around them is real.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lipsync_studio.backends.latentsync.parity import seeded_unet as seeded
from lipsync_studio.backends.latentsync.unet import UNET_CONFIG
from lipsync_studio.devtools.seeded_motion import published_entries

# The temporal layers' norms have 32 groups whatever the width.
SMALL_UNET: Mapping[str, Any] = {
    **UNET_CONFIG, "block_out_channels": [32, 32, 32, 32], "norm_num_groups": 8, "layers_per_block": 1,
}  # fmt: skip


def seeded_unet(config: Mapping[str, Any] = SMALL_UNET) -> nn.Module:
    return seeded(config)


def write_unet(folder: Path, config: Mapping[str, Any] = UNET_CONFIG) -> None:
    """As published, in the place of every version; a network of another size with its description."""
    state = published_entries(seeded_unet(config))
    for version in ("1.5", "1.6"):
        path = folder / version / "latentsync_unet.pt"
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"global_step": 1, "state_dict": state}, path)
        if config is not UNET_CONFIG:
            path.with_suffix(".json").write_text(json.dumps(dict(config)))
