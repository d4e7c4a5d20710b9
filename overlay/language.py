"""The language of lyrics, where it decides how letters look."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fontTools.unicodedata import script

# Names that files of fonts for a language begin with: Chinese fonts hold kana, and Japanese ones most of
# Chinese, each in its own shapes.
_FONTS = {
    "ja": ("notosanscjkjp", "notosansjp", "sourcehansansjp", "ヒラギノ角ゴ", "yugoth", "meiryo"),
    "ko": ("notosanscjkkr", "notosanskr", "sourcehansanskr", "applesdgothic", "malgun"),
    "zh": ("notosanscjksc", "notosanssc", "sourcehansanssc", "pingfang", "hiragino sans gb", "msyh"),
    "zh-hant": ("notosanscjktc", "notosanstc", "sourcehansanstc", "pingfang", "msjh"),
}
_TRADITIONAL = re.compile(r"zh[-_](hant|tw|hk|mo)", re.IGNORECASE)


def usual_fonts(language: str) -> tuple[str, ...]:
    """What names of files begin with whose letters have the language's shapes; none where all do."""
    return _FONTS.get("zh-hant" if _TRADITIONAL.match(language) else language[:2].lower(), ())


def shape_language(language: str, texts: Iterable[str]) -> str:
    """The language that letters are shaped for: as stated, unless the letters are those of another."""
    return language if usual_fonts(language) else guessed(texts) or language


def guessed(texts: Iterable[str]) -> str:
    """ "ja", "ko", "zh", or "" where the letters' shape doesn't depend on the language."""
    scripts = {script(character) for text in texts for character in set(text)}
    if scripts & {"Hira", "Kana"}:
        return "ja"
    if "Hang" in scripts:
        return "ko"
    return "zh" if "Hani" in scripts else ""
