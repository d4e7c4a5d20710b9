"""Frames of several sources in one video: as large as one of them, in its colours."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cv2

from ...engine.media.colour import rgb_to_planes, to_rgb
from ...engine.media.frames import Frame
from ...engine.media.source import Source


def fitted(frame: Frame, model: Source) -> Frame:
    """A frame with the model's size, sample aspect and colour tags, scaled and converted where it must be;
    its planes are the same where it needn't. Of tags, those decide that tell what the planes' codes mean:
    matrix and range, as players read them."""
    width, height = model.stored_size
    planes, colour = frame.planes, model.colour
    same_size = planes.shape == (height * 3 // 2, width)
    own = frame.colour.luma(frame.height), frame.colour.full_range
    if not same_size or own != (colour.luma(height), colour.full_range):
        rgb = to_rgb(replace(frame, aspect=Fraction(1)))
        if not same_size:
            smaller = width < rgb.shape[1] or height < rgb.shape[0]
            way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
            rgb = cv2.resize(rgb, (width, height), interpolation=way)
        planes = rgb_to_planes(rgb, colour)
    return replace(frame, planes=planes, colour=colour, aspect=model.aspect)
