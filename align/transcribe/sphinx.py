"""PocketSphinx: speech recognition that needs no download. English only, and right about half of the words.

Takes clear speech. What it finds in music is a few words between long stretches of noise, which gives it
away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ..names import SPHINX, Content
from ..pocket import FILLERS, FRAMES_PER_SECOND, RATE, decode, prepared, require_pocketsphinx
from ..words import Word, WordTimings
from .procedure import Heard, Samples, cut, listen, timings
from .protocol import Segment

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ...engine.media.sound import Sound

CONFIDENCE = 0.25

# The search takes time that grows faster than its length, and noise makes it consider everything.
_LONGEST_PASSAGE = 12.0
_MOST_STATES = 3000
_MOST_WORDS = 10
# The share of a passage that words fill. Measured: speech 0.60 to 0.87, also 10 dB above music; 12 pieces of
# music and noise at most 0.34.
_SPOKEN_SHARE = 0.5


class Sphinx:
    """Transcribes with the acoustic and language model inside the package."""

    name = SPHINX

    def transcribe(self, sound: Sound, *, language: str | None, content: Content, host: Host) -> WordTimings:
        """See `protocol.Transcriber`."""
        if language not in (None, "en"):
            raise InputError(
                f'PocketSphinx recognises English only, not "{language}": choose a Whisper engine.'
            )
        require_pocketsphinx()
        from pocketsphinx import Decoder

        decoder = Decoder(
            samprate=RATE,
            bestpath=False,
            maxhmmpf=_MOST_STATES,
            maxwpf=_MOST_WORDS,
            loglevel="FATAL",
        )

        def recognise(samples: Samples, heard: Heard) -> Iterator[Segment]:
            decode(decoder, prepared(samples))
            if decoder.hyp() is None:
                return
            words = [
                Word(
                    segment.word.split("(")[0],
                    segment.start_frame / FRAMES_PER_SECOND,
                    (segment.end_frame + 1) / FRAMES_PER_SECOND,
                    CONFIDENCE,
                )
                for segment in decoder.seg()
                if not segment.word.startswith(FILLERS)
            ]
            if sum(word.end - word.start for word in words) > _SPOKEN_SHARE * len(samples) / RATE:
                yield Segment(tuple(words))

        parts = cut(sound, content, _LONGEST_PASSAGE)
        return timings(listen(parts, recognise, host), sound, "en", self.name)
