"""What spelling rules miss: words that are said otherwise than they are written, and ways that only the sound
tells apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .language import Language

Rules = Callable[[str], str]
"""A lower-case word → IPA."""

# Words in IPA, of the kind that every text is full of.
_WORDS = {
    "fr": {
        "les": "le", "des": "de", "mes": "me", "tes": "te", "ses": "se", "ces": "se", "est": "ɛ", "et": "e",
        "es": "ɛ", "femme": "fam", "femmes": "fam", "monsieur": "məsjø", "messieurs": "mesjø", "œil": "œj",
        "yeux": "jø", "pays": "pei", "eu": "y", "eut": "y", "août": "ut", "ville": "vil", "villes": "vil",
        "mille": "mil", "tranquille": "tʁɑ̃kil", "automne": "otɔn", "ennui": "ɑ̃nɥi", "ennuie": "ɑ̃nɥi",
        "ennuis": "ɑ̃nɥi", "second": "səɡɔ̃", "sept": "sɛt", "six": "sis", "dix": "dis", "huit": "ɥit",
        "doigt": "dwa", "doigts": "dwa", "vingt": "vɛ̃", "fils": "fis", "temps": "tɑ̃", "hier": "jɛʁ",
        "plus": "ply", "tous": "tus", "as": "a", "ai": "ɛ", "qui": "ki", "que": "kə", "aujourd'hui":
        "oʒuʁdɥi", "cœur": "kœʁ", "cœurs": "kœʁ", "sœur": "sœʁ", "nous": "nu", "vous": "vu", "ô": "o",
        "mer": "mɛʁ", "fier": "fjɛʁ", "cher": "ʃɛʁ", "amer": "amɛʁ", "hiver": "ivɛʁ", "enfer": "ɑ̃fɛʁ",
        "y": "i", "à": "a", "où": "u", "un": "œ̃", "eux": "ø", "deux": "dø", "ceux": "sø", "mieux": "mjø",
        "cent": "sɑ̃", "vent": "vɑ̃", "dent": "dɑ̃", "souvent": "suvɑ̃", "vents": "vɑ̃", "eau": "o",
        "haut": "o", "geste": "ʒɛst", "reste": "ʁɛst", "juste": "ʒyst", "triste": "tʁist",
    },
    "nl": {
        "een": "ən", "het": "ət", "de": "də", "te": "tə", "je": "jə", "ze": "zə", "we": "wə", "me": "mə",
        "er": "ər", "den": "dən", "der": "dər", "'t": "ət", "'n": "ən",
    },
    "de": {"weg": "vɛk", "vier": "fiːɐ", "sechs": "zɛks", "vom": "fɔm", "von": "fɔn", "viel": "fiːl"},
    "ru": {
        "что": "ʂto", "чтобы": "ʂtobɨ", "его": "jɪvo", "сегодня": "sʲɪvodʲnʲə", "конечно": "kɐnʲeʂnə",
    },
}  # fmt: skip
_CLITIC = re.compile(r"^((?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)')(.+)$")
_CLITICS = {
    "c'": "s", "d'": "d", "j'": "ʒ", "l'": "l", "m'": "m", "n'": "n", "s'": "s", "t'": "t", "qu'": "k",
    "jusqu'": "ʒysk", "lorsqu'": "lɔʁsk", "puisqu'": "pɥisk",
}  # fmt: skip
# The consonant that a French word may get before a vowel.
_LIAISONS = {"s": "z", "x": "z", "z": "z", "t": "t", "d": "t", "n": "n"}
_FRENCH_VOWEL = re.compile(r"[aeiouyøœəɛɔɑɥwj]\W*$")


def variants(word: str, language: Language, rules: Rules) -> Iterator[str]:
    """Ways to say a lower-case word in IPA, the likeliest first."""
    yield from _french(word, rules) if language.code == "fr" else (_said(word, language.code, rules),)


def _said(word: str, code: str, rules: Rules) -> str:
    return _WORDS.get(code, {}).get(word) or rules(word)


def _french(word: str, rules: Rules) -> Iterator[str]:
    """Elided words join the next; verbs in -ent may be silent in it; -e may be said in song; liaisons."""
    clitic = "" if word in _WORDS["fr"] else _CLITIC.match(word)
    lead, stem = (_CLITICS[clitic[1]], clitic[2]) if clitic else ("", word)
    said = lead + _said(stem, "fr", rules)
    yield said
    if stem.endswith("ent") and len(stem) > 4 and stem not in _WORDS["fr"]:
        yield lead + rules(stem[:-3] + "e")
    if stem.endswith(("e", "es")) and len(stem) > 3 and not said.endswith(("e", "ə")):
        yield said + "ə"
    if stem[-1] in _LIAISONS and (_FRENCH_VOWEL.search(said) or said.endswith("\u0303")):
        yield said + _LIAISONS[stem[-1]]
