"""Letters: shaping, direction, fonts, and where lines break."""

import shutil

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from lipsync_studio.align.words import Word
from lipsync_studio.engine.errors import TextError
from lipsync_studio.overlay.breaks import breaks, even_rows
from lipsync_studio.overlay.font_list import listed_fonts
from lipsync_studio.overlay.fonts import SHIPPED, Fonts, shape_language, usual_fonts
from lipsync_studio.overlay.layout import lay_out, place_of
from lipsync_studio.overlay.shape import shape
from lipsync_studio.overlay.style import LyricStyle
from lipsync_studio.overlay.text_runs import base_level, clean, clusters, levels, visual_order


def test_arabic_letters_join():
    fonts = Fonts("NotoSansArabic")
    joined, alone = (shape(text, 1, fonts) for text in ("حبيبي", "ح ب ي ب ي"))
    assert joined.width < alone.width - 4 * shape(" ", 1, fonts).width
    assert {glyph.number for glyph in joined.glyphs} != {glyph.number for glyph in alone.glyphs}


def test_devanagari_reorders_and_stacks():
    fonts = Fonts("NotoSansDevanagari")
    # The short i stands before the consonant that it follows in the text.
    assert [glyph.character for glyph in shape("कि", 0, fonts).glyphs] == [0, 0]
    assert len(shape("क्ष", 0, fonts).glyphs) == 1
    assert shape("कि", 0, fonts).glyphs[1].number == shape("क", 0, fonts).glyphs[0].number


def test_latin_is_kerned():
    fonts = Fonts()
    assert shape("AV", 0, fonts).width < shape("A", 0, fonts).width + shape("V", 0, fonts).width


def test_marks_stand_on_their_letters():
    fonts = Fonts()
    row = shape("שָׁלוֹם", 1, fonts)
    assert all(glyph.number for glyph in row.glyphs)
    assert 0 < row.width < 3
    assert row.below > 0.1  # the qamats hangs below the line


@pytest.mark.parametrize(("text", "expected"), [
    ("abc", [0] * 3),
    ("שלום", [1] * 4),
    ("אב abc", [1, 1, 1, 2, 2, 2]),
    ("abc אב 12", [0] * 4 + [1] * 3 + [2] * 2),
    ("مرحبا 12!", [1] * 6 + [2, 2, 1]),
    ("", []),
    ("a\u200db", [0, 0, 0]),
    ("אב hey (yo)", [1, 1, 1] + [2] * 8),
    ("אב (yo) [אב]", [1] * 4 + [2, 2] + [1] * 6),
    ("אב hey (yo אב)", [1, 1, 1, 2, 2, 2, 1, 1, 2, 2, 1, 1, 1, 1]),
    ("hey אב (אב) x", [0] * 4 + [1] * 7 + [0, 0]),
    ("hey אב (x) אב", [0] * 4 + [1, 1] + [0] * 5 + [1, 1]),
    ("אב hey (yo]", [1, 1, 1] + [2] * 7 + [1]),
    ("אב hey ()", [1, 1, 1, 2, 2, 2, 1, 1, 1]),
])  # fmt: skip
def test_levels(text, expected):
    assert levels(text, base_level(text)) == expected


def test_visual_order():
    assert visual_order([0, 1, 0]) == [0, 1, 2]
    assert visual_order([1, 2, 1]) == [2, 1, 0]
    assert visual_order([1, 2, 2, 1]) == [3, 1, 2, 0]
    assert visual_order([0, 1, 2, 1, 0]) == [0, 3, 2, 1, 4]


def test_rows_from_right_to_left_begin_at_the_right():
    row = shape("אב abc", 1, Fonts())
    assert row.extents[0].left > row.extents[5].right - 0.01 > row.extents[3].right
    assert [extent.rtl for extent in row.extents] == [True] * 3 + [False] * 3


@pytest.mark.parametrize("emoji", ["👩‍🚀", "🇫🇷", "👍🏽", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_an_emoji_is_one_cluster_and_one_glyph(bare, emoji):
    assert clusters(emoji) == [(0, len(emoji))]
    glyphs = shape(emoji, 0, Fonts()).glyphs
    assert {glyph.face.path.name for glyph in glyphs} == {"NotoEmoji.ttf"}
    assert len([glyph for glyph in glyphs if glyph.face.ink(glyph.number)]) == 1


def test_spaces_keep_their_width_beside_emoji(bare):
    fonts = Fonts()
    row = shape("a 🎵 b", 0, fonts)
    assert row.extents[1].right - row.extents[1].left == pytest.approx(
        row.extents[3].right - row.extents[3].left
    )


def test_every_shipped_script_needs_no_other_font(bare):
    Fonts().require("Été Ωmega Привет Việt 'quoted' “so” — سلام שָׁלוֹם नमस्ते 🎵 ♪♫ ★♥→ ❤️")


def test_letters_that_no_font_has_are_named_with_what_can_be_done_here(bare, tmp_path):
    with pytest.raises(TextError) as raised:
        Fonts("", [tmp_path]).require("café étoile 星 star ዘ 星 \ue000")
    assert str(raised.value) == (
        "The fonts here have no letters for 星 ዘ \ue000 in the lyrics: put a font that covers them "
        f"(Noto Sans CJK, Noto Sans Ethiopic) into {tmp_path}, or choose such a font file; "
        "`pip install manimgx-fonts-cjk` with the Python that runs this brings one, too."
    )
    with pytest.raises(TextError, match=r": choose a font file that covers them \(Noto Sans Ethiopic\)\.$"):
        Fonts().require("ዘ")
    with pytest.raises(TextError, match=f"the name of one in {tmp_path} or the system's fonts"):
        Fonts("absent", [tmp_path])


def test_chinese_japanese_and_korean_come_from_an_installed_package():
    fonts = Fonts("", (), "ja")
    fonts.require("きらきら光るお空の星よ 반짝반짝 一闪一闪亮晶晶")


def test_a_folder_of_fonts_is_asked_before_the_rest(tmp_path, bare):
    font = TTFont(SHIPPED / "NotoSansHebrew.ttf")
    made = subset.Subsetter(subset.Options())
    made.populate(text="אב")
    made.subset(font)
    font.save(tmp_path / "Mine.ttf")
    fonts = Fonts("", [tmp_path])
    assert fonts.face_of("א").path.name == "Mine.ttf"
    assert fonts.face_of("ש").path.name == "NotoSansHebrew.ttf"


@pytest.mark.parametrize("name", ["MyOwn-Regular.ttf", "myown-regular", "My Own", "MyOwn", "PATH"])
def test_a_font_is_found_by_its_name(tmp_path, name):
    path = tmp_path / "MyOwn-Regular.ttf"
    shutil.copy(SHIPPED / "NotoSans.ttf", path)
    assert Fonts(str(path) if name == "PATH" else name, [tmp_path]).main.path == path


def test_a_broken_font_in_the_folder_is_passed_over(tmp_path, bare):
    (tmp_path / "aaa.ttf").write_text("not a font")
    assert Fonts("", [tmp_path]).face_of("ש").path.name == "NotoSansHebrew.ttf"
    with pytest.raises(TextError, match="aaa"):
        Fonts("aaa", [tmp_path])


def test_fonts_that_are_called_the_same_are_told_apart(tmp_path):
    shutil.copy(SHIPPED / "NotoSansHebrew.ttf", tmp_path / "Mine.ttf")
    fonts = listed_fonts([tmp_path])
    labels = {font.name: font.label for font in fonts}
    assert labels["Mine"].startswith("Noto Sans Hebrew")
    assert labels["Mine"].endswith(" (Mine)")
    assert labels["NotoSansHebrew"] == labels["Mine"].replace("(Mine)", "(NotoSansHebrew)")
    assert len(set(labels.values())) == len(fonts)


def test_the_shipped_fonts_have_their_licence():
    text = (SHIPPED / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    for path in SHIPPED.glob("*.ttf"):
        name = TTFont(path, lazy=True)["name"]
        assert "Open Font License" in name.getDebugName(13)
        assert name.getDebugName(0).split(" (")[0] in text
        assert "Reserved" not in name.getDebugName(0)


@pytest.mark.parametrize(("text", "rows"), [
    ("きらきら光る、お空の星よ", ["きらきら光る、", "お空の星よ"]),
    ("「一闪一闪」亮晶晶满天都", ["「一闪一闪」", "亮晶晶满天都"]),
    ("up above the world, so high now", ["up above the world,", "so high now"]),
])  # fmt: skip
def test_rows_break_where_a_reader_would(text, rows):
    left = [float(i) for i in range(len(text) + 1)]
    found = even_rows(text, breaks(text, []), left, 24 if " " in text else 8, 2)
    assert [text[start:stop] for start, stop in found] == rows


@pytest.mark.parametrize("text", ["ちょっとまって、ー", "（光）。」", "don't stop-now"])
def test_nothing_breaks_where_it_must_not(text):
    for at in breaks(text, []):
        assert text[at] not in "、。ー」）ょっ"
        assert text[at - 1] not in "（「-'"


def test_words_without_spaces_are_set_without():
    style, size = LyricStyle(), (640, 360)
    glyphs = [
        lay_out(
            [Word("a", 0, 1, space=space), Word("b", 1, 2)], size, style, Fonts(), place_of(style, size)
        ).words
        for space in (True, False)
    ]
    apart, together = (second.pieces[0].left - first.pieces[0].right for first, second in glyphs)
    assert together == pytest.approx(0, abs=0.01)
    assert apart > 3


def test_text_is_cleaned():
    assert clean(" a\u200e\u202e \t b\n\u2066c\u2069 ") == "a\u200e b c"
    assert clean("e\u0301") == "é"


@pytest.mark.parametrize(
    ("stated", "text", "language"),
    [
        ("", "きら光", "ja"),
        ("", "반짝 光", "ko"),
        ("", "一闪", "zh"),
        ("", "hi", ""),
        ("ja", "光", "ja"),
        ("zh-TW", "光", "zh-TW"),
        ("en", "hi", "en"),
        ("en", "한 hi", "ko"),
    ],
)
def test_the_language_that_decides_shapes(stated, text, language):
    assert shape_language(stated, [text]) == language


def test_a_language_has_its_usual_fonts():
    assert "msyh" in usual_fonts("zh")
    assert "msyh" not in usual_fonts("zh-Hant")
    assert "msjh" in usual_fonts("zh_HK")
    assert usual_fonts("en") == ()
