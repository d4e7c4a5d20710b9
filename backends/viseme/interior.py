"""What is seen between parted lips: the dark of the mouth, teeth, a tongue; in the colours of the face.

No colour is fixed. Each is a part of the skin's brightness with some of the skin's or the lips' colour, so
that the inside of a grey picture's mouth is grey and that of a candle-lit one warm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Boundaries between the upper teeth from the middle outwards, and how far each tooth ends above the middle
# ones', in widths of the mouth; the arch foreshortens them.
_TOOTH_EDGES = np.array([0.0, 0.112, 0.200, 0.280, 0.345, 0.395], np.float32)
_TOOTH_ENDS = np.array([0.0, 0.011, 0.004, 0.014, 0.022], np.float32)
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# Parts of the skin's brightness.
_BLOOD = np.array([0.30, -0.12, -0.10], np.float32)
_SHADE = np.array([-0.1, 0.15, 0.2], np.float32)
_CAVITY, _FLOOR, _TONGUE, _NEAR = 0.075, 0.13, 0.56, 1.5
# What a tongue has more or less of each colour than lips.
_PINK = np.array([0.02, -0.10, 0.10], np.float32)
# Width of a lower tooth, and what is seen of it, in widths of the mouth.
_LOWER_TOOTH, _LOWER_SHOWN = 0.075, 0.055
# How much of the skin's colour (R, G, B) a tooth has: it is yellow rather than red.
_IVORY = np.array([0.2, 0.3, 0.5], np.float32)
# Skin of which a colour is less than so much of its brightness is seen in coloured light, as teeth are then.
_WHITE_LIGHT = np.array([1.0, 0.8, 0.65], np.float32)
_WARM = 0.6
# A mouth is so much darker than the nostrils, but no paler than this; the same of a mouth so small that its
# picture has nothing darker than those.
_NOSTRILS, _PALEST = (0.30, 0.60), (0.14, 0.30)
# Lips are at most so bright against the skin.
_PALE_LIPS = 0.9
# Of both lips' colours, by brightness, the one in so many hundredths is the darker lip's.
_DARKER = 25
# Width of the lips' wet rim, which turns into the mouth, its brightness against the lips', and the brightness
# of flesh whose colour it has.
_RIM, _RIM_SHADE, _WET = 0.022, 0.45, 0.7
# In the corners of the opening, from about this part of its half on, there is nothing but lips; how bright.
_CORNER, _CORNER_OVER, _CORNER_SHADE = 0.84, 0.36, 0.75


@dataclass(frozen=True, slots=True)
class Tones:
    """The colours of a face. skin, lips: float32 [3], 0..255. slope: by what part of itself the skin gets
    brighter towards the right, per width of the mouth. enamel: the person's own, float32 [3]; None where it
    has not been seen. shade: brightness of the darker lip; None: as the lips. black: the least brightness
    that there is in such light, in parts of the skin's."""

    skin: np.ndarray
    lips: np.ndarray
    slope: float
    enamel: np.ndarray | None = None
    shade: float | None = None
    black: float = 0.0

    @classmethod
    def of(
        cls,
        left: np.ndarray,
        right: np.ndarray,
        lips: np.ndarray,
        nose: np.ndarray | None = None,
        coarse: float = 0.0,
    ) -> Tones:
        """left, right: colours [n, 3] of the skin on either side of the mouth, half a width from its middle.
        lips, nose: colours [n, 3] of the lips, and of what is below the nose, nostrils with it. coarse: 0..1,
        whether the picture is too small to show how dark a mouth is."""
        skin = _middle(np.concatenate([left, right]))
        level = max(float(skin @ LUMA), 1.0)
        lip = _middle(lips)
        # Lips hardly darker than the skin say that it was looked for in the shade.
        skin *= max(1.0, float(lip @ LUMA) / (_PALE_LIPS * level))
        slope = float((_middle(right) - _middle(left)) @ LUMA) / level
        shade = float(np.percentile(lips @ LUMA, _DARKER))
        black = 0.0
        if nose is not None:
            part, most = (a + coarse * (b - a) for a, b in (_NOSTRILS, _PALEST))
            black = min(part * float((nose @ LUMA).min()) / level, most)
        return cls(skin, lip, float(np.clip(slope, -0.6, 0.6)), shade=shade, black=black)

    @property
    def level(self) -> float:
        return max(float(self.skin @ LUMA), 1.0)

    @classmethod
    def mean(cls, tones: Sequence[Tones], weights: Sequence[float]) -> Tones:
        """Of tones without enamel."""
        skin, lips, slope, shade, black = (
            np.average([getattr(each, name) for each in tones], axis=0, weights=weights)
            for name in ("skin", "lips", "slope", "darker", "black")
        )
        return cls(
            skin.astype(np.float32),
            lips.astype(np.float32),
            float(slope),
            shade=float(shade),
            black=float(black),
        )

    @property
    def coloured(self) -> float:
        """0..1: how far the picture has colours."""
        return min(1.0, float(np.ptp(self.skin)) / (0.3 * self.level))

    @property
    def darker(self) -> float:
        """Brightness of the darker lip."""
        lips = float(self.lips @ LUMA)
        return lips if self.shade is None else min(self.shade, lips)

    def tooth(self) -> np.ndarray:
        """The person's own, or a little less bright than light skin, brighter than dark skin, with a third of
        its colour."""
        if self.enamel is not None:
            return self.enamel
        level = min(0.90 * self.level + 32, 240.0)
        hue = self.skin / self.level
        light = np.sqrt(np.minimum(hue / _WHITE_LIGHT, 1))
        # Beside skin in yellow light, yellow looks green.
        light[0] *= 1 + _WARM * (1 - light[2])
        return level * (1 + _IVORY * (hue - 1)) * light

    def flesh(self, level: float) -> np.ndarray:
        """Of that part of the skin's brightness, between the skin's colour and the lips', which are red."""
        lips = self.lips / max(float(self.lips @ LUMA), 1.0)
        hue = 0.35 * self.skin / self.level + 0.65 * lips
        # The darker, the deeper the red: of that colour, and as far as the picture has any, of blood's.
        hue = 1 + (hue - 1) * (1 + 0.6 * (1 - level)) + self.coloured * (1 - level) * _BLOOD
        return self.level * level * np.clip(hue, 0.05, None)

    def shaded(self, colour: np.ndarray, tone: np.ndarray) -> np.ndarray:
        """A colour [3] in the mouth's shade [h, w], where light comes from its red walls."""
        return np.asarray(colour * tone[..., None] ** (1 + self.coloured * _SHADE))


@dataclass(frozen=True, slots=True)
class Opening:
    """The gap between the lips, pixel by pixel (float32 [h, w], unit: widths of the mouth at rest).

    x, y: position from the middle of the line where the lips meet when closed, y down. upper, lower: y of the
    lips' inner edges above and below the pixel. pixel: size of a pixel. blur: of the picture.
    """

    x: np.ndarray
    y: np.ndarray
    upper: np.ndarray
    lower: np.ndarray
    pixel: float
    blur: float


def paint(opening: Opening, tones: Tones, teeth: float, tongue: float) -> np.ndarray:
    """The inside of a mouth: float32 [h, w, 3], 0..255. teeth, tongue: 0..1, how much of them shows."""
    canvas = _Canvas(opening, tones)
    canvas.tongue(tongue)
    canvas.lower_teeth(teeth)
    if teeth > 0:
        canvas.upper_teeth(teeth)
    canvas.rims()
    light = 1 + tones.slope * opening.x
    return np.clip(canvas.picture * light[..., None], 0, 255).astype(np.float32)


class _Canvas:
    """The dark of the mouth, onto which the rest is laid."""

    def __init__(self, opening: Opening, tones: Tones) -> None:
        self.opening, self.tones = opening, tones
        self.x, self.y, self.outwards = opening.x, opening.y, np.abs(opening.x)
        self.gap = max(float((opening.lower - opening.upper).max()), 0.0)
        self.floor = float(opening.lower.max())
        open_ = opening.lower > opening.upper
        self.half = max(float(self.outwards[open_].max(initial=0)), 0.05)
        # Of edges.
        self.soft = max(opening.pixel, 1.8 * opening.blur, 0.006)
        deep = np.clip((self.y - opening.upper) / max(self.gap, 0.05), 0, 1)
        # The further open, the deeper one sees.
        near = 1 + _NEAR * float(np.clip(1 - self.gap / 0.3, 0, 1))
        dark, low = (
            tones.flesh(max(part * near, tones.black * part / _CAVITY)) for part in (_CAVITY, _FLOOR)
        )
        self.picture = (dark + (0.35 * deep)[..., None] * (low - dark)).astype(np.float32)

    def _lay(self, cover: np.ndarray, colour: np.ndarray) -> None:
        self.picture += cover[..., None] * (colour - self.picture)

    def tongue(self, shown: float) -> None:
        """The wider the mouth, the more is seen of it lying behind the lower teeth."""
        high = 0.025 + 0.55 * max(0.0, self.gap - 0.08) + 0.16 * shown
        top = self.floor - high + 0.75 * self.x**2
        far = np.clip(1.12 - (self.x / 0.42) ** 2, 0, 1)
        down = np.clip((self.y - top) / max(high, 0.03), 0, 1)
        shade = 0.62 + 0.38 * np.sin(np.pi * (0.15 + 0.6 * down))
        shade = shade * far * (1 - 0.08 * np.exp(-((self.x / 0.03) ** 2)))
        cover = _step(self.y - top, 2 * self.soft + 0.05) * far * min(1.0, 0.75 + shown)
        flesh = self.tones.flesh(_TONGUE) * (1 + self.tones.coloured * _PINK)
        self._lay(cover, flesh * shade[..., None])

    def lower_teeth(self, shown: float) -> None:
        """Move with the jaw: what of them stands above the lip."""
        high = _LOWER_SHOWN * float(np.clip((self.gap - 0.03) / 0.12, 0, 1)) * (0.4 + 0.6 * shown)
        if high == 0:
            return
        place = self.outwards / _LOWER_TOOTH
        edge = self.floor - high + 0.30 * self.x**2 + 0.004 * np.cos(2 * np.pi * place)
        between = np.abs(place - np.round(place)) * _LOWER_TOOTH
        tone = 0.70 * _groove(between, 0.18, self.soft) * np.clip(1.05 - (self.x / 0.30) ** 2, 0, 1)
        cover = _step(self.y - edge, self.soft + 0.008) * _step(0.27 - self.outwards, 0.10)
        self._lay(cover, self.tones.shaded(self.tones.tooth(), tone))

    def upper_teeth(self, shown: float) -> None:
        """Fixed to the skull, in the upper lip's shadow."""
        at = np.linspace(0, 0.5, 512, dtype=np.float32)
        which = np.clip(np.searchsorted(_TOOTH_EDGES, at, side="right") - 1, 0, len(_TOOTH_ENDS) - 1)
        place = np.clip((at - _TOOTH_EDGES[which]) / np.diff(_TOOTH_EDGES)[which], 0, 1) * 2 - 1
        # On few pixels their ends are half dark.
        longer = 0.5 * max(0.0, self.opening.pixel - 0.016)
        # Rounded where one meets the next.
        ends = 0.026 + longer + 0.042 * shown - 0.26 * at**2 - _TOOTH_ENDS[which] - 0.010 * np.abs(place) ** 3
        tone = _groove(np.abs(at[:, None] - _TOOTH_EDGES).min(1), 0.22, self.soft)
        tone *= (1 - 0.10 * place**2) * (0.30 + 0.70 * np.clip(1 - (at / 0.44) ** 2, 0, 1))
        bite, tone = (np.interp(self.outwards, at, curve).astype(np.float32) for curve in (ends, tone))
        # Through a narrow gap teeth are seen where they are in the light.
        shade = float(np.clip(0.5 * self.gap, 0.01, 0.07 - min(2 * longer, 0.05)))
        lip = np.clip((self.y - self.opening.upper) / shade, 0, 1)
        tone = tone * (0.72 + 0.28 * lip) * (1 - 0.10 * np.clip(1 - (bite - self.y) / 0.02, 0, 1))
        cover = _step(bite - self.y, self.soft + 0.006) * _step(0.40 - self.outwards, 0.10)
        self._lay(cover, self.tones.shaded(self.tones.tooth(), tone))

    def rims(self) -> None:
        """The lips turn inwards, into the dark; towards the corners those of both meet."""
        opening, tones = self.opening, self.tones
        beside = np.clip((self.outwards - 0.22) / 0.25, 0, 1)
        near = np.maximum(np.minimum(self.y - opening.upper, opening.lower - self.y), 0)
        width = max(_RIM, 0.5 * self.soft)
        # What is thinner than the picture shows must not hide the teeth of a small mouth.
        amount = min(1.25 * _RIM / width, 1.0) * (0.8 + 0.2 * beside)
        width = width * (0.6 + 0.9 * beside)
        cover = amount * np.exp(-near / width) * float(np.clip((self.gap - 0.05) / 0.15, 0, 1))
        # A rim as bright as the darker lip would be taken for a part of it; in the corners, where the lips
        # meet, it is one.
        ends = _step(self.outwards / self.half - _CORNER, _CORNER_OVER)
        cover = cover + ends * (1 - cover)
        shade = _RIM_SHADE + ends * (_CORNER_SHADE - _RIM_SHADE)
        self._lay(cover, tones.flesh(_WET) * (shade * tones.darker / (_WET * tones.level))[..., None])


def _middle(colours: np.ndarray) -> np.ndarray:
    """The mean float32 [3] of colours [n, 3] without the brightest and the darkest fifth, which wavers less
    from frame to frame than a median does."""
    order = np.argsort(colours @ LUMA)
    out = len(colours) // 5
    return np.asarray(colours[order[out : len(order) - out]].mean(0), np.float32)


def _step(value: np.ndarray, width: float) -> np.ndarray:
    """0 to 1 over a width around 0."""
    t = np.clip(value / width + 0.5, 0, 1)
    return t * t * (3 - 2 * t)


def _groove(distance: np.ndarray, depth: float, soft: float) -> np.ndarray:
    """The shade between two teeth, which is lost in a coarse picture."""
    return 1 - depth * min(1.0, 0.012 / soft) * np.exp(-((distance / (0.005 + 0.4 * soft)) ** 2))
