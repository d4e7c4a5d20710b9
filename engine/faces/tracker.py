"""Faces over time: detected now and then, followed in between."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..host.protocol import Host
from ..media.frames import Frame
from .cuts import Step, with_cuts
from .detector import FaceDetector, Variant
from .draw import preview
from .finish import finish
from .likeness import detail, is_blurred, mark_aside, same_face_seen
from .mesh import FaceMesh, box_of_mesh, roi_of_detection, roi_of_mesh, steadied
from .reunite import reunited
from .roster import Member, Roster, same_face, same_place, size_of
from .sampling import Roi
from .track import DEFAULT_MAX_FACES, FaceTrack

if TYPE_CHECKING:
    from ..media.source import Source

# Part of the key: raise it when the same source and settings give another track.
_VERSION = 3
# The detector looks for newcomers this often (frames), and for small ones every so many times. Whoever is
# found then is followed back to the frames in between, so nothing is missed by looking seldom.
SEARCH_EVERY = 8
_THOROUGH_EVERY = 4
_PROGRESS_EVERY = 16
MIN_PRESENCE = 0.5
_LONGEST_BLUR = 3  # frames


def track_faces(
    source: Source,
    host: Host,
    *,
    stop: int | None = None,
    detector: Variant = "auto",
    min_confidence: float = 0.5,
    max_faces: int = DEFAULT_MAX_FACES,
    max_gap: float = 0.4,
    smooth: bool = True,
) -> FaceTrack:
    """Find and follow the faces of a source's frames before `stop` (all by default).

    max_gap: seconds a face may be missing before it counts as absent; shorter gaps are interpolated, but for
    frames that show another picture (a flash, black, a frame of another shot).
    Memory: 6.5 KB per person and frame they are seen in. The result depends on source and settings only.
    Raises MissingFilesError without the models, and what the source and the host raise.
    """
    frames = source.frames if stop is None else min(stop, source.frames)
    roster = Roster(source.fps, max_faces)
    follower = _Follower(FaceDetector(detector, min_confidence), FaceMesh(), roster)
    for frame, step in with_cuts(source.read(0, frames)):
        host.check_cancelled()
        follower.step(frame, step)
        if frame.index % _PROGRESS_EVERY == 0:
            boxes = {m.id: box_of_mesh(m.mesh(frame.index)) for m in follower.visible(frame.index)}
            host.progress("Finding faces", frame.index, frames, preview(frame, boxes))
    follower.end_shot()
    host.progress("Finding faces", frames, frames)
    persons = finish(reunited(roster.members), follower.cuts, frames, source.fps, max_gap, smooth, host)
    settings = [_VERSION, frames, detector, min_confidence, max_faces, max_gap, smooth]
    key = track_key(source.key, settings)
    return FaceTrack(persons, frames, source.size, source.fps, key, source.key, tuple(follower.cuts))


def track_key(source_key: str, settings: Sequence[object]) -> str:
    """Hash of what a track was made from."""
    return hashlib.sha256(json.dumps([source_key, *settings]).encode()).hexdigest()


class _Follower:
    """One pass over the frames of a clip."""

    def __init__(self, detector: FaceDetector, mesh: FaceMesh, roster: Roster) -> None:
        self.roster = roster
        self.cuts: list[int] = []
        self._detector = detector
        self._mesh = mesh
        # The frames since the last search, oldest first, to follow newcomers back through.
        self._recent: deque[Frame] = deque(maxlen=SEARCH_EVERY)
        # The last frame that was no aside.
        self._before: Frame | None = None
        # The shot's last frame that was no blur, what was to be made out of whom when they were seen last,
        # and who is found after it although blurred beyond recognition.
        self._clear = 0
        self._details: dict[Member, np.ndarray] = {}
        self._veiled: list[tuple[int, Member]] = []
        # Where each followed person is looked for next, by id.
        self._rois: dict[int, Roi] = {}
        self._searches = 0
        self._search_at = 0

    def visible(self, index: int) -> list[Member]:
        return [m for m in self.roster.active() if m.has(index)]

    def step(self, frame: Frame, step: Step) -> None:
        if step is Step.ASIDE:
            self._glance(frame)
            return
        cut = step is Step.CUT
        if cut:
            self.end_shot()
            self.cuts.append(frame.index)
            self.roster.new_shot()
            self._recent.clear()
            self._rois.clear()
            self._clear, self._details = frame.index, {}
            self._veiled.clear()
            self._searches = 0
        lost = self._follow(frame)
        self._look_for_blur(frame)
        if cut or lost or frame.index >= self._search_at:
            self._search(frame)
        else:
            self._recent.append(frame)
        self._before = frame

    def end_shot(self) -> None:
        """Whoever came since the last search is found in the shot's last frame."""
        if len(self._recent) > 1:
            self._search(self._recent.pop())

    def _glance(self, frame: Frame) -> None:
        """A frame that looks unlike those around it: a jolt or a blur of the same picture, or another one.
        Who looks as before is seen in it, and nobody is lost."""
        before = self._before
        followed = [m for m in self.roster.active() if before is not None and m.has(before.index)]
        found = [self._mesh.follow(frame, self._rois[member.id]) for member in followed]
        found += self._newcomers(frame, thorough=False)
        for member in followed:
            assert before is not None, "somebody was seen in it"
            for mesh, presence in found:
                if presence >= MIN_PRESENCE and same_face_seen(
                    before, member.mesh(before.index), frame, mesh
                ):
                    member.put(frame.index, mesh, presence)
                    break
            else:
                if any(presence >= MIN_PRESENCE for _, presence in found):
                    member.aside.add(frame.index)
        mark_aside(self.roster, before, frame)

    def _look_for_blur(self, frame: Frame) -> None:
        """A blur of up to three frames among sharp ones hides who is found in it; a longer one stays."""
        index = frame.index
        missing = [m for m in self.roster.missing(index) if m in self._details]
        seen = {m: detail(frame, m.mesh(m.last)) for m in (*self.visible(index), *missing)}
        blurred = [m for m, left in seen.items() if m in self._details and is_blurred(left, self._details[m])]
        for member in blurred:
            if member.has(index):
                self._veiled.append((index, member))
            else:
                member.aside.add(index)
        if not blurred:
            for at, member in self._veiled:
                member.drop(at)
                member.aside.add(at)
        if not blurred or index - self._clear > _LONGEST_BLUR:
            self._veiled.clear()
            self._clear = index
            if self.visible(index):
                self._details = {m: left for m, left in seen.items() if m.has(index)}

    def _follow(self, frame: Frame) -> bool:
        """Measure everybody near where they were; True when somebody was lost."""
        followed = self.roster.active()
        for member in followed:
            roi = self._rois[member.id]
            mesh, presence = self._mesh.follow(frame, roi)
            if presence >= MIN_PRESENCE:
                member.put(frame.index, mesh, presence)
                self._rois[member.id] = steadied(roi, roi_of_mesh(mesh))
            else:
                member.active = False
        self.roster.settle(frame.index)
        return not all(member.active for member in followed)

    def _search(self, frame: Frame) -> None:
        thorough = self._searches % _THOROUGH_EVERY == 0 or not self.visible(frame.index)
        earliest = self._recent[0].index if self._recent else frame.index
        for mesh, presence in self._newcomers(frame, thorough):
            member = self.roster.claim(frame.index, mesh, presence, earliest)
            if member:
                self._rois[member.id] = roi_of_mesh(mesh)
                self._follow_back(member, frame.index)
        self.roster.look(frame)
        self._recent.clear()
        self._recent.append(frame)
        self._searches += 1
        self._search_at = frame.index + SEARCH_EVERY

    def _newcomers(self, frame: Frame, thorough: bool) -> list[tuple[np.ndarray, float]]:
        """Mesh and presence of the faces that are nobody's followed one, largest first."""
        known = [box_of_mesh(m.mesh(frame.index)) for m in self.visible(frame.index)]
        found = []
        for detection in self._detector.detect(frame, thorough):
            x, y = detection.keypoints[:4].mean(axis=0)
            if not any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in known):
                found.append(self._mesh.find(frame, roi_of_detection(detection)))
        # Of what the detector saw twice, once askew or in part, the surer one is the face.
        kept = []
        for mesh, presence in sorted(found, key=lambda face: -face[1]):
            box = box_of_mesh(mesh)
            if presence >= MIN_PRESENCE and not any(same_place(box, other) for other in known):
                kept.append((mesh, presence))
                known.append(box)
        return sorted(kept, key=lambda face: -size_of(face[0]))

    def _follow_back(self, member: Member, index: int) -> None:
        mesh, after = member.mesh(index), index
        for frame in reversed(self._recent):
            if member.has(frame.index) or frame.index < member.first:
                break
            mesh, presence = self._mesh.follow(frame, roi_of_mesh(mesh))
            others = (m for m in self.roster.seen(frame.index) if m is not member)
            if presence < MIN_PRESENCE or any(same_face(mesh, m.mesh(frame.index)) for m in others):
                break
            member.put(frame.index, mesh, presence)
            # Between the two are frames that show something else.
            member.aside.update(range(frame.index + 1, after))
            after = frame.index
