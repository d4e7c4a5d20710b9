"""Face boxes against `face_box*.json`: whole pixels, so nothing may differ."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ..face_box import parity_box
from .finding import Finding, distance


def check(folder: Path) -> list[Finding]:
    """One finding per file; the error is in pixels, infinite where only one of the two has a box."""
    findings = []
    for path in sorted(folder.glob("face_box*.json")):
        errors = [_error(case) for case in json.loads(path.read_text(encoding="utf-8"))]
        detail = f"{sum(error == 0 for error in errors)} of {len(errors)} boxes equal"
        findings.append(Finding(path.name, max(errors, default=0.0), 0.0, detail))
    return findings


def _error(case: dict) -> float:
    box = parity_box(np.array(case["landmarks"]), case["detector_box"], case["bbox_shift"])
    wanted = case["box"]
    if box is None or wanted is None:
        return 0.0 if box is None and wanted is None else float("inf")
    return distance(box, wanted)
