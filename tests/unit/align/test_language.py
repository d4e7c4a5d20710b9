"""What a language may be called, and which one a text is found to be in."""

import pytest

from lipsync_studio.align.language import (
    ENGLISH,
    Language,
    find_language,
    language_of_word,
    parse_language,
    told_tag,
)
from lipsync_studio.align.names import LANGUAGES
from lipsync_studio.align.text import read_text
from lipsync_studio.devtools.corpus.declaration import DECLARATION
from lipsync_studio.devtools.corpus.languages import VERSES
from lipsync_studio.devtools.corpus.texts import LYRICS
from lipsync_studio.engine.errors import InputError


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("de", "de"), ("DE", "de"), ("ger", "de"), ("deu", "de"), ("German", "de"), ("deutsch", "de"),
        ("de_DE.UTF-8", "de-DE"), ("en_US", "en-US"), ("pt-br", "pt-BR"), ("Brazilian Portuguese", "pt-BR"),
        ("français", "fr"), ("francais", "fr"), ("FR", "fr"), ("日本語", "ja"), ("中文", "zh"),
        ("zh_TW", "zh-TW"), ("zh-hant", "zh-Hant"), ("Mandarin", "zh"), ("iw", "he"), ("jw", "jv"),
        ("cmn", "zh"), ("हिन्दी", "hi"),
        ("한국어", "ko"), ("haitian creole", "ht"), (" español ", "es"),
    ],
)  # fmt: skip
def test_what_a_language_may_be_called(asked: str, tag: str):
    assert parse_language(asked) == Language(tag)


@pytest.mark.parametrize("asked", [None, "", "  ", "auto", "AUTO", "und"])
def test_nothing_is_asked(asked: str | None):
    assert parse_language(asked) is None


@pytest.mark.parametrize("asked", ["xx", "Klingonisch", "e", "english please", "12", "de-", "-"])
def test_what_is_no_language_is_refused_in_a_sentence(asked: str):
    with pytest.raises(InputError, match="is no language: give a code such as"):
        parse_language(asked)


def test_whisper_has_codes_of_its_own():
    codes = {tag: Language(tag).whisper for tag in ("nb", "jv", "fil", "pt-BR", "zh-Hant", "yue")}
    assert codes == {"nb": "no", "jv": "jw", "fil": "tl", "pt-BR": "pt", "zh-Hant": "zh", "yue": "yue"}
    assert Language("pt-BR").name == "Portuguese"


def test_what_a_file_says_is_kept_even_where_it_is_no_language():
    assert [told_tag(said) for said in ("ger", "English", "Elvish", "")] == ["de", "en", "Elvish", ""]


@pytest.mark.parametrize("code", VERSES)
def test_the_language_of_a_text_is_found(code: str):
    assert find_language(VERSES[code].text) == Language(code, found=True)
    assert find_language(DECLARATION[code]) == Language(code, found=True)


def test_the_held_out_texts_are_long_enough():
    assert set(DECLARATION) == set(VERSES)
    assert min(len(text.split()) for text in DECLARATION.values()) >= 50


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_transcribe_offers_is_whispers_own_code(code: str):
    """So that its list goes the way that every language goes."""
    parsed = parse_language(code)
    assert parsed is not None
    assert parsed.whisper == code


def test_no_line_of_another_language_is_taken_for_english():
    lines = [(code, line) for code, verse in VERSES.items() for line in verse.text.splitlines()]
    found = [(code, find_language(line)) for code, line in lines]
    assert not [code for code, language in found if language is not None and language.english]
    assert sum(language == Language(code, True) for code, language in found) > 0.9 * len(lines)


def test_english_lines_are():
    lines = [line for line in LYRICS.splitlines() if line]
    assert {find_language(line) for line in [*lines, "Hello", "Maybe Bob met my mum"]} == {
        Language("en", True)
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ich liebe dich", "de"), ("je t'aime", "fr"), ("te quiero mucho", "es"), ("ti amo", "it"),
        ("Привіт, як справи", "uk"), ("東京タワー", "ja"), ("사랑해 baby, I love you", "ko"),
        ("καλημέρα", "el"), ("你好", "zh"), ("سلام دنیا", "fa"), ("میں تم سے پیار ہے", "ur"),
    ],
)  # fmt: skip
def test_a_few_words_are_enough(text: str, code: str):
    assert find_language(text) == Language(code, found=True)


@pytest.mark.parametrize("text", ["", "la la la", "Despacito", "123 …", "na na na"])
def test_what_tells_nothing_is_no_language(text: str):
    assert find_language(text) is None


def test_words_in_another_script_are_read_in_theirs():
    korean = Language("ko")
    words = ["사랑", "baby", "愛", "12"]
    assert [language_of_word(word, korean).code for word in words] == ["ko", "en", "zh", "ko"]
    assert language_of_word("Привет", ENGLISH).code == "ru"


def test_a_text_knows_its_language():
    assert read_text("Ich weiß nicht, was soll es bedeuten").language == Language("de", True)
    assert read_text("Ich weiß nicht", "English").language == Language("en")
    assert read_text("la la la").language is None
    with pytest.raises(InputError, match="no language"):
        read_text("la la la", "xx")
