from __future__ import annotations

import numpy as np
import pytest

from lipsync_studio.align import g2p
from lipsync_studio.align.words import Phone
from lipsync_studio.backends.viseme.motion import MouthMotion, motion_from_phones
from lipsync_studio.backends.viseme.shapes import CLOSED, TARGETS, TUCKED
from lipsync_studio.engine.media.voice import gate

RATES = (24000 / 1001, 24, 25, 30000 / 1001, 30, 50, 60000 / 1001, 60)


def spaced(names: str, length: float = 0.1, start: float = 0.5) -> list[Phone]:
    return [
        Phone(name, start + at * length, start + (at + 1) * length) for at, name in enumerate(names.split())
    ]


def at_rate(
    phones, fps: float, seconds: float = 4.0, offset: float = 0.0, **options
) -> tuple[np.ndarray, MouthMotion]:
    times = offset + np.arange(int(seconds * fps)) / fps
    return times, motion_from_phones(phones, times, 1 / fps, **options)


def frame_of(times: np.ndarray, moment: float) -> int:
    return int(np.searchsorted(times, moment, side="right")) - 1


def test_every_phone_of_the_dictionary_has_a_shape():
    phones = {phone for entry in g2p._entries().values() for phone in entry.split()}
    assert phones == set(TARGETS)


@pytest.mark.parametrize("fps", RATES)
def test_lips_touch_on_every_bilabial_and_tuck_on_every_labiodental(fps: float):
    hurried = spaced("P AA B IY M OW F AE V UW B AH M P ER P", length=0.035)
    for offset in np.linspace(0.0, 1 / fps, 7):
        times, motion = at_rate(hurried, fps, offset=offset)
        for phone in hurried:
            frame = frame_of(times, (phone.start + phone.end) / 2)
            if phone.name in CLOSED:
                assert motion.sealed[frame]
                assert motion.open[frame] == 0
                assert motion.press[frame] == 1
            elif phone.name in TUCKED and not motion.sealed[frame]:
                assert motion.tuck[frame] == 1
                assert motion.open[frame] <= 0.04


def test_the_synthesised_sentence_seals_all_its_bilabials(sentence):
    times, motion = at_rate(sentence.phones, 25, seconds=2.3)
    bilabials = [phone for phone in sentence.phones if phone.name in CLOSED]
    assert len(bilabials) == 10
    assert all(motion.sealed[frame_of(times, (phone.start + phone.end) / 2)] for phone in bilabials)
    vowels = [phone for phone in sentence.phones if phone.name in {"AA", "AY", "EY"}]
    for phone in vowels:
        inside = (times > phone.start - 0.06) & (times < phone.end)
        assert motion.open[inside].max() > 0.08


def test_nothing_is_sealed_without_a_bilabial():
    _, motion = at_rate(spaced("S IY T AA K EY L"), 30)
    assert not motion.sealed.any()
    assert motion.press.max() == 0


def test_rest_returns_after_a_pause_with_a_natural_closing():
    phones = [*spaced("AA", length=0.4), *spaced("AA", length=0.4, start=2.0)]
    times, motion = at_rate(phones, 200)
    falling = times[(times > 0.9) & (times < 1.5) & (motion.open > 0.005)]
    assert 0.08 <= falling.max() - 0.9 <= 0.16
    resting = (times > 0.9 + 0.16) & (times < 2.0 - 0.45)
    for curve in (motion.open, motion.jaw, motion.wide, motion.round, motion.teeth, motion.active):
        assert not curve[resting].any()


@pytest.mark.parametrize("fps", RATES)
def test_nothing_moves_long_before_the_first_sound_or_after_the_last(fps: float):
    for names in ("EH N IY M", "P AA T", "S IY", "F AE"):
        phones = spaced(names, start=2.0)
        times, motion = at_rate(phones, fps)
        centres = times + 0.5 / fps
        outside = (centres < 2.0 - 0.151) | (centres > phones[-1].end + 0.151)
        for curve in (motion.open, motion.jaw, motion.active, motion.tuck, motion.press):
            assert not curve[outside].any()


def test_lips_part_for_a_breath_that_is_heard():
    phones = spaced("EH N IY M", start=2.0)
    breaths = ((0.3, 0.6), (1.5, 1.9), (2.3, 2.4))
    times, motion = at_rate(phones, 50, breaths=breaths)
    breath = (times > 1.5) & (times < 1.84)
    assert np.allclose(motion.open[breath], 0.085, atol=0.01)
    assert motion.active[breath].min() > 0.9
    assert not motion.wide[times < 1.8].any()
    assert not motion.open[times < 1.33].any()
    heard = gate(times, [(2.0, 2.5)])
    assert np.array_equal(
        at_rate(phones, 50, gate=heard, breaths=breaths)[1].open[breath], motion.open[breath]
    )
    nothing_there = gate(times, [(2.6, 2.7)])
    assert not at_rate(phones, 50, gate=nothing_there, breaths=breaths)[1].open[breath].any()


def test_parted_lips_show_teeth():
    _, motion = at_rate(spaced("HH AA T", start=2.0), 50)
    parted = (motion.open > 0.06) & (motion.active == 1)
    assert parted.any()
    assert motion.teeth[parted].min() > 0.2


def test_without_a_breath_lips_do_not_part_for_a_first_sound_that_closes_them():
    times, motion = at_rate(spaced("B AA T", start=2.0), 50)
    assert motion.open[times < 2.06].max() < 0.02


def test_a_closure_is_seen_in_two_frames_but_between_near_ones_the_vowel_is():
    for offset in np.linspace(0, 0.04, 9):
        _, motion = at_rate(
            [Phone("AA", 0.5, 0.8), Phone("B", 0.8, 0.84), Phone("AA", 0.84, 1.2)], 25, offset=offset
        )
        assert motion.sealed.sum() == 2


def test_lips_that_part_to_breathe_in_close_for_a_bilabial():
    times, motion = at_rate(spaced("P AA T", start=2.0), 50, breaths=((1.6, 1.9),))
    assert motion.open[frame_of(times, 1.85)] > 0.04
    assert motion.open[frame_of(times, 2.0)] < 0.01


def test_lips_part_and_close_at_the_speed_of_people():
    for name, near in (("B", 0.0), ("F", 0.03)):
        times, motion = at_rate([Phone("AA", 0.5, 0.8), Phone(name, 0.8, 0.9), Phone("AA", 0.9, 1.2)], 100)
        shut = motion.sealed if name == "B" else motion.tuck == 1
        first, last = np.flatnonzero(shut)[[0, -1]]
        for frame in (*range(first - 8, first), *range(last + 1, last + 9)):
            away = max(first - frame, frame - last) / 100
            assert motion.open[frame] <= near + 1.8 * away + 1e-6


def test_short_vowels_fall_short_of_long_ones():
    def widest(length: float) -> float:
        times = np.arange(0, 1, 0.005)
        phones = [
            Phone("T", 0.2, 0.3),
            Phone("EH", 0.3, 0.3 + length),
            Phone("T", 0.3 + length, 0.6 + length),
        ]
        return float(motion_from_phones(phones, times, 0.005).open.max())

    assert 1.05 * widest(0.06) < widest(0.11) < widest(0.3) / 1.05


def test_a_short_pause_does_not_close_the_mouth():
    phones = [Phone("AA", 0.5, 0.9), Phone("AA", 1.1, 1.5)]
    times, motion = at_rate(phones, 60)
    assert motion.active[(times > 0.5) & (times < 1.5)].min() == 1
    assert motion.open[(times > 0.5) & (times < 1.4)].min() > 0.19


def test_a_sung_vowel_is_held():
    times, motion = at_rate([Phone("L", 0.4, 0.5), Phone("AA", 0.5, 3.0), Phone("N", 3.0, 3.1)], 60)
    held = motion.open[(times > 0.7) & (times < 2.7)]
    # As wide as the widest of people's in a sentence, no wider.
    assert 0.19 < held.min() < held.max() < 0.22
    assert np.ptp(held) < 0.01


def test_a_loud_held_vowel_opens_the_mouth_further_and_does_not_shout():
    times = np.arange(0, 4, 0.02)
    loudness = np.where((times > 2) & (times < 3.2), 20.0, 0.0).astype(np.float32)
    phones = [Phone("AA", at, at + 0.11) for at in (0.5, 0.8, 1.1)] + [Phone("AA", 2.0, 3.2)]
    motion = motion_from_phones(phones, times, 0.02, loudness=loudness)
    spoken, sung = (times > 0.5) & (times < 1.2), (times > 2.2) & (times < 3)
    for curve, most in ((motion.open, 0.22), (motion.jaw, 0.19)):
        assert curve[spoken].max() < curve[sung].min()
        assert curve[sung].max() < most


def test_open_vowels_open_wider_than_close_ones_and_lips_round_or_spread():
    def middle(vowel: str) -> MouthMotion:
        return motion_from_phones([Phone(vowel, 0.0, 0.4)], np.array([0.15]), 0.02)

    assert middle("AA").open > middle("AE").open > middle("IH").open > middle("UW").open > 0.05
    assert middle("UW").wide < -0.2 < 0.1 < middle("IY").wide
    assert middle("UW").round > 0.9 > 0.1 > middle("IY").round


def test_rounding_begins_before_its_vowel_is_heard():
    times, motion = at_rate(spaced("S T UW", length=0.12), 200)
    begin = times[motion.round > 0.3][0]
    assert 0.04 <= 0.74 - begin <= 0.2


def test_loud_vowels_open_further_within_limits():
    phones = [
        Phone("AA", 0.5, 0.8),
        Phone("T", 0.8, 0.9),
        Phone("AA", 0.9, 1.2),
        Phone("T", 1.2, 1.3),
        Phone("AA", 1.3, 1.6),
    ]
    times = np.arange(80) / 40
    loudness = np.interp(times, [0.8, 0.9, 1.2, 1.3], [-30, -20, -20, 20]).astype(np.float32)
    quiet, middle, loud = (
        motion_from_phones(phones, times, 1 / 40, loudness=loudness).open[frame_of(times, moment)]
        for moment in (0.6, 1.0, 1.4)
    )
    assert quiet < middle < loud <= 0.45


def test_a_gate_closes_the_mouth_but_not_on_closures_that_belong_to_speech():
    phones = spaced("AA B AA")
    times = np.arange(60) / 30
    motion = motion_from_phones(phones, times, 1 / 30, gate=np.zeros(60, np.float32))
    assert motion.open.max() == 0
    assert motion.sealed[frame_of(times, 0.65)]
    assert motion.active[motion.sealed].min() == 1


def test_no_flutter(sentence):
    _, motion = at_rate(sentence.phones, 60, seconds=2.3)
    slope = np.diff(motion.open)
    turns = (slope[1:] * slope[:-1] < 0) & (np.minimum(abs(slope[1:]), abs(slope[:-1])) > 0.01)
    # Sharp turns belong to the shortest vowels between closures.
    assert turns.sum() <= 2
    # Lips move at 4 mouth widths a second at most, so that no frame jumps.
    assert np.abs(slope).max() <= 4.1 / 60


def test_frames_of_varying_length():
    times = np.array([0.0, 0.1, 0.15, 0.3, 0.9])
    lengths = np.array([0.1, 0.05, 0.15, 0.6, 0.1])
    motion = motion_from_phones([Phone("M", 0.4, 0.5)], times, lengths)
    assert motion.sealed.tolist() == [False, False, False, True, False]


def test_shapes_and_types():
    for times in (np.zeros(0), np.arange(10) / 25):
        for phones in ([], spaced("AA")):
            motion = motion_from_phones(phones, times, 0.04)
            assert len(motion) == len(times)
            assert motion.sealed.dtype == bool
            assert motion.open.dtype == motion.active.dtype == np.float32
