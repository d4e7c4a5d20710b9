"""Audio windows against the original's: `audio_window*.npz`, each with its sound beside it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from ...engine.errors import InputError
from ...engine.media.sound import Sound
from ..audio import encode_audio
from ..mel import RATE, Samples
from ..presets import DEFAULT_PRESET, PRESETS
from ..whisper_encoder import build_whisper_encoder
from ..windows import parity_frame_count, parity_windows
from .finding import Finding, distance
from .seeded import seeded_state_dict

TOLERANCE = 1e-4
PATTERN = "audio_window*.npz"
# Whisper-tiny's encoder, whose seeded entries are named as in the whole model.
_CONFIG = {
    "d_model": 384,
    "encoder_layers": 4,
    "encoder_attention_heads": 6,
    "encoder_ffn_dim": 1536,
    "num_mel_bins": 80,
    "max_source_positions": 1500,
}
_PREFIX = "encoder."
_RATE_KEY = re.compile(r"fps(\d+(?:\.\d+)?)_shape")


def check(folder: Path) -> list[Finding]:
    """Windows of every file at every frame rate in it: shape, some frames' tokens, mean of each frame."""
    files = sorted(folder.glob(PATTERN))
    if not files:
        return []
    encoder = seeded_encoder()
    return [finding for file in files for finding in _check_file(file, encoder)]


def seeded_encoder() -> nn.Module:
    encoder = build_whisper_encoder(_CONFIG)
    names = {_PREFIX + name: tensor for name, tensor in encoder.state_dict().items()}
    weights = {name.removeprefix(_PREFIX): tensor for name, tensor in seeded_state_dict(names).items()}
    encoder.load_state_dict(weights, strict=True, assign=True)
    return encoder.requires_grad_(False)


def golden_states(sound: Path, encoder: nn.Module) -> tuple[Samples, Tensor]:
    """The samples of a golden sound at 16 kHz, and its states as the original has them."""
    if not sound.is_file():
        raise InputError(f"{sound} is missing: the goldens of audio windows are numbers of that sound.")
    samples = Sound.load(sound).mono(RATE)
    return samples, encode_audio(samples, encoder, PRESETS[DEFAULT_PRESET], parity=True)


def _check_file(file: Path, encoder: nn.Module) -> list[Finding]:
    golden = np.load(file)
    preset = PRESETS[DEFAULT_PRESET]
    samples, states = golden_states(file.with_suffix(".wav"), encoder)
    findings = []
    for rate in [match[1] for key in golden.files if (match := _RATE_KEY.fullmatch(key))]:
        count = parity_frame_count(samples.size, float(rate), preset)
        tokens = parity_windows(states, np.arange(count), float(rate), preset).numpy()
        name = f"fps{rate}"
        if tokens.shape != tuple(golden[f"{name}_shape"]):
            found = f"{tokens.shape} instead of {tuple(golden[f'{name}_shape'])} at {rate} fps"
            findings.append(Finding(file.name, float("inf"), TOLERANCE, found))
            continue
        some = golden[f"{name}_tokens"]
        every = tokens.shape[2] // some.shape[2]
        error = max(
            distance(tokens[golden[f"{name}_frames"], :, ::every], some),
            distance(np.abs(tokens).mean((1, 2)), golden[f"{name}_mean_abs"]),
        )
        findings.append(Finding(file.name, error, TOLERANCE, f"{rate} fps"))
    return findings
