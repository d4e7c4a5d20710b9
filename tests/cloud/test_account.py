"""Keys and settings of several services on one machine."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest

from lipsync_studio.backends.cloud.services import services
from lipsync_studio.cloud_jobs import errors, find_key
from lipsync_studio.cloud_jobs.settings import load_settings


def test_a_key_in_the_keyring_is_of_one_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows' keyring has it: one entry for a name, of which the user is compared only where one is asked
    for."""
    entry = ("someone", "")

    def password(name: str, user: str) -> str | None:
        return entry[1] if name == "lipsync-studio" and user in ("", entry[0]) else None

    ring = types.ModuleType("keyring")
    ring.get_password = password  # type: ignore[attr-defined]
    ring.errors = types.ModuleType("keyring.errors")  # type: ignore[attr-defined]
    ring.errors.KeyringError = RuntimeError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", ring.errors)
    known = {name: spec.service() for name, spec in services().items()}
    users = {name: "d-id" if name == "did" else name for name in known}  # D-ID's is documented so
    for owner, user in users.items():
        entry = (user, f"key-of-{owner}")
        for name, service in known.items():
            if name == owner:
                assert find_key(service, tmp_path, {}).source == "the keyring"
            else:
                with pytest.raises(errors.KeyMissingError):
                    find_key(service, tmp_path, {})


@pytest.mark.parametrize("setting", ["max_seconds", "per_second"])
def test_a_setting_that_would_do_nothing_is_refused(setting: str, tmp_path: Path) -> None:
    for name, spec in services().items():
        service = spec.service()
        (tmp_path / service.settings_file).write_text(json.dumps({setting: 2.0}))
        if name in ("did", "synthesia"):
            with pytest.raises(errors.SettingsError, match=f"{setting} has no effect"):
                load_settings(service, tmp_path, {})
        else:
            assert getattr(load_settings(service, tmp_path, {}), setting) == 2.0
