"""Where each person's face is cut out, frame by frame, of a whole clip."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ...engine.compose.transform import CropTransform
from ...engine.faces.finish import runs
from ...engine.faces.smoothing import bilateral
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.host.reporter import reporter
from ..dub.faces import size_notes
from .alignment import Smoother, alignment_points, box_of, crop_size

# Points are averaged over this time (seconds, standard deviation), by how far each is off (in distances
# between the brows): jitter goes, a head that nods is followed.
_STEADY_SECONDS = 0.1
_STEADY_NOISE = 0.02
# Faces larger than the network's by this factor look soft.
_SOFT = 1.5


class FaceAlignment:
    """The matrices of some people: float32 [rows, 2, 3] each, NaN where there is no face.

    side: of the squares that the network sees. steady: without the tracker's jitter. parity: of points in
    whole pixels, smoothed from the clip's first face on without a break. host: can cancel the work.
    """

    def __init__(
        self,
        people: Sequence[Person],
        side: int,
        fps: Fraction,
        *,
        steady: bool = True,
        parity: bool = False,
        host: Host | None = None,
    ) -> None:
        self.side = side
        self._first = {person.id: person.first for person in people}
        self._matrices: dict[int, np.ndarray] = {}
        report = reporter(host, "Placing the faces", sum(len(person.scores) for person in people))
        done = 0
        smoother = Smoother()
        for person in people:
            rows = np.full((len(person.scores), 2, 3), np.nan, np.float32)
            for run in runs(person.seen):
                # The original counts from the middle of the first pixel.
                points = alignment_points(person.meshes[run].astype(np.float64)) - 0.5
                if parity:
                    points = np.round(points)
                else:
                    smoother = Smoother()
                    if steady:
                        points = _steady(points, float(fps))
                for row, face in enumerate(points, run.start):
                    report(done + row)
                    rows[row] = smoother.matrix(face, side)
            self._matrices[person.id] = rows
            done += len(rows)

    def notes(self, name: str) -> list[str]:
        """What a user should know about the faces' sizes. name: of the engine."""
        scales = np.concatenate(
            [np.hypot(rows[:, 0, 0], rows[:, 0, 1]) for rows in self._matrices.values()] or [np.empty(0)]
        )
        advice = "use smaller footage" + (", or version 1.6" if self.side < 512 else "")
        return size_notes(crop_size(self.side)[1] / scales, self.side, _SOFT, name, advice)

    def matrix(self, person: Person, frame: int) -> np.ndarray | None:
        """From the picture to the 3:4 crop, float32 [2, 3], counted from the middle of pixel 0; None where
        there is no face."""
        matrix = self._matrices[person.id][frame - self._first[person.id]]
        return matrix if np.isfinite(matrix).all() else None

    def transform(self, person: Person, frame: int) -> CropTransform | None:
        """From the picture to the square that the network sees; None where there is no face."""
        matrix = self.matrix(person, frame)
        return None if matrix is None else CropTransform(box_of(matrix, self.side), self.side)


def _steady(points: np.ndarray, fps: float) -> np.ndarray:
    values = points.reshape(len(points), -1)
    brows = float(np.median(np.linalg.norm(points[:, 1] - points[:, 0], axis=1)))
    sigma = _STEADY_SECONDS * fps
    steadied = bilateral(values, values / max(brows, 1.0), sigma, max(1, round(2 * sigma)), _STEADY_NOISE)
    return steadied.reshape(points.shape)
