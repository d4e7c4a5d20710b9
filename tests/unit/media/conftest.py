"""Small videos and sounds made on the spot; every frame carries its own number in its pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

WIDTH, HEIGHT = 64, 48


def luma_of(number: int) -> int:
    """A grey level that tells 11 neighbours apart and survives lossy coding."""
    return 30 + number % 11 * 18


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """RGB with a grey left half that names the frame and a red right half."""
    rgb = np.full((height, width, 3), luma_of(number), np.uint8)
    rgb[:, width // 2 :] = (200, 40, 30)
    return rgb


def number_level(frame) -> int:  # type: ignore[no-untyped-def]
    """Mean luma of the frame's left part."""
    luma = frame.yuv()[0]
    return int(round(float(luma[8:-8, 4 : luma.shape[1] // 2 - 8].mean())))


def click_track(rate: int, seconds: float, at: Sequence[float], channels: int = 1) -> np.ndarray:
    """Noise bursts of 20 ms at given times: sharp in cross-correlation."""
    noise = np.random.default_rng(7).uniform(-0.5, 0.5, round(0.02 * rate)).astype(np.float32)
    samples = np.zeros((channels, round(seconds * rate)), np.float32)
    for time in at:
        start = round(time * rate)
        piece = noise[: samples.shape[1] - start]
        samples[:, start : start + len(piece)] = piece
    return samples


def lag(heard: np.ndarray, reference: np.ndarray) -> int:
    """Samples by which `heard` is late against `reference` (whole-sample cross-correlation)."""
    size = len(heard) + len(reference)
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(reference, size))
    best = int(np.argmax(np.fft.irfft(spectrum, size)))
    return best if best < size // 2 else best - size


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """Write a numbered video. pts: ticks of `time_base` per frame (default: frame number at 1 / fps)."""

    def make(
        name: str = "clip.mp4",
        frames: int = 12,
        fps: Fraction | int = 25,
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        size: tuple[int, int] = (WIDTH, HEIGHT),
        gop: int = 12,
        pts: Sequence[int] | None = None,
        time_base: Fraction | None = None,
        sound: np.ndarray | None = None,
        rate: int = 48000,
        sound_codec: str = "aac",
        sound_delay: float = 0.0,
        options: dict[str, str] | None = None,
        rotation: int = 0,
        colour: tuple[int, int, int, int] | None = None,
        container_options: dict[str, str] | None = None,
        draw: Callable[[int, int, int], np.ndarray] = picture,
    ) -> Path:
        path = tmp_path / name
        fps = Fraction(fps)
        base = time_base or 1 / fps
        with av.open(str(path), "w", options=container_options or {}) as out:
            video = out.add_stream(codec, rate=fps, options=options or {})
            video.width, video.height, video.pix_fmt = *size, pix_fmt
            video.codec_context.time_base = base
            video.codec_context.gop_size = gop
            if rotation:
                video.set_display_rotation(rotation)
            if colour:
                context = video.codec_context
                context.colorspace, context.color_primaries, context.color_trc, context.color_range = colour
            audio = None
            if sound is not None:
                audio = out.add_stream(sound_codec, rate=rate, layout="mono" if len(sound) == 1 else "stereo")
            for number in range(frames):
                frame = av.VideoFrame.from_ndarray(draw(number, *size), format="rgb24").reformat(
                    format=pix_fmt, dst_colorspace=colour[0] if colour and colour[0] in (1, 5, 9) else None
                )
                frame.pts, frame.time_base = pts[number] if pts else number, base
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
            if audio is not None:
                block = av.AudioFrame.from_ndarray(sound, format="fltp", layout=audio.layout.name)
                block.sample_rate, block.time_base = rate, Fraction(1, rate)
                block.pts = round(sound_delay * rate)
                out.mux(audio.encode(block))
                out.mux(audio.encode(None))
        return path

    return make
