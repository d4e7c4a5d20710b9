"""Wav2Lip against the original's numbers (`wav2lip/` of the goldens), each check over a folder of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch

from ...engine.errors import InputError
from ...engine.goldens import read_arrays, read_json
from ...engine.media.sound import Sound
from ...engine.nets.wav2lip_mel import RATE, column_count, mel_columns
from ...engine.parity import Checks, Finding, distance, seed
from .face_box import parity_smoothed
from .mel import parity_starts, parity_windows
from .network import build_generator, generate, ready

MEL_TOLERANCE = 1e-4
# Of 255.
LEVELS_TOLERANCE = 0.05
# Of the 8-bit pictures: a number next to a whole one may fall on either side when it is cut off.
PICTURE_TOLERANCE = 1.0
_SOUND = "audio.wav"
_FILES = "wav2lip*.npz"
_STARTS = re.compile(r"starts_(\d+(?:\.\d+)?)")
_FACE = re.compile(r"out(\d+)")
# The rate of the chunks that go with the faces.
_FACES_FPS = 25.0


def check_mel(folder: Path) -> list[Finding]:
    """The spectrogram, and which of its columns the frames of each rate hear."""
    findings = []
    for path, golden in _goldens(folder):
        if "mel" not in golden:
            continue
        samples = _samples(folder)
        columns = column_count(samples.size)
        mel = mel_columns(samples, 0, columns, mirrored=True).numpy()
        findings.append(Finding(path.name, distance(mel, golden["mel"]), MEL_TOLERANCE, "mel"))
        for name, match in _named(golden, _STARTS):
            starts = parity_starts(columns, float(match[1]))
            findings.append(Finding(path.name, distance(starts, golden[name]), 0.0, f"{match[1]} fps"))
    return findings


def check_boxes(folder: Path) -> list[Finding]:
    """The error is in pixels."""
    return [
        Finding(path.name, distance(parity_smoothed(golden["boxes"]), golden["boxes_smooth"]), 0.0, "boxes")
        for path, golden in _goldens(folder)
        if "boxes" in golden
    ]


def check_generator(folder: Path) -> list[Finding]:
    """Faces, from the sound's own windows to levels and to 8 bits, by the network as it runs."""
    findings = []
    for path, golden in _goldens(folder):
        numbers = [match[1] for _, match in _named(golden, _FACE)]
        if not numbers:
            continue
        said = np.array([int(golden[f"window{number}"]) for number in numbers])
        crops = np.stack([_picture(folder / f"face{number}.png") for number in numbers])
        sound = parity_windows(_samples(folder), said, _FACES_FPS)
        net = build_generator()
        seed(net, scale=_scale(path))
        faces = generate(ready(net), torch.from_numpy(crops), sound).numpy()
        for number, face in zip(numbers, faces, strict=True):
            name = f"out{number}"
            findings.append(Finding(path.name, distance(face, golden[name]), LEVELS_TOLERANCE, name))
            wanted = folder / f"{name}.png"
            if wanted.is_file():
                levels = distance(face.astype(np.uint8).astype(int), _picture(wanted).astype(int))
                findings.append(Finding(wanted.name, levels, PICTURE_TOLERANCE, "levels"))
    return findings


def _goldens(folder: Path) -> Iterator[tuple[Path, dict[str, np.ndarray]]]:
    for path in sorted(folder.glob(_FILES)):
        yield path, read_arrays(path)


def _named(golden: dict[str, np.ndarray], pattern: re.Pattern[str]) -> list[tuple[str, re.Match[str]]]:
    return [(name, match) for name in golden if (match := pattern.fullmatch(name))]


def _scale(path: Path) -> float:
    """By which the file's network was seeded."""
    beside = path.with_suffix(".json")
    return float(read_json(beside)["scale"]) if beside.is_file() else 1.0


def _samples(folder: Path) -> np.ndarray:
    sound = folder / _SOUND
    if not sound.is_file():
        raise InputError(f"{sound} is missing: the goldens of Wav2Lip are numbers of that sound.")
    return Sound.load(sound).mono(RATE)


def _picture(path: Path) -> np.ndarray:
    """uint8 [96, 96, 3], BGR."""
    image = cv2.imread(str(path))
    if image is None:
        raise InputError(f"{path} is missing or no picture: the goldens beside it need it.")
    return np.asarray(image)


CHECKS: Checks = {"mel": check_mel, "boxes": check_boxes, "generator": check_generator}
