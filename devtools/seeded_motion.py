"""What networks with temporal layers have in common when they are written as their originals publish them."""

from __future__ import annotations

from torch import Tensor, nn

from lipsync_studio.engine.nets.motion_unet import original_name


def published_entries(net: nn.Module) -> dict[str, Tensor]:
    """A motion UNet's entries under the originals' names, which have the positions twice."""
    state = {original_name(name): tensor for name, tensor in net.state_dict().items()}
    for name in [each for each in state if each.endswith("attention_blocks.0.pos_encoder.pe")]:
        state[name.replace("blocks.0.pos", "blocks.1.pos")] = state[name]
    return state
