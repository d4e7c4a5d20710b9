"""Which person of a track is meant."""

from __future__ import annotations

import numpy as np

from ..errors import NoFaceError
from .track import FaceTrack, Person


def choose(track: FaceTrack, person: str) -> Person:
    """The person meant by "largest", "left", "right", "centre", or an id.

    largest: most picture area, summed over the frames the face is in. left, right, centre: by the face's mean
    position. Raises NoFaceError when the track is empty or has no such id.
    """
    if not track.persons:
        raise NoFaceError(
            "No face was found in the video: use footage with a face turned towards the camera, or lower the "
            "detection confidence of the face track."
        )
    people = track.persons
    if person == "largest":
        return max(people, key=lambda p: (float(_areas(p).sum()), -p.id))
    if person == "left":
        return min(people, key=lambda p: (_middle(p), p.id))
    if person == "right":
        return max(people, key=lambda p: (_middle(p), -p.id))
    if person == "centre":
        return min(people, key=lambda p: (abs(_middle(p) - track.size[0] / 2), p.id))
    wanted = person.strip()
    for candidate in people:
        if wanted == str(candidate.id):
            return candidate
    ids = ", ".join(str(p.id) for p in people)
    raise NoFaceError(
        f'There is no person "{person}" in the face track: choose largest, left, right, centre or an id '
        f"({ids})."
    )


def _areas(person: Person) -> np.ndarray:
    boxes = person.boxes[person.seen]
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _middle(person: Person) -> float:
    return float(person.boxes[person.seen][:, [0, 2]].mean())
