"""Hallo2's small networks: what they make of a face, its place and the sound is what the large ones are
told."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

# A face's embedding, tokens for it and for the sound of one frame, frames before and after that count.
EMBEDDING = 512
IDENTITY_TOKENS = 4
AUDIO_TOKENS = 32
REACH = 2
WINDOW = 2 * REACH + 1


class FaceLocator(nn.Module):
    """A picture of where the face is, to what is added to the latents' first features at an eighth of its
    size."""

    def __init__(self, channels: int = 320, widths: Sequence[int] = (16, 32, 64, 128)) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(3, widths[0], 3, padding=1)
        self.blocks = nn.ModuleList()
        for entering, leaving in zip(widths[:-1], widths[1:], strict=True):
            self.blocks.append(nn.Conv2d(entering, entering, 3, padding=1))
            self.blocks.append(nn.Conv2d(entering, leaving, 3, padding=1, stride=2))
        self.conv_out = nn.Conv2d(widths[-1], channels, 3, padding=1)

    def forward(self, where: Tensor) -> Tensor:
        """[B, 3, h, w], 0..1, to [B, channels, h / 8, w / 8]."""
        x = silu(self.conv_in(where))
        for block in self.blocks:
            x = silu(block(x))
        return self.conv_out(x)


class ImageProjection(nn.Module):
    """A face's embedding as tokens for cross-attention."""

    def __init__(self, width: int = 768, embedding: int = EMBEDDING) -> None:
        super().__init__()
        self.proj = nn.Linear(embedding, IDENTITY_TOKENS * width)
        self.norm = nn.LayerNorm(width)

    def forward(self, embedding: Tensor) -> Tensor:
        """[B, 512] to [B, 4, width]."""
        return self.norm(self.proj(embedding).unflatten(1, (IDENTITY_TOKENS, -1)))


class AudioProjection(nn.Module):
    """wav2vec2's states around a frame as tokens for cross-attention."""

    def __init__(self, layers: int = 12, channels: int = 768, inside: int = 512, width: int = 768) -> None:
        super().__init__()
        self.proj1 = nn.Linear(WINDOW * layers * channels, inside)
        self.proj2 = nn.Linear(inside, inside)
        self.proj3 = nn.Linear(inside, AUDIO_TOKENS * width)
        self.norm = nn.LayerNorm(width)

    def forward(self, windows: Tensor) -> Tensor:
        """[frames, 5, layers, channels] to [frames, 32, width]."""
        x = torch.relu(self.proj1(windows.flatten(1)))
        x = torch.relu(self.proj2(x))
        return self.norm(self.proj3(x).unflatten(1, (AUDIO_TOKENS, -1)))
