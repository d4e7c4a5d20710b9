"""Where a cut does most harm: what lies on both sides of it goes together.

By the plan of a clip, frame by frame. A cut at a frame begins a part there.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lipsync_studio.backends.dub.job import DubJob
from lipsync_studio.backends.dub.protocol import Batching
from lipsync_studio.backends.dub.scheduler import clips_of
from lipsync_studio.engine.report import FrameState

Cuts = dict[str, int]


def kinds(job: DubJob, batching: Batching) -> dict[str, np.ndarray]:
    """By the kind of place, bool [frames]: whether a cut at the frame lies inside one.

    turn: the source is shown backwards from here on, or forwards again, as a frame before, at or after the
    cut. sentence: something is said at the frame and at the one before. fade: the mouth is half there at the
    frame or the one before. overlap: the frame shows two of the engine's clips; none where those don't."""
    count = len(job.timeline)
    steps = np.sign(np.diff(job.timeline.source_index))
    turns: np.ndarray = np.zeros(count, bool)
    turns[1:-1] = steps[1:] * steps[:-1] < 0
    turn = turns | np.roll(turns, 1)
    painted = np.array([state is FrameState.GENERATED for state in job.states])
    spoken = job.speech.gate == 1
    half = (job.mix > 0) & (job.mix < 1) & painted
    overlap: np.ndarray = np.zeros(count, bool)
    for clip, following in pairwise(clips_of(job, batching)):
        if following.enters < clip.stop:
            overlap[following.enters + 1 : min(following.alone, clip.stop)] = True
    found = {
        "turn": turn,
        "sentence": spoken & np.roll(spoken, 1),
        "fade": half | np.roll(half, 1),
        "overlap": overlap,
    }
    for each in found.values():
        each[0] = False
    return found


def cuts_in(job: DubJob, batching: Batching) -> Cuts:
    """Three cuts, in order, by what they lie in: a fade, a sentence and, where the engine's clips have any,
    an overlap of two within it, and a turn; the fade and the sentence nearest to a quarter and a half of the
    clip. Raises ValueError where the clip lacks one."""
    lies, count = kinds(job, batching), len(job.timeline)
    middle, name = lies["sentence"], "sentence"
    if lies["overlap"].any():
        middle, name = middle & lies["overlap"], "overlap in a sentence"
    turn = _nearest("turn", lies["turn"], count * 3 // 4)
    found = {
        "fade": _nearest("fade", lies["fade"] & ~lies["turn"], count // 4),
        name: _nearest(name, middle & ~lies["turn"], count // 2),
        "turn": turn,
    }
    if len(set(found.values())) < len(found):
        raise ValueError(f"The places of the cuts fall together: {found}.")
    return dict(sorted(found.items(), key=lambda each: each[1]))


def _nearest(name: str, lies: np.ndarray, wanted: int) -> int:
    frames = np.flatnonzero(lies)
    if not len(frames):
        raise ValueError(f"The clip has no {name} to be cut in.")
    return int(frames[np.abs(frames - wanted).argmin()])
