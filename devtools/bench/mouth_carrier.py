"""Which pixels of a frame are painted, and which are the source's own, bent: told by a carrier.

The source gets faint stripes, once as a sine and once as a cosine (and both again upside down, which takes
out what is the same in both). A pixel that comes from the source still has both, wherever it was taken from:
together they have the stripes' strength. A painted pixel has neither.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.media.images import ImageSource

from .mouth_judge import OUTER
from .mouth_paint import Painter, Poses

# Levels of luma. Stripes stand upright, so that what is stretched in height keeps them.
_STRENGTH = 10.0
_PER_MOUTH = 7
# What is blurred out of the strength, in hundredths of the mouth's width.
_SOFT = 0.8


def painted(painter: Painter, rgb: np.ndarray, track: FaceTrack, poses: Poses) -> Iterator[np.ndarray]:
    """float32 [h, w] for each pose: 0 where a still's pixel is the source's, 1 where it is painted.

    rgb: float [h, w, 3] 0..255. track: of the still without stripes, which all are painted with."""
    mesh = track.persons[0].meshes[0]
    along = (mesh[OUTER[1]] - mesh[OUTER[0]])[:2].astype(np.float64)
    width = float(np.linalg.norm(along))
    height, columns = rgb.shape[:2]
    x, y = np.meshgrid(np.arange(columns), np.arange(height))
    phase = 2 * np.pi * _PER_MOUTH / width * (x * along[0] + y * along[1]) / width
    # Room for the stripes at both ends of the scale.
    base = 2 * _STRENGTH + rgb * (255 - 4 * _STRENGTH) / 255
    runs = []
    for wave in (np.sin(phase), np.cos(phase)):
        for sign in (1, -1):
            striped = base + sign * _STRENGTH * wave[..., None]
            runs.append(
                painter.posed(ImageSource(striped[None].astype(np.float32) / 255), poses, loose(track))
            )
    for frames in zip(*runs, strict=True):
        up, down, right, left = (frame.yuv()[0].astype(np.float32) for frame in frames)
        # Where the paint follows the light on the skin, the stripes there change all of it alike.
        waves = [
            wave - cv2.GaussianBlur(wave, (0, 0), width / _PER_MOUTH) for wave in (up - down, right - left)
        ]
        strength = np.hypot(*waves) / (2 * _STRENGTH * 219 / 255)
        share = 1 - np.clip(cv2.GaussianBlur(strength, (0, 0), _SOFT * width / 100), 0, 1)
        yield share[:height, :columns]


def loose(track: FaceTrack) -> FaceTrack:
    """The track without the mark of its source."""
    return FaceTrack(track.persons, track.frames, track.size, track.fps, track.key)
