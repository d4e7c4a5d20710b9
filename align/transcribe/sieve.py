"""What recognisers invent, taken out of what they heard.

Whisper was trained on subtitles and finds words for noise and music too. It then says so in numbers.
Measured with tiny.en on noise, hum, clicks, chords and drums, its no-speech probability is 0.50 to 0.96, and
either the mean log probability of its tokens is below -1.2 or the text repeats itself (compression above 4).
On speech and song, also 5 dB below music, the former is at most 0.27 and the latter above -0.9. A noisy radio
call reaches 0.73 and -0.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..words import Word
from .passages import RATE, Passage
from .protocol import Segment

# Whisper's own rule wants 0.6 and -1.0; below these a window is doubted already.
_DOUBTED_NO_SPEECH = 0.3
_UNLIKELY = -1.0
_VOICELESS = 0.85
_UNSURE = -0.5
_REPETITIVE = 2.4
# Times come in steps of 0.02 s. More than this share of words without length is a text without sound.
_NO_LENGTH = 0.03
_NO_LENGTH_SHARE = 0.5
# A word is silent when no 30 ms around it come within 45 dB of the passage's peak.
_SILENT = 10 ** (-45 / 20)
_AROUND = 0.15
_FRAME = 480
_CONFIDENT = 0.5
# "[Music]", "(applause)", "♪": sounds, not words.
_SOUND = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫🎵🎶]+")


def plausible(segments: Iterable[Segment], passage: Passage) -> list[Segment]:
    """The segments of a passage that are heard in it, without the words that are not."""
    kept = []
    for segment in segments:
        words = tuple(word for word in spoken(segment.words) if _audible(word, passage))
        if words and not _invented(replace(segment, words=words)):
            kept.append(replace(segment, words=words))
    return kept


def spoken(words: Iterable[Word]) -> list[Word]:
    """The words without descriptions of sounds; signs that stand alone go to the word before them."""
    words = list(words)
    text = " ".join(word.text for word in words)
    described = [match.span() for match in _SOUND.finditer(text)]
    kept: list[Word] = []
    at = 0
    for word in words:
        first, at = at, at + len(word.text) + 1
        if any(start < at - 1 and first < stop for start, stop in described):
            continue
        if any(letter.isalnum() for letter in word.text):
            kept.append(word)
        elif kept:
            kept[-1] = replace(kept[-1], text=kept[-1].text + word.text, space=word.space)
    return kept


def _invented(segment: Segment) -> bool:
    doubted = segment.no_speech > _DOUBTED_NO_SPEECH
    if doubted and (segment.log_probability < _UNLIKELY or segment.compression > _REPETITIVE):
        return True
    if segment.no_speech > _VOICELESS and segment.log_probability < _UNSURE:
        return True
    without_length = sum(word.end - word.start < _NO_LENGTH for word in segment.words)
    return without_length > max(1, _NO_LENGTH_SHARE * len(segment.words))


def _audible(word: Word, passage: Passage) -> bool:
    first = max(0, round((word.start - _AROUND) * RATE))
    sound = passage.samples[first : max(first + 1, round((word.end + _AROUND) * RATE))]
    if sound.size == 0:
        return False
    frames = np.pad(sound, (0, -sound.size % _FRAME)).reshape(-1, _FRAME)
    if np.sqrt(np.square(frames).mean(axis=1).max()) < _SILENT * np.abs(passage.samples).max():
        return False
    start, end = passage.clock.opening(word.start) - _AROUND, passage.clock.closing(word.end) + _AROUND
    voiced = any(a < end and start < b for a, b in passage.voiced)
    return voiced or word.confidence >= _CONFIDENT
