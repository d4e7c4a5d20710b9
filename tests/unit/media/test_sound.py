"""Sound from tensors, from files, and cut to measure."""

from __future__ import annotations

import io
import math
import struct
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from av.stream import Disposition

from lipsync_studio.engine.errors import AudioError
from lipsync_studio.engine.media.container import MediaFile
from lipsync_studio.engine.media.sound import Sound

from .conftest import click_track, lag


def encode(path, samples, rate, codec, layout=None):
    with av.open(str(path), "w") as out:
        layout = layout or ("mono" if len(samples) == 1 else "stereo")
        stream = out.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


class Lazy(Mapping):
    """VideoHelperSuite hands out a Mapping that loads on first use."""

    def __getitem__(self, key):
        return {"waveform": torch.full((1, 2, 480), 0.25), "sample_rate": 48000}[key]

    def __iter__(self):
        return iter(("waveform", "sample_rate"))

    def __len__(self):
        return 2


def test_a_tensor_is_not_copied():
    waveform = torch.zeros(1, 2, 1000)
    sound = Sound.from_waveform({"waveform": waveform, "sample_rate": 44100})
    waveform[0, 1, 7] = 0.5
    assert sound.samples[1, 7] == 0.5
    assert sound.samples.dtype == np.float32
    assert sound.duration == Fraction(1000, 44100)


def test_lazy_mapping_half_precision_and_batches():
    assert Sound.from_waveform(Lazy()).samples.shape == (2, 480)
    batch = torch.stack([torch.zeros(1, 50), torch.ones(1, 50)]).half()
    sound = Sound.from_waveform({"waveform": batch, "sample_rate": 8000})
    assert sound.samples.dtype == np.float32
    assert sound.samples.max() == 0


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        (None, "no audio"),
        ({"waveform": torch.zeros(1, 1, 0), "sample_rate": 16000}, "empty"),
        ({"waveform": torch.zeros(1, 0, 9), "sample_rate": 16000}, "shape"),
        ({"waveform": torch.zeros(1, 9), "sample_rate": 16000}, "shape"),
        ({"waveform": torch.zeros(1, 1, 9), "sample_rate": 0}, "sample rate"),
        ({"waveform": torch.zeros(1, 1, 9), "sample_rate": 12}, "sample rate of 12, and"),
        ({"waveform": torch.zeros(1, 1, 9), "sample_rate": 2**31 - 1}, "no recording has more than"),
        ({"waveform": torch.full((1, 1, 9), -3e30), "sample_rate": 16000}, r"up to 3e\+30, where 1 is"),
        ({"waveform": torch.zeros(1, 65, 9), "sample_rate": 16000}, "65 channels"),
        ({"waveform": torch.tensor([[[0.0, float("nan")]]]), "sample_rate": 16000}, "not numbers"),
        ({"waveform": torch.tensor([[[float("inf"), float("-inf")]]]), "sample_rate": 16000}, "not numbers"),
    ],
)
def test_nothing_to_hear(audio, message):
    with pytest.raises(AudioError, match=message):
        Sound.from_waveform(audio)


def test_mono_mixes_resamples_and_remembers():
    time = np.arange(48000) / 48000
    left = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    sound = Sound(np.stack([left, np.zeros_like(left)]), 48000)
    mono = sound.mono()
    assert (mono.shape, mono.dtype) == ((16000,), np.float32)
    reference = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    assert np.abs(mono[100:-100] - reference[100:-100]).max() < 5e-3
    assert sound.mono() is mono
    assert sound.mono(48000).shape == (48000,)


@pytest.mark.parametrize("rate", [8000, 11025, 44100, 48000])
@pytest.mark.parametrize("extra", [-1, 0, 1, 4321])
def test_mono_of_many_blocks_is_that_of_one(monkeypatch, rate, extra):
    """Sound is resampled in blocks of five seconds."""
    noise = np.random.default_rng(3).normal(0, 0.1, (2, 10 * rate + extra)).astype(np.float32)
    mono = Sound(noise, rate).mono()
    monkeypatch.setattr("lipsync_studio.engine.media.sound._REPORTED_SECONDS", 60)
    assert len(mono) == math.ceil((10 * rate + extra) * 16000 / rate)
    assert (mono == Sound(noise, rate).mono()).all()


@pytest.mark.parametrize("rate", [24000, 44100, 48000])
def test_what_16_khz_cannot_hold_is_left_out_and_the_rest_comes_at_its_time(rate):
    time = np.arange(2 * rate) / rate
    kept, lost = (np.sin(2 * np.pi * pitch * time).astype(np.float32)[None] for pitch in (3000, 9500))
    expected = np.sin(2 * np.pi * 3000 * np.arange(32000) / 16000)
    inner = slice(400, -400)
    np.testing.assert_allclose(Sound(kept, rate).mono()[inner], expected[inner], atol=1e-4)
    assert np.abs(Sound(lost, rate).mono()[inner]).max() < 1e-4


def test_resampling_takes_no_torch():
    """Loading it takes longer than the viseme engine for a short clip."""
    script = """if True:
        import sys
        import numpy as np
        from lipsync_studio.engine.media.sound import Sound

        assert len(Sound(np.zeros((2, 48000), np.float32), 48000).mono()) == 16000
        print("torch" in sys.modules)
    """
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("rate", [7919, 44101, 1_535_999])
def test_rates_with_nothing_in_common_take_no_memory(monkeypatch, rate):
    """A filter with each of their phases has up to 25 billion numbers."""
    monkeypatch.setattr("lipsync_studio.engine.media.sound._BLOCK", 5000)

    def tone(rate: int, count: int) -> np.ndarray:
        return 0.5 * np.sin(2 * np.pi * 440 * np.arange(count) / rate).astype(np.float32)

    mono = Sound(tone(rate, rate // 2)[None], rate).mono(16000)
    assert len(mono) in (7999, 8000)
    expected = tone(16000, len(mono))
    np.testing.assert_allclose(mono[100:-100], expected[100:-100], atol=1e-3)


@pytest.mark.parametrize(
    ("start", "seconds", "expected"),
    [
        (0, 1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (0.2, 0.3, [2, 3, 4]),
        (-0.2, 0.4, [0, 0, 0, 1]),
        (0.8, 0.4, [8, 9, 0, 0]),
        (2, 0.2, [0, 0]),
        (-1, 0.2, [0, 0]),
    ],
)
def test_cut(start, seconds, expected):
    sound = Sound(np.arange(10, dtype=np.float32)[None], 10)
    assert sound.cut(start, seconds).samples[0].tolist() == expected


def test_cutting_nothing_off_copies_nothing():
    sound = Sound(np.zeros((1, 10), np.float32), 10)
    assert sound.cut(0, 1) is sound
    assert np.shares_memory(sound.cut(0.1, 0.5).samples, sound.samples)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 16000),
        ("a.wav", "pcm_f32le", 48000),
        ("a.flac", "flac", 44100),
        ("a.mp3", "libmp3lame", 44100),
        ("a.m4a", "aac", 44100),
        ("a.opus", "libopus", 48000),
    ],
)
def test_files_start_at_their_first_sample(tmp_path, name, codec, rate):
    samples = click_track(rate, 1.5, [0.1, 0.7, 1.3], 2)
    path = encode(tmp_path / name, samples, rate, codec)
    for file in (path, io.BytesIO(path.read_bytes())):
        sound = Sound.load(file)
        assert (sound.rate, len(sound.samples)) == (rate, 2)
        assert abs(lag(sound.samples[0], samples[0])) <= 1
        assert float(sound.duration) == pytest.approx(1.5, abs=0.03)


def test_surround(tmp_path):
    samples = np.tile(click_track(48000, 0.5, [0.2]), (6, 1))
    sound = Sound.load(encode(tmp_path / "a.wav", samples, 48000, "pcm_s16le", "5.1"))
    assert sound.samples.shape == (6, 24000)


def test_beside_a_video_time_zero_is_the_first_picture(make_video):
    samples = click_track(48000, 1.0, [0.25])
    path = make_video("a.mkv", frames=50, sound=samples, sound_delay=0.5, sound_codec="pcm_s16le")
    sound = Sound.load(path)
    assert abs(lag(sound.samples[0], np.concatenate([np.zeros(24000, np.float32), samples[0]]))) <= 1


def two_tracks(path, samples, default=None):  # type: ignore[no-untyped-def]
    """A sound, and silence; default: which of them (from 0) is marked so, if any."""
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("pcm_s16le", rate=48000, layout="mono") for _ in range(2)]
        for number, stream in enumerate(streams):
            if default is not None:
                stream.disposition = Disposition.default if number == default else 0
        for stream, gain in zip(streams, (1.0, 0.0), strict=True):
            frame = av.AudioFrame.from_ndarray(samples * np.float32(gain), format="fltp", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = 48000, Fraction(1, 48000), 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


def test_a_track_without_a_decoder_is_passed_over(tmp_path):
    """As the APAC track of an iPhone's video."""
    samples = click_track(48000, 1.0, [0.25])
    data = bytearray(two_tracks(tmp_path / "two.mov", samples).read_bytes())
    entry = data.rindex(b"sowt")
    first = data.index(b"sowt")
    data[first : first + 4] = b"zzzz"
    assert Sound.load(io.BytesIO(bytes(data))).samples.max() == 0
    data[entry : entry + 4] = b"zzzz"
    with pytest.raises(AudioError, match="no audio that can be decoded"):
        Sound.load(io.BytesIO(bytes(data)))


@pytest.mark.parametrize(("default", "heard"), [(None, 1), (0, 1), (1, 2)])
def test_of_several_tracks_the_default_is_heard(tmp_path, default, heard):
    samples = click_track(48000, 1.0, [0.25])
    path = two_tracks(tmp_path / "two.mka", samples, default)
    sound = Sound.load(path)
    assert (sound.samples.max() > 0.1) == (heard == 1)
    assert f"Of 2 audio tracks number {heard} is heard" in sound.notes[0]
    assert Sound.load(path, track=1).samples.max() > 0.1
    assert Sound.load(path, track=2).samples.max() == 0
    assert not Sound.load(path, track=2).notes
    with pytest.raises(AudioError, match="no audio track 3 that can be decoded; it has 2"):
        Sound.load(path, track=3)


@pytest.mark.parametrize("channels", [3, 6, 7, 8, 9, 10, 16, 64])
@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_f32le"])
def test_any_number_of_channels_is_heard(tmp_path, channels, codec):
    time = np.arange(16000) / 16000
    samples = np.zeros((channels, 16000), np.float32)
    samples[-1] = 0.5 * np.sin(2 * np.pi * 440 * time)
    samples[0] = 0.25 * np.sin(2 * np.pi * 220 * time)
    path = tmp_path / "many.wav"
    kind = np.int16 if codec == "pcm_s16le" else np.float32
    scale = 32767 if codec == "pcm_s16le" else 1
    write_wav(path, (samples.T * scale).astype(kind))
    sound = Sound.load(path)
    assert np.abs(sound.samples - samples).max() < 1e-4
    mono = sound.mono()
    spectrum = np.abs(np.fft.rfft(mono))
    assert spectrum[440] > 20 * spectrum[300]
    assert spectrum[220] > 20 * spectrum[300]


def write_wav(path, frames):  # type: ignore[no-untyped-def]
    """Without WAVE_FORMAT_EXTENSIBLE: nobody says what the channels are. frames: [n, channels]."""
    size, width = frames.nbytes, frames.dtype.itemsize
    channels = frames.shape[1]
    header = struct.pack(
        "<HHIIHH",
        1 if frames.dtype == np.int16 else 3,
        channels,
        16000,
        16000 * channels * width,
        channels * width,
        8 * width,
    )
    path.write_bytes(
        b"RIFF"
        + struct.pack("<I", 36 + size)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + header
        + b"data"
        + struct.pack("<I", size)
        + frames.tobytes()
    )


def test_sound_that_is_no_numbers_is_refused_before_work(tmp_path):
    for value, message in ((np.nan, "not numbers"), (1e30, "where 1 is full scale")):
        frames = np.zeros((1600, 1), np.float32)
        frames[800] = value
        write_wav(tmp_path / "bad.wav", frames)
        with pytest.raises(AudioError, match=rf"bad.wav.* {message}"):
            Sound.load(tmp_path / "bad.wav")


def test_a_silent_video_and_bad_files(make_video, tmp_path):
    with pytest.raises(AudioError, match="no audio"):
        Sound.load(make_video())
    (tmp_path / "a.mp3").write_bytes(b"")
    with pytest.raises(AudioError, match="can't be read"):
        Sound.load(tmp_path / "a.mp3")
    with pytest.raises(AudioError, match="can't be read"):
        Sound.load(tmp_path / "none.wav")


def test_a_stream_that_changes_on_its_way_is_heard_to_the_end(tmp_path):
    """Rate and channels as in files put together from several."""
    parts = [(44100, "mono"), (48000, "stereo")]
    data = b""
    for rate, layout in parts:
        tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
        samples = np.tile(tone, (1 if layout == "mono" else 2, 1))
        path = encode(tmp_path / f"{rate}.mp3", samples, rate, "libmp3lame", layout)
        data += path.read_bytes()
    (tmp_path / "both.mp3").write_bytes(data)
    sound = Sound.load(tmp_path / "both.mp3")
    assert len(sound.samples) == 1
    assert sound.notes[0].endswith(f"brought to {sound.rate} Hz, mono.")
    assert float(sound.duration) == pytest.approx(2.0, abs=0.15)
    for begin in (0.3, 1.4):
        piece = sound.cut(begin, 0.5).samples[0]
        assert np.argmax(np.abs(np.fft.rfft(piece))) == 220


@pytest.mark.parametrize("rates", [(44100, 48000, 44100), (16000, 48000, 96000), (48000, 16000)])
def test_packets_without_times_follow_each_other_at_any_rate(tmp_path, rates):
    """FFmpeg counts the times of an ADTS file up by the rate it began with."""
    data = b""
    for number, rate in enumerate(rates):
        tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)[None]
        data += encode(tmp_path / f"{number}.aac", tone, rate, "aac").read_bytes()
    (tmp_path / "all.aac").write_bytes(data)
    sound = Sound.load(tmp_path / "all.aac")
    # AAC pads each part by up to two packets of 1024 samples.
    padding = sum(2048 / rate for rate in rates)
    assert len(rates) <= sound.duration <= len(rates) + padding
    for begin in np.arange(len(rates)) * (float(sound.duration) / len(rates)) + 0.25:
        piece = sound.cut(begin, 0.5).samples[0]
        assert np.argmax(np.abs(np.fft.rfft(piece))) == 220
        assert piece.std() == pytest.approx(0.5 / 2**0.5, rel=0.02)


def test_times_that_leap_by_days_take_no_memory(tmp_path):
    path = tmp_path / "leap.mka"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=16000, layout="mono")
        for second in (0, 1, 1_000_000):
            frame = av.AudioFrame.from_ndarray(np.full((1, 16000), 1000, np.int16), "s16", "mono")
            frame.sample_rate, frame.time_base, frame.pts = 16000, Fraction(1, 16000), second * 16000
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(AudioError, match=r"leap.mka.* leap by 277.8 hours at 2.00 s; convert"):
        Sound.load(path)
    sound = Sound.of_media(MediaFile(path), Fraction(0), Fraction(3))
    assert sound.duration == 3
    assert np.count_nonzero(sound.samples) == 32000


def test_more_channels_than_can_be_mixed_are_one_sentence(tmp_path):
    write_wav(tmp_path / "65.wav", np.zeros((1600, 65), np.float32))
    with pytest.raises(AudioError, match="65.wav.* has 65 channels, more than 64: mix them down"):
        Sound.load(tmp_path / "65.wav")
