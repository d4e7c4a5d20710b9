"""What every aligner of known lyrics can do, and what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from ...engine.errors import AudioError, TextError
from ..language import ENGLISH, Language
from ..text import LyricLine
from ..timing import Alignment

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.media.sound import Sound
    from ..whisper.pool import Whispers

RATE = 16000

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Request:
    """One text and one sound.

    sound: what is listened to; samples: the same, mono float32 [n] at 16 kHz. language: None where neither
    the user nor the text tells it. song: whether the sound is one. whispers: the Whisper models of this run,
    and what they hear. download: fetch what is missing. by_name: the user has named this aligner, which then
    does what it can. Raises AudioError for empty sound, TextError where there is nothing to speak.
    """

    sound: Sound
    samples: Samples
    lines: Sequence[LyricLine]
    language: Language | None
    song: bool
    host: Host
    whispers: Whispers
    download: bool = False
    by_name: bool = False

    def __post_init__(self) -> None:
        if self.samples.size == 0:
            raise AudioError("The soundtrack is empty: choose audio that holds the words.")
        if not any(line.words for line in self.lines):
            raise TextError("The lyrics hold no words that can be spoken: enter the text that is heard.")

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.samples.size / RATE

    @property
    def spoken(self) -> Language:
        """The language; where nobody knows it, English."""
        return self.language or ENGLISH

    @cached_property
    def count(self) -> int:
        """How many words there are."""
        return sum(len(line.words) for line in self.lines)


class Aligner(Protocol):
    """One way to time known words. An object of it holds settings only: all it works on is in the request.

    name: what users choose it by. languages: their codes (`Language.code`); None for as many as it can be
    tried with. contents: what `auto` gives it, of "speech" and "song". needs: what has to be there, for
    people. estimates: it hears no words, so that its times come last.
    """

    name: str
    contents: frozenset[str]
    needs: str
    estimates: bool

    @property
    def languages(self) -> frozenset[str] | None: ...

    def ready(self, request: Request) -> bool:
        """Whether `auto` is to try it. True where only `align` can tell; what it then lacks is told to the
        user. False where it is one of those that are installed by those who want them, and is not."""
        ...

    def align(self, request: Request) -> Alignment:
        """Every word of the text in order, one each, and whether the times can be trusted.

        Raises MissingFilesError for what is not installed, WeightsError, AlignmentError, TextError, and the
        host's own exception when the run is cancelled.
        """
        ...
