"""Makes docs/overlay.jpg: every effect of the lyric overlay in every script, to be looked at.

Needs a font for Chinese, Japanese and Korean (tests/requirements.txt has one). Run as
`python -m lipsync_studio.devtools.lyric_sheet`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ..overlay.preview import preview
from ..overlay.style import EFFECTS, LyricStyle
from .paths import ROOT

SHEET = ROOT / "docs" / "overlay.jpg"
CELL = (320, 180)
_TITLE, _NAME, _GAP = 30, 116, 4  # height of titles, width of names, pixels between cells
_LETTERS = 18  # pixels per em of both
_QUALITY = 66
SAMPLES = {
    "Latin": "Twinkle, twinkle, little star,\nhow I wonder what you are up above\nthe world so high",
    "Arabic": "يا ليل يا عين يا ليل\nقلبي معك يا حبيبي طول العمر\nوأنا أغني لك",
    "Hebrew": "הָבָה נָגִילָה וְנִשְׂמְחָה\nהבה נרננה, הבה נרננה (hey)\nעורו אחים בלב שמח",
    "Devanagari": "चंदा मामा दूर के\nपुए पकाएं बूर के, आप खाएं थाली में\nमुन्ने को दें प्याली में",
    "Japanese": "きらきら光る、お空の星よ\nまばたきしては、みんなを見てる\nきらきら光る",
    "Korean": "반짝반짝 작은 별\n아름답게 비치네 동쪽 하늘에서도\n서쪽 하늘에서도",
    "Chinese": "一闪一闪亮晶晶\n满天都是小星星，挂在天上放光明\n好像许多小眼睛",
    "emoji": "I ❤️ you 🎵\nshine 🌟 for me 👩‍🚀 tonight 🇫🇷 and 👍🏽 dance 💃\nla la la 🎶",
}
# One look per effect, so that outline, shadow, box and gradient are all seen.
LOOKS = {
    "word highlight": LyricStyle(),
    "karaoke wipe": LyricStyle(colour="#ffffff", highlight="#ff5ca8", outline_width=0.1),
    "word pop-in": LyricStyle(gradient="#8fd3ff"),
    "line": LyricStyle(box="#10142099", outline_width=0.0, shadow=0.0),
    "scrolling": LyricStyle(position="middle"),
    "two-line duet": LyricStyle(outline="#203060"),
}


def main(path: Path = SHEET) -> None:
    names = np.vstack([_label("", (_NAME, _TITLE)), *(_label(name, (_NAME, CELL[1])) for name in SAMPLES)])
    columns = [
        np.vstack([_label(effect, (CELL[0], _TITLE)), *(_cell(effect, text) for text in SAMPLES.values())])
        for effect in EFFECTS
    ]
    cv2.imwrite(str(path), np.hstack([names, *columns]), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])


def _cell(effect: str, text: str) -> np.ndarray:
    style = replace(LOOKS[effect], effect=effect, size=0.12)  # type: ignore[arg-type]
    return _framed(preview(style, text, CELL))


def _label(text: str, size: tuple[int, int]) -> np.ndarray:
    style = LyricStyle(
        size=_LETTERS / min(size[1], 1.25 * size[0]),
        position="middle",
        effect="line",
        outline_width=0.0,
        shadow=0.0,
        colour="#202020",
        margin=0.0,
    )
    white = np.ones((size[1], size[0], 3), np.float32)
    return _framed(preview(style, text, size, white))


def _framed(drawn: np.ndarray) -> np.ndarray:
    picture = (drawn[..., ::-1] * 255).round().astype(np.uint8)
    return cv2.copyMakeBorder(picture, _GAP, 0, _GAP, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))


if __name__ == "__main__":
    main()
