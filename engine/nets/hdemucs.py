"""Hybrid Demucs, which parts a song into drums, bass, other and vocals: torchaudio's network, its published
weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ..weights.state_dict import load_state_dict, load_weights

if TYPE_CHECKING:
    from torchaudio.models import HDemucs

SOURCES = ("drums", "bass", "other", "vocals")
RATE = 44100


def hdemucs_high() -> HDemucs:
    """The network of the published weights."""
    from torchaudio.models import hdemucs_high

    return hdemucs_high([*SOURCES])


def load_hdemucs(path: Path, build: Callable[[], HDemucs] = hdemucs_high) -> HDemucs:
    """On the CPU, in evaluation mode. It takes [batch, 2, samples at 44100 Hz] and returns
    [batch, sources, 2, samples].

    Raises WeightsError for a damaged or unsafe file and for another network's."""
    with torch.device("meta"):
        net = build()
    return load_weights(net, load_state_dict(path), path, "Hybrid Demucs", dtype=torch.float32)
