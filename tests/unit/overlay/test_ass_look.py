"""A style in an ASS script."""

from lipsync_studio.align.formats import WriteOptions, parse, serialise
from lipsync_studio.overlay.ass_look import ass_look
from lipsync_studio.overlay.style import LyricStyle

from .conftest import timings

SIZE = (1280, 720)
WORDS = timings(("moon and star", 1.0, 4.0))


def script(style):
    text = serialise(
        WORDS, "ass", WriteOptions(size=SIZE, look=ass_look(style, SIZE), karaoke=style.effect != "line")
    )
    row = next(row for row in text.splitlines() if row.startswith("Style:"))
    names = next(row for row in text.splitlines() if row.startswith("Format: Name"))
    fields = zip(names.split(":")[1].split(","), row.split(":", 1)[1].split(","), strict=True)
    return text, {name.strip(): value.strip() for name, value in fields}


def test_font_colours_and_size_are_the_styles():
    text, found = script(LyricStyle(colour="#102030", highlight="#ff8000", outline="#00ff0080", size=0.1))
    assert found["Fontname"] == "Noto Sans"
    assert (found["PrimaryColour"], found["SecondaryColour"]) == ("&H000080FF", "&H00302010")
    assert found["OutlineColour"] == "&H7F00FF00"
    # Of the em 72, from the ascent to the descent.
    assert 72 < int(found["Fontsize"]) < 110
    assert float(found["Outline"]) == 5.0
    assert r"{\k100}moon" in text
    assert parse(text).timings.lines[0].text == "moon and star"


def test_positions_are_those_of_the_keypad_with_their_margins():
    places = {"bottom": "2", "middle": "5", "top": "8", "bottom left": "1", "top right": "9", "social": "2"}
    found = {name: script(LyricStyle(position=name))[1] for name in places}
    assert {name: style["Alignment"] for name, style in found.items()} == places
    assert found["bottom"]["MarginV"] == "36"
    assert found["social"]["MarginV"] == str(round(720 * 0.24))
    assert found["social"]["MarginL"] == found["social"]["MarginR"] == str(round(1280 * 0.12))


def test_effects_are_karaoke_of_their_kind():
    assert r"{\kf100}moon" in script(LyricStyle(effect="karaoke wipe"))[0]
    plain, found = script(LyricStyle(effect="line", colour="white"))
    assert r"\k" not in plain
    assert found["PrimaryColour"] == "&H00FFFFFF"


def test_a_box_is_one():
    found = script(LyricStyle(box="#00000080"))[1]
    assert (found["BorderStyle"], found["OutlineColour"]) == ("3", "&H7F000000")
    assert script(LyricStyle())[1]["BorderStyle"] == "1"
