"""Pictures among the letters: fonts with bitmaps, with coloured outlines, and with outlines of one colour."""

from io import BytesIO

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables.sbixGlyph import Glyph as StoredPicture
from fontTools.ttLib.tables.sbixStrike import Strike
from PIL import Image

from lipsync_studio.overlay.fonts import Fonts
from lipsync_studio.overlay.preview import preview
from lipsync_studio.overlay.style import LyricStyle
from lipsync_studio.overlay.text_runs import clusters, is_emoji, visible

pytestmark = pytest.mark.usefixtures("bare")

STAR = "🌟"
LOOK = {"outline_width": 0.0, "shadow": 0.0, "size": 0.3, "position": "middle"}


def square(filled):
    pen = TTGlyphPen(None)
    if filled:
        pen.moveTo((100, 0))
        for corner in ((100, 800), (900, 800), (900, 0)):
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()


def font_of(kind):
    """A star, blue above and red below as a bitmap, all green as a coloured outline; and a space."""
    names = [".notdef", "space", "star"]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(" "): "space", ord(STAR): "star"})
    builder.setupGlyf({name: square(name == "star") for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": "Pictures", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    if kind == "outlines":
        builder.setupCOLR({"star": [("star", 0)]})
        builder.setupCPAL([[(0.0, 1.0, 0.0, 1.0)]])
    else:
        picture, file = Image.new("RGBA", (64, 64), "#ff0000"), BytesIO()
        picture.paste("#0000ff", (0, 0, 64, 32))
        picture.save(file, "PNG")
        strike = Strike(ppem=64, resolution=72)
        strike.glyphs = {name: StoredPicture(glyphName=name) for name in names}
        strike.glyphs["star"] = StoredPicture(glyphName="star", graphicType="png ", imageData=file.getvalue(),
                                              originOffsetX=0, originOffsetY=0)  # fmt: skip
        table = newTable("sbix")
        table.version, table.flags, table.numStrikes, table.strikes = 1, 1, 1, {64: strike}
        builder.font["sbix"] = table
    return builder


@pytest.fixture
def folder(tmp_path):
    def made(kind):
        font_of(kind).save(tmp_path / "Pictures Emoji.ttf")
        return [tmp_path]

    return made


def shown(text, folders, **look):
    black = np.zeros((180, 320, 3), np.float32)
    return preview(LyricStyle(**{**LOOK, **look}), text, (320, 180), black, folders)


@pytest.mark.parametrize("effect", ["word highlight", "karaoke wipe", "word pop-in"])
def test_a_bitmap_stands_upright_in_its_colours(folder, effect):
    picture = shown(f"{STAR} la", folder("bitmaps"), effect=effect)
    blue, red = (np.argwhere((picture == colour).all(axis=2)) for colour in ((0, 0, 1), (1, 0, 0)))
    assert min(len(blue), len(red)) > 300
    assert blue[:, 0].max() < red[:, 0].min()
    # As high as the letters' em.
    assert np.ptp(np.concatenate([blue, red])[:, 0]) == pytest.approx(0.3 * 180, abs=3)


def test_coloured_outlines_keep_their_colours(folder):
    picture = shown(f"{STAR} la", folder("outlines"), highlight="#ff0000")
    assert (picture == (0, 1, 0)).all(axis=2).sum() > 600


def test_an_outline_runs_around_a_bitmap(folder):
    picture = shown(STAR, folder("bitmaps"), outline="#00ff00", outline_width=0.1)
    green = np.argwhere((picture == (0, 1, 0)).all(axis=2))
    blue = np.argwhere((picture == (0, 0, 1)).all(axis=2))
    assert (green.min(axis=0) < blue.min(axis=0)).all()


def test_a_font_of_bitmaps_may_be_chosen(folder):
    picture = shown(f"{STAR} la", folder("bitmaps"), font="Pictures Emoji.ttf")
    assert (picture == (0, 0, 1)).all(axis=2).any()


def test_emoji_of_one_colour_are_lit_like_letters():
    picture = shown(f"{STAR} la", (), effect="karaoke wipe", highlight="#ff0000")
    assert (picture == (1, 0, 0)).all(axis=2).sum() > 100


@pytest.mark.parametrize(("text", "picture"), [
    ("⭐", True), ("✨", True), ("❤", False), ("❤️", True), ("🌟\ufe0e", False), ("★", False), ("a", False),
    ("\U00020000", False),
])  # fmt: skip
def test_what_is_shown_as_a_picture(text, picture):
    assert is_emoji(text) is picture


@pytest.mark.parametrize("text", ["👩‍⚕️", "🏳️‍⚧️", "❤️‍🔥", "👨‍👩‍👧"])
def test_joined_emoji_are_one(text):
    assert clusters(text) == [(0, len(text))]


def test_what_is_never_drawn_needs_no_font():
    assert visible("葛\U000e0100 a\u200bb\u00ad\u3164") == "葛ab"
    Fonts().require("soft\u00adhyphen zero\u200bwidth \u2063")
