from __future__ import annotations

import sys

import pytest

from lipsync_studio.align.text import read_text, spoken_keys
from lipsync_studio.engine.errors import TextError


def displayed(lyrics: str) -> list[list[str]]:
    return [[word.display for word in line.words] for line in read_text(lyrics).lines]


def test_a_blank_line_or_header_opens_a_stanza():
    assert [line.opens_stanza for line in read_text("one\ntwo\n\nthree\n[Chorus]\nfour").lines] == [
        False,
        False,
        True,
        True,
    ]


def test_punctuation_is_kept_for_display_and_glued_to_a_word():
    assert displayed("- “Stop!” — she said …") == [["- “Stop!” —", "she", "said …"]]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("Don’t", ("don't",)),
        ("'Cause", ("'cause",)),
        ("rock-n-roll,", ("rock", "n", "roll")),
        ("café", ("cafe",)),
        ("Straße", ("strasse",)),
        ("ﬁre", ("fire",)),
        ("NSA", ("NSA",)),
        ("ÉCOLE!", ("ecole",)),
        ("B2B", ("b", "two", "b")),
        ("&", ("and",)),
        ("50%", ("fifty", "percent")),
        ("$5", ("five", "dollars")),
        ("0", ("zero",)),
        ("99", ("ninety", "nine")),
        ("110", ("one", "hundred", "ten")),
        ("1,000", ("one", "thousand")),
        (
            "999999",
            ("nine", "hundred", "ninety", "nine", "thousand", "nine", "hundred", "ninety", "nine"),
        ),
        ("1000000", ("one", "million")),
        ("5551234", ("five", "five", "five", "one", "two", "three", "four")),
        ("1987", ("nineteen", "eighty", "seven")),
        ("1905", ("nineteen", "oh", "five")),
        ("2001", ("two", "thousand", "one")),
        ("007", ("oh", "oh", "seven")),
        ("3.5", ("three", "point", "five")),
        ("24/7", ("twenty", "four", "seven")),
        ("$1000000", ("one", "million", "dollars")),
        ("$1,000,000.", ("one", "million", "dollars")),
        ("$1", ("one", "dollar")),
        ("2.5M", ("two", "point", "five", "million")),
        ("$2.5m", ("two", "point", "five", "million", "dollars")),
        ("5m", ("five", "m")),
        ("555-1234", ("five", "five", "five", "one", "two", "three", "four")),
        ("1987-1990", ("nineteen", "eighty", "seven", "nineteen", "ninety")),
        ("-4", ("minus", "four")),
        ("2nd", ("second",)),
        ("21st", ("twenty", "first")),
        ("20th", ("twentieth",)),
        ("90s", ("nineties",)),
        ("4am", ("four", "am")),
        ("٣", ("three",)),
    ],
)
def test_what_is_spoken(typed: str, keys: tuple[str, ...]):
    assert spoken_keys(typed) == (keys, True)


def test_capitals_mark_acronyms_only_in_a_line_that_has_small_letters():
    spoken = [word.spoken for line in read_text("In the USA\nLOVE ME DO").lines for word in line.words]
    assert spoken == [("in",), ("the",), ("USA",), ("love",), ("me",), ("do",)]


def test_other_scripts_are_kept_and_marked():
    (line,) = read_text("Привет 你好 friend").lines
    assert [(word.display, word.latin) for word in line.words] == [
        ("Привет", False),
        ("你", False),
        ("好", False),
        ("friend", True),
    ]


def test_chinese_and_japanese_words_are_characters_with_their_punctuation():
    assert displayed("你好，世界！ (再见)") == [["你", "好，", "世", "界！", "(再", "见)"]]
    assert displayed("「きょう」はラーメンya") == [["「きょ", "う」", "は", "ラー", "メ", "ン", "ya"]]
    (line,) = read_text("月亮 代表").lines
    assert [word.space for word in line.words] == [False, True, False, True]


def test_a_number_of_thousands_of_digits_is_read_digit_by_digit():
    keys, _ = spoken_keys("12" * 3000)
    assert keys[:2] == ("one", "two")
    assert len(keys) == 6000


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ฉันรักเธอมากที่สุด", "ฉัน|รัก|เธอ|มาก|ที่สุด"),
        ("ຂ້ອຍຮັກເຈົ້າຫຼາຍ", "ຂ້ອຍ|ຮັກ|ເຈົ້າ|ຫຼາຍ"),
        ("ខ្ញុំស្រលាញ់អ្នកណាស់", "ខ្ញុំ|ស្រលាញ់|អ្នក|ណាស់"),
        ("ချစ်တယ်မင်းကို", "ချစ်|တယ်|မင်း|ကို"),
        ("“ฉัน”รักๆเธอ…", "“ฉัน”|รักๆ|เธอ…"),
        ("😀รักyou2คน愛", "😀รัก|you2|คน|愛"),
        ("ฉัน\u200bรัก", "ฉัน\u200b|รัก"),
    ],
)
def test_words_of_scripts_without_spaces_are_found(typed, words):
    line = read_text(typed).lines[0].words
    assert [word.display for word in line] == words.split("|")
    assert not any(word.space for word in line[:-1])


def test_without_its_dictionaries_a_phrase_is_a_word(monkeypatch):
    monkeypatch.setitem(sys.modules, "icu4py.breakers", None)
    assert [word.display for word in read_text("ฉันรักเธอ").lines[0].words] == ["ฉันรักเธอ"]


def test_marks_of_other_scripts_belong_to_their_word():
    assert spoken_keys("नमस्ते") == (("नमस्ते",), False)
    assert spoken_keys("สวัสดี!") == (("สวัสดี",), False)
    assert spoken_keys("می\u200cخواهم") == (("میخواهم",), False)


def test_what_stands_in_brackets_is_aside():
    (line,) = read_text("Hey (ooh yeah) you （啊）").lines
    assert [word.aside for word in line.words] == [False, True, True, False, True]


@pytest.mark.parametrize(
    ("typed", "language", "keys"),
    [
        ("99", "de", ("neunundneunzig",)),
        ("21,", "es-MX", ("veintiuno",)),
        ("7", "ru", ("семь",)),
        ("300年", "zh", ("三百", "年")),
        ("5", "xx", ("5",)),
        ("1.000.000", "es", ("un", "millon")),
        ("2,5", "de", ("zwei", "komma", "funf")),
        ("2.5", "de", ("zwei", "komma", "funf")),
        ("1.500", "de", ("eintausendfunfhundert",)),
        ("1987", "de", ("neunzehnhundertsiebenundachtzig",)),
        ("1987", "fr", ("mille", "neuf", "cent", "quatre", "vingt", "sept")),
        ("1er", "fr", ("premier",)),
        ("2ème", "fr", ("deuxieme",)),
        ("3ª", "pt", ("terceira",)),
        ("R$5", "pt", ("cinco", "reais")),
        ("20€", "it", ("venti", "euro")),
        ("€", "nl", ("euro",)),
        ("3,5M", "fr", ("trois", "virgule", "cinq", "millions")),
        ("50%", "zh", ("百分之", "五十")),
        ("%50", "tr", ("yuzde", "elli")),
        ("1,00,000", "hi", ("एक", "लाख")),
        ("1-й", "ru", ("первый",)),
        ("0171-2345", "de", ("null", "eins", "sieben", "eins", "zwei", "drei", "vier", "funf")),
    ],
)
def test_numerals_of_other_languages(typed: str, language: str, keys: tuple[str, ...]):
    assert spoken_keys(typed, language=language)[0] == keys


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("little", 2),
        ("love", 1),
        ("beautiful", 3),
        ("NSA", 3),
        ("1987", 7),
        ("привет", 2),
        ("καλημέρα", 4),
        ("안녕", 2),
        ("नमस्ते", 3),
        ("שלום", 2),
    ],
)
def test_syllables(typed: str, count: int):
    assert read_text(f"a {typed}").lines[0].words[1].syllables == count


@pytest.mark.parametrize("lyrics", ["", "\n \n", "[Chorus]\n(Verse 2)", "♪ … —", "\ufeff"])
def test_nothing_to_speak(lyrics: str):
    with pytest.raises(TextError, match="no words"):
        read_text(lyrics)


def test_words_are_also_kept_in_their_own_spelling():
    (line,) = read_text("Zwölf Straßen, 21 Äpfel für 5 €!", "de").lines
    assert [word.said for word in line.words] == [
        ("zwölf",), ("straßen",), ("einundzwanzig",), ("äpfel",), ("für",), ("fünf",), ("euro",),
    ]  # fmt: skip
    assert line.words[1].spoken == ("strassen",)
    assert line.words[-1].display == "€!"


@pytest.mark.parametrize("language", ["", "de", "fr", "ja", "zh", "xx"])
@pytest.mark.parametrize(
    "typed",
    ["1.2.3", "1,2,3.4", "0,0", "00.00", "1.000,5.6", "9" * 40, "1-2-3-4-5-6-7", "--5", "5.", "3,", "٣٫٥"],
)
def test_odd_numerals_are_said_somehow(typed: str, language: str):
    keys, _ = spoken_keys(typed, language=language)
    assert keys
