"""The edges of the eyelids and the irises, by MediaPipe's iris network (Ablavatski et al. 2020,
arXiv:2006.11341): the face mesh alone is off by a tenth of an eye's width, and has no irises."""

from __future__ import annotations

import cv2
import numpy as np

from .geometry import LEFT_EYE, RIGHT_EYE
from .mesh import POINTS
from .models import IRIS, load_model

# Inner and outer corners of the eye on the image's left and on its right, in the face mesh.
CORNERS = ((33, 133), (362, 263))
_SIDE = 64
# What the network wants to see of an eye, in widths of it
# (modules/iris_landmark/iris_landmark_landmarks_to_roi.pbtxt).
_ROI_SCALE = 2.3
# The network sees the eye where the mesh has it, and once more where it found it; its corners lie inside the
# eye's, and an eye that it sees too near loses its outer third, by so much wider than found.
_ROUNDS, _WIDER = 2, 1.2
# Of its contour: the lower edge from the outer corner to the inner one, and the upper edge between them.
_LOWER = tuple(range(9))
_UPPER = (0, 9, 10, 11, 12, 13, 14, 15, 8)


class EyeContours:
    """The iris network. Not thread-safe."""

    def __init__(self) -> None:
        self._net = load_model(IRIS)
        self._input = self._net.get_input_details()[0]["index"]
        widths = {int(out["shape"][-1]): out["index"] for out in self._net.get_output_details()}
        self._contour, self._iris = widths[71 * 3], widths[5 * 3]

    def measure(self, rgb: np.ndarray, mesh: np.ndarray) -> np.ndarray:
        """Edges of the upper and the lower lid of both eyes, from the image's left to its right with both
        corners: float32 [eyes 2, lids 2, 9, 2], pixels.

        rgb: uint8 [h, w, 3]. mesh: [468+, 3] in its pixels."""
        eyes = []
        for side, corners in enumerate(CORNERS):
            left, right = mesh[list(corners), :2].astype(np.float64)
            for _ in range(_ROUNDS):
                more = (_WIDER - 1) / 2 * (right - left)
                lids = self._eye(rgb, left - more, right + more, side)
                left, right = lids[0, [0, -1]].astype(np.float64)
            eyes.append(lids)
        return np.stack(eyes)

    def with_irises(self, rgb: np.ndarray, mesh: np.ndarray) -> np.ndarray:
        """A mesh of 478 points, float32, as MediaPipe numbers them: behind the face's 468 five for each iris,
        its middle and four of its rim, of the eye on the image's left and of the one on its right. They are
        as far away as the eye's edge.

        rgb, mesh: as in `measure`. A mesh that has irises already is left alone."""
        if len(mesh) > POINTS:
            return np.asarray(mesh, np.float32)
        irises = []
        for side, (corners, edge) in enumerate(zip(CORNERS, (LEFT_EYE, RIGHT_EYE), strict=True)):
            left, right = mesh[list(corners), :2].astype(np.float64)
            points, matrix = self._points(rgb, left, right, side, self._iris)
            depth = np.full((len(points), 1), mesh[list(edge), 2].mean())
            irises.append(np.hstack([points @ matrix[:, :2].T + matrix[:, 2], depth]))
        return np.concatenate([mesh, *irises]).astype(np.float32)

    def _eye(self, rgb: np.ndarray, left: np.ndarray, right: np.ndarray, side: int) -> np.ndarray:
        """Edges of the lids, [lids 2, 9, 2], of the eye on a side, given about where its corners are."""
        points, matrix = self._points(rgb, left, right, side, self._contour)
        lids = (points @ matrix[:, :2].T + matrix[:, 2])[np.array([_UPPER, _LOWER])]
        return (lids if side == 0 else lids[:, ::-1]).astype(np.float32)

    def _points(
        self, rgb: np.ndarray, left: np.ndarray, right: np.ndarray, side: int, output: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Points [n, 2] of one of the network's outputs, in pixels of what it sees, and the matrix [2, 3]
        from there to the picture."""
        along = (right - left) * _ROI_SCALE / _SIDE
        turn = np.array([[along[0], -along[1]], [along[1], along[0]]])
        if side == 1:
            turn[:, 0] *= -1  # the network knows one of the two eyes; the other is mirrored
        matrix = np.column_stack([turn, (left + right) / 2 - turn @ np.full(2, (_SIDE - 1) / 2)])
        crop = cv2.warpAffine(
            rgb, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        self._net.set_tensor(self._input, crop[None].astype(np.float32) / 255)
        self._net.invoke()
        return self._net.get_tensor(output).reshape(-1, 3)[:, :2], matrix
