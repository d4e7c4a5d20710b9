"""What is said, frame by frame, and when the mouth rests."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..align.spread import phones_within_words
from ..align.words import WordTimings
from ..engine.host.protocol import Host
from ..engine.host.reporter import reporter
from ..engine.media.sound import Sound
from ..engine.media.spans import Spans
from ..engine.media.timeline import Timeline
from ..engine.media.voice import RATE, gate, looks_like_song, loud_spans, voiced_spans
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
    frame begins, with the sync offset already in them. frame_seconds: length of a frame. gate: float32
    [frames], 1 where there is speech, 0 in silence. silence: what the mouth does there. spans: seconds of the
    sound in which the mouth moves.
    """

    samples: np.ndarray
    times: np.ndarray
    frame_seconds: float
    gate: np.ndarray
    silence: SilenceRule
    words: WordTimings | None
    lyrics: str
    spans: Spans = Spans()


def speech_of(request: LipSyncRequest, timeline: Timeline, host: Host | None = None) -> Speech:
    times = timeline.times.seconds() - request.sync_offset
    voice, last = request.voice, float(times[-1]) + _CONTEXT
    if voice.duration > last and not request.lyrics.strip():
        # Of a song that goes on after the footage, what is heard is enough to tell its voice from its noise.
        voice = voice.cut(0, Fraction(max(last, _CONTEXT)))
    samples = voice_samples(voice, host)
    words = request.words
    spans = mouth_spans(samples, words, request.content, request.driving is not None, host)
    frame_seconds, moving = float(1 / timeline.fps), gate(times, spans)
    return Speech(samples, times, frame_seconds, moving, request.silence, words, request.lyrics, spans)


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
