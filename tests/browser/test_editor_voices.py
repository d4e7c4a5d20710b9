"""The timestamp editor: voices, doubtful words, whole lines, syllables, scripts that run to the left."""

import json

import pytest
from contrast import faint
from editor_dialog import EDITS, NAME, RUN, Wave, chosen, lines, press, times, words
from playwright.sync_api import expect

from lipsync_studio.devtools.editor_page import build, open_editor

RULER, STRIP = 20, 20  # pixels: the ruler, and the strip with a lane's lines


def song_file(*voices, language="en"):
    """JSON of lines: a voice, and its words as (text, start, end) or (text, start, end, confidence)."""
    told = [
        {
            "voice": voice,
            "words": [
                {"text": text, "start": start, "end": end, "confidence": sure[0] if sure else 1.0}
                for text, start, end, *sure in sung
            ],
        }
        for voice, sung in voices
    ]
    return json.dumps({"language": language, "engine": "", "lines": told})


ANNA = [("Hey", 1.0, 1.4), ("you", 1.4, 2.0)]
BEN = [("Me", 1.5, 1.9), ("too", 1.9, 2.6)]
DUET = song_file(("Anna", ANNA), ("Ben", BEN), ("Anna", [("stay", 3.0, 3.6)]))


@pytest.fixture
def opened(song):
    """Opens the editor on a song file."""

    def show(text):
        build(song, text, NAME, "json")
        song.evaluate("() => { saver.widgets.find(widget => widget.name === 'format').value = 'json'; }")
        return open_editor(song)

    return show


def in_lane(song, lane, lanes=2):
    """The waveform, held where a lane's words are."""
    wave = Wave(song)
    each = (wave.box["height"] - RULER) / lanes
    wave.y = wave.box["y"] + RULER + lane * each + (STRIP + each) / 2
    return wave


def by_strip(song, lane, lanes=2):
    wave = Wave(song)
    wave.y = wave.box["y"] + RULER + lane * (wave.box["height"] - RULER) / lanes + STRIP / 2 - 2
    return wave


def test_voices_have_a_lane_each_and_are_not_in_each_others_way(song, opened, pictures):
    dialog = opened(DUET)
    expect(dialog.get_by_role("group", name="Line 2, Ben")).to_be_visible()
    song.keyboard.press("g")
    song.screenshot(path=pictures / "duet.png")
    ben = in_lane(song, 1)
    # Over Anna's words, which stay; and the word after it in the lane stays as well.
    ben.drop(1.7, 1.3)
    assert [one[0] for one in words(song)] == ["Hey", "you", "Me", "too", "stay"]
    assert times(song, 2) == (pytest.approx(1100, abs=10), pytest.approx(1500, abs=10))
    assert (times(song, 0), times(song, 1), times(song, 3)) == ((1000, 1400), (1400, 2000), (1900, 2600))
    # In its own lane it collides.
    ben.drop(1.3, 2.9)
    start, end = times(song, 2)
    assert times(song, 3) == (end, 2600)
    assert end == 2580
    expect(dialog.get_by_role("status")).to_contain_text("“too” can't be shorter than 20 ms.")
    # What is under the pointer is the lane's.
    in_lane(song, 0).click(1.7)
    assert chosen(song) == [1]
    in_lane(song, 1).click(2.3)
    assert chosen(song) == [2]
    # Both are heard at once.
    press(song, "Control+z", "Control+z", "Home")
    in_lane(song, 0).click(0.9)
    press(song, "Space")
    song.wait_for_function("""() => {
        const sung = [...document.querySelectorAll('.word.singing')].map(one => one.textContent);
        return sung.includes('you') && sung.includes('Me');
    }""")
    press(song, "Space", "Control+s", "Escape")
    run = song.evaluate(RUN)
    assert run["end"] == "success"
    told = [(line["voice"], line["words"][0]["start"]) for line in json.loads(run["lyrics"])["lines"]]
    assert told == [("Anna", 1.0), ("Ben", 1.5), ("Anna", 3.0)]


def test_lines_that_nobody_is_named_for_keep_apart_where_they_are_sung_at_once(song, opened):
    opened(song_file((None, ANNA), (None, BEN)))
    song.keyboard.press("g")
    in_lane(song, 1).drop(1.7, 1.3)
    assert times(song, 2) == (pytest.approx(1100, abs=10), pytest.approx(1500, abs=10))
    assert times(song, 1) == (1400, 2000)


def test_a_line_is_given_to_another_voice(song, opened):
    dialog = opened(DUET)
    press(song, "ArrowDown", "v")
    expect(dialog.get_by_label("Voice")).to_be_focused()
    song.keyboard.type("Cleo")
    press(song, "Enter")
    expect(dialog.get_by_role("group", name="Line 2, Cleo")).to_be_visible()
    press(song, "ArrowDown", "v", "Control+a", "Delete", "Enter", "Control+s")
    edited = words(song)
    press(song, "Escape")
    run = song.evaluate(RUN)
    assert [line.get("voice") for line in json.loads(run["lyrics"])["lines"]] == ["Anna", "Cleo", None]
    dialog = open_editor(song)
    expect(dialog.get_by_role("group", name="Line 2, Cleo")).to_be_visible()
    assert words(song) == edited


DOUBTS = song_file(
    (None, [("Slow", 1.0, 1.4), ("river", 1.5, 2.0, 0.35), ("run", 2.0, 2.6)]),
    (None, [("la", 3.0, 3.3, 0.2), ("la", 3.3, 3.6)]),
)
# Red and blue of what is drawn over a time, seconds, between the marks and the text of a word.
COLOUR = """seconds => {
    const canvas = document.querySelector('.regions');
    const {width, height} = canvas;
    const [red, , blue] = canvas.getContext('2d')
        .getImageData(Math.round(width * seconds / 12), Math.round(height * 0.6), 1, 1).data;
    return [red, blue];
}"""


def test_doubtful_words_are_amber_and_are_jumped_to(song, opened, pictures):
    dialog = opened(DOUBTS)
    button = dialog.get_by_role("button", name="Next doubtful word")
    expect(button).to_have_text("Next doubtful word (2)")
    expect(
        dialog.get_by_role("option", name="river, 0:01.500 – 0:02.000, doubtful: hardly heard")
    ).to_be_visible()
    expect(
        dialog.get_by_role("option", name="la, 0:03.000 – 0:03.300, doubtful: the time is esti")
    ).to_be_visible()
    song.screenshot(path=pictures / "doubtful.png")
    assert faint(dialog) == []
    for seconds, amber in ((1.45 + 0.3, True), (2.3, False), (3.15, True), (3.45, False)):
        red, blue = song.evaluate(COLOUR, seconds)
        assert (red > blue) is amber, seconds
    for key, at in (("d", 1), ("d", 3), ("d", 1), ("Shift+D", 3), ("Shift+D", 1)):
        press(song, key)
        assert chosen(song) == [at]
    button.click()
    assert chosen(song) == [3]
    # What a person has set is certain.
    press(song, "d", "Alt+ArrowLeft")
    expect(button).to_have_text("Next doubtful word (1)")
    expect(dialog.get_by_role("option", name="river, 0:01.490 – 0:01.990, edited")).to_be_visible()
    press(song, "d", "Alt+ArrowRight", "d")
    expect(button).to_be_disabled()
    expect(dialog.get_by_role("status")).to_have_text("No word is doubtful.")
    # An edit is told by a sign and by stripes, and not by its colour alone.
    sign = "one => getComputedStyle(one, '::after').content"
    assert "✎" in dialog.get_by_role("option", name="river").evaluate(sign)
    assert dialog.get_by_role("option", name="Slow").evaluate(sign) == "none"


SONG = song_file(
    (None, [("Slow", 1.0, 1.4), ("river", 1.5, 2.0), ("run", 2.0, 2.6)]),
    (None, [("la", 3.0, 3.3), ("la", 3.3, 3.6), ("la", 3.6, 4.0)]),
)


def starts(page):
    return [start for _, start, _ in words(page)]


def test_a_line_moves_whole_and_all_that_follows_goes_along(song, opened):
    dialog = opened(SONG)
    before = starts(song)
    press(song, "g")
    # By the strip over it.
    strip = by_strip(song, 0, 1)
    strip.drop(3.5, 3.9)
    assert chosen(song) == [3, 4, 5]
    assert starts(song)[3:] == [pytest.approx(start + 400, abs=10) for start in before[3:]]
    press(song, "Control+z")
    # By keys, which are one step.
    press(song, "5", "5", "Shift+6")
    assert starts(song) == [*before[:3], *[start + 80 for start in before[3:]]]
    press(song, "Control+z")
    assert starts(song) == before
    assert dialog.get_by_role("button", name="Undo").is_disabled()

    ripple = dialog.get_by_role("button", name="Move all after")
    press(song, "ArrowUp", "ArrowRight", "r")
    expect(ripple).to_have_attribute("aria-pressed", "true")
    press(song, "Alt+Shift+ArrowRight", "Alt+Shift+ArrowRight")
    assert starts(song) == [before[0], *[start + 200 for start in before[1:]]]
    press(song, "Control+z")
    in_lane(song, 0, 1).drop(1.75, 2.0)
    assert starts(song) == [before[0], *[pytest.approx(start + 250, abs=10) for start in before[1:]]]
    press(song, "Control+z")
    ripple.click()
    song.get_by_role("option", name="river").click()
    press(song, "Alt+ArrowLeft")
    assert starts(song) == [before[0], 1490, *before[2:]]


def test_gaps_are_filled_and_a_line_is_tapped_on_from_the_cursor(song, opened):
    dialog = opened(SONG)
    press(song, "c")
    assert times(song, 0) == (1000, 1500)
    press(song, "c")
    expect(dialog.get_by_role("status")).to_have_text("There is no gap to fill.")
    song.evaluate("""() => {
        const play = HTMLMediaElement.prototype.play;
        HTMLMediaElement.prototype.play = function () { window.heard = this; return play.call(this); };
    }""")
    # The cursor stands in the second "la".
    in_lane(song, 0, 1).click(2.8)
    press(song, "ArrowDown", "ArrowRight", "Shift+T")
    assert chosen(song) == [4]
    song.wait_for_function("() => !heard.paused")
    song.evaluate("() => heard.pause()")
    for seconds in (3.4, 3.8, 4.1):
        song.evaluate("seconds => { heard.currentTime = seconds; }", seconds)
        press(song, "Space")
    assert words(song)[3:] == [("la", 3000, 3300), ("la", 3400, 3800), ("la", 3800, 4100)]
    press(song, "End")
    dialog.get_by_role("button", name="Tap from the cursor").click()
    expect(dialog.get_by_role("status")).to_have_text("No word follows the cursor.")


def test_a_word_is_cut_into_its_syllables_and_joined_again(song, opened):
    text = json.loads(SONG)
    text["lines"][0]["words"][1]["syllables"] = [
        {"text": "ri", "start": 1.5, "end": 1.8},
        {"text": "ver", "start": 1.8, "end": 2.0},
    ]
    dialog = opened(json.dumps(text))
    press(song, "ArrowRight", "Shift+S")
    assert words(song)[1:3] == [("ri", 1500, 1800), ("ver", 1800, 2000)]
    assert lines(song)[0].endswith("Slow river run")
    press(song, "Control+s", "Escape")
    assert "<00:01.800>" not in song.evaluate(RUN)["lyrics"]
    dialog = open_editor(song)
    song.get_by_role("option", name="ver").click()
    dialog.get_by_role("button", name="Join syllables").click()
    assert words(song)[1] == ("river", 1500, 2000)
    press(song, "Control+s")
    assert song.evaluate(EDITS) == ""
    press(song, "Shift+M")
    expect(dialog.get_by_role("status")).to_have_text("The word was not split into syllables.")
    # By its letters, where nothing is known.
    song.get_by_role("option", name="Slow").click()
    press(song, "e")
    song.keyboard.type("winter")
    press(song, "Enter", "Shift+S")
    assert words(song)[:2] == [("win", 1000, 1200), ("ter", 1200, 1400)]
    press(song, "ArrowRight", "ArrowRight", "ArrowRight", "Shift+S")
    expect(dialog.get_by_role("status")).to_have_text("“run” has one syllable, or is too short to be split.")


HEBREW = song_file(
    (None, [("שלום", 1.0, 1.4), ("עולם", 1.5, 2.0), ("La", 2.0, 2.6)]),
    (None, [("la", 3.0, 3.3), ("עולם", 3.3, 3.6)]),
    (None, [("يا", 5.0, 5.4), ("ليل", 5.4, 6.0)]),
    language="he",
)


def test_lines_of_a_script_that_runs_to_the_left_are_read_so(song, opened, pictures):
    dialog = opened(HEBREW)
    song.screenshot(path=pictures / "right_to_left.png")
    rows = [dialog.get_by_role("group", name=f"Line {number}") for number in (1, 2, 3)]
    for row, backwards in zip(rows, (True, False, True), strict=True):
        boxes = [one.bounding_box() for one in row.get_by_role("option").all()]
        places = [box["x"] for box in boxes]
        assert places == sorted(places, reverse=backwards)
        # A line begins at the side that it is read from.
        list_box = dialog.get_by_role("listbox").bounding_box()
        away = list_box["x"] + list_box["width"] - boxes[0]["x"] - boxes[0]["width"]
        assert (away < list_box["width"] / 2) is backwards
    press(song, "ArrowLeft")
    assert chosen(song) == [1]
    press(song, "Shift+ArrowLeft")
    assert chosen(song) == [1, 2]
    press(song, "ArrowDown", "ArrowRight")
    assert chosen(song) == [4]
    # Over the waveform, later is to the right, whatever the script.
    song.locator(".wave").focus()
    press(song, "ArrowDown", "ArrowRight")
    assert chosen(song) == [6]
