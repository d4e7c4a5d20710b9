"""From raw observations to the FACE_TRACK: short gaps filled where the picture is the same, jitter removed,
rows trimmed."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Container, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from ..host.protocol import Host
from ..host.reporter import reporter
from .mesh import box_of_mesh
from .roster import Member
from .smoothing import smooth_run
from .track import Person

# A face in fewer frames than this is a mistake of the detector, unless the shot is that short.
_MIN_FRAMES = 3


def finish(
    members: Sequence[Member], cuts: Sequence[int], frames: int, fps: Fraction, max_gap: float, smooth: bool,
    host: Host | None = None,
) -> tuple[Person, ...]:  # fmt: skip
    """The persons of a clip in order of first appearance.

    cuts: first frames of all shots but the first. max_gap: seconds; gaps up to this within a shot are filled
    in linearly, but for frames that show something else. The members give up what they hold.
    """
    bounds = [0, *cuts, frames]
    report = reporter(host, "Smoothing faces", sum(member.last + 1 - member.first for member in members))
    done = 0
    persons = []
    for member in members:
        first, meshes, scores = member.release()
        rows = np.flatnonzero(scores)
        if not rows.size or rows.size < min(_MIN_FRAMES, _shot_length(bounds, first + int(rows[0]))):
            continue
        low, high = int(rows[0]), int(rows[-1]) + 1
        first, meshes, scores = first + low, meshes[low:high], scores[low:high]
        interpolated = np.zeros(high - low, bool)
        shots = slice(
            bisect.bisect_right(bounds, first) - 1, bisect.bisect_left(bounds, first + high - low) + 1
        )
        for start, stop in pairwise(bounds[shots]):
            part = slice(max(start - first, 0), max(stop - first, 0))
            aside = {frame - max(start, first) for frame in member.aside}
            _fill(meshes[part], scores[part], interpolated[part], round(max_gap * float(fps)), aside)
            if smooth:
                for run in runs(scores[part] > 0):
                    smooth_run(meshes[part][run], _after(done + part.start + run.start, report))
        done += high - low
        boxes = box_of_mesh(meshes).astype(np.float32)
        persons.append((first, member.id, boxes, meshes, scores, interpolated))
    persons.sort(key=lambda p: p[:2])
    return tuple(Person(i, p[0], *p[2:]) for i, p in enumerate(persons, 1))


def runs(mask: np.ndarray) -> list[slice]:
    """Stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def runs_in_shots(seen: np.ndarray, first: int, cuts: Sequence[int]) -> list[slice]:
    """Stretches of True that no cut interrupts. first: frame of row 0; cuts: first frames of shots."""
    bounds = [0, *(cut - first for cut in cuts if first < cut < first + len(seen)), len(seen)]
    return [
        slice(start + run.start, start + run.stop)
        for start, stop in pairwise(bounds)
        for run in runs(seen[start:stop])
    ]


def _after(before: int, report: Callable[[int], None]) -> Callable[[int], None]:
    return lambda rows: report(before + rows)


def _shot_length(bounds: Sequence[int], frame: int) -> int:
    i = bisect.bisect_right(bounds, frame)
    return bounds[min(i, len(bounds) - 1)] - bounds[i - 1]


def _fill(
    meshes: np.ndarray, scores: np.ndarray, interpolated: np.ndarray, max_rows: int, aside: Container[int]
) -> None:
    for gap in runs(scores <= 0):
        a, b = gap.start - 1, gap.stop
        if a < 0 or b >= len(scores) or b - a - 1 > max_rows:
            continue
        for row in range(a + 1, b):
            if row in aside:
                continue
            t = (row - a) / (b - a)
            meshes[row] = (1 - t) * meshes[a] + t * meshes[b]
            scores[row] = (1 - t) * scores[a] + t * scores[b]
            interpolated[row] = True
