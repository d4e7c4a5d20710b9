"""Makes docs/result.mp4, .webp and .jpg, the demo's lyric video as the README shows it, and docs/icon.png and
docs/banner.jpg for the registry.

Run as `python -m lipsync_studio.devtools.result_pictures`, after whatever changes the embedded mouth.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..align.formats import read_lyrics
from ..commands import main as command
from .paths import ROOT

_DEMO, _DOCS = ROOT / "demo", ROOT / "docs"
_FONT = ROOT / "overlay" / "fonts" / "NotoSans.ttf"
SUNG = "star,", "you", "high,", "diamond"
_FPS = 25
_CELL, _GAP = 320, 6
# Of the moving picture: every other frame of the first two lines.
_MOVING = slice(0, 150, 2)
ICON, BANNER = 400, (1680, 720)
_GROUND, _LIPS, _INSIDE, _TEETH, _GLOW, _GREY = (
    "#1c2230",
    "#e4586a",
    "#3a1119",
    "#f6f2ec",
    "#ffd23f",
    "#5d6880",
)


def main() -> None:
    video = _DOCS / "result.mp4"
    made = command([
        "lyric-video", "--source", str(_DEMO / "clip.mp4"), "--audio", str(_DEMO / "verse.mp3"),
        "--lyrics", str(_DEMO / "verse.txt"), "--crf", "27", "--overwrite", "--quiet",
        "--out", str(video),
    ])  # fmt: skip
    if made:
        raise SystemExit(made)
    frames, source = _frames(video), _frames(_DEMO / "clip.mp4")
    _small(frames[0]).save(
        _DOCS / "result.webp", save_all=True, append_images=[*map(_small, frames[_MOVING][1:])],
        duration=2000 // _FPS, loop=0, quality=50, method=6,
    )  # fmt: skip
    words = read_lyrics(_DEMO / "verse.lrc").timings.words()
    sung = {word.text: round((word.start + word.end) / 2 * _FPS) for word in words}
    moments = [sung[text] for text in SUNG]
    # As `fill` shows footage that is too short: there and back again.
    shown = np.pad(np.arange(len(source)), (0, len(frames) - len(source)), mode="reflect")
    rows = [source[shown[at]] for at in moments], [frames[at] for at in moments]
    _sheet(rows).save(_DOCS / "result.jpg", quality=88, optimize=True)
    icon().save(_DOCS / "icon.png", optimize=True)
    _banner([frames[at] for at in moments[:2]]).save(_DOCS / "banner.jpg", quality=88, optimize=True)


def icon() -> Image.Image:
    """A singing mouth over a line of which half is sung."""
    side = ICON * 4
    picture = Image.new("RGB", (side, side), _GROUND)
    draw = ImageDraw.Draw(picture)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
        return tuple(side * each for each in (left, top, right, bottom))

    draw.ellipse(box(0.14, 0.16, 0.86, 0.68), fill=_LIPS)
    draw.ellipse(box(0.22, 0.25, 0.78, 0.60), fill=_INSIDE)
    draw.chord(box(0.25, 0.25, 0.75, 0.55), 205, 335, fill=_TEETH)
    draw.rounded_rectangle(box(0.14, 0.79, 0.86, 0.85), side * 0.03, fill=_GREY)
    draw.rounded_rectangle(box(0.14, 0.79, 0.54, 0.85), side * 0.03, fill=_GLOW)
    return picture.resize((ICON, ICON), Image.Resampling.LANCZOS)


def _banner(frames: list[np.ndarray]) -> Image.Image:
    """The name beside moments of the video."""
    width, height = BANNER
    picture = Image.new("RGB", BANNER, _GROUND)
    strip = 470
    for at, frame in enumerate(reversed(frames)):
        # Above the lyrics.
        side = round(height / 0.76)
        whole = Image.fromarray(frame).resize((side, side), Image.Resampling.LANCZOS)
        middle = whole.crop(((side - strip) // 2, 0, (side + strip) // 2, height))
        picture.paste(middle, (width - (at + 1) * (strip + _GAP) + _GAP, 0))
    picture.paste(icon().resize((180, 180), Image.Resampling.LANCZOS), (70, 130))
    draw = ImageDraw.Draw(picture)
    for top, size, colour, text in (
        (350, 78, _TEETH, "LipSync Studio"),
        (460, 38, _TEETH, "Footage or a picture, and a voice:"),
        (510, 38, _GLOW, "lip-synced, captioned video"),
    ):
        draw.text((70, top), text, colour, ImageFont.truetype(str(_FONT), size))
    return picture


def _sheet(rows: tuple[list[np.ndarray], ...]) -> Image.Image:
    step = _CELL + _GAP
    sheet = Image.new("RGB", (len(rows[0]) * step - _GAP, len(rows) * step - _GAP), "black")
    for down, row in enumerate(rows):
        for along, frame in enumerate(row):
            sheet.paste(_small(frame), (along * step, down * step))
    return sheet


def _small(frame: np.ndarray) -> Image.Image:
    return Image.fromarray(frame).resize((_CELL, _CELL), Image.Resampling.LANCZOS)


def _frames(path: Path) -> np.ndarray:
    """uint8 [n, H, W, 3]."""
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


if __name__ == "__main__":
    main()
