"""How much of an opening that is asked for is seen, on every face; whether closed lips are seen closed.

Asked for is what speech asks for (`motion` opens no mouth by more than 0.21) and half as much again, which is
a `strength` of 1.45. Beyond, as far as 0.45, the judge takes a tongue for the lower lip; that slope is
printed, too.

The judge is not certain of a painted mouth: its reading of wide openings depends on things that cannot be
seen. So each face is measured with the grain of the paint as it is and with the same grain mirrored, turned
and moved by a few pixels; the mean, the least and the most of these slopes are printed beside the one as it
is.

And it reads some mouths as open in which nothing parts the lips: its own reading of a face is that of the
same picture, closed, whose line between the lips is painted out with the lips' colours, so that there is no
mouth to be open. `above` is by how much more it reads of the closed mouth than that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import cv2
import numpy as np

from lipsync_studio.backends.viseme import render
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.frames import Frame
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.source import Source

from .mouth_judge import INNER_RING, OUTER, Judge, opening
from .mouth_media import Media, still
from .mouth_paint import Painter, poses
from .table import Row

MIN_SLOPE, MAX_CLOSED = 0.85, 0.02
_ASKED = np.linspace(0.0, 0.45, 19)
_SPOKEN = _ASKED <= 0.3 + 1e-6
# A wide opening says most of how much is seen of one.
_WIDE = 0.1
# Closed lips are the mean of so many frames, since each has another grain. They come first: the judge looks
# where the mouth was in the frame before, and no mouth closes at once from its widest.
_STILL = 5
_GRAINS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mirrored": lambda grain: grain[:, ::-1],
    "upside down": lambda grain: grain[::-1],
    "turned": lambda grain: grain[::-1, ::-1],
    "moved": lambda grain: np.roll(grain, (1, 1), (0, 1)),
    "moved further": lambda grain: np.roll(grain, (3, 2), (0, 1)),
}
# The line between the lips, and what is beside it, in widths of the mouth.
_LINE = 0.03
# Of readings that are the same but for the judge's uncertainty.
_SAME = 0.005


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    judge = Judge()
    results = {}
    for path in media.faces:
        source = still(path)
        shut = [poses([0.0] * _STILL), poses([0.0] * _STILL, press=1.0)]
        frames = list(painter.posed(source, np.concatenate([*shut, poses(_ASKED)])))
        meshes = judge.meshes(frames)
        deep = opening(meshes, 3)[2 * _STILL :]
        closed, pressed, read = np.split(opening(meshes), (_STILL, 2 * _STILL))
        wide = _SPOKEN & (_ASKED >= _WIDE)
        (untouched,) = opening(judge.meshes(source.read()))
        slope = _slope(read)
        slopes = [slope, *(_other_grain(judge, painter, source, each) for each in _GRAINS.values())]
        own = _painted_out(judge, frames[0], meshes[0])
        results[path.name] = {
            "read": read.round(4).tolist(),
            "slope": slope,
            "slopes": slopes,
            "slope_3d": _slope(deep),
            "beyond": float(np.polyfit(_ASKED, read, 1)[0]),
            "least": float((read[wide] / _ASKED[wide]).min()),
            "untouched": float(untouched),
            "own": own,
            "closed": float(closed.mean()),
            "pressed": float(pressed.mean()),
            "above": max(float(max(closed.mean(), pressed.mean())) - own, 0.0),
        }
    return {"asked": _ASKED.round(4).tolist(), "faces": results}


def _slope(read: np.ndarray) -> float:
    return float(np.polyfit(_ASKED[_SPOKEN], read[_SPOKEN], 1)[0])


def _other_grain(
    judge: Judge, painter: Painter, source: Source, change: Callable[[np.ndarray], np.ndarray]
) -> float:
    grain = render.grain
    with mock.patch.object(render, "grain", lambda *arguments: change(grain(*arguments))):
        return _slope(opening(judge.meshes(painter.posed(source, poses(_ASKED)))))


def _painted_out(judge: Judge, frame: Frame, mesh: np.ndarray) -> float:
    """How far open the judge reads a closed mouth whose lips have no line between them."""
    rgb = to_rgb(frame)
    width = float(np.linalg.norm(mesh[OUTER[1], :2] - mesh[OUTER[0], :2]))
    line: np.ndarray = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillPoly(line, [np.round(mesh[list(INNER_RING), :2]).astype(np.int32)], 255)
    line = cv2.dilate(line, np.ones((2 * max(1, round(_LINE * width)) + 1,) * 2, np.uint8))
    filled = cv2.inpaint(rgb, line, max(2.0, _LINE * width), cv2.INPAINT_TELEA)
    (read,) = opening(judge.meshes(ImageSource(filled[None].astype(np.float32) / 255).read()))
    return float(read)


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [
        (
            "opening seen of the one asked for, to 0.3: slope (3-D; least from 0.1 on; to 0.45); with other "
            "grain: mean, least to most",
            "",
        )
    ]
    for name, each in results["faces"].items():
        seen = f"{each['slope']:.2f} ({each['slope_3d']:.2f}; {each['least']:.2f}; {each['beyond']:.2f})"
        spread = f"{np.mean(each['slopes']):.2f}, {min(each['slopes']):.2f} to {max(each['slopes']):.2f}"
        table.append((f"  {name}", f"{seen}; {spread}"))
    table.append(
        ("closed lips are read as (pressed); the untouched picture; the judge's own, above that", "")
    )
    for name, each in results["faces"].items():
        closed = f"{each['closed']:.3f} ({each['pressed']:.3f}); {each['untouched']:.3f}"
        table.append((f"  {name}", f"{closed}; {each['own']:.3f}, {each['above']:.3f}"))
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    faces = results["faces"].values()
    return {
        f"the mesh reads ≥ {MIN_SLOPE} of the opening asked for": min(each["slope"] for each in faces)
        >= MIN_SLOPE,
        f"the mesh reads ≥ {MIN_SLOPE} of it with some grain, if not with all": min(
            max(each["slopes"]) for each in faces
        )
        >= MIN_SLOPE,
        f"closed lips read ≤ {MAX_CLOSED}": all(
            max(each["closed"], each["pressed"]) <= MAX_CLOSED for each in faces
        ),
        f"closed lips read ≤ {MAX_CLOSED}, or no more than the judge's own": all(
            max(each["closed"], each["pressed"]) <= MAX_CLOSED or each["above"] <= _SAME for each in faces
        ),
    }
