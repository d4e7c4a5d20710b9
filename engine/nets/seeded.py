"""Networks as the goldens have them: filled by its recipe under the originals' names, positions kept."""

from __future__ import annotations

from typing import Any

from diffusers.models.embeddings import SinusoidalPositionalEmbedding

from ..parity import seeded_state_dict
from .motion_unet import POSITIONS, original_name


def seed_motion_unet(net: Any, *, scale: float = 1.0) -> Any:
    """A network with temporal layers, on any device, also meta; returned on the CPU in float32."""
    names = {original_name(name): tensor for name, tensor in net.state_dict().items()}
    values = seeded_state_dict(names, scale=scale).values()
    seeded: dict[str, Any] = dict(zip(net.state_dict(), values, strict=True))
    for name, tensor in seeded.items():
        if name.endswith(POSITIONS):
            _, length, width = tensor.shape
            seeded[name] = SinusoidalPositionalEmbedding(width, length).pe
    net.load_state_dict(seeded, strict=True, assign=True)
    return net.eval().requires_grad_(False)
