"""How far a mouth is open, how wide and where it is, measured on its mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..faces.geometry import INNER_LOWER_LIP, INNER_UPPER_LIP, OUTER_UPPER_LIP, fit_heads, head_axes
from .curves import on_even_clock

_UPPER, _LOWER = list(INNER_UPPER_LIP[4:7]), list(INNER_LOWER_LIP[4:7])
_CORNERS = [OUTER_UPPER_LIP[0], OUTER_UPPER_LIP[-1]]

# Parts of a frame by which the times of an even clock may be off, by rounding.
_EVEN = 1e-3


def mouth_aperture(mesh: np.ndarray) -> float:
    """Pixels between the inner lips at their middle, down the face; 0 when shut.

    The mean over the three middle pairs of inner-lip points, at the size the mouth has on the screen.
    """
    pose = head_axes(mesh)
    return max(0.0, float(((mesh[_LOWER] - mesh[_UPPER]) @ pose.axes[1]).mean()))


def mouth_width(mesh: np.ndarray) -> float:
    """Pixels between the outer corners of the mouth, along the eyes' axis."""
    pose = head_axes(mesh)
    left, right = mesh[_CORNERS]
    return float((right - left) @ pose.axes[0])


@dataclass(frozen=True)
class MouthCurves:
    """A mouth over n frames, in parts of the distance between the outer eye corners; NaN where no face is.

    opening: float64 [n], between the inner lips at their middle, about 0 when shut, up to 0.4. width: float64
    [n], between the outer corners. place: float64 [n, 2], the corners' middle in the head's frame, right and
    down.
    """

    opening: np.ndarray
    width: np.ndarray
    place: np.ndarray

    def __len__(self) -> int:
        return len(self.opening)

    @property
    def seen(self) -> np.ndarray:
        """bool [n]: where there is a face."""
        return np.isfinite(self.opening)

    @classmethod
    def empty(cls, frames: int) -> MouthCurves:
        return cls(np.full(frames, np.nan), np.full(frames, np.nan), np.full((frames, 2), np.nan))

    def on_even_clock(self, times: np.ndarray, fps: float) -> MouthCurves:
        """The same every 1/fps seconds, of frames that begin at `times` seconds [n]."""
        if len(times) < 2 or np.ptp(np.diff(times)) < _EVEN / fps:
            return self
        return MouthCurves(
            *(on_even_clock(curve, times, fps) for curve in (self.opening, self.width, self.place))
        )

    def put(self, rows: slice | np.ndarray, meshes: np.ndarray) -> None:
        """Measure meshes float32 [k, 468 or 478, 3] into k of the rows."""
        # Curves in parts of the head's size are the same for a face near and far.
        scale, rotation, origin = fit_heads(meshes)
        points = meshes[:, [*_UPPER, *_LOWER, *_CORNERS]] - origin[:, None]
        points = points @ rotation / scale[:, None, None]
        upper, lower, (left, right) = points[:, :3], points[:, 3:6], points[:, 6:].transpose(1, 0, 2)
        self.opening[rows] = (lower - upper)[..., 1].mean(axis=1)
        self.width[rows] = (right - left)[:, 0]
        self.place[rows] = ((left + right) / 2)[:, :2]
