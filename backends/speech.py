"""What is said, frame by frame, and when the mouth rests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..align.words import WordTimings
from ..engine.media.spans import Spans
from ..engine.media.timeline import Timeline
from ..engine.media.voice import gate, looks_like_song, loud_spans, voiced_spans
from .request import ContentKind, LipSyncRequest, SilenceRule

# A mouth is in motion this long before and after a word, in seconds.
_WORD_MARGIN = 0.15


@dataclass(frozen=True)
class Speech:
    """What the mouth is to say.

    samples: float32 [n], mono at 16 kHz, with the sync offset already in it. times: float64 [frames], seconds
    at which each output frame begins. frame_seconds: length of a frame. gate: float32 [frames], 1 where there
    is speech, 0 in silence. silence: what the mouth does there.
    """

    samples: np.ndarray
    times: np.ndarray
    frame_seconds: float
    gate: np.ndarray
    silence: SilenceRule
    words: WordTimings | None
    lyrics: str


def speech_of(request: LipSyncRequest, timeline: Timeline) -> Speech:
    samples = request.voice.mono(16000)
    words = request.words
    times = np.array([float(t) for t in timeline.times]) - request.sync_offset
    gate = speech_gate(samples, times, words, request.content, request.driving is not None)
    return Speech(samples, times, float(1 / timeline.fps), gate, request.silence, words, request.lyrics)


def speech_spans(samples: np.ndarray, content: ContentKind, stem: bool) -> Spans:
    """Where there is a voice, without knowing the words.

    samples: float32 [n] mono at 16 kHz. Voice activity decides on speech and on a vocal stem. In a full mix
    only true silence counts as a pause: voice detectors miss a third of sung frames."""
    if stem or content == "speech" or (content == "auto" and not looks_like_song(samples)):
        return voiced_spans(samples)
    return loud_spans(samples)


def mouth_spans(samples: np.ndarray, words: WordTimings | None, content: ContentKind, stem: bool) -> Spans:
    """Where the mouth moves: around known words, else in `speech_spans`."""
    if words is not None and words.lines:
        return Spans((word.start, word.end) for word in words.words()).padded(_WORD_MARGIN)
    return speech_spans(samples, content, stem)


def speech_gate(
    samples: np.ndarray, times: np.ndarray, words: WordTimings | None, content: ContentKind, stem: bool
) -> np.ndarray:
    """1 where there is speech, 0 in silence, with short ramps: float32 [frames], at `times` seconds."""
    return gate(times, mouth_spans(samples, words, content, stem))
