"""Where each person's face is cut out, frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from ...engine.compose.transform import SIDE, CropTransform, FaceBox
from ...engine.faces.placing import place_boxes
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ...engine.host.reporter import reporter
from ...musetalk_core.face_box import BoxSettings, Unit, face_box, parity_box, parity_margin
from ...musetalk_core.presets import Preset
from ..dub.faces import size_notes
from .spec import MuseTalkSettings

# Faces larger than the network's by this factor look soft.
_SOFT = 1.5


class FaceGeometry:
    """The boxes of some people: float32 [rows, 5] (x, y, width, height, angle) each, NaN where there is none.

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

        def rule(points: np.ndarray, angle: float) -> FaceBox | None:
            return face_box(points, box, angle=angle)

        def tell(rows: int) -> None:
            report(done + rows)

        for person in people:
            if settings.parity:
                rows = _parity_rows(person, box, size[1], tell)
            else:
                rows = place_boxes(
                    person, rule, float(fps), upright=settings.upright, steady=settings.steady, tell=tell
                )
            self._boxes[person.id] = rows.astype(np.float32)
            done += len(rows)

    def notes(self) -> list[str]:
        """What a user should know about the faces' sizes."""
        heights = np.concatenate([rows[:, 3] for rows in self._boxes.values()])
        advice = "use smaller footage or, in ComfyUI, connect an upscale model to the backend"
        return size_notes(heights, SIDE, _SOFT, "MuseTalk", advice)

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
