"""Named points of the MediaPipe face mesh, rigid motion, the head's own frame, and measures of the mouth.

"Left" and "right" in names of points and contours mean the image's side on a face that looks at the camera.
Indices: MediaPipe's canonical face model (mediapipe/python/solutions/face_mesh_connections.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Contours from the left corner to the right one, both corners included.
OUTER_UPPER_LIP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER_LIP = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_UPPER_LIP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER_LIP = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
# The vermilion between the contours, where the lips are thickest.
MIDDLE_UPPER_LIP = (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306)
MIDDLE_LOWER_LIP = (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306)
INNER_RIM_UPPER = (62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292)
INNER_RIM_LOWER = (62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292)
LIPS = tuple(
    sorted(
        {
            *OUTER_UPPER_LIP, *OUTER_LOWER_LIP, *INNER_UPPER_LIP, *INNER_LOWER_LIP,
            *MIDDLE_UPPER_LIP, *MIDDLE_LOWER_LIP, *INNER_RIM_UPPER, *INNER_RIM_LOWER,
        }
    )
)  # fmt: skip
# Clockwise on the screen from the middle of the forehead.
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
# The oval's lower part, left ear to right ear.
CHIN = 152
LEFT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
RIGHT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
# Points that neither speech nor the brows move (eye corners, bridge of the nose, temples, forehead) in
# MediaPipe's canonical face (modules/face_geometry/data/canonical_face_model.obj, Apache-2.0), in this
# module's head frame.
_CANONICAL = {
    33: (-0.5000, 0.0683, 0.2320), 133: (-0.2088, 0.0771, 0.1662),
    362: (0.2088, 0.0771, 0.1662), 263: (0.5000, 0.0683, 0.2320),
    168: (0.0000, 0.0000, 0.0000), 6: (0.0000, 0.0897, -0.0621),
    197: (0.0000, 0.1735, -0.1215), 195: (0.0000, 0.2487, -0.1730),
    193: (-0.0862, 0.0100, 0.0421), 417: (0.0862, 0.0100, 0.0421),
    122: (-0.0633, 0.1083, -0.0372), 351: (0.0633, 0.1083, -0.0372),
    143: (-0.7206, 0.1164, 0.4133), 372: (0.7206, 0.1164, 0.4133),
    127: (-0.8708, 0.1019, 0.8144), 356: (0.8708, 0.1019, 0.8144),
    162: (-0.8498, -0.0940, 0.7004), 389: (0.8498, -0.0940, 0.7004),
    21: (-0.7971, -0.2433, 0.5777), 251: (0.7971, -0.2433, 0.5777),
    54: (-0.7062, -0.3761, 0.4285), 284: (0.7062, -0.3761, 0.4285),
    67: (-0.3963, -0.5325, 0.1695), 297: (0.3963, -0.5325, 0.1695),
    151: (0.0000, -0.3682, 0.0235), 10: (0.0000, -0.5613, 0.0849),
}  # fmt: skip
RIGID = tuple(_CANONICAL)
CANONICAL_RIGID = np.array(list(_CANONICAL.values()))
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class HeadPose:
    """The head's frame in pixel space (x right, y down, z away from the camera).

    origin: float64 [3], the bridge of the nose. axes: float64 [3, 3], rows are unit vectors X (along the
    eyes, towards the image's right), Y (down the face) and Z (into the head). scale: pixels between the
    outer eye corners in three dimensions, so that turning the head leaves it alone. yaw, pitch, roll:
    degrees, positive when the face turns towards the image's right, looks down, and tilts clockwise on the
    screen; R = roll · yaw · pitch, so that roll is the angle of the eyes' line in the picture.
    """

    origin: np.ndarray
    axes: np.ndarray
    scale: float
    yaw: float
    pitch: float
    roll: float

    def to_head(self, points: np.ndarray) -> np.ndarray:
        """Pixels [..., 3] to head coordinates [..., 3], in parts of `scale`."""
        return (points - self.origin) @ self.axes.T / self.scale


def fit_similarity(reference: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least-squares scale [n], rotation [n, 3, 3], shift [n, 3]: points = scale · R · reference + shift.

    reference: [m, 3]; points: [n, m, 3]. Umeyama 1991, equations 40 to 42.
    """
    points = points.astype(np.float64)
    mean, reference_mean = points.mean(axis=1), reference.mean(axis=0)
    centred, reference = points - mean[:, None], reference - reference_mean
    rotation, singular = _nearest_rotation(centred.transpose(0, 2, 1) @ reference)
    scale = singular.sum(axis=1) / (reference**2).sum()
    return scale, rotation, mean - scale[:, None] * (rotation @ reference_mean)


def nearest_rotation(matrices: np.ndarray) -> np.ndarray:
    """The rotation [n, 3, 3] closest to each matrix [n, 3, 3]."""
    return _nearest_rotation(matrices)[0]


def _nearest_rotation(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    u, singular, vt = np.linalg.svd(matrices)
    # No reflections: where the determinant is negative the smallest axis is turned round.
    sign = np.where(np.linalg.det(u) * np.linalg.det(vt) < 0, -1.0, 1.0)
    u[:, :, 2] *= sign[:, None]
    singular[:, 2] *= sign
    return u @ vt, singular


def fit_heads(
    meshes: np.ndarray, tell: Callable[[int], None] = lambda rows: None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The canonical face's unmoving points fitted to meshes [n, 468 or 478, 3]: scale [n], rotation [n, 3, 3]
    and origin [n, 3], as in `fit_similarity`. tell: called with the number of rows done now and then."""
    fits = []
    # Blocks bound the scratch memory of long clips.
    for start in range(0, max(len(meshes), 1), _BLOCK):
        tell(start)
        fits.append(fit_similarity(CANONICAL_RIGID, meshes[start : start + _BLOCK, list(RIGID)]))
    scale, rotation, origin = (np.concatenate(parts) for parts in zip(*fits, strict=True))
    return scale, rotation, origin


def head_yaws(meshes: np.ndarray) -> np.ndarray:
    """`HeadPose.yaw` of meshes [n, 468 or 478, 3], in degrees [n]."""
    return _yaw(fit_heads(meshes)[1])


def head_axes(mesh: np.ndarray) -> HeadPose:
    """The head's frame of a mesh [468 or 478, 3]."""
    scale, rotation, origin = fit_heads(mesh[None])
    # The last row and the first column of R, the canonical face's rotation into the picture.
    depth, eyes = rotation[0, 2], rotation[0, :, 0]
    pitch = np.degrees(np.arctan2(depth[1], depth[2]))
    roll = np.degrees(np.arctan2(eyes[1], eyes[0]))
    return HeadPose(
        origin[0], rotation[0].T, float(scale[0]), float(_yaw(rotation)[0]), float(pitch), float(roll)
    )


def _yaw(rotation: np.ndarray) -> np.ndarray:
    return np.degrees(np.arcsin(np.clip(rotation[:, 2, 0], -1, 1)))
