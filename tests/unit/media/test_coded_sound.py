"""Soundtracks that are copied: what can be, and that not a sample moves."""

from fractions import Fraction
from pathlib import Path

import av
import ffmpeg
import numpy as np
import pytest

from lipsync_studio.engine.media.coded_sound import CodedSound
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.tracks import soundtrack_of
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

from .conftest import click_track, lag

DOWN = "The soundtrack's 8 channels are mixed down to 5.1."
CASES = Path(__file__).parents[2] / "data" / "cases"
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
    assert coded.carried_by(path.suffix)
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


def surround(path, codec, layout="5.1"):
    """Two seconds of a tone per channel that swells in its own time, by the ffmpeg program."""
    tones = "|".join(
        f"0.2*sin(2*PI*t*{300 + 200 * each})*sin(2*PI*t*{each + 1})"
        for each in range(av.AudioLayout(layout).nb_channels)
    )
    ffmpeg.ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x48:r=25:d=2", "-f", "lavfi", "-i",
                  f"aevalsrc={tones}:d=2:s=48000:c={layout}", "-c:v", "libx264", "-c:a", codec,
                  "-strict", "-2", path)  # fmt: skip
    return path


@pytest.mark.parametrize(
    ("codec", "layout", "name", "targets"),
    [
        ("aac", "5.1", "a.mp4", ".mp4 .mov .mkv"),
        ("aac", "7.1", "a.mp4", ".mp4"),
        ("ac3", "5.1(side)", "a.mp4", ".mp4 .mov .mkv"),
        ("ac3", "5.1(side)", "a.ts", ".mp4 .mov .mkv"),
        ("eac3", "5.1(side)", "a.m2ts", ".mp4 .mkv"),
        ("flac", "5.1", "a.mkv", ".mp4 .mkv"),
        ("libopus", "5.1", "a.mkv", ".mp4 .mkv"),
        ("libopus", "5.1", "a.ts", ".mp4 .mkv"),
        ("alac", "5.1", "a.mov", ".mp4 .mov .mkv"),
        ("dca", "5.1(side)", "a.mkv", ".mkv"),
        ("dca", "5.1(side)", "a.ts", ".mkv"),
        ("truehd", "5.1", "a.mkv", ".mkv"),
        ("libvorbis", "5.1", "a.mkv", ".mkv"),
        ("pcm_s16le", "5.1", "a.avi", ".mov .mkv"),
        ("pcm_s24be", "7.1", "a.mov", ".mov .mkv"),
        ("pcm_f32le", "5.1", "a.mkv", ".mov .mkv"),
    ],
)
def test_surround_is_copied_whole(tmp_path, codec, layout, name, targets):
    source = VideoSource(surround(tmp_path / name, codec, layout))
    before = source.sound()
    for suffix in targets.split():
        result = copied(source, tmp_path / f"out{suffix}")
        assert result.facts.channels == source.facts.channels == len(before.samples)
        after = result.sound()
        # FLAC's channels are the same ones, by whichever name (RFC 9639, 9.1.3).
        assert before.layout.partition("(")[0] == after.layout.partition("(")[0]
        # Half of Matroska's millisecond, in or out.
        late = lag(after.samples[0], before.samples[0])
        assert abs(late) <= (24 if ".mkv" in (suffix, Path(name).suffix) else 0)
        stretch = slice(2400, int(1.8 * 48000))
        moved = after.samples[:, stretch.start + late : stretch.stop + late]
        assert np.abs(before.samples[:, stretch] - moved).max() < 1e-6


@pytest.mark.parametrize(
    ("codec", "name", "suffix"),
    [
        ("dca", "a.mkv", ".mp4"),
        ("truehd", "a.mkv", ".mov"),
        ("pcm_s16le", "a.mov", ".mp4"),
        ("flac", "a.mkv", ".mov"),
        ("libopus", "a.mkv", ".mov"),
    ],
)
def test_what_players_of_a_container_do_not_know_is_not_copied_to_it(tmp_path, codec, name, suffix):
    coded = VideoSource(surround(tmp_path / name, codec)).coded_sound()
    assert coded is not None
    assert not coded.carried_by(suffix)
    assert coded.carried_by(".mkv")


@pytest.mark.parametrize("seconds", [1.0, 3.5])
def test_a_track_of_another_length_ends_with_itself_or_the_pictures(tmp_path, seconds):
    source = VideoSource(made(tmp_path / "a.mp4", "aac", sound_seconds=seconds))
    copied(source, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        audio = container.streams.audio[0]
        assert float(audio.duration * audio.time_base) == pytest.approx(min(seconds, 2.0), abs=0.03)
        assert container.duration / 1e6 == pytest.approx(2.0, abs=0.001)


@pytest.mark.parametrize(
    ("codec", "name"), [(None, "a.mp4"), ("aac", "a.ts"), ("mp3", "a.avi"), ("ac3", "a.avi")]
)
def test_what_cannot_be_copied_is_encoded(tmp_path, codec, name):
    assert VideoSource(made(tmp_path / name, codec)).coded_sound() is None


def test_a_part_of_a_clip_is_encoded(tmp_path):
    path = made(tmp_path / "a.mp4", "aac")
    assert VideoSource(path, 0.5, 1.0).coded_sound() is None
    assert VideoSource(path, 0.5).coded_sound() is None
    assert VideoSource(path).coded_sound() is not None


def tones(path, codec, layout, seconds=2):
    """A file of sound alone: a tone per channel that swells in its own time."""
    each = "|".join(
        f"0.2*sin(2*PI*t*{300 + 200 * one})*sin(2*PI*t*{one + 1})"
        for one in range(av.AudioLayout(layout).nb_channels)
    )
    ffmpeg.ffmpeg("-f", "lavfi", "-i", f"aevalsrc={each}:d={seconds}:s=48000:c={layout}", "-c:a", codec,
                  path)  # fmt: skip
    return path


def whole_frames(sound):
    """Seconds of the fewest frames that cover it, as `--length audio` has it."""
    return Fraction(-(-sound.duration * 25 // 1), 25)


@pytest.mark.parametrize(
    ("codec", "layout", "name", "targets"),
    [
        ("aac", "5.1", "a.m4a", ".mp4 .mov .mkv"),
        ("aac", "7.1", "a.m4a", ".mp4"),
        ("libmp3lame", "stereo", "a.mp3", ".mp4 .mkv"),
        ("ac3", "5.1(side)", "a.ac3", ".mp4"),
        ("flac", "5.1", "a.flac", ".mp4 .mkv"),
        ("libopus", "5.1", "a.opus", ".mp4"),
        ("pcm_s16le", "5.1", "a.wav", ".mov .mkv"),
    ],
)
def test_a_soundtrack_is_copied_whole(tmp_path, codec, layout, name, targets):
    """From a file of its own, as `render` is given it."""
    before = Sound.load(tones(tmp_path / name, codec, layout))
    duration = whole_frames(before)
    for suffix in targets.split():
        track, notes = soundtrack_of(before, suffix, duration)
        assert isinstance(track, CodedSound)
        assert notes == []
        out = tmp_path / f"out{suffix}"
        with Mp4Writer(out, (64, 48), RATE, Colour(), track, duration) as writer:
            for index in range(int(duration * 25)):
                frame = np.full((72, 64), 128, np.uint8)
                writer.write(Frame(frame, Colour(), index / RATE, index))
        after = Sound.load(out)
        assert len(after.samples) == len(before.samples)
        late = lag(after.samples[0], before.samples[0])
        assert abs(late) <= (24 if suffix == ".mkv" else 0)
        stretch = slice(2400, int(1.8 * 48000))
        moved = after.samples[:, stretch.start + late : stretch.stop + late]
        assert np.abs(before.samples[:, stretch] - moved).max() < 1e-6


@pytest.mark.parametrize(
    ("codec", "layout", "name", "suffix", "change", "said"),
    [
        ("aac", "5.1", "a.m4a", ".mp4", -1, ["coded anew for .mp4: AAC, 6 channels."]),
        ("aac", "7.1", "a.m4a", ".mp4", -1, ["coded anew for .mp4: AAC, 6 channels.", DOWN]),
        # What follows would be silence for longer than a frame.
        ("libmp3lame", "mono", "a.mp3", ".mp4", 1, ["coded anew for .mp4: AAC, 1 channel."]),
        ("flac", "mono", "a.flac", ".mov", 0, ["coded anew for .mov: AAC, 1 channel."]),
        ("pcm_s16le", "mono", "a.wav", ".mp4", 0, []),
        ("pcm_s16le", "7.1", "a.wav", ".mp4", 0, [DOWN]),
    ],
)
def test_a_soundtrack_that_has_to_change_is_encoded_and_said(
    tmp_path, codec, layout, name, suffix, change, said
):
    sound = Sound.load(tones(tmp_path / name, codec, layout))
    track, notes = soundtrack_of(sound, suffix, whole_frames(sound) + change)
    assert track is sound
    assert len(notes) == len(said)
    assert all(note.endswith(each) for note, each in zip(notes, said, strict=True))


def test_a_sound_that_changes_on_its_way_is_not_copied():
    sound = Sound.load(CASES / "mp3_rate_changes_44100_to_48000.mp3")
    assert sound.coded() is None


def test_a_part_of_a_sound_and_samples_are_not_copied(tmp_path):
    sound = Sound.load(tones(tmp_path / "a.m4a", "aac", "stereo"))
    assert sound.coded() is not None
    assert sound.cut(0, 1).coded() is None
    assert Sound(sound.samples, sound.rate).coded() is None
