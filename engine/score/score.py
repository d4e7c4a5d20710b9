"""The sync score of a clip: all measures together, as data and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..media.spans import Spans
from .closure import jitter, moving_in_silence, quiet_frames, shut_in_silence, shut_on
from .comparison import Repaint
from .mouth import MouthCurves
from .sync import SHORTEST, Sync, sync
from .voice_level import is_silent, voice_level

# A lag beyond this many frames is not in time any more: as far as the score reaches.
_IN_TIME = 3
_SURE, _LIKELY = 0.01, 0.05
P_MEANS = (
    "p: of the voice as it is and shifted by 1 s or more, the share that fits the mouth at least as well: as "
    "it is at the best of 3 frames to either side, shifted at the best of 12."
)


@dataclass(frozen=True)
class Lse:
    """SyncNet's figures: distance (LSE-D), confidence (LSE-C), and the frames at 25 fps by which the sound
    would have to be moved. windows: how many were averaged."""

    distance: float
    confidence: float
    offset: int
    windows: int

    @property
    def offset_ms(self) -> float:
        return 40.0 * self.offset


@dataclass(frozen=True)
class Score:
    """verdict: one sentence. seconds: with a face and sound, which all of it is about. sync: None where there
    is too little. lag_ms: how much later the mouth is than the voice. The shares and jitter are those of
    engine/score/closure.py; None where a clip has nothing to tell them by. repaint: against the source, lse:
    by SyncNet, both where they were asked for."""

    verdict: str
    seconds: float
    sync: Sync | None = None
    lag_ms: float | None = None
    shut_in_silence: float | None = None
    moving_in_silence: float | None = None
    shut_on_pbm: float | None = None
    jitter: float | None = None
    repaint: Repaint | None = None
    lse: Lse | None = None
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """JSON values, rounded to what they mean."""
        made = asdict(self)
        if self.sync:
            made["sync"]["p_means"] = P_MEANS
        if self.lse:
            made["lse"]["offset_ms"] = self.lse.offset_ms
        return _rounded(made)

    @property
    def value(self) -> float:
        """The sync score alone; 0 where nothing can be said."""
        return self.sync.score if self.sync else 0.0

    def text(self) -> str:
        """The verdict, then a line for each measure, then the notes."""
        lines = [self.verdict]
        if self.sync:
            lines.append(
                f"Sync score: {self.sync.score:.3f}, p = {self.sync.p:.3f} ({self.sync.shifts} shifts of the "
                f"voice, {self.seconds:.1f} s)"
            )
            lines.append(P_MEANS)
            if self.sync.lag_p <= _LIKELY:
                lines.append(f"Lag of the mouth: {self.sync.lag:+d} frames ({self.lag_ms:+.0f} ms)")
        shares = (
            ("Lips closed in silence", self.shut_in_silence),
            ("Lips moving in silence", self.moving_in_silence),
            ("Lips closed on P, B and M", self.shut_on_pbm),
        )
        lines += [f"{name}: {share:.0%}" for name, share in shares if share is not None]
        if self.jitter is not None:
            lines.append(f"Jitter: {self.jitter:.2f} % of the eyes' distance")
        if self.repaint:
            figures = (
                ("Seam (1: as strong as inside of what is repainted)", self.repaint.seam),
                ("Sharpness of the mouth (1: the source's)", self.repaint.sharpness),
                ("Flicker beyond the source's, grey levels", self.repaint.flicker),
            )
            lines += [f"{name}: {figure:.2f}" for name, figure in figures if figure is not None]
        if self.lse:
            lines.append(
                f"SyncNet: LSE-D {self.lse.distance:.3f}, LSE-C {self.lse.confidence:.3f}, offset "
                f"{self.lse.offset:+d} frames of 25 a second ({self.lse.offset_ms:+.0f} ms)"
            )
        return "\n".join([*lines, *self.notes])


def score_mouth(
    curves: MouthCurves, times: np.ndarray, fps: float, samples16k: np.ndarray, spoken: Spans,
    closures: Iterable[tuple[float, float]] = (), repaint: Repaint | None = None, lse: Lse | None = None,
    notes: Iterable[str] = (), start: float = 0.0,
) -> Score:  # fmt: skip
    """What curves say of the mouth's frames, which begin at `times` seconds [n], and of a voice.

    samples16k: float32 [m], mono at 16 kHz, from `start` seconds on. Frames beyond its end don't count.
    spoken: where there is a voice. closures: (start, end) of each P, B and M, where words are known."""
    notes = list(notes)
    middles = times + 0.5 / fps
    length = start + len(samples16k) / 16000
    heard = int(np.searchsorted(middles, length))
    if heard < len(times) - fps:
        notes.append(f"The sound ends after {length:.1f} s: what the video goes on with is not scored.")
    curves = MouthCurves(curves.opening[:heard], curves.width[:heard], curves.place[:heard])
    times, middles = times[:heard], middles[:heard]
    seconds = float(curves.seen.sum() / fps)
    if not len(times) or not curves.seen.any():
        verdict = "No face is seen while there is sound: there is no mouth to score."
        return Score(verdict, 0.0, repaint=repaint, lse=lse, notes=notes)
    even = curves.on_even_clock(times, fps)
    clock = times[0] + (np.arange(len(even)) + 0.5) / fps
    level = voice_level(samples16k, clock - start)
    found = sync(even.opening, level, fps)
    quiet = quiet_frames(clock, spoken)
    return Score(
        verdict=_verdict(found, seconds, is_silent(level), fps),
        seconds=seconds,
        sync=found,
        lag_ms=1000 * found.lag / fps if found else None,
        shut_in_silence=shut_in_silence(even, quiet, fps),
        moving_in_silence=moving_in_silence(even, quiet, fps),
        shut_on_pbm=shut_on(closures, even, clock),
        jitter=jitter(even),
        repaint=repaint,
        lse=lse,
        notes=notes,
    )


def _verdict(found: Sync | None, seconds: float, silent: bool, fps: float) -> str:
    if found is None:
        return f"Too short to say: {seconds:.1f} s with a face and sound, {SHORTEST:g} s are needed."
    if silent:
        return "There is no voice in the sound that a mouth could follow."
    if found.correlation == 0:
        return "The mouth does not move."
    late = f"{abs(1000 * found.lag / fps):.0f} ms too {'late' if found.lag > 0 else 'early'}"
    if found.p > _LIKELY and abs(found.lag) > _IN_TIME and found.lag_p <= _SURE:
        return f"The mouth follows the voice, {late}."
    if found.p > _LIKELY:
        return "No sign that the mouth follows this voice."
    sure = "The mouth follows the voice" if found.p <= _SURE else "The mouth seems to follow the voice"
    return f"{sure}, {late}." if abs(found.lag) > _IN_TIME else f"{sure}."


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value
