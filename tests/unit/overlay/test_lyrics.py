"""The lyric overlay, judged by its pixels."""

from fractions import Fraction

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from footage import RATES

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.engine.errors import TextError
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.frames import Colour
from lipsync_studio.overlay.fonts import SHIPPED
from lipsync_studio.overlay.lyrics import LyricOverlay

from .conftest import GREY, SIZE, drawn, lit, overlay, picture, timings

LONG = "up above the world so high like a diamond in the sky and once more around the moon we fly"


def letters(frame):
    """Where the luma is that of letters, [n, 2] as (y, x)."""
    return np.argwhere(frame.yuv()[0] > 128)


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("within", [Fraction(0), Fraction(1, 2), Fraction(99, 100)], ids=str)
def test_a_word_lights_up_on_the_frame_that_contains_its_start(rate, within):
    frames = [41, 59, 60, 97]
    starts = [float((n + within) / rate) for n in frames]
    lyrics = overlay(timings(("first second third fourth", starts, 6.0)), rate=rate)
    assert len(letters(drawn(lyrics, 40, rate=rate)))
    assert np.isnan(lit(drawn(lyrics, 40, rate=rate))[0])
    columns = {index: lit(drawn(lyrics, index, rate=rate))[0] for index in (41, 58, 59, 60, 96, 97)}
    assert columns[41] == columns[58] < columns[59] < columns[60] == columns[96] < columns[97]


def test_times_of_a_variable_rate_source_are_followed():
    times = [Fraction(n, 1000) for n in (0, 700, 950, 1400, 1410, 1900)]
    words = WordTimings((Line((Word("one", 0.96, 1.405), Word("two", 1.405, 1.8))),))
    lyrics = LyricOverlay(SIZE, words, times, Fraction(2))
    first, second = (lit(drawn(lyrics, index))[0] for index in (2, 3))
    assert first < second


@pytest.mark.parametrize("size", [(320, 180), (640, 640), (360, 640), (1920, 1080)], ids=str)
@pytest.mark.parametrize("text", ["hey", LONG])
def test_letters_stay_inside_the_safe_margins(size, text):
    found = letters(drawn(overlay(timings((text, 1.0, 3.0)), size), 40, size=size))
    width, height = size
    assert width * 0.05 - 2 <= found[:, 1].min()
    assert found[:, 1].max() <= width * 0.95 + 2
    assert found[:, 0].max() <= height * 0.95
    assert found[:, 0].min() >= height * 0.6
    assert abs(found[:, 1].min() + found[:, 1].max() - width) < 0.03 * width


def test_a_long_line_breaks_into_two_rows_of_like_length_and_a_short_one_does_not():
    def rows(text):
        found = letters(drawn(overlay(timings((text, 1.0, 3.0)), (1280, 720)), 40, size=(1280, 720)))
        # Descenders reach into the gap between rows, so a row is where there is much ink.
        heavy = np.bincount(found[:, 0], minlength=720) > 60
        return int(np.sum(np.diff(heavy.astype(int)) == 1)), found

    assert rows("noon sun on a sea")[0] == 1
    count, found = rows("noon sun on a sea or a snow moon sea as we wane on a sun or a son comes")
    assert count == 2
    middle = (found[:, 0].min() + found[:, 0].max()) / 2
    upper, lower = found[found[:, 0] < middle], found[found[:, 0] > middle]
    assert np.ptp(upper[:, 1]) == pytest.approx(np.ptp(lower[:, 1]), rel=0.2)


@pytest.mark.parametrize("index", [30, 40, 80])
def test_all_outside_the_text_keeps_its_bits(index):
    lyrics = overlay(timings(("how I wonder", 1.0, 3.0)))
    before, after = picture(index, noise=True), drawn(lyrics, index, noise=True)
    changed = [np.argwhere(a != b) for a, b in zip(before.yuv(), after.yuv(), strict=True)]
    for found, scale in zip(changed, (1, 2, 2), strict=True):
        assert found[:, 0].min() * scale > 270
        assert found[:, 1].min() * scale > 150
        assert found[:, 1].max() * scale < 490


def test_frames_without_lyrics_keep_their_bits():
    lyrics = overlay(timings(("how I wonder", 1.0, 2.0), ("what you are", 5.0, 6.0)))
    for index in (0, 16, 62, 100, 116, 162, 249):
        assert np.array_equal(drawn(lyrics, index, noise=True).planes, picture(index, noise=True).planes)


@pytest.mark.parametrize("lines", [(), (Line(()),)], ids=["no lines", "an empty line"])
def test_empty_timings_pass_frames_through(lines):
    lyrics = LyricOverlay(SIZE, WordTimings(lines), [Fraction(0)], Fraction(1, 25))
    assert np.array_equal(drawn(lyrics, 0, noise=True).planes, picture(0, noise=True).planes)


def test_a_line_fades_in_before_its_first_word_and_out_after_its_last():
    lyrics = overlay(timings(("star", 1.0, 2.0)))
    brightness = [int(drawn(lyrics, index).yuv()[0].max()) for index in range(15, 66)]
    shown = [15 + at for at, value in enumerate(brightness) if value > GREY]
    assert (shown[0], shown[-1]) == (17, 61)  # 0.7 s lies in frame 17, 2.5 s in frame 62
    assert brightness[2] < brightness[3] < brightness[4] < brightness[6] == brightness[24 - 15]
    assert brightness[50 - 15] > brightness[60 - 15] > brightness[61 - 15]


def test_lines_that_touch_change_from_one_frame_to_the_next():
    lyrics = overlay(timings(("aaaaaaaa", 1.0, 2.0), ("a", 2.0, 3.0)))
    width = [np.ptp(letters(drawn(lyrics, index))[:, 1]) for index in (48, 49, 50, 51)]
    assert width[0] == width[1] > 4 * width[2]
    assert width[2] == width[3]


def test_lyrics_beyond_the_end_of_the_clip_are_never_shown():
    lyrics = overlay(timings(("now", 1.0, 1.3), ("later", 30.0, 31.0)), frames=50)
    assert np.array_equal(drawn(lyrics, 49).planes, picture(49).planes)


@pytest.mark.parametrize("colour", [Colour(), Colour(matrix=6, full_range=True), Colour(matrix=9)], ids=str)
def test_the_highlight_has_its_colour_in_every_colour_space(colour):
    size = 1920, 1080
    frame = drawn(
        overlay(timings(("OO", 1.0, 2.0)), size, size=0.2, highlight="#20c040"), 30, size=size, colour=colour
    )
    near = np.abs(to_rgb(frame).astype(int) - (0x20, 0xC0, 0x40)).max(axis=2) <= 3
    assert near.sum() > 5000


def test_a_font_file_is_used(tmp_path):
    """Letters from a file that says they are drawn on twice as fine a grid come out half as large."""
    font = TTFont(SHIPPED / "NotoSans.ttf")
    font["head"].unitsPerEm *= 2
    file = tmp_path / "half.ttf"
    font.save(file)
    half, whole = (
        letters(drawn(overlay(timings(("star", 1.0, 2.0)), font=name), 30)) for name in (str(file), "")
    )
    assert np.ptp(half, axis=0) == pytest.approx(np.ptp(whole, axis=0) / 2, rel=0.15)


def test_a_font_that_cannot_be_read_is_named(tmp_path):
    file = tmp_path / "notes.ttf"
    file.write_text("not a font")
    for font in (str(file), str(tmp_path / "absent.otf")):
        with pytest.raises(TextError, match=r"(notes|absent).*can't be read: give the path"):
            overlay(timings(("star", 1.0, 2.0)), font=font)


@pytest.mark.parametrize("name", ["colour", "highlight", "outline", "second_highlight", "gradient", "box"])
def test_what_is_no_colour_is_named(name):
    with pytest.raises(TextError, match='"reddish" is not a colour'):
        overlay(timings(("star", 1.0, 2.0)), **{name: "reddish"})


@pytest.mark.parametrize("name", ["effect", "position"])
def test_what_is_no_choice_is_named(name):
    with pytest.raises(TextError, match=f'no {name} "sideways": choose one of'):
        overlay(timings(("star", 1.0, 2.0)), **{name: "sideways"})


def test_a_line_that_cannot_fit_is_refused():
    with pytest.raises(TextError, match="does not fit a picture of 32×32"):
        overlay(timings((LONG.replace(" ", ""), 1.0, 2.0)), (32, 32))
