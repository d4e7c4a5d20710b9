"""An estimate by the length of the words alone, where a voice can be told from what else there is to hear."""

from __future__ import annotations

from ...engine.media.voice import loud_spans, voiced_spans
from ..place import place_words
from ..timing import Alignment
from ..words import WordTimings
from .protocol import Request

# A detector that hears a voice nearly all the time hears something else: speech fills 0.64 to 0.89 of its
# time, music and noise all of theirs.
_ALL_VOICE = 0.95


class Syllables:
    """See `protocol.Aligner`."""

    name = "by syllables"
    languages = None
    contents = frozenset({"speech", "song"})
    needs = "nothing: it comes with the pack"
    estimates = True

    def ready(self, request: Request) -> bool:
        return True

    def align(self, request: Request) -> Alignment:
        request.host.check_cancelled()
        spans = voiced_spans(request.samples)
        if request.by_name:
            return Alignment(
                place_words(request.samples, request.lines, spans or loud_spans(request.samples))
            )
        voiced = sum(end - start for start, end in spans) / request.duration
        if not spans or voiced > _ALL_VOICE:
            return Alignment(
                WordTimings((), engine=self.name), "no voice can be told from the rest of the sound"
            )
        recognised = request.whispers.heard_if_possible()
        if recognised is not None and not recognised.lines:
            return Alignment(WordTimings((), engine=self.name), "no words are heard")
        return Alignment(place_words(request.samples, request.lines, spans))
