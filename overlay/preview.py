"""A picture of what a style looks like."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from ..align.words import Line, Word, WordTimings
from .fonts import guessed
from .lyrics import LyricOverlay
from .style import LyricStyle
from .text_runs import clean, is_dense

_LINE = 2.0  # seconds that each line of the sample lasts
_RATE = 25
# How far into its line the picture is taken: with some words sung and some to come.
_MOMENT = 0.55
_TOP, _FOOT = (0.18, 0.22, 0.30), (0.42, 0.36, 0.38)
_VOICES = ("A", "B")


def preview(
    style: LyricStyle,
    text: str,
    size: tuple[int, int],
    background: np.ndarray | None = None,
    folders: Sequence[Path] = (),
    *,
    notes: list[str] | None = None,
) -> np.ndarray:
    """float32 [H, W, 3], 0..1: the sample text, a line of lyrics per line, while its middle line is sung.

    size: width and height. background: [H, W, 3] of any size, cut to fit. notes: gets LyricOverlay's. Raises
    as LyricOverlay does."""
    words = timed(text, overlapping=style.effect == "two-line duet")
    times = [Fraction(index, _RATE) for index in range(int((len(words.lines) + 1) * _LINE * _RATE) + 1)]
    overlay = LyricOverlay(size, words, times, Fraction(len(times), _RATE), style, folders)
    if notes is not None:
        notes += overlay.notes
    picture = _gradient(size) if background is None else _cover(background, size)
    if words.lines:
        sung = words.lines[(len(words.lines) - 1) // 2]
        overlay.draw_rgb(picture, round((sung.start + _MOMENT * (sung.end - sung.start)) * _RATE))
    return np.clip(picture, 0, 1)


def still(
    style: LyricStyle, words: WordTimings, time: float, size: tuple[int, int], folders: Sequence[Path] = ()
) -> np.ndarray:
    """float32 [H, W, 3], 0..1: what LyricOverlay draws of the words at a time, seconds, of a clip at 25 fps,
    on the ground of `preview`. size: width and height. Raises as LyricOverlay does."""
    frame = max(int(time * _RATE + 1e-6), 0)
    # The frame itself and the one it ends at: others only say when lines come and go, which these do as well.
    times = [Fraction(frame, _RATE), Fraction(frame + 1, _RATE)]
    end = max([times[1], *(Fraction(line.end) for line in words.lines)]) + 1
    picture = _gradient(size)
    LyricOverlay(size, words, times, end, style, folders).draw_rgb(picture, 0)
    return np.clip(picture, 0, 1)


def timed(text: str, *, overlapping: bool = False) -> WordTimings:
    """Lyrics in even time; overlapping: two voices in turns, the second joining before the first ends."""
    lines: list[Line] = []
    for row in filter(None, map(clean, text.splitlines())):
        dense = is_dense(row)
        pieces = [letter for letter in row if letter != " "] if dense else row.split(" ")
        start = 1 + len(lines) * _LINE * (0.75 if overlapping else 1.0)
        times = np.linspace(start, start + _LINE, len(pieces) + 1)
        sung = tuple(
            Word(piece, float(begin), float(end), space=not dense)
            for piece, begin, end in zip(pieces, times, times[1:], strict=False)
        )
        lines.append(Line(sung, _VOICES[len(lines) % 2] if overlapping else None))
    return WordTimings(tuple(lines), guessed([text]))


def _gradient(size: tuple[int, int]) -> np.ndarray:
    width, height = size
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    colours = np.array(_TOP, np.float32) * (1 - share) + np.array(_FOOT, np.float32) * share
    return np.ascontiguousarray(np.broadcast_to(colours, (height, width, 3)))


def _cover(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scaled to cover the size, and cut evenly."""
    width, height = size
    scale = max(width / picture.shape[1], height / picture.shape[0])
    scaled = max(round(picture.shape[1] * scale), width), max(round(picture.shape[0] * scale), height)
    resized = cv2.resize(picture[..., :3].astype(np.float32), scaled, interpolation=cv2.INTER_AREA)
    left, top = (scaled[0] - width) // 2, (scaled[1] - height) // 2
    return np.ascontiguousarray(resized[top : top + height, left : left + width])
