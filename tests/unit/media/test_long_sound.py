"""Sound that is too long for the memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from fractions import Fraction

import ffmpeg
import numpy as np
import pytest

from lipsync_studio.engine.errors import OutputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media import sample_file
from lipsync_studio.engine.media import sound as sound_module
from lipsync_studio.engine.media.sound import Sound

MINUTES = 8


@pytest.fixture
def both(tmp_path, monkeypatch):
    """The same sound in memory and in a file: 7 s, stereo, another note on each side, with a gap."""
    path = tmp_path / "long.mka"
    ffmpeg.ffmpeg("-f", "lavfi", "-i", "aevalsrc=0.3*sin(2*PI*t*440)|0.2*sin(2*PI*t*550+t):d=7:s=44100",
                  "-c:a", "flac", path)  # fmt: skip
    monkeypatch.setattr(sound_module, "_IN_MEMORY", 100_000)
    with PlainHost("cpu") as host:
        stored = Sound.load(path, host=host)
        assert isinstance(stored.samples, sample_file.SampleFile)
        yield Sound.load(path), stored


def test_a_file_holds_what_memory_would(both):
    held, stored = both
    assert (held.samples.shape, held.rate, held.layout) == (stored.samples.shape, stored.rate, stored.layout)
    for start, stop in ((0, 100), (70_000, 200_123), (300_000, 400_000)):
        np.testing.assert_array_equal(held.samples[:, start:stop], stored.samples[:, start:stop])
        np.testing.assert_array_equal(held.samples[1, start:stop], stored.samples[1, start:stop])
        np.testing.assert_array_equal(held.mixed(start, stop), stored.mixed(start, stop))
    np.testing.assert_array_equal(held.mono(), stored.mono())
    assert held.all_notes() == stored.all_notes()
    with pytest.raises(IndexError):
        stored.samples[2]


@pytest.mark.parametrize(("start", "seconds"), [(0, 7), (-0.5, 2), (1.25, 3), (6.5, 4), (9, 1)])
def test_a_cut_of_it_reads_nothing_but_is_the_same(both, start, seconds):
    held, stored = (sound.cut(Fraction(start), seconds) for sound in both)
    assert isinstance(stored.samples, sample_file.SampleFile)
    assert held.duration == stored.duration
    np.testing.assert_array_equal(held.samples, stored.samples[:, :])
    np.testing.assert_array_equal(held.cut(0.5, 1).samples, stored.cut(0.5, 1).samples[:, :])


def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch):
    class Full:
        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: Full())
    with pytest.raises(OutputError, match=r"No space left on device\): make room on the disk"):
        sample_file.SampleFile.of([np.zeros((1, 10), np.float32)], 1, lambda: tmp_path)


@pytest.mark.parametrize(("rate", "channels"), [(48000, 2), (16000, 2), (16000, 1)])
def test_a_long_sound_takes_no_more_than_what_is_listened_to(tmp_path, rate, channels):
    """In a process of its own: what engines hear of stereo at 48 kHz, mono at 16 kHz, is a sixth of it."""
    path = tmp_path / "long.wav"
    width = 2 * channels
    size = MINUTES * 60 * rate * width
    with open(path, "wb") as file:
        header = b"RIFF" + (36 + size).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
        fields = ((1, 2), (channels, 2), (rate, 4), (rate * width, 4), (width, 2), (16, 2))
        header += b"".join(value.to_bytes(size, "little") for value, size in fields)
        file.write(header + b"data" + size.to_bytes(4, "little"))
        for minute in range(MINUTES):
            file.seek(44 + minute * 60 * rate * width)
            noise = np.random.default_rng(minute).integers(-9000, 9000, rate * channels, np.int16)
            file.write(noise.tobytes())
        file.truncate(44 + size)
    script = """if True:
        import json, resource, sys
        from pathlib import Path
        from lipsync_studio.backends.render_spec import RenderSpec
        from lipsync_studio.backends.speech import speech_spans, voice_samples
        from lipsync_studio.engine.host.plain import PlainHost
        from lipsync_studio.engine.media.sound import Sound

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10

        with PlainHost("cpu", progress=False) as host:
            Sound.load(sys.argv[2], host=host).mono()
            before = peak()
            sound = Sound.load(sys.argv[1], host=host)
            samples = voice_samples(sound, host)
            spans = speech_spans(samples, "song", False, host)
            for first in range(0, sound.samples.shape[1], sound.rate * 60):
                sound.samples[:, first : first + 8192]
            print(json.dumps([peak() - before, samples.nbytes >> 20, len(spans)]))
    """
    short = tmp_path / "short.wav"
    ffmpeg.ffmpeg("-f", "lavfi", "-i", "sine=440:d=8:r=48000", short)
    run = subprocess.run(
        [sys.executable, "-c", script, path, short], capture_output=True, text=True, check=True
    )
    grown, mono, spans = json.loads(run.stdout)
    assert mono == MINUTES * 60 * 16000 * 4 >> 20
    assert spans == MINUTES
    # In memory stereo at 48 kHz was 176 MB more, twice while they were put together.
    assert grown < mono + 16
