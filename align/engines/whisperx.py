"""WhisperX' forced alignment (BSD-2-Clause), in a Python of its own: it wants torch 2.8 and an older hub.

It is given the models that spell of `weights.CTC`, because its own for French, German, Spanish and Italian
forbid commercial use.
"""

from __future__ import annotations

import numpy as np

from ..letters import timed_lines
from ..pauses import INAUDIBLE
from ..timing import Alignment
from ..weights import CTC
from ..words import WordTimings
from .outside.interpreter import interpreter, is_named, run
from .outside.windows import windows
from .protocol import Request

VARIABLE = "LIPSYNC_WHISPERX_PYTHON"

_TITLE = "WhisperX"
# Its network looks at all of a sound at once: two and a half minutes of it take gigabytes.
_LONGEST = 60.0
# A score is the mean probability along the path. That of a text that is not said can't but be low; where the
# bound lies was not measured, so only what is plainly lost is called so.
_UNLIKELY, _UNLIKELY_SHARE = 0.1, 0.5
_LOST_SHARE = 0.45


class WhisperX:
    """See `protocol.Aligner`."""

    name = "whisperx"
    languages = frozenset(CTC)
    contents = frozenset({"speech", "song"})
    needs = f"a Python of its own with `pip install whisperx`, named by {VARIABLE}"
    estimates = False

    def ready(self, request: Request) -> bool:
        return is_named(VARIABLE)

    def align(self, request: Request) -> Alignment:
        python = interpreter(VARIABLE, _TITLE, "pip install whisperx")
        nothing = WordTimings((), engine=self.name)
        if float(np.abs(request.samples).max()) < INAUDIBLE:
            return Alignment(nothing, "there is nothing to hear")
        weights = CTC.get(request.spoken.code)
        if weights is None:
            return Alignment(nothing, f"no freely licensed model spells {request.spoken.name}")
        parts = windows(request, _LONGEST, _TITLE)
        if isinstance(parts, str):
            return Alignment(nothing, parts)
        repo = weights.files[0].repo
        pieces = run(
            python,
            _TITLE,
            self.name,
            request.samples,
            parts,
            request.host,
            language=request.spoken.code,
            model=repo,
            download=request.download,
        )
        lines, lost = timed_lines(request.lines, pieces, request.duration)
        tag = request.language.tag if request.language else ""
        timings = WordTimings(lines, tag, f"whisperx ({repo.split('/')[-1]})")
        unlikely = sum(word.confidence < _UNLIKELY for word in timings.words()) / request.count
        if lost > _LOST_SHARE * request.count:
            return Alignment(timings, f"{lost / request.count:.0%} of the words found no room")
        if unlikely > _UNLIKELY_SHARE:
            return Alignment(timings, f"{unlikely:.0%} of the words are not what is heard")
        return Alignment(timings)
