"""The language of lyrics, where it decides how letters look."""

from __future__ import annotations

from collections.abc import Iterable

from fontTools.unicodedata import script

# Names that fonts for a language begin with, the best first: Chinese fonts hold kana, and Japanese ones most
# of Chinese, each in its own shapes.
FONTS = {
    "ja": ("notosanscjkjp", "notosansjp", "sourcehansansjp", "hiragino", "yugoth", "meiryo"),
    "ko": ("notosanscjkkr", "notosanskr", "sourcehansanskr", "applesdgothic", "malgun"),
    "zh": ("notosanscjksc", "notosanssc", "sourcehansanssc", "pingfang", "msyh", "notosanscjktc"),
}


def guessed(texts: Iterable[str]) -> str:
    """ "ja", "ko", "zh", or "" where the letters' shape doesn't depend on the language."""
    scripts = {script(character) for text in texts for character in set(text)}
    if scripts & {"Hira", "Kana"}:
        return "ja"
    if "Hang" in scripts:
        return "ko"
    return "zh" if "Hani" in scripts else ""
