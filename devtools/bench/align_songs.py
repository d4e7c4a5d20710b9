"""`python dev.py bench align --songs`: made songs in three languages, over music up to as loud as the voice.

They have an instrumental intro, a break, and a line that nobody sings. By `auto` with Whisper tiny.en, which
knows none of the languages, and without any model; and a long one (`align_long`).
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

from lipsync_studio.align.chain import AlignOptions, align
from lipsync_studio.align.names import Content
from lipsync_studio.engine.errors import LipSyncError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

from ..corpus import RATE, errors
from ..corpus.songs import SONG_LANGUAGES, SONG_SNRS, Song, song
from ..steps import say
from . import align_long
from .table import Row, conclude

# What must hold with a model: the share of words within 0.3 s, and the processor's time by the song's length.
# On two quiet cores a song takes no longer than that, on others the clock tells nothing of it.
_WITHIN_300 = 0.75
_PACE = 0.4
WITHOUT = "no model"


def measure(codes: Sequence[str], whisper: Path, quick: bool, out: Path) -> int:
    """Print the table, write the JSON; 1 where a bound does not hold."""
    variants = ("",) if quick else ("", "+f3")
    results = []
    for code, variant, snr in product(codes or SONG_LANGUAGES, variants, SONG_SNRS):
        made = song(code, variant, snr)
        for model in (whisper, None):
            name = whisper.name if model else WITHOUT
            say(f"== {made.case.name}, {name}")
            results.append({"code": code, "snr": snr, "model": name, **measured(made, model)})
    with_model = [each for each in results if each["model"] != WITHOUT]
    bounds = {
        "none given up": not any("failed" in each for each in with_model),
        **{
            f"{code}: {_WITHIN_300:.0%} of the words within 0.3 s": _share(with_model, code) >= _WITHIN_300
            for code in codes or SONG_LANGUAGES
        },
        f"each song in {_PACE:g} of its length": all(
            each["processor_factor"] <= _PACE for each in with_model if "failed" not in each
        ),
    }
    rows = _rows(results)
    found: dict[str, Any] = {"songs": results}
    if not quick:
        found["long"] = align_long.measured(whisper, _PACE)
        bounds |= found["long"]["bounds"]
        rows += align_long.rows(found["long"])
    return conclude({**found, "bounds": bounds}, rows, out)


def measured(made: Song, whisper: Path | None, content: Content = "song") -> dict[str, Any]:
    """How exactly and how fast a song's words are timed, and what is heard of the line that nobody sings."""
    sound = Sound(made.case.samples[None], RATE)
    options = AlignOptions(content=content, whisper=whisper)
    started, used = time.perf_counter(), sum(os.times()[:4])
    try:
        with PlainHost("cpu") as host:
            timings = align(sound, made.case.lyrics, host, options).timings
    except LipSyncError as error:
        return {"failed": str(error), "within_300": 0.0}
    unsung = [
        word.confidence for word, source in zip(timings.words(), made.source, strict=True) if source is None
    ]
    return {
        **asdict(errors(made.case.truth, timings, made.source)),
        "engine": timings.engine,
        "unsung": statistics.fmean(unsung) if unsung else None,
        "real_time_factor": (time.perf_counter() - started) / made.case.duration,
        "processor_factor": (sum(os.times()[:4]) - used) / made.case.duration,
    }


def _share(results: Sequence[dict[str, Any]], code: str) -> float:
    return statistics.fmean(each["within_300"] for each in results if each["code"] == code)


def _rows(results: Sequence[dict[str, Any]]) -> list[Row]:
    rows = [("", "mean | median | ≤ 0.1 s | ≤ 0.3 s | unsung line heard | processor time × length | failed")]
    groups: dict[tuple[str, str, float], list[dict[str, Any]]] = {}
    for each in results:
        groups.setdefault((each["model"], each["code"], each["snr"]), []).append(each)
    for (model, code, snr), group in sorted(groups.items()):
        timed = [each for each in group if "failed" not in each]
        told = f"{len(group) - len(timed)} of {len(group)}"
        if timed:
            mean, median, near, close, unsung, pace = (
                statistics.fmean(each[name] for each in timed)
                for name in ("mean", "median", "within_100", "within_300", "unsung", "processor_factor")
            )
            told = (
                f"{mean:.2f} s | {median * 1000:.0f} ms | {near:.1%} | {close:.1%} | {unsung:.2f} | "
                f"{pace:.2f} | {told}"
            )
        rows.append((f"{model}: {code} at {snr:g} dB", told))
    return rows
