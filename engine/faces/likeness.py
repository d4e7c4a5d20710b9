"""Whether the picture around a face is still the same picture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ..media.frames import Frame
from .mesh import roi_of_mesh
from .roster import Roster
from .sampling import Roi, sample, sample_luma

# Pictures are compared this small, after moving one by so many pixels in each direction.
_SIDE, _MOVED_FACE, _MOVED_SCENE = 32, 1, 3
# What is seen around a face, in sides of the mesh's square.
_SCENE = 1.6
# Likenesses, 0 to 1 (`_likeness`), measured on 19 faces: of a face in another place of the same picture 0.92
# to 0.97, of other people's 0.76 at most; of a scene whose face is blurred or covered 0.59 to 0.98, of other
# scenes without a face 0.49 at most, of other people in the same studio 0.83.
_SAME_FACE, _SAME_STUDIO, _SAME_SCENE = 0.85, 0.88, 0.55
# Pictures are compared for detail this large. What is left of their steepest edges across or down, the fewer,
# measured on six speakers up to half a second on: 0.90 or more in a jolt, in the dark and overexposed, 0.66
# or more with a soft or a hard thing before the face, 0.50 to 0.59 at a blur (sigma) of an 18th of it; at a
# 14th, where the mesh begins to lose it, 0.43 to 0.51, at an 11th and at a smear of a third 0.47 at most.
_DETAIL_SIDE, _STEEPEST, _BLURRED = 64, 0.98, 0.5
# Two grey levels of 256 and some noise, squared: plain pictures are like nothing.
_FLAT = 2e-3


def mark_aside(roster: Roster, before: Frame | None, frame: Frame) -> None:
    """Note that a frame shows something else than the one before, for everybody who isn't seen in it, nor
    their surroundings, or that nothing can be made out in it."""
    for member in roster.missing(frame.index):
        mesh = member.mesh(member.last)
        if before is None or not same_scene(before, mesh, frame) or blurred_out(before, mesh, frame):
            member.aside.add(frame.index)


def mark_blurred(roster: Roster, clear: Frame | None, frame: Frame) -> None:
    """Note that nobody is to be made out in a frame, for everybody who isn't seen in it. clear: the last one
    in which somebody was."""
    for member in roster.missing(frame.index):
        if clear is not None and blurred_out(clear, member.mesh(member.last), frame):
            member.aside.add(frame.index)


def same_face_seen(before: Frame, mesh_before: np.ndarray, frame: Frame, mesh: np.ndarray) -> bool:
    """Whether a face found in a frame (mesh [468 or 478, 3]) is the one of a frame shortly before, and can be
    made out."""
    if blurred_out(before, mesh_before, frame):
        return False
    known, seen = sample(before, roi_of_mesh(mesh_before), _SIDE), sample(frame, roi_of_mesh(mesh), _SIDE)
    if _likeness(known, seen, _MOVED_FACE) >= _SAME_FACE:
        return True
    return scene_likeness(before, mesh_before, frame) >= _SAME_STUDIO


def same_scene(before: Frame, mesh_before: np.ndarray, frame: Frame) -> bool:
    """Whether a frame without a face looks like the one before where that has a face: blurred, or with
    something in front, but not another picture."""
    return scene_likeness(before, mesh_before, frame) >= _SAME_SCENE


def blurred_out(before: Frame, mesh_before: np.ndarray, frame: Frame) -> bool:
    """Whether the place where the frame before has a face is blurred beyond recognition, against that one."""
    return is_blurred(detail(frame, mesh_before), detail(before, mesh_before))


def is_blurred(seen: np.ndarray, known: np.ndarray) -> bool:
    """Whether of the `detail` that is known there is so little left that nobody could be recognised."""
    return bool((seen < _BLURRED * known).any())


def detail(frame: Frame, mesh: np.ndarray) -> np.ndarray:
    """The steepest edges around a face, across and down, against the contrast there: float [2]; infinite
    outside the frame."""
    luma = sample_luma(frame, _around(mesh), _DETAIL_SIDE)
    if luma is None:
        return np.full(2, np.inf)
    edges = [np.quantile(np.abs(cv2.Sobel(luma, cv2.CV_32F, *axis)), _STEEPEST) for axis in ((1, 0), (0, 1))]
    return np.array(edges) / max(float(luma.std()), 1e-3)


def scene_likeness(before: Frame, mesh_before: np.ndarray, frame: Frame) -> float:
    around = _around(mesh_before)
    return _likeness(sample(before, around, _SIDE), sample(frame, around, _SIDE), _MOVED_SCENE)


def _around(mesh: np.ndarray) -> Roi:
    roi = roi_of_mesh(mesh)
    return replace(roi, size=roi.size * _SCENE, angle=0.0)


def _likeness(a: np.ndarray | None, b: np.ndarray | None, reach: int) -> float:
    """SSIM's second factor (Wang et al. 2004, eq. 13) of two RGB pictures [n, n, 3], 0..1, each channel less
    its mean; where they fit best. 0 where one is outside its frame."""
    if a is None or b is None:
        return 0.0
    best = 0.0
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            x, y = _overlap(a, dx, dy), _overlap(b, -dx, -dy)
            x, y = x - x.mean(axis=(0, 1)), y - y.mean(axis=(0, 1))
            power = cv2.norm(x, cv2.NORM_L2SQR) + cv2.norm(y, cv2.NORM_L2SQR)
            best = max(best, 2 * float((x * y).sum()) / (power + x.size * _FLAT))
    return best


def _overlap(picture: np.ndarray, dx: int, dy: int) -> np.ndarray:
    n = len(picture)
    return picture[max(0, dy) : n + min(0, dy), max(0, dx) : n + min(0, dx)]
