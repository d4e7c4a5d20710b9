"""The panel, the notices and the previews in a real page, with a hub and a D-ID that run here."""

import json
import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from fake_hub import wait_for
from PIL import Image

from lipsync_studio.devtools.paths import ROOT

KEY = "Y2FuYXJ5QGV4YW1wbGUub3Jn:canary-Zx81-secret-password"
SECONDS = 20_000  # milliseconds for what takes a moment


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Where the tests leave what they saw."""
    named = os.environ.get("LIPSYNC_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("panel")


@pytest.fixture
def studio(manager_page):
    """The page, with the panel open."""
    manager_page.set_default_timeout(SECONDS)
    manager_page.problems.clear()
    if manager_page.locator(".ls-panel").count() == 0:
        manager_page.get_by_role("button", name="LipSync Studio").first.click()
    manager_page.locator(".ls-panel").wait_for()
    yield manager_page
    assert manager_page.problems == []


@pytest.fixture
def nets(studio, no_nets):
    """The row of the set, shown anew."""
    studio.get_by_role("button", name="Refresh", exact=True).click()
    row = studio.locator("[data-set=nets]")
    row.get_by_text("Not installed", exact=True).first.wait_for()
    return row


def test_install_cancel_resume_verify_and_replace(studio, nets, no_nets, hub, contents, pictures):
    hub.faults.hold = 1_000_000
    nets.get_by_role("button", name="Install: Nets").focus()
    studio.keyboard.press("Enter")
    bar = nets.get_by_role("progressbar", name="Nets")
    bar.wait_for()
    part = no_nets / "net.pth.01234567.part"
    wait_for(lambda: part.is_file() and part.stat().st_size > 900_000)
    nets.get_by_text("Downloading nets/net.pth").wait_for()
    assert nets.get_by_text("At work").is_visible()
    studio.screenshot(path=pictures / "installing.png")
    # The same button, which still has the focus.
    studio.keyboard.press("Enter")
    nets.get_by_text("Stopping").wait_for()
    hub.faults.hold = None
    hub.released.set()
    nets.get_by_text("Cancelled. What was fetched is kept").wait_for()
    assert not bar.is_visible()
    nets.get_by_text("Incomplete", exact=True).first.wait_for()

    nets.get_by_role("button", name="Resume: Nets").click()
    nets.get_by_text("Installed", exact=True).first.wait_for()
    assert (no_nets / "net.pth").read_bytes() == contents["net.pth"]
    begun = [int(at.strip("bytes=-")) for place, at in hub.transfers() if place == "cdn" and at]
    assert begun[-1:] > [900_000]
    studio.get_by_text("Nets is installed").wait_for()
    nets.get_by_role("button", name="Verify: Nets").click()
    nets.get_by_text("All 2 files are the published ones.").wait_for()

    (no_nets / "net.pth").write_bytes(contents["net.pth"][:-1] + b"?")
    nets.get_by_role("button", name="Verify: Nets").click()
    nets.get_by_text("Not the published file: nets/net.pth.").wait_for()
    nets.get_by_text("Wrong file", exact=True).first.wait_for()
    studio.screenshot(path=pictures / "wrong.png")
    nets.get_by_role("button", name="Replace: Nets").click()
    nets.get_by_text("Installed, and compared").wait_for()
    assert (no_nets / "net.pth").read_bytes() == contents["net.pth"]


def test_what_fails_is_said_in_the_row_and_in_a_notice(studio, nets, hub):
    hub.faults.gated = True
    nets.get_by_role("button", name="Install: Nets").click()
    nets.get_by_text("accepted its terms").wait_for()
    studio.get_by_text("Nets: failed").wait_for()
