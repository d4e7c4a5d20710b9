"""Things that come before a mouth, drawn and composited: hands of several skins, microphones, a mug, paper,
captions. What is covered is known to the pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from lipsync_studio.engine.media.colour import rgb_to_planes, to_rgb
from lipsync_studio.engine.media.frames import Frame

# Pixels of a drawing for a width of the mouth, and of its sides; the mouth's middle goes to its middle.
_UNIT, _SIDE = 96, 480
_MIDDLE = _SIDE / 2
Picture = tuple[np.ndarray, np.ndarray]
"""Colours float32 [side, side, 3], 0..255, and alpha float32 [side, side], of what is drawn."""


@dataclass(frozen=True)
class Cover:
    """drawn: the thing, over the mouth. away: where it comes from, in widths of the mouth."""

    drawn: Picture
    away: tuple[float, float]

    def onto(self, rgb: np.ndarray, mouth: np.ndarray, near: float) -> tuple[np.ndarray, np.ndarray]:
        """A picture uint8 [h, w, 3] with it, and its alpha float32 [h, w]. mouth: its corners [2, 2]. near:
        0 far off, 1 before the mouth."""
        left, right = mouth.astype(np.float64)
        width = float(np.linalg.norm(right - left))
        cos, sin = (right - left) / _UNIT
        place = (left + right) / 2 + (1 - near) * width * np.array(self.away)
        matrix = np.array([[cos, -sin, 0], [sin, cos, 0]])
        matrix[:, 2] = place - matrix[:, :2] @ (_MIDDLE, _MIDDLE)
        size = rgb.shape[1], rgb.shape[0]
        colours, alpha = self.drawn
        flags = cv2.INTER_AREA if width < _UNIT else cv2.INTER_CUBIC
        alpha = np.clip(cv2.warpAffine(alpha, matrix, size, flags=flags), 0, 1)
        colours = cv2.warpAffine(colours, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        # As blurred and as noisy as a picture of that size.
        mixed = rgb + alpha[..., None] * (colours - rgb)
        return np.clip(mixed + 0.5, 0, 255).astype(np.uint8), alpha


def composited(
    frames: Iterator[Frame], mouths: np.ndarray, cover: Cover, nears: np.ndarray
) -> Iterator[tuple[Frame, np.ndarray]]:
    """Frames with the cover, and its alpha float32 [h, w] over each. mouths: corners [n, 2, 2]. nears:
    [n]."""
    for frame, mouth, near in zip(frames, mouths, nears, strict=False):
        if near <= 0:
            yield frame, np.zeros((frame.height, frame.width), np.float32)
            continue
        rgb, alpha = cover.onto(to_rgb(frame), mouth, float(near))
        planes = rgb_to_planes(rgb, frame.colour)
        yield Frame(planes, frame.colour, frame.pts, frame.index, frame.aspect), alpha


def there_and_back(frames: int, still: float = 0.2, move: float = 0.2) -> np.ndarray:
    """How near something is in each frame: away, moving in, before the mouth, moving out, away: [frames]."""
    at = (np.arange(frames) + 0.5) / frames
    steps = [0.0, still, still + move, 1 - still - move, 1 - still, 1.0]
    return np.interp(at, steps, [0, 0, 1, 1, 0, 0])


def hand(skin: tuple[float, float, float], seed: int = 0) -> Picture:
    """Four fingers laid over the mouth, the back of the hand to the camera."""
    y, x = _pixels()
    height, alpha = np.zeros((_SIDE, _SIDE), np.float32), np.zeros((_SIDE, _SIDE), np.float32)
    shade = np.ones((_SIDE, _SIDE), np.float32)
    for number, (length, lift) in enumerate(((1.5, 0.1), (1.75, -0.02), (1.7, -0.05), (1.35, 0.08))):
        top = -0.62 + 0.40 * number
        tip, root = np.array([-0.9 + 0.3 * abs(number - 1.4), top + lift]), np.array([1.3, top + 0.1])
        root[0] = tip[0] + length + 0.9
        along = (root - tip) / np.linalg.norm(root - tip)
        reach = np.clip((x - tip[0]) * along[0] + (y - tip[1]) * along[1], 0, 3)
        away = np.hypot(x - tip[0] - reach * along[0], y - tip[1] - reach * along[1])
        thick = 0.215 - 0.03 * np.exp(-reach / 0.3)
        inside = np.clip((thick - away) * _UNIT + 0.5, 0, 1)
        round_ = np.sqrt(np.clip(1 - (away / thick) ** 2, 0, 1))
        finger = 0.62 + 0.38 * round_
        for knuckle in (0.55, 1.1):
            finger *= 1 - 0.18 * np.exp(-(((reach - knuckle) / 0.03) ** 2))
        nail = ((reach - 0.13) / 0.13) ** 2 + (away / 0.11) ** 2 < 1
        finger = np.where(nail, finger * 1.12, finger)
        above = inside > alpha
        shade = np.where(inside > 0.5, finger, np.where(above, finger, shade))
        height, alpha = np.maximum(height, round_ * inside), np.maximum(alpha, inside)
    palm = ((x - 1.75) / 0.85) ** 2 + ((y - 0.05) / 1.0) ** 2
    palm_inside = np.clip((1 - palm) * 20, 0, 1)
    shade = np.where(palm_inside > 0.5, 0.88 - 0.1 * y, shade)
    alpha = np.maximum(alpha, palm_inside)
    noise = np.random.default_rng(seed).normal(0, 1, (_SIDE, _SIDE)).astype(np.float32)
    texture = 0.02 * noise + 0.08 * cv2.GaussianBlur(noise, (0, 0), 4) * 4
    tone = np.array(skin, np.float32)
    colours = tone * (shade + texture)[..., None]
    # Where less light comes skin is redder.
    colours[..., 0] += 18 * np.clip(1 - shade, 0, 1) * (tone[0] / 200)
    return np.clip(colours, 0, 255).astype(np.float32), alpha.astype(np.float32)


def microphone(metal: bool) -> Picture:
    """A ball of mesh, its handle going down."""
    y, x = _pixels()
    away = np.hypot(x, y - 0.15) / 0.62
    ball = np.clip((1 - away) * 0.62 * _UNIT + 0.5, 0, 1)
    depth = np.sqrt(np.clip(1 - away**2, 0, 1))
    u, v = np.arcsin(np.clip(x / 0.62, -1, 1)), np.arcsin(np.clip((y - 0.15) / 0.62, -1, 1))
    wires = 0.5 + 0.25 * (np.cos(60 * (u + v)) + np.cos(60 * (u - v)))
    light = np.clip(0.25 + 0.75 * depth - 0.35 * x - 0.25 * y, 0, 1.2)
    level = (70 + 150 * wires) * light if metal else (16 + 30 * wires) * light
    shine = np.exp(-((x + 0.2) ** 2 + (y + 0.1) ** 2) / 0.02)
    level = level + shine * (70 if metal else 25)
    handle = (np.abs(x + 0.02 * y) < 0.30 - 0.03 * y) & (y > 0.6)
    level = np.where(handle & (ball < 0.5), 28 + 30 * np.clip(0.3 - np.abs(x + 0.1), 0, 1), level)
    alpha = np.maximum(ball, cv2.GaussianBlur(handle.astype(np.float32), (0, 0), 0.7))
    return np.repeat(np.clip(level, 0, 255)[..., None], 3, 2).astype(np.float32), alpha.astype(np.float32)


def mug(colour: tuple[float, float, float] = (176, 46, 40)) -> Picture:
    """A mug that is drunk from, its rim at the upper lip."""
    y, x = _pixels()
    wall = (np.abs(x) < 0.85) & (y > -0.15) & (y < 1.75)
    rim = (x / 0.85) ** 2 + ((y + 0.15) / 0.22) ** 2 < 1
    ring = np.abs(np.hypot((x - 1.0) / 0.5, (y - 0.75) / 0.55) - 0.85) < 0.16
    light = 0.55 + 0.45 * np.cos(1.2 * (x + 0.25))
    light = np.where(rim & (y < -0.10), 0.35, light)
    colours = (
        np.array(colour, np.float32) * light[..., None] + 60 * np.exp(-(((x + 0.4) / 0.06) ** 2))[..., None]
    )
    alpha = (wall | rim | ring).astype(np.float32)
    return np.clip(colours, 0, 255).astype(np.float32), cv2.GaussianBlur(alpha, (0, 0), 0.8)


def paper() -> Picture:
    """A sheet with lines of print, a little slanted."""
    y, x = _pixels()
    u, v = x + 0.06 * y, y - 0.06 * x
    sheet = (np.abs(u) < 1.15) & (np.abs(v - 0.35) < 0.95)
    level = 232 - 14 * u - 8 * v
    words = (np.sin(40 * u + 11 * np.floor(v / 0.16)) + np.sin(97 * u) > -0.6) & (np.abs(u) < 1.0)
    level = np.where((np.mod(v, 0.16) < 0.05) & words & (np.abs(v - 0.35) < 0.85), 70, level)
    colours = np.stack([level, level * 0.99, level * 0.95], -1)
    return np.clip(colours, 0, 255).astype(np.float32), cv2.GaussianBlur(
        sheet.astype(np.float32), (0, 0), 0.8
    )


def caption(text: str = "LA LA LA", boxed: bool = False) -> Picture:
    """White letters with a black rim, or in a dark box."""
    rim, letters = np.zeros((_SIDE, _SIDE), np.uint8), np.zeros((_SIDE, _SIDE), np.uint8)
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.9, 6)
    at = int(_MIDDLE - width / 2), int(_MIDDLE + height / 2)
    for canvas, thick in ((rim, 16), (letters, 6)):
        cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_DUPLEX, 1.9, 255, thick, cv2.LINE_AA)
    if boxed:
        cv2.rectangle(rim, (at[0] - 16, at[1] + 16), (at[0] + width + 16, at[1] - height - 16), 255, -1)
    level = letters.astype(np.float32)
    return np.repeat(level[..., None], 3, 2), np.maximum(rim, letters).astype(np.float32) / 255


def _pixels() -> tuple[np.ndarray, np.ndarray]:
    """y [side, 1] and x [1, side] in widths of the mouth, from its middle."""
    at = ((np.arange(_SIDE, dtype=np.float32) + 0.5) - _MIDDLE) / _UNIT
    return at[:, None], at[None]


LIGHT, DARK = (224, 178, 154), (112, 74, 56)
KINDS: dict[str, tuple[Callable[[], Picture], tuple[float, float]]] = {
    "hand, light": (lambda: hand(LIGHT), (5.0, 1.0)),
    "hand, dark": (lambda: hand(DARK), (5.0, 1.0)),
    "dark microphone": (lambda: microphone(metal=False), (1.0, 4.0)),
    "metal microphone": (lambda: microphone(metal=True), (-1.0, 4.0)),
    "mug": (mug, (0.5, 4.0)),
    "paper": (paper, (0.0, 4.0)),
    "caption": (caption, (0.0, 4.0)),
    "caption, boxed": (lambda: caption(boxed=True), (0.0, 4.0)),
}


def cover(kind: str) -> Cover:
    draw, away = KINDS[kind]
    return Cover(draw(), away)
