"""A line whose sung word has a pill behind it, or moves as it begins."""

from __future__ import annotations

import math

import cv2
import numpy as np

from .paint import Layer, Progress, Space, blend
from .raster import LineArt
from .style import PILL_SWELL, LyricStyle

_SWELL = 0.16  # of its size that a word pops by
_LIFT = 0.28  # em that it bounces by


class EmphasisPainter:
    """As LinePainter paints; a line is composed anew while a word moves, and kept while it stands."""

    def __init__(self, art: LineArt, style: LyricStyle, space: Space) -> None:
        self._art, self._style, self._space = art, style, space
        self._plain: np.ndarray | None = None
        self._word: tuple[int, np.ndarray, list[np.ndarray]] | None = None
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
                self._plain = self._art.boxed(self._art.without(-1))
            return self._plain
        if self._word is None or self._word[0] != word:
            # On a pill the letters cast no shadow.
            moving = [self._art.alone(word, shadow=not self._style.pill)]
            if self._style.pill:
                moving.append(self._art.pill(word))
            self._word = word, self._art.without(word), moving
        _, rest, moving = self._word
        moved = _moved(moving, self._style.emphasis, share, self._art.em)
        # A pill lies behind the other words too: however far it swells, they can be read.
        picture = _over(moved[0], rest)
        for behind in moved[1:]:
            picture = _over(picture, behind)
        return self._art.boxed(picture)


def _over(front: np.ndarray, back: np.ndarray) -> np.ndarray:
    return front + back * (1 - front[..., 3:])


def _moved(layers: list[np.ndarray], emphasis: str, share: float, em: float) -> list[np.ndarray]:
    """The word's letters, and its pill if there is one, where they are in their first moment: swollen, or in
    the air, and back at its end."""
    arc = math.sin(math.pi * share)
    if emphasis == "none" or arc < 1e-6:
        return layers
    if emphasis == "bounce":
        matrix = np.array([[1.0, 0, 0], [0, 1.0, -_LIFT * em * arc]])
    else:
        outer = layers[-1]
        rows, columns = np.nonzero(outer[..., 3] > 0)
        if not len(rows):
            return layers
        left, right = columns.min(), columns.max()
        swell = _SWELL
        if len(layers) > 1:
            # No farther than the blanks beside it have room for.
            swell = min(swell, 2 * PILL_SWELL * em / (right - left + 1))
        scale = 1 + swell * arc
        x, y = (left + right) / 2, (rows.min() + rows.max()) / 2
        matrix = np.array([[scale, 0, x * (1 - scale)], [0, scale, y * (1 - scale)]])
    size = layers[0].shape[1], layers[0].shape[0]
    return [cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_LINEAR) for layer in layers]
