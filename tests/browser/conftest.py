"""What the browser's tests share."""

import os
from pathlib import Path

import pytest
from editor_dialog import NAME, SONG

from lipsync_studio.devtools.editor_page import build

DID_KEY = "Y2FuYXJ5QGV4YW1wbGUub3Jn:canary-Zx81-secret-password"


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Where the tests leave what they saw: the folder LIPSYNC_PICTURES, or one that goes."""
    named = os.environ.get("LIPSYNC_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")


def did_dialog(page):
    """The dialog for D-ID's key and consent."""
    return page.get_by_role("dialog").filter(has_text="D-ID key")


def set_did_key(dialog):
    dialog.get_by_label("D-ID key").fill(DID_KEY)
    dialog.get_by_role("button", name="Set key").click()
    dialog.get_by_text("A key is set.").wait_for()


def close(dialog):
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="detached")


@pytest.fixture
def song(page):
    """The small song in the page's graph, and no editor open."""
    build(page, SONG, NAME)
    yield page
    page.evaluate("() => document.querySelectorAll('dialog.lipsync-editor').forEach(one => one.close())")
    assert page.problems == []
