"""What is said, frame by frame, and when the mouth rests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..align.beyond import ended
from ..align.chain import align_offline, language_notes
from ..align.doubt import doubt
from ..align.sheet import notes as left_out_notes
from ..align.spread import phones_within_words
from ..align.text import read_text
from ..align.words import WordTimings
from ..engine.errors import LipSyncError
from ..engine.host.protocol import Host
from ..engine.host.reporter import reporter, silent
from ..engine.media.sound import Sound
from ..engine.media.spans import Spans
from ..engine.media.timeline import Timeline
from ..engine.media.voice import RATE, gate, looks_like_song, loud_spans, voiced_spans
from ..engine.report import Caution
from .request import ContentKind, LipSyncRequest, SilenceRule

# Seconds of sound that are listened to beyond the last frame.
_CONTEXT = 60.0
# A mouth is in motion this long before and after a word, in seconds.
_WORD_MARGIN = 0.15
_BILABIALS = ("P", "B", "M")


@dataclass(frozen=True)
class Speech:
    """What the mouth is to say.

    samples: float32 [n], mono at 16 kHz. times: float64 [frames], seconds of the sound at which each output
    frame begins, with the sync offset already in them. frame_seconds: float64 [frames], length of each. gate:
    float32 [frames], 1 where there is speech, 0 in silence. silence: what the mouth does there. words,
    lyrics: what is said, if known. spans: seconds of the sound in which the mouth moves.
    """

    samples: np.ndarray
    times: np.ndarray
    frame_seconds: np.ndarray
    gate: np.ndarray
    silence: SilenceRule
    words: WordTimings | None
    lyrics: str
    spans: Spans = Spans()

    def timed(self, notes: list[str], report: Callable[[int], None] = silent) -> WordTimings | None:
        """When what is known to be said is said; None where nothing is, or where it can't be found in the
        sound, which is then one of the notes. report: called with the seconds of the sound that are done."""
        if self.words is not None or not self.lyrics.strip():
            return self.words
        try:
            text = read_text(self.lyrics)
            spans = loud_spans(self.samples, report=report)
            words = align_offline(self.samples, text.lines, spans, text.language)
            words, beyond = ended(words, len(self.samples) / RATE)
        except LipSyncError as error:
            notes.append(Caution(f"The text was not used: {error}", "unused", reason=str(error)))
            return None
        notes += [*doubt(words), *beyond, *left_out_notes(text.left_out), *language_notes(text.language)]
        return words


def speech_of(
    request: LipSyncRequest, timeline: Timeline, host: Host | None = None, heard: np.ndarray | None = None
) -> Speech:
    """Of the one voice of a request. heard: its samples, where they are known, as from `listen`."""
    begins = timeline.times.seconds()
    lengths = np.diff(begins, append=float(timeline.duration))
    times = begins - request.sync_offset
    samples = listen(request, timeline, host) if heard is None else heard
    words = request.words
    if words is not None and request.turns is not None:
        words = words.within(request.turns)
    spans = mouth_spans(samples, words, request.content, request.driving is not None, host)
    if request.turns is not None:
        spans = spans.shared(request.turns)
    return Speech(samples, times, lengths, gate(times, spans), request.silence, words, request.lyrics, spans)


def listen(request: LipSyncRequest, timeline: Timeline, host: Host | None = None) -> np.ndarray:
    """What is heard of a request's one voice while its frames are shown, as `voice_samples` has it."""
    voice, last = request.voice, float(timeline.times[-1]) - request.sync_offset + _CONTEXT
    if voice.duration > last and not request.lyrics.strip():
        # Of a song that goes on after the footage, what is heard is enough to tell its voice from its noise.
        voice = voice.cut(0, Fraction(max(last, _CONTEXT)))
    return voice_samples(voice, host)


def listen_each(
    requests: Sequence[LipSyncRequest], timeline: Timeline, host: Host | None = None
) -> list[np.ndarray]:
    """What is heard of each one's voice, as from `listen`; voices of one sound share the samples."""
    heard: dict[tuple[int, bool], np.ndarray] = {}
    found = []
    for request in requests:
        # Of a sound in which a text is to be found, all is heard.
        sound = id(request.voice), bool(request.lyrics.strip())
        if sound not in heard:
            heard[sound] = listen(request, timeline, host)
        found.append(heard[sound])
    return found


def voice_samples(voice: Sound, host: Host | None = None) -> np.ndarray:
    """A sound as engines and detectors take it: float32 [n], mono at 16 kHz."""
    return voice.mono(RATE, reporter(host, "Reading the sound", int(voice.duration), "seconds"))


def speech_spans(samples: np.ndarray, content: ContentKind, stem: bool, host: Host | None = None) -> Spans:
    """Where there is a voice, without knowing the words.

    samples: float32 [n] mono at 16 kHz. Voice activity decides on speech and on a vocal stem. In a full mix
    only true silence counts as a pause: voice detectors miss a third of sung frames."""
    report = reporter(host, "Looking for pauses", len(samples) // RATE, "seconds")
    if stem or content == "speech" or (content == "auto" and not looks_like_song(samples, report)):
        return voiced_spans(samples, report)
    return loud_spans(samples, report=report)


def mouth_spans(
    samples: np.ndarray,
    words: WordTimings | None,
    content: ContentKind,
    stem: bool,
    host: Host | None = None,
) -> Spans:
    """Where the mouth moves: around known words, else in `speech_spans`."""
    if words is not None and words.lines:
        return Spans((word.start, word.end) for word in words.words()).padded(_WORD_MARGIN)
    return speech_spans(samples, content, stem, host)


def lip_closures(words: WordTimings | None) -> list[tuple[float, float]]:
    """(start, end) of each P, B and M of known words, seconds; none where they can't be pronounced."""
    phones = phones_within_words(words.words(), words.language) if words is not None and words.lines else []
    return [(phone.start, phone.end) for phone in phones if phone.name in _BILABIALS]
