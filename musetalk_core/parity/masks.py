"""Masks against `parsing_masks*.npz`: no pixel may differ."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import numpy as np

from ..masks import face_mask
from ..presets import MaskMode
from .finding import Finding


def check(folder: Path) -> list[Finding]:
    """One finding per mask; the error is the share of its pixels that differ."""
    findings = []
    for path in sorted(folder.glob("parsing_masks*.npz")):
        with np.load(path) as golden:
            for name in golden.files:
                match = re.fullmatch(r"mask(\d+)_(\w+)", name)
                if match is None:
                    continue
                number, mode = match[1], cast(MaskMode, match[2])
                left, right = golden[f"cheeks{number}"].tolist()
                mask = face_mask(golden[f"parse{number}"], mode, (left, right))
                findings.append(Finding(path.name, float((mask != golden[name]).mean()), 0.0, name))
    return findings
