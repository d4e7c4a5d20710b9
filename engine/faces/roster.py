"""Who is who: persons over time, and which of them a newly found face is."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np

from ..media.frames import Frame
from .detector import iou
from .look import Look
from .mesh import box_of_mesh

# Two meshes whose boxes overlap more are one face.
_SAME_FACE = 0.5
# A lost person may be found again this far away, in face sizes, plus so much for every second of absence …
_REACH = 1.0
_REACH_PER_SECOND = 0.5
_REACH_MAX = 2.5
# … and at most this much larger or smaller.
_RESIZED = 1.8
# Nobody's absence is filled in that is longer than this, in frames: five seconds at 60 a second.
_LONG_AGO = 300
# So many looks at a person tell what they look like.
_LOOKS = 8
# Frames without a face that are kept between two with one.
_BRIDGE = 8


class _Run:
    """Frames in a row; row k belongs to frame `first + k`. A bytearray grows where it lies, an eighth at a
    time, and the FACE_TRACK's array is made of it without a copy."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.meshes = bytearray()
        self.scores = array("f")

    @property
    def stop(self) -> int:
        return self.first + len(self.scores)


class Member:
    """A person while the clip is being read. What is kept goes by the frames they are seen in: an absence of
    more than `_BRIDGE` frames takes nothing."""

    def __init__(self, id_: int, first: int, points: int, shot: int = 0) -> None:
        self.id = id_
        self.shot = shot
        self.look = Look()
        self.first = first
        self.last = first - 1
        self.active = True
        # Frames that show something else: never filled in.
        self.aside: set[int] = set()
        self._shape = points, 3
        self._row_bytes = points * 3 * np.dtype(np.float32).itemsize
        self._runs: list[_Run] = []

    def put(self, frame: int, mesh: np.ndarray, score: float, earliest: int | None = None) -> None:
        """Record the face in a frame. earliest: first frame before it that may be put later."""
        run = self._run_at(frame)
        if run is None:
            run = self._run_up_to(frame, frame if earliest is None else earliest)
        row = (frame - run.first) * self._row_bytes
        run.meshes[row : row + self._row_bytes] = np.asarray(mesh, np.float32).tobytes()
        run.scores[frame - run.first] = score
        self.last = max(self.last, frame)

    def has(self, frame: int) -> bool:
        run = self._run_at(frame)
        return run is not None and run.scores[frame - run.first] > 0

    def mesh(self, frame: int) -> np.ndarray:
        """A copy of the mesh in a frame that was put."""
        run = self._run_at(frame)
        assert run is not None, "it was put"
        row = (frame - run.first) * self._row_bytes
        return np.frombuffer(run.meshes[row : row + self._row_bytes], np.float32).reshape(self._shape)

    def drop(self, frame: int) -> None:
        """The face in this frame is somebody else's."""
        run = self._run_at(frame)
        assert run is not None, "it was put"
        run.scores[frame - run.first] = 0

    def join(self, later: Member) -> None:
        """Take over what is kept of a member of a later shot."""
        self._runs += later._runs
        self.last = later.last
        self.aside |= later.aside
        self.look.merge(later.look)

    def gaps(self, longest: int) -> list[tuple[int, int]]:
        """First frame and first frame after each absence of up to so many frames."""
        seen = [
            run.first + at for run in self._runs for at in np.flatnonzero(np.asarray(run.scores) > 0).tolist()
        ]
        return [(a + 1, b) for a, b in pairwise(seen) if 0 < b - a - 1 <= longest]

    def release(self) -> tuple[int, np.ndarray, np.ndarray]:
        """First frame, meshes float32 [n, points, 3] and scores float32 [n] of everything put, 0 between; for
        the caller to keep and change. Nothing is left here."""
        runs, self._runs = self._runs, []
        first, stop = runs[0].first, runs[-1].stop
        if len(runs) == 1:
            return first, self._meshes(runs[0]), np.frombuffer(runs[0].scores, np.float32)
        # Rows that are never written take no memory: the system maps zero pages on the first write.
        meshes = np.zeros((stop - first, *self._shape), np.float32)
        scores = np.zeros(stop - first, np.float32)
        while runs:
            run = runs.pop()
            rows = slice(run.first - first, run.stop - first)
            meshes[rows], scores[rows] = self._meshes(run), run.scores
        return first, meshes, scores

    def _meshes(self, run: _Run) -> np.ndarray:
        return np.frombuffer(run.meshes, np.float32).reshape(-1, *self._shape)

    def _run_at(self, frame: int) -> _Run | None:
        # Almost always the last one.
        run = next((run for run in reversed(self._runs) if run.first <= frame), None)
        return run if run is not None and frame < run.stop else None

    def _run_up_to(self, frame: int, earliest: int) -> _Run:
        """The run that ends with a frame after all others: the last one where it is near, else a new one."""
        if not self._runs or frame - self._runs[-1].stop > _BRIDGE:
            start = max(earliest, self._runs[-1].stop) if self._runs else min(self.first, frame)
            self._runs.append(_Run(start))
        run = self._runs[-1]
        rows = frame + 1 - run.stop
        run.meshes.extend(bytes(rows * self._row_bytes))
        run.scores.extend([0.0] * rows)
        return run


class Roster:
    """The persons of a clip."""

    def __init__(self, fps: Fraction, max_faces: int, points: int = 468) -> None:
        self._fps = float(fps)
        self._max_faces = max_faces
        self._points = points
        self.members: list[Member] = []
        self._shots = 0
        self._shot: list[Member] = []

    def new_shot(self) -> None:
        """After a cut nobody is taken for anybody seen before by their place."""
        for member in self._shot:
            member.active = False
        self._shot = []
        self._shots += 1

    def look(self, frame: Frame) -> None:
        """Remember what those who are seen in a frame look like."""
        for member in self.seen(frame.index):
            if member.look.seen < _LOOKS:
                member.look.add(frame, member.mesh(frame.index))

    def active(self) -> list[Member]:
        """The persons being followed."""
        return [m for m in self._shot if m.active]

    def seen(self, frame: int) -> Iterator[Member]:
        """Everybody of this shot who has a face in a frame, followed or not."""
        return (m for m in self._shot if m.has(frame))

    def missing(self, frame: int) -> list[Member]:
        """Those of this shot who are not in a frame but were not long ago."""
        return [m for m in self._shot if not m.has(frame) and frame - m.last <= _LONG_AGO]

    def settle(self, frame: int) -> None:
        """Where two persons' meshes have come to lie on one face, the one not heading there is lost."""
        here = [m for m in self.active() if m.has(frame)]
        for i, a in enumerate(here):
            for b in here[i + 1 :]:
                if a.active and b.active and same_face(a.mesh(frame), b.mesh(frame)):
                    loser = max(a, b, key=lambda m: (_surprise(m, frame), m.id))
                    loser.drop(frame)
                    loser.active = False

    def claim(self, frame: int, mesh: np.ndarray, score: float, earliest: int | None = None) -> Member | None:
        """Record a face nobody is followed to: a lost person of this shot where the place makes it plausible,
        else a new one. `earliest`: first frame that may be filled in for a new person later.

        None when there are as many persons as wanted already.
        """
        if len(self.active()) >= self._max_faces:
            return None
        lost = [(_distance(m, frame, mesh, self._fps), m.id, m) for m in self._shot if not m.active]
        near = [entry for entry in lost if entry[0] <= 1]
        if near:
            member = min(near)[2]
        else:
            first = frame if earliest is None else earliest
            member = Member(len(self.members) + 1, first, self._points, self._shots)
            self.members.append(member)
            self._shot.append(member)
        member.active = True
        member.put(frame, mesh, score, earliest)
        return member

    def assign(self, frame: int, faces: list[tuple[np.ndarray, float]]) -> None:
        """Record all faces (mesh, score) of a frame that came without identity."""
        candidates = sorted(
            (_distance(m, frame, mesh, self._fps), m.id, i)
            for m in self.active()
            for i, (mesh, _) in enumerate(faces)
        )
        left, unmatched = dict(enumerate(faces)), {m.id: m for m in self.active()}
        for distance, id_, i in candidates:
            if distance <= 1 and i in left and id_ in unmatched:
                unmatched.pop(id_).put(frame, *left.pop(i))
        for member in unmatched.values():
            member.active = False
        for mesh, score in sorted(left.values(), key=lambda face: -size_of(face[0])):
            self.claim(frame, mesh, score)


def same_face(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two meshes of one frame lie on the same face."""
    return bool(iou(box_of_mesh(a), box_of_mesh(b)[None])[0] > _SAME_FACE)


def same_place(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether of two boxes [4] one has the other's middle: two faces of one frame hide each other less."""
    (ax, ay), (bx, by) = (a[:2] + a[2:]) / 2, (b[:2] + b[2:]) / 2
    return bool((a[0] <= bx <= a[2] and a[1] <= by <= a[3]) or (b[0] <= ax <= b[2] and b[1] <= ay <= b[3]))


def size_of(mesh: np.ndarray) -> float:
    """The longer side of its box in pixels, at least 1."""
    box = box_of_mesh(mesh)
    return float(max(box[2] - box[0], box[3] - box[1], 1))


def _distance(member: Member, frame: int, mesh: np.ndarray, fps: float) -> float:
    """How far a face is from where a person was last seen: up to 1 it can be the same."""
    last = member.mesh(member.last)
    sizes = size_of(last), size_of(mesh)
    reach = min(_REACH + _REACH_PER_SECOND * (frame - member.last - 1) / fps, _REACH_MAX) * max(sizes)
    # Point by point, so that of two heads side by side the one turned the same way is nearer.
    moved = float(np.sqrt(((last[:, :2] - mesh[:, :2]) ** 2).sum(axis=1)).mean()) / reach
    return max(moved, max(sizes) / min(sizes) / _RESIZED)


def _surprise(member: Member, frame: int) -> float:
    """Distance of a person's face from where its motion led, in pixels; new ones have no motion to follow."""
    if not (member.has(frame - 1) and member.has(frame - 2)):
        return float("inf")
    expected = 2 * member.mesh(frame - 1)[:, :2].mean(axis=0) - member.mesh(frame - 2)[:, :2].mean(axis=0)
    return float(np.linalg.norm(member.mesh(frame)[:, :2].mean(axis=0) - expected))
