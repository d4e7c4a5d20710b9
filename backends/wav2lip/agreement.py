"""How well the box from the track and S3FD's agree on a clip: what `check wav2lip` prints.

S3FD's weights are the user's to have, so this is measured on their machine and not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...engine.errors import MissingFilesError
from ...engine.faces.choose import choose_people
from ...engine.faces.detector import iou
from ...engine.faces.s3fd import detect, load_s3fd
from ...engine.faces.track import FaceTrack
from ...engine.faces.tracker import track_faces
from ...engine.host.protocol import Host, ManagedModel
from ...engine.media.colour import to_rgb
from ...engine.media.source import Source
from ...engine.media.video import VideoSource
from ...engine.weights.locate import require
from .face_box import RELATIVE, Pads, track_box
from .geometry import PIXEL_BYTES
from .spec import S3FD

# Frames that are looked at, spread over the clip: S3FD takes seconds for each on a CPU.
_FRAMES = 50


@dataclass(frozen=True)
class Agreement:
    """overlaps: IoU of the two boxes, without pads, in each frame where both found the face. beyond: how much
    farther S3FD's reaches there at the top, bottom, left and right, float64 [n, 4], in 1/256 of the track's
    height. looked: frames with a face in the track that were looked at."""

    overlaps: np.ndarray
    beyond: np.ndarray
    looked: int


def agreement(source: Source, track: FaceTrack, detector: ManagedModel, host: Host) -> Agreement:
    """Of the largest person, in some of the track's frames."""
    step = max(1, track.frames // _FRAMES)
    people = choose_people(track, "largest")
    overlaps, beyond, looked = [], [], 0
    with host.resident(detector, activation_bytes=source.size[0] * source.size[1] * PIXEL_BYTES):
        for frame in source.read(0, track.frames):
            faces = [face for person in people if (face := person.at(frame.index)) is not None]
            host.progress("Comparing face boxes", frame.index, track.frames)
            if frame.index % step or not faces:
                continue
            looked += 1
            ours = track_box(faces[0].landmarks68, Pads(bottom=0.0))
            (found,) = detect(detector.module, to_rgb(frame)[None])
            if ours is None or not len(found):
                continue
            box = np.array(ours.bounds)
            shared = iou(box, found[:, :4])
            best = found[int(shared.argmax()), :4].astype(np.float64)
            if shared.max() > 0:
                overlaps.append(float(shared.max()))
                x0, y0, x1, y1 = (best - box) * RELATIVE / ours.height
                beyond.append((-y0, y1, -x0, x1))
    return Agreement(np.array(overlaps), np.array(beyond).reshape(-1, 4), looked)


def check_boxes(video: Path, host: Host) -> Iterator[str]:
    """Sentences for a user; without S3FD's weights one that says how to get them. Raises what reading and
    tracking a video raise."""
    try:
        path = require(S3FD, host)["s3fd"]
    except MissingFilesError as error:
        yield f"The face boxes were not compared. {error}"
        return
    source = VideoSource(video, host=host)
    found = agreement(source, track_faces(source, host), host.manage(load_s3fd(path)), host)
    if not len(found.overlaps):
        yield f"S3FD found the face in none of {found.looked} frames."
        return
    low, high = found.overlaps.min(), found.overlaps.max()
    yield (
        f"Mean IoU of the track's box and S3FD's: {found.overlaps.mean():.3f} ({low:.3f} to {high:.3f}), in "
        f"{len(found.overlaps)} of {found.looked} frames."
    )
    top, bottom, left, right = found.beyond.mean(axis=0)
    yield (
        f"S3FD's reaches farther by {top:+.0f} at the top, {bottom:+.0f} at the bottom, {left:+.0f} on the "
        f"left, {right:+.0f} on the right (1/{RELATIVE} of the face's height: added to the pads, these make "
        "the boxes meet)."
    )
