"""One frame of the viseme engine: the lower face bent to a mouth pose, with what is seen between the lips."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from .bend import Bend, Box
from .closed import ClosedLips
from .contour import height_at, polygon_cover
from .controls import (
    CONTROLS,
    HELD,
    LIPS,
    LOWER_INNER,
    LOWER_OUTER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    UPPER_OUTER,
    HeadPose,
    control_points,
    pixel_offsets,
)
from .edges import lip_edges
from .interior import LUMA, Opening, Tones, paint
from .mouth import UPPER_SHARE, MouthPose, RestShape
from .parted import parted
from .plate import Plate
from .seam import lip_line
from .texture import edge_blur, grain, noise_level, softness, tones_of
from .views import open_by
from .warp import smoothstep

_INNER = np.concatenate([UPPER_INNER, LOWER_INNER])
# By how much a mesh's lips waver, and the gap between them, in widths of the mouth; the more of itself where
# they are parted at rest.
_NOISE, _WAVER, _PARTED_WAVER = 0.04, 0.006, 0.25
# How far around a mouth its own lips are painted, widths of the mouth.
_AROUND = 0.15
# Noise, in levels, of a grainy picture.
_GRAINY = 2.0
# How far what lies behind soft lips is as soft: all the way, single teeth are lost.
_SOFTER = 0.5
# Where own teeth, blurred by this in widths of the mouth, are darker than this part of painted ones, there
# are none; twice as bright they surely are.
_BROAD, _DARKER = 0.04, 0.4
# By so many pixels an opening is painted over the edge of each lip of a mouth of so many pixels.
_TIPS, _SMALL = 0.7, 30
# Movements below this many pixels can't be seen.
_STILL = 0.03
# How far closed lips reach over each other, in widths of the mouth.
_OVERLAP = 0.02
# Gaps, in widths of the mouth, from which and at which lips are parted in the source.
_APART, _FURTHER = 0.02, 0.05
# How far beyond the lips' edge closed ones are laid over, how much further below at most and in parts of the
# opening, how softly, and how far their light is compared, in widths of the mouth; on how many pixels, and
# within which factors.
_LAID, _LAID_BELOW, _STRETCHED, _LAID_SOFT, _MATCHED = 0.08, 0.32, 1.1, 0.04, 0.2
_MATCHED_SIDE, _GAINS = 32, (0.5, 2.0)
# Places whose colours differ otherwise than most by this factor show something else than the same skin.
_OTHER = 1.25


def moving_box(mesh: np.ndarray) -> tuple[float, float, float, float]:
    """The part of the picture that may change (x0, y0, x1, y1): from the nose to the neck."""
    pose, local = control_points(mesh)
    width = np.linalg.norm(local[OUTER_CORNERS[1]] - local[OUTER_CORNERS[0]])
    reach = max(float(width), 0.45) * pose.scale
    points = mesh[CONTROLS, :2]
    low, high = points.min(0), points.max(0)
    down = pose.axes[1, :2] * reach * 0.6
    low, high = np.minimum(low, low + down) - 0.1 * reach, np.maximum(high, high + down) + 0.1 * reach
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def render_mouth(
    rgb: np.ndarray,
    mesh: np.ndarray,
    rest: RestShape,
    pose: MouthPose,
    silent: np.ndarray | None = None,
    plate: Plate | None = None,
    cover: np.ndarray | None = None,
    closed: ClosedLips | None = None,
    tones: Tones | None = None,
    around: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Repaint the mouth in a crop.

    rgb: uint8 [h, w, 3]. mesh: float [468+, 3] in the crop's pixels. silent: the shape [len(CONTROLS), 3]
    that the mouth has where the pose is not active; None: the one it has in this frame. plate: the person's
    own teeth, where they have been seen. cover: float32 [h, w], 1 where something lies before the face.
    closed: the person's lips as another frame shows them, for frames in which they are apart. tones: the
    face's colours, else those of this frame. around: how far the mouth is open in the frames around.
    Returns the new crop, uint8 [h, w, 3], and its alpha, float32 [h, w], 0 where nothing moved or is
    covered."""
    head, current = control_points(mesh)
    quiet = current if silent is None else _eased(current, silent, rest.width)
    target = pose.active * rest.spoken(pose) + (1 - pose.active) * quiet
    gap = float(open_by(current[None])[0])
    laid = closed.share(gap, head.yaw, around) if closed is not None else 0.0
    if silent is None:
        # In silence the mouth is the source's own.
        laid *= pose.active
    shape = target.copy()
    closing = (1 - laid) * _closing(current, target, rest.width)
    reach = closing * _OVERLAP * rest.width * rest.arch
    target[UPPER_INNER, 1] += reach[UPPER_INNER]
    target[LOWER_INNER, 1] -= reach[LOWER_INNER]
    shift = pixel_offsets(head, target - current)
    shift[HELD] = 0
    if np.abs(shift).max() < _STILL and laid == 0:
        return rgb, np.zeros(rgb.shape[:2], np.float32)
    points = mesh[CONTROLS, :2].astype(np.float64)
    line = lip_line(rgb, points, rest.width * head.scale)
    if closed is not None:
        line = closed.with_corners(line, points, head.yaw)
    source = points + line
    goal = source + shift
    apart = (1 - max(closing, laid)) * _apart(current, rest.width)
    if apart > 0:
        # Else each lip would take a line of the source's own teeth along, beside the painted ones.
        edges = lip_edges(rgb, points, rest.width * head.scale)
        shift[_INNER] -= apart * (edges - line)[_INNER]
    if apart < 1 and laid < 1:
        shift[_INNER] -= (1 - apart) * (1 - laid) * parted(rgb, points, line)[_INNER]
    bend = Bend(rgb, goal, shift, rest.width * head.scale, head.yaw)
    result, alpha = bend.face()
    below = 0.0
    if closed is not None and laid > 0:
        # The skin below was stretched by the open mouth, and a fast lip may be lower than the mesh says.
        below = min(_STRETCHED * max(gap - closed.gap, 0.0), _LAID_BELOW)
    box = bend.mouth_box(_MATCHED if laid > 0 else _AROUND, below)
    if box.area > 0:
        # Of lips that are replaced altogether only what is around them is seen.
        lips = bend.lips(box, closing) if laid < 1 else result[box.slices].astype(np.float32)
        if closed is not None and laid > 0:
            shift = pixel_offsets(head, shape - current)
            shift[HELD] = 0
            _lay_closed(lips, alpha, box, bend, closed, source + shift, laid, below)
        _open(rgb, lips, alpha, box, bend, source, head, pose, plate, tones)
        result[box.slices] = np.clip(lips + 0.5, 0, 255).astype(np.uint8)
    if cover is not None:
        # Nor is what lies in front seen a second time, where its place is taken for the face's.
        alpha *= 1 - np.maximum(cover, bend.bent(cover))
    return result, alpha


def _eased(current: np.ndarray, silent: np.ndarray, width: float) -> np.ndarray:
    """The silent shape, or the current one where they differ by no more than the tracker's noise: a mouth
    that rests already is left alone."""
    away = float(np.abs((silent - current)[LIPS, :2]).max()) / width
    gap = _gap(silent) / width
    parted = abs(gap - _gap(current) / width)
    waver = _WAVER + _PARTED_WAVER * max(gap, 0.0)
    share = np.clip(max((away - _NOISE) / _NOISE, (parted - waver) / waver), 0, 1)
    return current + share * (silent - current)


def _gap(shape: np.ndarray) -> float:
    return float((shape[LOWER_INNER[MIDDLE]] - shape[UPPER_INNER[MIDDLE]])[1])


def _closing(current: np.ndarray, target: np.ndarray, width: float) -> float:
    """0..1: how far this is an open mouth being closed. Its lips then reach over each other, because the
    mesh's edge of a lip lies a little inside the mouth and what it takes along would be seen as a line of
    teeth; and between them the dark line is drawn that lips have where they meet."""
    now, then = _gap(current) / width, _gap(target) / width
    return float(np.clip((now - then) / 0.06, 0, 1) * np.clip(1 - then / 0.08, 0, 1))


def _apart(current: np.ndarray, width: float) -> float:
    """0..1: whether lips are parted in the source, so that there are edges to look for. Around the line
    between closed ones they would take away what little there is of a thin lip."""
    return float(np.clip((_gap(current) / width - _APART) / (_FURTHER - _APART), 0, 1))


def _lay_closed(
    lips: np.ndarray,
    alpha: np.ndarray,
    box: Box,
    bend: Bend,
    closed: ClosedLips,
    goal: np.ndarray,
    amount: float,
    below: float,
) -> None:
    """Lay lips that were closed over those that were apart, in place: into `lips` (the box's) and `alpha`
    (the crop's). goal: where the control points go, pixels [n, 2]. below: how much further below the lips
    they are laid than around them, in widths of the mouth."""
    picture, matrix, points = closed.towards(goal)
    other = Bend(bend.rgb, goal, goal - points, bend.mouth, bend.yaw, (picture, matrix), box)
    theirs = other.lips(box, 0.0)
    rows = np.concatenate([OUTER_CORNERS[:1], UPPER_OUTER, OUTER_CORNERS[1:], LOWER_OUTER[::-1]])
    outline = goal[rows]
    across = np.array([-bend.axes.along[1], bend.axes.along[0]])
    outline[-len(LOWER_OUTER) :] += below * bend.mouth * across
    size = box.y1 - box.y0, box.x1 - box.x0
    inside, around = (
        _grown_polygon(outline - (box.x0, box.y0), grow * bend.mouth, size) for grow in (_LAID, _MATCHED)
    )
    cover = amount * cv2.GaussianBlur(inside, (0, 0), _LAID_SOFT * bend.mouth)
    # Their light is the frame's: by the skin beside them.
    theirs *= _gain(lips, theirs, around * (1 - inside), _MATCHED * bend.mouth)
    lips += cover[..., None] * (theirs - lips)
    alpha[box.slices] = np.maximum(alpha[box.slices], cover)


def _grown_polygon(points: np.ndarray, by: float, shape: tuple[int, int]) -> np.ndarray:
    """float32 [h, w]: 1 in a polygon [n, 2], or less than so many pixels beside it."""
    mask = np.zeros(shape, np.uint8)
    corners = [np.round(points * 16).astype(np.int32)]
    cv2.fillPoly(mask, corners, 1, shift=4)
    cv2.polylines(mask, corners, True, 1, max(1, round(2 * by)), shift=4)
    return mask.astype(np.float32)


def _gain(wanted: np.ndarray, found: np.ndarray, where: np.ndarray, reach: float) -> np.ndarray:
    """The factor [h, w, 3] that makes colours like others where these are to be compared [h, w], smooth."""
    small = tuple(max(1, round(side * _MATCHED_SIDE / max(where.shape))) for side in where.shape[::-1])
    scale = small[0] / where.shape[1]
    weight = cv2.resize(where, small, interpolation=cv2.INTER_AREA)
    colours = [
        cv2.resize(each * where[..., None], small, interpolation=cv2.INTER_AREA) for each in (wanted, found)
    ]
    seen = weight > 0.1
    if seen.any():
        ratio = np.log((colours[0] + 1) / (colours[1] + 1))
        # Clothes, hair or what is behind the face are no skin.
        other = np.abs(ratio - np.median(ratio[seen], axis=0)).max(-1) > np.log(_OTHER)
        colours = [each * ~other[..., None] for each in colours]
    sums = [cv2.GaussianBlur(each, (0, 0), 2 * reach * scale) for each in colours]
    gain = np.clip((sums[0] + 1e-3) / (sums[1] + 1e-3), *_GAINS)
    return cv2.resize(gain, where.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _open(
    rgb: np.ndarray,
    lips: np.ndarray,
    alpha: np.ndarray,
    box: Box,
    bend: Bend,
    source: np.ndarray,
    head: HeadPose,
    pose: MouthPose,
    plate: Plate | None,
    tones: Tones | None,
) -> None:
    """Paint what is seen between the lips, in place: into `lips` (the box's) and `alpha` (the crop's)."""
    top, bottom, mouth, axes = bend.top, bend.bottom, bend.mouth, bend.axes
    # Lips that touch, or that stay where the source has them, show nothing but the source.
    moved = float(np.abs(bend.shift[_INNER]).max())
    upper, lower = axes.points(top), axes.points(bottom)
    gap = max(0.0, float((lower - upper)[:, 1].max()))
    strength = min(1.0, moved / (0.03 * mouth)) * min(1.0, gap / 1.5)
    # A silent mouth shows what the source shows, unless it has to be opened further than that.
    seen = float(np.linalg.norm(source[LOWER_INNER[MIDDLE]] - source[UPPER_INNER[MIDDLE]]))
    strength *= max(pose.active, min(1.0, max(0.0, (gap - seen) / (0.05 * mouth))))
    outline = np.concatenate([top, bottom[::-1]])
    hole = Box.around(outline, 3, box)
    if strength == 0 or hole.area == 0:
        return
    blur = edge_blur(rgb, source, mouth)
    # The tips of a small mouth's opening are thinner than what a pixel shows.
    thin = _TIPS * min(1.0, _SMALL / mouth) * np.array([-axes.along[1], axes.along[0]])
    outline = np.concatenate([top - thin, bottom[::-1] + thin])
    cover = polygon_cover(outline - (hole.x0, hole.y0), hole.x1 - hole.x0, hole.y1 - hole.y0)
    cover = strength * cv2.GaussianBlur(cover, (0, 0), max(0.45, 0.8 * blur))
    px, py = axes.turn(*hole.pixels())
    middle = len(top) // 2
    meet = upper[middle, 1] + UPPER_SHARE * (lower[middle, 1] - upper[middle, 1])
    opening = Opening(
        x=px / mouth,
        y=(py - meet) / mouth,
        upper=(height_at(px, upper) - meet) / mouth,
        lower=(height_at(px, lower) - meet) / mouth,
        pixel=1 / mouth,
        blur=blur / mouth,
    )
    # A silent mouth shows whatever it shows in the source.
    showing = pose.teeth + 1 - pose.active
    tones = tones or tones_of(rgb, source, mouth)
    light = 1.0
    if plate is not None:
        # The skin of the plate's frame may have been seen in the shade, its teeth not.
        light = min(tones.level / plate.level, 1.0)
        light *= plate.shade(gap / mouth)
        tones = replace(tones, enamel=plate.tooth * light)
    inside = paint(opening, tones, min(1.0, showing), pose.tongue)
    ring = bend.ring(box)
    noise = noise_level(lips, ring)
    # Painted edges are half as soft as the picture's; a grainy picture shows finer detail than its lips have.
    more = softness(lips, ring, mouth) ** 2 - (blur / 2) ** 2 if noise < _GRAINY else 0.0
    more *= 1 - noise / _GRAINY
    if more > 0.1:
        inside = cv2.GaussianBlur(inside, (0, 0), _SOFTER * float(np.sqrt(more)))
    if plate is not None:
        size = hole.x1 - hole.x0, hole.y1 - hole.y0
        own, share = plate.shown(head, top[middle], (hole.x0, hole.y0), size)
        share *= min(1.0, 0.3 + 1.5 * showing)
        # Not where the other frame shows the dark beside its teeth, and this one has teeth to show.
        broad = [cv2.GaussianBlur(each @ LUMA, (0, 0), _BROAD * mouth) for each in (own * light, inside)]
        share *= smoothstep((broad[0] / np.maximum(broad[1], 1) - _DARKER) / _DARKER)
        inside += share[..., None] * (own * light - inside)
    inside += grain(rgb, source, hole, noise)
    part = lips[hole.within(box)]
    part += cover[..., None] * (inside - part)
    alpha[hole.slices] = np.maximum(alpha[hole.slices], cover)
