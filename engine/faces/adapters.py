"""ComfyUI's own face data instead of this package's detector: FACE_LANDMARKS and FACE_DETECTION_MODEL.

Known by their shape alone (ComfyUI 0.30, comfy_extras/nodes_mediapipe.py); nothing of ComfyUI is imported.
FACE_LANDMARKS is {"frames": list per frame of lists of faces, "image_size": (height, width), …}; of a face
"landmarks_xy" float32 [478, 2] in pixels, "landmarks_3d" [478, 3] in units of the crop, and "presence",
a logit, are used. Faces come in the detector's order, without identity.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..errors import InputError, MissingFilesError
from ..host.protocol import Host
from ..host.reporter import reporter
from ..media.colour import to_rgb
from ..media.frames import Frame
from .cuts import Step, with_cuts
from .detector import Variant
from .finish import finish
from .likeness import blurred_out, mark_aside, mark_blurred, same_face_seen, same_scene
from .mesh import FaceMesh
from .reunite import reunited
from .roster import Member, Roster
from .track import DEFAULT_MAX_FACES, FaceTrack
from .tracker import track_key

if TYPE_CHECKING:
    from ..media.source import Source

# What core's own node hands its model at once.
_CHUNK = 16
_POINTS = 478
# Frames from one look at the people to the next.
_LOOK_EVERY = 8


class FaceDetectionModel(Protocol):
    """What arrives on a FACE_DETECTION_MODEL wire."""

    def detect_batch(
        self, images: list[np.ndarray], num_faces: int, score_thresh: float, variant: str
    ) -> Sequence[Sequence[Mapping[str, Any]]]: ...


def track_from_landmarks(
    landmarks: Mapping[str, Any],
    source: Source,
    host: Host | None = None,
    *,
    max_faces: int = DEFAULT_MAX_FACES,
    max_gap: float = 0.4,
    smooth: bool = True,
) -> FaceTrack:
    """A FACE_TRACK of a FACE_LANDMARKS dict that was made from the frames of `source`.

    The pictures may have been scaled before. Where the dict is longer than the source its end is dropped,
    where it is shorter the rest has no face. The source is read only where somebody is missing for a moment.
    Raises InputError when the value is not a FACE_LANDMARKS dict.
    """
    frames, size = source.frames, source.size
    roster = Roster(source.fps, max_faces, _POINTS)
    digest = hashlib.sha256()
    report = reporter(host, "Finding faces", frames)
    found = chain(_found(landmarks, size), repeat([]))
    for index, faces in enumerate(islice(found, frames)):
        report(index)
        roster.assign(index, faces)
        digest.update(len(faces).to_bytes(4, "little"))
        for mesh, _ in faces:
            digest.update(mesh.tobytes())
    net = _mesh_network()
    members = [
        member
        for member in roster.members
        if net is None or _confirmed(net, next(iter(source.read(member.first, member.first + 1))), member)
    ]
    _mark_asides(members, source, round(max_gap * float(source.fps)))
    persons = finish(members, [], frames, source.fps, max_gap, smooth, host)
    key = track_key(source.key, ["landmarks", digest.hexdigest(), max_faces, max_gap, smooth])
    return FaceTrack(persons, frames, size, source.fps, key, source.key)


def track_with_model(
    model: FaceDetectionModel,
    source: Source,
    host: Host,
    *,
    detector: Variant = "auto",
    min_confidence: float = 0.5,
    max_faces: int = DEFAULT_MAX_FACES,
    max_gap: float = 0.4,
    smooth: bool = True,
) -> FaceTrack:
    """Like `track_faces`, with a FACE_DETECTION_MODEL that looks at every frame, sixteen at once.

    detector: which of the model's two; "auto" takes the full range where the short one finds nobody."""
    total = source.frames
    roster = Roster(source.fps, max_faces, _POINTS)
    cuts: list[int] = []
    net = _mesh_network()
    refused: set[int] = set()
    before: Frame | None = None
    clear: Frame | None = None  # the shot's last with a face
    frames = with_cuts(source.read())
    while chunk := list(islice(frames, _CHUNK)):
        host.progress("Finding faces", chunk[0][0].index, total)
        pictures = [to_rgb(frame) for frame, _ in chunk]
        found = _detected(model, pictures, detector, num_faces=max_faces, score_thresh=min_confidence)
        for (frame, step), faces in zip(chunk, found, strict=True):
            if step is Step.CUT:
                cuts.append(frame.index)
                roster.new_shot()
                clear = None
            seen = [_face(face) for face in faces]
            if step is Step.ASIDE:
                _assign_aside(roster, before, frame, seen)
            else:
                roster.assign(frame.index, seen)
                if seen:
                    clear = frame
                else:
                    mark_blurred(roster, clear, frame)
                before = frame
                new = (m for m in roster.active() if m.first == frame.index)
                refused |= {m.id for m in new if net is not None and not _confirmed(net, frame, m)}
                if step is Step.CUT or frame.index % _LOOK_EVERY == 0:
                    roster.look(frame)
    host.progress("Finding faces", total, total)
    members = reunited(m for m in roster.members if m.id not in refused)
    persons = finish(members, cuts, total, source.fps, max_gap, smooth, host)
    settings = ["comfyui", total, detector, min_confidence, max_faces, max_gap, smooth]
    key = track_key(source.key, settings)
    return FaceTrack(persons, total, source.size, source.fps, key, source.key, tuple(cuts))


def _mesh_network() -> FaceMesh | None:
    """The embedded one, where it is installed: others see faces upside down without saying so."""
    try:
        return FaceMesh()
    except MissingFilesError:
        return None


def _confirmed(net: FaceMesh, frame: Frame, member: Member) -> bool:
    return net.confirms(frame, member.mesh(frame.index))


def _detected(
    model: FaceDetectionModel, pictures: list[np.ndarray], detector: Variant, **limits: Any
) -> Sequence[Sequence[Mapping[str, Any]]]:
    first = "full" if detector == "full" else "short"
    found = list(model.detect_batch(pictures, variant=first, **limits))
    if detector in ("auto", "both"):
        again = [at for at, faces in enumerate(found) if detector == "both" or not faces]
        if again:
            more = model.detect_batch([pictures[at] for at in again], variant="full", **limits)
            for at, faces in zip(again, more, strict=True):
                found[at] = max(found[at], faces, key=len)
    return found


def _assign_aside(
    roster: Roster, before: Frame | None, frame: Frame, faces: list[tuple[np.ndarray, float]]
) -> None:
    """As `Roster.assign`, of a frame that looks unlike those around it: faces that were there before only."""
    followed = [] if before is None else list(roster.seen(before.index))
    known = [
        face
        for face in faces
        if before is not None
        and any(same_face_seen(before, m.mesh(before.index), frame, face[0]) for m in followed)
    ]
    roster.assign(frame.index, known)
    mark_aside(roster, before, frame)
    if len(known) < len(faces):
        for member in followed:
            if not member.has(frame.index):
                member.aside.add(frame.index)


def _mark_asides(members: Sequence[Member], source: Source, max_rows: int) -> None:
    """Which frames of the gaps that may be filled show something else."""
    for member in members:
        for start, stop in member.gaps(max_rows):
            before: Frame | None = None
            for frame, step in with_cuts(source.read(max(0, start - 2), min(stop + 3, source.frames))):
                if frame.index < start:
                    before = frame
                elif frame.index < stop:
                    assert before is not None, "a gap has a frame before it"
                    mesh = member.mesh(start - 1)
                    other = step is Step.ASIDE and not same_scene(before, mesh, frame)
                    if other or blurred_out(before, mesh, frame):
                        member.aside.add(frame.index)


def _found(landmarks: Mapping[str, Any], size: tuple[int, int]) -> Iterator[list[tuple[np.ndarray, float]]]:
    """The faces of each frame, in pixels of a picture of `size`. Raises InputError."""
    try:
        height, width = landmarks["image_size"]
        scale = np.array([size[0] / width, size[1] / height, size[0] / width], np.float32)
        for faces in landmarks["frames"]:
            yield [(mesh * scale, score) for mesh, score in map(_face, faces)]
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(
            "The face landmarks can't be read: connect the output of ComfyUI's Detect Face Landmarks node."
        ) from error


def _face(face: Mapping[str, Any]) -> tuple[np.ndarray, float]:
    """Mesh float32 [478, 3] in pixels and presence 0..1."""
    xy = np.asarray(face["landmarks_xy"], np.float32)
    crop = np.asarray(face["landmarks_3d"], np.float32)
    if xy.shape != (_POINTS, 2) or crop.shape != (_POINTS, 3):
        raise ValueError(f"expected {_POINTS} landmarks, got {xy.shape} and {crop.shape}")
    # Depth is in pixels of the crop; its scale to the picture is that of x and y.
    scale = float(xy.std(axis=0).sum() / max(float(crop[:, :2].std(axis=0).sum()), 1e-6))
    presence = 1 / (1 + math.exp(-max(-80.0, min(80.0, float(face["presence"])))))
    return np.column_stack([xy, crop[:, 2] * scale]).astype(np.float32), presence
