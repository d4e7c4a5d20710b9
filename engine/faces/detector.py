"""BlazeFace: where the faces of a picture are (Bazarevsky et al. 2019, arXiv:1907.05047)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..media.colour import Rect
from ..media.frames import Frame
from .models import FULL_RANGE, SHORT_RANGE, load_model
from .sampling import letterbox

Variant = Literal["auto", "short", "full", "both"]

_NMS_IOU = 0.3
# A face narrower than this part of the picture is beyond the short-range network (a tenth of 128 pixels).
_SMALL = 0.1
# Pictures wider (or taller) than this are also searched in overlapping squares.
_WIDE = 2.0


@dataclass(frozen=True, slots=True)
class Detection:
    """box: float32 [4] x0, y0, x1, y1 from brow to chin; keypoints: float32 [6, 2] right eye, left eye (the
    person's), nose tip, mouth, right and left ear; all in pixels. score: 0..1."""

    box: np.ndarray
    keypoints: np.ndarray
    score: float


class BlazeFace:
    """One of the two published networks. Not thread-safe."""

    def __init__(self, range_: Literal["short", "full"]) -> None:
        self._net = load_model(SHORT_RANGE if range_ == "short" else FULL_RANGE)
        self._input = self._net.get_input_details()[0]["index"]
        outputs = self._net.get_output_details()
        index_by_width = {int(o["shape"][-1]): o["index"] for o in outputs}
        self._boxes, self._scores = index_by_width[16], index_by_width[1]
        # MediaPipe's modules/face_detection/face_detection_{short,full}_range_common.pbtxt: input size, and
        # stride and anchors per cell of each SSD layer (the three layers of stride 16 share their cells).
        self.side, layers = (128, ((8, 2), (16, 6))) if range_ == "short" else (192, ((4, 1),))
        self._anchors = _anchors(self.side, layers)

    def detect(self, frame: Frame, rect: Rect, min_score: float) -> list[Detection]:
        """Faces within a rectangle of the frame (even x0, y0, x1, y1), best first."""
        picture = letterbox(frame, rect, self.side)
        self._net.set_tensor(self._input, (picture * 2 - 1)[None])
        self._net.invoke()
        logits = self._net.get_tensor(self._scores)[0, :, 0]
        # MediaPipe clips the logits at ±100; the sigmoid overflows float32 beyond 88.
        scores = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
        likely = np.flatnonzero(scores >= min_score)
        if not likely.size:
            return []
        # Rows of x, y pairs: centre, size, six keypoints; all but the size relative to the anchor.
        points = self._net.get_tensor(self._boxes)[0, likely].reshape(-1, 8, 2) / self.side
        points[:, [0, *range(2, 8)]] += self._anchors[likely, None]
        centre, half = points[:, 0].copy(), points[:, 1] / 2
        points[:, 0], points[:, 1] = centre - half, centre + half
        x0, y0, x1, y1 = rect
        span = max(x1 - x0, y1 - y0)
        points = (points - 0.5) * span + np.array([(x0 + x1) / 2, (y0 + y1) / 2])
        return weighted_nms(points.astype(np.float32), scores[likely])


class FaceDetector:
    """Both networks behind one rule.

    "auto": short range first; full range as well where nothing or only small faces were found, or when the
    caller asks for a thorough look. "both": always both.
    """

    def __init__(self, variant: Variant = "auto", min_score: float = 0.5) -> None:
        self._variant = variant
        self._min_score = min_score
        self._short = BlazeFace("short") if variant != "full" else None
        self._full = BlazeFace("full") if variant != "short" else None

    def detect(self, frame: Frame, thorough: bool = True) -> list[Detection]:
        """Faces of a frame, best first. `thorough` looks for small faces even where a large one was found."""
        whole = (0, 0, frame.width, frame.height)
        found: list[Detection] = []
        if self._short:
            found = self._short.detect(frame, whole, self._min_score)
        if self._full and (self._variant != "auto" or thorough or not found or _any_small(found, frame)):
            found += self._full.detect(frame, whole, self._min_score)
            for rect in _squares(frame.width, frame.height):
                found += self._full.detect(frame, rect, self._min_score)
        if not found:
            return []
        points = np.stack([np.concatenate([d.box.reshape(2, 2), d.keypoints]) for d in found])
        return weighted_nms(points, np.array([d.score for d in found]))


def weighted_nms(points: np.ndarray, scores: np.ndarray) -> list[Detection]:
    """Merge overlapping boxes into their score-weighted mean (MediaPipe's WEIGHTED non-maximum suppression).

    points: float32 [n, 8, 2], box corners then keypoints; scores: [n].
    """
    order = np.argsort(-scores, kind="stable")
    out = []
    while order.size:
        overlap = iou(points[order[0], :2].reshape(4), points[order, :2].reshape(-1, 4))
        group = order[overlap > _NMS_IOU]
        if not group.size:  # a box without area
            group = order[:1]
        merged = np.average(points[group], axis=0, weights=scores[group]).astype(np.float32)
        out.append(Detection(merged[:2].reshape(4), merged[2:], float(scores[order[0]])))
        order = order[~np.isin(order, group)]
    return out


def iou(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Intersection over union of one box [4] with each of boxes [n, 4]."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - common
    return np.where(area > 0, common / np.where(area > 0, area, 1), 0)


def _any_small(found: list[Detection], frame: Frame) -> bool:
    limit = _SMALL * max(frame.width, frame.height)
    return any(d.box[2] - d.box[0] < limit for d in found)


def _squares(width: int, height: int) -> list[Rect]:
    """Overlapping squares that cover a very wide or tall picture; none for the usual shapes."""
    short, long = sorted((width, height))
    if long < _WIDE * short or short < 2:
        return []
    count = -(-2 * long // short) - 1
    starts = [round(i * (long - short) / (count - 1) / 2) * 2 for i in range(count)]
    side = short // 2 * 2
    return [(s, 0, s + side, side) if width > height else (0, s, side, s + side) for s in starts]


def _anchors(side: int, layers: tuple[tuple[int, int], ...]) -> np.ndarray:
    """float32 [n, 2] anchor centres, 0..1, row by row; MediaPipe's SsdAnchorsCalculator with offset 0.5 and
    fixed anchor size."""
    out = []
    for stride, per_cell in layers:
        centres = (np.arange(side // stride) + 0.5) * stride / side
        y, x = np.meshgrid(centres, centres, indexing="ij")
        out.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), per_cell, axis=0))
    return np.concatenate(out).astype(np.float32)
