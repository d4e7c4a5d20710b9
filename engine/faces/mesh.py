"""MediaPipe's face mesh: 468 points in three dimensions (Kartynnik et al. 2019, arXiv:1907.06724)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..media.frames import Frame
from .detector import Detection
from .models import FACE_MESH, load_model
from .sampling import Roi, sample

POINTS = 468
# Outer corners of the right and left eye: MediaPipe's rotation reference
# (modules/face_landmark/face_landmark_landmarks_to_roi.pbtxt, and
# face_detection_front_detection_to_roi.pbtxt).
_RIGHT_EYE, _LEFT_EYE = 33, 263
_ROI_SCALE = 1.5
_SIDE = 192
# A face this far (in parts of the ROI) from where the ROI expected it is measured again.
_OFF_CENTRE = 0.12
# A new face is looked at this many ways up, evenly spread: from up to 45 degrees beside the right way the
# network finds it. Each look is repeated around what it found.
_WAYS, _LOOKS = 6, 3
# The network's logit from which a face is surely as the detector took it, and the least one for another way
# up. Faces in their right orientation have 12 to 50 and keep the lead when they are small, dark or half
# hidden; fits that are upside down have 19 at most (docs/faces.md).
_UPRIGHT_LOGIT, _TURNED_LOGIT = 28.0, 10.0
# The presence from which this network's word counts against another's.
_TELLS = 0.9
# The least share of a change that an ROI follows, and the change (parts of its size) that it follows whole.
_SLOW, _AT_ONCE = 0.15, 0.3


class FaceMesh:
    """The landmark network. Not thread-safe."""

    def __init__(self) -> None:
        self._net = load_model(FACE_MESH)
        self._input = self._net.get_input_details()[0]["index"]
        outputs = self._net.get_output_details()
        index_by_width = {int(o["shape"][-1]): o["index"] for o in outputs}
        self._points, self._presence = index_by_width[POINTS * 3], index_by_width[1]

    def measure(self, frame: Frame, roi: Roi) -> tuple[np.ndarray, float]:
        """float32 [468, 3] in pixels (z at the scale of x and y, smaller is nearer), and presence 0..1."""
        mesh, logit = self._measure(frame, roi)
        return mesh, _sigmoid(logit)

    def find(self, frame: Frame, roi: Roi) -> tuple[np.ndarray, float]:
        """Like `measure`, of a face that is new: whichever way up it is.

        The detector takes faces that are upside down for upright ones, and the network then draws a mouth on
        the forehead; turned the right way it is much surer. Presence is 0 where that can't be told."""
        taken, sure = self._settled(frame, roi)
        if sure >= _UPRIGHT_LOGIT:
            return taken, _sigmoid(sure)
        ways = (replace(roi, angle=roi.angle + way * math.tau / _WAYS) for way in range(1, _WAYS))
        best, logit = max((self._settled(frame, way) for way in ways), key=lambda each: each[1])
        if logit <= sure:
            return taken, _sigmoid(sure)
        return best, _sigmoid(logit) if logit >= _TURNED_LOGIT else 0.0

    def confirms(self, frame: Frame, mesh: np.ndarray) -> bool:
        """Whether a mesh [468 or 478, 3] of others lies the right way up; True where that can't be told."""
        roi = roi_of_mesh(mesh)
        found, presence = self.find(frame, roi)
        turned = abs(math.remainder(roi_of_mesh(found).angle - roi.angle, math.tau))
        return presence < _TELLS or turned <= math.pi / 3

    def _settled(self, frame: Frame, roi: Roi) -> tuple[np.ndarray, float]:
        """Mesh and logit, measured again around what was found."""
        mesh, logit = self._measure(frame, roi)
        for _ in range(1, _LOOKS):
            if logit == -math.inf:
                break
            mesh, logit = self._measure(frame, roi_of_mesh(mesh))
        return mesh, logit

    def _measure(self, frame: Frame, roi: Roi) -> tuple[np.ndarray, float]:
        """Mesh, and presence as the network's logit: -inf outside the picture."""
        crop = sample(frame, roi, _SIDE)
        if crop is None:
            return np.zeros((POINTS, 3), np.float32), -math.inf
        self._net.set_tensor(self._input, crop[None])
        self._net.invoke()
        logit = float(self._net.get_tensor(self._presence).reshape(()))
        unit = self._net.get_tensor(self._points).reshape(POINTS, 3) / _SIDE
        matrix = roi.matrix()
        mesh = np.empty((POINTS, 3), np.float32)
        mesh[:, :2] = unit[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        mesh[:, 2] = unit[:, 2] * roi.size
        return mesh, logit

    def follow(self, frame: Frame, roi: Roi) -> tuple[np.ndarray, float]:
        """Like `measure`, and once more around the result where the face was not in the ROI's middle."""
        mesh, presence = self.measure(frame, roi)
        if presence <= 0:
            return mesh, presence
        again = roi_of_mesh(mesh)
        off = math.hypot(again.x - roi.x, again.y - roi.y) + abs(again.size - roi.size)
        turned = abs(math.remainder(again.angle - roi.angle, math.tau))
        if off <= _OFF_CENTRE * roi.size and turned <= _OFF_CENTRE:
            return mesh, presence
        second, second_presence = self.measure(frame, again)
        return (second, second_presence) if second_presence >= presence / 2 else (mesh, presence)


def _sigmoid(logit: float) -> float:
    return 0.0 if logit == -math.inf else 1 / (1 + math.exp(-max(-80.0, min(80.0, logit))))


def roi_of_detection(detection: Detection) -> Roi:
    """Where to look for the mesh of a detected face."""
    return _roi(detection.box, detection.keypoints[0], detection.keypoints[1])


def roi_of_mesh(mesh: np.ndarray) -> Roi:
    """Where to look in the next frame for the face with this mesh."""
    return _roi(box_of_mesh(mesh), mesh[_RIGHT_EYE], mesh[_LEFT_EYE])


def steadied(kept: Roi, wanted: Roi) -> Roi:
    """Where to look next, between the last ROI and the one that its mesh asks for.

    What the network answers depends a little on the ROI; if the ROI followed every answer at once, the two
    would swing from frame to frame. Small differences are therefore followed slowly, large ones at once.
    """
    off = (math.hypot(wanted.x - kept.x, wanted.y - kept.y) + abs(wanted.size - kept.size)) / kept.size
    turn = math.remainder(wanted.angle - kept.angle, math.tau)
    share = min(1.0, max(_SLOW, (off + abs(turn)) / _AT_ONCE))
    return Roi(
        kept.x + share * (wanted.x - kept.x),
        kept.y + share * (wanted.y - kept.y),
        kept.size + share * (wanted.size - kept.size),
        kept.angle + share * turn,
    )


def box_of_mesh(mesh: np.ndarray) -> np.ndarray:
    """float32 [..., 4]: x0, y0, x1, y1 around mesh points [..., n, 3]."""
    xy = mesh[..., :2]
    return np.concatenate([xy.min(axis=-2), xy.max(axis=-2)], axis=-1)


def _roi(box: np.ndarray, right_eye: np.ndarray, left_eye: np.ndarray) -> Roi:
    x0, y0, x1, y1 = (float(v) for v in box)
    angle = math.atan2(float(left_eye[1] - right_eye[1]), float(left_eye[0] - right_eye[0]))
    return Roi((x0 + x1) / 2, (y0 + y1) / 2, _ROI_SCALE * max(x1 - x0, y1 - y0), angle)
