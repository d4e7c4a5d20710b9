"""Makes the thumbnails of MuseTalk's workflows: what the engine works out on demo/portrait.jpg before and
after its networks. No network but the face tracker's is run.

Run as `python -m lipsync_studio.devtools.musetalk_thumbnails`.
"""

from __future__ import annotations

import cv2
import numpy as np

from .musetalk_pictures import Sitter, draw_box, masked, seen
from .paths import ROOT

WIDTH, HEIGHT = 960, 540
_GAP = 6
_DARK = (17, 19, 24)


def footage(sitter: Sitter) -> np.ndarray:
    return row(_boxed(sitter), masked(sitter, "jaw", side=HEIGHT))


def portrait(sitter: Sitter) -> np.ndarray:
    return row(sitter.view(HEIGHT).crop(sitter.rgb), masked(sitter, "jaw", side=HEIGHT))


def stages(sitter: Sitter) -> np.ndarray:
    crop, hidden = seen(sitter, (HEIGHT - _GAP) // 2)
    gap = np.full((_GAP, crop.shape[1], 3), _DARK, np.uint8)
    return row(_boxed(sitter), np.vstack([crop, gap, hidden]), masked(sitter, "jaw", side=HEIGHT))


def _boxed(sitter: Sitter) -> np.ndarray:
    view = sitter.view(HEIGHT)
    panel = view.crop(sitter.rgb)
    draw_box(panel, view, sitter.box())
    return panel


def row(*panels: np.ndarray) -> np.ndarray:
    """A thumbnail of panels side by side, cut at their sides to the same width, and centred in its height."""
    canvas = np.full((HEIGHT, WIDTH, 3), _DARK, np.uint8)
    edges = np.linspace(0, WIDTH + _GAP, len(panels) + 1).round().astype(int)
    for panel, x0, x1 in zip(panels, edges, edges[1:] - _GAP, strict=False):
        spare = panel.shape[1] - (x1 - x0)
        left = max(0, spare // 2)
        part = panel[:, left : left + x1 - x0]
        start = x0 + max(0, -spare // 2)
        top = (HEIGHT - part.shape[0]) // 2
        canvas[top : top + part.shape[0], start : start + part.shape[1]] = part
    return canvas


def main() -> None:
    sitter = Sitter.load(ROOT / "demo" / "portrait.jpg")
    for make in (footage, portrait, stages):
        path = ROOT / "workflows" / f"musetalk_{make.__name__}.jpg"
        cv2.imwrite(str(path), make(sitter)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
