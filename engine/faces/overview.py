"""Who is in a track, where, and in which pictures all of them are seen."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from .track import FaceTrack, Person

# Seconds for which someone may be gone and still count as there.
_GAP = 0.5


def picked_frames(track: FaceTrack, most: int = 8) -> list[int]:
    """Frames, ascending, in which every person is seen, as few as may be and `most` at most; the middle one
    of a clip without people."""
    best = {person.id: _largest(person) for person in track.persons}
    wanted, picked = set(best), set[int]()
    while wanted and len(picked) < most:
        seen = {
            frame: {p.id for p in track.persons if p.id in wanted and p.at(frame) is not None}
            for frame in (best[id_] for id_ in wanted)
        }
        frame = max(seen, key=lambda one: (len(seen[one]), -one))
        picked.add(frame)
        wanted -= seen[frame]
    return sorted(picked) or [track.frames // 2]


def people(track: FaceTrack) -> list[dict[str, Any]]:
    """For each person {"id", "spans": [[start, end], …] in seconds, "shots": numbers from 1 of those they are
    in}."""
    fps = float(track.fps)
    shots = list(pairwise((0, *track.cuts, track.frames)))
    found = []
    for person in track.persons:
        frames = person.first + np.flatnonzero(person.seen)
        spans: list[list[float]] = []
        for run in np.split(frames, np.flatnonzero(np.diff(frames) > max(1.0, _GAP * fps)) + 1):
            spans.append([round(int(run[0]) / fps, 2), round((int(run[-1]) + 1) / fps, 2)])
        inside = [n for n, (a, b) in enumerate(shots, 1) if np.any((frames >= a) & (frames < b))]
        found.append({"id": person.id, "spans": spans, "shots": inside})
    return found


def _largest(person: Person) -> int:
    sides = person.boxes[:, 2:] - person.boxes[:, :2]
    return person.first + int(np.argmax(np.where(person.seen, sides.prod(axis=1), -1)))
