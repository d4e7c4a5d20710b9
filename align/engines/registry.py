"""All aligners, and in which order `auto` tries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..language import Language
from .ctc import Ctc
from .pocketsphinx import Pocketsphinx
from .protocol import Aligner
from .qwen import QwenAligner
from .recognised import RecognisedWords
from .stable_ts import StableTs
from .syllables import Syllables
from .whisper import Whisper
from .whisperx import WhisperX

_ANY = "*"


@dataclass(frozen=True)
class Entry:
    """ranks: by (Language.code or "*", content), the smallest first; an aligner without one for a language
    and content is only used where it is named."""

    aligner: Aligner
    ranks: Mapping[tuple[str, str], int]


def _both(speech: int, song: int) -> dict[tuple[str, str], int]:
    return {(_ANY, "speech"): speech, (_ANY, "song"): song}


# What was measured (docs/alignment.md) comes first, best first, then what was not, because no weights were at
# hand: CTC, WhisperX, and Qwen's, which can't tell whether it is lost. An estimate comes last.
ENTRIES = (
    Entry(Pocketsphinx(), _both(10, 50)),
    Entry(Whisper(), _both(20, 10)),
    Entry(StableTs(), _both(30, 20)),
    Entry(Ctc(), _both(40, 30)),
    Entry(RecognisedWords(), _both(50, 40)),
    Entry(WhisperX(), _both(60, 60)),
    Entry(QwenAligner(), _both(70, 70)),
    Entry(Syllables(), _both(90, 90)),
)
_BY_NAME = {entry.aligner.name: entry.aligner for entry in ENTRIES}


def aligner(name: str) -> Aligner:
    """By one of names.ALIGNERS but for "auto"."""
    return _BY_NAME[name]


def ranked(language: Language | None, content: str) -> list[Aligner]:
    """Those that know a language and are meant for a content ("speech" or "song"), in the order in which they
    are to be tried. None: a language that nobody knows, which each takes for what it can."""
    fit = [
        (rank, entry.aligner)
        for entry in ENTRIES
        if content in entry.aligner.contents
        and knows(entry.aligner, language)
        and (rank := _rank(entry, language, content)) is not None
    ]
    return [found for _, found in sorted(fit, key=lambda pair: pair[0])]


def knows(candidate: Aligner, language: Language | None) -> bool:
    if candidate.languages is None or language is None:
        return True
    return not candidate.languages.isdisjoint((language.code, language.whisper))


def _rank(entry: Entry, language: Language | None, content: str) -> int | None:
    code = language.code if language else _ANY
    return entry.ranks.get((code, content), entry.ranks.get((_ANY, content)))
