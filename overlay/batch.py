"""Lyrics drawn into an IMAGE batch."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from ..align.words import WordTimings
from ..engine.errors import VideoError
from ..engine.host.protocol import Host
from ..engine.media.times import ConstantTimes, standard_rate
from .lyrics import LyricOverlay
from .style import LyricStyle

_STAGE = "Drawing lyrics"
_REPORTED = 16  # frames between two reports of progress


def draw_batch(
    images: torch.Tensor,
    fps: Fraction | float,
    words: WordTimings,
    style: LyricStyle,
    host: Host,
    folders: Sequence[Path] = (),
    *,
    notes: list[str] | None = None,
) -> torch.Tensor:
    """The pictures, float [B, H, W, 3 or 4] 0..1, with the lyrics over them, as a float32 tensor of its own.

    Where no text is the values are the ones that came. With four channels the last is opacity (not
    premultiplied): text is put over what is there, and makes it opaque. notes: gets LyricOverlay's. Raises as
    LyricOverlay does, and VideoError for another shape."""
    if images.ndim != 4 or images.shape[-1] not in (3, 4) or not len(images):
        raise VideoError(
            f"The images have the shape {tuple(images.shape)} instead of [frames, height, width, "
            "3]; take them from an image or video loader."
        )
    count, height, width = images.shape[:3]
    rate = standard_rate(fps)
    overlay = LyricOverlay((width, height), words, ConstantTimes(rate, count), count / rate, style, folders)
    if notes is not None:
        notes += overlay.notes
    result = torch.empty(images.shape, dtype=torch.float32)
    for index in range(count):
        result[index] = images[index]
        picture = result[index].numpy()
        if picture.shape[-1] == 3:
            overlay.draw_rgb(picture, index)
        else:
            _draw_over(overlay, picture, index)
        if index % _REPORTED == _REPORTED - 1 or index == count - 1:
            host.progress(_STAGE, index + 1, count)
    return result


def _draw_over(overlay: LyricOverlay, picture: np.ndarray, index: int) -> None:
    """Text drawn on black and on white tells its colour and its opacity."""
    black, white = np.zeros((2, *picture.shape[:2], 3), np.float32)
    white[:] = 1
    overlay.draw_rgb(black, index)
    overlay.draw_rgb(white, index)
    text = 1 - (white - black).mean(axis=-1, keepdims=True)
    rows, columns = np.nonzero(text[..., 0] > 0)
    if not len(rows):
        return
    place = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    under = picture[place][..., 3:] * (1 - text[place])
    opacity = text[place] + under
    colours = black[place] + picture[place][..., :3] * under
    np.divide(colours, opacity, out=picture[place][..., :3], where=opacity > 0)
    picture[place][..., 3:] = opacity
