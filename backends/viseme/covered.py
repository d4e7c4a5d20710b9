"""What covers a mouth over time: covers that stay, and how much of the paint shows around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..dub.job import fade_edges
from .occlusion import Cover

# From this share of the lips on, they are not painted.
_MOST = 0.4
# Frames of the paint's fading; frames after which a cover that comes again hasn't been away; and how far from
# a sure one unsure ones in a row with it are believed.
_FADE, _HOLD, _TRAIL = 3, 5, 6


@dataclass(frozen=True)
class Shown:
    """How much of a mouth's paint is shown. amount: 0..1, of all of it. nodes: float32 [SIDE, SIDE], 1 where
    something lies in front; None if nothing does."""

    amount: float = 1.0
    nodes: np.ndarray | None = None

    def mixed(self, other: Shown, weight: float) -> Shown:
        """As `Batching.mix`."""
        nodes = None
        if self.nodes is not None or other.nodes is not None:
            first, second = (0.0 if each.nodes is None else each.nodes for each in (self, other))
            nodes = np.asarray(first + weight * (np.asarray(second) - first), np.float32)
        return Shown(self.amount + weight * (other.amount - self.amount), nodes)


def steady(covers: Sequence[Cover | None]) -> list[Shown]:
    """What is shown of frames that follow each other: nothing is covered for a single one, and what flickers
    is held."""
    found = np.array([cover is not None for cover in covers])
    sure = np.array([cover is not None and cover.sure for cover in covers])
    if not sure.any():
        return [Shown()] * len(covers)
    kept = _lasting(_beside(found, sure))
    share = np.array([cover.share if cover is not None else 0.0 for cover in covers])
    covered = _lasting(_without_gaps(kept & (share > _MOST), _HOLD))
    amounts = fade_edges(~covered, _FADE)
    shown = []
    for at, amount in enumerate(amounts.tolist()):
        near = [
            cover.nodes
            for row, cover in enumerate(covers[max(at - 1, 0) : at + 2], max(at - 1, 0))
            if cover is not None and kept[row]
        ]
        shown.append(Shown(amount, np.max(near, axis=0) if near else None))
    return shown


def _beside(found: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """The sure ones and those in a row with them, up to _TRAIL away."""
    kept = sure.copy()
    for _ in range(_TRAIL):
        kept[1:] |= kept[:-1] & found[1:]
        kept[:-1] |= kept[1:] & found[:-1]
    return kept


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _lasting(mask: np.ndarray) -> np.ndarray:
    """Without runs of a single one, but at an end, where it may go on."""
    kept = mask.copy()
    for start, stop in _runs(mask):
        if stop - start == 1 and start > 0 and stop < len(mask):
            kept[start:stop] = False
    return kept


def _without_gaps(mask: np.ndarray, longest: int) -> np.ndarray:
    filled = mask.copy()
    for start, stop in _runs(~mask):
        if stop - start <= longest and start > 0 and stop < len(mask):
            filled[start:stop] = True
    return filled
