"""Lyrics on plain pictures."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.overlay import fonts
from lipsync_studio.overlay.lyrics import LyricOverlay
from lipsync_studio.overlay.style import LyricStyle

RATE = Fraction(25)
SIZE = 640, 360
GREY = 60
HD = Colour()


@pytest.fixture
def bare(monkeypatch):
    """A machine without fonts of its own."""
    monkeypatch.setattr(fonts, "system_fonts", lambda: ())


def timings(*lines, language=""):
    """(text, start, end[, voice]): the words share the time evenly, or start where a list says."""
    timed = []
    for text, start, end, *voice in lines:
        words = text.split()
        starts = start if isinstance(start, list) else np.linspace(start, end, len(words) + 1)[:-1].tolist()
        timed.append(Line(tuple(map(Word, words, starts, [*starts[1:], end])), *voice))
    return WordTimings(tuple(timed), language)


def overlay(words, picture=SIZE, *, rate=RATE, frames=500, **style):
    times = [index / rate for index in range(frames)]
    return LyricOverlay(picture, words, times, frames / rate, LyricStyle(**style))


def picture(index, size=SIZE, rate=RATE, colour=HD, noise=False):
    width, height = size
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = GREY
    if noise:
        planes[:] = np.random.default_rng(index).integers(0, 256, planes.shape)
    return Frame(planes, colour, index / rate, index)


def drawn(lyrics, index, **options):
    frame = picture(index, **options)
    lyrics.draw(frame)
    return frame


def lit(frame):
    """First and last column of the highlight's yellow, NaN without any."""
    found = np.argwhere(frame.yuv()[1] < 100)[:, 1]
    return (found.min() * 2, found.max() * 2 + 1) if len(found) else (float("nan"), float("nan"))


def ink(frame):
    """First and last column and row that the text has changed."""
    rows, columns = np.nonzero(frame.yuv()[0] != GREY)
    return (columns.min(), rows.min(), columns.max(), rows.max()) if len(rows) else None
