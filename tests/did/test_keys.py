"""The key is found, kept and hidden."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import sys
import types
from pathlib import Path

import pytest

from lipsync_studio.cloud_jobs import ApiKey, Settings, errors
from lipsync_studio.did_client import (
    SERVICE,
    clear_key,
    default_folder,
    find_key,
    has_key,
    load_settings,
    store_key,
)

from .conftest import KEY

ENCODED = base64.b64encode(KEY.encode()).decode()


def test_where_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def source(**environ: str) -> str:
        return find_key(tmp_path, environ).source

    with pytest.raises(errors.KeyMissingError, match="DID_API_KEY"):
        source()
    ring = types.ModuleType("keyring")
    ring.get_password = lambda service, name: KEY  # type: ignore[attr-defined]
    ring.errors = types.ModuleType("keyring.errors")  # type: ignore[attr-defined]
    ring.errors.KeyringError = RuntimeError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setitem(sys.modules, "keyring.errors", ring.errors)
    assert source() == "the keyring"
    store_key(tmp_path, f" {KEY}\n")
    assert source(DID_API_KEY="  ") == "the key file"
    assert source(D_ID_API_KEY=KEY) == "the environment variable D_ID_API_KEY"
    assert source(D_ID_API_KEY=KEY, DID_API_KEY=KEY) == "the environment variable DID_API_KEY"
    for _ in range(2):
        clear_key(tmp_path)
    assert source() == "the keyring"


def test_the_file_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "did"
    store_key(folder, KEY)
    path = folder / "did.key"
    assert (folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
    assert has_key(folder, {})
    path.chmod(0o640)
    with pytest.raises(errors.KeyFileError, match="chmod 600"):
        find_key(folder, {})
    assert not has_key(folder, {})


@pytest.mark.parametrize("text", ["", "short", "user:pass word", "user:pässword", "user:pass\nword"])
def test_what_is_no_key(tmp_path: Path, text: str) -> None:
    with pytest.raises(errors.KeyFileError) as caught:
        store_key(tmp_path, text)
    assert not text or text not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("pasted", [KEY, f"  {KEY}\n", f'"{KEY}"', f"Basic {KEY}", f"bearer {KEY}"])
def test_headers(pasted: str) -> None:
    key = ApiKey(pasted, "a test", SERVICE)
    assert key.header("basic_raw") == {"Authorization": f"Basic {KEY}"}
    assert key.header("basic_b64") == key.header("auto") == {"Authorization": f"Basic {ENCODED}"}
    assert key.header("bearer") == {"Authorization": f"Bearer {ENCODED}"}


def test_a_token_is_not_encoded_again() -> None:
    assert ApiKey(ENCODED, "a test", SERVICE).header("auto") == {"Authorization": f"Basic {ENCODED}"}


def test_it_does_not_show() -> None:
    key = ApiKey(KEY, "a test", SERVICE)
    assert "canary" not in f"{key!r} {key} {[key]} {vars(key) if hasattr(key, '__dict__') else ''}"
    for leak in (
        lambda: pickle.dumps(key),
        lambda: copy.copy(key),
        lambda: copy.deepcopy({"k": key}),
        lambda: json.dumps(key),
    ):
        with pytest.raises(TypeError) as caught:
            leak()
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        ENCODED,
        ENCODED.rstrip("="),
        KEY.split(":")[0],
        KEY.split(":")[1],
        base64.b64encode(f"{KEY}:".encode()).decode(),
        "Basic abc123XYZ==",
    ],
)
def test_scrubbing(form: str) -> None:
    cleaned = ApiKey(KEY, "a test", SERVICE).scrub(
        f"header '{form}' is wrong, see https://x.org/a/b.mp4?Signature=12&b=3 now"
    )
    assert form.removeprefix("Basic ") not in cleaned
    assert "Signature" not in cleaned
    assert cleaned.endswith("see https://x.org/a/b.mp4?… now")


def test_accounts_are_told_apart_without_the_key() -> None:
    first, second = (ApiKey(text, "a test", SERVICE).fingerprint(b"salt") for text in (KEY, KEY + "x"))
    assert first != second
    assert len(first) == 8
    assert ApiKey(KEY, "elsewhere", SERVICE).fingerprint(b"pepper") != first


@pytest.mark.parametrize("url", ["https://api.d-id.com/", "http://127.0.0.1:8080", "http://localhost:1/did"])
def test_good_addresses(tmp_path: Path, url: str) -> None:
    assert load_settings(tmp_path, {"DID_API_URL": url}).api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.d-id.com",
        "ftp://x.org",
        "api.d-id.com",
        "https://u:p@x.org",
        "https://",
        "https://x.org/?a=b",
        "https://x.org/#f",
        "https://x.org:port",
        "http://127.0.0.1.evil.org",
        "http://localhost@evil.org",
    ],
)
def test_bad_addresses(tmp_path: Path, url: str) -> None:
    with pytest.raises(errors.SettingsError):
        load_settings(tmp_path, {"DID_API_URL": url})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        ('{"colour": 1}', "unknown setting 'colour'"),
        ('{"cloud": 1}', "type bool"),
        ('{"max_credits_per_day": true}', "type int"),
        ('{"deadline_minutes": -1}', "negative"),
        ('{"auth_style": "x"}', "basic_b64"),
    ],
)
def test_bad_settings_are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "did.json").write_text(text)
    with pytest.raises(errors.SettingsError, match=said):
        load_settings(tmp_path, {})


def test_settings_are_read(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings(SERVICE)
    (tmp_path / "did.json").write_text('{"max_credits_per_run": 3, "price_per_credit": 1}')
    assert load_settings(tmp_path, {}) == Settings(SERVICE, max_credits_per_run=3, price_per_credit=1)


def test_default_folder(tmp_path: Path) -> None:
    assert default_folder({"LIPSYNC_DID_FOLDER": str(tmp_path)}) == tmp_path
    assert default_folder({}).is_absolute()
