"""A machine with empty models folders, home and hub cache, and a hub that runs here."""

import numpy as np
import pytest
from fake_hub import FakeHub
from weight_entries import publish

from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.weights import download as downloads
from lipsync_studio.engine.weights.entries import WeightSet

SIZE = 4_000_000


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The machine's folder: home, models and cache are in it, and nowhere else is looked."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def hub(home, monkeypatch):
    with FakeHub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url())
        monkeypatch.setattr(downloads, "RETRY_WAITS", (0.01, 0.01, 0.01))
        yield running


@pytest.fixture
def host(home):
    with Watching() as running:
        yield running


class Watching(PlainHost):
    """Notes what is shown."""

    def __init__(self, **options):
        super().__init__(**options)
        self.shown = []

    def progress(self, stage, done, total, preview=None, *, unit="frames"):
        self.shown.append((stage, done, total, unit))
        super().progress(stage, done, total, preview, unit=unit)


@pytest.fixture(scope="session")
def content():
    return np.random.default_rng(1).bytes(SIZE)


@pytest.fixture
def offered(hub, content):
    """A file of SIZE bytes that the hub has."""
    return publish(hub, content)


@pytest.fixture
def make_set():
    def make(*files, name="nets", **options):
        return WeightSet(name, name.title(), "musetalk", files, "MIT.", **options)

    return make
