"""What a picture looks like to a network, layer by layer, for another one to look at while it paints.

A reference UNet sees the picture once. What each of its self-attentions is given is kept, the bank; the
denoising UNet's self-attention at the same place has it beside its own tokens as keys and values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .motion_unet import Place, walk
from .precision import finite

# Normalised tokens [pictures, h · w, c] by the names of places.
Bank = Mapping[str, Tensor]
# What a self-attention makes of its normalised tokens [N, h · w, c].
SelfAttention = Callable[[nn.Module, Tensor], Tensor]


def _alone(attention: nn.Module, tokens: Tensor) -> Tensor:
    return attention(tokens)


def attend(layer: Any, x: Tensor, context: Tensor, self_attention: SelfAttention = _alone) -> Tensor:
    """A spatial transformer of Stable Diffusion (diffusers' Transformer2DModel with 1×1 convolutions) over
    [N, c, h, w]. context: [N, tokens, width], which the cross-attention reads."""
    tokens = layer.proj_in(layer.norm(x))
    height, width = tokens.shape[2:]
    tokens = tokens.flatten(2).transpose(1, 2)
    for block in layer.transformer_blocks:
        tokens = self_attention(block.attn1, block.norm1(tokens)) + tokens
        tokens = block.attn2(block.norm2(tokens), encoder_hidden_states=context) + tokens
        tokens = block.ff(block.norm3(tokens)) + tokens
    return layer.proj_out(tokens.transpose(1, 2).unflatten(2, (height, width))) + x


@torch.inference_mode()
def reference_bank(net: Any, latents: Tensor, context: Tensor) -> dict[str, Tensor]:
    """The bank of latents [pictures, 4, h, w], seen at time step 0, in the network's dtype.

    context: [pictures, tokens, width]. In half precision a picture that overflows is worked out again in
    float32. Raises WeightsError where even that is not a number.
    """
    weight = next(net.parameters())
    shapes: dict[str, torch.Size] = {}

    def call(net: Any, latents: Tensor, context: Tensor) -> Tensor:
        bank: list[Tensor] = []

        def layer(place: Place, x: Tensor) -> Tensor:
            if place.attention is None:
                return x

            def kept(attention: nn.Module, tokens: Tensor) -> Tensor:
                shapes[place.name] = tokens.shape[1:]
                bank.append(tokens.flatten(1))
                return attention(tokens)

            return attend(place.attention, x, context, kept)

        walk(net, latents, 0, layer)
        return torch.cat(bank, 1)

    found = finite(net, call, latents.to(weight), context.to(weight))
    parts = found.split([shape.numel() for shape in shapes.values()], 1)
    return {
        name: part.unflatten(1, tuple(shape))
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }


def beside(reference: Tensor, plain: int = 0) -> SelfAttention:
    """A self-attention whose tokens [N, l, c] also see the reference's.

    reference: [N - plain, l, c], one for each that sees it. plain: how many, from the first on, see only
    themselves, as those do that are told nothing (the unconditional half).
    """

    def seeing(attention: nn.Module, tokens: Tensor) -> Tensor:
        alone, together = tokens[:plain], tokens[plain:]
        around = torch.cat([together, reference.to(together)], 1)
        seen = attention(together, encoder_hidden_states=around)
        return torch.cat([attention(alone), seen]) if plain else seen

    return seeing
