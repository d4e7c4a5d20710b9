"""The sync score of a run, taken from its frames while they pass on to the encoder.

Reading the file back would cost as much again as all of the measuring: half of it is decoding.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import cv2
import numpy as np

from ..engine.errors import Cancelled, LipSyncError
from ..engine.faces.finish import runs
from ..engine.faces.mesh import box_of_mesh
from ..engine.host.protocol import Host
from ..engine.media.colour import Rect
from ..engine.media.frames import Frame
from ..engine.media.spans import Spans
from ..engine.media.voice import RATE, gate
from ..engine.report import FrameState
from ..engine.score.comparison import Comparison, Repaint
from ..engine.score.follow import MouthFollower
from ..engine.score.mouth import MouthCurves
from ..engine.score.score import Score, score_mouth
from ..engine.score.sync import SHORTEST
from .protocol import Footage, Rendering
from .request import LipSyncRequest
from .speech import lip_closures, mouth_spans, voice_samples

# What is scored, where most is said by a face in sight: this share of a run, and of its seconds at least and
# at most so many. All of a run would cost a tenth of the time that the quickest engine takes, and say little
# more.
_SHARE, _FEWEST, _MOST = 0.6, 6.0, 30.0
# What was rendered, for hours or for credits, is worth more than its score: none of these ends the run. What
# ComfyUI raises when the user stops it is none of them.
_FAULTS = (
    LipSyncError, ArithmeticError, AssertionError, LookupError, MemoryError, OSError, RuntimeError, TypeError,
    ValueError, cv2.error,
)  # fmt: skip
# Seconds between the beginnings that are tried.
_STEP = 0.5
# Painted frames that are compared with their source's.
_COMPARED = 9
# Source frames that lie further apart than this are not read for it: a loop begins anew there.
_NEAR = 8
# How much of the picture around the face is kept for that.
_AROUND = 0.3


@dataclass(frozen=True)
class _Painted:
    """A painted frame's part with the face. index, shown: of the output, and of the source in it. rect: the
    part's place, the same for all in a row. mesh: in the part's pixels."""

    index: int
    shown: int
    part: Frame
    rect: Rect
    mesh: np.ndarray


class RunScore:
    """What passes by of a rendering, and the score of one voice in it. `seconds`: the time that took.

    request: with that voice alone. footage: the mouths that say it; None to look for them."""

    def __init__(
        self, request: LipSyncRequest, rendering: Rendering, footage: Footage | None, host: Host
    ) -> None:
        started = time.monotonic()
        self._request, self._rendering, self._footage, self._host = request, rendering, footage, host
        self._problem = ""
        self._times: list[float] = []
        self._meshes: list[np.ndarray | None] = []
        self._painted: list[_Painted] = []
        self._follower: MouthFollower | None = None
        self._window = (0.0, 0.0)
        if rendering.duration >= SHORTEST:
            try:
                self._samples, self._spoken = _said(request, footage, host)
                self._window = _busiest(
                    _with_face(self._spoken, footage, float(rendering.duration)), float(rendering.duration)
                )
            except Cancelled:
                raise
            except LipSyncError as error:
                self._problem = str(error)
        self.seconds = time.monotonic() - started

    def see(self, frame: Frame, state: FrameState) -> None:
        """Each frame, in order, before anything happens to it."""
        at = float(frame.pts)
        if self._problem or not self._window[0] <= at < self._window[1]:
            return
        started = time.monotonic()
        try:
            self._follower = self._follower or MouthFollower(self._request.person)
            mesh = self._follower.see(frame, self._known(frame.index))
        except _FAULTS as error:
            self._problem = _told(error)
            return
        self._times.append(at)
        self._meshes.append(mesh)
        if mesh is not None and state is FrameState.GENERATED:
            self._keep(frame, at, mesh)
        self.seconds += time.monotonic() - started

    def result(self) -> Score:
        """Once all frames are through. Raises what the host does when the user stops the run."""
        started = time.monotonic()
        try:
            score = self._score()
        except Cancelled:
            raise
        except _FAULTS as error:
            score = Score("There is no score.", 0.0, notes=[_told(error)])
        finally:
            self.seconds += time.monotonic() - started
        self._host.check_cancelled()
        return score

    def _score(self) -> Score:
        duration = float(self._rendering.duration)
        if duration < SHORTEST:
            return Score(f"Too short to say: {duration:.1f} s, {SHORTEST:g} s are needed.", duration)
        if self._problem:
            return Score("There is no score.", 0.0, notes=[self._problem])
        curves = MouthCurves.empty(len(self._meshes))
        rows = np.array([row for row, mesh in enumerate(self._meshes) if mesh is not None], int)
        if len(rows):
            curves.put(rows, np.stack([mesh for mesh in self._meshes if mesh is not None]))
        notes = []
        begin, end = self._window
        if end - begin < duration:
            notes.append(f"Scored from {begin:.1f} s to {end:.1f} s, where most is said.")
        closures = lip_closures(self._request.words)
        # What is said further off says nothing, and may be hours.
        start = max(int(begin) - 1, 0)
        near = self._samples[start * RATE : int(end + 2) * RATE]
        return score_mouth(
            curves,
            np.array(self._times),
            float(self._rendering.fps),
            near,
            self._spoken,
            [each for each in closures if begin <= each[0] and each[1] <= end],
            repaint=self._compared(),
            notes=notes,
            start=start,
        )

    def _known(self, index: int) -> np.ndarray | None:
        """The person's mesh in the source frame that an output frame shows, where an engine repaints one."""
        footage = self._footage
        if footage is None:
            return None
        shown = int(footage.timeline.source_index[index])
        return next((face.mesh for person in footage.people if (face := person.at(shown))), None)

    def _keep(self, frame: Frame, at: float, mesh: np.ndarray) -> None:
        """The first frames in a row that are painted while something is said."""
        footage = self._footage
        if footage is None or len(self._painted) == _COMPARED or not gate([at], self._spoken, 0.0)[0]:
            return
        shown = int(footage.timeline.source_index[frame.index])
        if self._painted:
            last = self._painted[-1]
            if last.index != frame.index - 1 or abs(last.shown - shown) > _NEAR:
                self._painted.clear()
        rect = self._painted[0].rect if self._painted else _around(mesh, frame)
        part = frame.part(rect)
        if part is not None:
            moved = mesh - np.array([*rect[:2], 0], mesh.dtype)
            self._painted.append(_Painted(frame.index, shown, part, rect, moved))

    def _compared(self) -> Repaint | None:
        if not self._painted:
            return None
        wanted = {each.shown for each in self._painted}
        frames = self._request.source.read(min(wanted), max(wanted) + 1)
        sources = {}
        for frame in frames:
            self._host.check_cancelled()
            if frame.index in wanted:
                sources[frame.index] = frame
        comparison = Comparison()
        for each in self._painted:
            source = sources[each.shown].part(each.rect)
            assert source is not None
            comparison.add(each.part, source, each.mesh)
        return comparison.result()


def _told(error: Exception) -> str:
    return (
        str(error) if isinstance(error, LipSyncError) else f"Scoring failed: {type(error).__name__}, {error}"
    )


def _said(request: LipSyncRequest, footage: Footage | None, host: Host) -> tuple[np.ndarray, Spans]:
    """The voice, mono at 16 kHz, and where it is heard: where an engine has looked already, what it found."""
    if footage is not None:
        return footage.speech.samples, footage.speech.spans
    samples = voice_samples(request.voice, host)
    driven = request.driving is not None
    return samples, mouth_spans(samples, request.words, request.content, driven, host)


def _with_face(spoken: Spans, footage: Footage | None, duration: float) -> Spans:
    """Of what is spoken, what somebody is in sight for; all of it where nobody has looked."""
    if footage is None:
        return spoken
    seen = np.zeros(footage.timeline.source_index.max() + 1, bool)
    for person in footage.people:
        rows = person.first + np.flatnonzero(person.seen)
        seen[rows[rows < len(seen)]] = True
    shown = seen[footage.timeline.source_index]
    times = np.append(footage.timeline.times.seconds(), duration)
    found = [(times[run.start], times[run.stop]) for run in runs(shown)]
    return Spans(
        (max(first, begin), min(last, end))
        for first, last in spoken
        for begin, end in found
        if begin < last and first < end
    )


def _around(mesh: np.ndarray, frame: Frame) -> Rect:
    """The rectangle around a face, on the chroma grid and inside the picture."""
    x0, y0, x1, y1 = box_of_mesh(mesh)
    margin = _AROUND * max(x1 - x0, y1 - y0)
    left, top, right, bottom = (int(v) // 2 * 2 for v in (x0 - margin, y0 - margin, x1 + margin, y1 + margin))
    return max(left, 0), max(top, 0), min(right, frame.width), min(bottom, frame.height)


def _busiest(spoken: Spans, duration: float) -> tuple[float, float]:
    """Begin and end of the stretch that is scored: the one of its length in which most is said."""
    length = min(max(_SHARE * duration, _FEWEST), _MOST, duration)
    begins = np.linspace(0.0, duration - length, round((duration - length) / _STEP) + 1)
    edges = np.array([(0.0, 0.0), *spoken])
    before = np.concatenate([[0.0], np.cumsum(edges[:, 1] - edges[:, 0])])

    def spoken_by(times: np.ndarray) -> np.ndarray:
        row = np.searchsorted(edges[:, 0], times, "right") - 1
        return before[row] + np.clip(times - edges[row, 0], 0, edges[row, 1] - edges[row, 0])

    begin = float(begins[np.argmax(spoken_by(begins + length) - spoken_by(begins))])
    return begin, begin + length
