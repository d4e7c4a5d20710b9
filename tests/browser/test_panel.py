"""The panel, the notices and the previews in a real page, with a hub and a D-ID that run here."""

import base64
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
from fake_did import Fault
from fake_hub import wait_for
from media import write_wav
from PIL import Image

from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource

from .conftest import close, did_dialog, set_did_key


@pytest.fixture
def studio(manager_page):
    """The page, with the panel open."""
    manager_page.problems.clear()
    if manager_page.locator(".ls-panel").count() == 0:
        manager_page.get_by_role("button", name="LipSync Studio").first.click()
    manager_page.locator(".ls-panel").wait_for()
    yield manager_page
    # The browser notes every answer that is none.
    assert [problem for problem in manager_page.problems if "502" not in problem] == []


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


def test_the_account_is_shown_without_its_key(studio, manager, cloud, pictures):
    account = studio.get_by_role("region", name="D-ID (cloud)")
    account.get_by_text("Not set").wait_for()
    assert account.get_by_text("None", exact=True).is_visible()
    assert not account.get_by_role("button", name="Show credits").is_visible()
    account.get_by_role("button", name="Set or clear the key").click()
    dialog = did_dialog(studio)
    set_did_key(dialog)
    close(dialog)
    account.get_by_text("Set (from the key file)").wait_for()

    account.get_by_role("button", name="Show credits").click()
    account.get_by_text("1,000 of 1,000 credits left").wait_for()
    assert account.get_by_text("0 of 40 allowed in 24 hours").is_visible()
    account.scroll_into_view_if_needed()
    studio.screenshot(path=pictures / "account.png")
    assert "canary" not in studio.content()
    cloud.faults = [Fault("GET /credits", status=500, body="", nth=())]
    account.get_by_role("button", name="Show credits").click()
    account.get_by_role("alert").wait_for()
    cloud.faults = []

    (manager.base / "user" / "__lipsync_studio" / "did" / "did.key").unlink()
    studio.get_by_role("button", name="Refresh", exact=True).click()
    account.get_by_text("Not set").wait_for()


TOGGLE = "app.extensionManager.sidebarTab.toggleSidebarTab('lipsync-studio')"


def test_light_theme_german_and_twice_the_size(studio, no_nets, pictures):
    studio.evaluate("""async () => {
        await app.extensionManager.setting.set('Comfy.ColorPalette', 'light');
        await app.extensionManager.setting.set('LipSyncStudio.Language', 'de');
    }""")
    # Closed and opened again.
    studio.evaluate(TOGGLE)
    studio.locator(".ls-panel").wait_for(state="detached")
    studio.evaluate(TOGGLE)
    row = studio.locator("[data-set=nets]")
    row.get_by_role("button", name="Installieren: Nets").wait_for()
    assert studio.get_by_role("region", name="Dieser Rechner").is_visible()
    studio.screenshot(path=pictures / "light.png")
    # What a browser's zoom does.
    studio.set_viewport_size({"width": 800, "height": 500})
    panel = studio.locator(".ls-panel")
    assert panel.evaluate("one => one.scrollWidth <= one.clientWidth")
    row.scroll_into_view_if_needed()
    assert row.get_by_role("button", name="Installieren: Nets").is_visible()
    studio.screenshot(path=pictures / "zoomed.png")
    studio.set_viewport_size({"width": 1600, "height": 1000})
    studio.evaluate("""async () => {
        await app.extensionManager.setting.set('Comfy.ColorPalette', 'dark');
        await app.extensionManager.setting.set('LipSyncStudio.Language', 'auto');
    }""")
    studio.evaluate(TOGGLE)
    studio.locator(".ls-panel").wait_for(state="detached")


def test_the_settings_have_a_section(studio, pictures):
    studio.evaluate("void app.extensionManager.command.execute('Comfy.ShowSettingsDialog')")
    dialog = studio.get_by_role("dialog")
    dialog.get_by_text("LipSync Studio", exact=True).first.click()
    for name in ("Language of panel and editor", "Tell when long work has ended", "Seconds from which"):
        dialog.get_by_text(name).wait_for()
    studio.screenshot(path=pictures / "settings.png")
    studio.keyboard.press("Escape")
    dialog.wait_for(state="detached")


WATCH = """apply => {
    window.seen = {previews: [], values: [], texts: [], began: null, ended: null};
    const on = (kind, use) => app.api.addEventListener(kind, event => use(event.detail));
    const encode = blob => new Promise(resolve => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.split(',')[1]);
        reader.readAsDataURL(blob);
    });
    on('b_preview_with_metadata', async ({displayNodeId, blob}) =>
        seen.previews.push([String(displayNodeId), await encode(blob)]));
    on('progress', ({node, value, max}) => String(node) === apply && seen.values.push(value / max));
    on('progress_text', ({text}) => seen.texts.push(text));
    // By the server's clock, because a busy page sees things late and several at once.
    on('execution_start', ({timestamp}) => { seen.began = timestamp; });
    for (const end of ['success', 'error', 'interrupted'])
        on(`execution_${end}`, ({timestamp}) => { seen.ended = end; seen.took = timestamp - seen.began; });
}"""


BUILD = """voice => {
    app.graph.clear();
    const add = (type, pos, values = {}) => {
        const node = LiteGraph.createNode(type);
        app.graph.add(node);
        node.pos = pos;
        for (const [name, value] of Object.entries(values))
            node.widgets.find(widget => widget.name === name).value = value;
        return node;
    };
    const apply = add('LipSyncApply', [350, 50]);
    add('LoadImage', [0, 50], {image: 'portrait.jpg'}).connect(0, apply, 'source');
    add('LoadAudio', [0, 450], {audio: voice}).connect(0, apply, 'audio');
    // A number of its own for every run, so that none is taken from the cache.
    add('LipSyncVisemeBackend', [0, 700], {strength: 0.8 + 0.1 * Math.random()}).connect(0, apply, 'backend');
    apply.connect(0, add('SaveVideo', [800, 50]), 0);
    return String(apply.id);
}"""


@pytest.fixture
def run(studio, manager):
    """Runs a small graph: a picture that speaks for some seconds. Returns the id of Apply Lip-Sync."""
    manager.add_input(ROOT / "demo" / "portrait.jpg")
    verse = Sound.load(ROOT / "demo" / "verse.mp3")

    def start(seconds, vue=False):
        voice = verse.cut(Fraction(1), Fraction(seconds))
        write_wav(manager.base / "input" / f"{seconds} s.wav", voice.samples[0], voice.rate)
        studio.evaluate("app.refreshComboInNodes()")
        studio.evaluate("on => app.extensionManager.setting.set('Comfy.VueNodes.Enabled', on)", vue)
        node = studio.evaluate(BUILD, f"{seconds} s.wav")
        studio.evaluate(WATCH, node)
        studio.evaluate("void app.queuePrompt(0)")
        return node

    return start


def decoded(preview):
    return np.asarray(Image.open(BytesIO(base64.b64decode(preview[1]))).convert("RGB")).astype(int)


def resized(picture):
    return np.asarray(picture.resize((191, 191), Image.Resampling.BOX)).astype(int)


def test_previews_times_and_a_notice_come_with_a_long_run(studio, run, manager, pictures):
    studio.evaluate("app.extensionManager.setting.set('LipSyncStudio.LongSeconds', 0.01)")
    node = run(13)
    studio.wait_for_function("seen.previews.length > 0")
    studio.screenshot(path=pictures / "running.png")
    # They go again after a while, so they are looked for first.
    studio.get_by_text("Done: lip-synced").wait_for()
    studio.get_by_text("Saved: ").wait_for()
    studio.wait_for_function("seen.ended")
    seen = studio.evaluate("seen")
    assert seen["ended"] == "success"
    assert seen["values"][-1] == 1
    assert "Lip-syncing (viseme)" in seen["texts"]
    assert {preview[0] for preview in seen["previews"]} == {node}
    # Twice a second.
    assert len(seen["previews"]) <= 2 * seen["took"] / 1000 + 3
    shown = [picture for picture in map(decoded, seen["previews"]) if picture.shape == (191, 384, 3)]
    assert shown
    # The source on the left, and on the right the frame of the result that was due then.
    video = max((manager.base / "output").rglob("*.mp4"), key=lambda path: path.stat().st_mtime)
    made = np.stack([resized(Image.fromarray(to_rgb(frame))) for frame in VideoSource(video).read()])
    still = resized(Image.open(ROOT / "demo" / "portrait.jpg").convert("RGB"))
    changed = np.abs(made - still).max(axis=3) > 40
    assert 0.002 < changed.mean(axis=(1, 2)).max() < 0.4
    mouth = changed.any(axis=0)
    for picture in shown:
        assert np.abs(picture[:, :191] - still)[mouth].mean() < 12
        assert np.abs(made - picture[:, -191:])[:, mouth].mean(axis=(1, 2)).min() < 12


def test_cancel_stops_in_the_middle_and_leaves_nothing(studio, run, manager, pictures):
    before = set((manager.base / "temp").glob("*"))
    # Long enough to be cancelled on any machine; it never comes to its end.
    node = run(180, vue=True)
    studio.wait_for_function("seen.values.some(done => done > 0.1 && done < 0.9) && seen.previews.length > 1")
    studio.locator(f"[data-node-id='{node}'] img").first.wait_for()
    studio.evaluate("void app.extensionManager.command.execute('Comfy.Interrupt')")
    studio.screenshot(path=pictures / "nodes2.png")
    studio.wait_for_function("seen.ended")
    seen = studio.evaluate("seen")
    assert seen["ended"] == "interrupted", (seen["took"], seen["values"], seen["texts"][-5:])
    assert seen["values"][-1] < 1
    assert set((manager.base / "temp").glob("*")) == before
    studio.evaluate("app.extensionManager.setting.set('Comfy.VueNodes.Enabled', false)")
