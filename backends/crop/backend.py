"""The frame of every engine that repaints a mouth in footage: tracking, cropping, silence, compositing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Literal

import numpy as np
from PIL import Image

from ...engine.errors import InputError
from ...engine.faces.choose import choose_people
from ...engine.faces.geometry import head_axes
from ...engine.faces.track import Face, FaceTrack, Person
from ...engine.faces.tracker import track_faces
from ...engine.host.protocol import Host
from ...engine.media.colour import crop_rgb, paste_rgb, small_rgb
from ...engine.media.frames import Frame
from ...engine.media.timeline import Timeline, plan, walk
from ...engine.report import FrameState
from ..protocol import FrameChunk, LipSyncRequest, Rendering
from .protocol import CropEngine, FaceCrop, Patch, Speech
from .silence import speech_gate

CHUNK = 16
_PREVIEW = 512
# Beyond this turn of the head, in degrees, there is hardly a mouth to paint.
_MAX_YAW = 65.0
# Seconds over which the painted mouth fades in and out where a face comes and goes.
_EDGE_FADE = 0.12

Rect = tuple[int, int, int, int]


class CropBackend:
    """A LipSyncBackend made of a CropEngine."""

    task: Literal["dub", "portrait"] = "dub"
    takes_footage = True
    remote = False

    def __init__(self, engine: CropEngine) -> None:
        self.engine = engine
        self.name = engine.name
        self.licence = engine.licence
        self.fps = engine.fps

    def __repr__(self) -> str:
        return f"CropBackend({self.name})"

    def render(self, request: LipSyncRequest, host: Host) -> Rendering:
        """Raises NoFaceError where the track has nobody to repaint, InputError where it is another clip's."""
        source = request.source
        timeline = plan(source, request.soundtrack.duration, request.length, request.fill, self.fps)
        track = request.track or track_faces(source, host, stop=int(timeline.source_index.max()) + 1)
        check_track(track, request)
        people = choose_people(track, request.person)
        notes: list[str] = []
        speech = _speech(request, timeline)
        if not self.engine.rests and request.silence != "source":
            notes.append(
                f"{self.name} can't close a mouth by itself: in silence the source frames are shown."
            )
        conditioning = self.engine.prepare(speech, people, notes, host)
        mix, states = self._mix(people, timeline, speech)
        return Rendering(
            size=source.size,
            fps=timeline.fps,
            variable=timeline.variable,
            colour=source.colour,
            frames=len(timeline),
            duration=timeline.duration,
            chunks=self._chunks(request, host, people, timeline, conditioning, mix, states),
            notes=notes,
        )

    def _mix(
        self, people: Sequence[Person], timeline: Timeline, speech: Speech
    ) -> tuple[np.ndarray, list[FrameState]]:
        """How much of the painted mouth each output frame shows (float32 [frames]), and its state."""
        source_states = {}
        for index in np.unique(timeline.source_index).tolist():
            seen = _seen_at(people, index)
            if seen is None:
                source_states[index] = FrameState.NO_FACE
            elif abs(head_axes(seen[1].mesh).yaw) > _MAX_YAW:
                source_states[index] = FrameState.YAW
        states = [source_states.get(i, FrameState.GENERATED) for i in timeline.source_index.tolist()]
        usable = np.array([state is FrameState.GENERATED for state in states])
        mix = _fade_edges(usable, max(1, round(_EDGE_FADE * float(timeline.fps))))
        if speech.silence == "source" or not self.engine.rests:
            mix = mix * speech.gate
            states = [
                FrameState.SILENCE if state is FrameState.GENERATED and amount == 0 else state
                for state, amount in zip(states, mix.tolist(), strict=True)
            ]
        return mix.astype(np.float32), states

    def _chunks(
        self, request: LipSyncRequest, host: Host, people: Sequence[Person], timeline: Timeline,
        conditioning: Any, mix: np.ndarray, states: list[FrameState],
    ) -> Iterator[FrameChunk]:  # fmt: skip
        stage = f"Lip-syncing ({self.name})"
        frames = walk(request.source, timeline)
        done = 0
        host.progress(stage, 0, len(timeline))
        while chunk := list(islice(frames, CHUNK)):
            work: list[tuple[Frame, Rect, FaceCrop]] = []
            for frame in chunk:
                seen = _seen_at(people, int(timeline.source_index[frame.index]))
                if seen is None or states[frame.index] is not FrameState.GENERATED or mix[frame.index] == 0:
                    continue
                rect = even_rect(self.engine.box(seen[1]), frame)
                if rect is not None:
                    work.append((frame, rect, _crop(frame, rect, *seen)))
            patches = self.engine.generate([crop for _, _, crop in work], conditioning)
            for (frame, rect, _), patch in zip(work, patches, strict=True):
                _paste(frame, rect, patch, float(mix[frame.index]))
            done += len(chunk)
            host.progress(stage, done, len(timeline), Image.fromarray(small_rgb(chunk[-1], _PREVIEW)))
            yield FrameChunk(chunk, [states[frame.index] for frame in chunk])


def check_track(track: FaceTrack, request: LipSyncRequest) -> None:
    """Raises InputError unless the track was made from the request's source."""
    if track.size != request.source.size or track.frames > request.source.frames:
        raise InputError(
            "The face track belongs to another clip "
            f"({track.frames} frames of {track.size[0]}×{track.size[1]}): connect the same source "
            "to the face track node and to the lip-sync node."
        )


def even_rect(box: tuple[float, float, float, float], frame: Frame) -> Rect | None:
    """The box on the frame's chroma grid and inside the picture; None where nothing of it is inside."""
    x0, y0 = max(0, int(box[0]) // 2 * 2), max(0, int(box[1]) // 2 * 2)
    x1 = min(frame.width, -int(-box[2] // 2) * 2)
    y1 = min(frame.height, -int(-box[3] // 2) * 2)
    return (x0, y0, x1, y1) if x1 - x0 >= 8 and y1 - y0 >= 8 else None


def _seen_at(people: Sequence[Person], index: int) -> tuple[Person, Face] | None:
    """Who is seen in a source frame: the people take turns, so there is one at most."""
    for person in people:
        face = person.at(index)
        if face is not None:
            return person, face
    return None


def _crop(frame: Frame, rect: Rect, person: Person, face: Face) -> FaceCrop:
    mesh = face.mesh.copy()
    mesh[:, :2] -= rect[:2]
    return FaceCrop(frame.index, person.id, crop_rgb(frame, rect), mesh)


def _paste(frame: Frame, rect: Rect, patch: Patch, amount: float) -> None:
    """Composite the part of a patch that shows."""
    columns, rows = (np.flatnonzero(patch.alpha.any(axis=axis)) for axis in (0, 1))
    if not len(rows):
        return
    x0, x1 = int(columns[0]) // 2 * 2, -int(-(columns[-1] + 1) // 2) * 2
    y0, y1 = int(rows[0]) // 2 * 2, -int(-(rows[-1] + 1) // 2) * 2
    part = np.s_[y0:y1, x0:x1]
    where = (rect[0] + x0, rect[1] + y0, rect[0] + x1, rect[1] + y1)
    paste_rgb(frame, where, patch.rgb[part], patch.alpha[part] * amount)


def _fade_edges(usable: np.ndarray, frames: int) -> np.ndarray:
    """1 where usable, rising and falling over `frames` at each end of a run that isn't an end of the clip."""
    mix = usable.astype(np.float32)
    edges = np.flatnonzero(np.diff(usable.astype(np.int8)))
    for edge in edges.tolist():
        if usable[edge]:
            run = slice(max(0, edge - frames + 1), edge + 1)
            ramp = np.arange(frames, 0, -1, dtype=np.float32)[-(run.stop - run.start) :]
        else:
            run = slice(edge + 1, min(len(mix), edge + 1 + frames))
            ramp = np.arange(1, frames + 1, dtype=np.float32)[: run.stop - run.start]
        mix[run] = np.minimum(mix[run], ramp / (frames + 1))
    return mix


def _speech(request: LipSyncRequest, timeline: Timeline) -> Speech:
    samples = request.voice.mono(16000)
    words = request.words
    times = np.array([float(t) for t in timeline.times]) - request.sync_offset
    gate = speech_gate(samples, times, words, request.content, request.driving is not None)
    return Speech(samples, times, float(1 / timeline.fps), gate, request.silence, words, request.lyrics)
