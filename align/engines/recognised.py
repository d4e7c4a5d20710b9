"""The words that a Whisper model hears, matched with the text, which may differ much from the sound."""

from __future__ import annotations

from dataclasses import replace

from ..match import match_lyrics
from ..names import LANGUAGES
from ..timing import Alignment
from .protocol import Request


class RecognisedWords:
    """See `protocol.Aligner`."""

    name = "recognised words"
    languages = frozenset(LANGUAGES)
    contents = frozenset({"speech", "song"})
    needs = "any Whisper model"
    estimates = False

    def ready(self, request: Request) -> bool:
        return True

    def align(self, request: Request) -> Alignment:
        recognised = request.whispers.heard()
        match = match_lyrics(
            request.lines,
            recognised.words(),
            float(request.sound.duration),
            language=request.language.tag if request.language else recognised.language,
        )
        timings = replace(match.timings, engine=f"{match.timings.engine} ({recognised.engine})")
        return Alignment(timings, match.fault.rstrip("."))
