"""Qwen3-ForcedAligner without its network, for an interpreter of its own.

It takes what that of qwen-asr 0.0.6 takes and hands back what that hands back:
`Qwen3ForcedAligner.from_pretrained` and `align` of qwen_asr/inference/qwen3_forced_aligner.py: a list with a
`ForcedAlignResult` of items with text, start_time and end_time, whose texts have lost their punctuation. The
words are spread over what is loud, and have no length where SPOKEN has none of them. BLOCKS and FAILS as in
the other fake.
"""

import os
import time
from dataclasses import dataclass

import numpy as np

BLOCKS, FAILS = "blockforever", "failnow"
LANGUAGES = ("Chinese", "English", "Cantonese", "French", "German", "Italian", "Japanese", "Korean",
             "Portuguese", "Russian", "Spanish")  # fmt: skip


@dataclass(frozen=True)
class ForcedAlignItem:
    text: str
    start_time: float
    end_time: float


@dataclass(frozen=True)
class ForcedAlignResult:
    items: list

    def __iter__(self):
        return iter(self.items)


class Qwen3ForcedAligner:
    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
        assert set(kwargs) <= {"device_map", "dtype"}
        return cls()

    def align(self, audio, text, language):
        samples, rate = audio
        assert rate == 16000
        assert samples.dtype == np.float32
        assert language in LANGUAGES
        if BLOCKS in text:
            with open(os.environ["FAKE_ALIGNER_STARTED"], "w", encoding="utf-8") as file:
                file.write(str(os.getpid()))
            time.sleep(3600)
        if FAILS in text:
            raise RuntimeError("CUDA error: no kernel image\nsecond line")
        words = ["".join(c for c in word if c.isalnum() or c == "'") for word in text.split()]
        words = [word for word in words if word]
        spoken = os.environ["FAKE_ALIGNER_SPOKEN"].lower().split()
        loud = np.flatnonzero(np.abs(samples) > 0.02)
        begin, end = (loud[0], loud[-1]) if loud.size else (0, samples.size)
        edges = np.linspace(begin, end, len(words) + 1) / rate
        lost = not any(word.lower() in spoken for word in words)
        items = [
            ForcedAlignItem(word, round(float(start), 3), round(float(start if lost else stop), 3))
            for word, start, stop in zip(words, edges, edges[1:], strict=False)
        ]
        return [ForcedAlignResult(items)]
