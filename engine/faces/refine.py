"""Landmarks of their own for the faces of a track, found around the boxes that tracking found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ..host.protocol import Host
from ..media.colour import to_rgb
from .dwpose import BATCH, LandmarkFinder
from .finish import runs_in_shots
from .smoothing import smooth_points
from .track import FaceTrack
from .tracker import track_key

if TYPE_CHECKING:
    from ..media.source import Source

_POINTS = 68
# The wire counts pixels from their corner, mmpose and its networks from their middle.
_CORNER = 0.5


def with_landmarks(
    track: FaceTrack, source: Source, finder: LandmarkFinder, host: Host, *, smooth: bool = True
) -> FaceTrack:
    """The track with `landmarks68` by `finder`, measured in every frame in which a person is seen.

    source: the clip the track was made of. smooth: remove jitter without lag. Memory: 544 bytes more per
    person and frame, and the pictures of eight faces. Raises what the finder, the source and the host raise.
    """
    found = [np.zeros((len(person.scores), _POINTS, 2), np.float32) for person in track.persons]
    faces = _faces(track, source)
    with finder.resident():
        while batch := list(islice(faces, BATCH)):
            host.progress("Finding landmarks", batch[0][0], track.frames)
            boxes = np.stack([track.persons[i].boxes[row] for _, i, row, _ in batch]) - _CORNER
            points, _ = finder.landmarks([picture for *_, picture in batch], boxes)
            for (_, i, row, _), face in zip(batch, points + _CORNER, strict=True):
                found[i][row] = face
    host.progress("Finding landmarks", track.frames, track.frames)
    persons = []
    for person, points in zip(track.persons, found, strict=True):
        if smooth:
            for run in runs_in_shots(person.seen, person.first, track.cuts):
                points[run] = smooth_points(points[run])
        persons.append(replace(person, landmarks68=points))
    key = track_key(track.key, ["landmarks68", finder.key, smooth])
    return replace(track, persons=tuple(persons), key=key)


def _faces(track: FaceTrack, source: Source) -> Iterator[tuple[int, int, int, np.ndarray]]:
    """Frame, person, row of the person, and the frame's picture, for every face of the track."""
    start = min((person.first for person in track.persons), default=0)
    stop = max((person.first + len(person.scores) for person in track.persons), default=0)
    for frame in source.read(start, stop):
        seen = [
            (i, frame.index - person.first)
            for i, person in enumerate(track.persons)
            if person.at(frame.index) is not None
        ]
        if seen:
            picture = to_rgb(frame)
            for i, row in seen:
                yield frame.index, i, row, picture
