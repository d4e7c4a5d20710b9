"""Whose face it is: InsightFace's embedding, from the file that the user brings."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from ...engine.errors import WeightsError
from ...engine.faces.geometry import fit_similarity
from ...engine.host.protocol import Host
from ...engine.nets.onnx import open_session
from .conditions import EMBEDDING

_SIDE = 112
# Where ArcFace's networks want eyes, nose and corners of the mouth, in a square of 112 pixels (InsightFace's
# `face_align`), and which points of MediaPipe's mesh with irises these are.
_TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
_POINTS = (468, 473, 1, 61, 291)


class Identity:
    """`glintr100.onnx` of InsightFace's antelopev2. Raises MissingFilesError without ONNX Runtime,
    WeightsError for a file that is damaged or another network."""

    def __init__(self, path: Path, host: Host) -> None:
        self._session = open_session(path, host, needed_by="A face's identity", remedy="put it there again")
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        shapes = [each.shape[1:] for each in (*inputs, *outputs)]
        if shapes != [[3, _SIDE, _SIDE], [EMBEDDING]]:
            raise WeightsError(
                f"{path} is another network than InsightFace's glintr100 (112×112 pixels to 512 numbers): "
                "put that in its place."
            )
        self._input = inputs[0].name

    def embedding(
        self, rgb: npt.NDArray[np.uint8], mesh: npt.NDArray[np.floating]
    ) -> npt.NDArray[np.float32]:
        """float32 [512], not normalised, of the face with a mesh [478, 2 or more] in a picture's pixels."""
        face = cv2.warpAffine(rgb, alignment(mesh), (_SIDE, _SIDE))
        pixels = (face.astype(np.float32) - 127.5) / 127.5
        (found,) = self._session.run(None, {self._input: pixels.transpose(2, 0, 1)[None]})
        return np.asarray(found[0], np.float32)


def alignment(mesh: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """The similarity [2, 3] that brings eyes, nose and mouth to ArcFace's places: least squares, as
    InsightFace's own."""
    points = np.pad(np.asarray(mesh, np.float64)[list(_POINTS), :2], ((0, 0), (0, 1)))
    template = np.pad(_TEMPLATE, ((0, 0), (0, 1)))
    scale, rotation, shift = fit_similarity(points, template[None])
    return np.hstack([scale[0] * rotation[0, :2, :2], shift[0, :2, None]])
