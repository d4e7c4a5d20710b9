"""Given lyrics and what a recogniser heard → the lyrics in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from ..text import LyricLine, parse_lyrics
from ..timing import settled
from ..words import Line, Word, WordTimings
from .fill import Origin, Slot, Span, fill
from .matching import linked
from .path import Link
from .report import WELL_MATCHED_LINE, LineToCheck, MatchReport, judged
from .tokens import Heard, Sung, heard_keys, in_different_scripts, sung_keys

ENGINE = "matched with recognised words"

# Of times that stand in another word's place, and of those estimated between their neighbours. Below 0.3
# times are too vague to move lips by (align.spread).
_PAIRED, _GUESSED = 0.35, 0.2


@dataclass(frozen=True, slots=True)
class Match:
    """timings: every word of the lyrics in order, or none when the report's verdict is "failed"."""

    timings: WordTimings
    report: MatchReport


def match_lyrics(
    lyrics: str | Sequence[LyricLine],
    recognised: Sequence[Word],
    duration: float,
    *,
    language: str = "",
) -> Match:
    """Find when the words of lyrics are said in a sound of `duration` seconds from the words recognised in
    it.

    language: a BCP 47 tag, for numerals and contractions; "" for English. Confidence is how alike a word and
    the recognised one are and how sure the recogniser was, 0.35 for words that stand in a misheard one's
    place, 0.2 and less for times estimated from the neighbours' by syllables. Raises TextError when the
    lyrics hold nothing to speak.
    """
    lines = parse_lyrics(lyrics, language) if isinstance(lyrics, str) else tuple(lyrics)
    romanise = in_different_scripts(lines, recognised)
    sung = sung_keys(lines, language, romanise)
    heard = heard_keys(recognised, duration, language, romanise) if duration > 0 else []
    links = linked(sung, heard, duration)
    report = _report(lines, sung, heard, links, recognised)
    if report.verdict == "failed":
        return Match(WordTimings((), language, ENGINE), report)
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
    return Match(WordTimings(settled(timed, duration, crowded=True), language, ENGINE), report)


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
    sureness = [_PAIRED if slot.origin is Origin.PAIRED else _GUESSED * (1.0 - slot.hurry) for slot in slots]
    for link in links:
        confidence = fmean(key.confidence for key in heard[link.right : link.right_end])
        # That the lyrics say so as well is half of the evidence.
        sureness[link.left : link.left_end] = [link.alike * (0.5 + 0.5 * min(1.0, max(0.0, confidence)))] * (
            link.left_end - link.left
        )
    return sureness


def _report(
    lines: Sequence[LyricLine],
    sung: Sequence[Sung],
    heard: Sequence[Heard],
    links: Sequence[Link],
    recognised: Sequence[Word],
) -> MatchReport:
    count = sung[-1].word + 1
    found = {sung[at].word for link in links for at in range(link.left, link.left_end)}
    together = {
        sung[link.left].word
        for before, after in zip(links, links[1:], strict=False)
        if after.left == before.left_end and after.right == before.right_end
        for link in (before, after)
    }
    shares = [0] * len(lines)
    for word, line in {key.word: key.line for key in sung}.items():
        shares[line] += word in found
    to_check = tuple(
        LineToCheck(number, _text(line), share / len(line.words))
        for number, (line, share) in enumerate(zip(lines, shares, strict=True), start=1)
        if share < WELL_MATCHED_LINE * len(line.words)
    )
    used = {heard[at].word for link in links for at in range(link.right, link.right_end)}
    extra = tuple(
        recognised[number] for number in dict.fromkeys(key.word for key in heard) if number not in used
    )
    coverage, in_phrases = len(found) / count, len(together) / count
    verdict, reason = judged(len(heard), coverage, in_phrases, len(to_check) / len(lines))
    alike = median(link.alike for link in links) if links else 0.0
    return MatchReport(verdict, reason, count, coverage, in_phrases, alike, to_check, extra)


def _text(line: LyricLine) -> str:
    return "".join(word.display + " " * word.space for word in line.words).rstrip()
