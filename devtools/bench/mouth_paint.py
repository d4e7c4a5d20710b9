"""Frames as the viseme engine paints them, no file between: of a voice, or of poses that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.dub.job import DubJob
from lipsync_studio.backends.request import LipSyncRequest, SilenceRule
from lipsync_studio.backends.viseme.mouth import MouthPose
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.faces.choose import choose_people
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.host.protocol import Host
from lipsync_studio.engine.media.frames import Frame
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.source import Source

from .mouth_media import silence as quiet

Poses = np.ndarray
"""[frames, fields of a MouthPose]."""


class _Posed(VisemeEngine):
    """Takes its poses as they are given, or keeps those that it makes of the voice."""

    def __init__(self, poses: Poses | None) -> None:
        super().__init__()
        self.poses = poses

    def survey(self, job: DubJob, notes: list[str], host: Host) -> Any:
        survey = super().survey(job, notes, host)
        if self.poses is None:
            self.poses = survey.poses
        return replace(survey, poses=self.poses.astype(np.float16))


@dataclass(frozen=True)
class Painter:
    """tracks: the faces of each source, by its key."""

    host: PlainHost
    tracks: dict[str, FaceTrack] = field(default_factory=dict)

    def spoken(
        self, source: Source, voice: Sound, lyrics: str = "", silence: SilenceRule = "rest",
        poses: Poses | None = None, track: FaceTrack | None = None,
    ) -> Iterator[Frame]:  # fmt: skip
        """Frames of a source that speaks. poses: what its voice makes of the mouth, where that is known."""
        request = LipSyncRequest(
            source, voice, lyrics=lyrics, silence=silence, track=track or self.track(source)
        )
        rendering = DubBackend(_Posed(poses)).render(request, self.host)
        with closing(rendering.chunks) as chunks:
            for chunk in chunks:
                yield from chunk.frames

    def posed(self, source: Source, poses: Poses, track: FaceTrack | None = None) -> Iterator[Frame]:
        return self.spoken(source, quiet(len(poses), source.fps), poses=poses, track=track)

    def poses(self, source: Source, voice: Sound, lyrics: str = "") -> Poses:
        """What a voice makes of the mouth."""
        engine = _Posed(None)
        request = LipSyncRequest(source, voice, lyrics=lyrics, track=self.track(source))
        return np.asarray(DubBackend(engine).plan(request, self.host).survey.poses)

    def place(self, source: Source) -> tuple[float, float]:
        """Where the face that is painted is in the first frame that has it, pixels."""
        (person, *_) = choose_people(self.track(source), "largest")
        x0, y0, x1, y1 = person.boxes[np.flatnonzero(person.seen)[0]].tolist()
        return (x0 + x1) / 2, (y0 + y1) / 2

    def track(self, source: Source) -> FaceTrack:
        if source.key not in self.tracks:
            self.tracks[source.key] = track_faces(source, self.host)
        return self.tracks[source.key]


def poses(openings: Sequence[float] | np.ndarray, **more: float) -> Poses:
    """Spoken poses of some openings, the jaw with them as it is in an open vowel."""
    made = [MouthPose(open=float(each), jaw=0.75 * float(each), **more) for each in openings]
    return np.array([[getattr(pose, each.name) for each in fields(MouthPose)] for pose in made])
