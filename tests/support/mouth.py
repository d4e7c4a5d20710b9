"""How far a mouth is open, measured on its mesh."""

from __future__ import annotations

import numpy as np

from lipsync_studio.engine.faces.geometry import INNER_LOWER_LIP, INNER_UPPER_LIP, OUTER_UPPER_LIP, head_axes


def mouth_aperture(mesh: np.ndarray) -> float:
    """Pixels between the inner lips at their middle, down the face; 0 when shut.

    The mean over the three middle pairs of inner-lip points, at the size the mouth has on the screen.
    """
    pose = head_axes(mesh)
    upper, lower = mesh[list(INNER_UPPER_LIP[4:7])], mesh[list(INNER_LOWER_LIP[4:7])]
    return max(0.0, float(((lower - upper) @ pose.axes[1]).mean()))


def mouth_width(mesh: np.ndarray) -> float:
    """Pixels between the outer corners of the mouth, along the eyes' axis."""
    pose = head_axes(mesh)
    return float((mesh[OUTER_UPPER_LIP[-1]] - mesh[OUTER_UPPER_LIP[0]]) @ pose.axes[0])
