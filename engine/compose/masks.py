"""Which part of the face is repainted: from a map of face parts to a mask, at the parser's 512×512 pixels.

The parser looks at a square around the face box (`blend.expanded_square`, `FaceBox.square`), so all sizes
below are parts of that square. Kernels and classes: MuseTalk's face_parsing and its release 1.0.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from ..errors import InputError
from ..faces.parsing import SIDE, FacePart

# Classes of the face parser that are repainted. "face": everything inside the face's outline; "raw": skin,
# mouth and lips; "neck": those and the neck; "jaw": skin grown over the chin; "lips": mouth and lips alone.
MaskMode = Literal["jaw", "raw", "neck", "lips", "face"]
MASK_MODES: tuple[MaskMode, ...] = ("jaw", "raw", "neck", "lips", "face")
_CHEEKS = (90, 90)


def _table(*parts: FacePart) -> np.ndarray:
    """For cv2.LUT: 255 for the given parts, 0 for the others."""
    return np.isin(np.arange(256), parts).astype(np.uint8) * 255


_SKIN = _table(FacePart.SKIN)
_NOT_NOSE = ~_table(FacePart.NOSE)
_MOUTH_PARTS = (FacePart.MOUTH, FacePart.UPPER_LIP, FacePart.LOWER_LIP)
_MOUTH = _table(*_MOUTH_PARTS)
_UNIONS: dict[MaskMode, np.ndarray] = {
    "face": _table(*(part for part in FacePart if FacePart.SKIN <= part <= FacePart.LOWER_LIP)),
    "raw": _table(FacePart.SKIN, *_MOUTH_PARTS),
    "neck": _table(FacePart.SKIN, *_MOUTH_PARTS, FacePart.NECK),
}
# The original grows the skin with one kernel of 33×33: a cone that widens from 1 to 21 in 11 rows, then 21
# wide for 12. Growing ten times by a step of that cone, then along a column, is the same and far quicker.
_CONE_STEP = np.array([[0, 1, 0], [1, 1, 1]], np.uint8)
_CONE_STEPS = 10
_COLUMN = np.ones((13, 1), np.uint8)
_NARROW = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (35, 3))
# A mouth that opens takes its lower lip far down, so a mask of closed lips has to reach below them: by a
# third of their width. Pixels of 512, in which a mouth is about 120 wide.
_LIPS_ASIDE, _LIPS_UP, _LIPS_DOWN = 12, 10, 40


def face_mask(class_map: np.ndarray, mode: MaskMode, cheeks: tuple[int, int] = _CHEEKS) -> np.ndarray:
    """uint8 [512, 512], 255 where the face is repainted.

    class_map: uint8 [512, 512] of `FacePart`. cheeks: columns to the left and right of the middle within
    which the mode "jaw" keeps its full width; beyond them it is narrowed, so that more cheek is kept. Raises
    InputError for another size or an unknown mode.
    """
    if class_map.shape != (SIDE, SIDE):
        raise InputError(
            f"A class map has {SIDE}×{SIDE} pixels, not {class_map.shape}: parse the crop first."
        )
    if mode == "jaw":
        return _jaw(class_map, cheeks)
    if mode == "lips":
        return _lips(class_map)
    if mode not in _UNIONS:
        raise InputError(f"There is no mask mode {mode!r}: choose one of {', '.join(MASK_MODES)}.")
    return np.asarray(cv2.LUT(class_map, _UNIONS[mode]))


def mouth_mask(class_map: np.ndarray) -> np.ndarray:
    """uint8 [512, 512], 255 on the lips and on what is between them."""
    return np.asarray(cv2.LUT(class_map, _MOUTH))


def _jaw(class_map: np.ndarray, cheeks: tuple[int, int]) -> np.ndarray:
    """Skin, grown up, sideways and a little down, the cheeks narrowed again; without the nose."""
    # The cone reaches above the picture before the column comes back down.
    skin = cv2.copyMakeBorder(cv2.LUT(class_map, _SKIN), _CONE_STEPS, 0, 0, 0, cv2.BORDER_CONSTANT)
    grown = cv2.dilate(skin, _CONE_STEP, anchor=(1, 0), iterations=_CONE_STEPS)
    grown = cv2.dilate(grown, _COLUMN)[_CONE_STEPS:]
    mask = cv2.erode(grown, _NARROW, iterations=2)
    middle = slice(max(0, SIDE // 2 - cheeks[0] + 1), max(0, SIDE // 2 + cheeks[1]))
    mask[:, middle] = grown[:, middle]
    without_nose = cv2.bitwise_and(mask, cv2.LUT(class_map, _NOT_NOSE))
    return np.asarray(cv2.bitwise_or(without_nose, cv2.LUT(class_map, _MOUTH)))


def _lips(class_map: np.ndarray) -> np.ndarray:
    """Mouth and lips, grown by where they may go; without the nose."""
    mask = mouth_mask(class_map)
    x, y, width, height = cv2.boundingRect(mask)
    near = (
        slice(max(0, y - _LIPS_UP), y + height + _LIPS_DOWN),
        slice(max(0, x - _LIPS_ASIDE), x + width + _LIPS_ASIDE),
    )
    mask[near] = cv2.dilate(mask[near], _GROW_LIPS)
    return np.asarray(cv2.bitwise_and(mask, cv2.LUT(class_map, _NOT_NOSE)))


def _lips_kernel() -> np.ndarray:
    """Two half ellipses; a dilation reaches in the direction opposite to its kernel's."""
    rows, columns = np.mgrid[-_LIPS_DOWN : _LIPS_DOWN + 1, -_LIPS_ASIDE : _LIPS_ASIDE + 1]
    reach = np.where(rows < 0, _LIPS_DOWN, _LIPS_UP)
    return ((rows / reach) ** 2 + (columns / _LIPS_ASIDE) ** 2 <= 1).astype(np.uint8)


_GROW_LIPS = _lips_kernel()
