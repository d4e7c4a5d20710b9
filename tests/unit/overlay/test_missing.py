"""Characters that no font has: left out and named, with all other text drawn."""

import random
import re
import unicodedata

import numpy as np
import pytest
import torch

from lipsync_studio.align.words import Line, Syllable, Word, WordTimings
from lipsync_studio.engine.errors import TextError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.overlay.batch import draw_batch
from lipsync_studio.overlay.fonts import Fonts
from lipsync_studio.overlay.layout import LineText
from lipsync_studio.overlay.missing import drawable
from lipsync_studio.overlay.style import LyricStyle
from lipsync_studio.overlay.text_runs import base_level, levels, visible

pytestmark = pytest.mark.usefixtures("bare")

# Newer than the tables of any Python that runs this, or reserved for later.
NEWEST = ["\U0001faff", "\U0001fae9", "\U0001fadf", "\U0001fac8", "\U0001f6d8", "\U0001fbfa", "\U00010d4e"]
STRANGE = [
    *NEWEST,
    *("\U0001d11e", "\ue000", "\U000f0000", "\U0010ffff", "\ufdd0", "\u0378", "\U000e0fff", "\u1abf"),
    *("\ud800", "\udfff", "\x00", "\x07", "\x1b", "\x85", "\x9f", "\ufffe", "\U000e0001", "\U000e0041"),
    *("👩\u200d\U0001fae9", "\U0001fae9\u200d👩", "👩\u200d🚀\U0001fadf", "\U0001fae9🏽"),
    *("a\u1abf", "ש\U00010d4e", "ዘ", "星", "\u200b", "\u2066", "🄰", "\U0001d173"),
    *("1\u3164", "1\uffa0", "♪\u200f", "♪\u061c"),
]
KEPT = ("a\u1abf", "ש\U00010d4e")  # but for a mark


def line(text):
    pieces = text.split(" ")
    return Line(tuple(Word(piece, float(at), at + 1.0) for at, piece in enumerate(pieces)))


def named(notes):
    return {chr(int(code, 16)) for note in notes for code in re.findall(r"U\+([0-9A-F]{4,6})", note)}


def letters(text):
    """What a text shows; white space and what is drawn as nothing aside."""
    return [
        c for c in unicodedata.normalize("NFC", text)
        if visible(c) and not (unicodedata.category(c) == "Cc" and c.isspace())
    ]  # fmt: skip


def check(text, fonts):
    (drawn,), notes = drawable([line(text)], fonts)
    shown, lacking = iter([*letters(drawn.text), ""]), named(notes)
    following = next(shown)
    for character in letters(text):
        if character == following:
            following = next(shown)
        else:
            assert character in lacking, ascii(text)
    assert following == ""
    "".join(notes).encode("utf-8")
    # No box stands in the place of a letter.
    text = LineText(list(drawn.words), fonts)
    assert all(glyph.number for glyph in text.shaped(0, len(text.text)).glyphs)
    return drawn, notes


@pytest.mark.parametrize("strange", STRANGE, ids=ascii)
@pytest.mark.parametrize("pattern", ["Hello {} you", "Hel{}lo you", "{}", "שלום {} לך", "{} мир {}"])
def test_every_character_is_drawn_or_named(strange, pattern):
    text = pattern.format(strange, strange)
    if pattern == "{}" and any(map(str.isalpha, visible(strange))) and strange not in KEPT:
        with pytest.raises(TextError, match="no letters for"):
            drawable([line(text)], Fonts())
        return
    check(text, Fonts())


def test_any_text_is_drawn_or_named():
    rng, fonts = random.Random(16), Fonts()
    usual = "abc déf שלום سلام नमस्ते 🎵👩❤️1️⃣ \u200d\ufe0f"
    blocks = [(0x20, 0x36F), (0xD7A0, 0xF8FF), (0x1AB0, 0x1AFF), (0x1F000, 0x1FBFF),
              (0xE0000, 0xE01FF), (0x10FFF0, 0x10FFFF), (0x0, 0x9F), (0x10D00, 0x10DFF)]  # fmt: skip
    for _ in range(150):
        text = "".join(
            rng.choice(usual) if rng.random() < 0.6 else chr(rng.randint(*rng.choice(blocks)))
            for _ in range(rng.randint(1, 12))
        )
        check("Hello " + text + " you", fonts)


def test_what_is_left_is_drawn_as_if_the_rest_had_never_been_there():
    """A whole batch of pictures, where an unknown letter ended the render."""
    pictures = torch.zeros(3, 180, 320, 3)
    plain, strange = [], []
    with PlainHost("cpu") as host:
        for text, notes in (("Hello you", plain), ("Hello \U0001d11e\ue000 you\U0001faff", strange)):
            words = [Word(part, 0.0, 1.0) for part in text.split()]
            timings = WordTimings((Line(tuple(words)),))
            notes.append(draw_batch(pictures, 25, timings, LyricStyle(), host, notes=notes))
    assert len(plain) == 1
    said, drawn = strange
    assert np.array_equal(drawn.numpy(), plain[0].numpy())
    for piece in ("“\U0001d11e” (U+1D11E)", "U+E000", "“\U0001faff” (U+1FAFF)", "choose a font file"):
        assert piece in said
    assert "\ue000" not in said


def test_a_letter_stays_where_its_mark_is_lacking():
    (drawn,), (note,) = drawable([line("ca\u1abfn")], Fonts())
    assert drawn.text == "can"
    assert "U+1ABF" in note


def test_syllables_lose_what_their_word_loses():
    word = Word("la\ue000la", 0, 1, syllables=(Syllable("la\ue000", 0, 0.5), Syllable("la", 0.5, 1)))
    (drawn,), _ = drawable([Line((word,))], Fonts())
    assert drawn.words[0].text == "lala"
    assert [part.text for part in drawn.words[0].syllables] == ["la", "la"]


def test_what_all_fonts_have_is_untouched():
    lines = [line("Été שָׁלוֹם 🎵 ❤️ नमस्ते"), line("\ttwo\u200d 👩‍🚀")]
    assert drawable(lines, Fonts()) == (lines, [])


@pytest.mark.parametrize("newer", NEWEST, ids=ascii)
def test_the_direction_of_characters_newer_than_pythons_tables(newer, monkeypatch):
    """As a font of the user's may have them."""
    usual = unicodedata.bidirectional
    monkeypatch.setattr(unicodedata, "bidirectional", lambda c: "" if c == newer else usual(c))
    rtl = newer == "\U00010d4e"
    assert levels(f"a {newer} b", 0) == [0, 0, 1 if rtl else 0, 0, 0]
    assert levels(f"א {newer} ב", 1) == [1] * 5
    assert base_level(f"{newer} a") == int(rtl)
