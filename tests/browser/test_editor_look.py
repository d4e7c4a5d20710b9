"""The lyrics at the editor's cursor, in the style that is connected."""

from io import BytesIO

import numpy as np
import pytest
from editor_dialog import NAME, SONG, press
from PIL import Image
from playwright.sync_api import expect

from lipsync_studio.devtools.editor_page import build, open_editor

# An overlay that draws the editor's words, in a style.
CONNECT = """look => {
    const make = (type, x) => {
        const node = LiteGraph.createNode(type);
        node.pos = [x, 500];
        app.graph.add(node);
        return node;
    };
    window.overlay = make('LipSyncLyricOverlay', 900);
    window.style = make('LipSyncLyricStyle', 500);
    const slot = name => overlay.inputs.findIndex(input => input.name === name);
    editor.connect(0, overlay, slot('words'));
    style.connect(0, overlay, slot('style'));
    window.turn = values => {
        for (const [name, value] of Object.entries(values)) {
            style.widgets.find(widget => widget.name === name).value = value;
        }
    };
    turn(look);
}"""
SHOWN = "() => document.querySelector('.look img')?.complete && document.querySelector('.look img').src"


class Look:
    """What the editor shows of the lyrics."""

    def __init__(self, page):
        self.page = page
        self.seen = ""

    def next(self):
        """uint8 [H, W, 3]: the picture after the one that was seen before."""
        other = f"seen => {{ const now = ({SHOWN})(); return now && now !== seen; }}"
        self.page.wait_for_function(other, arg=self.seen)
        self.seen = self.page.evaluate(SHOWN)
        data = self.page.evaluate(
            "async () => [...new Uint8Array(await (await fetch(document.querySelector('.look img').src))"
            ".arrayBuffer())]"
        )
        return np.asarray(Image.open(BytesIO(bytes(data))).convert("RGB"))


def area(picture, colour):
    """How many pixels are of about a colour, and the middle of their columns."""
    near = (np.abs(picture.astype(int) - colour) < 60).all(axis=2)
    return near.sum(), np.nonzero(near)[1].mean() if near.any() else None


GREEN, RED = (0, 255, 0), (255, 0, 0)


def test_the_lyrics_at_the_cursor_are_shown_in_the_connected_style(song, pictures):
    song.evaluate(CONNECT, {"highlight": "#00ff00", "colour": "#ff0000", "outline_width": 0, "shadow": 0})
    dialog = open_editor(song)
    look = Look(song)
    slow = look.next()
    assert slow.shape == (360, 640, 3)
    song.screenshot(path=pictures / "look.png")
    # "Slow" is sung, "river run" is not yet; then "river" is.
    count, first = area(slow, GREEN)
    assert count > 50
    assert area(slow, RED)[0] > count
    press(song, "ArrowRight")
    count, second = area(look.next(), GREEN)
    assert second > first + 20
    # It is the edited words' times: moved on, the word has not begun at the cursor.
    press(song, "Alt+Shift+ArrowRight")
    assert area(look.next(), GREEN)[1] == pytest.approx(first, abs=3)
    # Before the first line there is nothing.
    press(song, "Home")
    empty = look.next()
    assert (area(empty, GREEN)[0], area(empty, RED)[0]) == (0, 0)
    # Upright, as the video may be, and in another look.
    dialog.get_by_label("Width to height").select_option("9:16")
    assert look.next().shape == (640, 360, 3)
    song.get_by_role("option", name="Slow").click()
    look.next()
    song.evaluate("() => turn({highlight: '#0000ff'})")
    press(song, "ArrowRight")
    assert area(look.next(), (0, 0, 255))[0] > 50
    # What the style can't be drawn with is said.
    song.evaluate("() => turn({colour: 'no colour'})")
    press(song, "ArrowLeft")
    expect(dialog.get_by_text("is not a colour: write it like #ffd23f or white.")).to_be_visible()


@pytest.fixture(params=[False, True], ids=["classic nodes", "Nodes 2.0"])
def drawn(song, request):
    """The small song in a page that draws its nodes in either way."""
    setting = "async on => { await app.extensionManager.setting.set('Comfy.VueNodes.Enabled', on); }"
    song.evaluate(setting, request.param)
    build(song, SONG, NAME)
    yield song
    song.evaluate(setting, False)


def test_without_an_overlay_nothing_is_shown_and_without_a_style_the_overlays_own(drawn):
    song = drawn
    open_editor(song)
    assert song.locator(".look").count() == 0
    press(song, "Escape")
    song.evaluate(CONNECT, {})
    song.evaluate("""() => {
        overlay.disconnectInput(overlay.inputs.findIndex(input => input.name === 'style'));
        overlay.widgets.find(widget => widget.name === 'highlight').value = '#00ff00';
    }""")
    open_editor(song)
    assert area(Look(song).next(), GREEN)[0] > 50
