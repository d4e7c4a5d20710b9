"""`python dev.py bench align --languages`: words in other languages, timed by `auto` without any Whisper
model, whose language is found in the text; and how many of their P, B and M close the lips.

A verse, on which the aligner's usual scores were measured, and a text that nothing was fitted to ("held
out").
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lipsync_studio.align.chain import AlignOptions, align
from lipsync_studio.align.spread import phones_within_words
from lipsync_studio.align.words import Word, WordTimings
from lipsync_studio.backends.viseme.motion import motion_from_phones
from lipsync_studio.engine.errors import LipSyncError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

from ..corpus import RATE, VARIANTS, VERSES, reading
from ..corpus.languages import Reading
from ..steps import say
from .table import Row, conclude

# What must hold: median in seconds, and the share of words within 0.3 s; the others are measured only.
_MEDIAN = 0.05
_BOUNDS = {"es": 0.95, "de": 0.95, "fr": 0.95, "it": 0.95, "ru": 0.95, "pt": 0.90}
_CLOSED = 0.95
_FPS = 25
# A closure may be shown a frame early or late.
_SLACK = 1 / _FPS
_HELD_OUT = ", held out"


def measure(codes: Sequence[str], quick: bool, out: Path) -> int:
    """Print the table, write the JSON; 1 where a bound does not hold."""
    variants = VARIANTS[: 1 if quick else None]
    results = {
        code + (_HELD_OUT if held_out else ""): _language(code, variants, held_out)
        for held_out in (False, True)
        for code in codes or VERSES
    }
    missed = [
        f"MISSED {name}: {fault}"
        for name, found in results.items()
        for fault in _faults(name.removesuffix(_HELD_OUT), found)
    ]
    for line in missed:
        say(line)
    return conclude({"languages": results, "missed": missed}, _rows(results), out) or bool(missed)


def _language(code: str, variants: Sequence[str], held_out: bool) -> dict[str, Any]:
    errors: list[float] = []
    shut: list[bool] = []
    engines, faults, pace = [], [], []
    for variant in variants:
        read = reading(code, variant, held_out)
        say(f"== {read.case.name}")
        started = time.perf_counter()
        try:
            with PlainHost("cpu") as host:
                sound = Sound(read.case.samples[None], RATE)
                timings = align(sound, read.case.lyrics, host, AlignOptions()).timings
        except LipSyncError as error:
            faults.append(str(error))
            continue
        pace.append((time.perf_counter() - started) / read.case.duration)
        engines.append(f"{timings.engine}, {timings.language}")
        errors += word_errors(read, timings)
        shut += closed(read, timings)
    lost = sum(len(reading(code, variant, held_out).case.truth) for variant in variants) - len(errors)
    late = np.array([*errors, *([np.inf] * lost)])
    return {
        "words": late.size,
        "median": float(np.median(np.abs(late))),
        "bias": float(np.median(late)),
        "within_100": float(np.mean(np.abs(late) <= 0.1)),
        "within_300": float(np.mean(np.abs(late) <= 0.3)),
        "closed": float(np.mean(shut)) if shut else None,
        "closures": len(shut),
        "engines": sorted(set(engines)),
        "failed": faults,
        "real_time_factor": statistics.fmean(pace) if pace else None,
    }


def word_errors(read: Reading, timings: WordTimings) -> list[float]:
    """How late each word of the truth was put, seconds."""
    starts = [word.start for word in _spaced(timings)]
    return [start - word.start for start, word in zip(starts, read.case.truth, strict=True)]


def _spaced(timings: WordTimings) -> list[Word]:
    """Of what stands between two spaces, the first word."""
    found = []
    for line in timings.lines:
        opens = True
        for word in line.words:
            if opens:
                found.append(word)
            opens = word.space
    return found


def closed(read: Reading, timings: WordTimings) -> list[bool]:
    """Of each sound that closes the lips, whether a frame shows them closed in it."""
    times = np.arange(round(read.case.duration * _FPS)) / _FPS
    phones = phones_within_words(timings.words(), timings.language)
    sealed = times[motion_from_phones(phones, times, 1 / _FPS).sealed]
    return [
        bool(np.any((sealed + 1 / _FPS > start - _SLACK) & (sealed < end + _SLACK)))
        for start, end in read.closures
    ]


def _faults(code: str, found: dict[str, Any]) -> list[str]:
    faults = []
    if code in _BOUNDS:
        if found["median"] > _MEDIAN:
            faults.append(f"median {found['median'] * 1000:.0f} ms")
        if found["within_300"] < _BOUNDS[code]:
            faults.append(f"{found['within_300']:.1%} within 0.3 s")
    if found["closed"] is not None and found["closed"] < _CLOSED:
        faults.append(f"{found['closed']:.1%} of P, B and M close the lips")
    return faults


def _rows(results: dict[str, Any]) -> list[Row]:
    rows = [("", "median | bias | ≤ 0.1 s | ≤ 0.3 s | P, B, M closed | × real time | by")]
    for code, found in results.items():
        times = f"{found['median'] * 1000:.0f} ms | {found['bias'] * 1000:+.0f} ms"
        shares = f"{found['within_100']:.1%} | {found['within_300']:.1%}"
        shut = "-" if found["closed"] is None else f"{found['closed']:.1%} of {found['closures']}"
        pace = found["real_time_factor"]
        by = "; ".join([*found["engines"], *found["failed"]])
        rows.append((code, f"{times} | {shares} | {shut} | {pace or float('nan'):.2f} | {by}"))
    return rows
