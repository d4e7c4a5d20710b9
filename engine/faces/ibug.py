"""The 68 iBUG points (Sagonas et al. 2013) from the MediaPipe mesh."""

from __future__ import annotations

import numpy as np

# One or two mesh points (their mean) for each iBUG point: the correspondence published by Peizhi Yan,
# github.com/PeizhiYan/Mediapipe_2_Dlib_Landmarks (2024), made for tracking heads with FLAME.
_MESH_POINTS: tuple[tuple[int, ...], ...] = (
    # Jaw, from the image's left ear to the right one.
    (127,), (234,), (93,), (132, 58), (58, 172), (136,), (150,), (176,), (152,),
    (400,), (379,), (365,), (397, 288), (361,), (323,), (454,), (356,),
    # Brows.
    (156,), (63,), (105,), (66,), (107,),
    (336,), (296,), (334,), (293,), (383,),
    # Nose: bridge to tip, then wing to wing.
    (168, 6), (197, 195), (5,), (4,),
    (98,), (97,), (2,), (326,), (327,),
    # Eyes.
    (33,), (160,), (158,), (133,), (153,), (144,),
    (362,), (385,), (387,), (263,), (373,), (380,),
    # Outer lips, clockwise from the left corner.
    (61,), (39,), (37,), (0,), (267,), (269,), (291,),
    (321,), (314,), (17,), (84,), (91,),
    # Inner lips, likewise.
    (78,), (82,), (13,), (312,), (308,),
    (317,), (14,), (87,),
)  # fmt: skip
_FIRST = np.array([points[0] for points in _MESH_POINTS])
_SECOND = np.array([points[-1] for points in _MESH_POINTS])


def landmarks68(mesh: np.ndarray) -> np.ndarray:
    """float32 [..., 68, 2] in pixels, of mesh points [..., 468 or 478, 2 or 3]."""
    xy = mesh[..., :2]
    return ((xy[..., _FIRST, :] + xy[..., _SECOND, :]) / 2).astype(np.float32)
