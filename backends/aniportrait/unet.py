"""AniPortrait's two networks: one looks at the portrait, the other paints frames and sees what the first
saw, layer by layer, and the features of the pose pictures.

Pose features are added right after the first convolution and after each block on the way down, not to what
goes across to the way up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...engine.nets.motion_unet import (
    Place,
    attend_in_time,
    build_motion_unet,
    build_reference_unet,
    head,
    motion_entries,
    walk,
)
from ...engine.nets.precision import finite
from ...engine.nets.reference_bank import Bank, attend, beside
from ...engine.weights.state_dict import load_state_dict, load_weights, without_prefix

# The last layers of the network that looks at the portrait, which some checkpoints keep: nothing comes out.
_UNREAD = ("conv_norm_out.", "conv_out.")


def load_denoiser(
    path: Path,
    motion: Path | None,
    config: Mapping[str, Any] | None = None,
    dtype: torch.dtype = torch.float32,
) -> nn.Module:
    """`denoising_unet.pth` with the layers of `motion_module.pth` on the CPU; None where the first holds all.

    Raises WeightsError for a damaged or unsafe file and for another network's.
    """
    state = without_prefix(load_state_dict(path), "conv_in.weight")
    if motion is not None:
        # What both have is the first one's, as the original loads it last.
        state = {**_motion_layers(load_state_dict(motion)), **state}
    net = build_motion_unet(config)
    return load_weights(net, motion_entries(state), path, "AniPortrait's denoising UNet", dtype=dtype)


def _motion_layers(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of a file of motion modules; what it has before the network's own names is left out."""
    layers = {}
    for name, tensor in state.items():
        before, mark, after = name.partition(".motion_modules.")
        if mark:
            block = before.split(".")
            start = next((at for at, part in enumerate(block) if part.endswith(("_blocks", "_block"))), 0)
            layers[".".join(block[start:]) + mark + after] = tensor
    return layers


def load_reference(
    path: Path, config: Mapping[str, Any] | None = None, dtype: torch.dtype = torch.float32
) -> nn.Module:
    """`reference_unet.pth` on the CPU. Raises WeightsError for a damaged or unsafe file and for another
    network's."""
    state = without_prefix(load_state_dict(path), "conv_in.weight")
    entries = {name: tensor for name, tensor in state.items() if not name.startswith(_UNREAD)}
    net = build_reference_unet(config)
    return load_weights(net, entries, path, "AniPortrait's reference UNet", dtype=dtype)


@torch.inference_mode()
def predict(
    unet: Any,
    latents: Tensor,
    timestep: int,
    context: Tensor,
    bank: Bank,
    pose: Sequence[Tensor],
    *,
    told: bool,
) -> Tensor:
    """The velocity in a window's latents: [frames, 4, h, w], in the network's dtype and on its device.

    latents: [frames, 4, h, w], at most 32 frames, for which the temporal layers have positions. context:
    [1, tokens, width], the portrait's embedding, or zeros. bank: of the portrait, one picture. pose: the five
    features of the window, [frames, c, …]. told: whether it sees the bank; the half that guidance leads away
    from doesn't. In half precision a window that overflows is worked out again in float32. Raises
    WeightsError where even that is not a number.
    """
    weight = next(unet.parameters())
    frames = len(latents)

    def through(net: Any, windows: Tensor) -> Tensor:
        latents = windows.flatten(0, 1)

        def layer(place: Place, x: Tensor) -> Tensor:
            if place.attention is not None:
                words = context.to(x).expand(frames, -1, -1)
                seen = {"self_attention": beside(bank[place.name].expand(frames, -1, -1))} if told else {}
                x = attend(place.attention, x, words, **seen)
            return x if place.motion is None else attend_in_time(place.motion, x, frames)

        def entered(x: Tensor) -> Tensor:
            return x + pose[0].to(x)

        def left(number: int, x: Tensor) -> Tensor:
            return x + pose[number + 1].to(x)

        made = head(net, walk(net, latents, timestep, layer, entered, left))
        return made[None]

    return finite(unet, through, latents.to(weight)[None])[0]
