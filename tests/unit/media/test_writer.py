"""The finished file: one encode, exact times, nothing left behind on failure."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from fractions import Fraction

import av
import numpy as np
import pytest
from footage import RATES

from lipsync_studio.engine.errors import OutputError
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.source import VideoSource
from lipsync_studio.engine.media.tracks import Subtitle, downmix_notes
from lipsync_studio.engine.media.writer import Mp4Writer

from .conftest import click_track, lag, luma_of, number_level

SIZE = (64, 48)


def frames(count: int, fps: Fraction, times=None, colour: Colour = Colour()):  # noqa: B008
    for number in range(count):
        planes = np.full((72, 64), 128, np.uint8)
        planes[:48] = luma_of(number)
        yield Frame(planes, colour, times[number] if times else number / fps, number)


def write(path, count, fps, sound=None, **options):
    duration = options.pop("duration", count / fps)
    times = options.pop("times", None)
    colour = options.pop("colour", Colour())
    with Mp4Writer(path, SIZE, fps, colour, sound, duration, **options) as writer:
        for frame in frames(count, fps, times, colour):
            writer.write(frame)


@pytest.mark.parametrize(("still", "apart"), [(False, 2), (True, 10)])
def test_whole_pictures_of_a_still_come_farther_apart(tmp_path, still, apart):
    path = tmp_path / "still.mp4"
    write(path, 110, Fraction(5), still=still)
    with av.open(str(path)) as container:
        whole = [float(p.pts * p.time_base) for p in container.demux(video=0) if p.size and p.is_keyframe]
    # Cuts in what is shown may begin one earlier, so none may be longer apart.
    assert max(b - a for a, b in zip(whole, [*whole[1:], 22.0], strict=True)) <= apart
    assert (len(whole) > 5) is not still


RESIDUES = [(width, height) for width in range(64, 72) for height in range(48, 56)]


@pytest.mark.parametrize(("width", "height"), [*RESIDUES, (854, 480), (1080, 1350), (630, 634)])
def test_pictures_of_every_size_come_out_as_they_went_in(tmp_path, width, height):
    """By their pixels, for every residue modulo 8, and what people have: heights that are 2 modulo 4."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    picture = np.stack([x, y, 0.3 + 0.5 * np.sin(9 * y)], -1).astype(np.float32)
    source = ImageSource(picture[None])
    facts = source.size, source.fps, source.colour, None, source.duration
    with Mp4Writer(tmp_path / "out.mp4", *facts) as writer:
        for frame in source.read():
            writer.write(frame.copy())
    result = VideoSource(tmp_path / "out.mp4")
    assert result.size == (width + width % 2, height + height % 2)
    wanted = next(iter(source.read()))
    for got, plane in zip(next(iter(result.read())).yuv(), wanted.yuv(), strict=True):
        assert float(np.square(got.astype(float) - plane).mean()) < 2  # 45 dB


@pytest.mark.parametrize("fps", RATES)
def test_every_rate_is_exact_and_in_step(tmp_path, fps):
    path = tmp_path / "out.mp4"
    count = int(4 * fps)
    duration = count / fps
    samples = click_track(48000, 4.0, [0.0, 0.5, 1.21, 2.9, 3.6], channels=2)
    write(path, count, fps, Sound(samples, 48000))
    source = VideoSource(path)
    assert (source.frames, source.fps, source.variable, source.duration) == (count, fps, False, duration)
    assert [number_level(frame) for frame in source.read()] == pytest.approx(
        [luma_of(n) for n in range(count)], abs=3
    )
    sound = source.sound()
    assert sound is not None
    assert sound.samples.shape == (2, round(duration * 48000))
    assert lag(sound.samples[1], samples[1]) == 0
    with av.open(str(path)) as container:
        assert abs(Fraction(container.duration, 1_000_000) - duration) <= Fraction(1, 1000)
        video, audio = container.streams
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (audio.codec_context.name, video.start_time, audio.start_time) == ("aac", 0, 0)
        assert video.duration * video.time_base == duration
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("rate", "channels"),
    [
        (8000, 1),
        (11025, 1),
        (16000, 2),
        (22050, 1),
        (44100, 2),
        (96000, 1),
        (37800, 1),
        (192000, 2),
        (48000, 6),
        (44100, 3),
    ],
)
def test_sample_rates_and_channels(tmp_path, rate, channels):
    samples = click_track(rate, 2.0, [0.3, 0.81, 1.5], channels)
    write(tmp_path / "out.mp4", 50, Fraction(25), Sound(samples, rate))
    sound = VideoSource(tmp_path / "out.mp4").sound()
    assert sound is not None
    assert len(sound.samples) == channels
    assert sound.rate == (48000 if rate in (37800, 192000) else rate)
    assert sound.duration == 2
    reference = Sound(samples[:1], rate).mono(16000)
    assert abs(lag(sound.mono(16000), reference)) <= 1


@pytest.mark.parametrize(
    ("layout", "carried"),
    [
        ("3.0", "3.0"),
        ("4.0", "4.0"),
        ("5.0(side)", "5.0"),
        ("5.1", "5.1"),
        ("5.1(side)", "5.1"),
        ("quad", "stereo"),
        ("6.1", "5.1"),
        ("7.1", "5.1"),
        ("7.1(wide)", "5.1"),
    ],
)
def test_surround_keeps_its_channels_where_aac_has_them(tmp_path, layout, carried):
    names = [channel.name for channel in av.AudioLayout(layout).channels]
    time = np.arange(2 * 48000) / 48000
    tones = {name: 40 if "LFE" in name else 400 + 150 * place for place, name in enumerate(names)}
    samples = np.stack([0.1 * np.sin(2 * np.pi * tone * time) for tone in tones.values()])
    sound = Sound(samples.astype(np.float32), 48000, layout)
    write(tmp_path / "out.mp4", 50, Fraction(25), sound)
    heard = VideoSource(tmp_path / "out.mp4").sound()
    assert heard is not None
    assert heard.layout == carried
    assert bool(downmix_notes(sound)) == (len(names) != len(heard.samples))
    if len(names) == len(heard.samples):
        spectra = np.abs(np.fft.rfft(heard.samples[:, 24000:72000]))
        assert spectra.argmax(axis=1).tolist() == list(tones.values())


@pytest.mark.parametrize(("held", "wanted"), [(0.5, 2.0), (3.0, 2.0), (2.0, 2.0)])
def test_sound_is_cut_or_padded(tmp_path, held, wanted):
    samples = np.full((1, round(held * 16000)), 0.5, np.float32) * np.sin(np.arange(round(held * 16000)) / 5)
    write(tmp_path / "out.mp4", 50, Fraction(25), Sound(samples.astype(np.float32), 16000))
    with av.open(str(tmp_path / "out.mp4")) as container:
        audio = container.streams.audio[0]
        assert abs(audio.duration * audio.time_base - Fraction(wanted)) <= Fraction(1, 16000)
    sound = VideoSource(tmp_path / "out.mp4").sound()
    assert sound is not None
    heard = np.abs(sound.samples[0]) > 0.1
    assert np.flatnonzero(heard)[-1] / 16000 == pytest.approx(min(held, wanted), abs=0.003)


def test_a_silent_film(tmp_path):
    write(tmp_path / "out.mp4", 5, Fraction(25))
    assert VideoSource(tmp_path / "out.mp4").sound() is None


def test_variable_times_and_the_last_duration(tmp_path):
    ticks = [0, 33, 67, 150, 183, 400, 433]
    times = [Fraction(tick, 1000) for tick in ticks]
    write(
        tmp_path / "out.mp4",
        7,
        Fraction(15),
        times=times,
        duration=Fraction(3, 4),
        variable=True,
        sound=Sound(click_track(48000, 1.0, [0.2]), 48000),
    )
    source = VideoSource(tmp_path / "out.mp4")
    assert source.variable
    assert list(source.times) == times
    assert source.duration == Fraction(3, 4)
    assert [number_level(frame) for frame in source.read()] == pytest.approx(
        [luma_of(n) for n in range(7)], abs=3
    )


@pytest.mark.parametrize(
    "colour",
    [Colour(), Colour(6, 6, 6, False), Colour(9, 9, 14, True), Colour(2, 2, 2), Colour(5, 2, 2, True)],
)
def test_colour_tags(tmp_path, colour):
    write(tmp_path / "out.mp4", 3, Fraction(25), colour=colour)
    assert VideoSource(tmp_path / "out.mp4").colour == colour


def test_a_remux_keeps_the_bits(tmp_path):
    """What core's SaveVideo does with H.264 and AAC: packets are copied into another MP4."""
    path = tmp_path / "out.mp4"
    samples = click_track(44100, 2.0, [0.4, 1.3])
    write(path, 50, Fraction(25), Sound(samples, 44100))
    copy = tmp_path / "copy.mp4"
    with av.open(str(path)) as source, av.open(str(copy), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    first, second = VideoSource(path), VideoSource(copy)
    assert (first.frames, first.fps, first.duration) == (second.frames, second.fps, second.duration)
    for one, other in zip(first.read(), second.read(), strict=True):
        np.testing.assert_array_equal(one.planes, other.planes)
    sound = second.sound()
    assert sound is not None
    assert lag(sound.samples[0], samples[0]) == 0


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_any_exception_leaves_nothing(tmp_path, kind):
    path = tmp_path / "out.mp4"
    path.write_bytes(b"what was there before")
    with pytest.raises(kind), Mp4Writer(path, SIZE, Fraction(25), Colour(), None, Fraction(1)) as writer:  # noqa: PT012
        for frame in frames(20, Fraction(25)):
            writer.write(frame)
        raise kind
    assert path.read_bytes() == b"what was there before"
    assert list(tmp_path.iterdir()) == [path]


def test_no_frames_is_an_error(tmp_path):
    with pytest.raises(OutputError, match="no frames"):
        write(tmp_path / "out.mp4", 0, Fraction(25), duration=Fraction(1))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="can't be written"):
        write(tmp_path / "file" / "out.mp4", 3, Fraction(25))
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_target_that_is_a_folder(tmp_path):
    (tmp_path / "out.mp4").mkdir()
    with pytest.raises(OutputError, match="can't be written"):
        write(tmp_path / "out.mp4", 3, Fraction(25))
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]


@pytest.mark.parametrize("limit", [20_000, 200_000])
def test_a_file_that_grows_too_large(tmp_path, limit):
    """Which isn't the disk's fault, and making room on it would not help."""
    script = textwrap.dedent(f"""
        import resource
        import numpy as np
        from fractions import Fraction
        from lipsync_studio.engine.errors import OutputError
        from lipsync_studio.engine.media.frames import Colour, Frame
        from lipsync_studio.engine.media.writer import Mp4Writer
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
        noise = np.random.default_rng(0).integers(0, 255, (96 * 3 // 2, 128), np.uint8)
        try:
            with Mp4Writer({str(tmp_path / "out.mp4")!r}, (128, 96), Fraction(25), Colour(), None,
                           Fraction(8)) as out:
                for n in range(200):
                    out.write(Frame(np.roll(noise, n * 7), Colour(), Fraction(n, 25), n))
        except OutputError as error:
            print("told:", error)
    """)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "told:" in run.stdout, run.stderr
    assert "(File too large): choose a disk that takes files of that size" in run.stdout
    assert "make room" not in run.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_called_so(small_disk):
    noise = np.random.default_rng(0).integers(0, 255, (96 * 3 // 2, 128), np.uint8)

    def fill():
        path = small_disk.folder / "out.mp4"
        with Mp4Writer(path, (128, 96), Fraction(25), Colour(), None, Fraction(8)) as out:
            for n in range(200):
                out.write(Frame(np.roll(noise, n * 7), Colour(), Fraction(n, 25), n))

    said = f"{small_disk.cause}.: {small_disk.help}"
    with pytest.raises(OutputError, match=said), small_disk.left(80 << 10):
        fill()
    assert [path.name for path in small_disk.folder.iterdir()] == ["ballast"]


@pytest.mark.parametrize(
    ("name", "format", "codecs"),
    [
        ("out.MP4", "mp4", ["h264", "aac", "mov_text"]),
        ("out.mov", "mov", ["h264", "aac", "mov_text"]),
        ("out.mkv", "matroska", ["h264", "aac", "srt"]),
    ],
)
@pytest.mark.parametrize("variable", [False, True])
def test_the_ending_decides_on_the_container(tmp_path, name, format, codecs, variable):
    path, fps = tmp_path / name, Fraction(30000, 1001)
    cues = [Subtitle(Fraction(0), Fraction(1, 3), "One"), Subtitle(Fraction(1, 3), Fraction(2, 3), "Two")]
    sound = Sound(np.zeros((1, 48000), np.float32), 48000)
    write(path, 20, fps, sound=sound, variable=variable, subtitles=cues, language="eng")
    with av.open(str(path)) as container:
        assert format in container.format.name
        assert ("qt" in container.metadata.get("major_brand", "")) == (format == "mov")
        assert [stream.codec_context.name for stream in container.streams] == codecs
        assert container.streams.subtitles[0].metadata["language"] == "eng"
        assert [b"One" in bytes(packet) for packet in container.demux(subtitles=0)][0]
    source = VideoSource(path)
    assert (source.frames, source.fps, source.colour) == (20, fps, Colour())
    np.testing.assert_allclose(source.times.seconds(), np.arange(20) / float(fps), atol=1e-3)


def test_other_containers_are_refused(tmp_path):
    with pytest.raises(OutputError, match=r"choose one of \.mp4, \.mov, \.mkv"):
        write(tmp_path / "out.avi", 3, Fraction(25))
    assert list(tmp_path.iterdir()) == []


def test_a_name_as_long_as_the_system_takes(tmp_path):
    path = tmp_path / f"{'n' * 251}.mp4"
    write(path, 3, Fraction(25))
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_file_of_the_old_temporary_name_is_left_alone(tmp_path):
    mine = tmp_path / "out.mp4.part"
    mine.write_bytes(b"mine")
    write(tmp_path / "out.mp4", 3, Fraction(25))
    assert mine.read_bytes() == b"mine"
