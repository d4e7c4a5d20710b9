"""Mandarin syllables in pinyin as IPA: initial and final, after Duanmu, "The Phonology of Standard Chinese"
(2007)."""

from __future__ import annotations

_INITIALS = {
    "zh": "tʂ", "ch": "tʂ", "sh": "ʂ", "b": "p", "p": "p", "m": "m", "f": "f", "d": "t", "t": "t", "n": "n",
    "l": "l", "g": "k", "k": "k", "h": "x", "j": "tɕ", "q": "tɕ", "x": "ɕ", "r": "ɻ", "z": "ts", "c": "ts",
    "s": "s",
}  # fmt: skip
# Pinyin writes a syllable without an initial with y and w.
_BARE = {
    "yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in", "yang": "iang",
    "ying": "ing", "yong": "iong", "yo": "io", "yu": "ü", "yue": "üe", "yuan": "üan", "yun": "ün", "wu": "u",
    "wa": "ua", "wo": "uo", "wai": "uai", "wei": "ui", "wan": "uan", "wen": "un", "wang": "uang",
    "weng": "ueng",
}  # fmt: skip
_FINALS = {
    "a": "a", "o": "wɔ", "e": "ɤ", "i": "i", "u": "u", "ü": "y", "er": "ɚ", "ê": "ɛ", "ai": "aɪ", "ei": "eɪ",
    "ao": "aʊ", "ou": "oʊ", "an": "an", "en": "ən", "ang": "aŋ", "eng": "əŋ", "ong": "ʊŋ", "ia": "ja",
    "ie": "jɛ", "iao": "jaʊ", "iu": "joʊ", "ian": "jɛn", "in": "in", "iang": "jaŋ", "ing": "ɪŋ",
    "iong": "jʊŋ", "io": "jɔ", "ua": "wa", "uo": "wɔ", "uai": "waɪ", "ui": "weɪ", "uan": "wan", "un": "wən",
    "uang": "waŋ", "ueng": "wəŋ", "üe": "ɥɛ", "üan": "ɥɛn", "ün": "yn", "n": "n", "ng": "ŋ", "m": "m",
}  # fmt: skip


def syllable_ipa(pinyin: str) -> str:
    """A syllable in lower-case pinyin without its tone ("zhuang", "lü" or "lv") in IPA, aspiration left out;
    "" for what is none."""
    syllable = pinyin.replace("v", "ü").replace("u:", "ü")
    initial = next((start for start in _INITIALS if syllable.startswith(start)), "")
    final = syllable[len(initial) :]
    if syllable in _FINALS:
        return _FINALS[syllable]
    if syllable in _BARE:
        return _FINALS[_BARE[syllable]]
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "ü" + final[1:]
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        return _INITIALS[initial] + "ɨ"
    return _INITIALS[initial] + _FINALS[final] if initial and final in _FINALS else ""
