"""What each effect puts into which frame."""

import numpy as np
import pytest

from lipsync_studio.align.words import Line, Syllable, Word, WordTimings
from lipsync_studio.overlay import scenes
from lipsync_studio.overlay.style import EFFECTS

from .conftest import drawn, ink, lit, overlay, timings

HEBREW = "הבה נגילה ונשמחה"
LOOK = {"outline_width": 0.0, "shadow": 0.0}


def edges(text, frames, **style):
    """(first, last) column of the highlight in each frame of a line sung from 1 to 5 s."""
    lyrics = overlay(timings((text, 1.0, 5.0)), effect="karaoke wipe", **LOOK, **style)
    return [lit(drawn(lyrics, index)) for index in frames]


def test_a_wipe_runs_to_the_right_at_an_even_speed():
    found = edges("mmmmmmmmmmmm", [35, 55, 75, 95, 115])
    assert len({first for first, _ in found}) == 1
    assert np.diff([last for _, last in found]) == pytest.approx(
        np.ptp([last for _, last in found]) / 4, abs=8
    )


def test_a_wipe_runs_to_the_left_through_hebrew():
    found = edges(HEBREW, [30, 60, 90, 120])
    assert len({last for _, last in found}) == 1
    assert (np.diff([first for first, _ in found]) < -20).all()


def test_hebrew_words_stand_from_right_to_left_and_light_up_in_that_order():
    lyrics = overlay(timings((HEBREW, 1.0, 4.0)), **LOOK)
    first, second, third = (lit(drawn(lyrics, index)) for index in (30, 60, 90))
    assert first[0] > second[1] > second[0] > third[1]


def test_an_english_word_in_a_hebrew_line_is_wiped_to_the_right():
    words = timings(("שלום mmmmmmm שלום", 1.0, 4.0))
    lyrics = overlay(words, effect="karaoke wipe", **LOOK)
    before, early, late = (lit(drawn(lyrics, index)) for index in (49, 60, 70))
    assert early[1] == before[1]
    # What is sung of the middle word has a gap to the first word on its right, which closes.
    blue = [drawn(lyrics, index).yuv()[1] < 100 for index in (60, 70)]
    assert blue[0].sum() < blue[1].sum()
    assert early[0] == late[0] < before[0]


def test_syllables_wipe_in_their_own_time():
    syllables = Syllable("mmm", 1.0, 4.0), Syllable("mmm", 4.0, 5.0)
    whole, parted = (
        overlay(
            WordTimings((Line((Word("mmmmmm", 1.0, 5.0, syllables=parts),)),)), effect="karaoke wipe", **LOOK
        )
        for parts in ((), syllables)
    )
    left, right = lit(drawn(whole, 126))
    middle = (left + right) / 2
    assert lit(drawn(parted, 99))[1] == pytest.approx(middle, abs=10)
    assert lit(drawn(whole, 75))[1] == pytest.approx(middle, abs=10)


def test_words_with_equal_times_light_up_together():
    words = WordTimings((Line((Word("one", 1.0, 1.0), Word("two", 1.0, 1.0), Word("three", 2.0, 3.0))),))
    for effect in EFFECTS:
        lyrics = overlay(words, effect=effect)
        assert ink(drawn(lyrics, 30)) is not None
    before, after = (lit(drawn(overlay(words), index)) for index in (24, 25))
    assert np.isnan(before[0])
    assert after[0] > 0


def test_a_wipe_follows_the_starts_of_words_that_overlap():
    words = WordTimings((Line((Word("mmmm", 1.0, 4.0), Word("mmmm", 2.0, 3.0))),))
    lyrics = overlay(words, effect="karaoke wipe", **LOOK)
    (_, before), (_, half), (_, end) = (lit(drawn(lyrics, index)) for index in (49, 62, 76))
    assert before < half < end
    assert half == pytest.approx((before + end) / 2, abs=12)


def test_words_of_two_lines_at_once_are_both_lit_while_they_scroll():
    words = WordTimings(
        (Line((Word("one", 1.0, 2.0), Word("two", 3.0, 4.0))), Line((Word("three", 2.0, 4.0),)))
    )
    lyrics = overlay(words, effect="scrolling", position="middle")
    found = [np.argwhere(drawn(lyrics, index).yuv()[1] < 100)[:, 0] for index in (30, 80, 110)]
    assert np.ptp(found[1]) > 2 * np.ptp(found[0])
    assert np.ptp(found[2]) < 2 * np.ptp(found[0])


def test_words_pop_in_one_by_one():
    lyrics = overlay(timings(("one two three", 1.0, 4.0)), effect="word pop-in")
    assert ink(drawn(lyrics, 24)) is None
    seen = [ink(drawn(lyrics, index)) for index in (26, 28, 45, 60, 90)]
    widths = [right - left for left, _, right, _ in seen]
    assert widths[0] < widths[2] < widths[3] < widths[4]
    # It overshoots, and comes to rest where the next frames have it.
    assert np.array_equal(drawn(lyrics, 45).planes, drawn(lyrics, 46).planes)


def test_a_popping_word_is_there_in_the_frame_that_contains_its_start():
    lyrics = overlay(timings(("one two", 1.03, 3.03)), effect="word pop-in")
    assert ink(drawn(lyrics, 24)) is None
    assert ink(drawn(lyrics, 25)) is not None


def test_plain_lines_do_not_change():
    lyrics = overlay(timings(("one two three", 1.0, 4.0)), effect="line")
    assert np.array_equal(drawn(lyrics, 30).planes, drawn(lyrics, 90).planes)


def test_a_column_glides_up_and_the_sung_line_comes_to_its_middle():
    words = timings(*((f"line number {n}", 1.0 + 2 * n, 3.0 + 2 * n) for n in range(5)))
    lyrics = overlay(words, effect="scrolling", position="middle")
    for index in (90, 140, 190):
        blue = np.argwhere(drawn(lyrics, index).yuv()[1] < 100)
        assert blue[:, 0].mean() * 2 == pytest.approx(180, abs=12)
    glide = [np.argwhere(drawn(lyrics, index).yuv()[1] < 100)[:, 0].mean() for index in range(64, 75)]
    assert (np.diff(glide) <= 0.01).all()
    assert np.ptp(glide) > 5


def test_a_duet_shows_two_voices_each_in_its_place_and_colour():
    words = timings(("she sings now", 1.0, 5.0, "F"), ("he sings too", 2.0, 5.0, "M"), language="en")
    lyrics = overlay(words, effect="two-line duet", highlight="#ffd23f", second_highlight="#ff3030", **LOOK)
    _, blue, red = drawn(lyrics, 124).yuv()
    yellow, scarlet = np.argwhere(blue < 80), np.argwhere(red > 190)
    assert yellow[:, 0].max() < scarlet[:, 0].min()
    assert yellow[:, 1].min() < scarlet[:, 1].min()


def test_without_voices_a_duet_shows_the_next_line_beside_this_one():
    words = timings(("first line here", 1.0, 3.0), ("second line here", 3.0, 5.0), ("third", 5.0, 6.0))
    lyrics = overlay(words, effect="two-line duet")
    alone, both = (ink(drawn(lyrics, index)) for index in (20, 60))
    assert both[3] - both[1] > 1.7 * (alone[3] - alone[1])
    # In turns: the third is where the first was.
    assert ink(drawn(lyrics, 100))[1] == pytest.approx(both[1], abs=4)


def test_long_lines_of_a_duet_take_two_rows_rather_than_shrink():
    def reach(*lines):
        words = timings(*((text, 1.0, 5.0, voice) for text, voice in zip(lines, "FM", strict=True)))
        _, blue, red = drawn(
            overlay(words, effect="two-line duet", second_highlight="#ff3030", **LOOK), 124
        ).yuv()
        return [np.ptp(np.argwhere(plane)[:, 0] * 2) for plane in (blue < 80, red > 190)]

    long = "and every word of it is one that she has sung before and more"
    assert reach("she", "he")[0] == pytest.approx(reach("she", long)[0], abs=2)
    assert reach("she", long)[1] > 1.5 * reach("she", "he")[1]


def test_a_line_gives_way_only_when_its_last_word_has_begun():
    words = WordTimings(
        (Line((Word("one", 1.0, 2.1), Word("two", 2.1, 2.2))), Line((Word("three", 2.0, 4.0),)))
    )
    lyrics = overlay(words, **LOOK)
    one, two, three = (drawn(lyrics, index).yuv()[1] < 100 for index in (45, 53, 80))
    rows = [np.argwhere(lit)[:, 0].mean() for lit in (one, three)]
    assert abs(rows[0] - rows[1]) > 10
    assert two[int(rows[0])].any()
    assert two[int(rows[1])].any()


def test_lines_that_are_sung_at_once_are_both_shown():
    words = timings(("a line that goes on", 1.0, 5.0), ("another", 2.0, 4.0))
    lyrics = overlay(words, shadow=0.0)
    one, two, after = (ink(drawn(lyrics, index)) for index in (35, 75, 120))
    assert two[3] == one[3] == after[3]
    assert two[1] < one[1] - 20
    assert after[1] == one[1]


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("size", [(640, 360), (360, 640), (321, 181)], ids=str)
def test_every_effect_draws_and_keeps_the_rest_in_any_shape(effect, size):
    size = size[0] // 2 * 2, size[1] // 2 * 2
    words = timings(
        ("I", 1.0, 2.0),
        ("up above the world so high like a diamond", 2.0, 4.0),
        ("", 4.0, 4.5),
        ("x " * 60, 4.5, 8.0),
    )
    lyrics = overlay(words, size, effect=effect)
    for index in (30, 60, 75, 99, 130, 180):
        left, top, right, bottom = ink(drawn(lyrics, index, size=size))
        assert left >= 0.02 * size[0]
        assert right <= 0.98 * size[0]
        assert bottom - top < 0.98 * size[1]


def test_frames_may_come_in_any_order():
    words = timings(("one two three", 1.0, 4.0), ("four five", 4.0, 6.0))
    for effect in EFFECTS:
        forwards, jumping = overlay(words, effect=effect), overlay(words, effect=effect)
        seen = {index: drawn(forwards, index).planes for index in range(20, 160, 7)}
        for index in (153, 20, 90, 76, 118, 27):
            assert np.array_equal(drawn(jumping, index).planes, seen[index]), effect


def test_gradient_box_and_outline_have_their_colours():
    def rgb_of(style):
        picture = np.full((360, 640, 3), 0.4, np.float32)
        lyrics = overlay(timings(("HHH", 1.0, 2.0)), position="middle", **style)
        lyrics.draw_rgb(picture, 30)
        return picture

    look = {"effect": "line", "size": 0.5, "shadow": 0.0}
    fading = {**look, "colour": "#ff0000", "gradient": "#0000ff", "outline_width": 0.0}
    picture = rgb_of(fading)
    top, foot = picture[120:126].reshape(-1, 3), picture[238:244].reshape(-1, 3)
    assert (top[:, 0] > 0.8).any()
    assert (foot[:, 2] > 0.8).any()
    assert not (foot[:, 0] > 0.8).any()
    boxed = rgb_of({**look, "size": 0.1, "box": "#00ff0080"})
    green = (
        np.abs(boxed - (0.4 * (127 / 255), 0.4 * (127 / 255) + 128 / 255, 0.4 * (127 / 255))).max(axis=2)
        < 0.004
    )
    assert green.sum() > 800


def test_fades_can_be_turned_off():
    words = timings(("star", 1.0, 2.0))
    sharp = overlay(words, fade_in=0.0, fade_out=0.0)
    assert np.array_equal(drawn(sharp, 17).planes, drawn(sharp, 20).planes)
    soft = overlay(words, fade_in=0.3)
    assert drawn(soft, 18).yuv()[0].max() < drawn(soft, 22).yuv()[0].max()


@pytest.mark.parametrize(("position", "left", "right", "top", "bottom"), [
    ("bottom left", 0.05, 0.5, 0.75, 0.95), ("top right", 0.5, 0.95, 0.05, 0.25),
    ("lower third", 0.3, 0.7, 0.66, 0.84), ("social", 0.3, 0.7, 0.6, 0.76), ("top", 0.3, 0.7, 0.0, 0.3),
    ("middle", 0.3, 0.7, 0.3, 0.7), ("bottom", 0.3, 0.7, 0.7, 1.0),
])  # fmt: skip
def test_positions(position, left, right, top, bottom):
    lyrics = overlay(timings(("star", 1.0, 2.0)), position=position, **LOOK)
    found = ink(drawn(lyrics, 30))
    assert left * 640 - 2 <= found[0] < found[2] <= right * 640 + 2
    assert top * 360 - 2 <= found[1] < found[3] <= bottom * 360 + 2


@pytest.mark.parametrize("effect", EFFECTS)
def test_long_lyrics_are_laid_out_as_they_come_up(monkeypatch, effect):
    laid = []
    whole = scenes.lay_out
    monkeypatch.setattr(scenes, "lay_out", lambda words, *rest: laid.append(words) or whole(words, *rest))
    words = timings(*((f"one two three four five six {n}", 2.0 * n, 2.0 * n + 2) for n in range(150)))
    lyrics = overlay(words, frames=8000, effect=effect)
    assert len(laid) <= 1
    for index in (30, 4000, 7480):
        assert ink(drawn(lyrics, index)) is not None
    assert len(laid) < 40
