"""Closing the eyes of a picture: the upper lid comes down over the eye, in the colour of its own skin and
with its own lashes at the edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...engine.media.colour import Rect
from .contour import MouthAxes
from .warp import smoothstep

# Lengths are in widths of the eye, unless they say otherwise.
# The network's corners lie inside the eye's, and its lower edge above the lid's. The mesh's corners lie
# outside, if anything: so much of what they are further out counts.
_CORNERS, _FURTHER_OUT, _LOWER = 1.13, 0.6, 0.03
# How far the upper lid's edge may lie from the network's.
_REACH = 0.08
# The lower lid comes up by this part of the opening, and so much skin below it follows.
_RISE, _BELOW = 0.14, 0.45
# Skin above the edge that is drawn down: this part of the way to the brow, at least and at most.
_TO_BROW, _LEAST_SKIN, _MOST_SKIN = 0.9, 0.16, 0.6
# How much of the skin beside the eye follows.
_BESIDE = 0.06
# The roots of the lashes, which move with the edge as they are.
_RIM = 0.05
# Skin is not stretched to more than so many times its height.
_MOST_STRETCH = 5.0
# Dark lines narrower than this, folds and lashes, are no part of a lid's colour; so much they are lightened,
# and get the hue of what is this far around.
_FOLD, _MOST_GAIN, _AROUND_FOLDS = 0.22, 2.5, 0.3
# How far above the edge a lid's colour is taken: of the lightest skin there, its brightness within so many
# levels, and its hue.
_NEAR, _FAR, _SHADOWS, _HUE = 0.04, 0.32, 20.0, 8.0
# How much of its hue is that of the skin below the eye where this has more colour, by so much of its
# brightness, and from how far below the lower lid on.
_CHEEK, _PALER, _CHEEK_AT = 0.9, 0.15, 0.2
# How far above the edge a closing lid begins to take that colour, and over how much it does.
_FROM, _OVER = 0.4, 0.3
# What a closed lid shows of the skin's fine structure, and of what is darker than it in levels.
_DETAIL, _DARK_DETAIL = 0.35, 4.0
# The line where lids meet: half its height, how dark it is at least and at most, and how far lashes reach
# below it and how dark they are against it.
_LINE, _LEAST_DARK, _MOST_DARK, _LASHES, _LASHES_DARK = 0.02, 0.35, 0.8, 0.06, 0.35
# From this share of a closing on an eye is in the lids' shade, how dark then, and against the lid at most;
# how far lids are apart where there is surely an eye between them.
_SHADE_FROM, _SHADED, _DIM, _OPEN = 0.6, 0.7, 0.6, 0.1
# A lid that has moved this far hides what is above it, in its own colour.
_MOVED = 0.06
_COLUMNS, _ROWS = 65, 25
_LUMA = np.array([[0.299, 0.587, 0.114]], np.float32)


@dataclass(frozen=True, eq=False)
class Eyelid:
    """An eye of a picture that can be closed; arrays are of the part of the picture that may change, [h, w].

    origin: left and top of that part. rgb: uint8 [h, w, 3]. smooth: float32 [h, w, 3], `rgb` without its fine
    structure. skin: float32 [h, w, 3], what a closed lid looks like; within: 0..1, where. across: unit vector
    down the eye, and y: each pixel's place along it. upper, lower: where the upper lid ends and the lower one
    begins; top: where the skin that is drawn down begins; down: how far a closing lid's edge goes. width: of
    the eye, and soft: how soft edges are, in pixels. dark: the line where lids meet, 0..1."""

    origin: tuple[int, int]
    rgb: np.ndarray
    smooth: np.ndarray
    skin: np.ndarray
    within: np.ndarray
    across: np.ndarray
    y: np.ndarray
    upper: np.ndarray
    lower: np.ndarray
    top: np.ndarray
    down: np.ndarray
    width: float
    soft: float
    dark: float

    @classmethod
    def of(cls, rgb: np.ndarray, lids: np.ndarray, brow: np.ndarray, corners: np.ndarray) -> Eyelid:
        """rgb: uint8 [h, w, 3]. lids: [2, 9, 2], an eye's as `EyeContours` has them. brow: [n, 2], its lower
        edge. corners: [2, 2], the eye's as the mesh has them, from the image's left to its right."""
        ends = _ends_of(lids[0, [0, -1]].astype(np.float64), corners.astype(np.float64))
        axes = MouthAxes.between(*ends)
        across = np.array([-axes.along[1], axes.along[0]])
        width = float(np.linalg.norm(ends[1] - ends[0]))
        x = np.linspace(-0.8, 0.8, _COLUMNS)
        above, below = (_curve(axes.points(lid.astype(np.float64)) / width, x) for lid in lids)
        below = np.maximum(below, above)
        below += _LOWER * _ends(x, 0.1)
        above = np.minimum(above + _edge(_strip(rgb, axes, width, x, above, _REACH, _REACH), x), below)
        down = (1 - _RISE) * (below - above)
        height = float(np.median(above) - np.median(axes.points(brow.astype(np.float64))[:, 1]) / width)
        start = _blurred(above, x) - float(np.clip(_TO_BROW * height, _LEAST_SKIN, _MOST_SKIN))
        down = np.maximum(down, _blurred(down, x))
        x0, y0, x1, y1 = _box(rgb, axes, width, float(start.min()), float(below.max()) + _BELOW)
        part = rgb[y0:y1, x0:x1]
        px, py = axes.turn(
            np.arange(x0, x1, dtype=np.float32)[None], np.arange(y0, y1, dtype=np.float32)[:, None]
        )
        lines = (
            np.interp(px / width, x, line).astype(np.float32) * width for line in (above, below, start, down)
        )
        upper, lower, top, fall = lines
        return cls(
            origin=(x0, y0),
            rgb=part,
            smooth=_softened(part.astype(np.float32), width),
            skin=_lid_skin(
                _without_folds(part, width, across),
                (py - upper) / width,
                part[(py - lower) / width > _CHEEK_AT].astype(np.float32),
                width,
            ),
            within=smoothstep((py - upper + _FROM * width) / (_OVER * width)),
            across=across.astype(np.float32),
            y=py,
            upper=upper,
            lower=lower,
            top=top,
            down=fall,
            width=width,
            soft=_softness(part),
            dark=_darkness(
                _strip(rgb, axes, width, x[np.abs(x) < 0.35], above[np.abs(x) < 0.35], 0.22, 0.03)
            ),
        )

    @property
    def rect(self) -> Rect:
        (x, y), (height, width) = self.origin, self.rgb.shape[:2]
        return x, y, x + width, y + height

    def close(self, picture: np.ndarray, origin: tuple[int, int], share: float) -> None:
        """Close the eye in place, share 0 to 1, in uint8 [h, w, 3], which begins at `origin` of the picture
        and holds `rect`."""
        x, y = self.origin[0] - origin[0], self.origin[1] - origin[1]
        part = picture[y : y + self.rgb.shape[0], x : x + self.rgb.shape[1]]
        closed = self.closed(share)
        np.copyto(part, closed, where=(closed != self.rgb).any(-1, keepdims=True))

    def closed(self, share: float) -> np.ndarray:
        """`rgb` with the eye closed, share 0 to 1."""
        width, y = self.width, self.y
        gap = self.lower - self.upper
        rise, down = share * _RISE * gap, share * self.down
        edge = self.upper + down
        moved = smoothstep(down / (_MOVED * width))
        lid = self._lid(edge, down, moved)
        # What moves down beside the eye is let go again below it.
        beside = down - share * (1 - _RISE) * gap
        under = smoothstep(1 - (y - self.lower + rise) / (_BELOW * width))
        eye = self._sampled(self.rgb, (rise - beside) * under)
        below = y - edge
        # Between lids that nearly touch an eye is in their shade, and has no colour of its own.
        shade = smoothstep(np.array((share - _SHADE_FROM) / (1 - _SHADE_FROM)))
        open_ = np.clip(0.5 - (y - self.lower + rise) / (2.5 * self.soft), 0, 1) * shade
        open_ *= np.clip(gap / (_OPEN * width), 0, 1)
        dim = _SHADED * cv2.transform(eye, _LUMA)[..., None]
        skin = self.skin / np.maximum(cv2.transform(self.skin, _LUMA), 1)[..., None]
        eye += open_[..., None] * (np.minimum(dim, _DIM * self.skin) * skin - eye)
        half = np.hypot(_LINE * width, 0.7 * self.soft)
        line = _LINE * width / half * np.exp(-np.square((below + 0.5 * half) / half))
        lashes = _LASHES_DARK * np.exp(-np.maximum(below, 0) / (_LASHES * width))
        lid *= (1 - self.dark * moved * line)[..., None]
        eye *= (1 - self.dark * moved * np.maximum(line, lashes))[..., None]
        cover = np.clip(0.5 - below / (2.5 * self.soft), 0, 1)[..., None]
        return np.clip(eye + cover * (lid - eye) + 0.5, 0, 255).astype(np.uint8)

    def _lid(self, edge: np.ndarray, down: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """The upper lid with its edge moved `down` to `edge`: float32 [h, w, 3]."""
        # Skin is stretched most half-way between its start and the rim, evenly where it has to be by much.
        rim = edge - _RIM * self.width
        length = np.maximum(rim - self.top, 1e-3)
        at = np.clip((self.y - self.top) / length, 0, 1)
        spare = np.clip(2 * ((1 - 1 / _MOST_STRETCH) * length / np.maximum(down, 1e-3) - 1), 0, 1)
        follow = -down * (at + spare * (smoothstep(at) - at))
        lid = self._sampled(self.rgb, follow)
        # But what comes out of the fold above an eye has the colour of the lid.
        detail = _DETAIL * (lid - self._sampled(self.smooth, follow))
        # Lashes that stood above the edge go down with it, and don't stay behind.
        skin = self.skin + np.maximum(detail, -_DARK_DETAIL)
        inner = moved * self.within * smoothstep((rim - self.y) / (0.05 * self.width))
        return np.asarray(lid + inner[..., None] * (skin - lid))

    def _sampled(self, rgb: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Colours from `offset` [h, w] pixels further down the eye: float32 [h, w, 3]."""
        height, width = offset.shape
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        x, y = (at + (offset * way).astype(np.float32) for at, way in zip((x, y), self.across, strict=True))
        found = cv2.remap(rgb, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found.astype(np.float32))


def _ends_of(network: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """The corners [2, 2] of an eye, of which the iris network and the mesh see each something else."""
    ends = network.mean(0) + _CORNERS * (network - network.mean(0))
    along = (ends[1] - ends[0]) / max(float(np.linalg.norm(ends[1] - ends[0])), 1e-6)
    outwards = np.stack([-along, along])
    further = np.maximum(((mesh - ends) * outwards).sum(1), 0)
    return np.asarray(ends + _FURTHER_OUT * further[:, None] * outwards)


def _curve(points: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A smooth line through points [n, 2] between the corners at -0.5 and 0.5, and level beyond them."""

    def terms(at: np.ndarray) -> np.ndarray:
        at = np.clip(at, -0.5, 0.5)
        return (0.25 - at * at)[:, None] * np.stack([np.ones_like(at), at, at * at], 1)

    return np.asarray(terms(x) @ np.linalg.lstsq(terms(points[:, 0]), points[:, 1], rcond=None)[0])


def _box(rgb: np.ndarray, axes: MouthAxes, width: float, top: float, bottom: float) -> Rect:
    """Around the eye and the skin that moves with it, inside the picture."""
    across = np.array([-axes.along[1], axes.along[0]])
    corners = np.array([(x, y) for x in (-0.75, 0.75) for y in (top, bottom)]) * width
    corners = axes.centre + corners @ np.stack([axes.along, across])
    x0, y0 = np.maximum(np.floor(corners.min(0)), 0).astype(int).tolist()
    x1, y1 = np.minimum(np.ceil(corners.max(0)) + 1, rgb.shape[1::-1]).astype(int).tolist()
    return min(x0, x1 - 1), min(y0, y1 - 1), x1, y1


def _strip(
    rgb: np.ndarray, axes: MouthAxes, width: float, x: np.ndarray, line: np.ndarray, up: float, down: float
) -> np.ndarray:
    """Brightness from `up` above a line to `down` below it: float32 [rows, columns]."""
    across = np.array([-axes.along[1], axes.along[0]])
    y = line + np.linspace(-up, down, _ROWS)[:, None]
    where = axes.centre + (x[None, :, None] * axes.along + y[..., None] * across) * width
    luma = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY).astype(np.float32)
    u, v = np.moveaxis(where.astype(np.float32), -1, 0)
    return np.asarray(cv2.remap(luma, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _edge(strip: np.ndarray, x: np.ndarray) -> np.ndarray:
    """How far below a strip's middle the upper lid ends: where light skin becomes dark lashes, near there."""
    offsets = np.linspace(-_REACH, _REACH, _ROWS)
    step = np.gradient(cv2.GaussianBlur(strip, (0, 0), 1.5), axis=0)
    cost = step / max(4.0, -float(np.percentile(step, 5))) + 0.6 * (offsets[:, None] / _REACH) ** 2
    path = cv2.medianBlur(offsets[cost.argmin(0)].astype(np.float32)[None], 5)
    return np.asarray(cv2.GaussianBlur(path, (0, 0), 4)[0] * _ends(x, 0.12))


def _ends(x: np.ndarray, over: float) -> np.ndarray:
    """0 at the corners of the eye and beyond, 1 from `over` inside on."""
    return np.clip((0.5 - np.abs(x)) / over, 0, 1)


def _darkness(strip: np.ndarray) -> float:
    """How much darker the edge of a lid, in the strip's last third, is than the skin in its first."""
    skin, edge = np.median(strip[: _ROWS * 2 // 5], 0), strip[-_ROWS // 3 :].mean(0)
    return float(np.clip(1.3 * np.median(1 - edge / np.maximum(skin, 1)), _LEAST_DARK, _MOST_DARK))


def _lid_skin(filled: np.ndarray, below: np.ndarray, cheek: np.ndarray, width: float) -> np.ndarray:
    """What a closed lid looks like: the colour that it has above its edge, and from there all the way down.

    filled: the picture without dark lines. below: how far each pixel lies below the open lid's edge. cheek:
    colours [n, 3] of the skin below the eye."""
    near = (below < -_NEAR) & (below > -_FAR)
    luma = cv2.transform(filled, _LUMA)
    darker = luma - luma[near].max(initial=0)
    # Skin is the lightest that is there: what is darker are lashes, folds and shadows. They make a lid
    # darker, but don't change its hue. Eyes are upright enough that columns of pixels run across them.
    colours = []
    for levels in (_SHADOWS, _HUE):
        weight = (np.exp(darker / levels) * near + 1e-6)[..., None]
        mean = (filled * weight).sum(0, keepdims=True) / weight.sum(0, keepdims=True)
        colours.append(cv2.GaussianBlur(mean.astype(np.float32), (0, 0), 0.12 * width))
    brightness, colour = (cv2.transform(each, _LUMA)[..., None] for each in colours)
    hue = colours[1] / np.maximum(colour, 1)
    if len(cheek):
        # What gleams above an eye, or lies in the shade there, has less colour than the skin.
        skin = np.median(cheek, axis=0)
        skin /= max(float(_LUMA[0] @ skin), 1.0)
        less = np.clip((np.ptp(skin) - np.ptp(hue.mean((0, 1)))) / _PALER, 0, 1)
        hue += less * _CHEEK * (skin - hue)
    colour = hue * brightness
    smooth = _softened(filled, width)
    return np.asarray(smooth + smoothstep((below + _FAR) / (0.8 * _FAR))[..., None] * (colour - smooth))


def _without_folds(rgb: np.ndarray, width: float, across: np.ndarray) -> np.ndarray:
    """The picture without dark lines along the eye: float32 [h, w, 3]."""
    middle = max(1, round(_FOLD * width / 2))
    kernel = np.zeros((2 * middle + 1, 2 * middle + 1), np.uint8)
    start, end = (np.round(middle + sign * across * middle).astype(int).tolist() for sign in (-1, 1))
    cv2.line(kernel, start, end, 1)
    luma = np.maximum(cv2.transform(rgb.astype(np.float32), _LUMA), 1)
    # Of the brightness: colour by colour what is filled would be made of several hues, and grey.
    gain = np.minimum(cv2.morphologyEx(luma, cv2.MORPH_CLOSE, kernel) / luma, _MOST_GAIN)
    filled = rgb * gain[..., None]
    # But the more of it, the less of its own hue, which in the dark is none of skin.
    around = cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), _AROUND_FOLDS * width)
    hue = around / np.maximum(cv2.transform(around, _LUMA), 1)[..., None]
    share = np.clip((gain - 1) / (_MOST_GAIN - 1), 0, 1)[..., None]
    return np.asarray(filled + share * ((luma * gain)[..., None] * hue - filled))


def _softness(rgb: np.ndarray) -> float:
    """Standard deviation in pixels of the Gaussian that makes the picture's edges of sharp ones."""
    luma = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    window = np.ones((5, 5), np.uint8)
    height = cv2.dilate(luma, window).astype(np.float32) - cv2.erode(luma, window)
    gx, gy = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=1 / 8)
    edges = height >= max(8.0, float(np.percentile(height, 90)))
    if not edges.any():
        return 1.0
    # A step blurred by a Gaussian is steepest in the middle: height / (sqrt(2 pi) sigma).
    steepest = float(np.percentile(np.sqrt(gx * gx + gy * gy)[edges] / height[edges], 90))
    return float(np.clip(0.4 / max(steepest, 1e-3), 0.5, 3))


def _softened(rgb: np.ndarray, width: float) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), max(0.6, 0.05 * width)))


def _blurred(line: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A line along the eye, going on beside it."""
    return np.asarray(cv2.GaussianBlur(line[None], (0, 0), _BESIDE / (x[1] - x[0]))[0])
