"""The edges of the eyelids, by MediaPipe's iris network (Ablavatski et al. 2020, arXiv:2006.11341): the face
mesh alone is off by a tenth of an eye's width."""

from __future__ import annotations

import cv2
import numpy as np

from .models import IRIS, load_model

# Inner and outer corners of the eye on the image's left and on its right, in the face mesh.
CORNERS = ((33, 133), (362, 263))
_SIDE = 64
# What the network wants to see of an eye, in widths of it
# (modules/iris_landmark/iris_landmark_landmarks_to_roi.pbtxt).
_ROI_SCALE = 2.3
# The network sees the eye where the mesh has it, and once more where it found it.
_ROUNDS = 2
# Of its contour: the lower edge from the outer corner to the inner one, and the upper edge between them.
_LOWER = tuple(range(9))
_UPPER = (0, 9, 10, 11, 12, 13, 14, 15, 8)


class EyeContours:
    """The iris network. Not thread-safe."""

    def __init__(self) -> None:
        self._net = load_model(IRIS)
        self._input = self._net.get_input_details()[0]["index"]
        widths = {int(out["shape"][-1]): out["index"] for out in self._net.get_output_details()}
        self._contour = widths[71 * 3]

    def measure(self, rgb: np.ndarray, mesh: np.ndarray) -> np.ndarray:
        """Edges of the upper and the lower lid of both eyes, from the image's left to its right with both
        corners: float32 [eyes 2, lids 2, 9, 2], pixels.

        rgb: uint8 [h, w, 3]. mesh: [468+, 3] in its pixels."""
        eyes = []
        for side, corners in enumerate(CORNERS):
            left, right = mesh[list(corners), :2].astype(np.float64)
            for _ in range(_ROUNDS):
                lids = self._eye(rgb, left, right, side)
                left, right = lids[0, [0, -1]].astype(np.float64)
            eyes.append(lids)
        return np.stack(eyes)

    def _eye(self, rgb: np.ndarray, left: np.ndarray, right: np.ndarray, side: int) -> np.ndarray:
        """Edges of the lids, [lids 2, 9, 2], of the eye on a side, given about where its corners are."""
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
        points = self._net.get_tensor(self._contour).reshape(71, 3)[:, :2]
        points = points @ matrix[:, :2].T + matrix[:, 2]
        lids = points[np.array([_UPPER, _LOWER])]
        return (lids if side == 0 else lids[:, ::-1]).astype(np.float32)
