"""The timestamp editor in a real page: every action, by pointer and by keyboard."""

import json

import pytest
from contrast import faint
from editor_dialog import (
    EDITS,
    LAST,
    NAME,
    RUN,
    SONG,
    WORDS,
    Wave,
    chosen,
    cursor,
    lines,
    press,
    times,
    words,
)
from page_keys import ACTED, CHANGE, LISTEN
from playwright.sync_api import expect

from lipsync_studio.devtools.editor_page import build, elrc, load, long_song, open_editor, write_long_sound


def test_a_word_is_moved_by_200_ms_and_the_lyrics_follow(song, pictures):
    """What a person who has never seen it does: run, open, drag, save, run again."""
    first = song.evaluate(RUN)
    assert first["end"] == "success"
    assert "<00:02.000>run" in first["lyrics"]
    assert first["report"] == "No edits: the words pass as they come in."

    dialog = open_editor(song)
    assert words(song)[2] == ("run", 2000, 2600)
    song.screenshot(path=pictures / "opened.png")
    song.keyboard.press("g")  # without snapping, a pixel is a pixel
    Wave(song).drop(2.3, 2.5)
    text, start, end = words(song)[2]
    assert (text, end - start) == ("run", 600)
    assert start == pytest.approx(2200, abs=10)
    expect(dialog.get_by_text("Unsaved changes")).to_be_visible()
    song.screenshot(path=pictures / "moved.png")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Unsaved changes")).to_be_hidden()
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="detached")
    assert song.evaluate("() => editor.widgets.at(-1).label") == "edit timestamps… (edits: 1)"

    again = song.evaluate(RUN)
    assert again["end"] == "success"
    assert f"<00:0{start / 1000:.3f}>run" in again["lyrics"]
    assert again["report"] == "Edits: 1 applied, 0 no longer fit."
    song.screenshot(path=pictures / "run_again.png")


def test_the_pointer_moves_edges_and_words(song):
    dialog = open_editor(song)
    wave = Wave(song)
    song.keyboard.press("g")
    wave.drop(2.6, 2.8)
    assert times(song, 2) == (2000, pytest.approx(2800, abs=10))
    wave.drop(1.0, 0.8)
    assert times(song, 0) == (pytest.approx(800, abs=10), 1400)
    # What is in the way gets shorter, down to the shortest.
    wave.drop(1.75, 1.55)
    start, end = times(song, 1)
    assert (start, end - start) == (pytest.approx(1300, abs=10), 500)
    assert times(song, 0) == (pytest.approx(800, abs=10), start)
    wave.drop(1.5, 0.2)
    assert times(song, 1)[0] - times(song, 0)[0] == 20
    expect(dialog.get_by_role("status")).to_contain_text("“Slow” can't be shorter than 20 ms.")
    press(song, "Control+z", "Control+z", "g")
    assert times(song, 1) == (1500, 2000)
    # Near enough to the neighbour's edge it goes there by itself.
    wave.drop(1.75, 1.65 + 4 / wave.scale)
    assert times(song, 1) == (1400, 1900)
    press(song, "Control+z")
    # Scrolled along, the word stays under the pointer.
    with wave.drag(2.3, 2.5):
        song.mouse.wheel(0, 200)
        song.mouse.move(wave.x(2.5) + 1, wave.y)
        expect(dialog.get_by_label("Start (s)")).to_have_value("2.480")  # as far as "la" lets it
    press(song, "Control+z")
    song.mouse.wheel(0, -200)
    # A drag that is called off has not been; nor do other keys interfere with it.
    with wave.drag(1.75, 1.7):
        press(song, "Delete", "Control+z", "Escape")
    assert times(song, 1) == (1500, 2000)
    assert len(words(song)) == 6
    # A line's words together.
    wave.click(3.1)
    song.keyboard.down("Shift")
    wave.click(3.8)
    song.keyboard.up("Shift")
    assert chosen(song) == [3, 4, 5]
    song.keyboard.press("g")
    wave.drop(3.45, 3.65)
    assert [start for _, start, _ in words(song)[3:]] == [
        pytest.approx(start, abs=10) for start in (3200, 3500, 3800)
    ]
    # Beside the words it sets the cursor.
    wave.click(5)
    assert cursor(song) == pytest.approx(5, abs=0.02)
    song.mouse.dblclick(wave.x(3.3), wave.y)
    expect(song.get_by_label("Text")).to_be_focused()


def test_a_border_that_two_words_share_is_one(song, pictures):
    """ "river" ends where "run" begins; snapping is on, as a person finds it."""
    dialog = open_editor(song)
    wave = Wave(song)
    status = dialog.get_by_role("status")
    before = words(song)
    song.mouse.move(wave.x(2), wave.y)
    assert song.locator(".wave").evaluate("one => one.style.cursor") == "col-resize"
    wave.drop(2, 2.05)  # less than snapping reaches
    border = times(song, 2)[0]
    assert border == pytest.approx(2050, abs=10)
    assert words(song)[:3] == [before[0], ("river", 1500, border), ("run", border, 2600)]
    with wave.drag(border / 1000, 5):
        expect(status).to_contain_text("“run” can't be shorter than 20 ms.")
        expect(dialog.get_by_label("End (s)")).to_have_value("2.580")
        song.screenshot(path=pictures / "border.png")
    assert words(song)[1:3] == [("river", 1500, 2580), ("run", 2580, 2600)]
    # Each drag is one step.
    press(song, "Control+z", "Control+z")
    assert words(song) == before
    expect(dialog.get_by_role("button", name="Undo")).to_be_disabled()

    # Alt moves one side of it and opens a gap, but makes no way.
    song.keyboard.down("Alt")
    wave.drop(2 - 2 / wave.scale, 1.8)
    assert words(song)[1:3] == [("river", 1500, pytest.approx(1800, abs=20)), ("run", 2000, 2600)]
    wave.drop(2.3, 1.5)
    assert times(song, 2)[0] == times(song, 1)[1]
    expect(status).to_contain_text("“river” is in the way; without Alt it gives way.")
    song.keyboard.up("Alt")
    press(song, "Control+z", "Control+z")

    # By keys and by typing.
    song.get_by_role("option", name="run").click()
    press(song, "1", "1", "Shift+1")
    assert words(song)[1:3] == [("river", 1500, 1880), ("run", 1880, 2600)]
    press(song, "Alt+2")
    assert words(song)[1:3] == [("river", 1500, 1880), ("run", 1890, 2600)]
    press(song, "Alt+Shift+1")
    assert words(song)[1:3] == [("river", 1500, 1880), ("run", 1880, 2600)]
    expect(status).to_contain_text("“river” is in the way")
    start = dialog.get_by_label("Start (s)")
    start.fill("1.7")
    press(song, "Enter")
    assert words(song)[1:3] == [("river", 1500, 1700), ("run", 1700, 2600)]
    start.fill("0.3")
    press(song, "Tab")
    expect(start).to_have_value("1.520")
    expect(status).to_have_text("run: 0:01.520 – 0:02.600. “river” can't be shorter than 20 ms.")
    start.fill("9")
    press(song, "Tab")
    expect(start).to_have_value("2.580")
    expect(status).to_contain_text("“run” can't be shorter than 20 ms.")
    start.fill("")
    press(song, "Tab")
    expect(start).to_have_value("2.580")
    expect(status).to_have_text("That is no time in seconds.")

    # Saved and run again, it is what the node gives out.
    press(song, "Control+s")
    listed = words(song)
    press(song, "Escape")
    run = song.evaluate(RUN)
    assert run["report"] == "Edits: 2 applied, 0 no longer fit."
    assert "<00:01.500>river <00:02.580>run" in run["lyrics"]
    open_editor(song)
    assert words(song) == listed


def test_the_wheel_and_the_overview_move_the_view(song):
    dialog = open_editor(song)
    wave = Wave(song)
    # Zoomed about two seconds, these stay where they are.
    song.mouse.move(wave.x(2), wave.y)
    song.keyboard.down("Control")
    song.mouse.wheel(0, -300)
    song.keyboard.up("Control")
    wave.click(2 + 0.001)
    assert cursor(song) == pytest.approx(2.0, abs=0.02) or chosen(song) in ([1], [2])
    dialog.get_by_role("button", name="Whole song").click()
    whole = Wave(song, 14.18)
    whole.click(8)
    assert cursor(song) == pytest.approx(8, abs=0.1)
    song.keyboard.press("+")
    song.keyboard.press("+")
    box = song.locator(".whole").bounding_box()
    song.mouse.click(box["x"] + box["width"] - 2, box["y"] + 10)
    song.mouse.click(wave.box["x"] + wave.box["width"] - 2, wave.y)
    assert cursor(song) == pytest.approx(14.18, abs=0.1)
    song.mouse.wheel(0, -100_000)
    song.mouse.click(wave.box["x"] + 1, wave.y)
    assert cursor(song) == pytest.approx(0, abs=0.1)


def test_every_edit_has_a_key(song):
    dialog = open_editor(song)
    assert chosen(song) == [0]
    press(song, "ArrowRight")
    assert (chosen(song), cursor(song)) == ([1], 1.5)
    press(song, "Alt+ArrowLeft", "Alt+ArrowLeft")
    assert times(song, 1) == (1480, 1980)
    press(song, "Alt+Shift+ArrowLeft")
    assert [times(song, 0), times(song, 1)] == [(1000, 1380), (1380, 1880)]
    # Back where the key was first pressed, it has done nothing.
    press(song, "Alt+Shift+ArrowRight", "Alt+ArrowRight", "Alt+ArrowRight")
    assert words(song) == [(text, round(1000 * a), round(1000 * b)) for text, a, b in WORDS + LAST]
    expect(song.get_by_text("Unsaved changes")).to_be_hidden()
    press(song, "1", "1", "2")
    assert times(song, 1) == (1490, 2000)
    press(song, "Shift+3", "4")
    assert [times(song, 1), times(song, 2)] == [(1490, 1910), (1910, 2600)]
    press(song, "Alt+4", "Alt+3")
    assert [times(song, 1), times(song, 2)] == [(1490, 1900), (1910, 2600)]
    press(song, "4")
    assert [times(song, 1), times(song, 2)] == [(1490, 1910), (1910, 2600)]
    press(song, ".", "i")  # the cursor is past the word, so it gets as short as it may
    assert times(song, 1) == (1890, 1910)
    expect(dialog.get_by_role("status")).to_contain_text("“river” can't be shorter than 20 ms.")
    press(song, "Control+z", "ArrowLeft", "ArrowRight", "o")
    assert [times(song, 1), times(song, 2)] == [(1490, 1510), (1510, 2600)]
    press(song, "Control+z", "s")
    assert [text for text, *_ in words(song)] == ["Slow", "riv", "er", "run", "la", "la", "la"]
    press(song, "m")
    assert words(song)[1] == ("river", 1490, 1910)
    press(song, "e")
    song.keyboard.type("lake")
    press(song, "Enter")
    assert words(song)[1][0] == "lake"
    press(song, "F2")
    song.keyboard.type("pond")
    press(song, "Escape")
    assert words(song)[1][0] == "lake"
    press(song, "j")
    assert lines(song)[0].endswith("lakerun")
    press(song, "b")
    assert len(lines(song)) == 3
    press(song, "b", "j", "ArrowDown", "Delete")
    assert [text for text, *_ in words(song)] == ["Slow", "lake", "run", "la", "la"]
    assert len(lines(song)) == 2
    press(song, "ArrowUp", "ArrowRight", "ArrowRight", "n")
    song.keyboard.type("oh")
    press(song, "Enter")
    assert words(song)[3] == ("oh", 2600, 3000)
    press(song, "Shift+ArrowLeft", "m")
    assert words(song)[2] == ("run oh", 1910, 3000)
    press(song, "Control+a")
    assert chosen(song) == [0, 1, 2]
    press(song, "End", "ArrowDown", "ArrowDown")
    assert chosen(song) == [3]
    # All the way back, and forth again.
    edited = words(song)
    for _ in range(30):
        press(song, "Control+z")
    assert words(song) == [(text, round(1000 * a), round(1000 * b)) for text, a, b in WORDS + LAST]
    expect(song.get_by_text("Unsaved changes")).to_be_hidden()
    for _ in range(30):
        press(song, "Control+Shift+Z")
    assert words(song) == edited
    press(song, "Control+s")
    expect(song.get_by_text("Saved in the node.")).to_be_visible()
    saved = song.evaluate(EDITS)
    assert json.loads(saved)["version"] == 1
    press(song, "Escape")
    song.locator("dialog.lipsync-editor").wait_for(state="detached")
    dialog = open_editor(song)
    assert words(song) == edited
    dialog.get_by_role("button", name="Discard all edits").click()
    press(song, "Control+s")
    assert song.evaluate(EDITS) == ""


def test_fields_set_what_is_typed(song):
    dialog = open_editor(song)
    dialog.get_by_label("Start (s)").fill("1.25")
    press(song, "Enter")
    assert times(song, 0) == (1250, 1400)
    dialog.get_by_label("End (s)").fill("1.45")
    press(song, "Tab")
    assert times(song, 0) == (1250, 1450)
    dialog.get_by_role("option", name="river").click()
    dialog.get_by_label("Begins a line").check()
    assert len(lines(song)) == 3
    dialog.get_by_label("Space after").uncheck()
    assert lines(song)[1].endswith("riverrun")
    dialog.get_by_role("button", name="Undo").click()
    dialog.get_by_role("button", name="Redo").click()
    assert lines(song)[1].endswith("riverrun")
    for name in ("Split", "Merge", "Insert", "Delete"):
        before = words(song)
        dialog.get_by_role("button", name=name, exact=True).click()
        if name != "Insert":  # between the two there is no room
            assert words(song) != before
    expect(dialog.get_by_role("button", name="Save")).to_be_enabled()


PLAYED = """() => {
    const {paused, currentTime, playbackRate} = heard;
    return [!paused, currentTime, playbackRate];
}"""
CATCH_AUDIO = """() => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () { window.heard = this; return play.call(this); };
}"""


def test_playing_from_the_cursor_a_word_a_line_and_in_a_loop(song):
    dialog = open_editor(song)
    song.evaluate(CATCH_AUDIO)
    playing = dialog.get_by_role("button", name="Pause")
    press(song, "Space")
    playing.wait_for()
    song.locator(".word.singing").wait_for()
    song.wait_for_function("() => heard.currentTime > 1.3")
    press(song, "Space")
    assert song.evaluate(PLAYED)[0] is False
    # It streams a file of the temp folder, by ranges.
    address = song.evaluate("() => heard.src")
    answer = song.request.get(address, headers={"Range": "bytes=1000-1999"})
    assert (answer.status, len(answer.body())) == (206, 1000)
    assert "type=temp" in address

    press(song, ">")
    press(song, "ArrowRight", "Enter")
    # A word ends where it ends, and the cursor is back at its start.
    song.wait_for_function("() => heard.paused && Math.abs(heard.currentTime - 1.5) < 0.01")
    assert song.evaluate(PLAYED)[2] == 1.25
    dialog.get_by_label("Speed").select_option("2")
    song.get_by_role("option", name="Slow").focus()
    press(song, "Shift+Enter")
    song.wait_for_function("() => heard.paused && Math.abs(heard.currentTime - 1) < 0.01")
    # Again and again, until it is stopped.
    dialog.get_by_role("button", name="Loop").click()
    song.evaluate("() => { window.turns = 0; heard.addEventListener('seeking', () => window.turns++); }")
    dialog.get_by_role("button", name="Play the word").click()
    song.wait_for_function("() => turns >= 3")
    assert song.evaluate(PLAYED)[0] is True
    song.get_by_role("option", name="Slow").focus()
    press(song, "Space", "l", "<", "Home")
    assert (cursor(song), song.evaluate(PLAYED)[0]) == (0, False)
    assert song.evaluate(PLAYED)[2] == 1.5
    press(song, "f", "End", ",")
    assert cursor(song) == pytest.approx(13.18, abs=0.1)
    # Closed, it falls silent and lets go of the file.
    press(song, "Space", "Escape")
    song.locator("dialog.lipsync-editor").wait_for(state="detached")
    assert song.evaluate(PLAYED)[0] is False
    assert song.evaluate("() => heard.getAttribute('src')") is None


def test_a_line_is_tapped_in(song):
    dialog = open_editor(song)
    song.evaluate(CATCH_AUDIO)
    song.get_by_role("option", name="la").first.click()
    press(song, "t")
    expect(dialog.get_by_text("Press Space or the button as each word begins").first).to_be_visible()
    song.wait_for_function("() => !heard.paused")
    # A tap counts when it comes; here each is to come at a time that is known.
    song.evaluate("() => heard.pause()")
    for index, seconds in enumerate((2.8, 3.1, 3.5, 3.9)):
        song.evaluate("seconds => { heard.currentTime = seconds; }", seconds)
        if index % 2:
            dialog.get_by_role("button", name="Tap", exact=True).click()
        else:
            song.get_by_role("option", name="la").first.focus()
            press(song, "Space")
    assert words(song)[3:] == [("la", 2800, 3100), ("la", 3100, 3500), ("la", 3500, 3900)]
    press(song, "Control+z")
    assert [start for _, start, _ in words(song)[3:]] == [3000, 3300, 3600]
    press(song, "t", "Space", "Escape")
    expect(dialog.get_by_text("Tapping stopped.")).to_be_visible()
    assert song.evaluate(PLAYED)[0] is False
    expect(dialog.get_by_text("Unsaved changes")).to_be_hidden()


def test_words_deleted_while_their_line_is_tapped_end_the_tapping(song):
    dialog = open_editor(song)
    song.evaluate(CATCH_AUDIO)
    song.get_by_role("option", name="la").first.click()
    press(song, "t")
    song.wait_for_function("() => !heard.paused")
    song.evaluate("() => heard.pause()")
    press(song, "Space", "Delete")
    expect(dialog.get_by_role("button", name="Stop tapping")).to_be_hidden()
    left = [(text, round(1000 * a), round(1000 * b)) for text, a, b in [*WORDS, *LAST[1:]]]
    assert words(song) == left
    song.get_by_role("option", name="la").first.focus()
    for _ in range(4):
        press(song, "Space")
    assert words(song) == left


def test_a_click_on_a_word_takes_what_was_typed_and_selects_it(song):
    """Typing moves the words of the line, and makes its row anew, under the pointer that is pressed."""
    dialog = open_editor(song)
    listed = dialog.get_by_role("listbox").get_by_role("option")
    run = listed.nth(2)
    for label, typed in (("Text", "Everlasting"), ("Start (s)", "0.9"), ("End (s)", "1.3")):
        listed.first.click()
        dialog.get_by_label(label).fill(typed)
        box = run.bounding_box()
        song.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert chosen(song) == [2], label
        expect(run).to_be_focused()
    assert words(song)[:3] == [("Everlasting", 900, 1300), ("river", 1500, 2000), ("run", 2000, 2600)]
    listed.first.click()
    dialog.get_by_label("Text").fill("Slow")
    song.mouse.click(box["x"] + 2, box["y"] + 4, button="right")
    song.keyboard.down("Shift")
    run.click()
    song.keyboard.up("Shift")
    assert chosen(song) == [0, 1, 2]
    # As assistive technology presses it.
    listed.nth(1).evaluate("one => one.click()")
    assert chosen(song) == [1]


def test_what_cannot_be_done_says_why(song):
    dialog = open_editor(song)
    status = dialog.get_by_role("status")
    text = dialog.get_by_label("Text")
    text.fill("I")
    press(song, "Enter", "s")
    expect(status).to_have_text("“I” is too short to be split.")
    text.fill(" ")
    press(song, "Enter")
    expect(status).to_have_text("A word can't be empty. Delete removes it.")
    expect(text).to_have_value("I")
    dialog.get_by_role("option", name="run").click()
    press(song, "m")
    expect(status).to_have_text("No word follows it in the line. Select the words to merge.")
    assert [one for one, *_ in words(song)] == ["I", "river", "run", "la", "la", "la"]


def test_the_browser_asks_before_it_leaves_a_page_with_edits(song):
    """However the page itself is set, and although its graph is as it was."""
    song.evaluate(SET, {"Comfy.Window.UnloadConfirmation": False})
    leave = "() => dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    try:
        dialog = open_editor(song)
        assert song.evaluate(leave)
        press(song, "Delete")
        assert not song.evaluate(leave)
        press(song, "Control+z")
        assert song.evaluate(leave)
        press(song, "Delete", "Control+s")
        assert song.evaluate(leave)
        press(song, "Control+z", "Escape")
        song.get_by_role("dialog", name="Save the changes?").get_by_role("button", name="Discard").click()
        dialog.wait_for(state="detached")
        assert song.evaluate(leave)
    finally:
        song.evaluate(SET, {"Comfy.Window.UnloadConfirmation": True})


# A dialog is closed before it is gone, and Escape is its own until then.
GONE = "() => !document.querySelector('.lipsync-editor-small')"


def test_unsaved_changes_are_asked_about(song):
    dialog = open_editor(song)
    press(song, "Delete", "Escape")
    question = song.get_by_role("dialog", name="Save the changes?")
    question.get_by_role("button", name="Keep editing").click()
    song.wait_for_function(GONE)
    assert len(words(song)) == 5
    press(song, "Escape")
    question.wait_for()
    press(song, "Escape")  # the question's own: keep editing
    song.wait_for_function(GONE)
    press(song, "Escape")
    question.get_by_role("button", name="Discard").click()
    dialog.wait_for(state="detached")
    assert song.evaluate(EDITS) == ""
    dialog = open_editor(song)
    assert len(words(song)) == 6
    press(song, "Delete", "Escape")
    question.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    assert len(json.loads(song.evaluate(EDITS))["edits"]) == 1


def test_keys_are_listed_and_belong_to_the_editor(song):
    open_editor(song)
    nodes = song.evaluate("() => app.graph.nodes.length")
    press(song, "?")
    listed = song.get_by_role("dialog", name="Shortcuts")
    expect(listed.get_by_text("Split at the cursor, or in the middle")).to_be_visible()
    assert listed.locator("dt").count() > 30
    press(song, "Escape")
    listed.wait_for(state="detached")
    # Deleted are words, not nodes; and Ctrl+Z is no undo of the graph.
    press(song, "Delete", "Control+z", "Control+a", "Delete")
    assert song.evaluate("() => app.graph.nodes.length") == nodes
    expect(song.locator("dialog.lipsync-editor")).to_have_count(1)


PAGE_KEYS = [
    "Control+z", "Control+y", "Control+Shift+Z", "Meta+z", "Control+Enter", "Control+Shift+Enter",
    "Control+s", "Control+c", "Control+v", "Control+x", "Control+a", "Control+b", "Control+m", "Control+g",
    "Delete", "Backspace", "Space", "r", "q", "w", "n", "m", "p", "x", ".", "Alt+=", "F2",
]  # fmt: skip


def test_no_key_reaches_the_graph_behind_the_editor(song):
    song.evaluate(CHANGE)
    dialog = open_editor(song)
    song.evaluate(LISTEN)
    auto = "on => { app.ui.autoQueueEnabled = on; app.ui.autoQueueMode = 'change'; }"
    try:
        places = {
            "the list": lambda: dialog.get_by_role("option").first.focus(),
            "the waveform": lambda: dialog.get_by_role("application").focus(),
            "a button": lambda: dialog.get_by_role("button", name="Snap").focus(),
            "a field": lambda: dialog.get_by_label("Start (s)").focus(),
            "nothing": lambda: song.evaluate("() => document.activeElement.blur()"),
        }
        for place, focus in places.items():
            dialog.get_by_role("button", name="Discard all edits").click()
            for key in PAGE_KEYS:
                focus()
                press(song, key)
            # In this mode the page acts on keys in fields, too.
            song.evaluate(auto, True)
            focus()
            press(song, "Control+z")
            song.evaluate(ACTED)
            song.evaluate(auto, False)
            assert song.evaluate("() => [reached, done]") == [[], []], place
        dropped = dialog.evaluate("""one => ['dragover', 'drop'].map(kind => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(['{}'], 'other.json', {type: 'application/json'}));
            return one.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));
        })""")
        assert dropped == [False, False]
        assert song.evaluate("() => [reached, done]") == [[], []]
        assert song.evaluate("() => editor === app.graph.getNodeById(editor.id)")

        # The browser's own go on.
        dialog.get_by_role("button", name="Discard all edits").click()
        start = dialog.get_by_label("Start (s)")
        start.click()
        press(song, "Control+a")
        song.keyboard.type("1.25")
        press(song, "Control+a", "Control+c", "Tab")
        expect(dialog.get_by_label("End (s)")).to_be_focused()
        press(song, "Control+a", "Control+v", "Control+z")
        text = dialog.get_by_label("Text")
        text.click()
        press(song, "Control+a", "Control+v")
        expect(text).to_have_value("1.25")
        press(song, "Control+z")
        expect(text).not_to_have_value("1.25")
        assert song.evaluate("() => [reached, done]") == [[], []]

        # Closed, the page has its keys again.
        song.evaluate("() => document.querySelector('dialog.lipsync-editor').close()")
        dialog.wait_for(state="detached")
        press(song, "Control+z")
        song.wait_for_function("() => done.includes('loadGraphData')")
        assert "keydown z" in song.evaluate("() => reached")
    finally:
        song.evaluate("() => unlisten()")


RELOAD = """async tab => {
    const {workflow} = app.extensionManager;
    const graph = JSON.parse(JSON.stringify(app.rootGraph.serialize()));
    await app.loadGraphData(graph, true, true, tab === 'same' ? workflow.activeWorkflow : null);
}"""
KEPT = """() => {
    const node = [app.graph, ...app.graph.subgraphs.values()].flatMap(graph => graph.nodes)
        .find(one => one.type === 'LipSyncTimestampEditor');
    const [edits, button] = ['edits', 'open_editor'].map(name => node.widgets.find(one => one.name === name));
    return [node !== window.editor, edits.value, button.label];
}"""


@pytest.mark.parametrize("tab", ["same", "another"])
@pytest.mark.parametrize("inside", [False, True], ids=["root", "subgraph"])
def test_a_graph_that_was_loaded_anew_still_gets_the_edits(song, tab, inside):
    if inside:
        song.evaluate("""() => {
            const {subgraph} = app.graph.convertToSubgraph(new Set([editor]));
            window.editor = subgraph.nodes.find(node => node.type === 'LipSyncTimestampEditor');
        }""")
    dialog = open_editor(song)
    press(song, "Delete")
    song.evaluate(RELOAD, tab)
    press(song, "Control+s")
    expect(dialog.get_by_role("status")).to_contain_text("Saved in the node.")
    another, edits, label = song.evaluate(KEPT)
    assert another
    assert json.loads(edits)["edits"][0]["was"][0][0] == "Slow"
    assert label == "edit timestamps… (edits: 1)"
    # It is a change of the workflow.
    assert song.evaluate("() => app.extensionManager.workflow.activeWorkflow.isModified")


OTHERS = {
    "the node was deleted": "() => app.graph.remove(editor)",
    "an empty workflow is open": "() => app.loadGraphData({nodes: [], links: [], version: 0.4})",
    # The same file, in a tab that was open before.
    "another tab is open": "() => app.loadGraphData(twin.activeState, true, true, twin)",
    "another node has its number": """() => {
        const {id} = editor;
        app.graph.remove(editor);
        const other = LiteGraph.createNode('LipSyncSaveLyrics');
        other.id = id;
        app.graph.add(other);
    }""",
}


@pytest.mark.parametrize("what", OTHERS)
def test_where_the_node_is_gone_it_is_said_and_the_edits_are_kept(song, what):
    if what == "another tab is open":
        song.evaluate(RELOAD, "another")
        song.evaluate("() => { window.twin = app.extensionManager.workflow.activeWorkflow; }")
        song.evaluate(RELOAD, "another")
        song.evaluate("""() => {
            window.editor = app.graph.nodes.find(node => node.type === 'LipSyncTimestampEditor');
        }""")
    dialog = open_editor(song)
    press(song, "Delete", "Alt+ArrowLeft")
    edited = words(song)
    song.evaluate(OTHERS[what])
    press(song, "Control+s")
    alert = dialog.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was saved: the open workflow no longer has this node.")
    assert "Saved in the node." not in dialog.inner_text()
    expect(dialog.get_by_text("Unsaved changes")).to_be_visible()
    held = song.evaluate("() => JSON.stringify(app.graph.serialize())")
    assert '\\"was\\"' not in held
    # Saving on the way out fails as well, and it stays open.
    press(song, "Escape")
    song.get_by_role("dialog", name="Save the changes?").get_by_role("button", name="Save").click()
    expect(alert).to_contain_text("Nothing was saved")
    alert.get_by_role("button", name="Copy the edits").click()
    expect(dialog.get_by_role("status")).to_have_text("The edits are copied.")
    press(song, "Escape")
    song.get_by_role("dialog", name="Save the changes?").get_by_role("button", name="Discard").click()
    dialog.wait_for(state="detached")

    # Into another node's editor.
    build(song, SONG, NAME)
    dialog = open_editor(song)
    press(song, "Control+v")
    expect(dialog.get_by_role("status")).to_have_text("The edits were pasted.")
    assert words(song) == edited
    press(song, "Control+s")
    expect(dialog.get_by_role("status")).to_contain_text("Saved in the node.")
    assert json.loads(song.evaluate(EDITS))["edits"]


def test_saved_is_said_only_of_what_the_node_holds(song):
    dialog = open_editor(song)
    press(song, "Delete")
    song.evaluate("""() => {
        const widget = editor.widgets.find(one => one.name === 'edits');
        Object.defineProperty(widget, 'value', {get: () => '', set: () => {}, configurable: true});
    }""")
    press(song, "Control+s")
    expect(dialog.get_by_role("alert")).to_contain_text("the node didn't take the edits")
    expect(dialog.get_by_text("Unsaved changes")).to_be_visible()
    song.evaluate("() => { delete editor.widgets.find(one => one.name === 'edits').value; }")
    press(song, "Control+s")
    expect(dialog.get_by_role("status")).to_contain_text("Saved in the node.")
    expect(dialog.get_by_role("alert")).to_be_empty()


# The browser's own controls come after the last one, when the page itself has the focus.
FOCUSED = """() => {
    const {activeElement} = document;
    if (activeElement === document.body) return 'page';
    if (!activeElement.closest('.lipsync-editor')) return 'outside';
    return activeElement.textContent || activeElement.type;
}"""


# Those that can be used when a word was moved and none is doubtful.
TOOLBARS = {
    "Undo": ["Undo", "Shortcuts", "Save", "Close"],
    "Play": [
        "Play", "▶ Word", "▶ Line", "Loop", "0.5", "−", "+", "Line", "Whole song", "Follow", "Snap",
        "Move all after",
    ],
    "Split": [
        "Split", "Merge", "Insert", "Delete", "Syllables", "Join syllables", "Tap line",
        "Tap from the cursor", "Fill gaps", "Discard all edits",
    ],
}  # fmt: skip


def test_screen_readers_are_told_what_there_is(song):
    dialog = open_editor(song)
    expect(song.get_by_role("dialog", name="Timestamps: Timestamp Editor (LipSync)")).to_be_visible()
    listbox = dialog.get_by_role("listbox", name="Words")
    assert listbox.get_by_role("group", name="Line 2").get_by_role("option").count() == 3
    slow = listbox.get_by_role("option", name="Slow, 0:01.000 – 0:01.400")
    expect(slow).to_be_focused()
    assert slow.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    # Its keys are the editor's own, so that it is no picture.
    assert dialog.get_by_role("application", name="Waveform").count() == 1
    assert dialog.get_by_role("img").count() == 0
    press(song, "Alt+ArrowRight")
    expect(dialog.get_by_role("status")).to_have_text("Slow: 0:01.010 – 0:01.410")
    expect(dialog.get_by_role("option", name="Slow, 0:01.010 – 0:01.410, edited")).to_be_focused()
    nameless = "() => [...document.querySelectorAll('.lipsync-editor :is(button, input, select)')]"
    nameless += ".filter(one => !(one.ariaLabel || one.textContent.trim() || one.labels?.length)).length"
    assert song.evaluate(nameless) == 0
    # Tab stops once at each toolbar, and stays inside; the arrows reach each part of it.
    stops = []
    while stops.count("Undo") < 2:
        press(song, "Tab")
        stops.append(song.evaluate(FOCUSED))
        assert len(stops) < 40
    assert {"Play", "Split", "number"} < set(stops)
    assert not {"outside", "Redo", "Loop", "Merge", "Discard all edits"} & set(stops)
    for first, others in TOOLBARS.items():
        dialog.get_by_role("button", name=first, exact=True).focus()
        for name in [*others[1:], others[0]]:
            press(song, "ArrowRight")
            assert song.evaluate(FOCUSED).startswith(name)
        press(song, "ArrowLeft", "ArrowLeft")
        assert song.evaluate(FOCUSED).startswith(others[-2])
        press(song, "End")
        assert song.evaluate(FOCUSED).startswith(others[-1])
        # Where the focus was, Tab comes back to.
        press(song, "Tab", "Shift+Tab")
        assert song.evaluate(FOCUSED).startswith(others[-1])
        press(song, "Home")
        assert song.evaluate(FOCUSED).startswith(first)
    # No word was moved or chosen by that.
    assert chosen(song) == [0]
    assert times(song, 0) == (1010, 1410)


STRANGE = [
    ("<img/src=x/onerror=alert(1)>", 0.5, 1.0),
    ("<script>alert(2)</script>", 1.0, 1.5),
    ("שלום", 1.6, 2.0),
    ("عالم", 2.0, 2.5),
    ("x" * 3000, 2.5, 3.5),
    # Of a file, the reader resolves entities; this is none to it, but would be one to a page.
    ("&amp😀", 3.5, 4.0),
]


def test_whatever_the_lyrics_hold_is_text(song, pictures):
    song.evaluate(
        "text => { lyrics.widgets.find(widget => widget.name === 'text').value = text; }", elrc(STRANGE)
    )
    dialog = open_editor(song)
    assert [text for text, *_ in words(song)] == [text for text, *_ in STRANGE]
    assert dialog.locator("img, script").count() == 0
    scrolled = (
        "() => { const list = document.querySelector('.lines'); return list.scrollWidth - list.clientWidth; }"
    )
    assert song.evaluate(scrolled) <= 0
    press(song, "e")
    song.keyboard.type("<b>bold</b>")
    press(song, "Enter", "Control+s")
    assert words(song)[0][0] == "<b>bold</b>"
    assert dialog.locator("b").count() == 0
    song.screenshot(path=pictures / "strange.png")
    press(song, "Escape")
    assert "<b>bold</b>" in song.evaluate(RUN)["lyrics"]


def test_edits_outlive_a_reload_and_other_lyrics(song, server):
    open_editor(song)
    press(song, "Alt+ArrowRight", "ArrowRight", "Delete", "Control+s", "Escape")
    graph = song.evaluate("() => app.graph.serialize()")
    load(song, server.url)
    song.evaluate("async graph => { await app.loadGraphData(graph); }", graph)
    song.evaluate("""() => {
        const find = type => app.graph.nodes.find(node => node.type === type);
        window.editor = find('LipSyncTimestampEditor');
        window.lyrics = find('LipSyncLoadLyrics');
        window.saver = find('LipSyncSaveLyrics');
    }""")
    assert song.evaluate("() => editor.widgets.map(widget => [widget.name, Boolean(widget.hidden)])") == [
        ["edits", True],
        ["open_editor", False],
    ]
    assert len(json.loads(song.evaluate(EDITS))["edits"]) == 2
    # One of the two words is another one by then.
    other = elrc([WORDS[0], ("stream", 1.5, 2.0), WORDS[2]], LAST)
    song.evaluate("text => { lyrics.widgets.find(widget => widget.name === 'text').value = text; }", other)
    run = song.evaluate(RUN)
    assert "<00:01.010>Slow<00:01.410> <00:01.500>stream" in run["lyrics"]
    assert run["report"].splitlines() == [
        "Edits: 1 applied, 1 no longer fit.",
        "“river” at 1.500 s: its words are no longer there.",
    ]
    song.get_by_text("Edits no longer fit the words.").first.wait_for()
    dialog = open_editor(song)
    expect(dialog.get_by_role("alert")).to_contain_text("“river” (0:01.500): its words are no longer there")
    assert [text for text, *_ in words(song)][:2] == ["Slow", "stream"]
    assert times(song, 0) == (1010, 1410)


def test_two_editors_and_one_in_a_subgraph_keep_apart(song):
    song.evaluate("""() => {
        const other = LiteGraph.createNode('LipSyncTimestampEditor');
        other.pos = [500, 250];
        app.graph.add(other);
        const sound = app.graph.nodes.find(node => node.type === 'LoadAudio');
        sound.connect(0, other, 0);
        editor.connect(0, other, 1);
        window.other = other;
    }""")
    open_editor(song)
    press(song, "Delete", "Control+s", "Escape")
    # What the first one leaves out, the second one does not get, once it has run.
    song.evaluate(RUN)
    open_editor(song, "other")
    assert [text for text, *_ in words(song)][:2] == ["river", "run"]
    press(song, "ArrowRight", "Delete", "Control+s", "Escape")
    kept = "node => JSON.parse(node.widgets.find(widget => widget.name === 'edits').value).edits[0].was[0][0]"
    assert song.evaluate(f"() => [editor, other].map({kept})") == ["Slow", "run"]

    song.evaluate("""() => {
        const {subgraph} = app.graph.convertToSubgraph(new Set([other]));
        window.other = subgraph.nodes.find(node => node.type === 'LipSyncTimestampEditor');
    }""")
    assert song.evaluate(RUN)["end"] == "success"
    open_editor(song, "other")
    assert [text for text, *_ in words(song)] == ["river", "la", "la", "la"]
    press(song, "ArrowRight", "Alt+ArrowLeft", "Control+s", "Escape")
    run = song.evaluate(RUN)
    assert run["end"] == "success"
    assert song.evaluate(f"() => ({kept})(editor)") == "Slow"
    assert (
        song.evaluate("() => JSON.parse(other.widgets.find(one => one.name === 'edits').value).edits.length")
        == 2
    )


SET = """async wanted => {
    for (const [id, value] of Object.entries(wanted)) await app.extensionManager.setting.set(id, value);
}"""


def test_nodes_2_light_theme_and_twice_the_size(song, pictures):
    song.evaluate(SET, {"Comfy.VueNodes.Enabled": True, "Comfy.ColorPalette": "light"})
    try:
        build(song, SONG, NAME)
        button = song.get_by_role("button", name="edit timestamps")
        button.wait_for()
        node = song.locator("[data-node-id]").filter(has=button)
        assert node.get_by_role("textbox").count() == 0
        song.screenshot(path=pictures / "nodes_2.png")
        button.click()
        # A page at 200 % has half as many pixels of its own.
        song.set_viewport_size({"width": 800, "height": 500})
        dialog = song.locator("dialog.lipsync-editor")
        expect(dialog.get_by_role("heading")).to_contain_text("Timestamps", timeout=120_000)
        press(song, "Alt+ArrowRight")
        expect(dialog.get_by_text("Unsaved changes")).to_be_visible()
        song.screenshot(path=pictures / "twice.png")
        for name in ("Split", "Fill gaps", "Discard all edits", "Save"):
            part = dialog.get_by_role("button", name=name)
            part.scroll_into_view_if_needed()
            box = part.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 800
        song.set_viewport_size({"width": 1600, "height": 1000})
        song.screenshot(path=pictures / "light.png")
        assert faint(dialog) == []
        dialog.get_by_role("button", name="Save").click()
        dialog.get_by_role("button", name="Close").click()
        assert len(json.loads(song.evaluate(EDITS))["edits"]) == 1
    finally:
        song.set_viewport_size({"width": 1600, "height": 1000})
        song.evaluate(SET, {"Comfy.VueNodes.Enabled": False, "Comfy.ColorPalette": "dark"})


def heap(page):
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    used = tools.send("Runtime.getHeapUsage")["usedSize"]
    tools.detach()
    return used


def test_ten_minutes_with_1200_words(song, server):
    """`dev.py bench editor` takes the time of the same."""
    write_long_sound(server.base / "input" / "long.wav", 600)
    build(song, long_song(600, 1200), "long.wav")
    assert song.evaluate(RUN)["end"] == "success"
    before = heap(song)
    dialog = open_editor(song)
    assert dialog.get_by_role("listbox").get_by_role("option").count() == 1200
    dialog.get_by_role("option", name="word900").click()
    assert cursor(song) == 450
    song.keyboard.press("g")
    song.keyboard.press("z")
    # Six words of half a second, less the pause after the last, with five per cent of air on either side.
    wave = Wave(song, 2.9 * 1.1)
    for _ in range(5):
        wave.drop(0.145 + 0.2, 0.145 + 0.25)
        wave.drop(0.145 + 0.25, 0.145 + 0.2)
    wave.drop(0.145 + 0.2, 0.145 + 0.25)
    assert words(song)[900] == ("word900", pytest.approx(450_050, abs=5), pytest.approx(450_450, abs=5))
    dialog.get_by_role("button", name="Whole song").click()
    song.keyboard.press("Control+s")
    assert len(song.evaluate(EDITS)) < 200
    assert heap(song) - before < 100_000_000


@pytest.mark.parametrize(
    "hinder", ["editor.disconnectInput(0)", "editor.mode = 2"], ids=["no audio", "muted"]
)
def test_a_run_that_cannot_start_promises_nothing(song, hinder):
    promise = song.get_by_text("It opens when that is done.")
    # Those of other tests would be in the way.
    song.evaluate("() => document.querySelectorAll('.p-toast-close-button').forEach(one => one.click())")
    expect(promise).to_have_count(0)
    song.evaluate(f"() => {{ {hinder}; }}")
    queued = """async () => {
        const own = app.queuePrompt;
        const answer = new Promise(resolve => {
            app.queuePrompt = async (...given) => {
                const queued = await own.apply(app, given);
                resolve(queued);
                return queued;
            };
        });
        editor.widgets.find(widget => widget.name === 'open_editor').callback();
        try {
            return await answer;
        } finally {
            delete app.queuePrompt;
        }
    }"""
    assert song.evaluate(queued) is False
    song.evaluate(ACTED)
    assert promise.count() == 0
    # ComfyUI notes in the console what it can't run.
    assert all("PromptExecutionError" in problem for problem in song.problems)
    song.problems.clear()
