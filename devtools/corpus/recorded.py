"""The recordings that the project itself holds, with times that their makers or a spectrogram tell."""

from __future__ import annotations

import json
from itertools import islice

from lipsync_studio.align.words import Word
from lipsync_studio.engine.media.sound import Sound

from ..paths import ROOT
from .case import RATE, Case

_SPEECH = ROOT / "tests" / "data" / "speech"
_DEMO = ROOT / "demo"
# How many phones each word of the sentence has.
_PHONES = (4, 3, 3, 4, 4, 2, 4)


def recorded() -> list[Case]:
    """The sung verse of the demo, and a sentence by Flite."""
    return [_verse(), _sentence()]


def _verse() -> Case:
    rows = json.loads((_SPEECH / "verse.json").read_text(encoding="utf-8"))["words"]
    lyrics = (_DEMO / "verse.txt").read_text(encoding="utf-8")
    samples = Sound.load(_DEMO / "verse.mp3").mono(RATE)
    return Case(samples, tuple(Word(*row) for row in rows), lyrics, "demo verse, sung")


def _sentence() -> Case:
    said = json.loads((_SPEECH / "maybe_bob.json").read_text(encoding="utf-8"))
    phones = iter(phone for phone in said["phones"] if phone[0] != "SIL")
    words = []
    for text, count in zip(said["text"].split(), _PHONES, strict=True):
        own = list(islice(phones, count))
        words.append(Word(text, own[0][1], own[-1][2]))
    samples = Sound.load(_SPEECH / "maybe_bob.flac").mono(RATE)
    return Case(samples, tuple(words), said["text"], "sentence by Flite")
