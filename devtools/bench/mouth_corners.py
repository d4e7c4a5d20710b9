"""Whether what is painted of an open mouth ends where the lips do."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from lipsync_studio.engine.media.colour import to_rgb

from .mouth_carrier import painted
from .mouth_judge import INNER, OUTER, OUTER_RING, Judge
from .mouth_media import Media, still
from .mouth_paint import Painter, poses
from .table import Row

MAX_OFF = 0.03
_ASKED = (0.1, 0.2, 0.35)
_PAINTED = 0.4
# Where paint is looked for around the lips, and the tip of an opening, in widths of the mouth.
_AROUND, _TIP = 0.08, 0.015
# Smaller pieces are the picture's grain, in parts of a mouth's width squared.
_SPECK = 0.001
# Of the upper and the lower inner lip the points next to the corners.
_BESIDE = [(191, 95), (415, 324)]
# Where the line between the lips is looked for in the untouched picture, and what is blurred out of it, in
# widths of the mouth; how much darker it is than the skin, levels.
_REACH, _FINE, _DEEP = 0.06, 0.01, 4.0


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    judge = Judge()
    results = {}
    for path in media.faces:
        source = still(path)
        asked = poses(_ASKED)
        rgb = to_rgb(next(iter(source.read()))).astype(np.float64)
        meshes = judge.meshes(painter.posed(source, asked))
        masks = painted(painter, rgb, painter.track(source), asked)
        ends = {
            f"{opened:g}": _off(mask, mesh) for opened, mask, mesh in zip(_ASKED, masks, meshes, strict=True)
        }
        pixel = 1 / float(np.linalg.norm(meshes[0][OUTER[1]] - meshes[0][OUTER[0]]))
        (mesh,) = judge.meshes(source.read())
        own = judged_off(cv2.cvtColor(rgb.astype(np.float32), cv2.COLOR_RGB2GRAY), mesh)
        results[path.name] = {"ends": ends, "own": own, "limit": max(MAX_OFF, pixel) + own}
    return results


def judged_off(luma: np.ndarray, mesh: np.ndarray) -> float:
    """How far the judge's corners lie beside the dark line between the lips of the untouched picture, in
    widths of the mouth: the mean of both, 0 where there is no line. luma: float32 [h, w].

    The line is looked for from the outer corner to the inner one and on to the next points of the judge's
    inner lips, because a short line ends before the corners that the judge sees."""
    points = mesh[:, :2].astype(np.float64)
    corners = points[list(OUTER)]
    width = float(np.linalg.norm(corners[1] - corners[0]))
    down = np.array([-(corners[1] - corners[0])[1], (corners[1] - corners[0])[0]]) / width
    across = np.linspace(-_REACH, _REACH, 49) * width
    soft = cv2.GaussianBlur(luma, (0, 0), max(0.6, _FINE * width))
    found = []
    for outer, within, beside in zip(corners, points[list(INNER)], points[_BESIDE].mean(1), strict=True):
        way = [outer, (outer + within) / 2, within, (within + beside) / 2, beside]
        x, y = (np.array(way)[None] + across[:, None, None] * down).astype(np.float32).transpose(2, 0, 1)
        strip = cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        deep = np.minimum(strip[0], strip[-1]) - strip.min(0) > _DEEP
        off = across[strip.argmin(0)][deep]
        found.append(abs(float(np.median(off))) / width if deep.sum() > 1 else 0.0)
    return float(np.mean(found))


def _off(mask: np.ndarray, mesh: np.ndarray) -> list[dict[str, float]]:
    """Of the left and the right end: from the lips' corner, which is between the mesh's inner and outer one,
    in widths of the mouth; along (positive: the paint ends inside), across (positive: below) and in all."""
    corners = mesh[list(OUTER), :2].astype(np.float64)
    inner = mesh[list(INNER), :2].astype(np.float64)
    width = float(np.linalg.norm(corners[1] - corners[0]))
    axis = (corners[1] - corners[0]) / width
    turn = np.array([axis, [-axis[1], axis[0]]])
    near = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(near, [np.round(mesh[list(OUTER_RING), :2]).astype(np.int32)], 1)
    around = cv2.dilate(near, np.ones((2 * round(_AROUND * width) + 1,) * 2, np.uint8)) > 0
    shown = ((mask > _PAINTED) & around).astype(np.uint8)
    # Pieces a pixel apart are one: a tip is thinner than that.
    _, piece = cv2.connectedComponents(cv2.dilate(shown, np.ones((3, 3), np.uint8)))
    sizes = np.bincount(piece[shown > 0], minlength=1)
    y, x = np.nonzero((shown > 0) & (sizes >= _SPECK * width**2)[piece])
    if not len(x):
        return [{"along": 1.0, "across": 0.0, "off": 1.0}] * 2
    points = (np.stack([x, y], 1) - corners.mean(0)) @ turn.T / width
    ends = []
    for side, outer, within in zip((-1, 1), corners, inner, strict=True):
        tip = points[side * points[:, 0] >= (side * points[:, 0]).max() - _TIP]
        end = np.array([side * (side * tip[:, 0]).max(), tip[:, 1].mean()])
        a, b = ((each - corners.mean(0)) @ turn.T / width for each in (outer, within))
        share = np.clip((end - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        off = end - (a + share * (b - a))
        ends.append(
            {"along": float(-side * off[0]), "across": float(off[1]), "off": float(np.linalg.norm(off))}
        )
    return ends


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [("opening's ends from the lips' corners, left and right (inwards, down), widths", "")]
    for name, each in results.items():
        table.append(
            (
                f"  {name}",
                f"{_worst(each):.3f} at most (limit {each['limit']:.3f}; the judge's own {each['own']:.3f})",
            )
        )
        for asked, ends in each["ends"].items():
            said = "; ".join(f"{end['off']:.3f} ({end['along']:+.3f}, {end['across']:+.3f})" for end in ends)
            table.append((f"    open {asked}", said))
    return table


def _worst(face: dict[str, Any]) -> float:
    return float(max(end["off"] for ends in face["ends"].values() for end in ends))


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    return {
        f"the opening's ends are within {MAX_OFF:.0%}, or a pixel, and the judge's error of the corners": all(
            _worst(face) <= face["limit"] for face in results.values()
        )
    }
