"""How far a mouth moves while its own voice is silent and another one speaks.

It is compared, frame by frame, with the same mouth in a render in which nobody speaks, so that what the
footage and whoever measures do by themselves is in both. Of a stretch the 95th percentile counts: a mouth
that twitches in one frame of ten has moved.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Seconds of silence from which on a stretch counts; what passes at either end until a mouth has come to rest,
# or while it gets ready, as around words (`backends/speech.py`); how much of a stretch the other one speaks.
SILENT, MARGIN, SPOKEN = 1.0, 0.15, 0.3
_PERCENTILE = 95


def silences(own: np.ndarray, other: np.ndarray, fps: float) -> list[slice]:
    """Stretches of SILENT seconds or more in which one voice is silent and the other speaks for some of it,
    without MARGIN at both ends. own, other: their gates, [frames], 0 in silence."""
    silent = np.concatenate([[False], own == 0, [False]])
    edges = np.flatnonzero(np.diff(silent.astype(np.int8))).reshape(-1, 2)
    margin = int(np.ceil(MARGIN * fps))
    return [
        slice(int(a) + margin, int(b) - margin)
        for a, b in edges
        if b - a >= SILENT * fps and other[a:b].mean() > SPOKEN
    ]


def moved(seen: np.ndarray, nobody: np.ndarray, stretches: Sequence[slice]) -> list[float]:
    """Of each stretch, the 95th percentile of how far the opening is from the one where nobody speaks, in
    widths of the mouth; NaN where a frame has none. seen, nobody: openings [frames]."""
    apart = np.abs(seen - nobody)
    return [float(np.percentile(apart[each], _PERCENTILE)) for each in stretches]
