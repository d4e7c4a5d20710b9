"""Wav2Lip's generator with seeded weights, at full size, which is small: what tests and benchmarks run.

What it paints is noise; everything around it is real.
"""

from __future__ import annotations

import torch

from lipsync_studio.backends.wav2lip.network import Generator, build_generator, ready
from lipsync_studio.engine.parity import seed


def seeded_generator(dtype: torch.dtype = torch.float32) -> Generator:
    net = build_generator()
    seed(net)
    return ready(net, dtype)
