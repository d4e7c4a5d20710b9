"""The dialog in which an engine's licence is agreed to, in a real page."""

import json
import stat

import pytest

from .conftest import close

COMMAND = "LipSyncStudio.Licences"
OPEN = f"() => app.extensionManager.command.execute('{COMMAND}')"


@pytest.fixture
def consent_file(server):
    path = server.base / "user" / "__lipsync_studio" / "consent.json"
    yield path
    path.unlink(missing_ok=True)


def test_a_licence_is_agreed_to_and_taken_back(page, consent_file):
    labels = page.evaluate("app.extensionManager.command.commands.map(one => [one.id, one.label])")
    assert [COMMAND, "LipSync Studio: Licences…"] in labels
    page.evaluate(OPEN)
    dialog = page.get_by_role("dialog").filter(has_text="Licences")
    wav2lip = dialog.get_by_role("region", name="Wav2Lip")
    wav2lip.get_by_text("You have not agreed: the engine makes nothing.").wait_for()
    assert wav2lip.get_by_text("non-commercial use only").is_visible()
    assert wav2lip.get_by_role("link").get_attribute("href").startswith("https://github.com/Rudrabha/Wav2Lip")
    assert wav2lip.get_by_text(str(consent_file)).is_visible()
    assert not consent_file.exists()

    wav2lip.get_by_role("button", name="I agree").click()
    wav2lip.get_by_text("agreed on").wait_for()
    assert set(json.loads(consent_file.read_text())) == {"wav2lip"}
    assert stat.S_IMODE(consent_file.stat().st_mode) == 0o600
    wav2lip.get_by_role("button", name="Withdraw consent").click()
    wav2lip.get_by_text("You have not agreed").wait_for()
    assert json.loads(consent_file.read_text()) == {}
    close(dialog)
    assert page.problems == []
