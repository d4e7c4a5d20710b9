"""What came of matching lyrics with recognised words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..words import Word

Verdict = Literal["ok", "doubtful", "failed"]

# Shares of the lyrics' words. Wrong lyrics of real songs match recognised words by chance: 4 to 19 % of
# theirs, up to 6 % in phrases of two and more. The right ones match 38 % and 18 % when two of three words are
# recognised wrongly (79 songs of JamendoLyrics, recognition simulated).
_FEWEST_WORDS, _CHANCE_WORDS = 0.1, 0.5
_FEWEST_IN_PHRASES = 0.06
_GOOD_COVERAGE = 0.6
_LINES_TO_CHECK = 0.2
# A line is to be checked when fewer of its words than this are matched.
WELL_MATCHED_LINE = 0.4
_LISTED = 20


@dataclass(frozen=True, slots=True)
class LineToCheck:
    """number: of the line among those with words, from 1. matched: the share of its words."""

    number: int
    text: str
    matched: float


@dataclass(frozen=True, slots=True)
class MatchReport:
    """words: how many the lyrics hold. coverage: the share that was recognised; in_phrases: the share
    recognised together with a neighbour. alike: median similarity of what was matched, 0..1. to_check: lines
    that may be wrong. extra: recognised words that the lyrics lack. reason: why it failed or is doubtful, a
    sentence."""

    verdict: Verdict
    reason: str
    words: int
    coverage: float
    in_phrases: float
    alike: float
    to_check: tuple[LineToCheck, ...] = ()
    extra: tuple[Word, ...] = ()

    def text(self) -> str:
        """For people, in lines."""
        rows = [f"{self.verdict}: {round(self.coverage * self.words)} of {self.words} words were recognised."]
        rows += [self.reason] if self.reason else []
        rows += _listing(
            "Lines to check:",
            [f"{line.number}. {line.text} ({line.matched:.0%} recognised)" for line in self.to_check],
        )
        rows += _listing(
            "Heard, not in the lyrics:", [f"{word.start:.2f} s {word.text.strip()}" for word in self.extra]
        )
        return "\n".join(rows)


def judged(recognised: int, coverage: float, in_phrases: float, lines_to_check: float) -> tuple[Verdict, str]:
    """The verdict and its reason. recognised: how many keys there are to match with; lines_to_check: their
    share."""
    if not recognised:
        return "failed", "No words were recognised in the sound."
    if coverage < _FEWEST_WORDS or (coverage < _CHANCE_WORDS and in_phrases < _FEWEST_IN_PHRASES):
        return "failed", (
            "The words that were recognised are not those of the lyrics: check that these belong to this "
            "sound, and the language."
        )
    if coverage < _GOOD_COVERAGE:
        return "doubtful", "Fewer than six in ten of the words were recognised, so many times are estimates."
    if lines_to_check > _LINES_TO_CHECK:
        return "doubtful", "Whole lines were not recognised, so their times are estimates."
    return "ok", ""


def _listing(title: str, rows: list[str]) -> list[str]:
    if not rows:
        return []
    more = [f"  … and {len(rows) - _LISTED} more"] if len(rows) > _LISTED else []
    return [title, *(f"  {row}" for row in rows[:_LISTED]), *more]
