"""What repainting did to the picture: seam, sharpness and flicker against the source."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..faces.geometry import INNER_LOWER_LIP, INNER_UPPER_LIP, LIPS
from ..faces.mesh import box_of_mesh
from ..media.frames import Frame

# Pixels across a face that it is compared at: below them a seam is still seen, and codecs' noise is not.
_SIDE = 160
_MARGIN = 0.15
# Grey levels by which a pixel has to differ, on an average of some, to have been repainted.
_CHANGED = 4.0
_AVERAGE, _BAND = 7, 5
# Smaller than this, what differs is noise.
_FEWEST = 0.01
# The mouth's rectangle, and the ring of skin around it, in widths and heights of the lips.
_MOUTH, _RING = 1.2, 2.0
# The lips' inner edge is so much of the rectangle's width.
_RIM = 12
# Of an even change there are no edges inside; grey levels a pixel.
_FLAT = 1.0


@dataclass(frozen=True)
class Repaint:
    """How a repainted mouth differs from its source; None where it can't be told: nothing is repainted, or
    there is no pair of frames in a row.

    seam: how strong the edges are that repainting brought along its border, in parts of those that it brought
    inside; near 0 where it fades out, 1 and more where it ends at a line. sharpness: of the lips and the skin
    around them, the standard deviation of the Laplacian, in parts of the source's. flicker: grey levels by
    which the skin around the lips changes from frame to frame more than in the source. frames: how many were
    compared."""

    seam: float | None
    sharpness: float | None
    flicker: float | None
    frames: int


class Comparison:
    """Frames in order, each with the one that it was made from."""

    def __init__(self) -> None:
        self._border = self._inside = 0.0
        self._detail = [0.0, 0.0]
        self._changes: list[float] = []
        self._frames = 0
        self._last: tuple[int, Frame, Frame] | None = None

    def add(self, made: Frame, source: Frame, mesh: np.ndarray) -> None:
        """mesh: float32 [468 or 478, 3] of the face in the made frame, in pixels; both are of one size."""
        face = _grown(box_of_mesh(mesh), 1 + 2 * _MARGIN, made)
        lips = box_of_mesh(mesh[list(LIPS)])
        if face is None or (mouth := _grown(lips, _MOUTH, made)) is None:
            return
        self._frames += 1
        self._add_seam(_luma(made, face), _luma(source, face))
        skin = _without_inside(mesh, mouth)
        for place, frame in enumerate((made, source)):
            detail = cv2.Laplacian(_luma(frame, mouth), cv2.CV_32F)[skin]
            self._detail[place] += float(detail.var()) if detail.size else 0.0
        if self._last is not None and self._last[0] == made.index - 1:
            ring = _grown(lips, _RING, made)
            assert ring is not None
            ours, theirs = (
                _change(now, before, ring, mouth)
                for now, before in ((made, self._last[1]), (source, self._last[2]))
            )
            self._changes.append(ours - theirs)
        self._last = made.index, made, source

    def result(self) -> Repaint:
        detail, own = self._detail
        return Repaint(
            seam=self._border / self._inside if self._inside else None,
            sharpness=math.sqrt(detail / own) if own else None,
            flicker=float(np.mean(self._changes)) if self._changes else None,
            frames=self._frames,
        )

    def _add_seam(self, made: np.ndarray, source: np.ndarray) -> None:
        side = max(source.shape)
        size = tuple(max(8, round(n * _SIDE / side)) for n in source.shape[::-1])
        made, source = (
            cv2.resize(part, size, interpolation=cv2.INTER_AREA if side > _SIDE else cv2.INTER_LINEAR)
            for part in (made, source)
        )
        difference = made - source
        changed = (cv2.blur(np.abs(difference), (_AVERAGE, _AVERAGE)) > _CHANGED).astype(np.uint8)
        if changed.mean() < _FEWEST:
            return
        kernel = np.ones((_BAND, _BAND), np.uint8)
        inside = cv2.erode(changed, kernel) > 0
        border = (cv2.dilate(changed, kernel) > 0) & ~inside
        edges = _edges(difference)
        self._border += float(edges[border].mean())
        self._inside += (float(edges[inside].mean()) if inside.any() else 0.0) + _FLAT


def _without_inside(mesh: np.ndarray, rect: tuple[int, int, int, int]) -> np.ndarray:
    """bool [h, w]: the rectangle but for the inside of the mouth, whose teeth have edges of their own."""
    x0, y0, x1, y1 = rect
    outline = mesh[[*INNER_UPPER_LIP, *INNER_LOWER_LIP[-2:0:-1]], :2] - (x0, y0)
    inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(inside, [np.round(outline).astype(np.int32)], 1)
    reach = max(3, (x1 - x0) // _RIM)
    return cv2.dilate(inside, np.ones((reach, reach), np.uint8)) == 0


def _edges(luma: np.ndarray) -> np.ndarray:
    """The gradient's length, grey levels a pixel."""
    x, y = (cv2.Sobel(luma, cv2.CV_32F, *order, scale=1 / 8) for order in ((1, 0), (0, 1)))
    return cv2.magnitude(x, y)


def _change(
    now: Frame, before: Frame, ring: tuple[int, int, int, int], hole: tuple[int, int, int, int]
) -> float:
    """Mean absolute difference between two frames in a rectangle without another."""
    difference = np.abs(_luma(now, ring) - _luma(before, ring))
    counts = np.ones(difference.shape, bool)
    x, y = hole[0] - ring[0], hole[1] - ring[1]
    counts[max(y, 0) : y + hole[3] - hole[1], max(x, 0) : x + hole[2] - hole[0]] = False
    return float(difference[counts].mean()) if counts.any() else 0.0


def _luma(frame: Frame, rect: tuple[int, int, int, int]) -> np.ndarray:
    x0, y0, x1, y1 = rect
    return frame.square().yuv()[0][y0:y1, x0:x1].astype(np.float32)


def _grown(box: np.ndarray, factor: float, frame: Frame) -> tuple[int, int, int, int] | None:
    """Whole pixels of a box that is made larger around its middle, inside the picture; None where that is too
    little to compare."""
    (x0, y0, x1, y1), half = (float(v) for v in box), factor / 2
    x, y, width, height = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) * half, (y1 - y0) * half
    left, top = max(0, int(x - width)), max(0, int(y - height))
    right, bottom = min(frame.width, math.ceil(x + width)), min(frame.height, math.ceil(y + height))
    return (left, top, right, bottom) if right - left >= 8 and bottom - top >= 8 else None
