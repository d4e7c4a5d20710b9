"""A line whose sung word has a pill behind it, or moves as it begins."""

from __future__ import annotations

import math

import cv2
import numpy as np

from .paint import Layer, Progress, Space, blend
from .raster import LineArt
from .style import LyricStyle

_SWELL = 0.16  # of its size that a word pops by
_LIFT = 0.28  # em that it bounces by


class EmphasisPainter:
    """As LinePainter paints; a line is composed anew while a word moves, and kept while it stands."""

    def __init__(self, art: LineArt, style: LyricStyle, space: Space) -> None:
        self._art, self._style, self._space = art, style, space
        self._plain: np.ndarray | None = None
        self._word: tuple[int, np.ndarray, np.ndarray] | None = None
        self._kept: tuple[tuple[int, float], list[Layer]] | None = None

    def paint(self, planes: list[np.ndarray], progress: Progress, opacity: float, shift: float = 0.0) -> None:
        """Blend into the planes of a picture, in place; shift: pixels downwards."""
        key = progress.word, 1.0 if self._style.emphasis == "none" else progress.share
        if self._kept is None or self._kept[0] != key:
            self._kept = key, self._space.layers(self._composed(*key))
        for plane, layer in zip(planes, self._kept[1], strict=True):
            through = Layer(layer.colour, 1 - layer.opacity, layer.step)
            blend(plane, through, self._art.rect, round(shift / layer.step), opacity)

    def _composed(self, word: int, share: float) -> np.ndarray:
        """float32 [h, w, 4], premultiplied, of the line's rect, `share` of the word's first moment gone."""
        if word < 0:
            if self._plain is None:
                self._plain = self._art.without(-1)
            return self._plain
        if self._word is None or self._word[0] != word:
            self._word = word, self._art.without(word), self._art.alone(word, self._style.pill)
        _, rest, alone = self._word
        over = _moved(alone, self._style.emphasis, share, self._art.em)
        return over + rest * (1 - over[..., 3:])


def _moved(word: np.ndarray, emphasis: str, share: float, em: float) -> np.ndarray:
    """The word's pixels where they are in their first moment: swollen, or in the air, and back at its end."""
    arc = math.sin(math.pi * share)
    if emphasis == "none" or arc < 1e-6:
        return word
    if emphasis == "bounce":
        matrix = np.array([[1.0, 0, 0], [0, 1.0, -_LIFT * em * arc]])
    else:
        rows, columns = np.nonzero(word[..., 3] > 0)
        if not len(rows):
            return word
        scale = 1 + _SWELL * arc
        x, y = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
        matrix = np.array([[scale, 0, x * (1 - scale)], [0, scale, y * (1 - scale)]])
    size = word.shape[1], word.shape[0]
    return cv2.warpAffine(word, matrix, size, flags=cv2.INTER_LINEAR)
