"""What `dev.py bench align --songs` measures on a song of more than three minutes: how long it takes, and how
long a cancel waits to be answered.

Nothing is answered between two looks at whether the run was cancelled. The longest of these waits is the most
that any cancel can take, so one run measures every moment; in processor time, because other work on the cores
makes the clock's waits longer. Two more runs are really cancelled, in the middle of a pass.
"""

from __future__ import annotations

import math
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lipsync_studio.align.chain import AlignOptions, align
from lipsync_studio.engine.errors import Cancelled
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

from ..corpus import RATE, errors
from ..corpus.songs import long_song
from ..steps import say
from .table import Row

# Seconds in which a cancel must be answered.
_ANSWERED = 2.0
_LANGUAGE, _SNR = "de", 6.0
# Between two progress reports of the pass that is cancelled, seconds.
_INSIDE = 0.2


@dataclass
class _Wait:
    """Between two looks: seconds on the clock, and of the processor in this process; the stage it was in."""

    clock: float
    processor: float
    stage: str


@dataclass
class _Looks:
    waits: list[_Wait] = field(default_factory=list)
    stage: str = "loading"
    last: tuple[float, float] = (0.0, 0.0)

    def begin(self) -> None:
        self.last = time.perf_counter(), time.process_time()

    def look(self) -> None:
        now = time.perf_counter(), time.process_time()
        self.waits.append(_Wait(now[0] - self.last[0], now[1] - self.last[1], self.stage))
        self.last = now


class _Watched(PlainHost):
    """Notes every look, and is cancelled a little after a stage has come half way. half: that stage, or
    none."""

    def __init__(self, half: str = "") -> None:
        self.stop = threading.Event()
        super().__init__("cpu", cancel=self.stop)
        self.looks = _Looks()
        self.asked = 0.0
        self._half = half

    def check_cancelled(self) -> None:
        self.looks.look()
        super().check_cancelled()

    def progress(
        self, stage: str, done: int, total: int, preview: Any = None, *, unit: str = "frames"
    ) -> None:
        super().progress(stage, done, total, preview, unit=unit)
        self.looks.stage = stage
        if stage == self._half and done >= total / 2:
            self._half = ""
            threading.Timer(_INSIDE, self._cancel_now).start()

    def _cancel_now(self) -> None:
        self.asked = time.perf_counter()
        self.stop.set()


def measured(whisper: Path, pace: float) -> dict[str, Any]:
    """The figures of one song, and the bounds they must hold. pace: what the processor may take of its
    length."""
    made = long_song(_LANGUAGE, _SNR)
    say(f"== {made.case.name}")
    sound = Sound(made.case.samples[None], RATE)
    options = AlignOptions(content="song", whisper=whisper)
    started, used = time.perf_counter(), sum(os.times()[:4])
    with _Watched() as host:
        host.looks.begin()
        timings = align(sound, made.case.lyrics, host, options).timings
        host.looks.look()
    took, spent = time.perf_counter() - started, sum(os.times()[:4]) - used
    within = errors(made.case.truth, timings, made.source).within_300
    # Loading reads files and imports packages once; what is asked of are the passes.
    waits = [wait for wait in host.looks.waits if wait.stage != "loading"]
    longest = max(waits, key=lambda wait: wait.clock)
    answered = {stage: _answered(sound, made.case.lyrics, options, stage) for stage in _passes(waits)}
    busiest = max(wait.processor for wait in waits)
    return {
        "seconds": made.case.duration,
        "real_time_factor": took / made.case.duration,
        "processor_factor": spent / made.case.duration,
        "within_300": within,
        "longest_wait": {"clock": longest.clock, "stage": longest.stage},
        "longest_wait_of_the_processor": busiest,
        "answered": answered,
        "bounds": {
            f"a long song in {pace:g} of its length": spent <= pace * made.case.duration,
            f"a cancel in mid-pass is answered within {_ANSWERED:g} s": max(busiest, *answered.values())
            <= _ANSWERED,
        },
    }


def _passes(waits: list[_Wait]) -> list[str]:
    """The two stages in which most of the time goes by."""
    spent: dict[str, float] = {}
    for wait in waits:
        spent[wait.stage] = spent.get(wait.stage, 0.0) + wait.clock
    return sorted(spent, key=lambda stage: -spent[stage])[:2]


def _answered(sound: Sound, lyrics: str, options: AlignOptions, stage: str) -> float:
    """Seconds from a cancel in the middle of a stage until the run has ended; infinite where it went on."""
    with _Watched(stage) as host:
        try:
            align(sound, lyrics, host, options)
        except Cancelled:
            return time.perf_counter() - host.asked
    return math.inf


def rows(found: dict[str, Any]) -> list[Row]:
    """For the table."""
    longest = found["longest_wait"]
    return [
        (f"a song of {found['seconds']:.0f} s: within 0.3 s", f"{found['within_300']:.1%}"),
        ("  time × length", f"{found['real_time_factor']:.2f}"),
        ("  processor time × length", f"{found['processor_factor']:.2f}"),
        ("  longest wait of a cancel", f"{longest['clock']:.2f} s, in {longest['stage']}"),
        ("  of the processor", f"{found['longest_wait_of_the_processor']:.2f} s"),
        *((f"  cancelled in {stage}", f"{spent:.2f} s") for stage, spent in found["answered"].items()),
    ]
