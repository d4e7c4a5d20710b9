"""Qwen3-ForcedAligner (code Apache-2.0), in a Python of its own: it wants one exact older transformers."""

from __future__ import annotations

import os

import numpy as np

from ...engine.media.voice import loud_spans
from ..combine import NO_LENGTH
from ..letters import timed_lines
from ..pauses import INAUDIBLE
from ..timing import Alignment
from ..words import WordTimings
from .outside.interpreter import interpreter, is_named, run
from .outside.windows import windows
from .protocol import Request

VARIABLE = "LIPSYNC_QWEN_PYTHON"
MODEL_VARIABLE = "LIPSYNC_QWEN_MODEL"
"""Its weights: a folder, or a repository at Hugging Face; _MODEL by default."""

_TITLE = "Qwen3-ForcedAligner"
_MODEL = "Qwen/Qwen3-ForcedAligner-0.6B"
# As its description says: up to five minutes.
_LONGEST = 300.0
_LOST_SHARE = 0.45
# A word is beside the sound when none of it can be heard.
_BESIDE_SHARE = 0.5


class QwenAligner:
    """See `protocol.Aligner`. What it can't tell is whether the text is what is said: that it is lost shows
    in words without length and words in silence alone."""

    name = "qwen3-forcedaligner"
    languages = frozenset({"de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "yue", "zh"})
    contents = frozenset({"speech", "song"})
    needs = f"a Python of its own with `pip install qwen-asr`, named by {VARIABLE}"
    estimates = False

    def ready(self, request: Request) -> bool:
        return is_named(VARIABLE)

    def align(self, request: Request) -> Alignment:
        python = interpreter(VARIABLE, _TITLE, "pip install qwen-asr")
        nothing = WordTimings((), engine=self.name)
        if float(np.abs(request.samples).max()) < INAUDIBLE:
            return Alignment(nothing, "there is nothing to hear")
        if request.spoken.code not in self.languages:
            return Alignment(nothing, f"it doesn't know {request.spoken.name}")
        parts = windows(request, _LONGEST, _TITLE)
        if isinstance(parts, str):
            return Alignment(nothing, parts)
        pieces = run(
            python,
            _TITLE,
            self.name,
            request.samples,
            parts,
            request.host,
            language=request.spoken.name,
            model=os.environ.get(MODEL_VARIABLE, "").strip() or _MODEL,
            download=request.download,
        )
        lines, lost = timed_lines(request.lines, pieces, request.duration)
        tag = request.language.tag if request.language else ""
        timings = WordTimings(lines, tag, f"{self.name} (which does not tell how sure it is)")
        short = sum((piece.end or 0.0) - (piece.start or 0.0) < NO_LENGTH for piece in pieces)
        share = max(lost / request.count, short / max(1, len(pieces)))
        if share > _LOST_SHARE:
            return Alignment(timings, f"{share:.0%} of the words found no room")
        loud = loud_spans(request.samples)
        beside = sum(
            not any(start < word.end and word.start < end for start, end in loud) for word in timings.words()
        )
        if beside > _BESIDE_SHARE * request.count:
            return Alignment(timings, f"{beside / request.count:.0%} of the words are put into silence")
        return Alignment(timings)
