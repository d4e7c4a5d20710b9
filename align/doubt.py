"""Whether timings can be those of the text: what a person has to be told of them."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.report import Caution
from .place import ENGINE as PLACED
from .words import Line, Word, WordTimings

# PocketSphinx gives a word that is not said there no confidence at all. Shares of words below it on the
# corpus: right text 0 to 3 %, also with music at 10 dB; text with 15 % of its words altered 12 to 15 %.
UNHEARD = 0.3
DOUBTFUL_SHARE = 0.08
# In other languages, whose sounds it knows from afar, 0 to 8 % of right text.
_FOREIGN_SHARE = 0.1
# Of the other engines: Whisper tiny on the corpus, speech and song, has 2 to 8 % with the right text, 13 to
# 25 % with 15 % of the words altered. A matched text has as many as were really not recognised.
_OTHERS_SHARE = 0.12
_NAMED = 5
# What is shorter than this at the sound's end got no time, seconds.
_NO_TIME = 0.03


def reached(words: Sequence[Word]) -> Sequence[Word]:
    """Without those that come after the sound's end: the last ones, unheard and without any time."""
    count = len(words)
    while (
        count
        and words[count - 1].confidence == 0
        and words[count - 1].end - words[count - 1].start < _NO_TIME
    ):
        count -= 1
    return words[:count]


def unheard_share(timings: WordTimings) -> float:
    """Share 0..1 of the words up to the sound's end that are not heard where they are put; 0 without any."""
    words = reached(timings.words())
    return sum(word.confidence < UNHEARD for word in words) / max(1, len(words))


def lost_lines(timings: WordTimings) -> list[Line]:
    """The lines of which no word is heard at all."""
    return [line for line in timings.lines if all(word.confidence == 0 for word in line.words)]


def is_estimated(timings: WordTimings) -> bool:
    """Whether nothing was heard of the words: they are laid on the parts with a voice by their length."""
    return timings.engine.startswith(PLACED)


def is_doubtful(timings: WordTimings) -> bool:
    """Whether more words are unheard than with the right text."""
    return not is_estimated(timings) and unheard_share(timings) > doubtful_share(timings)


def doubtful_share(timings: WordTimings) -> float:
    """The share 0..1 of unheard words that the right text has at most, by what timed it and the language."""
    if not timings.engine.startswith("pocketsphinx"):
        return _OTHERS_SHARE
    return DOUBTFUL_SHARE if timings.language.split("-")[0] in ("", "en") else _FOREIGN_SHARE


def doubt(timings: WordTimings) -> list[Caution]:
    """What a person should know before the timings are used: one sentence, or none."""
    if is_estimated(timings):
        return [
            Caution(
                "None of the words were heard, so they are spread over the parts with a voice and their "
                "times are estimated: are these the words of this recording?",
                "estimated",
            )
        ]
    said: list[Caution] = []
    if is_doubtful(timings):
        percent = round(unheard_share(timings) * 100)
        said.append(
            Caution(
                f"{percent} % of the words are not heard: are these the words of this recording?",
                "unheard",
                percent=percent,
            )
        )
    return said


def unsung(timings: WordTimings) -> list[str]:
    """A sentence for the lines that are not heard, where others are."""
    lost = [] if is_estimated(timings) else lost_lines(timings)
    if not lost:
        return []
    named = "; ".join(f"“{line.text}”" for line in lost[:_NAMED])
    more = f"; and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
    return [f"Not heard, so that their times are guessed: {named}{more}."]
