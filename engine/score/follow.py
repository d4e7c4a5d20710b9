"""One mouth through frames as they pass by, for little: the mesh network alone while a face is in sight."""

from __future__ import annotations

import numpy as np

from ..faces.choose import parse_person
from ..faces.detector import Detection, FaceDetector
from ..faces.mesh import FaceMesh, roi_of_detection, roi_of_mesh, steadied
from ..faces.sampling import Roi
from ..faces.tracker import MIN_PRESENCE, SEARCH_EVERY
from ..media.frames import Frame


class MouthFollower:
    """person: whom to follow among several that are found, as `parse_person` has it; by an id the largest."""

    def __init__(self, person: str = "largest") -> None:
        self._rule = parse_person(person).rule
        self._mesh = FaceMesh()
        self._detector: FaceDetector | None = None
        self._roi: Roi | None = None
        self._search_at = 0

    def see(self, frame: Frame, known: np.ndarray | None = None) -> np.ndarray | None:
        """The mesh float32 [468, 3] in pixels; None where no face is. Frames come in order.

        known: the person's mesh in the frame that this one was made from, where somebody tracked them: where
        to look, so that nobody else is followed."""
        if known is not None:
            self._roi = roi_of_mesh(known)
        elif self._roi is None:
            self._roi = self._found(frame)
        if self._roi is None:
            return None
        mesh, presence = self._mesh.follow(frame, self._roi)
        if presence < MIN_PRESENCE:
            self._roi = None
            return None
        self._roi = steadied(self._roi, roi_of_mesh(mesh))
        return mesh

    def _found(self, frame: Frame) -> Roi | None:
        if frame.index < self._search_at:
            return None
        self._search_at = frame.index + SEARCH_EVERY
        if self._detector is None:
            self._detector = FaceDetector()
        faces = self._detector.detect(frame)
        if not faces:
            return None
        nearest = min(faces, key=lambda face: self._rank(face, frame))
        mesh, presence = self._mesh.find(frame, roi_of_detection(nearest))
        return roi_of_mesh(mesh) if presence >= MIN_PRESENCE else None

    def _rank(self, face: Detection, frame: Frame) -> float:
        x0, y0, x1, y1 = (float(v) for v in face.box)
        middle = (x0 + x1) / 2
        places = {"left": middle, "right": -middle, "centre": abs(middle - frame.width / 2)}
        return places.get(self._rule, -(x1 - x0) * (y1 - y0))
