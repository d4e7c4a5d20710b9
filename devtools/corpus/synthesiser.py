"""The process that speaks: `python -m lipsync_studio.devtools.corpus.synthesiser OUT` reads utterances as
JSON and writes their samples and the phones of their words.

It is a process of its own because libespeak-ng, which the package espeakng-loader bundles, keeps its state in
globals. eSpeak NG is GPL-3.0: for tests and measurements only, the pack itself never imports it.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from .espeak import RATE, Sounding, Utterance

# speak_lib.h of eSpeak NG 1.52: enumerators and flags used here.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_PHONEME_EVENTS = 0x1
_DONT_EXIT = 0x8000
_EVENT_WORD, _EVENT_PHONEME = 1, 7
_PARAMETER_RATE, _PARAMETER_PITCH, _PARAMETER_RANGE = 1, 3, 4
_CHARS_UTF8 = 1
_SEED = 1

_PAUSES = ("_", "_:", "__", "_|", ";", "")


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Library:
    """The one instance of libespeak-ng in this process."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        flags = _PHONEME_EVENTS | _DONT_EXIT
        rate = self._library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 0, data, flags)
        if rate != RATE:
            raise RuntimeError(f"eSpeak NG does not start (code {rate}).")
        self._samples: list[npt.NDArray[np.int16]] = []
        self._events: list[tuple[int, int, float, str]] = []
        # The library keeps the pointer, so the callback must live as long.
        self._callback = _Callback(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)
        # The breath of some voices is noise, which the library seeds with the time.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
        self._counts: dict[tuple[str, str], int] = {}

    def _receive(self, wave: Any, count: int, events: Any) -> int:
        if count > 0:
            self._samples.append(np.ctypeslib.as_array(wave, (count,)).copy())
        at = 0
        while events[at].type:
            event = events[at]
            name = event.id.string.decode() if event.type == _EVENT_PHONEME else ""
            self._events.append((event.type, event.text_position - 1, event.sample / RATE, name))
            at += 1
        return 0

    def say(self, utterance: Utterance) -> tuple[npt.NDArray[np.int16], list[list[Sounding]]]:
        """The samples, and the phones of every word."""
        said = self._said(utterance)
        positions = _word_positions(utterance.text)
        words: list[list[Sounding]] = [[] for _ in positions]
        current = 0
        sounds = [event for event in self._events if event[0] in (_EVENT_WORD, _EVENT_PHONEME)]
        for number, (kind, position, start, name) in enumerate(sounds):
            if kind == _EVENT_WORD:
                # A position inside a word ("don" + "t") is that word.
                current = max(at for at, first in enumerate(positions) if first <= position)
            elif name not in _PAUSES:
                rest = (event[2] for event in sounds[number + 1 :] if event[0] == _EVENT_PHONEME)
                words[current].append(Sounding(name, start, next(rest, len(said) / RATE)))
        self._part_joined(words, utterance)
        return said, words

    def _said(self, utterance: Utterance) -> npt.NDArray[np.int16]:
        self._samples.clear()
        self._events.clear()
        if self._library.espeak_SetVoiceByName(utterance.voice.encode()) != 0:
            raise ValueError(f"eSpeak NG has no voice {utterance.voice!r}.")
        for parameter, value in (
            (_PARAMETER_RATE, utterance.wpm),
            (_PARAMETER_PITCH, utterance.pitch),
            (_PARAMETER_RANGE, utterance.intonation),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)
        text = utterance.text.encode() + b"\0"
        if self._library.espeak_Synth(text, len(text), 0, 1, 0, _CHARS_UTF8, None, None) != 0:
            raise RuntimeError("eSpeak NG refuses the text.")
        self._library.espeak_Synchronize()
        return np.concatenate(self._samples)

    def _part_joined(self, words: list[list[Sounding]], utterance: Utterance) -> None:
        """The dictionary joins words such as "in the", whose phones then all come with the first one."""
        texts = utterance.text.split()
        first = 0
        while first < len(words):
            last = next((at for at in range(first + 1, len(words)) if words[at]), len(words))
            if last - first > 1:
                joined = words[first]
                counts = [self._phone_count(text, utterance.voice) for text in texts[first:last]]
                if not joined or len(joined) != sum(counts):
                    raise ValueError(f"The phones of {texts[first:last]} can't be told apart.")
                rest = iter(joined)
                words[first:last] = [list(islice(rest, count)) for count in counts]
            first = last

    def _phone_count(self, text: str, voice: str) -> int:
        key = (text, voice)
        if key not in self._counts:
            self._said(Utterance(text.strip(",.;:!?"), voice, 150))
            self._counts[key] = sum(
                kind == _EVENT_PHONEME and name not in _PAUSES for kind, _, _, name in self._events
            )
        return self._counts[key]


def _word_positions(text: str) -> list[int]:
    """Where each word begins; the library counts characters."""
    return [match.start() for match in re.finditer(r"\S+", text)]


def main() -> None:
    library = _Library()
    spoken = [library.say(Utterance(**utterance)) for utterance in json.load(sys.stdin)]
    words = [[[(s.name, s.start, s.end) for s in word] for word in words] for _, words in spoken]
    arrays: dict[str, Any] = {f"samples{number}": pcm for number, (pcm, _) in enumerate(spoken)}
    with open(sys.argv[1], "wb") as file:
        np.savez_compressed(file, words=np.array(json.dumps(words)), **arrays)


if __name__ == "__main__":
    main()
