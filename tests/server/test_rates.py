"""Frame count and A/V offset of every common frame rate, through the nodes."""

import math
from fractions import Fraction

import av
import numpy as np
import pytest
from footage import RATES
from prompts import finished, node

# Not a whole number of frames at any rate.
SECONDS = 1.31


def pictures_of(path):
    """(pts in seconds, RGB) of every picture."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [(f.pts * stream.time_base, f.to_ndarray(format="rgb24")) for f in container.decode(stream)]


def sound_of(path):
    """(time of the first sample in seconds, samples [n], rate), decoded as a player does."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        samples = np.concatenate([frame.to_ndarray().mean(axis=0) for frame in frames])
        return frames[0].pts * stream.time_base, samples, stream.rate


def lag(heard, reference):
    """Samples by which `heard` is late."""
    size = len(heard) + len(reference)
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(reference, size))
    best = int(np.argmax(np.fft.irfft(spectrum, size)))
    return best if best < size // 2 else best - size


def expected_number(position, frames):
    """Back and forth, the turning frames shown once."""
    position %= 2 * frames - 2
    return min(position, 2 * frames - 2 - position)


@pytest.fixture(scope="module")
def clicks(server, write_clicks):
    return write_clicks(server.base / "input" / "clicks.wav", SECONDS)


def check(path, fps, source_frames, clicks, frame_number):
    pictures = pictures_of(path)
    assert len(pictures) == math.ceil(Fraction(SECONDS).limit_denominator(100) * fps)
    with av.open(str(path)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert picture.average_rate == fps
        assert picture.frames == len(pictures)
        # Both tracks end together, but for AAC's blocks of 1024.
        end = len(pictures) / fps
        assert picture.duration * picture.time_base == end
        assert abs(sound.duration * sound.time_base - end) <= Fraction(1024, 48000)
    assert [pts for pts, _ in pictures] == [k / fps for k in range(len(pictures))]
    numbers = [frame_number(rgb) for _, rgb in pictures]
    assert numbers == [expected_number(k, source_frames) for k in range(len(pictures))]
    start, samples, rate = sound_of(path)
    assert rate == 48000
    assert lag(samples, clicks) + round(start * rate) == 0


@pytest.mark.parametrize("fps", RATES, ids=lambda rate: f"{float(rate):.3f}")
def test_frames_and_sound_keep_their_places(client, write_clip, make_prompt, clicks, frame_number, fps):
    frames = round(1.2 * fps)
    clip = write_clip(client.server.base / "input" / f"rate_{frames}_{fps.denominator}.mp4", frames, fps)
    run = finished(client, make_prompt(clip.name, "clicks.wav"))
    (video,) = client.output_files(run)
    check(video, fps, frames, clicks, frame_number)


def test_an_image_batch_has_the_rate_it_is_given(client, write_clip, make_prompt, clicks, frame_number):
    """29.97 stands for 30000/1001."""
    clip = write_clip(client.server.base / "input" / "batch.mp4", 30, 25)
    loader = {
        "load": node("LoadVideo", file=clip.name),
        "parts": node("GetVideoComponents", video=["load", 0]),
    }
    run = finished(client, make_prompt(["parts", 0], "clicks.wav", loader, fps=29.97))
    (video,) = client.output_files(run)
    check(video, Fraction(30000, 1001), 30, clicks, frame_number)
