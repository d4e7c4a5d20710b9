"""PocketSphinx' decoder, as the aligner and the recognisers of words and phones use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.errors import MissingFilesError
from .attempts import import_failed, installed

if TYPE_CHECKING:
    from pocketsphinx import Decoder

RATE = 16000
ENGINE = "pocketsphinx"

FRAMES_PER_SECOND = 100
# How the decoder names what is no word: "<sil>", "[NOISE]", "++UH++", "(NULL)". Words may come back with the
# number of a variant, as "that(2)".
FILLERS = ("<", "[", "+", "(")
_PEAK = 0.5
_NOISE = 0.002


def require_pocketsphinx() -> None:
    """Raises MissingFilesError when the package is not installed, or can't be imported."""
    if not installed(ENGINE):
        raise MissingFilesError(
            "Finding words and phones needs the package pocketsphinx: run `pip install pocketsphinx`."
        )
    try:
        import pocketsphinx  # noqa: F401
    except Exception as error:
        raise import_failed(error, "pocketsphinx") from error


def prepared(samples: npt.NDArray[np.float32]) -> bytes:
    """16-bit samples at an even level with a noise floor: no path leads through digital silence."""
    level = float(np.abs(samples).max())
    noise = np.random.default_rng(0).standard_normal(samples.size, dtype=np.float32) * _NOISE
    scaled = samples * (_PEAK / level if level > 0 else 0.0) + noise
    return (np.clip(scaled, -1.0, 1.0) * 32767.0).astype(np.int16).tobytes()


def decode(decoder: Decoder, pcm: bytes) -> None:
    """Run the decoder's search over the whole sound."""
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
