"""What is said before anything heavy is loaded, and what is fetched."""

import os
import subprocess
import sys

import pytest

from lipsync_studio.backends.registry import backends
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.consent import Consents
from lipsync_studio.engine.weights.shared import FACE_PARSING

# Prints what was imported after a command has ended.
PROBE = """
import sys
from lipsync_studio.commands import main
print("code", main(sys.argv[1:]))
print("loaded", sorted({"torch", "diffusers", "transformers"} & set(sys.modules)))
"""

LOCAL = ["aniportrait", "hallo2", "latentsync", "musetalk", "sadtalker", "wav2lip"]


@pytest.fixture
def nothing_installed(tmp_path, monkeypatch):
    """Neither weights nor the hub's cache; Wav2Lip's licence is agreed to."""
    for name, folder in {
        "LIPSYNC_MODELS": "models", "HF_HUB_CACHE": "cache", "HOME": "home",
        "LIPSYNC_PRIVATE_FOLDER": "private",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    Consents(tmp_path / "private").give(backends()["wav2lip"].licence.consent)


@pytest.mark.parametrize("command", ["render", "check"])
@pytest.mark.parametrize("engine", LOCAL)
def test_missing_weights_are_said_before_torch_is_loaded(nothing_installed, tmp_path, engine, command):
    """And before footage is looked at: the source here is none."""
    given = ["--source", str(ROOT / "README.md"), "--audio", str(ROOT / "README.md")]
    words = ["check", engine, *given] if command == "check" else [
        "render", "--backend", engine, *given, "--out", str(tmp_path / "out.mp4")
    ]  # fmt: skip
    result = subprocess.run(
        [sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=False, env=os.environ
    )
    assert result.stdout.splitlines()[-2:] == ["code 1", "loaded []"], result.stderr
    assert f"{backends()[engine].title} " in result.stderr
    assert " lacks " in result.stderr


@pytest.mark.parametrize("engine", ["latentsync", "musetalk", "wav2lip"])
def test_a_parser_that_is_asked_for_is_among_what_is_missing(nothing_installed, host, monkeypatch, engine):
    spec, asked = backends()[engine], []
    monkeypatch.setattr("lipsync_studio.engine.weights.locate.require", lambda each, host: asked.append(each))
    for chosen, wanted in (({}, False), ({"mask_source": "parsing"}, True)):
        asked.clear()
        spec.ready(spec.settings(**chosen), host)
        assert (FACE_PARSING in asked) is wanted
    asked.clear()
    spec.ready(spec.settings(download_missing=True), host)
    assert asked == []


@pytest.mark.parametrize("engine", ["latentsync", "musetalk"])
def test_no_parser_is_fetched_that_is_not_used(engine):
    spec = backends()[engine]
    for chosen in ({"mask_source": "landmarks"}, {"quality": "fast"}):
        assert FACE_PARSING not in spec.weights(spec.settings(**chosen))
    for chosen in ({}, {"mask_source": "parsing", "quality": "fast"}):
        assert FACE_PARSING in spec.weights(spec.settings(**chosen))
