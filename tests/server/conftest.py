"""Clips of a real face whose frames carry their number, and prompts around `LipSyncApply`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from media import write_h264, write_wav
from prompts import node, save_video, show

from lipsync_studio.devtools.paths import ROOT

SIDE = 320
_BITS, _BLOCK = 8, 16


@pytest.fixture(scope="session")
def face_pictures() -> list[np.ndarray]:
    """A real face in motion: 80 pictures, uint8 RGB [320, 320, 3]."""
    with av.open(str(ROOT / "demo" / "clip.mp4")) as container:
        frames = (frame.to_ndarray(format="rgb24") for frame in container.decode(video=0))
        return [
            cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            for rgb, _ in zip(frames, range(80), strict=False)
        ]


def numbered(rgb: np.ndarray, number: int) -> np.ndarray:
    """The picture with its number in black and white blocks along the upper edge."""
    rgb = rgb.copy()
    for bit in range(_BITS):
        rgb[:_BLOCK, bit * _BLOCK : (bit + 1) * _BLOCK] = 235 if number >> bit & 1 else 20
    return rgb


def number_of(rgb: np.ndarray) -> int:
    levels = rgb[2 : _BLOCK - 2, : _BITS * _BLOCK].reshape(_BLOCK - 4, _BITS, _BLOCK, 3).mean(axis=(0, 2, 3))
    return sum(1 << bit for bit in range(_BITS) if levels[bit] > 128)


@pytest.fixture(scope="session")
def write_clip(face_pictures: list[np.ndarray]) -> Callable[..., Path]:
    """Write numbered pictures as H.264 with B-frames, as cameras and editors do, by PyAV alone."""

    def write(path: Path, frames: int, fps: Fraction | int, *, face: bool = True) -> Path:
        wall = np.full((SIDE, SIDE, 3), 120, np.uint8)
        pictures = (numbered(face_pictures[index] if face else wall, index) for index in range(frames))
        return write_h264(path, pictures, fps)

    return write


@pytest.fixture(scope="session")
def write_clicks() -> Callable[..., np.ndarray]:
    """Write a WAV with noise bursts of 20 ms, sharp in cross-correlation; returns its samples float64 [n]."""

    def write(path: Path, seconds: float, rate: int = 48000) -> np.ndarray:
        noise = np.random.default_rng(7).uniform(-0.5, 0.5, round(0.02 * rate))
        samples = np.zeros(round(seconds * rate))
        for time in np.arange(0.1, seconds - 0.05, 0.37):
            start = round(time * rate)
            samples[start : start + len(noise)] = noise
        write_wav(path, samples, rate)
        return np.round(samples * 32767) / 32767

    return write


def apply_prompt(source: Any, audio: Any, extra: dict[str, Any] | None = None, **options: Any) -> dict:
    """source, audio: names in the input folder, or links into the nodes of `extra`."""
    prompt: dict[str, Any] = dict(extra or {})
    if isinstance(source, str):
        prompt["source"] = node("LoadVideo", file=source)
        source = ["source", 0]
    if isinstance(audio, str):
        prompt["audio"] = node("LoadAudio", audio=audio)
        audio = ["audio", 0]
    prompt["backend"] = node("LipSyncVisemeBackend", strength=1.0)
    settings = {"length": "audio", "fill": "pingpong", "silence": "rest", "person": "largest", **options}
    prompt["apply"] = node("LipSyncApply", source=source, audio=audio, backend=["backend", 0], **settings)
    prompt["save"], prompt["report"] = save_video("apply", 0, prefix="test"), show("apply", 1)
    return prompt


@pytest.fixture(scope="session")
def make_prompt() -> Callable[..., dict]:
    return apply_prompt


@pytest.fixture(scope="module")
def musetalk_weights(server: Any, seeded: Path) -> Iterator[Path]:
    """MuseTalk's files with small seeded networks, in the server's models folder for a module's tests."""
    folder = server.base / "models" / "musetalk"
    shutil.copytree(seeded, folder, dirs_exist_ok=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def unchanged(server: Any) -> Callable[[], Any]:
    """A block that must leave no file behind in ComfyUI's output and temp folders, and remove none but those
    that belong to values of earlier prompts, which ComfyUI lets go of at its own time."""

    def files() -> set[Path]:
        folders = (server.base / "output", server.base / "temp")
        return {path for folder in folders for path in folder.rglob("*") if path.is_file()}

    @contextmanager
    def block() -> Iterator[None]:
        before = files()
        yield
        kept = {path for path in before if path.suffix not in (".states", ".faces", ".sqlite")}
        assert kept <= files() <= before

    return block


@pytest.fixture(scope="session")
def frame_number() -> Callable[[np.ndarray], int]:
    """The number that a picture's blocks show."""
    return number_of
