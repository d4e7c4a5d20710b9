"""Where each person's face is cut out, frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from ...engine.compose.transform import SIDE, CropTransform, FaceBox
from ...engine.faces.finish import runs
from ...engine.faces.smoothing import bilateral
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.host.reporter import reporter
from ...musetalk_core.face_box import BoxSettings, Unit, eye_angle, face_box, parity_box, parity_margin
from ...musetalk_core.presets import Preset
from .spec import MuseTalkSettings

# Tilts below this are cut along the picture's rows: turning by a hair costs sharpness and gains nothing.
_LEAST_TILT = np.radians(3.0)
# Boxes are averaged over this time (seconds, standard deviation), by how far each is off (in face widths):
# jitter goes, a head that nods or a chin that drops is followed.
_STEADY_SECONDS = 0.1
_STEADY_NOISE = 0.012
_BRIDGE = 27
# Faces larger than the network's by this factor look soft.
_SOFT = 1.5


class FaceGeometry:
    """The boxes of some people: float64 [rows, 5] (x, y, width, height, angle) each, NaN where there is none.

    size: width and height of the picture. host: can cancel the work.
    """

    def __init__(
        self,
        people: Sequence[Person],
        settings: MuseTalkSettings,
        preset: Preset,
        size: tuple[int, int],
        fps: Fraction,
        host: Host | None = None,
    ) -> None:
        self._parity = settings.parity
        box = box_settings(settings, preset)
        self._first = {person.id: person.first for person in people}
        self._boxes: dict[int, np.ndarray] = {}
        report = reporter(host, "Placing the faces", sum(len(person.scores) for person in people))
        done = 0

        def tell(rows: int) -> None:
            report(done + rows)

        for person in people:
            if settings.parity:
                rows = _parity_rows(person, box, size[1], tell)
            else:
                rows = _rows(person, box, settings, float(fps), tell)
            self._boxes[person.id] = rows
            done += len(rows)

    def notes(self) -> list[str]:
        """What a user should know about the faces' sizes."""
        heights = np.concatenate([rows[:, 3] for rows in self._boxes.values()])
        tall = float(np.nanmedian(heights)) if np.isfinite(heights).any() else 0.0
        if tall > _SOFT * SIDE:
            return [
                f"The face is {tall:.0f} pixels high; MuseTalk paints {SIDE}, so the mouth is softer than "
                "the rest: connect an upscale model to the backend, or use smaller footage."
            ]
        return []

    def transform(self, person: Person, frame: int) -> CropTransform | None:
        """From the picture to the crop that the networks see; None where the face has no usable box."""
        row = self._boxes[person.id][frame - self._first[person.id]]
        if not np.isfinite(row).all():
            return None
        box = FaceBox(*row.tolist())
        return CropTransform(box, whole=self._parity)


def box_settings(settings: MuseTalkSettings, preset: Preset) -> BoxSettings:
    """What was chosen and, where nothing was, the preset's own margin; `parity` shifts as the original does,
    or not at all."""
    unit: Unit = "face" if settings.unit == "relative" else "pixels"
    shift = 0.0 if settings.parity and not preset.allows_shift else settings.bbox_shift
    if settings.chin_margin is None:
        return BoxSettings(shift, float(preset.margin_px), unit, "face")
    return BoxSettings(shift, settings.chin_margin, unit, unit)


def _rows(
    person: Person, box: BoxSettings, settings: MuseTalkSettings, fps: float, tell: Callable[[int], None]
) -> np.ndarray:
    boxes = np.full((len(person.scores), 5), np.nan)
    for run in runs(person.seen):
        points = person.landmarks(run)
        angles = np.array([eye_angle(face) for face in points])
        if settings.steady:
            angles = _steady(np.column_stack([np.cos(angles), np.sin(angles)]), fps, 1.0)
            angles = np.arctan2(angles[:, 1], angles[:, 0])
        tilted = settings.upright and np.abs(angles).max() > _LEAST_TILT
        for row, face in enumerate(points, run.start):
            tell(row)
            found = face_box(face, box, angle=float(angles[row - run.start]) if tilted else 0.0)
            if found is not None:
                boxes[row] = found.x, found.y, found.width, found.height, found.angle
        if settings.steady:
            for part in runs(np.isfinite(boxes[run]).all(axis=1)):
                where = slice(run.start + part.start, run.start + part.stop)
                boxes[where, :4] = _steady_boxes(boxes[where, :4], points[part], fps)
    return boxes


def _steady_boxes(boxes: np.ndarray, points: np.ndarray, fps: float) -> np.ndarray:
    """Boxes x, y, width, height [n, 4] without jitter; where the head goes they go with it."""
    anchor = np.zeros_like(boxes)
    anchor[:, :2] = points[:, _BRIDGE]
    return anchor + _steady(boxes - anchor, fps, float(np.median(boxes[:, 2])))


def _steady(values: np.ndarray, fps: float, scale: float) -> np.ndarray:
    sigma = _STEADY_SECONDS * fps
    return bilateral(values, values / scale, sigma, max(1, round(2 * sigma)), _STEADY_NOISE)


def _parity_rows(person: Person, box: BoxSettings, height: int, tell: Callable[[int], None]) -> np.ndarray:
    boxes = np.full((len(person.scores), 5), np.nan)
    for row in np.flatnonzero(person.seen).tolist():
        tell(row)
        # The original's whole numbers are the middles of pixels.
        (points,) = person.landmarks(slice(row, row + 1)) - 0.5
        found = parity_box(points, person.boxes[row].tolist(), box.shift)
        if found is not None:
            whole = FaceBox.of(parity_margin(found, round(box.margin), height))
            boxes[row] = whole.x, whole.y, whole.width, whole.height, 0.0
    return boxes
