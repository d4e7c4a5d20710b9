"""Words of the synthesiser stretched and pitched to a tune: a note each, the vowels held to its end."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lipsync_studio.align.words import Word

from .espeak import RATE, Speech, Utterance, speak

Samples = npt.NDArray[np.float32]

_BEAT = round(0.42 * RATE)
# How many beats longer a line's last note is, and the rest after it.
_LONGER, _REST = 2, 2
_LEAD_IN = round(0.5 * RATE)
# Words a minute of what is stretched: consonants are as quick in song as in speech.
_WPM = 130
# Semitones around the voice's own pitch, a note per word, over and over.
_TUNE = (0, 2, 4, 7, 4, 2, 9, 7, 4, 0, 2, -3)
# eSpeak's pitch parameter is 50 for the voice's own; measured from 38 to 99, to a fifth of a semitone.
_STEPS_PER_SEMITONE = 5
# What of a vowel is held: its middle, so that it begins and ends as fast as in speech.
_HELD_FROM, _HELD_TO = 0.3, 0.7
# Windows of WSOLA: Verhelst and Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for
# high quality time-scale modification of speech", ICASSP 1993. The search spans a period of 100 Hz.
_HOP = round(0.012 * RATE)
_SEARCH = round(0.010 * RATE)


def sing(lines: Sequence[Sequence[str]], voice: str) -> tuple[Samples, list[Word]]:
    """Samples at the synthesiser's rate, and the words with their times in seconds: each starts on a beat."""
    notes = [(text, _TUNE[at % len(_TUNE)]) for line in lines for at, text in enumerate(line)]
    # Punctuation would bend the pitch.
    pitched = [(text.strip(",.;:!?"), 50 + note * _STEPS_PER_SEMITONE) for text, note in notes]
    spoken = iter(speak([Utterance(text, voice, _WPM, pitch, intonation=0) for text, pitch in pitched]))
    parts: list[Samples] = [np.zeros(_LEAD_IN, np.float32)]
    words: list[Word] = []
    at = _LEAD_IN
    for line in lines:
        for number, text in enumerate(line, start=1):
            sung = _note(next(spoken), _LONGER if number == len(line) else 0)
            words.append(Word(text, at / RATE, (at + sung.size) / RATE))
            parts.append(sung)
            at += sung.size
        parts.append(np.zeros(_REST * _BEAT, np.float32))
        at += _REST * _BEAT
    return np.concatenate(parts), words


def _note(speech: Speech, longer: int) -> Samples:
    """The word from its first phone to its last, as long as the next whole number of beats."""
    phones = speech.words[0]
    first, last = round(phones[0].start * RATE), round(phones[-1].end * RATE)
    vowels = [phone for phone in phones if phone.is_vowel]
    beats = max(len(vowels), math.ceil((last - first) / _BEAT)) + longer
    spare = beats * _BEAT - (last - first)
    parts: list[Samples] = []
    done = first
    for number, vowel in enumerate(vowels):
        length = vowel.end - vowel.start
        begin, end = (round((vowel.start + part * length) * RATE) for part in (_HELD_FROM, _HELD_TO))
        extra = spare // len(vowels) + (spare % len(vowels) if number == 0 else 0)
        parts += [speech.samples[done:begin], stretched(speech.samples, begin, end, end - begin + extra)]
        done = end
    parts.append(speech.samples[done:last])
    return np.concatenate(parts)


def stretched(samples: Samples, begin: int, end: int, length: int) -> Samples:
    """samples[begin:end] made `length` samples long at the same pitch, by WSOLA."""
    fade = 0.5 - 0.5 * np.cos(np.pi * (np.arange(_HOP, dtype=np.float32) + 0.5) / _HOP)
    out = np.zeros(length + _HOP, np.float32)
    speed = (end - begin) / length
    source = begin
    for at in range(0, length, _HOP):
        if at:
            # What would follow the piece before, against what there is near the place that is due.
            wanted = samples[source + _HOP : source + 2 * _HOP]
            due = round(begin + at * speed)
            low = max(0, due - _SEARCH)
            near = samples[low : due + _SEARCH + _HOP]
            energy = np.convolve(np.square(near), np.ones(wanted.size, np.float32), "valid")
            likeness = np.correlate(near, wanted, "valid") / np.sqrt(np.maximum(energy, 1e-6))
            source = low + int(np.argmax(likeness))
        piece = samples[source : source + 2 * _HOP].copy()
        piece = np.pad(piece, (0, 2 * _HOP - piece.size))
        if at:
            out[at : at + _HOP] *= 1.0 - fade
            piece[:_HOP] *= fade
        room = out[at : at + 2 * _HOP]
        room[:_HOP] += piece[: min(_HOP, room.size)]
        room[_HOP:] = piece[_HOP : room.size]
    return out[:length]
