"""A sound through MuseTalk's ear."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import torch

from ...engine.host.discard import discard_with
from ...engine.host.protocol import Host
from ...engine.media.spans import Spans
from ...musetalk_core.audio import STATES_PER_SECOND
from .audio_features import AudioFeatures, encode_to_file
from .models import MuseTalkModels

# Whisper-tiny's encoder on 30 s of sound.
_ACTIVATION_BYTES = 256 << 20


def hear(
    models: MuseTalkModels,
    samples16k: np.ndarray,
    duration: Fraction,
    host: Host,
    *,
    parity: bool = False,
    spans: Spans | None = None,
) -> AudioFeatures:
    """Features of mono 16 kHz samples float32 [n], in a temporary file. Raises AudioError for a sound that is
    too short."""
    total = max(1, len(samples16k) * STATES_PER_SECOND // 16000)
    stage = "Listening to the speech"

    def check(done: int) -> None:
        host.progress(stage, min(done, total), total, unit="states")
        models.whisper.load(_ACTIVATION_BYTES)

    path = host.temp_file(".states")
    models.whisper.load(_ACTIVATION_BYTES)
    with torch.inference_mode():
        states = encode_to_file(
            samples16k,
            models.whisper.module,
            models.version,
            path,
            parity=parity,
            check=check,
        )
    host.progress(stage, total, total, unit="states")
    features = AudioFeatures(states, models.version, parity, duration, spans)
    discard_with(features, path)
    return features
