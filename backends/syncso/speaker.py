"""Whose mouth it is, told to sync.so by our face track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...engine.faces.choose import choose_people
from ...engine.faces.track import Person
from ...engine.host.protocol import Host
from ..dub.job import find_faces
from ..request import LipSyncRequest


@dataclass(frozen=True)
class Speaker:
    """people: one after the other. size: width and height that their boxes are measured in."""

    people: tuple[Person, ...]
    size: tuple[int, int]

    @classmethod
    def of(cls, request: LipSyncRequest, host: Host) -> Speaker | None:
        """Who is meant; None where sync.so is to see for itself: no track is there, and nobody in particular
        was asked for. Raises NoFaceError."""
        track = request.track
        if track is None:
            if request.person.strip().lower() == "largest":
                return None
            rate = request.source.fps if request.source.variable else None
            track = find_faces(request, rate, host)
        return cls(choose_people(track, request.person), track.size)

    def boxes(self, frames: Sequence[int] | np.ndarray) -> list[tuple[int, np.ndarray] | None]:
        """Of each source frame, who is there and where: id and x0, y0, x1, y1."""
        found: dict[int, tuple[int, np.ndarray] | None] = {}
        for frame in map(int, frames):
            if frame not in found:
                faces = ((person.id, person.at(frame)) for person in self.people)
                found[frame] = next(((who, face.box) for who, face in faces if face is not None), None)
        return [found[int(frame)] for frame in frames]

    def seen(self, frames: Sequence[int] | np.ndarray) -> bool:
        return any(box is not None for box in self.boxes(frames))

    def in_footage(self, frames: np.ndarray, size: tuple[int, int]) -> dict[str, Any] | None:
        """For the file that shows these source frames in pixels of `size`: one point for one person, else a
        box for each frame. None where nobody is seen."""
        boxes = self.boxes(frames)
        people = {box[0] for box in boxes if box is not None}
        if not people:
            return None
        scale = np.tile(np.array(size) / np.array(self.size), 2)
        scaled = [None if box is None else box[1] * scale for box in boxes]
        if len(people) > 1:
            return {
                "bounding_boxes": [
                    None if box is None else box.round().astype(int).tolist() for box in scaled
                ]
            }
        areas = [0.0 if box is None else float((box[2] - box[0]) * (box[3] - box[1])) for box in scaled]
        largest = int(np.argmax(areas))
        box = scaled[largest]
        assert box is not None
        return {"frame_number": largest, "coordinates": _middle(box, size)}

    def in_picture(self, size: tuple[int, int]) -> dict[str, Any] | None:
        return self.in_footage(np.zeros(1, int), size)


def _middle(box: np.ndarray, size: tuple[int, int]) -> list[int]:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return [int(np.clip(round(float(at)), 0, side - 1)) for at, side in zip((x, y), size, strict=True)]
