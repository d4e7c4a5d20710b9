from __future__ import annotations

import re

import pytest

from lipsync_studio.align import g2p
from lipsync_studio.align.g2p import letter_to_sound, lookup, pronounce

PHONES = {phone for entry in g2p._entries().values() for phone in entry.split()}


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("runnin'", "R AH N IH N"),
        ("lovin'", "L AH V IH N"),
        ("sooooo", "S UW"),
        ("yeahhhh", "Y AE"),
        ("moonchild", "M UW N CH AY L D"),
        ("rockstars'", "R AA K S T AA R Z"),
        ("'hello'", "HH AH L OW"),
        ("NSA", "EH N EH S EY"),
        ("hmm", "HH M"),
        ("yeet", "Y IY T"),
        ("skrrt", "EH S K EY AA R AA R T IY"),
    ],
)
def test_words_the_dictionary_lacks(word: str, phones: str):
    assert pronounce(word, lookup) == phones


@pytest.mark.parametrize("word", ["pop", "bumpy", "five", "morning", "phone", "mumble", "shape", "quick"])
def test_rules_alone_say_plain_words_right(word: str):
    assert letter_to_sound(word) == lookup(word)


def test_rules_alone_on_the_dictionary():
    """Bilabials and labiodentals, which are the ones that show, come out in nine of ten words."""
    words = sorted(word for word in g2p._entries() if re.fullmatch("[a-z]{3,10}", word))[::97]
    visible = re.compile(r"\b[PBMFV]\b")
    right = sum(visible.findall(letter_to_sound(w)) == visible.findall(lookup(w) or "") for w in words)
    assert right / len(words) > 0.9
    assert {phone for word in words for phone in letter_to_sound(word).split()} <= PHONES


def test_any_string_of_letters_has_a_pronunciation():
    for word in ("q", "x", "zzz", "bcdfg", "aeiou", "''", "y", "wr", "xylqz"):
        assert set(pronounce(word, lambda _: None).split()) <= PHONES
