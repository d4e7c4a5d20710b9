"""Sources of every kind, made by the ffmpeg program: read, written again, and compared with what it sees."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import ffmpeg
import numpy as np
import pytest

from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

SIZE = (128, 96)
SMOOTH = (
    "gradients=s=128x96:r=25:d=0.32:nb_colors=4:seed=7:speed=0.08:c0=red:c1=0x30a0ff:c2=0xf0e0a0:c3=0x204020"
)
# Up to 620 cd/m² in PQ.
DIM = "format=gbrp16le,lutrgb=r=val*0.7:g=val*0.7:b=val*0.7"
BT2020 = "setparams=color_primaries=bt2020:colorspace=bt2020nc:range=tv:color_trc="
HOLE = "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*clip((X-40)/24,0,1)'"
QUIET = ("-x265-params", "log-level=none")
KEEP = "scale=flags=bilinear+accurate_rnd+full_chroma_inp"
TO_709 = f"{KEEP}:in_range=pc:out_color_matrix=bt709:out_range=tv"

Planes = list[np.ndarray]


@dataclass(frozen=True)
class Made:
    """filters, options: of ffmpeg, from SMOOTH to the file. pix_fmt, convert, before: what ffmpeg decodes it
    to for the comparison, and how. shown: from that, what the planes have to be. note: what a run report says
    of it, "" for nothing."""

    name: str
    filters: str
    options: tuple[str, ...]
    note: str = ""
    pix_fmt: str = "yuv420p"
    convert: str = KEEP
    before: tuple[str, ...] = ()
    shown: Callable[[list[np.ndarray], tuple[int, int]], list[Planes]] | None = None


def planes_of(data: np.ndarray, size: tuple[int, int]) -> Planes:
    """Of yuv420p, float64."""
    width, height = size
    half = -(-width // 2) * -(-height // 2)
    y, u, v = np.split(data, [width * height, width * height + half])
    return [plane.astype(np.float64) for plane in (y, u, v)]


def sdr(transfer: str) -> Callable[[list[np.ndarray], tuple[int, int]], list[Planes]]:
    """BT.2100's light, BT.2390's curve from 1000 to 203 cd/m², BT.2407's primaries, BT.1886's gamma: written
    from the recommendations, by itself."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875

    def light(code: np.ndarray) -> np.ndarray:
        power = code ** (1 / m2)
        return 10000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)

    def code_of(nits: np.ndarray) -> np.ndarray:
        power = (nits / 10000) ** m1
        return ((c1 + c2 * power) / (1 + c3 * power)) ** m2

    def hlg(code: np.ndarray) -> np.ndarray:
        a = 0.17883277
        b = 1 - 4 * a
        c = 0.5 - a * np.log(4 * a)
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        luma = scene[..., :1] * 0.2627 + scene[..., 1:2] * 0.678 + scene[..., 2:] * 0.0593
        return 1000 * luma**0.2 * scene

    def curve(nits: np.ndarray) -> np.ndarray:
        e1 = np.minimum(code_of(nits) / code_of(np.array(1000.0)), 1)
        top = code_of(np.array(203.0)) / code_of(np.array(1000.0))
        ks = 1.5 * top - 0.5
        t = (e1 - ks) / (1 - ks)
        p = (2 * t**3 - 3 * t**2 + 1) * ks + (t**3 - 2 * t**2 + t) * (1 - ks) + (3 * t**2 - 2 * t**3) * top
        return light(np.where(e1 < ks, e1, p) * code_of(np.array(1000.0)))

    def mapped(data: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        green, blue, red = data.view("<u2").reshape(3, size[1], size[0]) / 65535
        code = np.stack([red, green, blue], axis=-1)
        nits = curve(hlg(code) if transfer == "hlg" else light(code))
        linear = (
            nits
            / 203
            @ np.array([[1.6605, -0.1246, -0.0182], [-0.5876, 1.1329, -0.1006], [-0.0728, -0.0083, 1.1187]])
        )
        return np.round(np.clip(linear, 0, 1) ** (1 / 2.4) * 65535).astype("<u2")

    def shown(frames: list[np.ndarray], size: tuple[int, int]) -> list[Planes]:
        data = ffmpeg.converted([mapped(frame, size) for frame in frames], "rgb48le", size, "yuv420p", TO_709)
        return [planes_of(each, size) for each in data]

    return shown


def on_black(frames: list[np.ndarray], size: tuple[int, int]) -> list[Planes]:
    """Of rgba."""
    rgba = [data.reshape(size[1], size[0], 4) / 255 for data in frames]
    flat = [np.round(255 * each[..., :3] * each[..., 3:]).astype(np.uint8) for each in rgba]
    return [planes_of(each, size) for each in ffmpeg.converted(flat, "rgb24", size, "yuv420p", TO_709)]


def yuva_on_black(frames: list[np.ndarray], size: tuple[int, int]) -> list[Planes]:
    """Of yuva444p: in its own codes."""
    flat = []
    for data in frames:
        *planes, alpha = data.reshape(4, size[1], size[0]).astype(np.float64)
        black = zip(planes, (16, 128, 128), strict=True)
        flat.append(np.stack([code + alpha / 255 * (plane - code) for plane, code in black]).round())
    data = ffmpeg.converted([each.astype(np.uint8) for each in flat], "yuv444p", size, "yuv420p", KEEP)
    return [planes_of(each, size) for each in data]


HDR = {"pix_fmt": "gbrp16le", "convert": f"{KEEP}:in_color_matrix=bt2020:in_range=tv"}
RGBA = {"pix_fmt": "rgba", "convert": "", "shown": on_black, "note": "shown on black"}
YUVA = {"pix_fmt": "yuva444p", "shown": yuva_on_black, "note": "shown on black"}
H264 = ("-c:v", "libx264", "-crf", "4")
H265 = ("-c:v", "libx265", "-crf", "4", *QUIET)
BWDIF = f"bwdif=mode=send_frame:deint=interlaced,{KEEP}"
ONE = ("-frames:v", "1")

SOURCES = [
    Made("plain.mp4", "format=yuv420p", H264),
    Made("plain.mkv", "format=yuv420p", ("-c:v", "libvpx-vp9", "-crf", "8", "-b:v", "0", "-cpu-used", "8")),
    Made("plain.avi", "format=yuv420p", ("-c:v", "mpeg4", "-q:v", "2", "-bf", "0")),
    Made("plain.ts", "format=yuv420p", ("-c:v", "mpeg2video", "-q:v", "2")),
    Made("full.mp4", "scale=out_range=pc,format=yuv420p,setparams=range=pc", (*H264, "-color_range", "pc")),
    # Sample aspect.
    Made("sar_4_3.mp4", "format=yuv420p,setsar=4/3", H264, "pixels are 4:3"),
    Made("sar_16_11.mov", "format=yuv420p,setsar=16/11", H264, "pixels are 16:11"),
    Made("sar_8_9.mkv", "format=yuv420p,setsar=8/9", H265, "pixels are 8:9"),
    Made("sar_12_11.ts", "format=yuv420p,setsar=12/11",
         ("-c:v", "mpeg2video", "-q:v", "2", "-aspect", "16:9"), "pixels are"),
    Made("sar_2_1.webm", "format=yuv420p,setsar=2/1", ("-c:v", "libvpx-vp9", "-crf", "8", "-cpu-used", "8"),
         "pixels are 2:1"),
    # Field order.
    Made("tff.mp4", "tinterlace=interleave_top,format=yuv420p,setfield=tff",
         (*H264, "-flags", "+ilme+ildct", "-x264-params", "interlaced=1:tff=1"), "(top field first)",
         convert=BWDIF),
    Made("bff.mp4", "tinterlace=interleave_bottom,format=yuv420p,setfield=bff",
         (*H264, "-flags", "+ilme+ildct", "-x264-params", "interlaced=1:bff=1"), "(bottom field first)",
         convert=BWDIF),
    Made("tff.ts", "tinterlace=interleave_top,format=yuv420p,setfield=tff",
         ("-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ilme+ildct"), "interlaced", convert=BWDIF),
    Made("bff.mov", "tinterlace=interleave_bottom,format=yuv422p10le,setfield=bff",
         ("-c:v", "prores_ks", "-flags", "+ilme+ildct"), "interlaced", convert=BWDIF),
    Made("tff.mkv", "tinterlace=interleave_top,format=yuv420p,setfield=tff", ("-c:v", "ffv1"), "interlaced",
         convert=BWDIF),
    Made("tff_hevc.mp4", "tinterlace=interleave_top,format=yuv420p,setfield=tff",
         ("-c:v", "libx265", "-crf", "4", "-flags", "+ilme+ildct", "-x265-params",
          "log-level=none:interlace=tff"), "(top field first)", convert=BWDIF),
    Made("bff_hevc.mkv", "tinterlace=interleave_bottom,format=yuv420p,setfield=bff",
         ("-c:v", "libx265", "-crf", "4", "-flags", "+ilme+ildct", "-x265-params",
          "log-level=none:interlace=bff"), "(bottom field first)", convert=BWDIF),
    Made("bff_dv.avi", "tinterlace=interleave_bottom,scale=720:576,format=yuv420p,setfield=bff",
         ("-c:v", "dvvideo", "-flags", "+ilme+ildct"), "(bottom field first)", convert=BWDIF),
    Made("tff_dv.mov", "tinterlace=interleave_top,scale=1440:1080,format=yuv422p,setfield=tff",
         ("-c:v", "dvvideo", "-flags", "+ilme+ildct"), "(top field first)", convert=BWDIF),
    # HDR.
    Made("pq.mp4", f"{DIM},format=yuv420p10le,{BT2020}smpte2084", H265, "HDR (PQ)", shown=sdr("pq"), **HDR),
    Made("pq.mkv", f"{DIM},format=yuv444p10le,{BT2020}smpte2084", H265, "HDR (PQ)", shown=sdr("pq"), **HDR),
    Made("hlg.mov", f"format=yuv420p10le,{BT2020}arib-std-b67", (*H265, "-tag:v", "hvc1"), "HDR (HLG)",
         shown=sdr("hlg"), **HDR),
    Made("hlg.webm", f"format=yuv420p10le,{BT2020}arib-std-b67",
         ("-c:v", "libvpx-vp9", "-crf", "4", "-cpu-used", "8"), "HDR (HLG)", shown=sdr("hlg"), **HDR),
    Made("hlg.mp4", f"format=yuv422p10le,{BT2020}arib-std-b67", H264, "HDR (HLG)", shown=sdr("hlg"), **HDR),
    # Depth and chroma of SDR.
    Made("ten.mp4", "format=yuv420p10le", H264, "10 bits;"),
    Made("ten.mkv", "format=yuv420p10le", H265, "10 bits;"),
    Made("ten.webm", "format=yuv420p10le", ("-c:v", "libvpx-vp9", "-crf", "4", "-cpu-used", "8"), "10 bits;"),
    Made("av1.mp4", "format=yuv420p10le", ("-c:v", "libaom-av1", "-crf", "8", "-cpu-used", "8"), "10 bits;"),
    Made("twelve.mkv", "format=yuv420p12le", ("-c:v", "ffv1"), "12 bits;"),
    Made("422.mp4", "format=yuv422p", H264, "4:2:2;"),
    Made("444.mp4", "format=yuv444p", H264, "4:4:4;"),
    Made("422.mov", "format=yuv422p10le", ("-c:v", "prores_ks"), "10 bits and 4:2:2;"),
    Made("444.mkv", "format=yuv444p", ("-c:v", "ffvhuff"), "4:4:4;"),
    Made("411.avi", "format=yuv411p", ("-c:v", "ffv1"), "4:1:1;"),
    Made("rgb.mkv", "format=bgr0", ("-c:v", "ffv1"), convert=TO_709),
    # Opacity.
    Made("alpha.webm", HOLE, ("-c:v", "libvpx-vp9", "-crf", "4", "-pix_fmt", "yuva420p", "-cpu-used", "8"),
         before=("-c:v", "libvpx-vp9"), **YUVA),
    Made("tagged.webm", f"{HOLE},scale=out_color_matrix=bt709:out_range=tv,format=yuva420p,"
         "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv",
         ("-c:v", "libvpx-vp9", "-crf", "4", "-cpu-used", "8"), before=("-c:v", "libvpx-vp9"), **YUVA),
    Made("alpha.mov", HOLE, ("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"), **YUVA),
    Made("png.mov", HOLE, ("-c:v", "png"), **RGBA),
    Made("alpha.png", HOLE, ONE, **RGBA),
    Made("qtrle.mov", f"{HOLE},format=argb", ("-c:v", "qtrle"), **RGBA),
    # Stills.
    Made("still.jpg", "format=yuvj420p", (*ONE, "-q:v", "2")),
    Made("444.jpg", "format=yuvj444p", (*ONE, "-q:v", "2"), "4:4:4;"),
    Made("still.webp", "format=yuv420p", (*ONE, "-c:v", "libwebp", "-quality", "95")),
    Made("still.avif", "format=yuv444p", (*ONE, "-c:v", "libaom-av1", "-crf", "8", "-cpu-used", "8"),
         convert=f"{KEEP}:out_color_matrix=bt709:out_range=tv"),
    # Times and turns.
    Made("variable.mkv", "format=yuv420p,setpts='(N+gt(N,3)*2.5)*0.04/TB'", (*H264, "-fps_mode", "vfr")),
    Made("turned.mp4", "format=yuv420p,setsar=4/3", (*H264, "TURN"), "pixels are 3:4"),
]  # fmt: skip


@pytest.fixture(scope="module")
def table(request):
    rows: list[str] = []
    yield rows
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        print(f"\nffmpeg {ffmpeg.version()}")
        print(f"{'source':14} {'frames':>6} {'size':>9} {'aspect':>6}   Y, U, V in dB")
        print("\n".join(rows))


def make(folder: Path, made: Made) -> Path:
    path = folder / made.name
    options = [each for each in made.options if each != "TURN"]
    target = path if options == list(made.options) else folder / f"flat_{made.name}"
    ffmpeg.ffmpeg("-f", "lavfi", "-i", SMOOTH, "-vf", made.filters, *options, target)
    if target != path:
        ffmpeg.ffmpeg("-display_rotation", "90", "-i", target, "-c", "copy", path)
    return path


@pytest.mark.parametrize("made", SOURCES, ids=lambda made: made.name)
def test_a_source_comes_out_as_ffmpeg_sees_it(tmp_path, table, made):
    path = make(tmp_path, made)
    source = VideoSource(path)
    seen = ffmpeg.decode(path, made.pix_fmt, made.convert, made.before)
    assert (made.note in " ".join(source.notes)) if made.note else source.notes == ()

    out = tmp_path / "out.mp4"
    with Mp4Writer(out, source.stored_size, source.fps, source.colour, None, source.duration, crf=2,
                   variable=source.variable, aspect=source.aspect) as writer:  # fmt: skip
        for frame in source.read():
            writer.write(frame)
    result = ffmpeg.decode(out, "yuv420p")

    assert len(result.times) == source.frames == len(seen.times)
    assert np.abs(np.subtract(result.times, seen.times)).max() < 0.001
    assert (result.size, result.aspect) == (
        seen.size,
        Fraction(1) if made.name == "still.jpg" else seen.aspect,
    )
    if made.shown is None:
        wanted = [planes_of(data, seen.size) for data in seen.frames]
    else:
        wanted = made.shown(seen.frames, seen.size)
    got = [planes_of(data, result.size) for data in result.frames]
    quality = [psnr([a[plane] for a in got], [b[plane] for b in wanted]) for plane in range(3)]
    table.append(
        f"{made.name:14} {len(got):6} {'x'.join(map(str, result.size)):>9} {result.aspect!s:>6}   "
        + ", ".join(f"{each:.1f}" for each in quality)
    )
    assert min(quality) >= 45


def psnr(got: Planes, wanted: Planes) -> float:
    error = np.square(np.subtract(got, wanted)).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-3)))


def test_there_are_forty():
    assert len(SOURCES) >= 40
    assert len({made.name for made in SOURCES}) == len(SOURCES)
