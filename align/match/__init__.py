"""Given lyrics and what a recogniser heard → the lyrics in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from ..text import LyricLine
from ..timing import settled
from ..words import Line, Word, WordTimings
from .fill import Origin, Slot, Span, fill
from .matching import linked
from .path import Link
from .tokens import Heard, Sung, heard_keys, in_different_scripts, sung_keys

ENGINE = "matched with recognised words"

# Of times that stand in another word's place, and of those estimated between their neighbours. Below 0.3
# times are too vague to move lips by (align.spread).
_PAIRED, GUESSED = 0.35, 0.2
# Shares of the lyrics' words. Wrong lyrics of real songs match recognised words by chance: 4 to 19 % of
# theirs, up to 6 % in phrases of two and more. The right ones match 38 % and 18 % when two of three words are
# recognised wrongly (79 songs of JamendoLyrics, recognition simulated).
_FEWEST_WORDS, _CHANCE_WORDS = 0.1, 0.5
_FEWEST_IN_PHRASES = 0.06


@dataclass(frozen=True, slots=True)
class Match:
    """timings: every word of the lyrics in order, or none where they are not what was recognised; fault then
    says why, a sentence."""

    timings: WordTimings
    fault: str = ""


def match_lyrics(
    lines: Sequence[LyricLine],
    recognised: Sequence[Word],
    duration: float,
    *,
    language: str = "",
) -> Match:
    """Find when the words of lyrics are said in a sound of `duration` seconds from the words recognised in
    it.

    language: a BCP 47 tag, for numerals and contractions; "" for English. Confidence is how alike a word and
    the recognised one are and how sure the recogniser was, 0.35 for words that stand in a misheard one's
    place, 0.2 and less for times estimated from the neighbours' by syllables.
    """
    romanise = in_different_scripts(lines, recognised)
    sung = sung_keys(lines, language, romanise)
    heard = heard_keys(recognised, duration, language, romanise) if duration > 0 else []
    links = linked(sung, heard, duration)
    if fault := _fault(sung, heard, links):
        return Match(WordTimings((), language, ENGINE), fault)
    free = _free(heard, links)
    slots = fill(sung, _times(sung, heard, links), free, duration)
    sureness = _sureness(heard, links, slots)
    timed = []
    at = 0
    for line in lines:
        words = []
        for word in line.words:
            last = at + 1
            while last < len(sung) and sung[last].word == sung[at].word:
                last += 1
            words.append(word.at(slots[at].start, slots[last - 1].end, round(fmean(sureness[at:last]), 3)))
            at = last
        timed.append(Line(tuple(words)))
    return Match(WordTimings(settled(timed, duration, crowded=True), language, ENGINE))


def _times(sung: Sequence[Sung], heard: Sequence[Heard], links: Sequence[Link]) -> list[Span | None]:
    """Of the linked keys; two that are linked to one share its time by syllables."""
    times: list[Span | None] = [None] * len(sung)
    for link in links:
        start, end = heard[link.right].start, heard[link.right_end - 1].end
        keys = sung[link.left : link.left_end]
        total = sum(key.syllables for key in keys)
        done = 0
        for at, key in enumerate(keys, start=link.left):
            edges = [start + (end - start) * share / total for share in (done, done + key.syllables)]
            times[at] = (edges[0], edges[1])
            done += key.syllables
    return times


def _free(heard: Sequence[Heard], links: Sequence[Link]) -> list[Span]:
    """Where words were recognised that are linked to none."""
    used = {at for link in links for at in range(link.right, link.right_end)}
    return [(key.start, key.end) for at, key in enumerate(heard) if at not in used and key.lasting]


def _sureness(heard: Sequence[Heard], links: Sequence[Link], slots: Sequence[Slot]) -> list[float]:
    sureness = [_PAIRED if slot.origin is Origin.PAIRED else GUESSED * (1.0 - slot.hurry) for slot in slots]
    for link in links:
        confidence = fmean(key.confidence for key in heard[link.right : link.right_end])
        # That the lyrics say so as well is half of the evidence.
        sureness[link.left : link.left_end] = [link.alike * (0.5 + 0.5 * min(1.0, max(0.0, confidence)))] * (
            link.left_end - link.left
        )
    return sureness


def _fault(sung: Sequence[Sung], heard: Sequence[Heard], links: Sequence[Link]) -> str:
    if not heard:
        return "No words were recognised in the sound."
    found = {sung[at].word for link in links for at in range(link.left, link.left_end)}
    together = {
        sung[link.left].word
        for before, after in zip(links, links[1:], strict=False)
        if after.left == before.left_end and after.right == before.right_end
        for link in (before, after)
    }
    count = sung[-1].word + 1
    coverage, in_phrases = len(found) / count, len(together) / count
    if coverage < _FEWEST_WORDS or (coverage < _CHANCE_WORDS and in_phrases < _FEWEST_IN_PHRASES):
        return (
            "The words that were recognised are not those of the lyrics: check that these belong to this "
            "sound, and the language."
        )
    return ""
