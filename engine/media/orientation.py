"""How a coded picture has to be turned and mirrored to be seen as it was taken."""

from __future__ import annotations

from dataclasses import dataclass

import av
import cv2
import numpy as np
from PIL import ExifTags, Image

from .container import MediaFile
from .side_data import side_data_of


@dataclass(frozen=True)
class Orientation:
    """The upright picture is the coded one transposed (rows become columns), then mirrored left to right,
    then flipped top to bottom, each if so: all eight ways to lay a rectangle on its sides."""

    transposed: bool = False
    mirrored: bool = False
    flipped: bool = False

    @classmethod
    def of_exif(cls, value: int) -> Orientation:
        """By the tag of that name (CIPA DC-008, 4.6.5: 1 to 8; anything else is 1)."""
        return cls(value in (5, 6, 7, 8), value in (2, 3, 6, 7), value in (3, 4, 7, 8))

    @classmethod
    def of_matrix(cls, matrix: np.ndarray) -> Orientation:
        """By a display matrix (ISO/IEC 14496-12, 8.3.2: nine numbers, x' = ax + cy and y' = bx + dy, as
        a b u c d v x y w); the nearest of the eight where it turns by another angle."""
        a, b, c, d = (int(matrix[i]) for i in (0, 1, 3, 4))
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(True, c < 0, b < 0)
        return cls(False, a < 0, d < 0)

    @property
    def told(self) -> str:
        """How a picture lies that this makes upright; "" where it is."""
        # Mirrored and flipped it is turned by 180 degrees; so it is with a picture on its side, by 90.
        mirrored = (self.mirrored != self.flipped) != self.transposed
        turned = "on its side" if self.transposed else "upside down" if self.flipped else ""
        return " and ".join([*([turned] if turned else []), *(["mirrored"] if mirrored else [])])

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Of the upright picture."""
        return (height, width) if self.transposed else (width, height)

    def apply(self, plane: np.ndarray) -> np.ndarray:
        """[h, w] as coded to upright."""
        if self.transposed:
            plane = cv2.transpose(plane)
        if self.mirrored or self.flipped:
            plane = cv2.flip(plane, -1 if self.mirrored and self.flipped else int(self.mirrored))
        return plane


def orientation_of(picture: av.VideoFrame, codec: str, file: MediaFile) -> Orientation:
    """Of a file's pictures, by its first: a display matrix counts, else, in a still, EXIF. codec: the
    decoder's name."""
    matrix = side_data_of(picture, "DISPLAYMATRIX", codec)
    if matrix is not None:
        return Orientation.of_matrix(np.frombuffer(matrix, np.int32))
    exif = _exif(file)
    # Without its matrix PyAV tells the angle only, counterclockwise, as EXIF's 8, 3 and 6.
    return Orientation.of_exif(exif or (1, 8, 3, 6)[round(picture.rotation / 90) % 4])


def _exif(file: MediaFile) -> int | None:
    try:
        with file.raw() as raw, Image.open(raw) as still:
            return still.getexif().get(ExifTags.Base.Orientation)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # no still, or one that Pillow doesn't know
