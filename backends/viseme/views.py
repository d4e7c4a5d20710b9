"""What the frames of a person offer: how far the mouth is open in each, how the head is turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...engine.faces.geometry import head_yaws
from ...engine.faces.track import Person
from .controls import CONTROLS, HELD, LOWER_INNER, OUTER_CORNERS, UPPER_INNER, head_points

SKULL = HELD[:9]
"""Base of the nose and the cheeks beside it."""
# Frames that are looked at, of those the track has.
_SAMPLES = 400
# By how many degrees a head is turned in a frame that is as much worse as one whose mouth is shut.
_TURN = 30.0


@dataclass(frozen=True)
class Views:
    """Of n frames. rows: int [n], in the person's arrays. gaps: between the lips, in widths of the mouth [n].
    yaws: degrees [n]. widths: of the mouth, pixels [n]. unlike: how much worse than a quiet view from the
    usual side, 0 and more [n]."""

    rows: np.ndarray
    gaps: np.ndarray
    yaws: np.ndarray
    widths: np.ndarray
    unlike: np.ndarray

    @classmethod
    def of(cls, person: Person, stop: int) -> Views | None:
        """Of the frames before `stop`, evenly; None where the person is in none."""
        rows = np.flatnonzero(person.seen[: max(stop - person.first, 0)])
        rows = rows[:: max(1, len(rows) // _SAMPLES)]
        if not len(rows):
            return None
        meshes = person.meshes[rows]
        shapes = head_points(meshes)
        gaps = open_by(shapes)
        yaws = head_yaws(meshes)
        moved = np.zeros(len(rows))
        if len(rows) > 1:
            centres = meshes[:, CONTROLS[SKULL], :2].mean(1)
            speed = np.linalg.norm(np.diff(centres, axis=0), axis=1) / np.diff(rows)
            moved = np.maximum(np.append(speed, 0), np.append(0, speed))
        left, right = meshes[:, CONTROLS[OUTER_CORNERS], :2].transpose(1, 0, 2)
        widths = np.linalg.norm(right - left, axis=1)
        unlike = np.abs(yaws - np.median(yaws)) / _TURN + 2 * moved / widths
        return cls(rows, gaps, yaws, widths, unlike)


def open_by(shapes: np.ndarray) -> np.ndarray:
    """How far the lips are apart in shapes [n, controls, 3] in head coordinates: [n], widths of the mouth."""
    gaps = (shapes[:, LOWER_INNER, 1] - shapes[:, UPPER_INNER, 1]).max(1)
    left, right = (shapes[:, row] for row in OUTER_CORNERS)
    return np.asarray(gaps / np.linalg.norm(right - left, axis=1))
