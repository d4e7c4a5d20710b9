"""FACE_TRACK: who is where in every frame of a clip."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .ibug import landmarks68
from .turns import Turn

# People followed at once: by default, and as many as a user may ask for.
DEFAULT_MAX_FACES, MAX_FACES = 8, 32


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one frame.

    box: x0, y0, x1, y1 in pixels. mesh: float32 [468 or 478, 3]; x and y in pixels, z in pixels too, smaller
    is nearer. score: 0..1. interpolated: filled in between two frames that had the face. measured: the 68
    iBUG points float32 [68, 2] in pixels, where a network of their own found them.
    """

    box: np.ndarray
    mesh: np.ndarray
    score: float
    interpolated: bool
    measured: np.ndarray | None = None

    @property
    def landmarks68(self) -> np.ndarray:
        """The 68 iBUG points float32 [68, 2] in pixels: measured, else those of the mesh."""
        return landmarks68(self.mesh) if self.measured is None else self.measured


@dataclass(frozen=True, repr=False)
class Person:
    """One identity over time; row k of each array belongs to frame `first + k`.

    boxes: float32 [n, 4]; meshes: float32 [n, 468 or 478, 3]; scores: float32 [n], 0 where the person is not
    seen; interpolated: bool [n]. landmarks68: float32 [n, 68, 2] in pixels where a network of their own found
    the iBUG points, None where the mesh stands for them.
    """

    id: int
    first: int
    boxes: np.ndarray
    meshes: np.ndarray
    scores: np.ndarray
    interpolated: np.ndarray
    landmarks68: np.ndarray | None = None

    def at(self, frame: int) -> Face | None:
        row = frame - self.first
        if not 0 <= row < len(self.scores) or self.scores[row] <= 0:
            return None
        measured = None if self.landmarks68 is None else self.landmarks68[row]
        return Face(
            self.boxes[row],
            self.meshes[row],
            float(self.scores[row]),
            bool(self.interpolated[row]),
            measured,
        )

    def part(self, start: int, stop: int) -> Person:
        """The same person with the rows of frames start..stop-1 only; perhaps none."""
        first, end = (min(max(at - self.first, 0), len(self.scores)) for at in (start, stop))
        rows = slice(first, max(first, end))
        return Person(
            self.id,
            self.first + first,
            self.boxes[rows],
            self.meshes[rows],
            self.scores[rows],
            self.interpolated[rows],
            None if self.landmarks68 is None else self.landmarks68[rows],
        )

    def landmarks(self, rows: slice) -> np.ndarray:
        """The 68 iBUG points float32 [n, 68, 2] of some rows, in pixels: measured, else those of the mesh."""
        return landmarks68(self.meshes[rows]) if self.landmarks68 is None else self.landmarks68[rows]

    def __repr__(self) -> str:
        return f"Person({self.id}, frames {self.first} to {self.first + len(self.scores) - 1})"

    @property
    def seen(self) -> np.ndarray:
        """bool [n]: whether there is a face (found or interpolated) in each row."""
        return self.scores > 0


@dataclass(frozen=True, repr=False)
class FaceTrack:
    """persons: by id, in order of first appearance. size: width, height. key: hash of source and settings.
    source_key: the `key` of the source; None where it isn't known. cuts: first frames of all shots but the
    first, where they were looked for. turns: who speaks when, where somebody said so."""

    persons: tuple[Person, ...]
    frames: int
    size: tuple[int, int]
    fps: Fraction
    key: str
    source_key: str | None = None
    cuts: tuple[int, ...] = ()
    turns: tuple[Turn, ...] = ()

    def __repr__(self) -> str:
        """One line: the arrays would fill a screen."""
        people = ", ".join(str(person.id) for person in self.persons) or "none"
        width, height = self.size
        return f"FaceTrack(persons {people}; {self.frames} frames, {width}x{height}, {float(self.fps):g} fps)"
