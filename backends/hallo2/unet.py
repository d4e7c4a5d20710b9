"""Hallo2's denoising UNet: Stable Diffusion's with layers that look along the time and, between attention and
those, layers that listen.

At each place with attention: self-attention that also sees the reference picture, the layer that listens,
then the temporal layer over two frames carried on from the clip before and this clip's. The original runs in
training mode with gradient checkpointing, the only branch of its code that hands the carried frames on; in
that branch the blocks without attention leave out their temporal layers, so they are left out here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.attention import FeedForward
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn

from ...engine.nets.motion_unet import (
    SD15_MOTION_CONFIG,
    Place,
    attend_in_time,
    build_motion_unet,
    head,
    walk,
)
from ...engine.nets.precision import finite
from ...engine.nets.reference_bank import attend, beside

# What `configs/inference/long.yaml` of the original adds to the network.
UNET_CONFIG: Mapping[str, Any] = {**SD15_MOTION_CONFIG, "audio_attention_dim": 768}
# Heads of every attention, as Stable Diffusion 1.5 has them.
_HEADS = "attention_head_dim"
_REGIONS = ("full", "face", "lip")


class AudioBlock(nn.Module):
    """Self-attention, then three cross-attentions to the sound at once, each through its own mask and
    convolution: for all of the picture (its pose), the face, the lips."""

    def __init__(self, width: int, heads: int, audio_width: int) -> None:
        super().__init__()
        size = width // heads
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, heads=heads, dim_head=size)
        self.norm2 = nn.LayerNorm(width)
        for number, region in enumerate(_REGIONS):
            heard = Attention(width, cross_attention_dim=audio_width, heads=heads, dim_head=size)
            self.add_module(f"attn2_{number}", heard)
            self.add_module(f"zero_conv_{region}", nn.Conv2d(width, width, 1))
        self.norm3 = nn.LayerNorm(width)
        self.ff = FeedForward(width, activation_fn="geglu")

    def forward(self, x: Tensor, audio: Tensor, masks: Tensor, scale: Sequence[float]) -> Tensor:
        """x: [N, c, h, w]. audio: [N, tokens, width]. masks: [3, N or 1, h · w], 0..1. scale: of
        each."""
        height, width = x.shape[2:]
        tokens = x.flatten(2).transpose(1, 2)
        tokens = self.attn1(self.norm1(tokens)) + tokens
        normal = self.norm2(tokens)
        for number, region in enumerate(_REGIONS):
            heard = self.get_submodule(f"attn2_{number}")(normal, encoder_hidden_states=audio)
            heard = (heard * masks[number, :, :, None]).transpose(1, 2).unflatten(2, (height, width))
            through: Tensor = self.get_submodule(f"zero_conv_{region}")(heard)
            tokens = tokens + scale[number] * through.flatten(2).transpose(1, 2)
        tokens = self.ff(self.norm3(tokens)) + tokens
        return tokens.transpose(1, 2).unflatten(2, (height, width))


class AudioTransformer(nn.Module):
    """A layer that listens. width: within it, which is not always that of what it is given."""

    def __init__(self, channels: int, width: int, heads: int, audio_width: int, groups: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Conv2d(channels, width, 1)
        self.transformer_blocks = nn.ModuleList([AudioBlock(width, heads, audio_width)])
        self.proj_out = nn.Conv2d(width, channels, 1)

    def forward(self, x: Tensor, audio: Tensor, masks: Tensor, scale: Sequence[float]) -> Tensor:
        """As AudioBlock's, x [N, channels, h, w]."""
        inside = self.proj_in(self.norm(x))
        for block in self.transformer_blocks:
            inside = block(inside, audio, masks, scale)
        return self.proj_out(inside) + x


def build_denoiser(config: Mapping[str, Any] | None = None) -> Any:
    """The network without weights (on the meta device). config: as the original's; None for the published
    one.

    A layer that listens is as wide inside as its block's input is: 320 in the first place of the block of 640
    channels, and on the way up the width that is next on the way down.
    """
    given = config or UNET_CONFIG
    unet = build_motion_unet(given)
    widths = given["block_out_channels"]
    upward = [*widths[-2::-1], widths[0]]
    blocks = [
        *zip(unet.down_blocks, [widths[0], *widths[:-1]], widths, strict=True),
        (unet.mid_block, widths[-1], widths[-1]),
        *zip(unet.up_blocks, upward, reversed(widths), strict=True),
    ]
    with torch.device("meta"):
        for number, (block, entering, channels) in enumerate(blocks):
            rising = number > len(unet.down_blocks)
            if getattr(block, "attentions", None) is None:
                continue
            block.audio_modules = nn.ModuleList(
                AudioTransformer(
                    channels,
                    entering if rising or index == 0 else channels,
                    given[_HEADS],
                    given["audio_attention_dim"],
                    given["norm_num_groups"],
                )
                for index in range(len(block.attentions))
            )
    return unet.eval().requires_grad_(False)


@dataclass(frozen=True)
class Scene:
    """What stays the same through a clip's steps, on the network's device.

    bank: normalised tokens of [reference, carried frames …] by place, of each half, one after the other:
    [halves · pictures, h · w, c]. located: the face locator's features, zeros for the half that is told
    nothing: [halves, frames or 1, c, h, w]. masks: of pose, face and lips, 0..1, by h · w: [3, halves ·
    frames or 1, h · w]. scale: of the same.
    """

    bank: Mapping[str, Tensor]
    located: Tensor
    masks: Mapping[int, Tensor]
    scale: Sequence[float]


@torch.inference_mode()
def predict(
    unet: Any, latents: Tensor, timestep: int, context: Tensor, audio: Tensor, scene: Scene
) -> Tensor:
    """The velocity in the latents of a clip: [halves, frames, 4, h, w], in the network's dtype.

    latents: [halves, frames, 4, h, w]. context: [halves, tokens, width], the face's identity. audio:
    [halves, frames, tokens, width]. Of two halves the first is told nothing and doesn't see the reference. In
    half precision a clip that overflows is worked out again in float32.
    """
    weight = next(unet.parameters())
    halves, frames = latents.shape[:2]

    def call(net: Any, latents: Tensor, context: Tensor, audio: Tensor) -> Tensor:
        told, heard = context[0].repeat_interleave(frames, 0), audio[0].flatten(0, 1)

        def entered(x: Tensor) -> Tensor:
            return (x.unflatten(0, (halves, frames)) + scene.located.to(x)).flatten(0, 1)

        def layer(place: Place, x: Tensor) -> Tensor:
            if place.attention is None:
                return x
            kept = scene.bank[place.name].unflatten(0, (halves, -1)).to(x)
            seen = beside(_interleaved(kept[:, 0], frames), frames * (halves - 1))
            x = attend(place.attention, x, told, seen)
            height, width = x.shape[2:]
            hears: Any = place.block.audio_modules
            x = hears[place.index](x, heard, scene.masks[height * width].to(x), scene.scale)
            carried = kept[:, 1:].transpose(2, 3).unflatten(3, (height, width))
            clips = torch.cat([carried, x.unflatten(0, (halves, frames))], 1)
            moved = attend_in_time(place.motion, clips.flatten(0, 1), clips.shape[1])
            return moved.unflatten(0, clips.shape[:2])[:, carried.shape[1] :].flatten(0, 1)

        velocity = head(net, walk(net, latents[0].flatten(0, 1), timestep, layer, entered))
        return velocity.unflatten(0, (halves, frames))[None]

    # One sample for `finite`: the halves see each other's banks.
    return finite(unet, call, *(each.to(weight)[None] for each in (latents, context, audio)))[0]


def _interleaved(reference: Tensor, frames: int) -> Tensor:
    """Which half's reference each conditional frame sees: [frames, l, c] of [halves, l, c].

    The original repeats both halves' references over the clip instead of each over its own, so that the
    conditional frames see, by turns, the one that was told no identity and the one that was.
    """
    halves = len(reference)
    rows = torch.arange((halves - 1) * frames, halves * frames) % halves
    return reference[rows.to(reference.device)]
