"""Speech with exact word and phone times, by eSpeak NG in a process of its own, and kept in a cache."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..paths import CACHE

RATE = 22050
"""Of the library's samples, per second."""

FOLDER = CACHE / "corpus"

_WORKER = "lipsync_studio.devtools.corpus.synthesiser"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is said and how: voice by its name ("en-us+f3" is a variant), words a minute (none slower than 80
    are said), pitch 0..100 in about fifths of a semitone around 50, intonation 0 (monotone) .. 100."""

    text: str
    voice: str
    wpm: int
    pitch: int = 50
    intonation: int = 50


@dataclass(frozen=True, slots=True)
class Sounding:
    """A phone by its eSpeak mnemonic, seconds."""

    name: str
    start: float
    end: float

    @property
    def is_vowel(self) -> bool:
        return self.name.strip("',%=")[:1] in set("aAeEiIoOuUV03@")


@dataclass(frozen=True, slots=True)
class Speech:
    """samples: float32 [n] at RATE; words: the phones of each word of the text, in order."""

    samples: npt.NDArray[np.float32]
    words: tuple[tuple[Sounding, ...], ...]


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Synthesise, or take from the cache. Deterministic.

    Raises ValueError where the library does not tell which phones belong to which word (digits, symbols).
    """
    arguments = json.dumps([asdict(utterance) for utterance in utterances])
    version = importlib.metadata.version("espeakng-loader")
    key = hashlib.sha256(f"{version} {_worker_hash()} {arguments}".encode()).hexdigest()[:20]
    path = FOLDER / f"{key}.npz"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        command = [sys.executable, "-m", _WORKER, str(part)]
        subprocess.run(command, input=arguments, text=True, check=True)
        part.replace(path)
    with np.load(path) as stored:
        phones = json.loads(str(stored["words"]))
        samples = [stored[f"samples{number}"] for number in range(len(utterances))]
    return [
        Speech(
            pcm.astype(np.float32) / 32768.0,
            tuple(tuple(Sounding(*phone) for phone in word) for word in words),
        )
        for pcm, words in zip(samples, phones, strict=True)
    ]


@cache
def _worker_hash() -> str:
    return hashlib.sha256(Path(__file__).with_name("synthesiser.py").read_bytes()).hexdigest()
