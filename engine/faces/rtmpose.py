"""RTMPose-l for the 133 whole-body points at 384x288 (Jiang et al. 2023, arXiv:2303.07399): DWPose's network.

Names of modules are those of the published checkpoints, so `dw-ll_ucoco_384.pth` loads as it is.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from .cspnext import CHANNELS, STRIDE, CSPNeXt
from .topdown import BINS, INPUT_SIZE, POINTS

_FINAL_KERNEL = 7
_TOKEN = 256
_QUERY = 128
_EXPANSION = 2
# The smallest norm that is divided by (mmpose, models/utils/rtmcc_block.py).
_MIN_NORM = 1e-5


class _ScaleNorm(nn.Module):
    """Vectors at one learned length (Nguyen & Salazar 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.g = nn.Parameter(torch.ones(1))
        self._scale = width**-0.5

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        norm = x.norm(dim=2, keepdim=True) * self._scale
        return x / norm.clamp(min=_MIN_NORM) * self.g


class _Scale(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale


class _GatedAttention(nn.Module):
    """Gated attention unit (Hua et al. 2022, arXiv:2202.10447) over the points, with squared-ReLU scores."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden = _TOKEN * _EXPANSION
        self.gamma = nn.Parameter(torch.ones(2, _QUERY))
        self.beta = nn.Parameter(torch.zeros(2, _QUERY))
        self.o = nn.Linear(self._hidden, _TOKEN, bias=False)
        self.uv = nn.Linear(_TOKEN, 2 * self._hidden + _QUERY, bias=False)
        self.ln = _ScaleNorm(_TOKEN)
        self.res_scale = _Scale(_TOKEN)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        gates = nn.functional.silu(self.uv(self.ln(x)))
        u, v, base = gates.split([self._hidden, self._hidden, _QUERY], dim=2)
        query = base * self.gamma[0] + self.beta[0]
        key = base * self.gamma[1] + self.beta[1]
        weights = (query @ key.transpose(1, 2) / math.sqrt(_QUERY)).relu().square()
        return self.res_scale(x) + self.o(u * (weights @ v))


class _Head(nn.Module):
    """Features to one vector over x and one over y for each point (SimCC, Li et al. 2021)."""

    def __init__(self) -> None:
        super().__init__()
        cells = (INPUT_SIZE[0] // STRIDE) * (INPUT_SIZE[1] // STRIDE)
        self.final_layer = nn.Conv2d(CHANNELS, POINTS, _FINAL_KERNEL, padding=_FINAL_KERNEL // 2)
        self.mlp = nn.Sequential(_ScaleNorm(cells), nn.Linear(cells, _TOKEN, bias=False))
        self.gau = _GatedAttention()
        self.cls_x = nn.Linear(_TOKEN, BINS[0], bias=False)
        self.cls_y = nn.Linear(_TOKEN, BINS[1], bias=False)

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = self.gau(self.mlp(self.final_layer(features).flatten(2)))
        return self.cls_x(tokens), self.cls_y(tokens)


class RTMPose(nn.Module):
    """Pictures as `topdown.normalised` makes them, [B, 3, 384, 288], to logits over x [B, 133, 576] and over
    y [B, 133, 768]."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = CSPNeXt()
        self.head = _Head()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.head(self.backbone(x))
