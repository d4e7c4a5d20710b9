"""The dialog for the D-ID key and consent in a real page."""

import shutil
import stat

import pytest
from page_keys import ACTED, CHANGE, LISTEN

from lipsync_studio.devtools.client import SAVE_OPTIONS, ComfyClient

from .conftest import DID_KEY, close, did_dialog, set_did_key

COMMAND = "LipSyncStudio.DIDKey"
OPEN = f"() => app.extensionManager.command.execute('{COMMAND}')"
STORED = """async () => {
    const kept = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie,
                  JSON.stringify(app.graph.serialize()), document.documentElement.outerHTML];
    for (const {name} of await indexedDB.databases()) kept.push(name);
    for (const field of document.querySelectorAll('input, textarea')) kept.push(field.value);
    return kept.join(' ');
}"""


@pytest.fixture
def key_file(server):
    path = server.base / "user" / "__lipsync_studio" / "did" / "did.key"
    yield path
    path.unlink(missing_ok=True)


def test_the_dialog_sets_and_clears_the_key(page, server, key_file):
    page.evaluate(OPEN)
    dialog = did_dialog(page)
    dialog.get_by_text("No key is set.").wait_for()
    field = dialog.get_by_label("D-ID key")
    assert field.get_attribute("type") == "password"

    field.fill("short")
    field.press("Enter")
    dialog.get_by_text("The D-ID key from the input is malformed").wait_for()
    assert not key_file.exists()

    set_did_key(dialog)
    assert key_file.read_text() == DID_KEY
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert "canary" not in page.evaluate(STORED)
    close(dialog)

    page.evaluate(OPEN)
    dialog.get_by_text("A key is set.").wait_for()
    assert field.input_value() == ""
    dialog.get_by_role("button", name="Clear key").click()
    dialog.get_by_text("No key is set.").wait_for()
    assert not key_file.exists()
    kept = [path for path in (server.base / "user").rglob("*") if path.is_file()]
    assert [path for path in kept if b"canary" in path.read_bytes()] == []
    close(dialog)
    assert [problem for problem in page.problems if "400" not in problem] == []


TALK = {
    "face": {
        "class_type": "EmptyImage",
        "inputs": {"width": 320, "height": 320, "batch_size": 1, "color": 9},
    },
    "talk": {
        "class_type": "LipSyncDIDTalk",
        "inputs": {
            "image": ["face", 0], "text": "Good morning.", "provider": "microsoft", "voice": "Jenny",
            "ssml": False, "consent": True, "max_credits": 4,
        },
    },
    "save": {
        "class_type": "SaveVideo",
        "inputs": {"video": ["talk", 0], "filename_prefix": "did", **SAVE_OPTIONS},
    },
}  # fmt: skip


@pytest.fixture
def account(manager, cloud):
    """The folder of a user who has ordered nothing, before and after."""
    folder = manager.base / "user" / "__lipsync_studio" / "did"
    yield folder
    shutil.rmtree(folder)
    cloud.renew()


def test_consent_is_given_in_the_dialog_and_the_same_graph_then_runs(manager, manager_page, cloud, account):
    manager_page.evaluate(OPEN)
    dialog = did_dialog(manager_page)
    set_did_key(dialog)
    consent = dialog.get_by_role("region", name="Consent")
    consent.get_by_text("You have not agreed: no new clip is ordered.").wait_for()
    assert consent.get_by_role("link").get_attribute("href").startswith("https://www.d-id.com/")
    assert consent.get_by_text(str(account / "consent.json")).is_visible()
    with ComfyClient(manager) as client:
        asked = len(cloud.log)
        assert "You have not agreed" in client.run(TALK).error["exception_message"]
        assert len(cloud.log) == asked
        consent.get_by_role("button", name="I agree").click()
        consent.get_by_text("agreed on").wait_for()
        assert client.run(TALK).error is None
        consent.get_by_role("button", name="Withdraw consent").click()
        consent.get_by_text("You have not agreed: no new clip is ordered.").wait_for()
        asked = len(cloud.log)
        again = {**TALK, "talk": {**TALK["talk"], "inputs": {**TALK["talk"]["inputs"], "again": 2}}}
        assert "You have not agreed" in client.run(again).error["exception_message"]
        assert len(cloud.log) == asked
    close(dialog)


def test_menu_and_settings_lead_to_the_dialog(page, key_file):
    labels = page.evaluate("app.extensionManager.command.commands.map(one => [one.id, one.label])")
    assert [COMMAND, "LipSync Studio: D-ID key…"] in labels
    page.evaluate("app.extensionManager.command.execute('Comfy.ShowSettingsDialog')")
    page.get_by_text("LipSync Studio", exact=True).first.click()
    page.get_by_role("button", name="Set or clear…").click()
    page.get_by_role("dialog").filter(has_text="No key is set.").wait_for()
    for _ in range(2):
        page.keyboard.press("Escape")
    page.get_by_role("dialog").first.wait_for(state="detached")


def test_keys_stay_in_the_dialog(page, key_file):
    page.evaluate("() => void app.graph.add(LiteGraph.createNode('LipSyncDIDStatus'))")
    page.evaluate(CHANGE)
    page.evaluate(OPEN)
    dialog = page.get_by_role("dialog").filter(has_text="No key is set.")
    dialog.wait_for()
    page.evaluate(LISTEN)
    field = dialog.get_by_label("D-ID key")
    for focus in (field.focus, dialog.get_by_role("button", name="Close").focus):
        focus()
        for key in ("Control+z", "Control+y", "Control+Enter", "Delete", "r", "Control+v"):
            page.keyboard.press(key)
    page.evaluate(ACTED)
    assert page.evaluate("() => [reached, done]") == [[], []]
    # The browser's own go on.
    field.fill("")
    field.press_sequentially("ab")
    assert field.input_value() == "ab"
    page.keyboard.press("Tab")
    assert dialog.get_by_role("button", name="Set key").evaluate("one => one === document.activeElement")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => done.includes('loadGraphData')")
    page.evaluate("() => unlisten()")
    assert page.problems == []
