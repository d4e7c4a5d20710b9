"""Lines in stamped pieces, as karaoke formats hold them, to words and back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..script import GAP, display_words, needs_space, same_word
from ..syllables import HELD_WORD, SLOWEST_SYLLABLE
from ..text import LyricWord, spoken_keys
from ..words import Line, Syllable, Word
from .clock import units

# Words spread over a line by syllables: better than over a whole song, still too vague to move lips by.
SPREAD_CONFIDENCE = 0.25
# Short lines without an end stay long enough to be read.
_SHORTEST_LINE = 2.0
# Characters beyond which a line is none of lyrics, and counting its syllables would only take long.
_LONGEST_LINE = 2000

_NO_BREAK_SPACE = "\u00a0"
# An invisible character that breaks up text which a format would take for its own signs.
WORD_JOINER = "\u2060"
# With the byte order mark, and with characters that Unicode reserves for programs' own use.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufdd0-\ufdef]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ENTITY = r"&(?=#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z]{2,8}[0-9]{0,2};)"
_ENTITY_LIKE = re.compile(_ENTITY)
_ENTITIES = re.compile(rf"{_ENTITY}[^;&]{{2,10}};")
# What is escaped once more by each program it passes.
_MOST_ESCAPES = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or syllable to be written, in the format's units. space: one follows before the next piece."""

    text: str
    start: int
    end: int
    space: bool


def clean(text: str) -> str:
    """Without control characters and halves of characters; line breaks are spaces."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def spread(text: str, start: float, end: float) -> tuple[Word, ...]:
    """A line's words over its time in seconds by their syllables."""
    found = _weighted(text)
    total = sum(weight for _, _, weight in found)
    end = max(start, end)
    words: list[Word] = []
    sung, opening = 0.0, start
    for word, space, weight in found:
        sung += weight
        closing = end if len(words) == len(found) - 1 else start + (end - start) * sung / total
        words.append(Word(word, opening, closing, SPREAD_CONFIDENCE, space=space))
        opening = closing
    return tuple(words)


def unescaped(text: str) -> str:
    """With HTML's entities as what they stand for, also where they were escaped twice ("&amp;#39;"); an &
    that begins none stays. For formats that are not HTML, but are made by programs that think so."""
    for _ in range(_MOST_ESCAPES):
        if "&" not in text or not _ENTITIES.search(text):
            break
        text = _ENTITIES.sub(lambda match: html.unescape(match[0]), text)
    return text.replace("&" + WORD_JOINER, "&")


def escape_guarded(text: str) -> str:
    """Text in which nothing is taken for an entity by `unescaped`."""
    return _ENTITY_LIKE.sub("&" + WORD_JOINER, text)


def likely_length(text: str) -> float:
    """Seconds that a line lasts at most when nothing says where it ends."""
    lengths = [weight for _, _, weight in _weighted(text)]
    sung = sum(lengths) + (HELD_WORD - 1) * lengths[-1] if lengths else 0
    return max(_SHORTEST_LINE, SLOWEST_SYLLABLE * sung)


def _weighted(text: str) -> list[tuple[str, bool, float]]:
    """Words, whether a space follows, and how long they take against each other."""
    if len(text) > _LONGEST_LINE:
        return [(word, True, len(word)) for word in GAP.split(text) if word]
    return [(word, space, _syllables(word)) for word, space in display_words(text)]


@lru_cache(maxsize=1 << 15)
def _syllables(word: str) -> int:
    return max(1, LyricWord(word, *spoken_keys(word)).syllables)


def timed_words(pieces: Sequence[Syllable]) -> tuple[Word, ...]:
    """Words of a line's stamped pieces, their texts verbatim: white space parts words, pieces that touch are
    syllables of one word (words of their own in scripts without spaces), a piece of several words is spread.
    Pieces without text are pauses."""
    words: list[list[Word]] = []
    spaces: list[bool] = []
    touching = False
    for piece in pieces:
        found = _words_of(piece)
        if not found:
            touching = touching and not piece.text
            continue
        if touching and not GAP.match(piece.text):
            if same_word(words[-1][-1].text, found[0].text):
                words[-1].append(found[0])
                spaces[-1] = found[0].space
                found = found[1:]
            else:
                spaces[-1] = False
        words += [[word] for word in found]
        spaces += [word.space for word in found]
        touching = not GAP.fullmatch(piece.text[-1])
    return tuple(_joined(parts, space) for parts, space in zip(words, spaces, strict=True))


def _words_of(piece: Syllable) -> tuple[Word, ...]:
    text = GAP.sub(" ", piece.text).strip(" ")
    if not text:
        return ()
    if " " not in text:
        return (Word(text, piece.start, max(piece.start, piece.end)),)
    return spread(text, piece.start, piece.end)


def _joined(parts: Sequence[Word], space: bool) -> Word:
    if len(parts) == 1:
        word = parts[0]
        return Word(word.text, word.start, word.end, word.confidence, space=space)
    return Word(
        "".join(part.text for part in parts),
        parts[0].start,
        max(part.end for part in parts),
        min(part.confidence for part in parts),
        space=space,
        syllables=tuple(Syllable(part.text, part.start, part.end) for part in parts),
    )


def line_pieces(line: Line, per_second: int, shortest: int = 0) -> list[Piece]:
    """A line to be written with a stamp for each word or syllable.

    Starts never run backwards and lie at least `shortest` units apart; a piece ends by the next one's start.
    White space inside a word becomes a no-break space, so that it stays one word.
    """
    parts: list[tuple[str, float, float, bool]] = []
    for word in line.words:
        if parts and GAP.match(word.text):
            parts[-1] = (*parts[-1][:3], True)
        parts += _parts(word)
    starts: list[int] = []
    for _, start, _, _ in parts:
        starts.append(units(start, per_second))
        if len(starts) > 1:
            starts[-1] = max(starts[-1], starts[-2] + shortest)
    pieces = []
    for at, (text, _, end, space) in enumerate(parts):
        close = max(units(end, per_second), starts[at] + shortest)
        if at + 1 < len(parts):
            close = min(close, starts[at + 1])
        pieces.append(Piece(text, starts[at], close, space and at + 1 < len(parts)))
    return pieces


def _parts(word: Word) -> list[tuple[str, float, float, bool]]:
    """Text without white space at its ends, start, end, and whether a space follows."""
    syllabic = "".join(part.text for part in word.syllables) == word.text and not GAP.search(word.text)
    found = [
        (GAP.sub(_NO_BREAK_SPACE, text), part.start, part.end, False)
        for part in (word.syllables if syllabic else (word,))
        if (text := GAP.sub(" ", clean(part.text)).strip())
    ]
    if not found:
        return []
    space = word.space or bool(GAP.fullmatch(word.text[-1]))
    return [*found[:-1], (*found[-1][:3], space)]


def line_text(line: Line) -> str:
    """A line's text on one row."""
    return GAP.sub(" ", clean(line.text)).strip()


def join_rows(rows: Iterable[str], shown: Callable[[str], str] = str) -> str:
    """The rows of a cue as one line. shown: what of a row is seen."""
    joined, last = "", ""
    for row in rows:
        row = GAP.sub(" ", row).strip(" ")
        if row:
            joined += (" " if joined and needs_space(shown(last), shown(row)) else "") + row
            last = row
    return joined
