"""What every speech recogniser of the pack can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..names import Content
from ..words import Word, WordTimings

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.media.sound import Sound


class Transcriber(Protocol):
    """One recogniser with its model. The model stays loaded between calls where the host can evict it."""

    @property
    def name(self) -> str:
        """The engine and its model, as shown to the user."""
        ...

    def transcribe(self, sound: Sound, *, language: str | None, content: Content, host: Host) -> WordTimings:
        """Every word that is heard, in lines, with times and confidences.

        language: code such as "en", or None to find out. content: "speech" skips what a voice detector finds
        no voice in, "song" only what is silent, "auto" decides between them by the sound.
        Raises InputError for a language that the engine doesn't know, MissingFilesError, WeightsError, and
        the host's own exception when the run is cancelled.
        """
        ...


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that an engine recognised together, their times in seconds of the passage it was given.

    log_probability: mean over the tokens. compression: length of the text over its compressed length.
    no_speech: probability that there is no voice.
    """

    words: tuple[Word, ...]
    log_probability: float = 0.0
    compression: float = 1.0
    no_speech: float = 0.0
