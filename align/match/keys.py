"""Words as they are compared: in parts, stripped of everything that spelling may vary."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from ..script import is_spaceless, sung_parts
from ..text import spoken_keys

# Both sides are brought to the longer form.
_SPOKEN_FORMS = {
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "hafta": "have to", "oughta": "ought to",
    "kinda": "kind of", "sorta": "sort of", "outta": "out of", "lotta": "lot of", "gimme": "give me",
    "lemme": "let me", "dunno": "don't know", "whatcha": "what are you", "y'all": "you all",
    "c'mon": "come on", "tryna": "trying to", "imma": "i am going to", "'cause": "because",
    "cause": "because", "'cuz": "because", "cuz": "because", "cos": "because", "coz": "because",
    "'til": "until", "til": "until", "till": "until", "'em": "them", "ya": "you", "o'": "of", "ol'": "old",
    "'bout": "about", "'round": "around", "cannot": "can not", "can't": "can not", "won't": "will not",
    "ev'ry": "every", "thru": "through", "tho": "though", "luv": "love", "ok": "okay", "yeh": "yeah",
}  # fmt: skip
_ENDINGS = (("n't", " not"), ("'re", " are"), ("'m", " am"), ("'ll", " will"), ("'ve", " have"))
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
# Marks that Arabic and Hebrew texts may set or leave out, and the tatweel that stretches a word.
_OPTIONAL_MARKS = re.compile("[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_ARABIC_FORMS = str.maketrans("أإآٱىة", "اااايه")
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {ord("ー"): None}
_PLAIN_MARKS = ("LATIN", "GREEK", "CYRILLIC")
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA")


@lru_cache(maxsize=1 << 16)
def match_keys(display: str, language: str = "", romanise: bool = False) -> tuple[str, ...]:
    """The parts of a word to compare, in order; empty for what is not spoken. Scripts without spaces come in
    characters, kana in moras. romanise: in a-z, for texts in different scripts."""
    spoken, _ = spoken_keys(display, shouted=True, language=language)
    if language.split("-")[0].lower() in ("", "en"):
        spoken = tuple(key for word in spoken for key in _spelled_out(word).split())
    keys = [_plain(key) for key in spoken]
    if romanise:
        keys = [_romanised(part) for key in keys for part in _readable_parts(key)]
    else:
        keys = [part for key in keys for part in (sung_parts(key) if is_spaceless(key) else [key])]
    return tuple(key for key in keys if key)


def script_of(texts: Iterable[str]) -> str:
    """The script that most letters are of, as Unicode names it ("LATIN"); the Chinese and Japanese ones are
    "CJK"; "" without letters."""
    letters = Counter(letter for text in texts for letter in text if letter.isalpha())
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        script = unicodedata.name(letter, "").split(" ")[0]
        scripts["CJK" if script in _EAST_ASIAN else script] += count
    return scripts.most_common(1)[0][0] if scripts else ""


@lru_cache(maxsize=1 << 14)
def reading(ideograph: str) -> str:
    """In a-z: the same for a character's traditional, simplified and Japanese forms and for homophones."""
    from anyascii import anyascii

    return anyascii(ideograph).lower()


def _spelled_out(key: str) -> str:
    known = _SPOKEN_FORMS.get(key)
    if known:
        return " ".join(map(_spelled_out, known.split())) if "'" in known else known
    if key.endswith("in'"):
        return key[:-1] + "g"
    for ending, full in _ENDINGS:
        if key.endswith(ending) and len(key) > len(ending):
            return key.removesuffix(ending) + full
    return key


def _plain(key: str) -> str:
    key = _OPTIONAL_MARKS.sub("", key.replace("'", "").casefold()).translate(_ARABIC_FORMS)
    key = key.translate(_TO_HIRAGANA)
    if unicodedata.name(key[:1] or " ").startswith(_PLAIN_MARKS):
        key = "".join(
            c for c in unicodedata.normalize("NFD", key) if not unicodedata.category(c).startswith("M")
        )
    return _DRAWN_OUT.sub(r"\1", key)


def _readable_parts(key: str) -> list[str]:
    """Ideographs one by one, whatever is between them whole."""
    return re.findall(r"[\u3400-\u9fff\uf900-\ufaff]|[^\u3400-\u9fff\uf900-\ufaff]+", key)


def _romanised(key: str) -> str:
    from anyascii import anyascii

    return re.sub("[^a-z0-9]", "", anyascii(key).lower())
