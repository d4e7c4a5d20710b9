"""A track drawn into its pictures, for people to check, and the little picture beside the progress bar."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from ..media.colour import small_rgb
from ..media.frames import Frame
from .geometry import (
    FACE_OVAL,
    INNER_LOWER_LIP,
    INNER_UPPER_LIP,
    LEFT_EYE,
    OUTER_LOWER_LIP,
    OUTER_UPPER_LIP,
    RIGHT_EYE,
)
from .track import Face, FaceTrack

# Of the mesh: outer and inner lips, eyes, the face's oval.
_MESH_LINES = (
    OUTER_UPPER_LIP + OUTER_LOWER_LIP[-2::-1],
    INNER_UPPER_LIP + INNER_LOWER_LIP[-2::-1],
    (*LEFT_EYE, LEFT_EYE[0]),
    (*RIGHT_EYE, RIGHT_EYE[0]),
    (*FACE_OVAL, FACE_OVAL[0]),
)
# Of the 68 iBUG points: outer and inner lips, eyes, jaw, the nose's bridge.
_IBUG_LINES = (
    (*range(48, 60), 48),
    (*range(60, 68), 60),
    (*range(36, 42), 36),
    (*range(42, 48), 42),
    tuple(range(17)),
    tuple(range(27, 31)),
)
# Fractional bits of the coordinates handed to OpenCV.
_SHIFT = 4
_PREVIEW_SIDE = 320
# Height of an id as a share of the picture's; of its letters at OpenCV's scale 1, pixels.
_LABEL, _LETTER = 0.05, 21
# One readable colour per person, RGB: Okabe & Ito's palette for colour-blind readers.
COLOURS = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (240, 228, 66), (204, 121, 167), (213, 94, 0),
    (0, 114, 178),
)  # fmt: skip


def draw_track(rgb: np.ndarray, track: FaceTrack, frame: int) -> np.ndarray:
    """A copy of a picture uint8 [H, W, 3] with every person's box, id, mesh and contours in that frame.

    Where a network of their own measured the 68 landmarks, those are drawn instead of the mesh. The picture
    may be smaller or larger than the track's frames. Interpolated faces have a thinner box.
    """
    out = np.ascontiguousarray(rgb).copy()
    scale = out.shape[1] / track.size[0]
    for person in track.persons:
        face = person.at(frame)
        if face is not None:
            _draw(out, face, person.id, scale)
    return out


def _draw(out: np.ndarray, face: Face, id_: int, scale: float) -> None:
    colour = colour_of(id_)
    x0, y0, x1, y1 = (round(float(v) * scale) for v in face.box)
    thick = max(1, round((y1 - y0) / 300))
    found = face.mesh[:, :2] if face.measured is None else face.measured
    lines = _MESH_LINES if face.measured is None else _IBUG_LINES
    # OpenCV counts from the middle of pixel 0.
    points = np.rint((found * scale - 0.5) * (1 << _SHIFT)).astype(np.int32)
    for point in points:
        cv2.circle(out, point.tolist(), (thick << _SHIFT) // 2, colour, -1, cv2.LINE_AA, _SHIFT)
    for line in lines:
        cv2.polylines(out, [points[list(line)]], False, (255, 255, 255), thick, cv2.LINE_AA, _SHIFT)
    cv2.rectangle(out, (x0, y0), (x1, y1), colour, 1 if face.interpolated else 2 * thick)
    # To be read where a node shows the picture small, whatever the size of the face.
    label, size = str(id_), max(0.5 * thick, out.shape[0] * _LABEL / _LETTER)
    thick = max(thick, round(size * 2))
    (width, height), below = cv2.getTextSize(label, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    top = max(y0, height + below + 2)
    cv2.rectangle(out, (x0, top - height - below - 2), (x0 + width + 4, top), colour, -1)
    cv2.putText(
        out, label, (x0 + 2, top - below), cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), thick, cv2.LINE_AA
    )


def colour_of(id_: int) -> tuple[int, int, int]:
    """RGB of a person's drawings."""
    return COLOURS[(id_ - 1) % len(COLOURS)]


def preview(frame: Frame, boxes: dict[int, np.ndarray]) -> Image.Image:
    """A small picture of the frame with each person's box (pixels of the frame) by id."""
    rgb = small_rgb(frame, _PREVIEW_SIDE)
    scale = rgb.shape[1] / frame.width
    for id_, box in boxes.items():
        x0, y0, x1, y1 = (round(float(v) * scale) for v in box)
        cv2.rectangle(rgb, (x0, y0), (x1, y1), colour_of(id_), 2)
    return Image.fromarray(rgb)
