"""Makes docs/latentsync/ and docs/wav2lip/: which part of demo/portrait.jpg each engine looks at, what its
network sees of it and what is repainted.

No network is run but the face tracker's: the masks are drawn from landmarks. Run as
`python -m lipsync_studio.devtools.engine_pictures`.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..backends.latentsync.alignment import Smoother, alignment_points, box_of
from ..backends.latentsync.mask import keep_mask
from ..backends.latentsync.pipeline import composing as latentsync_composing
from ..backends.latentsync.spec import LatentSyncSettings
from ..backends.wav2lip.face_box import Pads, track_box
from ..backends.wav2lip.network import SIDE as WAV2LIP_SIDE
from ..backends.wav2lip.pipeline import CONVENTION as WAV2LIP
from ..engine.compose.transform import CropTransform, FaceBox
from ..engine.faces.placing import eye_angle
from .musetalk_pictures import PANEL, Sitter, draw_lines, masked_by, sheet
from .paths import ROOT

LATENTSYNC_SIDE = 512
_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))
_BOX = (255, 210, 0)
_GREY = 127.5


def aligned_box(sitter: Sitter) -> FaceBox:
    """LatentSync's 3:4 crop of the face."""
    points = alignment_points(sitter.mesh[None].astype(np.float64))[0] - 0.5
    return box_of(Smoother().matrix(points, LATENTSYNC_SIDE), LATENTSYNC_SIDE)


def wav2lip_box(sitter: Sitter, pads: Pads | None = None) -> FaceBox:
    box = track_box(sitter.landmarks, pads or Pads(), eye_angle(sitter.landmarks))
    assert box is not None
    return box


def boxed(sitter: Sitter, box: FaceBox, side: int = PANEL) -> np.ndarray:
    """Head and neck, and a box around what is cut out."""
    view = sitter.view(side)
    panel = view.crop(sitter.rgb)
    draw_lines(panel, view, box, _CORNERS, _BOX, closed=True)
    return panel


def aligned(sitter: Sitter, side: int = PANEL) -> tuple[np.ndarray, np.ndarray]:
    """LatentSync's square, and the same with grey where it is to be repainted."""
    square = CropTransform(aligned_box(sitter), LATENTSYNC_SIDE).crop(sitter.rgb)
    kept = keep_mask(LATENTSYNC_SIDE)[..., None]
    hidden = np.rint(square * kept + _GREY * (1 - kept)).clip(0, 255).astype(np.uint8)
    return _scaled(square, side), _scaled(hidden, side)


def small(sitter: Sitter, side: int = PANEL) -> tuple[np.ndarray, np.ndarray]:
    """Wav2Lip's 96 pixels, and the same with black where it is to paint."""
    crop = CropTransform(wav2lip_box(sitter), WAV2LIP_SIDE).crop(sitter.rgb)
    hidden = crop.copy()
    hidden[WAV2LIP_SIDE // 2 :] = 0
    return _scaled(crop, side, cv2.INTER_NEAREST), _scaled(hidden, side, cv2.INTER_NEAREST)


def latentsync_sheet(sitter: Sitter) -> np.ndarray:
    box, convention = aligned_box(sitter), latentsync_composing(LatentSyncSettings()).convention
    square, hidden = aligned(sitter)
    return sheet(
        [
            [
                (boxed(sitter, box), "the 3:4 crop, by brows and nose"),
                (square, "made square, 512 x 512"),
                (hidden, "the same, to be repainted"),
                (masked_by(sitter, convention, box, "jaw"), "what is shown of it: jaw"),
            ]
        ]
    )


def wav2lip_sheet(sitter: Sitter) -> np.ndarray:
    box, convention = wav2lip_box(sitter), WAV2LIP
    crop, hidden = small(sitter)
    panel = boxed(sitter, box)
    draw_lines(panel, sitter.view(), wav2lip_box(sitter, Pads(bottom=0)), ((0, 1), (1, 1)), _BOX)
    return sheet(
        [
            [
                (panel, "the box; below, pad_bottom 10"),
                (crop, "96 x 96"),
                (hidden, "the same, lower half hidden"),
                (masked_by(sitter, convention, box, "jaw"), "what is shown of it: jaw"),
            ]
        ]
    )


def _scaled(rgb: np.ndarray, side: int, how: int = cv2.INTER_AREA) -> np.ndarray:
    return np.asarray(cv2.resize(rgb, (side, side), interpolation=how))


def main() -> None:
    sitter = Sitter.load(ROOT / "demo" / "portrait.jpg")
    for folder, make in (("latentsync", latentsync_sheet), ("wav2lip", wav2lip_sheet)):
        path = ROOT / "docs" / folder / "crops.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), make(sitter)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
