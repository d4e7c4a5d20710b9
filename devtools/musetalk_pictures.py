"""Makes docs/musetalk/: face boxes, masks and crops on demo/portrait.jpg, as the engine computes them.

No network is run but the face tracker's: the masks are drawn from landmarks. Run as
`python -m lipsync_studio.devtools.musetalk_pictures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ..engine.compose.composer import PasteConvention
from ..engine.compose.landmark_map import landmark_map
from ..engine.compose.masks import MaskMode
from ..engine.compose.paste import PasteSettings, paste, paste_masks
from ..engine.compose.transform import SIDE, CropTransform, FaceBox
from ..engine.faces.ibug import landmarks68
from ..engine.faces.parsing import SIDE as MAP_SIDE
from ..engine.faces.placing import eye_angle
from ..engine.faces.tracker import track_faces
from ..engine.host.plain import PlainHost
from ..engine.media.images import ImageSource
from ..musetalk_core.face_box import BoxSettings, face_box
from ..musetalk_core.presets import PRESETS
from .paths import ROOT

FOLDER = ROOT / "docs" / "musetalk"
PANEL = 300
_GAP = 8
_LABEL = 26
_WHITE, _BOX, _MIDDLE, _POINT = (255, 255, 255), (255, 210, 0), (0, 230, 255), (255, 60, 60)
_TEXT = (40, 40, 40)
_MASK_COLOUR = (255, 0, 160)
# The bridge of the nose: in nearly all of the training data the middle lay near one of these three points
# (the original's assets/BBOX_SHIFT.md).
_NOSE = slice(28, 31)


@dataclass(frozen=True)
class Sitter:
    rgb: np.ndarray
    mesh: np.ndarray
    landmarks: np.ndarray

    @classmethod
    def load(cls, path: Path) -> Sitter:
        return cls.of(np.ascontiguousarray(np.asarray(cv2.imread(str(path)))[..., ::-1]))

    @classmethod
    def of(cls, rgb: np.ndarray) -> Sitter:
        """The largest face of a picture uint8 [h, w, 3]."""
        with PlainHost("cpu") as host:
            track = track_faces(ImageSource(rgb[None].astype(np.float32) / 255), host)
        mesh = track.persons[0].meshes[0]
        return cls(rgb, mesh, landmarks68(mesh))

    def box(self, settings: BoxSettings | None = None, *, upright: bool = True) -> FaceBox:
        box = face_box(self.landmarks, settings, angle=eye_angle(self.landmarks) if upright else 0.0)
        assert box is not None
        return box

    def view(self, side: int = PANEL) -> CropTransform:
        """Head and neck, upright as in the picture; the same for every panel."""
        return CropTransform(replace(self.box(upright=False), angle=0.0).square(1.6), side)


def boxes(sitter: Sitter) -> np.ndarray:
    """The box for some shifts, its middle and the margin below the chin."""
    shown = ((-7, "shift -7"), (0, "shift 0"), (7, "shift +7: opens more"))
    panels = []
    for shift, text in shown:
        view = sitter.view()
        panel = view.crop(sitter.rgb)
        box = sitter.box(BoxSettings(shift=shift))
        bare = sitter.box(BoxSettings(shift=shift, margin=0))
        draw_box(panel, view, box)
        draw_lines(panel, view, bare, ((0, 1), (1, 1)), _BOX)
        for x, y in view.to_crop(sitter.landmarks[_NOSE]):
            cv2.circle(panel, (round(x * 16 - 8), round(y * 16 - 8)), 3 * 16, _POINT, -1, cv2.LINE_AA, 4)
        panels.append((panel, text))
    return sheet([panels])


def masks(sitter: Sitter) -> np.ndarray:
    """The parts that are repainted: every mode, and the mode "jaw" with narrow and wide cheeks."""
    modes: list[tuple[MaskMode, int, str]] = [
        ("jaw", 90, "jaw, cheeks 90 (v1.5)"),
        ("raw", 90, "raw (v1.0-current)"),
        ("face", 90, "face (v1.0-original)"),
        ("neck", 90, "neck"),
        ("lips", 90, "lips"),
        ("jaw", 20, "jaw, cheeks 20"),
        ("jaw", 60, "jaw, cheeks 60"),
        ("jaw", 160, "jaw, cheeks 160"),
    ]
    panels = [(masked(sitter, mode, cheeks), text) for mode, cheeks, text in modes]
    return sheet([panels[:4], panels[4:]])


def crops(sitter: Sitter) -> np.ndarray:
    """What the networks see: the crop, the crop with its lower half hidden, and what rotation changes."""
    upright, hidden = seen(sitter)
    turned = _turned(sitter, 20)
    panels = [
        (upright, "crop, 256 x 256"),
        (hidden, "the same, lower half hidden"),
        (CropTransform(turned.box(upright=False)).crop(turned.rgb), "tilted head, as the original"),
        (CropTransform(turned.box()).crop(turned.rgb), "tilted head, turned upright"),
    ]
    return sheet([panels])


def seen(sitter: Sitter, side: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    """The crop, and the crop with its lower half hidden."""
    crop = CropTransform(sitter.box(), side).crop(sitter.rgb)
    hidden = crop.copy()
    hidden[side // 2 :] = 0
    return crop, hidden


def _turned(sitter: Sitter, degrees: float) -> Sitter:
    """The picture turned clockwise around the face."""
    box = sitter.box()
    height, width = sitter.rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((box.x - 0.5, box.y - 0.5), -degrees, 1)
    rgb = cv2.warpAffine(
        sitter.rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    points = (sitter.landmarks - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5
    return Sitter(np.asarray(rgb), sitter.mesh, points)


def masked(sitter: Sitter, mode: MaskMode, cheeks: int = 90, side: int = PANEL) -> np.ndarray:
    """A panel with the mask over the picture."""
    return masked_by(sitter, PRESETS["v1.5"].paste, sitter.box(), mode, cheeks, side)


def masked_by(
    sitter: Sitter,
    convention: PasteConvention,
    box: FaceBox,
    mode: MaskMode,
    cheeks: int = 90,
    side: int = PANEL,
) -> np.ndarray:
    """The same by any engine's convention, for its box."""
    square = CropTransform(box.square(convention.expand), MAP_SIDE)
    found = paste_masks(
        landmark_map(sitter.mesh, square), square, box, mode=mode, cheeks=(cheeks, cheeks),
        blur_ratio=convention.blur_ratio,
    )  # fmt: skip
    colour = np.full((SIDE, SIDE, 3), _MASK_COLOUR, np.uint8)
    rgb, alpha = paste(sitter.rgb, colour, CropTransform(box), found, PasteSettings(detail=0, colour=0))
    over = sitter.rgb + 0.55 * alpha[..., None] * (rgb.astype(np.float32) - sitter.rgb)
    return sitter.view(side).crop(np.rint(over).astype(np.uint8))


def draw_box(panel: np.ndarray, view: CropTransform, box: FaceBox) -> None:
    """The box and its middle."""
    draw_lines(panel, view, box, ((0, 0), (1, 0), (1, 1), (0, 1)), _BOX, closed=True)
    draw_lines(panel, view, box, ((0, 0.5), (1, 0.5)), _MIDDLE)


def draw_lines(
    panel: np.ndarray,
    view: CropTransform,
    box: FaceBox,
    corners: Sequence[tuple[float, float]],
    colour: tuple[int, int, int],
    closed: bool = False,
) -> None:
    """A line through points given in parts of a box."""
    points = view.to_crop(CropTransform(box, 1).to_picture(np.array(corners, np.float64)))
    cv2.polylines(
        panel, [np.rint((points - 0.5) * 16).astype(np.int32)], closed, colour, 2, cv2.LINE_AA, shift=4
    )


def sheet(rows: Sequence[Sequence[tuple[np.ndarray, str]]]) -> np.ndarray:
    """Panels with their texts below, side by side and row by row, on white."""
    lines = []
    for row in rows:
        cells = []
        for panel, text in row:
            cell = np.full((panel.shape[0] + _LABEL, panel.shape[1], 3), _WHITE, np.uint8)
            cell[: panel.shape[0]] = panel
            at = 2, cell.shape[0] - 8
            cv2.putText(cell, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, _TEXT, 1, cv2.LINE_AA)
            cells.append(cv2.copyMakeBorder(cell, 0, 0, 0, _GAP, cv2.BORDER_CONSTANT, value=_WHITE))
        lines.append(np.hstack(cells)[:, :-_GAP])
    return np.vstack(lines)


def main() -> None:
    sitter = Sitter.load(ROOT / "demo" / "portrait.jpg")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make in (boxes, masks, crops):
        path = FOLDER / f"{make.__name__}.jpg"
        cv2.imwrite(str(path), make(sitter)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
