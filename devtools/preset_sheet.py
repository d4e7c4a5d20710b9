"""Makes docs/presets.jpg: every preset that Lyric Style offers, in landscape and upright, to be looked at.

Run as `python -m lipsync_studio.devtools.preset_sheet`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ..overlay.presets import PRESETS, SHOWN
from ..overlay.preview import preview
from ..overlay.style import LyricStyle
from .paths import ROOT

SHEET = ROOT / "docs" / "presets.jpg"
_WIDE, _TALL = (608, 342), (192, 342)
_TITLE, _COLUMNS, _GAP = 36, 2, 6  # height of titles, presets in a row, pixels between cells
_QUALITY = 72
_TEXT = "Twinkle, twinkle, little star,\nhow I wonder what you are, up above the world so high"


def main(path: Path = SHEET) -> None:
    photo = np.asarray(Image.open(ROOT / "demo" / "portrait.jpg").convert("RGB"), np.float32) / 255
    cells = [_cell(name, photo) for name in SHOWN]
    rows = [np.hstack(cells[at : at + _COLUMNS]) for at in range(0, len(cells), _COLUMNS)]
    cv2.imwrite(
        str(path), (np.vstack(rows)[..., ::-1] * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )


def _cell(name: str, photo: np.ndarray) -> np.ndarray:
    pictures = [_framed(preview(PRESETS[name], _TEXT, size, photo)) for size in (_WIDE, _TALL)]
    both = np.hstack(pictures)
    plain = LyricStyle(effect="line", position="middle", size=0.6, outline_width=0, shadow=0, margin=0.02)
    black = np.zeros((_TITLE, both.shape[1], 3), np.float32)
    return np.vstack(
        [preview(plain, name, (both.shape[1] // 2 * 2, _TITLE), black)[:, : both.shape[1]], both]
    )


def _framed(picture: np.ndarray) -> np.ndarray:
    return np.pad(picture, ((0, _GAP), (0, _GAP), (0, 0)))


if __name__ == "__main__":
    main()
