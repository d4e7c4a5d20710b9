"""Between I420 planes and RGB, by each picture's own matrix and range (ITU-T H.273, 8.3)."""

from __future__ import annotations

import cv2
import numpy as np

from .frames import Colour, Frame

Rect = tuple[int, int, int, int]


def yuv_to_rgb_matrix(colour: Colour, height: int) -> np.ndarray:
    """float32 [3, 4]: RGB 0..255 = M @ (Y, U, V, 1), all codes 0..255."""
    kr, kb = colour.luma(height)
    kg = 1 - kr - kb
    base, luma, chroma = (0, 255, 255) if colour.full_range else (16, 219, 224)
    y, c = 255 / luma, 255 / chroma
    linear = np.array(
        [
            [y, 0, 2 * (1 - kr) * c],
            [y, -2 * (1 - kb) * kb / kg * c, -2 * (1 - kr) * kr / kg * c],
            [y, 2 * (1 - kb) * c, 0],
        ]
    )
    offset = linear @ np.array([[-base], [-128], [-128]])
    return np.hstack([linear, offset]).astype(np.float32)


def rgb_to_yuv_matrix(colour: Colour, height: int) -> np.ndarray:
    """float32 [3, 4], the inverse of `yuv_to_rgb_matrix`."""
    forward = yuv_to_rgb_matrix(colour, height).astype(np.float64)
    linear = np.linalg.inv(forward[:, :3])
    return np.hstack([linear, -linear @ forward[:, 3:]]).astype(np.float32)


def crop_rgb(frame: Frame, rect: Rect) -> np.ndarray:
    """uint8 [h, w, 3] of the rectangle (x0, y0, x1, y1): even numbers, inside the picture."""
    x0, y0, x1, y1 = rect
    y, u, v = frame.square().yuv()
    half = slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2)
    size = x1 - x0, y1 - y0
    yuv = cv2.merge(
        [
            y[y0:y1, x0:x1],
            *(cv2.resize(plane[half], size, interpolation=cv2.INTER_LINEAR) for plane in (u, v)),
        ]
    )
    return cv2.transform(yuv, yuv_to_rgb_matrix(frame.colour, frame.height))


def to_rgb(frame: Frame) -> np.ndarray:
    """uint8 [H, W, 3]."""
    return crop_rgb(frame, (0, 0, frame.width, frame.height))


def small_rgb(frame: Frame, max_side: int, rect: Rect | None = None) -> np.ndarray:
    """uint8 [h, w, 3], scaled down so that no side is above max_side; for detectors and previews.

    rect: the part to show, as in `crop_rgb`; the whole picture if None."""
    x0, y0, x1, y1 = rect or (0, 0, frame.width, frame.height)
    scale = min(max_side / max(x1 - x0, y1 - y0), 1.0)
    size = max(round((x1 - x0) * scale), 1), max(round((y1 - y0) * scale), 1)
    y, u, v = frame.square().yuv()
    half = slice(y0 // 2, -(-y1 // 2)), slice(x0 // 2, -(-x1 // 2))
    yuv = cv2.merge([_shrink(plane, size) for plane in (y[y0:y1, x0:x1], u[half], v[half])])
    return cv2.transform(yuv, yuv_to_rgb_matrix(frame.colour, frame.height))


def paste_rgb(frame: Frame, rect: Rect, rgb: np.ndarray, alpha: np.ndarray) -> None:
    """Blend `rgb` (uint8 [h, w, 3]) into the frame's planes, in place.

    rect as in `crop_rgb`. alpha: [h, w], float 0..1 or uint8 0..255; where it is 0 the planes keep their bits
    (chroma: where it is 0 in all four pixels).
    """
    if frame.aspect != 1:
        rect, rgb, alpha = _as_stored(frame, rect, rgb, alpha)
    x0, y0, x1, y1 = rect
    half = slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2)
    weight = alpha.astype(np.float32)
    if alpha.dtype == np.uint8:
        weight /= 255.0
    y, u, v = frame.yuv()
    new_y, new_u, new_v = _split(rgb, rgb_to_yuv_matrix(frame.colour, frame.height))
    _blend(y[y0:y1, x0:x1], new_y, weight)
    chroma_weight = _halve(weight)
    for plane, new in ((u, new_u), (v, new_v)):
        _blend(plane[half], new, chroma_weight)


def rgb_to_planes(rgb: np.ndarray, colour: Colour) -> np.ndarray:
    """uint8 I420 [H*3/2, W] of a picture, uint8 or float32 [H, W, 3] with values 0..255, H and W even."""
    height, width = rgb.shape[:2]
    planes = np.empty((height * 3 // 2, width), np.uint8)
    chroma = planes[height:].reshape(2, height // 2, width // 2)
    y, u, v = _split(rgb, rgb_to_yuv_matrix(colour, height))
    for target, values in zip((planes[:height], *chroma), (y, u, v), strict=True):
        target[:] = cv2.convertScaleAbs(values)  # rounds; nothing is below 0
    return planes


def _as_stored(
    frame: Frame, rect: Rect, rgb: np.ndarray, alpha: np.ndarray
) -> tuple[Rect, np.ndarray, np.ndarray]:
    """A patch of square pixels, laid on the samples that the frame's planes hold."""
    x0, y0, x1, y1 = rect
    stored = frame.planes.shape[1]
    scale = stored / frame.width
    left, right = int(x0 * scale) // 2 * 2, min(-int(-x1 * scale // 2) * 2, stored)
    # Sample i lies at i + 0.5, in both.
    shift = (left + 0.5) / scale - 0.5 - x0
    there = np.array([[1 / scale, 0, shift], [0, 1, 0]])
    size, flags = (right - left, y1 - y0), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    rgb = cv2.warpAffine(rgb, there, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(alpha, there, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return (left, y0, right, y1), rgb, alpha


def _split(rgb: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Y at full and U, V at half size, in the type of `rgb`."""
    y = cv2.transform(rgb, matrix[:1])
    u, v = cv2.split(cv2.transform(_halve(rgb), matrix[1:]))
    return y, u, v


def _halve(values: np.ndarray) -> np.ndarray:
    """Means of 2x2 pixels."""
    return cv2.resize(values, (values.shape[1] // 2, values.shape[0] // 2), interpolation=cv2.INTER_AREA)


def _shrink(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scale down (chroma perhaps up), by halves as far as they go: OpenCV does those seven times faster."""
    while all(n % 2 == 0 and n >= 2 * wanted for n, wanted in zip(plane.shape, size[::-1], strict=True)):
        plane = _halve(plane)
    larger = size[0] > plane.shape[1]
    return cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR if larger else cv2.INTER_AREA)


def _blend(plane: np.ndarray, new: np.ndarray, weight: np.ndarray) -> None:
    """plane += weight * (new - plane), rounded; exact where weight is 0."""
    difference = cv2.subtract(new, plane, dtype=cv2.CV_32F)
    cv2.multiply(difference, weight, difference)
    plane[:] = cv2.add(plane, difference, dtype=cv2.CV_8U)
