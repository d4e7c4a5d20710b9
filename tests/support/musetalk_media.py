"""A voice and an upscale model to run MuseTalk with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from media import write_wav

from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.media.sound import Sound


def write_voice(path: Path, seconds: float) -> str:
    """The sample verse from its first sound on."""
    verse = Sound.load(ROOT / "demo" / "verse.mp3")
    samples = verse.mono(16000)
    first = int(np.flatnonzero(np.abs(samples) > 0.1)[0])
    # Back and forth, so that there is no pause.
    spoken = samples[first : first + 16000]
    whole = np.resize(np.concatenate([spoken, spoken[::-1]]), round(16000 * seconds))
    return write_wav(path, whole).name


def repeating_upscaler() -> dict[str, torch.Tensor]:
    """Weights of a Real-ESRGAN (compact) ×2 that adds nothing to repeated pixels."""
    shapes = {
        "0.weight": (8, 3, 3, 3), "0.bias": (8,), "1.weight": (8,), "2.weight": (8, 8, 3, 3), "2.bias": (8,),
        "3.weight": (8,), "4.weight": (12, 8, 3, 3), "4.bias": (12,),
    }  # fmt: skip
    return {f"body.{name}": torch.zeros(shape) for name, shape in shapes.items()}
