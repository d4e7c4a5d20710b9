"""HDR (PQ, HLG) to SDR: the light that a display would show, compressed by BT.2390, in BT.709."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import cast

import av
import numpy as np
from av.filter.context import FilterContext
from av.video.reformatter import ColorRange

HDR_TRANSFERS = {16: "PQ", 18: "HLG"}  # ITU-T H.273, table 3
REFERENCE_WHITE = 203  # cd/m² of HDR that is SDR's white (ITU-R BT.2408-7, table 1)
_HLG_PEAK = 1000.0  # cd/m² of the display that HLG's system gamma of 1.2 is for (BT.2100-2, table 5)
_HLG_GAMMA = 1.2
_USUAL_PEAK, _HIGHEST_PEAK = 1000.0, 10_000.0
# ITU-R BT.2100-2, table 4 (SMPTE ST 2084).
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
# BT.2100-2, table 5.
_A = 0.17883277
_B, _C = 1 - 4 * _A, 0.5 - _A * np.log(4 * _A)
_LUMA_2020 = np.array([0.2627, 0.6780, 0.0593])
# ITU-R BT.2407-0, 2.2: linear BT.2020 to BT.709.
_TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
_SDR_GAMMA = 2.4  # ITU-R BT.1886, annex 1, with a black of 0

# Of FFmpeg's haldclut: the table has the cube of this on each side of its picture, its square for an edge.
_LEVEL = 9
_FORMAT = "gbrp16le"  # the fastest that the filter takes
# Between the table's points FFmpeg interpolates, which a gamma near black and colours cut off at 0 spoil: the
# table holds what is smooth, linear light from below 0 (a colour that BT.709 lacks) to above 1, by a power
# that is softened by an offset; a curve for each channel then makes codes of it.
_LOWEST, _HIGHEST, _SOFT = -0.7, 1.7, 0.01
_BASE = Fraction(1, 25)


def pq_to_light(code: np.ndarray) -> np.ndarray:
    """cd/m², 0..10000, of codes 0..1 (BT.2100-2, table 4: EOTF)."""
    power = np.power(np.clip(code, 0, 1), 1 / _M2)
    return 10_000 * np.power(np.maximum(power - _C1, 0) / (_C2 - _C3 * power), 1 / _M1)


def light_to_pq(light: np.ndarray | float) -> np.ndarray:
    """The inverse."""
    power = np.power(np.clip(np.asarray(light, np.float64) / 10_000, 0, 1), _M1)
    return np.power((_C1 + _C2 * power) / (1 + _C3 * power), _M2)


def hlg_to_light(code: np.ndarray) -> np.ndarray:
    """cd/m² of a display of 1000, of RGB codes 0..1, [..., 3] (BT.2100-2, table 5: inverse OETF, OOTF)."""
    code = np.clip(code, 0, 1)
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - _C) / _A) + _B) / 12)
    luminance = scene @ _LUMA_2020
    return _HLG_PEAK * np.power(luminance, _HLG_GAMMA - 1)[..., None] * scene


def eetf(light: np.ndarray, peak: float, target: float) -> np.ndarray:
    """cd/m² on a display of `target` for those of one of `peak`, both with a black of 0 (ITU-R BT.2390-11,
    5.4.1: a Hermite spline above a knee, in PQ)."""
    whole = light_to_pq(peak)
    code, highest = np.minimum(light_to_pq(light) / whole, 1), float(light_to_pq(target) / whole)
    if highest >= 1:
        return np.minimum(light, target)
    knee = 1.5 * highest - 0.5
    t = (code - knee) / (1 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * highest
    )
    return pq_to_light(np.where(code < knee, code, spline) * whole)


@dataclass(frozen=True)
class ToneCurve:
    """hlg: the transfer is HLG, else PQ. peak: cd/m² of the display that it was made on."""

    hlg: bool
    peak: float

    @classmethod
    def of(cls, hlg: bool, peak: float = 0.0) -> ToneCurve:
        """peak: of the mastering display, 0 where nobody says."""
        if hlg:
            return cls(True, _HLG_PEAK)
        return cls(False, min(max(peak or _USUAL_PEAK, float(REFERENCE_WHITE)), _HIGHEST_PEAK))

    def to_linear(self, code: np.ndarray) -> np.ndarray:
        """BT.2020 RGB codes 0..1, [..., 3], to light of BT.709, float64, 1 for white. The curve is each
        channel's."""
        light = hlg_to_light(code) if self.hlg else pq_to_light(code)
        return eetf(light, self.peak, REFERENCE_WHITE) / REFERENCE_WHITE @ _TO_709.T

    def table(self) -> np.ndarray:
        """`to_linear` of a grid of 81 x 81 x 81 codes as FFmpeg's haldclut takes it: softened, uint16
        [729, 729, 3], red changes fastest."""
        edge = np.linspace(0, 1, _LEVEL * _LEVEL)
        blue, green, red = np.meshgrid(edge, edge, edge, indexing="ij")
        values = _softened(self.to_linear(np.stack([red, green, blue], axis=-1)))
        lowest, highest = _softened(np.array([_LOWEST, _HIGHEST]))
        side = _LEVEL**3
        return (
            np.round((values - lowest) / (highest - lowest) * 65535).astype(np.uint16).reshape(side, side, 3)
        )


def _softened(linear: np.ndarray) -> np.ndarray:
    power = np.power(np.abs(linear) + _SOFT, 1 / _SDR_GAMMA) - _SOFT ** (1 / _SDR_GAMMA)
    return np.copysign(power, linear)


def _sharpened() -> str:
    """The curve of a channel, from the table's numbers to codes, as FFmpeg's lutrgb takes it."""
    lowest, highest = _softened(np.array([_LOWEST, _HIGHEST])).tolist()
    soft = f"max(val/65535*{highest - lowest}+{lowest},0)+{_SOFT ** (1 / _SDR_GAMMA)}"
    curve = f"65535*pow(clip(pow({soft},{_SDR_GAMMA})-{_SOFT},0,1),{1 / _SDR_GAMMA})"
    return ":".join(f"{channel}='{curve}'" for channel in "rgb")


class ToneMapper:
    """Decoded HDR pictures to SDR ones, RGB of 16 bits: `ToneCurve` as a table that FFmpeg interpolates."""

    def __init__(self, curve: ToneCurve) -> None:
        self._curve = curve
        self._lookup: _Lookup | None = None

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        if self._lookup is None or not self._lookup.takes(picture):
            table = _table(self._curve)[..., list(_table_order())]
            # The filter, unlike PyAV's reformatter, knows where a picture's chroma lies.
            value_range = "pc" if picture.color_range == ColorRange.JPEG else "tv"
            coded = "" if picture.format.is_rgb else f":in_color_matrix=bt2020:in_range={value_range}"
            opened = "scale", f"flags=bilinear+accurate_rnd+full_chroma_inp{coded}:out_range=pc"
            self._lookup = _Lookup(picture, table, before=[opened], after=[("lutrgb", _sharpened())])
        return self._lookup(picture)


@lru_cache(2)
def _table(curve: ToneCurve) -> np.ndarray:
    """Takes half a second to make."""
    return curve.table()


class _Lookup:
    """FFmpeg's haldclut for pictures like the first, with a table uint16 [n, n, 3], among other filters (name
    and options)."""

    def __init__(
        self,
        first: av.VideoFrame,
        table: np.ndarray,
        before: Sequence[tuple[str, str]] = (),
        after: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._kind = _kind(first)
        self._shown = 0
        # The graph has to live as long as its ends, which don't hold it.
        self._graph = av.filter.Graph()
        side = len(table)
        self._input = self._graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=_BASE
        )
        tables = self._graph.add_buffer(
            width=side, height=side, format=av.VideoFormat(_FORMAT), time_base=_BASE
        )
        mapped = self._graph.add("haldclut", "clut=first:interp=tetrahedral")
        self._output = self._graph.add("buffersink")
        self._chain(self._input, [*before, ("format", _FORMAT)], mapped)
        tables.link_to(mapped, 0, 1)
        self._chain(mapped, after, self._output)
        self._graph.configure()
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(table), format="rgb48le")
        tables.push(_at(frame.reformat(format=_FORMAT), 0))
        tables.push(None)

    def takes(self, picture: av.VideoFrame) -> bool:
        return _kind(picture) == self._kind

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        self._input.push(_at(picture, self._shown))
        self._shown += 1
        return cast(av.VideoFrame, self._output.pull())

    def _chain(self, first: FilterContext, filters: Sequence[tuple[str, str]], last: FilterContext) -> None:
        for name, options in filters:
            following = self._graph.add(name, options)
            first.link_to(following)
            first = following
        first.link_to(last)


@cache
def _table_order() -> tuple[int, int, int]:
    """What a table's red, green and blue have to hold. FFmpeg 8 takes the planes of a table, which are green,
    blue and red, for red, green and blue; what becomes of red tells whether it still does."""
    edge = np.linspace(0, 65535, 4).astype(np.uint16)
    blue, green, red = np.meshgrid(edge, edge, edge, indexing="ij")
    same = np.stack([red, green, blue], axis=-1).reshape(8, 8, 3)
    picture = np.zeros((16, 16, 3), np.uint16)
    picture[..., 0] = 65535
    frame = av.VideoFrame.from_ndarray(picture, format="rgb48le").reformat(format=_FORMAT)
    seen = _Lookup(frame, same)(frame).reformat(format="rgb48le").to_ndarray()
    return (0, 1, 2) if np.array_equal(seen, picture) else (2, 0, 1)


def _kind(picture: av.VideoFrame) -> tuple[int, int, str]:
    return picture.width, picture.height, picture.format.name


def _at(picture: av.VideoFrame, tick: int) -> av.VideoFrame:
    picture.pts, picture.time_base = tick, _BASE
    return picture
