"""A later release of ComfyUI's page over the supported server: one way through what the pack adds to it."""

import av
import pytest
from media import write_h264

from lipsync_studio.devtools import newer_page
from lipsync_studio.devtools.paths import ROOT

BUILD = """async clip => {
    const make = (kind, values = {}) => {
        const node = LiteGraph.createNode(kind);
        app.graph.add(node);
        for (const [name, value] of Object.entries(values)) {
            const widget = node.widgets.find(one => one.name === name);
            widget.value = value;
            widget.callback?.(value);
        }
        return node;
    };
    const wire = (from, to, name) => from.connect(0, to, to.inputs.findIndex(one => one.name === name));
    const [source, track] = [make('LoadVideo', {file: clip}), make('LipSyncFaceTrack')];
    const [audio, viseme] = [make('LoadAudio', {audio: 'verse.mp3'}), make('LipSyncVisemeBackend')];
    const words = make('LipSyncLoadLyrics', {text: '[00:00.20]Twinkle'});
    const style = make('LipSyncLyricStyle');
    const apply = make('LipSyncApply', {lyrics: 'kept', length: 'shortest'});
    const [overlay, save] = [make('LipSyncLyricOverlay'), make('SaveVideo')];
    for (const node of [track, apply]) wire(source, node, 'source');
    wire(track, apply, 'face_track');
    wire(audio, apply, 'audio');
    wire(viseme, apply, 'backend');
    for (const node of [apply, overlay]) wire(words, node, 'words');
    wire(apply, overlay, 'video');
    wire(style, overlay, 'style');
    wire(overlay, save, 'video');
    Object.assign(window, {track, apply, style, overlay});
    for (const end of ['success', 'error', 'interrupted'])
        app.api.addEventListener(`execution_${end}`, () => window.ended = end, {once: true});
    await app.queuePrompt(0);
}"""


@pytest.fixture(scope="module")
def newer_server(comfy, tmp_path_factory):
    from lipsync_studio.devtools.server import ComfyServer

    folder = tmp_path_factory.mktemp("newer")
    options = ["--cpu", "--front-end-root", str(newer_page.obtain())]
    with ComfyServer(comfy, folder / "base", options, log=folder / "server.log") as running:
        for path in (ROOT / "demo").iterdir():
            running.add_input(path)
        yield running


def test_nodes_work_in_a_later_page(newer_server, visit, pictures):
    with av.open(str(ROOT / "demo" / "clip.mp4")) as container:
        decoded = zip(container.decode(video=0), range(15), strict=False)
        frames = [frame.to_ndarray(format="rgb24", width=320, height=320) for frame, _ in decoded]
    write_h264(newer_server.base / "input" / "face.mp4", frames, 25, preset="veryfast")
    page = visit(newer_server.url)
    assert newer_page.VERSION in page.evaluate("() => window.__COMFYUI_FRONTEND_VERSION__ ?? ''")
    page.evaluate(BUILD, "face.mp4")
    page.wait_for_function("() => window.ended")
    assert page.evaluate("() => window.ended") == "success"
    page.get_by_role("button", name="Lip-sync person 1", exact=True).first.wait_for(state="attached")
    page.get_by_role("button", name="Lip-sync person 1", exact=True).first.evaluate("one => one.click()")
    page.screenshot(path=pictures / "newer_page.png")
    saved = page.evaluate("() => apply.serialize().widgets_values")
    assert saved[:6] == ["shortest", "pingpong", "rest", "1", "kept", "auto"]
    # Read back as it was saved, with what the page adds between the inputs.
    again = page.evaluate(
        """async () => {
            await app.loadGraphData(app.graph.serialize());
            const node = app.graph.nodes.find(one => one.type === 'LipSyncApply');
            const values = node.widgets.filter(one => one.serialize !== false).map(one => one.value ?? null);
            return [values, Boolean(node.widgets.find(one => one.name === 'lyrics').hidden)];
        }"""
    )
    assert again == [saved, True]
    page.locator("button[title='neon']").first.wait_for(state="attached")
    page.wait_for_function("() => document.querySelector(\"img[alt='Sample in this style']\")?.src")
    assert page.problems == []
    page.close()
