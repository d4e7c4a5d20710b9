"""Files of goldens, read, and the numbers that their originals were given, drawn again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor, from_numpy

from .errors import InputError


def drawn_noise(draws: np.random.RandomState, shape: tuple[int, ...]) -> Tensor:
    """Standard normal numbers, float32."""
    return from_numpy(draws.standard_normal(shape).astype(np.float32))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as stored:
        return dict(stored)


def read_picture(path: Path) -> np.ndarray:
    """uint8 [h, w, 3], RGB. Raises InputError where there is none."""
    if not path.is_file():
        raise InputError(f"{path} is missing: the goldens beside it need it.")
    return np.array(Image.open(path).convert("RGB"))
