"""Lyrics on plain pictures."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.overlay.lyrics import LyricOverlay
from lipsync_studio.overlay.style import LyricStyle

RATE = Fraction(25)
SIZE = 640, 360


def _timings(*lines, language=""):
    """(text, start, end[, voice]): the words share the time evenly."""
    timed = []
    for text, start, end, *voice in lines:
        words = text.split()
        times = np.linspace(start, end, len(words) + 1).tolist()
        timed.append(Line(tuple(map(Word, words, times, times[1:])), *voice))
    return WordTimings(tuple(timed), language)


def _overlay(words, picture=SIZE, seconds=20, folders=(), **style):
    count = int(seconds * RATE)
    times = [index / RATE for index in range(count)]
    return LyricOverlay(picture, words, times, count / RATE, LyricStyle(**style), folders)


def _grey(index, size=SIZE):
    planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    planes[: size[1]] = 60
    return Frame(planes, Colour(), index / RATE, index)


def _drawn(lyrics, index, size=SIZE):
    frame = _grey(index, size)
    lyrics.draw(frame)
    return frame


def _columns(frame):
    """First and last column of the highlight's yellow, NaN without any."""
    found = np.argwhere(frame.yuv()[1] < 100)[:, 1]
    return (found.min() * 2, found.max() * 2 + 1) if len(found) else (float("nan"), float("nan"))


def _ink(frame):
    """First and last column and row that the text has changed."""
    rows, columns = np.nonzero(frame.yuv()[0] != 60)
    return (columns.min(), rows.min(), columns.max(), rows.max()) if len(rows) else None


@pytest.fixture(scope="session")
def stage():
    return SimpleNamespace(
        timings=_timings,
        overlay=_overlay,
        drawn=_drawn,
        grey=_grey,
        lit=_columns,
        ink=_ink,
        size=SIZE,
        rate=RATE,
    )
