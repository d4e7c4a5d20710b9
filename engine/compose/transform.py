"""The way from the picture to the square crop that the networks see, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..media.colour import Rect

# What the networks see.
SIDE = 256
# Half width of the low-pass filter before shrinking, in pixels of the result.
_LANCZOS = 3
# Bicubic interpolation is a low-pass filter itself: up to this much of the squared shrinking needs no other.
_BICUBIC_SHARE = 0.5
# Pixels around a crop that its resampling reads, for each pixel of the picture that falls into one of its
# own: the reach of filter and interpolation.
_KERNEL_REACH = 4


@dataclass(frozen=True)
class FaceBox:
    """A rectangle that may be tilted and may reach beyond the picture.

    x, y: its middle. width, height: along and across the eyes. All in pixels. angle: radians, clockwise on
    the screen.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    @classmethod
    def of(cls, box: Sequence[float]) -> FaceBox:
        """The upright rectangle x0, y0, x1, y1."""
        x0, y0, x1, y1 = (float(v) for v in box)
        return cls((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0)

    def square(self, expand: float) -> FaceBox:
        """The square around the same middle whose side is the longer one's, times `expand`."""
        side = max(self.width, self.height) * expand
        return FaceBox(self.x, self.y, side, side, self.angle)

    def moved(self, dx: float, dy: float) -> FaceBox:
        return FaceBox(self.x + dx, self.y + dy, self.width, self.height, self.angle)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of the upright rectangle around it."""
        c, s = abs(math.cos(self.angle)), abs(math.sin(self.angle))
        half_x = (self.width * c + self.height * s) / 2
        half_y = (self.width * s + self.height * c) / 2
        return self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y


@dataclass(frozen=True)
class CropTransform:
    """A crop of `side`×`side` pixels that shows the rectangle `box` of a picture, stretched to a square.

    whole: the box has whole pixels and no angle, and both ways are done exactly as the original does them:
    the part of the box inside the picture is resized (Lanczos) to the crop, the crop (bilinear) to the box.
    Otherwise the box lies where it lies, resampling neither aliases nor shifts, and beyond the picture its
    border is repeated. Coordinates have their origin at the corner of the first pixel.
    """

    box: FaceBox
    side: int = SIDE
    whole: bool = False

    @classmethod
    def parity(cls, box: Rect, side: int = SIDE) -> CropTransform:
        return cls(FaceBox.of(box), side, whole=True)

    @property
    def matrix(self) -> np.ndarray:
        """float64 [2, 3], picture pixels to crop pixels."""
        box = self.box
        c, s = math.cos(box.angle), math.sin(box.angle)
        turn = np.array([[c, s], [-s, c]]) * [[self.side / box.width], [self.side / box.height]]
        return np.column_stack([turn, self.side / 2 - turn @ [box.x, box.y]])

    @property
    def inverse(self) -> np.ndarray:
        """float64 [2, 3], crop pixels to picture pixels."""
        return np.asarray(cv2.invertAffineTransform(self.matrix))

    def to_crop(self, points: np.ndarray) -> np.ndarray:
        """Picture pixels [..., 2 or 3] to crop pixels [..., 2]."""
        return points[..., :2] @ self.matrix[:, :2].T + self.matrix[:, 2]

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """Crop pixels [..., 2 or 3] to picture pixels [..., 2]."""
        return points[..., :2] @ self.inverse[:, :2].T + self.inverse[:, 2]

    def moved(self, dx: float, dy: float) -> CropTransform:
        """The same in a picture whose origin lies (-dx, -dy) from here."""
        return replace(self, box=self.box.moved(dx, dy))

    @property
    def rect(self) -> Rect:
        """The whole pixels x0, y0, x1, y1 that the box touches; the box itself where `whole`."""
        x0, y0, x1, y1 = self.box.bounds
        if self.whole:
            return round(x0), round(y0), round(x1), round(y1)
        return math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)

    def crop(self, picture: np.ndarray) -> np.ndarray:
        """uint8 [side, side, 3] of a picture uint8 [h, w, 3].

        The rectangle has to touch the picture."""
        height, width = picture.shape[:2]
        x0, y0, x1, y1 = self.rect
        if self.whole:
            part = picture[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
            return np.asarray(cv2.resize(part, (self.side, self.side), interpolation=cv2.INTER_LANCZOS4))
        reach = _KERNEL_REACH * max(1, math.ceil(max(self.box.width, self.box.height) / self.side))
        left, top = min(max(0, x0 - reach), width - 1), min(max(0, y0 - reach), height - 1)
        part = picture[top : max(top + 1, y1 + reach), left : max(left + 1, x1 + reach)]
        return warp(part, self.moved(-left, -top).matrix, (self.side, self.side))

    def place(
        self, crop: np.ndarray, rect: Rect | None = None, *, outside: float | None = None
    ) -> np.ndarray:
        """A crop [side, side(, c)] back in the picture's pixels: [h, w(, c)] of `rect` (x0, y0, x1, y1), by
        default the transform's own.

        outside: the value beyond the box; None repeats the crop's border. A transform of whole pixels fills
        its own rectangle only.
        """
        if self.whole:
            x0, y0, x1, y1 = self.rect
            return np.asarray(cv2.resize(crop, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR))
        x0, y0, x1, y1 = rect or self.rect
        back = self.inverse - [[0, 0, x0], [0, 0, y0]]
        return warp(crop, back, (x1 - x0, y1 - y0), outside=outside)


def warp(
    image: np.ndarray, matrix: np.ndarray, size: tuple[int, int], *, outside: float | None = None
) -> np.ndarray:
    """An image [h, w(, c)], uint8 or float32, through an affine map [2, 3] of its pixels to those of the
    result (width, height); origins at the corner of the first pixel. Bicubic.

    Where the map shrinks, what is too fine for the result is filtered out first, along each of the image's
    axes by as much as the map asks for. outside: the value beyond the image; None repeats its border.
    """
    linear = matrix[:, :2]
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    # OpenCV resamples float32 several times as fast as uint8.
    values: cv2.typing.MatLike = image.astype(np.float32, copy=False)
    shrinking = [math.sqrt(max(1.0, 1 / float(step @ step) - _BICUBIC_SHARE)) for step in linear.T]
    if max(shrinking) > 1:
        across, down = (_low_pass(times) for times in shrinking)
        values = cv2.sepFilter2D(values, -1, across, down, borderType=border)
    # OpenCV counts from the middle of pixel 0.
    centred = np.column_stack([linear, linear @ [0.5, 0.5] + matrix[:, 2] - 0.5])
    result = cv2.warpAffine(
        values, centred, size, flags=cv2.INTER_CUBIC, borderMode=border, borderValue=(outside or 0.0,) * 4
    )
    return to_bytes(result) if image.dtype == np.uint8 else np.asarray(result)


def _low_pass(times: float) -> np.ndarray:
    """Lanczos' window as a filter kernel float32 [n], for shrinking by `times`."""
    reach = max(1, math.ceil(_LANCZOS * times) - 1)
    x = np.arange(-reach, reach + 1) / times
    kernel = np.sinc(x) * np.sinc(x / _LANCZOS) * (np.abs(x) < _LANCZOS)
    return (kernel / kernel.sum()).astype(np.float32)


def to_bytes(values: np.ndarray) -> np.ndarray:
    """uint8 of the same shape: rounded, and cut off at 0 and 255."""
    return np.asarray(cv2.convertScaleAbs(np.maximum(values, 0)))
