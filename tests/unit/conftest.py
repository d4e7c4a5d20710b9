"""A sentence spoken by Flite, with the synthesiser's own phone times as the truth."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.align.words import Phone
from lipsync_studio.engine.media.sound import Sound

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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for 96 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that not even root can write to."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
