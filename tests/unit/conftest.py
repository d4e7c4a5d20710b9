"""A sentence spoken by Flite, with the synthesiser's own phone times as the truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from media import write_h264, write_wav
from places import ROOM, SmallDisk, forms, mounted, never_writable

from lipsync_studio.align.words import Phone
from lipsync_studio.engine.media.sound import Sound

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parents[1] / "data" / "speech"


@dataclass(frozen=True)
class Sentence:
    samples: np.ndarray
    text: str
    phones: tuple[Phone, ...]


@pytest.fixture(scope="session")
def sentence() -> Sentence:
    truth = json.loads((DATA / "maybe_bob.json").read_text())
    samples = Sound.load(DATA / "maybe_bob.flac").mono(16000)
    return Sentence(samples, truth["text"], tuple(Phone(*row) for row in truth["phones"] if row[0] != "SIL"))


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with clip.mp4 (a face, 12 frames at 25 fps), wall.mp4 (nobody), voice.wav (0.8 s), a text."""
    folder = tmp_path_factory.mktemp("media")
    with av.open(str(ROOT / "demo" / "clip.mp4")) as source:
        pictures = [
            frame.to_ndarray(format="rgb24", width=320, height=320)
            for frame, _ in zip(source.decode(video=0), range(12), strict=False)
        ]
    write_h264(folder / "clip.mp4", pictures, 25)
    write_h264(folder / "wall.mp4", np.zeros_like(pictures), 25)
    write_wav(folder / "voice.wav", Sound.load(ROOT / "demo" / "verse.mp3").mono(16000)[:12800])
    (folder / "text.txt").write_text("Twinkle, twinkle", encoding="utf-8")
    return folder


@pytest.fixture(params=forms("limited"))
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    """A file system of its own with room for 96 KB, where one can be mounted; and anywhere, a folder and a
    limit of how long a file may become, which the same code finds out in the same way."""
    folder = tmp_path / "disk"
    folder.mkdir()
    is_mounted = request.param == "mounted"
    with mounted(folder, f"size={ROOM}") if is_mounted else nullcontext():
        yield SmallDisk(folder, is_mounted)


@pytest.fixture(params=forms("refused"))
def read_only(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that not even root can write to, and why."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    if request.param == "mounted":
        with mounted(folder, "ro"):
            yield folder, "Read-only file system"
    else:
        yield never_writable(folder), "Permission denied"
