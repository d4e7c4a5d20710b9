"""When a still blinks, nods and sways: everything from the sound and the picture's key, so that a part of a
clip shows what the whole shows there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from ..dub.job import DubJob
from .sway import HEAD, LIMITS, PARTS

# Seconds from one blink to the next: mostly between these, which makes 15 to 20 a minute; one in eight is
# followed at once by a second.
_SOONEST, _MEAN, _LONGEST = 1.4, 3.5, 7.5
_DOUBLE, _AGAIN = 0.12, (0.36, 0.46)
# Where a pause begins within this part of an interval, the blink waits for it or comes earlier, and falls so
# many seconds after.
_WINDOW, _AFTER_END = (0.6, 1.5), (0.0, 0.15)
# How long lids take to close, how long they stay and how long they take to open, in seconds.
CLOSING, SHUT, OPENING = 0.09, 0.045, 0.18
# Periods in seconds of what each part of the motion is the sum of, and the weights of these.
_PERIODS = {
    "across": (5.9, 4.27, 3.11),
    "down": (5.3, 3.83, 3.03),
    "roll": (6.1, 4.51, 3.37),
    "yaw": (5.71, 4.03, 3.19),
    "pitch": (5.51, 3.67, 3.07),
}
_WEIGHTS = (0.5, 0.3, 0.2)
_BREATH = 4.0
# A silent head moves so much of what a speaking one does, and changes over so many seconds.
_QUIET, _CHANGE = 0.6, 0.6
# Seconds in which the motion begins, and is over where the source is to be shown as it is.
_SETTLE = 1.0
# A stressed syllable is so many dB above the loudness around it, over which the loudness is taken, and so far
# from the next; a nod to it takes so long.
_STRESS_DB, _AROUND, _APART, _NOD = 4.0, 1.5, 0.9, 0.45
_SYLLABLE, _FLOOR_DB = 0.12, -60.0
# A nod to the loudest, in parts of what a head does at most.
_NOD_SHARE = 0.8


@dataclass(frozen=True)
class Moments:
    """blinks: when lids begin to close, in seconds of the output, float32 [n]. nods: float32 [n, 2], when a
    nod is deepest and how deep, 0..1. phases: of the motion's waves, 0..1, float32 [parts of it, waves]."""

    blinks: np.ndarray
    nods: np.ndarray
    phases: np.ndarray


def moments(job: DubJob, levels: np.ndarray) -> Moments:
    """levels: loudness of each output frame, dB [frames]."""
    # Other numbers than the generator's plain ones may change with NumPy's version.
    key = hashlib.blake2b(job.source.key.encode(), digest_size=8).digest()
    draw = np.random.Generator(np.random.PCG64(int.from_bytes(key, "little")))
    phases = draw.random((len(_PERIODS) + 1, len(_WEIGHTS))).astype(np.float32)
    times, end = job.timeline.times.seconds(), float(job.timeline.duration)
    gate = job.speech.gate
    ends = times[1:][(gate[:-1] >= 0.5) & (gate[1:] < 0.5)]
    return Moments(_blinks(draw, ends, end), _nods(times, gate, levels, float(job.timeline.fps)), phases)


def _blinks(draw: np.random.Generator, ends: np.ndarray, end: float) -> np.ndarray:
    """ends: when phrases end. end: of the clip, before which eyes have to be open again."""
    last_start = end - CLOSING - SHUT - OPENING
    blinks: list[float] = []
    at = 0.0
    while True:
        # Exponential, cut off at both ends.
        wait = _SOONEST - (_MEAN - _SOONEST) * np.log(1 - draw.random())
        wait, offset, double = min(wait, _LONGEST), draw.random(), draw.random()
        first, last = np.searchsorted(ends, (at + max(_WINDOW[0] * wait, _SOONEST), at + _WINDOW[1] * wait))
        if first < last:
            nearest = ends[first:last][np.abs(ends[first:last] - at - wait).argmin()]
            wait = float(nearest) + _AFTER_END[0] + offset * (_AFTER_END[1] - _AFTER_END[0]) - at
        at += wait
        if at > last_start:
            return np.array(blinks, np.float32)
        blinks.append(at)
        if double < _DOUBLE:
            at += _AGAIN[0] + offset * (_AGAIN[1] - _AGAIN[0])
            if at <= last_start:
                blinks.append(at)


def _nods(times: np.ndarray, gate: np.ndarray, levels: np.ndarray, fps: float) -> np.ndarray:
    voiced = (gate >= 0.5).astype(np.float64)
    heard = np.maximum(levels, _FLOOR_DB) * voiced
    around, syllable = _averaged(voiced, _AROUND * fps), _averaged(voiced, _SYLLABLE * fps)
    mean = _averaged(heard, _AROUND * fps) / np.maximum(around, 1e-6)
    above = (_averaged(heard, _SYLLABLE * fps) / np.maximum(syllable, 1e-6) - mean) * voiced
    nods: list[tuple[float, float]] = []
    order = np.flatnonzero(above > _STRESS_DB)
    taken = np.zeros(len(times), bool)
    apart = max(1, round(_APART * fps))
    for at in order[np.argsort(-above[order], kind="stable")].tolist():
        if not taken[at]:
            nods.append((float(times[at]), min(1.0, float(above[at]) / (3 * _STRESS_DB))))
            taken[max(0, at - apart) : at + apart] = True
    return np.array(sorted(nods), np.float32).reshape(-1, 2)


def _averaged(values: np.ndarray, frames: float) -> np.ndarray:
    """Mean over about so many frames around each."""
    half = max(0, round((frames - 1) / 2))
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    at = np.arange(len(values))
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(values))
    return np.asarray((sums[high] - sums[low]) / (high - low))


def closures(found: Moments, job: DubJob) -> np.ndarray:
    """How far the eyes are closed in every output frame, 0..1: float32 [frames]."""
    times = job.timeline.times.seconds()
    closed = np.zeros(len(times), np.float32)
    for start in found.blinks.tolist():
        first, last = np.searchsorted(times, (start, start + CLOSING + SHUT + OPENING))
        since = times[first:last] - start
        shut = np.minimum(since / CLOSING, (CLOSING + SHUT + OPENING - since) / OPENING)
        # Where the source is shown as it is, there is no blink.
        if (job.mix[first:last] == 1).all():
            closed[first:last] = np.maximum(closed[first:last], _smooth(shut))
    return closed


def motion(found: Moments, job: DubJob, movement: float) -> np.ndarray:
    """The weights of a field's parts in every output frame: float32 [frames, parts]. movement: 0..1."""
    times, fps = job.timeline.times.seconds(), float(job.timeline.fps)
    waves = np.zeros((len(times), len(PARTS)))
    for row, (name, periods) in enumerate(_PERIODS.items()):
        turns = times[:, None] / np.array(periods) + found.phases[row]
        waves[:, PARTS.index(name)] = np.sin(2 * np.pi * turns) @ np.array(_WEIGHTS)
    speaking = _averaged(_averaged(job.speech.gate, _CHANGE * fps), _CHANGE * fps)
    waves[:, : len(HEAD)] *= (_QUIET + (1 - _QUIET) * speaking)[:, None]
    for at, depth in found.nods.tolist():
        first, last = np.searchsorted(times, (at - _NOD / 2, at + _NOD / 2))
        nod = np.cos(np.pi * (times[first:last] - at) / _NOD) ** 2
        waves[first:last, PARTS.index("pitch")] += _NOD_SHARE * depth * nod
    breath = np.sin(2 * np.pi * (times / _BREATH + found.phases[-1, 0]))
    waves[:, PARTS.index("breath")] = breath
    waves[:, PARTS.index("down")] -= 0.25 * breath
    return (movement * _settled(job, times)[:, None] * waves * LIMITS).astype(np.float32)


def _settled(job: DubJob, times: np.ndarray) -> np.ndarray:
    """0 in the first frame and where the source is shown as it is, 1 a second from there."""
    still = np.flatnonzero(job.mix < 1)
    marks = np.unique(np.concatenate([times[:1], times[still]]))
    after = np.clip(np.searchsorted(marks, times), 0, len(marks) - 1)
    before = np.maximum(after - 1, 0)
    return _smooth(np.minimum(np.abs(times - marks[after]), np.abs(times - marks[before])) / _SETTLE)


def _smooth(ramp: np.ndarray) -> np.ndarray:
    ramp = np.clip(ramp, 0, 1)
    return ramp * ramp * (3 - 2 * ramp)
