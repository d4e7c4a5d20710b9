"""Where a browser is looked for."""

import pytest

from lipsync_studio.devtools import chromium
from lipsync_studio.devtools.steps import SetupError


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "bin" / "chromium-browser"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_environment_names_a_browser(program, monkeypatch):
    monkeypatch.setenv("CHROMIUM_PATH", str(program))
    monkeypatch.setenv("PATH", "")
    assert chromium.find() == program


def test_a_wrong_name_in_the_environment_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("CHROMIUM_PATH", str(tmp_path / "none"))
    with pytest.raises(SetupError, match="CHROMIUM_PATH"):
        chromium.find()


def test_a_browser_on_the_path_is_found(program, monkeypatch):
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setenv("PATH", str(program.parent))
    assert chromium.find() == program


def test_none_to_be_had_is_said(monkeypatch, tmp_path, capfd):
    """No browser, no apt-get, and a Playwright that has no index to download from."""
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    with pytest.raises(SetupError, match="none could be installed"):
        chromium.obtain()
