"""From any decoded picture to upright, even-sized 8-bit I420 planes and their colour tags."""

from __future__ import annotations

from collections.abc import Sequence

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from .colour import rgb_to_yuv_matrix
from .frames import Colour
from .hdr import ToneCurve, ToneMapper
from .orientation import Orientation

RGB_COLOUR = Colour()  # what RGB-coded pictures are converted to: BT.709, limited range
_PLANAR_420 = {"yuv420p", "yuvj420p", "yuva420p"}


def is_rgb_coded(picture: av.VideoFrame) -> bool:
    """RGB, palette and grey pictures have no YUV matrix of their own."""
    kind = picture.format
    return kind.is_rgb or kind.has_palette or kind.name.startswith(("gray", "ya", "mono"))


def has_alpha(picture: av.VideoFrame) -> bool:
    """A palette may have it."""
    kind = picture.format
    return kind.has_palette or any(component.is_alpha for component in kind.components)


def colour_of(picture: av.VideoFrame) -> Colour:
    if is_rgb_coded(picture):
        return RGB_COLOUR
    full = picture.color_range == ColorRange.JPEG or picture.format.name.startswith("yuvj")
    return Colour(int(picture.colorspace), int(picture.color_primaries), int(picture.color_trc), full)


class PlaneConverter:
    """Pictures of one stream to I420 planes [H*3/2, W] that the caller owns.

    8-bit 4:2:0 is copied as it is; everything else goes through swscale with matrix and range kept. Odd sizes
    get the last row or column of the upright picture repeated. A picture whose size differs from the first
    (`size`, width and height as coded) is scaled to it. background: RGB that pictures with opacity are laid
    on, before anything mixes the colours of what can't be seen with those of its neighbours. tone: of HDR.
    """

    def __init__(
        self,
        size: tuple[int, int],
        orientation: Orientation,
        background: tuple[int, int, int] | None = None,
        tone: ToneCurve | None = None,
    ) -> None:
        self._size, self._orientation = size, orientation
        self._scaler, self._opener = VideoReformatter(), VideoReformatter()
        self._background = background
        self._tones = None if tone is None else ToneMapper(tone)

    def __call__(self, picture: av.VideoFrame) -> np.ndarray:
        if self._background is not None and has_alpha(picture):
            picture = self._laid_on(picture, self._background)
        if self._tones is not None:
            picture = self._tones(picture)
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

    def _laid_on(self, picture: av.VideoFrame, background: tuple[int, int, int]) -> av.VideoFrame:
        """Without opacity: RGB as RGB, the others in their own codes, at full size."""
        width, height = picture.width, picture.height
        if is_rgb_coded(picture):
            rgba = self._opener.reformat(picture, format="rgba").to_ndarray()
            rgb = _over(rgba[..., :3], rgba[..., 3:], np.array(background))
            return av.VideoFrame.from_ndarray(rgb, format="rgb24")
        colour = colour_of(picture)
        codes = rgb_to_yuv_matrix(colour, height) @ np.array([*background, 1])
        if picture.format.name == "yuva420p":
            # Colours that are halved already stay as they are.
            y, u, v, alpha = (_plane(plane) for plane in picture.planes)
            half = cv2.resize(alpha, u.shape[::-1], interpolation=cv2.INTER_AREA)
            kind, planes = "yuv420p", zip((y, u, v), (alpha, half, half), codes, strict=True)
        else:
            opened = self._opener.reformat(picture, format="yuva444p")
            y, u, v, alpha = (_plane(plane) for plane in opened.planes)
            kind, planes = "yuv444p", zip((y, u, v), (alpha,) * 3, codes, strict=True)
        flat = av.VideoFrame(width, height, kind)
        for target, (plane, opacity, code) in zip(flat.planes, planes, strict=True):
            rows = _plane(target)
            rows[:] = _over(plane, opacity, code)
        flat.colorspace, flat.color_range = picture.colorspace, picture.color_range
        flat.color_trc, flat.color_primaries = picture.color_trc, picture.color_primaries
        return flat

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


def _over(picture: np.ndarray, opacity: np.ndarray, background: np.ndarray | float) -> np.ndarray:
    """uint8 of uint8, straight alpha: picture and background by its opacity."""
    weight = opacity.astype(np.float32) / 255
    mixed = background + weight * (picture - np.asarray(background, np.float32))
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _plane(plane: av.video.plane.VideoPlane) -> np.ndarray:
    return _view(plane, plane.height, plane.width)


def _view(plane: av.video.plane.VideoPlane, height: int, width: int) -> np.ndarray:
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:height, :width]
