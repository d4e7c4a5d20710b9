"""How words of other languages are said, as phones that are heard and phones that are seen."""

import sys

import pytest

from lipsync_studio.align import pronounce
from lipsync_studio.align.ipa import phones_of, table
from lipsync_studio.align.language import ENGLISH, Language
from lipsync_studio.align.mandarin import syllable_ipa
from lipsync_studio.align.pronounce import can_read, pronounce_line
from lipsync_studio.align.spread import phones_within_words
from lipsync_studio.align.text import said_words
from lipsync_studio.align.words import Phone, Word
from lipsync_studio.backends.viseme.shapes import TARGETS
from lipsync_studio.devtools.corpus.languages import VERSES
from lipsync_studio.engine.errors import TextError

# The letters of the chart of the International Phonetic Association (2020), but for clicks and implosives.
CHART = "pbtdʈɖcɟkɡqɢʔmɱnɳɲŋɴʙrʀⱱɾɽɸβfvθðszʃʒʂʐçʝxɣχʁħʕhɦɬɮʋɹɻjɰlɭʎʟʍwɥʜʢʡɕʑɺɧiyɨʉɯuɪʏʊeøɘɵɤoəɛœɜɞʌɔæɐaɶɑɒ"


def first(word: str, code: str) -> str:
    ((way, *_),) = pronounce_line([word], Language(code))
    return " ".join(way.heard)


def test_every_letter_of_the_chart_is_in_the_table_with_phones_that_the_lips_know():
    rows = table()
    assert not set(CHART) - set(rows)
    for symbol, row in rows.items():
        assert len(row.heard) == len(row.seen), symbol
        assert {*row.heard, *row.seen} <= set(TARGETS), symbol


@pytest.mark.parametrize("symbol", list("pbmɸβʙ"))
def test_what_the_lips_close_for_closes_them(symbol: str):
    assert set(phones_of(symbol).seen) <= {"P", "B", "M"}


def test_refinements_are_left_out_and_long_sounds_are_one():
    assert phones_of("ˈbelːa̝").heard == phones_of("bella").heard == ("B", "EY", "L", "AA")
    assert phones_of("t͡ʃaɪ̯").heard == ("CH", "AY")
    assert phones_of("gᵝç").heard == ("G", "SH")
    assert phones_of("mɐ̃").seen == ("M", "AH", "AH")
    assert phones_of("mɐ̃").heard == ("M", "AH", "N")


@pytest.mark.parametrize(
    ("word", "code", "phones"),
    [
        ("quiero", "es", "K Y EY D OW"), ("straße", "de", "SH T R AA S AH"), ("giorno", "it", "JH OW R N OW"),
        ("les", "fr", "L EY"), ("femme", "fr", "F AA M"), ("l'amour", "fr", "L AA M UW R"),
        ("oiseaux", "fr", "W AA Z OW"), ("что", "ru", "SH T OW"), ("het", "nl", "AH T"),
        ("dziękuję", "pl", "JH EH NG K UW Y EH"), ("çocuk", "tr", "CH OW JH UW K"),
        ("さくら", "ja", "S AA K UH D AA"), ("は", "ja", "W AA"),
        ("사랑", "ko", "S AA D AA NG"), ("月", "zh", "W EH"),
        ("baby", "ko", "B EY B IY"),
    ],
)  # fmt: skip
def test_how_words_are_said(word: str, code: str, phones: str):
    assert first(word, code) == phones


def test_french_verbs_may_end_in_silence_and_words_join():
    ((*ways,),) = pronounce_line(["chantent"], Language("fr"))
    assert ("SH", "AA", "N", "T") in [way.heard for way in ways]
    ((*ways,),) = pronounce_line(["les"], Language("fr"))
    assert [way.heard for way in ways] == [("L", "EY"), ("L", "EY", "Z")]


def test_ideographs_are_read_together():
    assert [
        first("长", "zh"),
        *(" ".join(way.heard) for (way,) in pronounce_line(["长", "大"], Language("zh"))),
    ] == [
        "CH AA NG",
        "CH AA NG",
        "T AA",
    ]
    odd = pronounce_line(["\U00030000", "\U00030001", "中"], Language("zh"))
    assert [bool(way) for way in odd] == [False, False, True]
    (bank,) = pronounce_line(["银行"], Language("zh"))
    assert bank[0].heard == ("IY", "N", "HH", "AA", "NG")


def test_every_pinyin_syllable_of_the_verse_has_phones():
    assert syllable_ipa("zhuang") == "tʂwaŋ"
    assert syllable_ipa("lv") == syllable_ipa("lü") == "ly"
    assert syllable_ipa("xue") == "ɕɥɛ"
    assert syllable_ipa("shi") == "ʂɨ"
    assert syllable_ipa("nothing") == ""


@pytest.mark.parametrize("code", VERSES)
def test_every_word_of_every_verse_can_be_said(code: str):
    words = [said for word in VERSES[code].text.split() for said in said_words(word, code)]
    assert all(pronounce_line(words, Language(code)))
    assert can_read(Language(code))


def test_kanji_needs_a_reader_and_says_which(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pronounce, "installed", lambda package: package != "sudachipy")
    pronounce._sudachi.cache_clear()
    with pytest.raises(TextError, match="pip install sudachipy sudachidict_small"):
        pronounce_line(["東", "京"], Language("ja"))
    assert pronounce_line(["きょう"], Language("ja"))


def test_readings_are_shared_out_among_the_signs_of_a_word(monkeypatch: pytest.MonkeyPatch):
    class Token:
        def __init__(self, at: int, surface: str, reading: str):
            self.begin, self.end = lambda: at, lambda: at + len(surface)
            self.surface, self.reading_form = lambda: surface, lambda: reading

    class Reader:
        def tokenize(self, text: str) -> list[Token]:
            assert text == "東京は走る"
            return [Token(0, "東京", "トウキョウ"), Token(2, "は", "ハ"), Token(3, "走る", "ハシル")]

    monkeypatch.setattr(pronounce, "_sudachi", Reader)
    ways = pronounce_line(["東", "京", "は", "走", "る"], Language("ja"))
    assert [" ".join(way[0].heard) for way in ways] == ["T OW", "K OW", "W AA", "HH AA SH IY", "D UH"]


def test_without_rules_the_command_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "orthography2ipa", None)
    pronounce._rules.cache_clear()
    with pytest.raises(Exception, match='pip install "orthography2ipa'):
        pronounce_line(["Straße"], Language("de"))
    assert pronounce_line(["street"], ENGLISH)
    pronounce._rules.cache_clear()


@pytest.mark.parametrize("code", ["ar", "he", "th", "yue"])
def test_what_spelling_does_not_tell_is_not_read(code: str):
    assert not can_read(Language(code))
    with pytest.raises(TextError, match="can't be pronounced without a dictionary"):
        pronounce_line(["word"], Language(code))


def test_a_word_that_nobody_can_read_leaves_the_others():
    assert [bool(way) for way in pronounce_line(["hello", "سلام", "你", "Привет"], ENGLISH)] == [
        True,
        False,
        True,
        True,
    ]


def test_words_that_have_times_only_get_their_own_language_phones():
    words = [Word("bom", 0.0, 0.4), Word("dia", 0.5, 0.9)]
    spread = phones_within_words(words, "Portuguese")
    assert [phone.name for phone in spread] == ["B", "AO", "AO", "JH", "IY", "AH"]
    assert spread[0].start == 0.0
    assert spread[-1].end == pytest.approx(0.9)
    russian = phones_within_words([Word("мама", 1.0, 1.4), Word("была", 1.5, 1.9)])
    assert [phone.name for phone in russian if phone.name in "PBM"] == ["M", "M", "B"]
    own = (Phone("M", 0.0, 0.1),)
    assert phones_within_words([Word("мама", 0.0, 0.4, phones=own)], "ru") == list(own)
