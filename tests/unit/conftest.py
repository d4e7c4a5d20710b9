"""A sentence spoken by Flite, with the synthesiser's own phone times as the truth."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.align.words import Phone
from lipsync_studio.engine.media.sound import Sound

DATA = Path(__file__).parents[1] / "data" / "speech"


@dataclass(frozen=True)
class Sentence:
    samples: np.ndarray
    text: str
    phones: tuple[Phone, ...]


@pytest.fixture(scope="session")
def sentence() -> Sentence:
    truth = json.loads((DATA / "maybe_bob.json").read_text())
    samples = Sound.load(DATA / "maybe_bob.flac").mono(16000)
    return Sentence(samples, truth["text"], tuple(Phone(*row) for row in truth["phones"] if row[0] != "SIL"))
