"""What a picture is like around a mouth: colours, soft edges, noise; what is painted takes after it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .bend import Box
from .controls import CONTROLS, HELD, LIPS, LOWER_INNER, LOWER_OUTER, UPPER_INNER, UPPER_OUTER
from .interior import LUMA, Tones

# Skin beside the mouth and on the chin, and the cheeks, left and right: what speech, shade or a beard changes
# of one part is not all there is.
_BESIDE, _CHEEKS = (
    tuple(np.array([int(np.flatnonzero(point == CONTROLS)[0]) for point in side]) for side in sides)
    for sides in (
        ((204, 211, 194, 32, 210, 208, 201, 187), (424, 431, 418, 262, 430, 428, 421, 411)),
        ((101, 50, 147, 187), (330, 280, 376, 411)),
    )
)
# Width of a mouth, in pixels, in the picture from which colours are taken.
_COARSE = 24
# Widths of a mouth, in pixels, below which pictures begin not to show its dark, and are too small for it.
_SMALL = (40, 25)
# What a frame counts among those around it.
_WAVER = (1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0)
# Where a cheek is looked at, in parts of its sides.
_ACROSS = np.linspace(0.05, 0.95, 9)
# Noise is what this finds.
_LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
# The middle of the lower lip.
_LOWER_LIP = np.concatenate([LOWER_INNER[3:6], LOWER_OUTER[3:6]])
# Detail that is looked for in lips, in widths of the mouth; the mouth's width that is enough for it, pixels;
# how much more of its slope what lies behind them keeps than they do.
_FINE, _FINE_AT, _CRISPER = 0.012, 84, 1.15


def tones_of(rgb: np.ndarray, source: np.ndarray, mouth: float) -> Tones:
    """From many places of a small picture, so that they waver little from frame to frame."""
    scale = min(1.0, _COARSE / mouth)
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points = (source + 0.5) * scale - 0.5
    lips = np.concatenate([
        points[inner] + share * (points[outer] - points[inner])
        for inner, outer in ((UPPER_INNER[2:-2], UPPER_OUTER[2:-2]), (LOWER_INNER[2:-2], LOWER_OUTER[2:-2]))
        for share in (0.35, 0.5, 0.65)
    ])  # fmt: skip
    left, right = (
        _colours(small, np.concatenate([_between(points[beside]), _inside(points[cheek])]))
        for beside, cheek in zip(_BESIDE, _CHEEKS, strict=True)
    )
    nose = _between(points[HELD[:3]])
    coarse = min(max((_SMALL[0] - mouth) / (_SMALL[0] - _SMALL[1]), 0.0), 1.0)
    return Tones.of(left, right, _colours(small, lips), _colours(small, nose), coarse)


def steady_tones(tones: Sequence[Tones]) -> list[Tones]:
    """Tones of frames that follow each other without the waver of single ones: what is read of a head that
    turns fast changes by more than its light does."""
    reach = len(_WAVER) // 2
    steady = []
    for at in range(len(tones)):
        near = range(max(at - reach, 0), min(at + reach + 1, len(tones)))
        steady.append(Tones.mean([tones[i] for i in near], [_WAVER[i - at + reach] for i in near]))
    return steady


def _between(points: np.ndarray) -> np.ndarray:
    """Half-way from each of points [n, 2] to each, itself too."""
    first, second = np.triu_indices(len(points))
    return np.asarray((points[first] + points[second]) / 2)


def _inside(corners: np.ndarray) -> np.ndarray:
    """Places [n, 2] all over a quadrangle [4, 2]."""
    x, y = (each.reshape(-1, 1) for each in np.meshgrid(_ACROSS, _ACROSS))
    a, b, c, d = corners
    return np.asarray((1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * d + x * c))


def _colours(rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Colours [n, 3] at points [n, 2]; where these lie outside the picture, of the nearest pixels."""
    x, y = points.astype(np.float32).T
    seen = cv2.remap(rgb, x[None], y[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen[0].astype(np.float32)


def edge_blur(rgb: np.ndarray, source: np.ndarray, mouth: float) -> float:
    """How blurred the picture is around the mouth: the standard deviation, in pixels, of the Gaussian that
    makes its sharpest edges of sharp ones."""
    box = Box.around(source[LIPS], 0.08 * mouth, Box(0, 0, rgb.shape[1], rgb.shape[0]))
    if min(box.x1 - box.x0, box.y1 - box.y0) < 8:
        return 0.6
    luma = cv2.cvtColor(rgb[box.slices], cv2.COLOR_RGB2GRAY)
    reach = max(2, round(mouth / 24))
    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    range_ = cv2.dilate(luma, window).astype(np.float32) - cv2.erode(luma, window)
    gx, gy = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = np.sqrt(gx * gx + gy * gy)
    edges = range_ > max(20.0, float(np.percentile(range_, 80)))
    if not edges.any():
        return 0.6
    share = steep[edges] / range_[edges]
    # A step blurred by a Gaussian is steepest in the middle: height / (sqrt(2 pi) sigma).
    sigma = 0.4 / max(float(np.percentile(share, 85)), 1e-3)
    return float(np.clip(sigma, 0.4, 0.05 * mouth))


def softness(lips: np.ndarray, where: np.ndarray, mouth: float) -> float:
    """How blurred what is behind lips [h, w, 3] may be expected: the standard deviation, in pixels, of the
    Gaussian that leaves edges little more of their slope than the lips have of theirs, in some pixels [h, w];
    0 for lips as rich in detail as edges are. A Gaussian of `fine` leaves an edge of that blur a root mean
    square slope that falls with (fine² + blur²)^(-1/4)."""
    # By a whole number, which does not blur.
    scale = 1 / max(1, int(mouth / _FINE_AT))
    # The blur brings the lips' edges in.
    reach = round(0.6 * _FINE * mouth)
    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    where = cv2.erode(where.astype(np.uint8), window)
    luma = cv2.resize(lips @ LUMA, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(where, luma.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    if not inside.any():
        return 0.0
    fine = max(0.7, _FINE * mouth * scale)
    slopes = []
    for times in (1, 2):
        soft = cv2.GaussianBlur(luma, (0, 0), times * fine)
        x, y = cv2.Sobel(soft, -1, 1, 0), cv2.Sobel(soft, -1, 0, 1)
        slopes.append(float((x[inside] ** 2 + y[inside] ** 2).mean()))
    kept = (_CRISPER**2 * slopes[0] / max(slopes[1], 1e-6)) ** 2
    return fine / scale * float(np.sqrt(max(4 - kept, 0) / max(kept - 1, 0.3)))


def grain(rgb: np.ndarray, source: np.ndarray, hole: Box, level: float) -> np.ndarray:
    """The picture's noise, as the lower lip has it and as strong as `level`, for the hole's pixels: float32
    [h, w, 3]."""
    height, width = hole.y1 - hole.y0, hole.x1 - hole.x0
    box = Box.around(source[_LOWER_LIP], 0, Box(0, 0, rgb.shape[1], rgb.shape[0]))
    if min(box.x1 - box.x0, box.y1 - box.y0) < 4:
        return np.zeros((height, width, 3), np.float32)
    lip = rgb[box.slices].astype(np.float32)
    noise = np.clip(lip - cv2.GaussianBlur(lip, (0, 0), 0.5), -12, 12)
    # Evenly strong, without the edges and the smooth places of the lip.
    rough = cv2.filter2D(noise @ LUMA, -1, _LAPLACE) / 6
    noise /= np.sqrt(cv2.GaussianBlur(rough**2, (0, 0), 2.0) + 0.1)[..., None]
    rows, columns = (
        np.pad(np.arange(have), (0, want), mode="symmetric")[:want]
        for have, want in zip(noise.shape[:2], (height, width), strict=True)
    )
    noise = noise[rows][:, columns]
    return np.asarray(noise * (level / max(noise_level(noise), 0.1)))


def noise_level(rgb: np.ndarray, where: np.ndarray | None = None) -> float:
    """Standard deviation of the brightness's noise, levels, of float32 [h, w, 3], in the even half of some
    pixels [h, w] (J. Immerkær, "Fast noise variance estimation", 1996)."""
    luma = rgb @ LUMA
    rough = np.abs(cv2.filter2D(luma, -1, _LAPLACE))
    if where is not None:
        if not where.any():
            return 0.0
        soft = cv2.GaussianBlur(luma, (0, 0), 1.5)
        slope = np.hypot(cv2.Sobel(soft, -1, 1, 0), cv2.Sobel(soft, -1, 0, 1))
        rough = rough[where & (slope <= np.median(slope[where]))]
    return float(np.sqrt(np.pi / 2) / 6 * rough.mean())
