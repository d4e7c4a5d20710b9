"""What a source is: the facts that decide how its pictures have to be treated."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal, cast

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from .container import sound_stream
from .frames import Colour
from .hdr import HDR_TRANSFERS
from .orientation import Orientation
from .planes import colour_of, has_alpha, is_rgb_coded
from .side_data import side_data_of

FieldOrder = Literal["progressive", "top field first", "bottom field first"]
# AVFieldOrder: TT, BB, TB, BT. FFmpeg's own decoders go by the first letter, what is coded first.
_FIELD_ORDERS: dict[int, FieldOrder] = {
    2: "top field first", 3: "bottom field first", 4: "top field first", 5: "bottom field first",
}  # fmt: skip
_SUBSAMPLINGS = {(0, 0): "4:4:4", (1, 0): "4:2:2", (1, 1): "4:2:0", (0, 1): "4:4:0", (2, 0): "4:1:1",
                 (2, 2): "4:1:0"}  # fmt: skip
# Sample entries of streams that nothing else can show (Dolby Vision Streams Within the ISO Base Media File
# Format 2.6, 3.1); what has another transfer as well is tagged with it.
_DOLBY_VISION = ("dvh1", "dvhe", "dva1", "dvav")
_UNSPECIFIED = 2
_BASE = Fraction(1, 25)
# Of AVMasteringDisplayMetadata: ten ratios (primaries, white, lowest and highest cd/m²), two flags.
_MASTERING = struct.Struct("20i2i")


@dataclass(frozen=True)
class SourceFacts:
    """bit_depth: of a component. subsampling: "4:2:0" and the like, "RGB" for what has no matrix of its own.
    colour: tags. alpha: there is opacity. aspect: of a sample, width ÷ height. field_order: of interlaced
    footage what is shown first; marked: its pictures say so, too. orientation: what makes it upright. stored:
    what would, of the file as it is; another where that was done when it was opened. variable: times don't
    lie on a grid. channels: of its sound, 0 without, and where the file doesn't tell. tiles: pictures that a
    still is put together from. profile: that its colours were converted from. still: a picture file. peak:
    cd/m² of the display that HDR was mastered on, 0 where nobody says. dolby_vision: coded in a way of its
    own, which is no other HDR's."""

    bit_depth: int = 8
    subsampling: str = "RGB"
    colour: Colour = Colour()
    alpha: bool = False
    aspect: Fraction = Fraction(1)
    field_order: FieldOrder = "progressive"
    marked: bool = False
    orientation: Orientation = Orientation()
    stored: Orientation = Orientation()
    variable: bool = False
    channels: int = 0
    tiles: int = 1
    profile: str = ""
    still: bool = False
    peak: float = 0.0
    dolby_vision: bool = False


def facts_of(
    first: av.VideoFrame, stream: VideoStream, orientation: Orientation, variable: bool
) -> SourceFacts:
    """first: the stream's first picture."""
    container, kind = cast(InputContainer, stream.container), first.format
    # Picture files state a density that viewers don't look at.
    still = "_pipe" in container.format.name or container.format.name == "image2"
    sound = sound_stream(container)
    return SourceFacts(
        bit_depth=max(component.bits for component in kind.components) if kind.components else 8,
        subsampling="RGB" if is_rgb_coded(first) else _subsampling(first),
        colour=_colour(first),
        alpha=has_alpha(first) and not (still and is_opaque(first)),
        aspect=Fraction(1) if still else stream.sample_aspect_ratio or Fraction(1),
        field_order=_field_order(first, stream),
        marked=first.interlaced_frame,
        orientation=orientation,
        variable=variable,
        channels=sound.codec_context.layout.nb_channels if sound else 0,
        still=still,
        peak=_peak(first, stream.codec_context.name),
        dolby_vision=stream.codec_context.codec_tag in _DOLBY_VISION and int(first.color_trc) == _UNSPECIFIED,
    )


def _colour(first: av.VideoFrame) -> Colour:
    """What RGB is converted to says nothing of its transfer, which counts where it is HDR's."""
    colour, transfer = colour_of(first), int(first.color_trc)
    return replace(colour, transfer=transfer) if transfer in HDR_TRANSFERS else colour


def is_opaque(picture: av.VideoFrame) -> bool:
    return bool(picture.to_ndarray(format="rgba")[..., 3].min() == 255)


def _subsampling(picture: av.VideoFrame) -> str:
    kind = picture.format
    # Of 16 samples: sizes are rounded up.
    across, down = 16 // kind.chroma_width(16), 16 // kind.chroma_height(16)
    return _SUBSAMPLINGS.get((across.bit_length() - 1, down.bit_length() - 1), f"1/{across}x{down}")


def _field_order(first: av.VideoFrame, stream: VideoStream) -> FieldOrder:
    """What a picture says of itself goes before what the stream says, as when it is deinterlaced."""
    if first.interlaced_frame:
        return _first_field(first)
    return _FIELD_ORDERS.get(int(stream.codec_context.field_order), "progressive")


def _first_field(picture: av.VideoFrame) -> FieldOrder:
    """PyAV doesn't hand on the picture's mark, but FFmpeg's separatefields goes by it: its first field of a
    picture whose odd rows alone are white is black where the top one comes first."""
    graph = av.filter.Graph()
    chain = [
        graph.add_buffer(width=picture.width, height=picture.height, format=picture.format, time_base=_BASE),
        graph.add("crop", "16:16:0:0"),
        graph.add("format", "yuv444p"),
        graph.add("geq", "lum=255*mod(Y\\,2):cb=128:cr=128"),
        graph.add("separatefields"),
        graph.add("buffersink"),
    ]
    for before, after in pairwise(chain):
        before.link_to(after)
    graph.configure()
    graph.vpush(picture)
    return "top field first" if graph.vpull().to_ndarray()[0].mean() < 128 else "bottom field first"


def _peak(picture: av.VideoFrame, codec: str) -> float:
    data = side_data_of(picture, "MASTERING_DISPLAY_METADATA", codec)
    if data is None or len(data) < _MASTERING.size:
        return 0.0
    numbers: Sequence[int] = _MASTERING.unpack(data[: _MASTERING.size])
    highest, per = numbers[18:20]
    return highest / per if numbers[21] and per > 0 else 0.0
