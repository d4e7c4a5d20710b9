"""Phones on a time line → the mouth's parameters for every output frame.

Co-articulation by dominance functions: Cohen and Massaro, "Modeling coarticulation in synthetic visual
speech" (Models and Techniques in Computer Animation, 1993). Every phone pulls each parameter towards its
target with a strength that falls off exponentially outside the phone; the parameter is the weighted mean of
all of them. Ours have a plateau over the phone's core, so that a sung vowel is held for as long as it sounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

# How long before the first sound a mouth is open, and how long it takes to open and to close: nothing moves
# more than 0.15 s before the first sound or after the last.
_LEAD = 0.05
_CLOSING = 0.14
_OPENING = 0.10
# Before that the lips part as far as this, so that so much of the teeth is seen, over so many seconds. Where
# somebody is heard to breathe in, they do so for that: the longest breath, and how long before the first
# sound it may be over.
_PARTED, _TEETH_SEEN = 0.085, 0.45
_PARTING = 0.08
_LONGEST_BREATH, _BREATH_OVER = 0.7, 0.25
# How fast a phone is felt less before and after its core, and what of it lies outside the core at either end.
_ANTICIPATION = 0.04
_CARRY_OVER = 0.035
_EDGE_SHARE = 0.4
_LONGEST_EDGE = 0.05
_REACH = 0.35
# A diphthong glides late: at most so much of it is its second shape.
_GLIDE_SHARE = 0.33
_LONGEST_GLIDE = 0.16
# Widths per second. Lips can part at up to 0.2 m/s (Löfqvist and Gracco 1997), which is 4; on their way from
# a closure into a vowel they take their time: r with the six speakers is highest at 0.8 to 1.3, and faster
# ones are seen to snap shut for a frame. How sharply they turn between two closures.
_LIP_SPEED = 1.3
_TURN = 3
_LOUD_PER_DB = 0.02
_LOUD_LIMITS = (0.75, 1.35)
# A vowel of this length, in seconds, opens as far as its shape says; of shorter ones the mouth falls short
# (Lindblom, "Spectrographic study of vowel reduction", 1963), stressed and held ones it opens further.
_USUAL = 0.11
_LENGTH_POWER = 0.15
_LENGTH_LIMITS = (0.8, 1.4)
# Seconds for which lips stay shut at least: a closure of one frame at 25 a second is seen as a flicker. The
# vowel between two closures that are so near to each other needs some of that time.
_LEAST_HELD, _NEAR_HELD, _NEAR = 0.08, 0.06, 0.25
_PLOSIVE_HELD = 0.65
_HELD = 0.9
_TUCK_OPEN = 0.03
_PRESS_OPEN = 0.08
# How much further than the table says a mouth opens and a jaw drops. The shapes are fitted to what a face
# mesh reads of people's mouths, and of painted ones it reads what is asked for, as an average of stills.
_READ, _DROP = 1.0, 1.14
# From the first on a mouth opens and a jaw drops less and less further than asked, by the second at most: of
# the six speakers the widest opening in a sentence is 0.12 to 0.22.
_WIDE, _WIDER = {"open": 0.15, "jaw": 0.125}, 0.057


@dataclass(frozen=True)
class MouthMotion:
    """The mouth in each of n output frames; float32 [n], `sealed` bool [n]. Lengths are in the person's rest
    mouth widths.

    open: inner-lip aperture, 0 = lips touching, 0.1 a small talking vowel, 0.26 a singer's wide "AA".
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
    breaths: Sequence[tuple[float, float]] = (),
) -> MouthMotion:
    """The motion for frames that start at `times` seconds [n] and last `frame_seconds` (a number, or [n]).

    gate: 0..1 per frame, where the voice is heard; None trusts the phones. loudness: dB per frame (any
    reference); louder vowels open wider. breaths: seconds in which breathing is heard. P, B and M seal at
    least the frame in which their middle lies, F and V tuck likewise, whatever their neighbours ask for.
    """
    lengths = np.broadcast_to(np.asarray(frame_seconds, np.float64), times.shape)
    centres = times + lengths / 2
    spoken = known_phones(phones)
    voiced = [(phone.start, phone.end) for phone in spoken]
    return assemble(blend(spoken, centres, loudness), voiced, spoken, times, lengths, gate, breaths)


def known_phones(phones: Sequence[Phone]) -> list[Phone]:
    """The phones that have a mouth shape, in order of time."""
    return sorted((phone for phone in phones if phone.name in TARGETS), key=lambda phone: phone.start)


def assemble(
    values: npt.NDArray[np.float64],
    voiced: Sequence[tuple[float, float]],
    spoken: Sequence[Phone],
    times: npt.NDArray[np.float64],
    lengths: npt.NDArray[np.float64],
    gate: Curve | None,
    breaths: Sequence[tuple[float, float]] = (),
) -> MouthMotion:
    """`values` [n, parameters in the order of Shape] with rest outside the `voiced` spans (seconds), lips
    that part before them, as early as one of `breaths` does, and the closures of `spoken`."""
    centres = times + lengths / 2
    closed = [phone for phone in spoken if phone.name in CLOSED]
    starts = np.sort([phone.start for phone in closed])
    spans = Spans(voiced).bridged(REST_AFTER)
    active, parted = _activity(spans, centres), np.zeros(len(centres))
    for start, _ in spans:
        first = _first_heard(start, breaths)
        # Lips that would be closed again at once part for a breath only.
        near = np.searchsorted(starts, (start - _LEAD, start + _LEAD))
        shut = first == start and near[0] < near[1]
        if not shut and (gate is None or _heard_near(start, centres, gate)):
            _raise(parted, centres, first - _LEAD - _OPENING, start + _PARTING, _PARTING, _PARTING)
    if gate is not None:
        active = np.minimum(active, gate)
    curves = dict(zip(Shape._fields, (values * active[:, None]).T, strict=True))
    curves["open"], curves["jaw"] = _READ * curves["open"], _DROP * curves["jaw"]
    # A held, loud vowel is sung wide, and not shouted.
    for name, wide in _WIDE.items():
        further = np.maximum(curves[name] - wide, 0)
        curves[name] = curves[name] - further + _WIDER * (1 - np.exp(-further / _WIDER))
    for name, least in (("open", _PARTED), ("teeth", _TEETH_SEEN)):
        curves[name] = np.maximum(curves[name], least * parted)
    active = np.maximum(active, parted)

    sealed = _frames_of(closed, times, lengths)
    tucked = _frames_of([phone for phone in spoken if phone.name in TUCKED], times, lengths) & ~sealed
    # No frame next to a closure may be further open than lips can move in between.
    for frames, opening in ((sealed, 0.0), (tucked, _TUCK_OPEN)):
        curves["open"] = np.minimum(curves["open"], opening + _reachable(centres, centres[frames]))
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
        if len(targets) == 1:
            yield _Segment(phone.start, phone.end, targets[0], gain)
            continue
        turn = phone.end - min(_GLIDE_SHARE * (phone.end - phone.start), _LONGEST_GLIDE)
        yield _Segment(phone.start, turn, targets[0], gain)
        yield _Segment(turn, phone.end, targets[1], gain)


def _gains(
    spoken: Sequence[Phone], centres: npt.NDArray[np.float64], loudness: Curve | None
) -> npt.NDArray[np.float64]:
    """How far each phone opens against its table value: loud and long vowels further."""
    gains = np.ones(len(spoken))
    vowels = [at for at, phone in enumerate(spoken) if phone.name in VOWELS]
    if not vowels:
        return gains
    lengths = np.array([spoken[at].end - spoken[at].start for at in vowels])
    gains[vowels] = np.clip((lengths / _USUAL) ** _LENGTH_POWER, *_LENGTH_LIMITS)
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


def _activity(spans: Spans, centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """1 in the spans; smooth ramps."""
    active = np.zeros(len(centres))
    for start, end in spans:
        _raise(active, centres, start - _LEAD - _OPENING, end + _CLOSING, _OPENING, _CLOSING)
    return active


def _raise(
    curve: npt.NDArray[np.float64],
    centres: npt.NDArray[np.float64],
    start: float,
    end: float,
    rise: float,
    fall: float,
) -> None:
    """Lift a curve to 1 between two times, with smooth ramps inside them, in place."""
    part = slice(*np.searchsorted(centres, (start, end)))
    ramp = np.minimum((centres[part] - start) / rise, (end - centres[part]) / fall)
    curve[part] = np.maximum(curve[part], _smooth(ramp))


def _first_heard(start: float, breaths: Sequence[tuple[float, float]]) -> float:
    """When the breath begins that leads up to speech at `start`; else `start`."""
    leading = [
        max(first, start - _LONGEST_BREATH)
        for first, last in breaths
        if first < start and last > start - _BREATH_OVER
    ]
    return min(leading, default=start)


def _heard_near(start: float, centres: npt.NDArray[np.float64], gate: Curve) -> bool:
    """Whether the gate opens about when speech is to begin."""
    near = slice(*np.searchsorted(centres, (start - _LEAD - _OPENING, start + _LEAD + _OPENING)))
    return bool((gate[near] > 0).any())


def _smooth(ramp: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    ramp = np.clip(ramp, 0.0, 1.0)
    return ramp * ramp * (3.0 - 2.0 * ramp)


def _frames_of(
    closures: Sequence[Phone], times: npt.NDArray[np.float64], lengths: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """The frames whose centre lies in a closure, and in any case the one that holds its middle."""
    frames = np.zeros(len(times), bool)
    centres = times + lengths / 2
    middles = np.array([(phone.start + phone.end) / 2 for phone in closures])
    apart = np.abs(np.diff(middles, prepend=-np.inf, append=np.inf))
    for at, phone in enumerate(closures):
        alone = min(apart[at : at + 2]) > _NEAR
        # A plosive's segment ends with its burst, for which the lips are already apart.
        held = _PLOSIVE_HELD if phone.name in {"P", "B"} else _HELD
        end = phone.start + held * (phone.end - phone.start)
        short = max((_LEAST_HELD if alone else _NEAR_HELD) - (end - phone.start), 0.0) / 2
        frames[np.searchsorted(centres, phone.start - short) : np.searchsorted(centres, end + short)] = True
        frame = int(np.searchsorted(times, middles[at], side="right")) - 1
        if frame >= 0 and middles[at] < times[frame] + lengths[frame]:
            frames[frame] = True
    return frames


def _distance_to_next(
    centres: npt.NDArray[np.float64], marks: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """From every centre to the next mark, seconds; 0 on a mark, infinite after the last one."""
    return np.append(marks, np.inf)[np.searchsorted(marks, centres)] - centres


def _reachable(centres: npt.NDArray[np.float64], marks: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far lips can be apart at every centre that touch at the marks: with one mark before and one after,
    they turn smoothly in between. Infinite without marks."""
    after = _distance_to_next(centres, marks)
    before = _distance_to_next(-centres[::-1], -marks[::-1])[::-1]
    with np.errstate(divide="ignore"):
        return _LIP_SPEED * (before**-_TURN + after**-_TURN) ** (-1 / _TURN)
