"""What is on the screen in each frame, by effect."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .cues import (
    DUET_LEAD,
    LEAD,
    Cue,
    FrameClock,
    SungLine,
    beginning,
    highlighted,
    lanes_of,
    lit_frames,
    opacity,
    popping,
    schedule,
    voices_of,
    wiping,
)
from .fonts import Fonts
from .layout import LineLayout, LineText, Place, full_em, lay_out, place_of
from .paint import Progress
from .parts import common_em
from .scroll import Scroll
from .style import LyricStyle, extra_blank, moves

_LANE_GAP = 0.3  # between lines that are sung at once, em
_COLUMN_GAP = 0.45  # between the lines of a column, em
_COLUMN = 0.5  # share of the height that a column takes unless it stands in the middle
_SLOT = 1.5, 1.2  # height of a duet's slot, em: of one row, of each more
# A duet's lines take one row each, unless one of them would be set smaller than this share of full size.
_ONE_ROW = 0.8


@dataclass(frozen=True, slots=True)
class Shown:
    """A line in a frame; shift: pixels downwards from where it was laid out."""

    line: int
    progress: Progress
    opacity: float
    shift: float = 0.0


class Layouts:
    """Lines laid out as they come up."""

    def __init__(self, lines: Sequence[SungLine], size: tuple[int, int], style: LyricStyle, fonts: Fonts,
                 language: str, em: float | None = None) -> None:  # fmt: skip
        """em: pixels, of all lines that fit at it."""
        self.lines, self.size, self.style, self.em = lines, size, style, em
        self._fonts, self._language = fonts, language
        self._kept: dict[int, LineLayout] = {}

    def get(self, line: int, place: Place) -> LineLayout:
        """A line always has the same place. Raises TextError for one that doesn't fit."""
        if line not in self._kept:
            words = list(self.lines[line].words)
            self._kept[line] = lay_out(
                words, self.size, self.style, self._fonts, place, self._language, self.em
            )
        return self._kept[line]

    def measured(self) -> list[LineText]:
        """All lines."""
        blank = extra_blank(self.style)
        return [LineText(list(line.words), self._fonts, self._language, blank) for line in self.lines]

    def of(self, line: int) -> LineLayout:
        return self._kept[line]

    def forget(self, before: int) -> None:
        for line in [line for line in self._kept if line < before]:
            del self._kept[line]


class Standing:
    """Lines that stand still, each in its lane."""

    def __init__(self, layouts: Layouts, clock: FrameClock) -> None:
        self._layouts, self._clock = layouts, clock
        lines, style = layouts.lines, layouts.style
        self._duet = duet = style.effect == "two-line duet"
        self._home = place_of(style, layouts.size)
        self._voices = voices_of(lines) if duet else lanes_of(lines)
        self._rows = 0
        if duet:
            texts = layouts.measured()
            self._rows = _duet_rows(texts, style, self._home, layouts.size)
            em = full_em(style, layouts.size)
            slot = _duet_place(self._home, 0, self._rows, em, upright=layouts.size[1] > layouts.size[0])
            layouts.em = common_em(texts, layouts.size, style, slot)
        cues = schedule(
            lines, self._voices, clock, (style.fade_in, style.fade_out), DUET_LEAD if duet else LEAD
        )
        self._lanes = [
            [cue for cue in cues if cue.lane == lane] for lane in range(max(self._voices, default=0) + 1)
        ]
        self._firsts = [[cue.first for cue in lane] for lane in self._lanes]

    def at(self, frame: int) -> list[Shown]:
        """Lines in the order in which they are drawn."""
        shown = []
        for cue in self._cues(frame):
            self._layouts.get(cue.line, self._place(cue))
            shown.append(Shown(cue.line, self._progress(cue, frame), opacity(cue, frame, self._clock)))
        return shown

    def voice(self, line: int) -> int:
        """0, or 1 for a duet's second voice."""
        return self._voices[line] if self._duet else 0

    def _cues(self, frame: int) -> list[Cue]:
        found = []
        for firsts, cues in zip(self._firsts, self._lanes, strict=True):
            number = bisect_right(firsts, frame) - 1
            if number >= 0 and frame < cues[number].past:
                found.append(cues[number])
        return found

    def _progress(self, cue: Cue, frame: int) -> Progress:
        effect, line = self._layouts.style.effect, self._layouts.lines[cue.line]
        if effect == "line":
            return Progress()
        if effect == "word highlight":
            if moves(self._layouts.style):
                return beginning(cue.lit, line, frame, self._clock)
            return highlighted(cue.lit, frame)
        if effect == "word pop-in":
            return popping(cue.lit, line, frame, self._clock)
        return wiping(line, [word.stops for word in self._layouts.of(cue.line).words], frame, self._clock)

    def _place(self, cue: Cue) -> Place:
        home, style, size = self._home, self._layouts.style, self._layouts.size
        em = full_em(style, size)
        if self._duet:
            return _duet_place(home, cue.lane, self._rows, em, upright=size[1] > size[0])
        if cue.lane == 0:
            return home
        taken = 0.0
        for lane in range(cue.lane):
            beside = [other for other in self._lanes[lane] if other.begin < cue.end and cue.begin < other.end]
            heights = [_height(self._layouts.get(other.line, self._place(other))) for other in beside]
            taken += max(heights, default=0.0) + _LANE_GAP * em
        return replace(home, y=home.y + (-taken if home.vertical == 1 else taken))


def _duet_rows(texts: Sequence[LineText], style: LyricStyle, home: Place, size: tuple[int, int]) -> int:
    """How many rows each voice has room for: as many as the style says, else two if any line needs them."""
    room = (home.right - home.left) / full_em(style, size)
    widest = max((text.left[-1] for text in texts), default=0.0)
    return style.rows or (1 if widest * _ONE_ROW <= room else 2)


def _duet_place(home: Place, voice: int, rows: int, em: float, *, upright: bool) -> Place:
    """The first voice above, from the left; the second below, to the right; in portrait both centred. They
    meet at the same height all the time."""
    slot, half_gap = (_SLOT[0] + _SLOT[1] * (rows - 1)) * em, _LANE_GAP / 2 * em
    sides: tuple[Literal["left", "centre", "right"], ...] = ("left", "right")
    if upright or home.align != "centre":
        sides = (home.align, home.align)
    meeting = home.y + (slot + half_gap) * (1 - 2 * home.vertical)
    return replace(
        home,
        align=sides[voice],
        y=meeting + half_gap if voice else meeting - half_gap,
        vertical=0.0 if voice else 1.0,
        tall=min(home.tall, slot),
        rows=rows,
    )


class Column:
    """Lines that scroll."""

    def __init__(self, layouts: Layouts, clock: FrameClock) -> None:
        self._layouts, self._clock = layouts, clock
        style, (_, height) = layouts.style, layouts.size
        home = place_of(style, layouts.size)
        top, foot = height * style.margin, home.y if home.vertical == 1 else height * (1 - style.margin)
        part = height * _COLUMN
        window = {0.0: (top, top + part), 0.5: (top, foot), 1.0: (max(foot - part, top), foot)}[home.vertical]
        self._place = replace(home, y=0.0, vertical=0.0, tall=window[1] - window[0])
        layouts.em = common_em(layouts.measured(), layouts.size, style, self._place)
        self._lit = [lit_frames(line, clock) for line in layouts.lines]
        self._scroll = Scroll(layouts.lines, clock, self._height, _COLUMN_GAP * full_em(style, layouts.size),
                              window, (style.fade_in, style.fade_out))  # fmt: skip

    def at(self, frame: int) -> list[Shown]:
        shown = []
        for line, y, seen in self._scroll.at(frame):
            sung = self._lit[line][0] <= frame < self._until(line)
            progress = self._progress(line, frame) if sung else Progress()
            shown.append(Shown(line, progress, seen, y - self._layouts.get(line, self._place).top))
        return shown

    def voice(self, line: int) -> int:
        return 0

    def _progress(self, line: int, frame: int) -> Progress:
        lines = self._layouts.lines
        if moves(self._layouts.style):
            return beginning(self._lit[line], lines[line], frame, self._clock)
        return highlighted(self._lit[line], frame)

    def _until(self, line: int) -> float:
        """The frame from which nothing of a line is lit: the next line's first, or, where words of this one
        are still to come then, that of its end."""
        if line + 1 == len(self._lit):
            return math.inf
        following = self._lit[line + 1][0]
        done = self._lit[line][-1] < following
        return following if done else self._clock.frame_at(self._layouts.lines[line].end)

    def _height(self, line: int) -> float:
        return _height(self._layouts.get(line, self._place))


def _height(layout: LineLayout) -> float:
    return layout.bottom - layout.top
