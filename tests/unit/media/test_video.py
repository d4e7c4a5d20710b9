"""Reading video files: counts, times, trims and every trap that real files set."""

from __future__ import annotations

import io
import subprocess
import sys
import weakref
from fractions import Fraction

import av
import numpy as np
import pytest
from footage import RATES

from lipsync_studio.engine.errors import VideoError
from lipsync_studio.engine.media import video as video_module
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.frames import Frame
from lipsync_studio.engine.media.source import VideoSource

from .conftest import click_track, lag, luma_of, number_level, picture


def levels(frames) -> list[int]:
    return [number_level(frame) for frame in frames]


def expected(numbers, full: bool = False) -> list[float]:
    """Luma codes that the greys of these frame numbers become."""
    return [luma_of(n) if full else 16 + luma_of(n) * 219 / 255 for n in numbers]


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.ts", "clip.mov"])
def test_rate_and_count_are_exact(make_video, fps, name):
    source = VideoSource(make_video(name, frames=37, fps=fps))
    assert (source.fps, source.frames, source.variable) == (fps, 37, False)
    assert source.duration == 37 / Fraction(fps)
    assert source.times[36] == 36 / Fraction(fps)
    assert source.times[-1] == source.times[36]
    assert source.times[35:37] == [35 / Fraction(fps), 36 / Fraction(fps)]
    frames = list(source.read())
    assert [frame.index for frame in frames] == list(range(37))
    assert [frame.pts for frame in frames] == list(source.times)
    assert levels(frames) == pytest.approx(expected(range(37)), abs=3)


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "options"),
    [
        ("a.mp4", "libx265", "yuv420p", {"x265-params": "log-level=none"}),
        ("a.mp4", "libx264", "yuv420p10le", {}),
        ("a.mp4", "libx264", "yuv422p", {}),
        ("a.mp4", "libx264", "yuv444p", {}),
        ("a.mov", "prores_ks", "yuv422p10le", {}),
        ("a.mov", "prores_ks", "yuva444p10le", {}),
        ("a.avi", "mjpeg", "yuvj420p", {}),
        ("a.avi", "mpeg4", "yuv420p", {}),
        ("a.webm", "libvpx-vp9", "yuv420p", {"cpu-used": "8"}),
        ("a.webm", "libvpx", "yuv420p", {"auto-alt-ref": "1", "lag-in-frames": "10", "cpu-used": "8"}),
        ("a.webm", "libvpx-vp9", "yuva420p", {"cpu-used": "8"}),
        ("a.gif", "gif", "rgb8", {}),
        ("a.mov", "png", "rgb24", {}),
        ("a.mov", "png", "rgba", {}),
        ("a.mkv", "ffv1", "bgr0", {}),
        ("a.mkv", "ffv1", "gray", {}),
        ("a.mov", "qtrle", "argb", {}),
    ],
)
def test_codecs_and_pixel_formats(make_video, name, codec, pix_fmt, options):
    source = VideoSource(make_video(name, frames=30, codec=codec, pix_fmt=pix_fmt, options=options))
    assert (source.frames, source.fps, source.size) == (30, 25, (64, 48))
    frames = list(source.read())
    tolerance = 20 if codec == "gif" else 4
    assert levels(frames) == pytest.approx(expected(range(30), source.colour.full_range), abs=tolerance)
    red = to_rgb(frames[0])[24, 48].astype(int)
    if pix_fmt != "gray":
        assert red == pytest.approx([200, 40, 30], abs=40 if codec == "gif" else 12)
    assert levels(source.read_reversed(3, 28)) == levels(frames)[3:28][::-1]


@pytest.mark.parametrize(
    ("time_base", "pts"),
    [
        (Fraction(1, 1000), [0, 33, 67, 150, 183, 400, 433, 466, 500, 533]),
        (Fraction(1, 600), [0, 20, 40, 60, 100, 120, 140, 160, 180, 200]),
    ],
)
def test_variable_rate_keeps_every_time(make_video, time_base, pts):
    path = make_video("v.mp4", frames=10, fps=30, pts=pts, time_base=time_base, options={"bf": "0"})
    source = VideoSource(path)
    assert source.variable
    assert list(source.times) == [tick * time_base for tick in pts]
    assert source.duration > source.times[-1]
    assert levels(source.read()) == pytest.approx(expected(range(10)), abs=3)
    trimmed = VideoSource(path, start=float(pts[3] * time_base))
    assert list(trimmed.times) == [(tick - pts[3]) * time_base for tick in pts[3:]]


def test_rounded_milliseconds_are_a_constant_rate(make_video):
    fps = Fraction(60000, 1001)
    source = VideoSource(make_video("m.mkv", frames=200, fps=fps))
    assert source.fps == fps
    assert not source.variable


def test_times_that_start_late_start_at_zero(make_video):
    pts = [100 + n for n in range(20)]
    source = VideoSource(make_video("late.ts", frames=20, pts=pts, time_base=Fraction(1, 25)))
    assert (source.frames, source.times[0], source.duration) == (20, 0, Fraction(4, 5))
    assert levels(
        VideoSource(make_video("late.ts", frames=20, pts=pts, time_base=Fraction(1, 25)), start=0.4).read()
    ) == pytest.approx(expected(range(10, 20)), abs=3)


@pytest.mark.parametrize(
    ("start", "duration", "wanted"),
    [
        (0.0, 0.0, range(50)),
        (0.4, 0.0, range(10, 50)),
        (0.4, 0.8, range(10, 30)),
        (0.41, 0.08, range(11, 13)),
        (-0.4, 0.0, range(40, 50)),
        (-0.4, 0.2, range(40, 45)),
        (-99.0, 0.0, range(50)),
        (0.0, 99.0, range(50)),
    ],
)
@pytest.mark.parametrize("in_memory", [False, True])
def test_trim_window(make_video, start, duration, wanted, in_memory):
    path = make_video(frames=50, gop=20)
    source = VideoSource(io.BytesIO(path.read_bytes()) if in_memory else str(path), start, duration)
    assert source.frames == len(wanted)
    assert source.duration == Fraction(len(wanted), 25)
    assert levels(source.read()) == pytest.approx(expected(wanted), abs=3)
    assert levels(source.read(1)) == levels(source.read())[1:]


def test_trim_window_beyond_the_end(make_video):
    with pytest.raises(VideoError, match="holds no frames"):
        VideoSource(make_video(frames=5), start=10.0)


def test_readers_of_one_buffer_do_not_disturb_each_other(make_video):
    buffer = io.BytesIO(make_video(frames=40, gop=10).read_bytes())
    source = VideoSource(buffer)
    forward, backward = source.read(), source.read_reversed()
    pairs = []
    for ahead, behind in zip(forward, backward, strict=True):
        buffer.seek(3)
        pairs.append((ahead.index, behind.index))
    assert pairs == [(n, 39 - n) for n in range(40)]


@pytest.mark.parametrize("rotation", [90, 180, 270, -90])
def test_rotation_gives_upright_planes(make_video, rotation):
    def corner(number, width, height):
        rgb = np.zeros((height, width, 3), np.uint8)
        rgb[: height // 2, : width // 2] = 255
        return rgb

    source = VideoSource(make_video("r.mp4", frames=2, rotation=rotation, draw=corner))
    turns = rotation // 90
    assert source.size == ((64, 48) if turns % 2 == 0 else (48, 64))
    rgb = to_rgb(next(source.read()))
    wanted = np.rot90(corner(0, 64, 48), turns)
    assert rgb.shape == wanted.shape
    assert np.abs(rgb.astype(int) - wanted).mean() < 6


@pytest.mark.parametrize("codec", ["png", "ffv1"])
def test_odd_sizes_repeat_the_edge(make_video, codec):
    pix_fmt = {"png": "rgb24", "ffv1": "yuv420p"}[codec]
    name = {"png": "odd.mov", "ffv1": "odd.mkv"}[codec]
    source = VideoSource(make_video(name, frames=2, codec=codec, pix_fmt=pix_fmt, size=(63, 47)))
    assert source.size == (64, 48)
    luma = next(source.read()).yuv()[0]
    np.testing.assert_array_equal(luma[:, 63], luma[:, 62])
    np.testing.assert_array_equal(luma[47], luma[46])


def test_colour_tags_are_kept(make_video):
    source = VideoSource(make_video(frames=2, colour=(9, 9, 14, 2)))
    assert source.colour.matrix == 9
    assert (source.colour.primaries, source.colour.transfer, source.colour.full_range) == (9, 14, True)


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [("still.png", "png", "rgb24"), ("still.jpg", "mjpeg", "yuvj444p"), ("still.webp", "libwebp", "yuv420p")],
)
def test_pictures_are_stills(make_video, name, codec, pix_fmt):
    source = VideoSource(make_video(name, frames=1, codec=codec, pix_fmt=pix_fmt))
    assert (source.still, source.frames, source.fps, source.sound()) == (True, 1, 25, None)
    assert to_rgb(next(source.read()))[20, 10] == pytest.approx([30, 30, 30], abs=4)
    assert not any("one frame" in note for note in source.notes)


def test_reading_backwards_holds_few_frames(make_video, monkeypatch):
    """A group of 300 pictures, room for 16: never more than that alive."""
    source = VideoSource(make_video(frames=300, gop=300, options={"sc_threshold": "0"}))
    assert len(source._scan.keys) == 1
    monkeypatch.setattr(video_module, "REVERSE_BYTES", 16 * 64 * 48 * 3 // 2)
    original = video_module.PlaneConverter.__call__
    made: list[weakref.ref] = []

    def watched(self, picture):
        planes = original(self, picture)
        made.append(weakref.ref(planes))
        return planes

    monkeypatch.setattr(video_module.PlaneConverter, "__call__", watched)
    indices, most = [], 0
    for frame in source.read_reversed():
        indices.append(frame.index)
        most = max(most, sum(planes() is not None for planes in made))
    assert indices == list(range(299, -1, -1))
    assert 8 <= most <= 18


def test_key_tells_content_apart(make_video):
    first = VideoSource(make_video("a.mp4", frames=10))
    again = VideoSource(io.BytesIO(make_video("b.mp4", frames=10).read_bytes()))
    other = VideoSource(make_video("c.mp4", frames=10, draw=lambda n, w, h: 255 - picture(n, w, h)))
    assert first.key == again.key
    assert first.key != other.key
    assert first.key != VideoSource(make_video("a.mp4", frames=10), start=0.04).key


def test_missing_pts_are_counted_by_decoding(make_video, tmp_path):
    path = make_video("raw.h264", frames=40, gop=10)
    source = VideoSource(path)
    assert source.frames == 40
    assert levels(source.read()) == pytest.approx(expected(range(40)), abs=3)
    assert levels(source.read(17, 21)) == pytest.approx(expected(range(17, 21)), abs=3)
    assert [frame.index for frame in source.read_reversed(5, 30)] == list(range(29, 4, -1))


def test_container_that_lies_about_its_length(make_video):
    path = make_video("lie.mkv", frames=20)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88")  # Duration, an 8-byte float
    data[at + 3 : at + 11] = np.array(9.9e6, ">f8").tobytes()
    source = VideoSource(io.BytesIO(bytes(data)))
    assert (source.frames, source.duration) == (20, Fraction(4, 5))


def test_a_damaged_second_is_bridged(make_video):
    path = make_video("hole.mp4", frames=60, gop=1, codec="mjpeg", pix_fmt="yuvj420p")
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for pos, size in packets[20:25]:
        data[pos : pos + size] = bytes(size)
    frames = list(VideoSource(io.BytesIO(bytes(data))).read())
    assert [frame.index for frame in frames] == list(range(60))
    assert levels(frames)[24] == levels(frames)[19]
    for pos, size in packets[20:58]:
        data[pos : pos + size] = bytes(size)
    with pytest.raises(VideoError, match=r"damaged at 0\.80 s"):
        list(VideoSource(io.BytesIO(bytes(data))).read())


@pytest.mark.parametrize("spoil", ["empty", "text", "header", "short", "tail"])
def test_bad_files(make_video, tmp_path, spoil):
    data = make_video("ok.mp4", frames=60, container_options={"movflags": "+faststart"}).read_bytes()
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(
        {
            "empty": b"",
            "text": b"not a video at all\n" * 50,
            "header": data[:200],
            "short": data[: len(data) * 2 // 3],
            "tail": data[-2000:],
        }[spoil]
    )
    for file in (bad, io.BytesIO(bad.read_bytes())):
        with pytest.raises(VideoError) as caught:
            VideoSource(file)
        assert str(caught.value).count(". ") == 0
        assert str(caught.value).endswith(".")


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(VideoError, match="doesn't exist"):
        VideoSource(tmp_path / "none.mp4")
    with pytest.raises(VideoError, match="can't be read"):
        VideoSource(tmp_path)


@pytest.mark.parametrize("size", [(1, 1), (8, 64), (64, 14)])
def test_too_small(make_video, size):
    with pytest.raises(VideoError, match="at least 16x16"):
        VideoSource(make_video("tiny.png", frames=1, codec="png", pix_fmt="rgb24", size=size))


def test_sound_only_is_no_video(tmp_path):
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1600), np.int16), format="s16", layout="mono")
        frame.sample_rate = 16000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(VideoError, match="has no video"):
        VideoSource(path)


@pytest.mark.parametrize(("name", "delay"), [("s.mp4", 0.0), ("s.mkv", 0.0), ("s.mov", 0.5), ("s.ts", 0.5)])
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_own_sound_is_in_step(make_video, name, delay, start):
    samples = click_track(48000, 2.0, [0.31, 0.9, 1.77])
    # MOV writes its edit list in milliseconds, which AAC's priming would not fit.
    path = make_video(
        name,
        frames=75,
        sound=samples,
        sound_delay=delay,
        options={"bf": "0"},
        sound_codec="pcm_s16le" if name == "s.mov" else "aac",
    )
    sound = VideoSource(path, start=start).sound()
    assert sound is not None
    assert sound.duration == 3 - Fraction(start)
    reference = np.zeros(3 * 48000, np.float32)
    first = round(delay * 48000)
    reference[first : first + samples.shape[1]] = samples[0]
    assert abs(lag(sound.samples[0], reference[round(start * 48000) :])) <= 1


def test_frames_are_the_readers_own(make_video):
    source = VideoSource(make_video(frames=5))
    seen = []
    for frame in source.read():
        assert isinstance(frame, Frame)
        seen.append(number_level(frame))
        frame.planes[:] = 0
    assert seen == levels(source.read())


def test_closing_does_not_wait_for_a_decoder_that_logs(make_video):
    """In a process of its own: what it guards against is a deadlock that holds the interpreter's lock."""
    noise = np.random.default_rng(1).integers(0, 255, (50, 320, 320, 3), np.uint8)
    path = make_video(frames=50, size=(320, 320), draw=lambda number, width, height: noise[number])
    opening = """if True:
        import sys
        import av.logging
        from lipsync_studio.engine.media.video import VideoSource

        av.logging.set_level(av.logging.ERROR)
        for _ in range(5):
            VideoSource(sys.argv[1])
    """
    subprocess.run([sys.executable, "-c", opening, path], check=True, timeout=120)


def test_a_clip_of_one_frame_is_said_to_be(make_video):
    path = make_video("one.mp4", frames=1)
    source = VideoSource(path)
    assert source.still
    assert source.notes[-1] == f'"{path}" has one frame: it is shown throughout, as a picture.'
