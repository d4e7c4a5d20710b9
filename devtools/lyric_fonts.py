"""Makes overlay/fonts/: Noto at one weight, with the letters that lyrics need, small enough to ship.

The sources are the variable or static files of the Noto project (SIL Open Font License, no reserved font
name) as the packages fontpkg-noto-sans, fontpkg-noto-sans-arabic and fontpkg-noto-sans-devanagari (PyPI) and
@expo-google-fonts/noto-sans-hebrew, noto-sans-symbols, noto-sans-symbols-2 and noto-emoji (npm) carry them.
Run as `python -m lipsync_studio.devtools.lyric_fonts FOLDER`, where FOLDER holds those files.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from .paths import ROOT

FONTS = ROOT / "overlay" / "fonts"
# Between semi-bold and bold: what an outline eats of the strokes is made up for, and counters stay open.
_WEIGHT = 650
# Latin with Vietnamese, Greek, Cyrillic; punctuation and currency.
_LATIN = "0020-024F 0259 02BB-02DD 0300-036F 0370-03FF 0400-052F 1E00-1EFF 1F00-1FFF 2000-206F 2070-209F " \
    "20A0-20BF 2100-2150 2212 2C60-2C7F A720-A7FF FB00-FB06"  # fmt: skip
_COMMON = "0020-0040 005B-0060 007B-007E 00A0 00AB 00BB 200B-200F 2010-2014 2018-201E 2026 25CC"
_ARABIC = "0600-06FF 0750-077F 08A0-08FF FB50-FBFF FDF2 FE70-FEFF"
_SHAPES = (
    "25A0-25A1 25B2-25B7 25BA 25BC-25BD 25C6-25C7 25CB 25CF 2600-2606 2660-2667 2713-2718 2726-2736 2764"
)
_SOURCES = {
    "NotoSans[wdth,wght].ttf": ("NotoSans.ttf", _LATIN),
    "NotoSansArabic[wdth,wght].ttf": ("NotoSansArabic.ttf", f"{_COMMON} {_ARABIC}"),
    "NotoSansHebrew_600SemiBold.ttf": ("NotoSansHebrew.ttf", f"{_COMMON} 0590-05FF FB1D-FB4F 20AA"),
    "NotoSansDevanagari[wdth,wght].ttf": ("NotoSansDevanagari.ttf", f"{_COMMON} 0900-097F 20B9 A8E0-A8FF"),
    "NotoSansSymbols_600SemiBold.ttf": ("NotoSansSymbols.ttf", "2190-2199 2669-266F 2640 2642 262E-262F"),
    "NotoSansSymbols2_400Regular.ttf": ("NotoSansSymbols2.ttf", _SHAPES),
    "NotoEmoji_700Bold.ttf": ("NotoEmoji.ttf", "*"),
}


def _codes(font: TTFont, ranges: str) -> list[int]:
    return list(font.getBestCmap()) if ranges == "*" else subset.parse_unicodes(ranges.replace(" ", ","))


def main(folder: Path) -> None:
    FONTS.mkdir(exist_ok=True)
    for source, (name, ranges) in _SOURCES.items():
        font = TTFont(folder / source)
        if "fvar" in font:
            font = instancer.instantiateVariableFont(font, {"wght": _WEIGHT, "wdth": 100})
        # Small capitals and the like are never asked for; what shaping uses on its own is the default set.
        options = subset.Options(hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=_codes(font, ranges))
        subsetter.subset(font)
        font.save(FONTS / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
