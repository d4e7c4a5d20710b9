"""Soundtracks that are copied: what can be, and that not a sample moves."""

from fractions import Fraction

import av
import ffmpeg
import numpy as np
import pytest

from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

from .conftest import click_track, lag

RATE, COUNT = Fraction(25), 50


def made(path, codec, container=None, sound_seconds=2.0):
    """A clip of 2 s by FFmpeg's own muxer."""
    samples = click_track(48000, sound_seconds, [0.0, 0.5, 1.21, 1.7], channels=2)
    with av.open(str(path), "w", format=container) as file:
        video = file.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = file.add_stream(codec, rate=48000, layout="stereo") if codec else None
        for index in range(COUNT):
            picture = av.VideoFrame.from_ndarray(np.full((72, 64), 16 + index, np.uint8), format="yuv420p")
            picture.pts = index
            file.mux(video.encode(picture))
        file.mux(video.encode(None))
        if audio:
            resampler = av.AudioResampler(format=audio.codec_context.format, layout="stereo", rate=48000)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = 48000, 0
            for piece in (*resampler.resample(frame), *resampler.resample(None)):
                file.mux(audio.encode(piece))
            file.mux(audio.encode(None))
    return path


def copied(source, path):
    coded = source.coded_sound()
    assert coded is not None
    with Mp4Writer(path, source.size, source.fps, Colour(), coded, source.duration) as writer:
        for index in range(source.frames):
            writer.write(Frame(np.full((72, 64), 128, np.uint8), Colour(), source.times[index], index))
    return VideoSource(path)


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("aac", "a.mp4"),
        ("aac", "a.mov"),
        ("aac", "a.mkv"),
        ("mp3", "a.mp4"),
        ("ac3", "a.mp4"),
        ("eac3", "a.mov"),
    ],
)
def test_not_a_sample_moves(tmp_path, codec, name):
    source = VideoSource(made(tmp_path / name, codec))
    result = copied(source, tmp_path / "out.mp4")
    before, after = source.sound().samples, result.sound().samples
    assert before.shape == after.shape
    assert lag(before[0], after[0]) == 0
    assert np.abs(before - after)[:, : int(1.9 * 48000)].max() < 1e-6


@pytest.mark.parametrize(("codec", "layout"), [("aac", "5.1"), ("aac", "7.1"), ("ac3", "5.1(side)")])
def test_surround_is_copied_whole(tmp_path, codec, layout):
    path = tmp_path / "a.mp4"
    channels = av.AudioLayout(layout).nb_channels
    tones = "|".join(f"0.2*sin(2*PI*t*{300 + 200 * each})" for each in range(channels))
    ffmpeg.ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x48:r=25:d=2", "-f", "lavfi", "-i",
                  f"aevalsrc={tones}:d=2:s=48000:c={layout}", "-c:v", "libx264", "-c:a", codec,
                  path)  # fmt: skip
    source = VideoSource(path)
    result = copied(source, tmp_path / "out.mp4")
    assert result.facts.channels == source.facts.channels == channels
    before, after = source.sound(), result.sound()
    assert before.layout == after.layout
    assert np.abs(before.samples - after.samples)[:, : int(1.9 * 48000)].max() < 1e-6


@pytest.mark.parametrize("seconds", [1.0, 3.5])
def test_a_track_of_another_length_ends_with_itself_or_the_pictures(tmp_path, seconds):
    source = VideoSource(made(tmp_path / "a.mp4", "aac", sound_seconds=seconds))
    copied(source, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        audio = container.streams.audio[0]
        assert float(audio.duration * audio.time_base) == pytest.approx(min(seconds, 2.0), abs=0.03)
        assert container.duration / 1e6 == pytest.approx(2.0, abs=0.001)


@pytest.mark.parametrize(
    ("codec", "name"), [(None, "a.mp4"), ("flac", "a.mkv"), ("aac", "a.ts"), ("mp3", "a.mkv")]
)
def test_what_cannot_be_copied_is_encoded(tmp_path, codec, name):
    assert VideoSource(made(tmp_path / name, codec)).coded_sound() is None


def test_a_part_of_a_clip_is_encoded(tmp_path):
    path = made(tmp_path / "a.mp4", "aac")
    assert VideoSource(path, 0.5, 1.0).coded_sound() is None
    assert VideoSource(path, 0.5).coded_sound() is None
    assert VideoSource(path).coded_sound() is not None
