"""One line's pixels, kept as they stand at a moment and blended into pictures.

A picture's codes are linear in red, green, blue and opacity, so each plane is its old value times what the
text lets through, plus the text's own code: nothing of the picture is converted.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..engine.media.colour import Rect, rgb_to_yuv_matrix
from ..engine.media.frames import Colour
from .raster import LineArt, WordPart

_SMALL = 0.55  # of its size that a word pops in at
_SWELL = 0.07  # that it overshoots by
_SWELL_AT = 0.6  # share of its time at which it is largest


@dataclass(frozen=True, slots=True)
class Progress:
    """Words first..past-1 are active (highlighted, or, popping in, there); `word` is on its way, 0..1."""

    first: int = 0
    past: int = 0
    word: int = -1
    share: float = 0.0


@dataclass(slots=True)
class Layer:
    """One plane of a stretch of text: `colour` in the plane's codes, premultiplied, and `opacity` 0..1, both
    float32 of the plane's shape; step: pixels of the picture per sample."""

    colour: np.ndarray
    opacity: np.ndarray
    step: int


class I420Space:
    """8-bit planes Y, U, V of one matrix and range; `height` of the picture decides for untagged ones."""

    def __init__(self, colour: Colour, height: int) -> None:
        matrix = rgb_to_yuv_matrix(colour, height).astype(np.float64)
        self._matrix = np.hstack([matrix[:, :3] * 255, matrix[:, 3:]]).astype(np.float32)

    def layers(self, rgba: np.ndarray) -> list[Layer]:
        """Of float32 [h, w, 4], premultiplied 0..1, h and w even."""
        half = cv2.resize(rgba, (rgba.shape[1] // 2, rgba.shape[0] // 2), interpolation=cv2.INTER_AREA)
        luma = cv2.transform(rgba, self._matrix[:1])
        blue, red = cv2.split(cv2.transform(half, self._matrix[1:]))
        thin = np.ascontiguousarray(half[..., 3])
        return [Layer(luma, np.ascontiguousarray(rgba[..., 3]), 1), Layer(blue, thin, 2), Layer(red, thin, 2)]


class RGBSpace:
    """Float pictures [H, W, 3], 0..1."""

    def layers(self, rgba: np.ndarray) -> list[Layer]:
        colour = np.ascontiguousarray(rgba[..., :3])
        return [Layer(colour, np.repeat(rgba[..., 3:], 3, axis=2), 1)]


Space = I420Space | RGBSpace
"""How a picture keeps its colours."""


class LinePainter:
    """A line in the colours of one kind of picture; from moment to moment it changes what changed."""

    def __init__(self, art: LineArt, space: Space, soft: float, *, pop: bool = False) -> None:
        self._art, self._space, self._soft, self._pop = art, space, soft, pop
        self._base = space.layers(art.base)
        self._parts: dict[int, list[tuple[WordPart, list[Layer]]]] = {}
        self._now = [Layer(layer.colour.copy(), 1 - layer.opacity, layer.step) for layer in self._base]
        self._active = 0, 0
        self._moved: tuple[float, tuple[int, int], list[tuple[int, Layer]]] | None = None

    def paint(self, planes: list[np.ndarray], progress: Progress, opacity: float, shift: float = 0.0) -> None:
        """Blend into the planes of a picture, in place; shift: pixels downwards."""
        self._settle(progress.first, progress.past)
        undo = self._start(progress.word, progress.share) if progress.word >= 0 and progress.share > 0 else []
        layers = self._shifted(shift, keep=not undo) if shift else [(0, layer) for layer in self._now]
        for plane, (down, layer) in zip(planes, layers, strict=True):
            blend(plane, layer, self._art.rect, down, opacity)
        for target, place, before in undo:
            target[place] = before

    def _settle(self, first: int, past: int) -> None:
        """Bring the kept state to where words first..past-1 are active and no other."""
        if (first, past) == self._active:
            return
        begin, end = self._active
        if first != begin or past < end:
            for layer, base in zip(self._now, self._base, strict=True):
                np.copyto(layer.colour, base.colour)
                np.subtract(1, base.opacity, out=layer.opacity)
            end = first
        for word in range(end, past):
            for part, layers in self._of(word):
                for now, layer in zip(self._now, layers, strict=True):
                    place = _place(part.box, layer.step)
                    self._lay(now, place, layer.colour, layer.opacity)
        self._active = first, past

    def _lay(self, now: Layer, place: tuple[slice, slice], colour: np.ndarray, opacity: np.ndarray) -> None:
        if self._pop:
            now.colour[place] = now.colour[place] * (1 - opacity) + colour
            now.opacity[place] *= 1 - opacity
        else:
            now.colour[place] += colour
            now.opacity[place] -= opacity

    def _start(self, word: int, share: float) -> list[tuple[np.ndarray, tuple[slice, slice], np.ndarray]]:
        """Lay a word that is on its way over the kept state; returns what to put back."""
        undo = []
        for part, layers in self._of(word):
            weights = None if self._pop else _wiped(part, share, self._art.rect[0], self._soft)
            box = self._swollen(part.box) if self._pop else part.box
            for now, layer in zip(self._now, layers, strict=True):
                place = _place(box, layer.step)
                undo += [
                    (now.colour, place, now.colour[place].copy()),
                    (now.opacity, place, now.opacity[place].copy()),
                ]
                if weights is None:
                    colour, opacity = (
                        _popped(values, part.box, box, layer.step, share)
                        for values in (layer.colour, layer.opacity)
                    )
                else:
                    weight = weights if layer.step == 1 else weights.reshape(-1, layer.step).mean(axis=1)
                    if layer.colour.ndim == 3:
                        weight = weight[:, None]
                    colour, opacity = layer.colour * weight, layer.opacity * weight
                self._lay(now, place, colour, opacity)
        return undo[::-1]

    def _of(self, word: int) -> list[tuple[WordPart, list[Layer]]]:
        if word not in self._parts:
            self._parts[word] = [(part, self._space.layers(part.rgba)) for part in self._art.parts(word)]
        return self._parts[word]

    def _swollen(self, box: Rect) -> Rect:
        x0, y0, x1, y1 = self._art.rect
        more_x, more_y = (int((box[i + 2] - box[i]) * _SWELL / 2) // 2 * 2 + 2 for i in (0, 1))
        return (max(box[0] - more_x, 0), max(box[1] - more_y, 0),
                min(box[2] + more_x, x1 - x0), min(box[3] + more_y, y1 - y0))  # fmt: skip

    def _shifted(self, shift: float, keep: bool) -> list[tuple[int, Layer]]:
        """The kept state moved by a part of a pixel, with whole samples to move it by."""
        if keep and self._moved and self._moved[:2] == (shift, self._active):
            return self._moved[2]
        moved = []
        for layer in self._now:
            down = shift / layer.step
            whole = int(np.floor(down))
            rest = np.float32(down - whole)
            if rest:
                colour = np.zeros((len(layer.colour) + 1, *layer.colour.shape[1:]), np.float32)
                colour[:-1] = layer.colour * (1 - rest)
                colour[1:] += layer.colour * rest
                through = np.ones_like(colour)
                through[:-1] -= (1 - layer.opacity) * (1 - rest)
                through[1:] -= (1 - layer.opacity) * rest
                layer = Layer(colour, through, layer.step)
            moved.append((whole, layer))
        if keep:
            self._moved = shift, self._active, moved
        return moved


def blend(plane: np.ndarray, layer: Layer, rect: Rect, down: int, opacity: float) -> None:
    """Lay a stretch of text into a plane, in place. layer: its `opacity` is what the text lets through. rect:
    of the picture; down: samples that it is moved by."""
    x0, y0, x1, _ = (edge // layer.step for edge in rect)
    y0 += down
    top, bottom = max(-y0, 0), min(len(layer.colour), len(plane) - y0)
    if top >= bottom:
        return
    target = plane[y0 + top : y0 + bottom, x0:x1]
    colour, through = layer.colour[top:bottom], layer.opacity[top:bottom]
    if opacity < 1:
        colour, through = colour * np.float32(opacity), 1 - (1 - through) * np.float32(opacity)
    if plane.dtype == np.uint8:
        target[:] = cv2.add(cv2.multiply(target, through, dtype=cv2.CV_32F), colour, dtype=cv2.CV_8U)
    else:
        target *= through
        target += colour


def _place(box: Rect, step: int) -> tuple[slice, slice]:
    x0, y0, x1, y1 = (edge // step for edge in box)
    return slice(y0, y1), slice(x0, x1)


def _wiped(part: WordPart, share: float, left: int, soft: float) -> np.ndarray:
    """float32 [w]: how much of each column of a part is behind the wipe's edge."""
    x = np.arange(part.box[0], part.box[2], dtype=np.float32) + left + 0.5
    weights = np.zeros_like(x)
    nearest = np.stack([np.maximum(piece.left - x, x - piece.right) for piece, *_ in part.pieces]).argmin(
        axis=0
    )
    for number, (piece, begin, end) in enumerate(part.pieces):
        inside = nearest == number
        if share >= end:
            weights[inside] = 1
        elif share > begin:
            read = piece.width * (share - begin) / (end - begin)
            ahead = x - (piece.right - read) if piece.rtl else piece.left + read - x
            weights[inside] = np.clip(ahead[inside] / soft + 0.5, 0, 1)
    return weights


def _popped(values: np.ndarray, box: Rect, room: Rect, step: int, share: float) -> np.ndarray:
    """A word's plane scaled about its middle to what it is at a share of its time, in a larger box."""
    if share < _SWELL_AT:
        rise = 1 - (1 - share / _SWELL_AT) ** 2
        scale = _SMALL + (1 + _SWELL - _SMALL) * rise
    else:
        scale = 1 + _SWELL * (1 - (share - _SWELL_AT) / (1 - _SWELL_AT))
    height, width = values.shape[:2]
    x, y = (box[0] - room[0]) / step, (box[1] - room[1]) / step
    # Pixel centres: sample i lies at i + 0.5.
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    matrix = np.array([[scale, 0, x + middle_x * (1 - scale)], [0, scale, y + middle_y * (1 - scale)]])
    size = (room[2] - room[0]) // step, (room[3] - room[1]) // step
    there = np.float32(min(share / _SWELL_AT * 1.5, 1))
    return cv2.warpAffine(values, matrix, size, flags=cv2.INTER_LINEAR) * there
