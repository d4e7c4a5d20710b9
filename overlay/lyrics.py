"""The simple lyric overlay: one line at a time, the word that is sung in another colour."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..align.words import WordTimings
from ..engine.media.frames import Colour, Frame
from .paint import LinePainter
from .raster import LineLayout
from .style import OverlayStyle, check_letters, check_style

LEAD = Fraction(3, 10)  # seconds that a line is on before its first word
HOLD = Fraction(1, 2)  # and after its last
FADE = Fraction(3, 20)
# Times come out of floats and decimal files: one that is meant to be a frame's own may lie just before it.
_GRACE = Fraction(1, 1_000_000)


@dataclass(frozen=True)
class _Cue:
    """A line on the screen: frames first..past-1, seconds begin..end, word i current from frame lit[i] on."""

    first: int
    past: int
    begin: Fraction
    end: Fraction
    fade_in: Fraction
    fade_out: Fraction
    lit: tuple[int, ...]
    layout: LineLayout


class LyricOverlay:
    """Draws lyrics into the frames of one clip.

    size: width and height of the frames. times: seconds, the pts of every frame by its index; duration:
    where the last one ends. A word is current from the frame whose interval [pts, next pts) contains its
    start until the next word is. Frames without lyrics, and pixels outside the text's rectangle, keep their
    bits.

    Raises TextError for a font or a colour that can't be read, letters that the font lacks, and a line that
    doesn't fit the picture.
    """

    def __init__(self, size: tuple[int, int], words: WordTimings, times: Sequence[Fraction],
                 duration: Fraction, style: OverlayStyle | None = None) -> None:
        self._style = style or OverlayStyle()
        self._times = times
        self._duration = duration
        check_style(self._style)
        self._cues = self._schedule(size, words)
        self._firsts = [cue.first for cue in self._cues]
        self._painter: tuple[int, Colour, LinePainter] | None = None

    def draw(self, frame: Frame) -> None:
        """Paint what is sung at a frame into it, in place."""
        number = bisect_right(self._firsts, frame.index) - 1
        if number < 0 or frame.index >= self._cues[number].past:
            return
        cue = self._cues[number]
        word = bisect_right(cue.lit, frame.index) - 1
        self._painter_of(number, frame).paint(frame, word, self._opacity(cue, frame.index))

    def _painter_of(self, number: int, frame: Frame) -> LinePainter:
        """The last line's pixels are kept; the next line replaces them."""
        if self._painter is None or self._painter[:2] != (number, frame.colour):
            painter = LinePainter(self._cues[number].layout, self._style, frame.colour, frame.height)
            self._painter = number, frame.colour, painter
        return self._painter[2]

    def _schedule(self, size: tuple[int, int], words: WordTimings) -> list[_Cue]:
        lines = sorted((line for line in words.lines if line.words), key=lambda line: line.start)
        check_letters("".join(line.text for line in lines), self._style.font)
        spans = [(Fraction(line.start), max(Fraction(line.end), Fraction(line.start))) for line in lines]
        begins = [max(start - LEAD, Fraction(0)) for start, _ in spans]
        for i in range(1, len(spans)):
            begins[i] = max(begins[i], min(spans[i - 1][1], spans[i][0]))
        cues = []
        for line, (start, sung), begin, following in zip(
                lines, spans, begins, [*begins, self._duration][1:], strict=True):
            end = min(sung + HOLD, max(following, begin))
            # Fades take what time there is beside the words, so that a word is never half there.
            cues.append(_Cue(
                self._frame_at(begin), self._frame_at(end), begin, end,
                min(FADE, start - begin), max(min(FADE, end - sung), Fraction(0)),
                tuple(self._frame_at(Fraction(word.start)) for word in line.words),
                LineLayout([word.text for word in line.words], size, self._style)))
        return cues

    def _frame_at(self, time: Fraction) -> int:
        """The frame whose interval contains a time; the number of frames for one past the end."""
        if time + _GRACE >= self._duration:
            return len(self._times)
        return max(bisect_right(self._times, time + _GRACE) - 1, 0)

    def _opacity(self, cue: _Cue, index: int) -> float:
        """Taken where a frame shows most of the line: at its end while fading in, at its begin while out."""
        after = self._times[index + 1] if index + 1 < len(self._times) else self._duration
        appeared = (after - cue.begin) / cue.fade_in if cue.fade_in else Fraction(1)
        remains = (cue.end - self._times[index]) / cue.fade_out if cue.fade_out else Fraction(1)
        return float(min(appeared, remains, Fraction(1)))
