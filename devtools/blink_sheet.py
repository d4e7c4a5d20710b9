"""Makes docs/viseme/blinks.jpg: how the viseme engine closes the eyes of stills.

Run as `python -m lipsync_studio.devtools.blink_sheet PICTURE…`; the sample portrait and the Mona Lisa come
first.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ..backends.viseme.alive import BROWS
from ..backends.viseme.eyelids import Eyelid
from ..engine.compose.transform import CropTransform
from ..engine.faces.eyes import CORNERS, EyeContours
from .musetalk_pictures import Sitter, sheet
from .paths import ROOT

PICTURE = ROOT / "docs" / "viseme" / "blinks.jpg"
# Milliseconds after lids begin to close, and how far they are down.
_PHASES = ((0, 0.0), (30, 0.3), (45, 0.5), (60, 0.75), (90, 1.0), (200, 0.6), (250, 0.25))
_PANEL = 240


def blinking(sitter: Sitter) -> list[np.ndarray]:
    """The upper face in each phase of a blink."""
    lids = [
        Eyelid.of(sitter.rgb, eye, sitter.mesh[list(brow), :2], sitter.mesh[list(corners), :2])
        for eye, brow, corners in zip(
            EyeContours().measure(sitter.rgb, sitter.mesh), BROWS, CORNERS, strict=True
        )
    ]
    face = replace(sitter.box(upright=False), angle=0.0).square(0.9)
    view = CropTransform(replace(face, y=face.y - 0.12 * face.height), _PANEL)
    panels = []
    for _, share in _PHASES:
        picture = sitter.rgb.copy()
        for lid in lids:
            lid.close(picture, (0, 0), share)
        panels.append(view.crop(picture))
    return panels


def main() -> None:
    files = [ROOT / "demo" / "portrait.jpg", ROOT / "tests" / "data" / "monalisa.jpg"]
    files += [Path(name) for name in sys.argv[1:]]
    texts = [f"{after} ms" for after, _ in _PHASES]
    rows = [list(zip(blinking(Sitter.load(file)), texts, strict=True)) for file in files]
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(PICTURE), sheet(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 86])


if __name__ == "__main__":
    main()
