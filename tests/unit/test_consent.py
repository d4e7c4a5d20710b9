"""What the user agreed to is remembered, can be taken back, and is never made up."""

from __future__ import annotations

import dataclasses
import json
import stat
from pathlib import Path

import pytest

from lipsync_studio.commands import main
from lipsync_studio.engine.consent import Consents, Terms, private_folder
from lipsync_studio.engine.errors import ConsentError

TERMS = Terms(
    "net", "Licence of Net", "https://example.org/licence", "Net's licence", "Licences…", "did consent"
)
OTHER = dataclasses.replace(TERMS, key="other")


@pytest.fixture
def consents(tmp_path: Path) -> Consents:
    return Consents(tmp_path / "private")


def test_consent_is_given_once_and_taken_back(consents: Consents) -> None:
    said = "You have not agreed to Net's licence yet .see https://example.org/licence.: .* Licences…, .* `did"
    with pytest.raises(ConsentError, match=said):
        consents.require(TERMS)
    assert not consents.path.parent.exists()
    given = consents.give(TERMS)
    assert (given.name, given.address) == (TERMS.name, TERMS.address)
    assert given.by
    assert given.at.endswith("+00:00")
    consents.require(TERMS)
    assert Consents(consents.path.parent).give(TERMS) == given, "it stays as it is"
    with pytest.raises(ConsentError):
        consents.require(OTHER)
    consents.give(OTHER)
    assert consents.withdraw(TERMS)
    assert not consents.withdraw(TERMS)
    assert consents.given(TERMS) is None
    consents.require(OTHER)


def test_the_file_is_private(consents: Consents) -> None:
    consents.give(TERMS)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (consents.path.parent, consents.path)]
    assert modes == [0o700, 0o600]
    assert [path.name for path in consents.path.parent.iterdir()] == ["consent.json"]


def test_other_terms_are_agreed_to_anew(consents: Consents) -> None:
    consents.give(TERMS)
    moved = dataclasses.replace(TERMS, address="https://example.org/licence/2")
    assert consents.given(moved) is None
    assert consents.give(moved).address == moved.address
    assert consents.given(moved)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"net": true}', b'{"net": {"by": "me"}}', b"\xff\xfe", json.dumps({"net": {
        "name": "n", "address": TERMS.address, "by": 1, "at": ""}}).encode()],
)  # fmt: skip
def test_a_damaged_file_is_said_and_kept(consents: Consents, content: bytes) -> None:
    consents.path.parent.mkdir()
    consents.path.write_bytes(content)
    for act in (consents.given, consents.require, consents.give, consents.withdraw):
        with pytest.raises(ConsentError, match=r"can't be read from .*consent\.json .*correct or delete"):
            act(TERMS)
    assert consents.path.read_bytes() == content


def test_what_can_not_be_written_is_said() -> None:
    with pytest.raises(ConsentError, match=r"can't be written to /proc/nowhere/consent\.json"):
        Consents(Path("/proc/nowhere")).give(TERMS)


def test_the_folder_is_the_environments_or_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert private_folder({"LIPSYNC_PRIVATE_FOLDER": str(tmp_path)}) == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert private_folder({}) == tmp_path / "home" / ".lipsync-studio"


def test_the_command_gives_shows_and_takes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIPSYNC_PRIVATE_FOLDER", str(tmp_path / "private"))

    def said(*options: str) -> str:
        assert main(["consent", "wav2lip", *options]) == 0
        terms, state = capsys.readouterr().out.splitlines()
        assert terms.startswith("To agree to: using Wav2Lip's weights")
        return state

    assert "Nobody has agreed" in said("--show")
    assert not (tmp_path / "private").exists()
    assert "agreed on" in said()
    assert "agreed on" in said("--show")
    assert "Nobody has agreed" in said("--withdraw")
    (tmp_path / "private" / "consent.json").write_text("{")
    assert main(["consent", "wav2lip"]) == 1
    assert "correct or delete the file" in capsys.readouterr().err
