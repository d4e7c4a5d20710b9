"""The network's 25 frames a second in footage of another rate.

Rates within a quarter of 25 are fed as they are. Of 50 to 60 every second frame goes into one pass and the
others into another, from the same noise, and the faces are put together again. Of anything else the network
is shown the nearest frame every 40 ms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .loop import CLIP, FPS
from .mask import keep_mask

# How far a rate may be off, of the network's.
_NEAR = Fraction(1, 4)
# Neighbouring faces of two passes may differ, per time, by this much more than those of one.
MOST = 1.2


@dataclass(frozen=True)
class Pass:
    """Up to 16 faces that the network sees together. faces: which of a clip's, int64 [n]. times: when each is
    heard, seconds, float64 [n]."""

    faces: np.ndarray
    times: np.ndarray


class Clock:
    """fps: of what is put out. turns: 1, or 2 where frames go into two passes in turns; 0 where they are
    resampled. frames: of a clip, as many as the passes hold."""

    def __init__(self, fps: Fraction) -> None:
        self.fps = fps
        self.turns = next((turns for turns in (1, 2) if abs(fps / turns / FPS - 1) <= _NEAR), 0)
        if self.turns == 0:
            self.frames = math.floor((CLIP - 1) * fps / FPS) + 1
        else:
            # With one less than two whole passes, every second face has neighbours on both sides.
            self.frames = CLIP * self.turns - (self.turns - 1)

    def overlap(self, frames: int) -> int:
        """That many of the network's frames, in those that are put out."""
        return round(frames * self.fps / FPS) if self.turns == 0 else frames * self.turns

    def note(self) -> str | None:
        """What becomes of frames at this rate; None where they are fed as they are."""
        rate = f"At {float(self.fps):.5g} frames a second"
        if self.turns == 1:
            return None
        if self.turns == 2:
            return f"{rate} every second frame is painted in a pass of its own, from the same noise."
        if self.fps < FPS:
            return f"{rate} the network is shown the nearest frame {FPS} times a second."
        return f"{rate} faces are painted {FPS} times a second, and those in between are mixed of two."

    def passes(self, times: np.ndarray) -> list[Pass]:
        """What the network is shown of a clip, whose faces are heard at these times (seconds [n])."""
        if self.turns:
            turns = [np.arange(start, len(times), self.turns) for start in range(self.turns)]
            return [Pass(faces, times[faces]) for faces in turns if len(faces)]
        ticks = self._ticks(times)
        return [Pass(np.abs(times[:, None] - ticks).argmin(axis=0), ticks)]

    def _ticks(self, times: np.ndarray) -> np.ndarray:
        count = round((times[-1] - times[0]) * FPS) + 1
        if count <= CLIP:
            return np.asarray(times[0] + np.arange(count) / FPS)
        # Where the rate varies, a clip may last longer than at the mean rate.
        return np.linspace(times[0], times[-1], CLIP)

    def faces(
        self, painted: Sequence[np.ndarray], times: np.ndarray
    ) -> tuple[list[np.ndarray], float | None]:
        """Of what came out of the passes, end to end, uint8 [side, side, 3]: a face for each of the clip's,
        and how unsteady the faces of two passes were together, where there are two."""
        if self.turns == 1:
            return list(painted), None
        if self.turns == 2:
            return self._in_turns(painted)
        places = np.interp(times, self._ticks(times), np.arange(len(painted)))
        if self.fps < FPS:
            return [painted[round(place)] for place in places.tolist()], None
        return [_between(painted, place) for place in places.tolist()], None

    def _in_turns(self, painted: Sequence[np.ndarray]) -> tuple[list[np.ndarray], float | None]:
        half = -(-len(painted) // 2)
        faces = [painted[at // 2 + (half if at % 2 else 0)] for at in range(len(painted))]
        if len(faces) < 3:
            return faces, None
        ratio = unsteadiness(faces)
        if ratio > MOST:
            faces = [_between(painted[:half], min(at / 2, half - 1)) for at in range(len(faces))]
        return faces, ratio


def unsteadiness(faces: Sequence[np.ndarray]) -> float:
    """How much more neighbouring faces (uint8 [side, side, 3], 3 at least) differ than those two apart, per
    time, where the network paints: 1 for steady motion, 2 for two that alternate with noise; 1 where nothing
    moves."""
    painted = keep_mask(len(faces[0])) < 0.5
    seen = np.stack([face[painted] for face in faces]).astype(np.int16)
    near, far = (float(np.abs(seen[step:] - seen[:-step]).mean()) for step in (1, 2))
    if far == 0:
        return math.inf if near else 1.0
    return 2 * near / far


def _between(faces: Sequence[np.ndarray], place: float) -> np.ndarray:
    """The face at a place between two."""
    before = math.floor(place)
    share = place - before
    if share == 0:
        return faces[before]
    mixed = (1 - share) * faces[before] + share * faces[before + 1].astype(np.float32)
    return np.rint(mixed).astype(np.uint8)


class Steadiness:
    """Keeps a run's note on how steady faces of two passes are. notes: of the run, to which it adds one."""

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes
        self._place: int | None = None
        self._ratios: list[float] = []

    def record(self, ratio: float) -> None:
        """Of one more clip."""
        if self._place is None:
            self._place = len(self._notes)
            self._notes.append("")
        self._ratios.append(ratio)
        self._notes[self._place] = self._note()

    def _note(self) -> str:
        clips = len(self._ratios)
        said = (
            f"Neighbouring faces of the two passes differ {np.median(self._ratios):.2f} times as much, per "
            f"time, as those of one (median of {clips} clips, {max(self._ratios):.2f} at most)"
        )
        mixed = sum(ratio > MOST for ratio in self._ratios)
        if not mixed:
            return f"{said}."
        some = "1 clip" if mixed == 1 else f"{mixed} clips"
        return f"{said}: in {some} over {MOST} every second face is mixed of the two beside it."
