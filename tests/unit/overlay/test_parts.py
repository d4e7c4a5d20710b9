"""What is shown at a time of lyrics, at which size, and how the sung word is set apart."""

import numpy as np
import pytest

from lipsync_studio.overlay.presets import PRESETS, SHOWN

from .conftest import drawn, overlay, picture, timings

LONG = "up above the world so high, like a diamond in the sky. And once more around the moon we fly, away"
SMALL = (320, 180)


def texts(lyrics):
    return [line.text for line in lyrics._layouts.lines]


def heights(lyrics):
    """Pixels per em of every line as it is drawn."""
    found = set()
    for index in range(0, 500, 5):
        for shown in lyrics._scene.at(index):
            found.add(lyrics._layouts.of(shown.line).em)
    return found


def ink(lyrics, index, size=(640, 360)):
    """Rows and columns that differ from the plain picture."""
    changed = drawn(lyrics, index, size=size).yuv()[0] != picture(index, size).yuv()[0]
    rows, columns = np.nonzero(changed)
    return rows.min(), rows.max(), columns.min(), columns.max()


@pytest.mark.parametrize("words", [1, 2, 3, 5])
def test_so_many_words_at_a_time(words):
    lyrics = overlay(timings((LONG, 1.0, 11.0)), words_shown=words)
    assert " ".join(texts(lyrics)) == LONG
    counts = [len(text.split()) for text in texts(lyrics)]
    assert max(counts) <= words
    assert sum(counts) / len(counts) > words / 2


def test_words_at_a_time_change_at_commas_and_ends_of_sentences_first():
    found = texts(overlay(timings((LONG, 1.0, 11.0)), words_shown=4))
    assert {"so high,", "the sky."} <= {" ".join(text.split()[-2:]) for text in found}
    assert "fly," in {text.split()[-1] for text in found}


def test_a_long_line_is_shown_in_parts_of_full_size():
    short, long = ("twinkle star", 0.5, 2.0), (LONG, 3.0, 13.0)
    lyrics = overlay(timings(short, long), SMALL, size=0.12)
    assert len(texts(lyrics)) > 2
    assert " ".join(texts(lyrics)[1:]) == LONG
    assert heights(lyrics) == {0.12 * SMALL[1]}
    assert "1 line is too long for the rows of the style" in lyrics.notes[0]
    # The parts change at pauses in the text.
    assert all(text[-1] in ",." for text in texts(lyrics)[1:-1])
    # A part comes with its own first word and not before.
    second = lyrics._layouts.lines[2]
    before = round(float(second.start) * 25) - 10
    assert [shown.line for shown in lyrics._scene.at(before)] == [1]


@pytest.mark.parametrize("effect", ["word highlight", "scrolling", "two-line duet"])
def test_all_lines_of_a_video_have_one_size(effect):
    lines = [
        ("star", 0.5, 2.0, "A"),
        (LONG, 3.0, 8.0, "B"),
        ("a Donaudampfschifffahrtsgesellschaft", 9.0, 11.0, "A"),
    ]
    assert len(heights(overlay(timings(*lines), SMALL, effect=effect, size=0.12))) == 1


def test_rows_break_after_a_comma_though_they_are_not_of_like_length():
    lyrics = overlay(timings(("so love, I want to dance with you", 1.0, 5.0)), SMALL, size=0.13)
    lyrics._scene.at(60)
    words = lyrics._layouts.of(0).words
    assert [place.pieces[0].row for place in words] == [0, 0, 1, 1, 1, 1, 1, 1]


def test_a_pill_lies_behind_the_sung_word_alone():
    lyrics = overlay(timings(("moon star", 1.0, 3.0)), pill="#0000ff", highlight="#ffffff", shadow=0.0)
    first, second = (drawn(lyrics, index).yuv()[1] > 160 for index in (40, 65))
    assert first.sum() > 300
    assert second.sum() > 300
    assert np.nonzero(first)[1].max() <= np.nonzero(second)[1].min()
    # Before anything is sung there is none.
    assert not (drawn(lyrics, 20).yuv()[1] > 160).any()


@pytest.mark.parametrize("emphasis", ["none", "pop"])
@pytest.mark.parametrize("word", [0, 1])
def test_a_pill_leaves_a_gap_to_the_other_word(word, emphasis):
    """Swollen or not, it doesn't reach the other word's outline."""
    style = {"pill": "#0000ff", "highlight": "#ffffff", "shadow": 0.0, "emphasis": emphasis}
    lyrics = overlay(timings(("little star", 1.0, 3.0)), size=0.15, outline_width=0.05, **style)
    start = round(lyrics._layouts.lines[0].words[word].start * 25)
    reached = set()
    for index in range(start, start + 15):
        pill = np.nonzero((drawn(lyrics, index).yuv()[1] > 160).any(axis=0))[0] * 2
        layout = lyrics._layouts.of(0)
        (left,), (right,) = (place.pieces for place in layout.words)
        outline = 0.05 * layout.em
        gap = right.left - outline - pill.max() if word == 0 else pill.min() - left.right - outline
        assert gap > 0.03 * layout.em, index
        reached.add(gap)
    assert len(reached) > 1 or emphasis == "none"


def test_a_pill_covers_no_letters_of_the_row_above():
    size, style = (320, 320), {"pill": "#0000ff", "highlight": "#ffffff", "shadow": 0.0, "outline_width": 0.0}
    words = timings(("jumping moonlight", 1.0, 4.0))
    lyrics = overlay(words, size, size=0.15, emphasis="pop", rows=2, **style)
    seen = []
    # Before anything is sung, and while the last word swells.
    for index in (24, *range(63, 68)):
        luma, blue, _ = drawn(lyrics, index, size=size).yuv()
        layout = lyrics._layouts.of(0)
        assert [place.pieces[0].row for place in layout.words] == [0, 1]
        # With what hangs below the baseline; the letters of the row below don't come up to there.
        upper = slice(int(layout.top), round(layout.baselines[0] + 0.25 * layout.em))
        seen.append(((luma[upper] > 200).sum(), (blue[upper.start // 2 : upper.stop // 2] > 160).any()))
    # Edges of letters mix with what lies behind them: a few pixels are darker.
    counts = [letters for letters, _ in seen]
    assert max(counts) - min(counts) < 0.01 * max(counts)
    # Its pill is in the way then.
    assert any(covered for _, covered in seen)


def test_a_word_bounces_as_it_begins_and_stands_then():
    lyrics = overlay(timings(("moon star", 1.0, 3.0)), emphasis="bounce", shadow=0.0)
    resting = ink(lyrics, 40)
    moving = ink(lyrics, 27)
    assert moving[0] < resting[0] - 2
    assert ink(lyrics, 32) == resting
    assert ink(lyrics, 24) == resting


def test_a_word_pops_as_it_begins():
    lyrics = overlay(timings(("moon", 1.0, 3.0)), emphasis="pop", shadow=0.0)
    top, foot, left, right = ink(lyrics, 40)
    grown = ink(lyrics, 27)
    assert grown[0] < top
    assert grown[2] < left
    assert grown[3] > right


@pytest.mark.parametrize("name", SHOWN)
def test_a_preset_is_drawn_in_any_shape(name):
    fields = {slot: getattr(PRESETS[name], slot) for slot in PRESETS[name].__slots__}
    for size in ((640, 360), (360, 640)):
        lyrics = overlay(timings((LONG, 1.0, 9.0)), size, **fields)
        frame = drawn(lyrics, 100, size=size)
        changed = np.argwhere(frame.yuv()[0] != picture(100, size).yuv()[0])
        assert len(changed) > 200


def test_looks_of_before_are_what_they_were():
    """New fields of a style do nothing until they are set."""
    words = timings(("moon and star", 1.0, 3.0))
    plain = drawn(overlay(words), 40)
    same = drawn(overlay(words, words_shown=0, pill="", emphasis="none", shadow_colour="#000000"), 40)
    assert all(np.array_equal(a, b) for a, b in zip(plain.yuv(), same.yuv(), strict=True))


def test_the_shadow_has_its_colour():
    lyrics = overlay(
        timings(("moon", 1.0, 3.0)), shadow_colour="#0000ff", shadow=1.0, shadow_blur=0.2, effect="line"
    )
    assert (drawn(lyrics, 40).yuv()[1] > 150).sum() > 100
