"""The picture that is animated, and the face in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ...engine.errors import NoFaceError
from ...engine.faces.choose import choose
from ...engine.faces.eyes import EyeContours
from ...engine.faces.geometry import HeadPose, head_axes
from ...engine.faces.track import Face, FaceTrack
from ...engine.faces.tracker import track_faces
from ...engine.host.protocol import Host
from ...engine.media.colour import to_rgb
from ...engine.media.frames import Frame
from ..dub.job import check_track
from ..request import LipSyncRequest


@dataclass(frozen=True)
class Portrait:
    """frame: the picture, with square pixels. rgb: the same, uint8 [H, W, 3]. face: who is in it. mesh:
    float32 [478, 3] in its pixels, irises included."""

    frame: Frame
    rgb: np.ndarray
    face: Face
    mesh: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.frame.width, self.frame.height

    @property
    def landmarks68(self) -> np.ndarray:
        """The 68 iBUG points float32 [68, 2] in pixels."""
        return self.face.landmarks68

    @cached_property
    def head(self) -> HeadPose:
        return head_axes(self.mesh)


def portrait_of(request: LipSyncRequest, host: Host) -> Portrait:
    """A request's picture, or the first frame of its footage, with the person that is meant.

    Raises NoFaceError where they aren't in it, SourceMismatchError for another clip's track."""
    source = request.source
    frame = next(source.read(0, 1)).square()
    track = request.track
    if track is None:
        track = track_faces(source, host, stop=1, detector=request.detector, max_faces=request.max_faces)
    check_track(track, source)
    face = choose(_first_frame(track), request.person).at(0)
    assert face is not None, "who is left is in the first frame"
    rgb = to_rgb(frame)
    return Portrait(frame, rgb, face, EyeContours().with_irises(rgb, face.mesh))


def _first_frame(track: FaceTrack) -> FaceTrack:
    """With those who are there from the beginning, as they are there."""
    people = tuple(each.part(0, 1) for each in track.persons if each.at(0) is not None)
    if track.persons and not people:
        raise NoFaceError(
            "There is no face in the first frame, which is the one that is animated: cut the footage so that "
            "it begins with the face, or use a picture of it."
        )
    return replace(track, persons=people)
