"""From any decoded picture to upright, even-sized 8-bit I420 planes and their colour tags."""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from .frames import Colour
from .orientation import Orientation

RGB_COLOUR = Colour()  # what RGB-coded pictures are converted to: BT.709, limited range
_PLANAR_420 = {"yuv420p", "yuvj420p", "yuva420p"}


def is_rgb_coded(picture: av.VideoFrame) -> bool:
    """RGB, palette and grey pictures have no YUV matrix of their own."""
    kind = picture.format
    return kind.is_rgb or kind.has_palette or kind.name.startswith(("gray", "ya", "mono"))


def colour_of(picture: av.VideoFrame) -> Colour:
    if is_rgb_coded(picture):
        return RGB_COLOUR
    full = picture.color_range == ColorRange.JPEG or picture.format.name.startswith("yuvj")
    return Colour(int(picture.colorspace), int(picture.color_primaries), int(picture.color_trc), full)


class PlaneConverter:
    """Pictures of one stream to I420 planes [H*3/2, W] that the caller owns.

    8-bit 4:2:0 is copied as it is; everything else goes through swscale with matrix and range kept. Alpha is
    ignored: the colour planes stay what they are, nothing is blended over black. Odd sizes get the last row
    or column of the upright picture repeated. A picture whose size differs from the first (`size`, width and
    height as coded) is scaled to it.
    """

    def __init__(self, size: tuple[int, int], orientation: Orientation) -> None:
        self._size, self._orientation = size, orientation
        self._scaler = VideoReformatter()

    def __call__(self, picture: av.VideoFrame) -> np.ndarray:
        if picture.format.name not in _PLANAR_420 or (picture.width, picture.height) != self._size:
            picture = self._to_420(picture)
        width, height = picture.width, picture.height
        even_width, even_height = width + width % 2, height + height % 2
        planes = np.empty((even_height * 3 // 2, even_width), np.uint8)
        luma = planes[:even_height]
        luma[:height, :width] = _view(picture.planes[0], height, width)
        luma[height:, :width] = luma[height - 1, :width]
        luma[:, width:] = luma[:, width - 1 : width]
        chroma = planes[even_height:].reshape(2, even_height // 2, even_width // 2)
        for plane, target in zip(picture.planes[1:3], chroma, strict=True):
            target[:] = _view(plane, *target.shape)
        return planes if self._orientation == Orientation() else self._upright(planes)

    def _upright(self, planes: np.ndarray) -> np.ndarray:
        height, width = planes.shape[0] * 2 // 3, planes.shape[1]
        luma = self._orientation.apply(planes[:height])
        chroma = [*map(self._orientation.apply, planes[height:].reshape(2, height // 2, width // 2))]
        turned = self._orientation.size(*self._size)
        for axis, reversed_ in ((1, self._orientation.mirrored), (0, self._orientation.flipped)):
            if reversed_ and turned[1 - axis] % 2:
                _pull(luma, chroma, axis)
        return np.concatenate([luma.reshape(-1), *(plane.reshape(-1) for plane in chroma)]).reshape(
            luma.shape[0] * 3 // 2, luma.shape[1]
        )

    def _to_420(self, picture: av.VideoFrame) -> av.VideoFrame:
        width, height = self._size
        flags = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
        if is_rgb_coded(picture):
            source, target = ColorRange.JPEG, ColorRange.MPEG
            matrix = {"dst_colorspace": Colorspace.ITU709}
        else:
            source = target = ColorRange.JPEG if colour_of(picture).full_range else ColorRange.MPEG
            matrix = {}
        return self._scaler.reformat(
            picture,
            width,
            height,
            "yuv420p",
            interpolation=flags,
            src_color_range=source,
            dst_color_range=target,
            **matrix,
        )


def _pull(luma: np.ndarray, chroma: Sequence[np.ndarray], axis: int) -> None:
    """In place: the column or row that was added at the end, and became the first when the picture was
    reversed, goes back there. Chroma moves by half a sample, to the means of neighbours."""
    lines = luma.swapaxes(0, axis)
    lines[:-1] = lines[1:]
    for plane in chroma:
        halves = plane.swapaxes(0, axis)
        halves[:-1] = (halves[:-1].astype(np.uint16) + halves[1:] + 1) // 2


def _view(plane: av.video.plane.VideoPlane, height: int, width: int) -> np.ndarray:
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:height, :width]
