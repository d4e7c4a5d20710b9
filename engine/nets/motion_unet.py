"""Stable Diffusion's UNet with layers that look along the time (AnimateDiff's), layer by layer.

diffusers' UNetMotionModel has all of its parts. What engines put between them differs: attention that also
sees a reference picture, layers that listen, frames that were made before. So the way through the network is
here, and what happens at each layer is the engine's. The batch axis is frames, the clips' one after the
other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import UNet2DConditionModel, UNetMotionModel
from torch import Tensor, nn

# The entries of an original's configuration that mean the same in diffusers.
_SAME = (
    "in_channels", "out_channels", "block_out_channels", "layers_per_block", "cross_attention_dim",
    "norm_num_groups",
)  # fmt: skip
# The originals' temporal layers have as many groups in every network.
TEMPORAL_GROUPS = 32
# Within a temporal layer: the originals' names and diffusers'. Both attentions have the same positions.
_TEMPORAL_NAMES = (
    ("attention_blocks.0.pos_encoder.pe", "pos_embed.pe"),
    ("attention_blocks.1.pos_encoder.pe", "pos_embed.pe"),
    ("attention_blocks.0.", "attn1."),
    ("attention_blocks.1.", "attn2."),
    ("norms.0.", "norm1."),
    ("norms.1.", "norm2."),
    ("ff_norm.", "norm3."),
)
_TEMPORAL = re.compile(r"(.*motion_modules\.\d+\.)temporal_transformer\.(.*)")
POSITIONS = "pos_embed.pe"

# `unet/config.json` of Stable Diffusion 1.5 and the temporal layers of AnimateDiff's mm_sd_v15_v2.
SD15_MOTION_CONFIG: Mapping[str, Any] = {
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": [320, 640, 1280, 1280],
    "layers_per_block": 2,
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
    "norm_num_groups": 32,
    "motion_module_kwargs": {"num_attention_heads": 8, "temporal_position_encoding_max_len": 32},
}


@dataclass(frozen=True)
class Place:
    """A layer: what lies after one resnet of a block. name: such as `down_blocks.0.1`. attention, motion:
    diffusers' modules; None where the block has none."""

    name: str
    block: nn.Module
    index: int

    @property
    def attention(self) -> nn.Module | None:
        return self._of("attentions")

    @property
    def motion(self) -> nn.Module | None:
        return self._of("motion_modules")

    def _of(self, kind: str) -> nn.Module | None:
        modules = getattr(self.block, kind, None)
        return modules[self.index] if modules else None


def build_motion_unet(config: Mapping[str, Any] | None = None) -> Any:
    """The network without weights (on the meta device), its temporal layers' positions too; for `walk`, not
    to be called itself. config: as the original's configuration has it; None for the published one."""
    with torch.device("meta"):
        unet = motion_unet(config or SD15_MOTION_CONFIG, mid_block=True)
        for block in (*unet.down_blocks, unet.mid_block, *unet.up_blocks):
            for layer in block.motion_modules:
                layer.norm = nn.GroupNorm(TEMPORAL_GROUPS, layer.norm.num_channels, layer.norm.eps)
    return unet.eval().requires_grad_(False)


def motion_unet(given: Mapping[str, Any], *, mid_block: bool) -> Any:
    """diffusers' network by an original's configuration, its norms as diffusers has them. mid_block: whether
    its middle also looks along the time."""
    temporal = given["motion_module_kwargs"]
    return UNetMotionModel(
        **{name: given[name] for name in _SAME},
        num_attention_heads=given["attention_head_dim"],
        motion_max_seq_length=temporal["temporal_position_encoding_max_len"],
        motion_num_attention_heads=temporal["num_attention_heads"],
        use_motion_mid_block=mid_block,
    )


def build_reference_unet(config: Mapping[str, Any] | None = None) -> Any:
    """Stable Diffusion's UNet up to its last block, which is read between its layers: nothing comes out at
    the end. As `build_motion_unet`."""
    given = config or SD15_MOTION_CONFIG
    with torch.device("meta"):
        unet: Any = UNet2DConditionModel(
            in_channels=given["in_channels"],
            block_out_channels=tuple(given["block_out_channels"]),
            layers_per_block=given["layers_per_block"],
            cross_attention_dim=given["cross_attention_dim"],
            attention_head_dim=given["attention_head_dim"],
            norm_num_groups=given["norm_num_groups"],
        )
    unet.conv_norm_out = None
    unet.conv_out = nn.Identity()
    return unet.eval().requires_grad_(False)


def motion_entries(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A checkpoint of the originals under diffusers' names."""
    return {_renamed(name): tensor for name, tensor in state.items()}


def _renamed(name: str) -> str:
    match = _TEMPORAL.fullmatch(name)
    if match is None:
        return name
    rest = match[2]
    for original, ours in _TEMPORAL_NAMES:
        rest = rest.replace(original, ours)
    return match[1] + rest


def original_name(name: str) -> str:
    """What the originals call an entry of this network; of the positions, which they have twice, the
    first."""
    module, layer, rest = name.partition(".motion_modules.")
    if not layer:
        return name
    number, _, rest = rest.partition(".")
    for original, ours in _TEMPORAL_NAMES:
        rest = rest.replace(ours, original)
    return f"{module}{layer}{number}.temporal_transformer.{rest}"


def walk(
    net: Any,
    latents: Tensor,
    timestep: int,
    layer: Callable[[Place, Tensor], Tensor],
    entered: Callable[[Tensor], Tensor] = lambda x: x,
    left: Callable[[int, Tensor], Tensor] = lambda number, x: x,
) -> Tensor:
    """Through all blocks: latents [N, 4, h, w] to what `head` reads, [N, c, h, w].

    layer: what happens after each resnet (and between the two in the middle). entered: right after the first
    convolution. left: after each block on the way down, not to what goes across to the way up.
    """
    times = net.time_proj(torch.tensor([timestep], device=latents.device)).to(latents.dtype)
    moment = net.time_embedding(times)
    x = entered(net.conv_in(latents))
    across = [x]
    for number, block in enumerate(net.down_blocks):
        for index, resnet in enumerate(block.resnets):
            x = layer(Place(f"down_blocks.{number}.{index}", block, index), resnet(x, moment))
            across.append(x)
        for downsampler in block.downsamplers or ():
            x = downsampler(x)
            across.append(x)
        x = left(number, x)
    first, *rest = net.mid_block.resnets
    x = first(x, moment)
    for index, resnet in enumerate(rest):
        x = resnet(layer(Place(f"mid_block.{index}", net.mid_block, index), x), moment)
    for number, block in enumerate(net.up_blocks):
        for index, resnet in enumerate(block.resnets):
            x = resnet(torch.cat([x, across.pop()], 1), moment)
            x = layer(Place(f"up_blocks.{number}.{index}", block, index), x)
        for upsampler in block.upsamplers or ():
            x = upsampler(x)
    return x


def head(net: Any, x: Tensor) -> Tensor:
    """The network's last layers: [N, c, h, w] to [N, 4, h, w]."""
    return net.conv_out(net.conv_act(net.conv_norm_out(x)))


def attend_in_time(motion: Any, x: Tensor, frames: int) -> Tensor:
    """A temporal layer over clips of `frames` frames: [clips · frames, c, h, w], of the same shape. Its norm
    is over each frame by itself."""
    height, width = x.shape[2:]
    tokens = motion.norm(x).unflatten(0, (-1, frames)).permute(0, 3, 4, 1, 2).flatten(0, 2)
    tokens = motion.proj_in(tokens)
    for block in motion.transformer_blocks:
        tokens = block(tokens)
    moved = motion.proj_out(tokens).unflatten(0, (-1, height, width)).permute(0, 3, 4, 1, 2)
    return moved.flatten(0, 1) + x
