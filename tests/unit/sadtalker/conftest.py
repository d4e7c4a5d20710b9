"""SadTalker's files with small seeded networks, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lipsync_studio.devtools.seeded_sadtalker import write_seeded
from lipsync_studio.engine.host.plain import PlainHost

DATA = Path(__file__).parents[2] / "data" / "goldens" / "sadtalker"


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with the kind `sadtalker`."""
    folder = tmp_path_factory.mktemp("models")
    write_seeded(folder / "sadtalker")
    return folder


@pytest.fixture
def installed(files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIPSYNC_MODELS", str(files))
    return files


@pytest.fixture
def host() -> Iterator[PlainHost]:
    with PlainHost("cpu") as plain:
        yield plain
