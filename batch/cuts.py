"""Where a long clip is cut into parts: where nothing is seen of it, and little is made twice."""

from __future__ import annotations

from itertools import chain, pairwise

import numpy as np

from ..backends.dub.job import DubJob
from ..backends.dub.protocol import Batching
from ..backends.dub.scheduler import clips_of

# How far from where it is wanted a cut may lie, of a part's length.
_NEAR = 0.25


def choose_cuts(jobs: list[DubJob], batching: Batching, seconds: float) -> list[int]:
    """The frames at which parts of about that length begin, but the first: [] where there is one part.

    jobs: of the same frames, a voice each. Near each multiple of the length a silence or a shot's border is
    taken, else a border of the engine's clips, else the very frame."""
    timeline = jobs[0].timeline
    step = max(round(seconds * float(timeline.fps)), 1)
    whole = np.logical_and.reduce([_between_clips(job, batching) for job in jobs])
    still = np.logical_and.reduce([_unheard(job) for job in jobs])
    found: list[int] = []
    # A rest that is shorter than half a part goes with the part before.
    for wanted in range(step, len(timeline) - step // 2, step):
        first = max(wanted - int(_NEAR * step), found[-1] + 1 if found else 1)
        near = np.arange(first, min(wanted + int(_NEAR * step), len(timeline) - 1) + 1)
        good = next((near[fits] for fits in ((whole & still)[near], whole[near]) if fits.any()), None)
        found.append(wanted if good is None else int(good[np.abs(good - wanted).argmin()]))
    return found


def _between_clips(job: DubJob, batching: Batching) -> np.ndarray:
    """bool [frames]: no clip has both the frame and the one before as its own."""
    free = np.ones(len(job.timeline), bool)
    if batching.frames > 1:
        for clip, following in pairwise(chain(clips_of(job, batching), [None])):
            assert clip is not None
            stop = min(clip.stop, following.enters) if following else clip.stop
            free[clip.enters + 1 : stop] = False
    return free


def _unheard(job: DubJob) -> np.ndarray:
    """bool [frames]: nothing is said where the frame begins, or another shot does."""
    silent = job.speech.gate == 0
    free = silent & np.roll(silent, 1)
    free |= job.speaker != np.roll(job.speaker, 1)
    free[0] = True
    return free
