"""What of a picture SadTalker sees: the face's rectangle as a square, and where its points lie in it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...engine.errors import NoFaceError
from ...engine.faces.choose import choose
from ...engine.faces.tracker import track_faces
from ...engine.host.protocol import Host, ManagedModel
from ...engine.media.colour import Rect, to_rgb
from ...engine.media.source import Source
from ...engine.media.timeline import plan, walk
from .crop import FaceCrop, face_crop
from .motion import FPS
from .reconstruction import coefficients
from .spec import SadTalkerSettings

# Pictures that go through the reconstruction at once.
_BATCH = 8
# The original measures reference clips in squares of this many pixels.
_REFERENCE_SIDE = 256
# A point's place counts from the corner of the first pixel; the original's from its middle.
_MIDDLE = 0.5


@dataclass(frozen=True)
class View:
    """Which part of pictures of one size is seen. resized: their width and height before they are cut. inner:
    left, top, right, bottom in the resized picture. shown: width and height that the square stands for."""

    resized: tuple[int, int]
    inner: Rect
    shown: tuple[int, int]

    def square(self, rgb: np.ndarray, side: int) -> np.ndarray:
        """uint8 [side, side, 3] of a picture uint8 [h, w, 3]."""
        picture = rgb if rgb.shape[1::-1] == self.resized else cv2.resize(rgb, self.resized)
        x0, y0, x1, y1 = self.inner
        return np.asarray(cv2.resize(picture[y0:y1, x0:x1], (side, side)))

    def points(self, points: np.ndarray, size: tuple[int, int], side: int) -> np.ndarray:
        """float64 [68, 2]: points of a picture of `size`, as pixels of its square."""
        x0, y0, x1, y1 = self.inner
        scale = np.array(self.resized) / size
        share = (points * scale - (x0, y0)) / (x1 - x0, y1 - y0)
        return np.asarray(share * side - _MIDDLE)

    def rect(self, size: tuple[int, int]) -> Rect:
        """The rectangle in the picture itself, in whole pixels of it."""
        across, down = size[0] / self.resized[0], size[1] / self.resized[1]
        x0, y0, x1, y1 = self.inner
        return round(x0 * across), round(y0 * down), round(x1 * across), round(y1 * down)


def view_of(points: np.ndarray, size: tuple[int, int], settings: SadTalkerSettings) -> View:
    """points: the 68 iBUG points in the picture. Raises NoFaceError where the face's rectangle is empty."""
    if settings.picture == "resize":
        return View(size, (0, 0, *size), size)
    crop: FaceCrop = face_crop(points - _MIDDLE, size, parity=settings.parity)
    inner = crop.inside(extended=settings.extended)
    if inner[2] - inner[0] < 2 or inner[3] - inner[1] < 2:
        raise NoFaceError(
            "The face is too small, or lies outside the picture: use a larger picture of it, or `resize`."
        )
    # A box that is larger than its pixels is what the original stretches the square to.
    told = crop.box if settings.parity and not settings.extended else inner
    return View(crop.resized, inner, (told[2] - told[0], told[3] - told[1]))


def reference_coefficients(
    clip: Source, seconds: float, settings: SadTalkerSettings, net: ManagedModel, host: Host
) -> np.ndarray:
    """float32 [n, 73], 25 a second, of the largest face in a clip, up to so many seconds of it; where it is
    not seen, as it was seen last. Raises NoFaceError where it never is."""
    times = plan(clip, seconds, "shortest", "hold", None if settings.parity else FPS)
    stop = int(times.source_index.max()) + 1
    person = choose(track_faces(clip, host, stop=stop), "largest")
    first = person.at(person.first)
    assert first is not None, "a person is seen in their first frame"
    view = view_of(first.landmarks68, clip.size, settings)
    rows: dict[int, int] = {}
    squares: list[np.ndarray] = []
    points: list[np.ndarray | None] = []
    found: list[np.ndarray] = []

    def flush() -> None:
        if squares:
            found.extend(coefficients(net.module, squares, points))
            squares.clear()
            points.clear()

    with host.resident(net):
        for frame in walk(clip, times):
            host.progress("Looking at the reference", frame.index, len(times))
            face = person.at(int(times.source_index[frame.index]))
            if face is None:
                continue
            rows[frame.index] = len(rows)
            squares.append(view.square(to_rgb(frame), _REFERENCE_SIDE))
            points.append(view.points(face.landmarks68, clip.size, _REFERENCE_SIDE))
            if len(squares) == _BATCH:
                flush()
        flush()
    if not rows:
        raise NoFaceError("There is no face in the reference clip: use another one, or choose made.")
    last, order = 0, []
    for index in range(len(times)):
        last = rows.get(index, last)
        order.append(last)
    return np.stack(found)[order]
