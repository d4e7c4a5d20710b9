"""The goldens and the seeded network, made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.backends.wav2lip.network import Generator, build_generator
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.parity import seed

DATA = Path(__file__).parents[2] / "data" / "goldens" / "wav2lip"


@pytest.fixture(scope="session")
def goldens() -> dict[str, np.ndarray]:
    with np.load(DATA / "wav2lip.npz") as golden:
        return {name: golden[name] for name in golden.files}


@pytest.fixture(scope="session")
def speech() -> np.ndarray:
    """float32 [38400]: 2.4 s at 16 kHz."""
    return Sound.load(DATA / "audio.wav").mono(16000)


@pytest.fixture(scope="session")
def plain() -> Generator:
    """As it was trained: not fused."""
    net = build_generator()
    seed(net)
    return net
