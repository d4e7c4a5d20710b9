"""Phones on a time line → the mouth's parameters for every output frame.

Co-articulation by dominance functions: Cohen and Massaro, "Modeling coarticulation in synthetic visual
speech" (Models and Techniques in Computer Animation, 1993). Every phone pulls each parameter towards its
target with a strength that falls off exponentially outside the phone; the parameter is the weighted mean of
all of them. Ours have a plateau over the phone's core, so that a sung vowel is held for as long as it sounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...align.words import Phone
from ...engine.media.spans import Spans
from .shapes import CLOSED, TARGETS, TUCKED, VOWELS, Shape, Target

Curve = npt.NDArray[np.float32]

REST_AFTER = 0.25
"""Silence, seconds, after which the mouth goes back to rest."""

# The lips move ahead of the sound.
_LEAD = 0.05
_CLOSING = 0.14
_OPENING = 0.14
# How fast a phone is felt less before and after its core, and what of it lies outside the core at either end.
_ANTICIPATION = 0.045
_CARRY_OVER = 0.035
_EDGE_SHARE = 0.4
_LONGEST_EDGE = 0.05
_REACH = 0.35
# A diphthong glides late: at most so much of it is its second shape.
_GLIDE_SHARE = 0.4
_LONGEST_GLIDE = 0.16
# Lips part at up to 0.2 m/s (Löfqvist and Gracco 1997), which is 4 mouth widths per second.
_LIP_SPEED = 4.0
_LOUD_PER_DB = 0.03
_LOUD_LIMITS = (0.75, 1.35)
_HELD_GAIN = 0.1
_PLOSIVE_HELD = 0.65
_HELD = 0.9
_TUCK_OPEN = 0.04
_PRESS_OPEN = 0.08


@dataclass(frozen=True)
class MouthMotion:
    """The mouth in each of n output frames; float32 [n], `sealed` bool [n]. Lengths are in the person's rest
    mouth widths.

    open: inner-lip aperture, 0 = lips touching, 0.12 a small talking vowel, 0.45 a singer's wide "AA".
    jaw: the chin's drop. wide: change of the mouth's width, -0.30 "UW" to +0.15 "IY". round: 0..1 pucker.
    tuck: 0..1 lower lip under the upper teeth. press: 0..1 lips pressed. teeth, tongue: 0..1 how much shows.
    active: 1 where the target rules the mouth, 0 in silence, where all targets are 0 and the renderer's
    silence rule applies. sealed: the lips must touch in this frame.
    """

    open: Curve
    jaw: Curve
    wide: Curve
    round: Curve
    tuck: Curve
    press: Curve
    teeth: Curve
    tongue: Curve
    active: Curve
    sealed: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.open)


class _Segment(NamedTuple):
    start: float
    end: float
    target: Target
    gain: float


def motion_from_phones(
    phones: Sequence[Phone],
    times: npt.NDArray[np.float64],
    frame_seconds: float | npt.NDArray[np.float64],
    gate: Curve | None = None,
    loudness: Curve | None = None,
) -> MouthMotion:
    """The motion for frames that start at `times` seconds [n] and last `frame_seconds` (a number, or [n]).

    gate: 0..1 per frame, where the voice is heard; None trusts the phones. loudness: dB per frame (any
    reference); louder vowels open wider. P, B and M seal at least the frame in which their middle lies, F
    and V tuck likewise, whatever their neighbours ask for.
    """
    lengths = np.broadcast_to(np.asarray(frame_seconds, np.float64), times.shape)
    centres = times + lengths / 2
    spoken = known_phones(phones)
    active = activity([(phone.start, phone.end) for phone in spoken], centres)
    return assemble(blend(spoken, centres, loudness), active, spoken, times, lengths, gate)


def known_phones(phones: Sequence[Phone]) -> list[Phone]:
    """The phones that have a mouth shape, in order of time."""
    return sorted((phone for phone in phones if phone.name in TARGETS), key=lambda phone: phone.start)


def assemble(
    values: npt.NDArray[np.float64],
    active: npt.NDArray[np.float64],
    spoken: Sequence[Phone],
    times: npt.NDArray[np.float64],
    lengths: npt.NDArray[np.float64],
    gate: Curve | None,
) -> MouthMotion:
    """`values` [n, parameters in the order of Shape] with rest in silence and the closures of `spoken`."""
    centres = times + lengths / 2
    if gate is not None:
        active = np.minimum(active, gate)
    curves = dict(zip(Shape._fields, (values * active[:, None]).T, strict=True))

    sealed = _frames_of([phone for phone in spoken if phone.name in CLOSED], times, lengths)
    tucked = _frames_of([phone for phone in spoken if phone.name in TUCKED], times, lengths) & ~sealed
    # No frame next to a closure may be further open than lips can move in between.
    curves["open"] = np.minimum(curves["open"], _LIP_SPEED * _distance(centres, centres[sealed]))
    curves["open"][tucked] = np.minimum(curves["open"][tucked], _TUCK_OPEN)
    curves["tuck"][tucked] = 1.0
    for name in ("open", "tuck", "teeth", "tongue"):
        curves[name][sealed] = 0.0
    # Lips press only when they are about to touch.
    pressable = np.clip(1.0 - curves["open"] / _PRESS_OPEN, 0.0, 1.0)
    curves["press"] = np.where(sealed, 1.0, np.minimum(curves["press"], pressable))
    active = np.where(sealed | tucked, 1.0, active)
    return MouthMotion(
        **{name: curve.astype(np.float32) for name, curve in curves.items()},
        active=active.astype(np.float32),
        sealed=sealed,
    )


def _segments(
    spoken: Sequence[Phone], centres: npt.NDArray[np.float64], loudness: Curve | None
) -> Iterator[_Segment]:
    gains = _gains(spoken, centres, loudness)
    for phone, gain in zip(spoken, gains, strict=True):
        targets = TARGETS[phone.name]
        # Every shape is prepared before it sounds, but the release of a closure is heard at once.
        start, end = phone.start - _LEAD, phone.end - (0.0 if phone.name in CLOSED else _LEAD)
        if len(targets) == 1:
            yield _Segment(start, end, targets[0], gain)
            continue
        glide = min(_GLIDE_SHARE * (end - start), _LONGEST_GLIDE)
        yield _Segment(start, end - glide, targets[0], gain)
        yield _Segment(end - glide, end, targets[1], gain)


def _gains(
    spoken: Sequence[Phone], centres: npt.NDArray[np.float64], loudness: Curve | None
) -> npt.NDArray[np.float64]:
    """How far each phone opens against its table value: stressed vowels further, held ones a little more."""
    gains = np.ones(len(spoken))
    vowels = [at for at, phone in enumerate(spoken) if phone.name in VOWELS]
    if not vowels:
        return gains
    lengths = np.array([spoken[at].end - spoken[at].start for at in vowels])
    gains[vowels] = 1.0 + _HELD_GAIN * np.clip((lengths - 0.3) / 0.5, 0.0, 1.0)
    if loudness is not None:
        middles = np.array([(spoken[at].start + spoken[at].end) / 2 for at in vowels])
        levels = np.interp(middles, centres, loudness)
        gains[vowels] *= np.clip(1.0 + _LOUD_PER_DB * (levels - np.median(levels)), *_LOUD_LIMITS)
    return gains


def blend(
    spoken: Sequence[Phone], centres: npt.NDArray[np.float64], loudness: Curve | None = None
) -> npt.NDArray[np.float64]:
    """Dominance-weighted mean of the phones' targets at `centres`, [n, parameters]; 0 far from all phones."""
    total = np.zeros((len(centres), len(Shape._fields)))
    weight = np.full_like(total, 1e-9)
    for segment in _segments(spoken, centres, loudness):
        middle, half = (segment.start + segment.end) / 2, (segment.end - segment.start) / 2
        first, last = np.searchsorted(centres, (segment.start - _REACH, segment.end + _REACH))
        offset = centres[first:last] - middle
        outside = np.maximum(np.abs(offset) - (half - min(_EDGE_SHARE * half, _LONGEST_EDGE)), 0.0)
        fall = np.exp(-outside / np.where(offset < 0, _ANTICIPATION, _CARRY_OVER))
        opening, width, detail = segment.target[1:]
        strength = np.array([opening, opening, width, width, detail, detail, detail, detail])
        gain = np.array([segment.gain, segment.gain, 1, 1, 1, 1, 1, 1])
        dominance = fall[:, None] * strength
        total[first:last] += dominance * (np.array(segment.target.shape) * gain)
        weight[first:last] += dominance
    return total / weight


def activity(
    spans: Iterable[tuple[float, float]], centres: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """1 in the voiced spans (seconds), bridging pauses shorter than REST_AFTER; smooth ramps."""
    active = np.zeros(len(centres))
    for start, end in Spans(spans).bridged(REST_AFTER):
        rising = (centres - (start - _LEAD - _OPENING)) / _OPENING
        falling = (end + _CLOSING - centres) / _CLOSING
        active = np.maximum(active, _smooth(np.minimum(rising, falling)))
    return active


def _smooth(ramp: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    ramp = np.clip(ramp, 0.0, 1.0)
    return ramp * ramp * (3.0 - 2.0 * ramp)


def _frames_of(
    closures: Sequence[Phone], times: npt.NDArray[np.float64], lengths: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """The frames whose centre lies in a closure, and in any case the one that holds its middle."""
    frames = np.zeros(len(times), bool)
    centres = times + lengths / 2
    for phone in closures:
        # A plosive's segment ends with its burst, for which the lips are already apart.
        held = _PLOSIVE_HELD if phone.name in {"P", "B"} else _HELD
        end = phone.start + held * (phone.end - phone.start)
        frames[np.searchsorted(centres, phone.start) : np.searchsorted(centres, end)] = True
        middle = (phone.start + phone.end) / 2
        at = int(np.searchsorted(times, middle, side="right")) - 1
        if at >= 0 and middle < times[at] + lengths[at]:
            frames[at] = True
    return frames


def _distance(centres: npt.NDArray[np.float64], marks: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """From every centre to the nearest mark, seconds; infinite without marks."""
    if not len(marks):
        return np.full(len(centres), np.inf)
    after = np.clip(np.searchsorted(marks, centres), 0, len(marks) - 1)
    before = np.maximum(after - 1, 0)
    return np.minimum(np.abs(centres - marks[after]), np.abs(centres - marks[before]))
