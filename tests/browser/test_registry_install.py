"""The pack as the registry ships it, in a ComfyUI that has nothing else: no checkout, no sample media."""

import json
from pathlib import Path
from zipfile import ZipFile

import av
import numpy as np
import pytest
import requests
from lyric_story import RUN_AND_WATCH, SHORTEN, highlighted, span_of

from lipsync_studio.devtools import package
from lipsync_studio.devtools.editor_page import open_editor
from lipsync_studio.devtools.paths import PACK_NAME, ROOT
from lipsync_studio.devtools.server import ComfyServer
from lipsync_studio.devtools.templates import TEMPLATES, template

from ..conftest import short_media_in


@pytest.fixture(scope="module")
def installed(comfy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("registry")
    pack = folder / "base" / "custom_nodes" / PACK_NAME
    with ZipFile(package.pack(folder / "node.zip")) as archive:
        archive.extractall(pack)
    # No partner node of a template may reach its service.
    options = ["--cpu", "--comfy-api-base", "http://127.0.0.1:9"]
    with ComfyServer(comfy, folder / "base", options, log=folder / "server.log") as server:
        assert not pack.is_symlink()
        yield server


@pytest.fixture(scope="module")
def studio(visit, installed):
    """The page that a template's address opens."""
    page = visit(f"{installed.url}/?template=lyric_video&source={PACK_NAME}")
    page.wait_for_function("window.app?.graph?._nodes?.some(node => node.comfyClass === 'LipSyncApply')")
    yield page
    page.close()


def test_it_loads_with_its_pages_texts_and_nodes(installed):
    log, started, _ = installed.log_text().partition("Starting server")
    assert started
    assert "IMPORT FAILED" not in log
    assert "Traceback" not in log

    def get(address):
        answer = requests.get(f"{installed.url}{address}", timeout=30)
        assert answer.status_code == 200, address
        return answer.json()

    nodes = {name for name in get("/object_info") if name.startswith("LipSync")}
    english = json.loads((ROOT / "locales" / "en" / "nodeDefs.json").read_text(encoding="utf-8"))
    assert nodes == set(english)
    texts = get("/i18n")
    for language in ("en", "zh", "ja", "de"):
        assert nodes <= set(texts[language]["nodeDefs"])
    for node in nodes:
        page = requests.get(f"{installed.url}/extensions/{PACK_NAME}/docs/{node}.md", timeout=30)
        assert page.status_code == 200, node
    scripts = [name for name in get("/extensions") if name.startswith(f"/extensions/{PACK_NAME}/")]
    assert sorted(Path(name).name for name in scripts) == sorted(
        path.name for path in (ROOT / "web").glob("*.js")
    )
    assert set(get("/workflow_templates")[PACK_NAME]) == set(TEMPLATES.values())


RED = """() => app.graph._nodes.flatMap(node => {
    const missing = (node.widgets ?? [])
        .filter(({value, options}) => /[.](mp4|mp3|jpg|lrc)$/.test(value) && !options.values.includes(value))
        .map(one => one.value);
    // Weights are another matter.
    const red = node.has_errors && !node.properties.models && !node.subgraph;
    const whole = node.type in LiteGraph.registered_node_types && !red && !missing.length;
    return whole ? [] : [[node.type, ...missing]];
})"""
OPEN = "async address => app.loadGraphData(await (await fetch(address)).json())"


def files_in(server) -> dict[str, bytes]:
    """What lies in ComfyUI's input folder."""
    return {path.name: path.read_bytes() for path in (server.base / "input").iterdir() if path.is_file()}


def empty(server) -> None:
    for name in files_in(server):
        (server.base / "input" / name).unlink()


def check(page, server, short) -> None:
    """The template is open as it should be: its samples are there, and nothing on the page is red."""
    saved = json.loads(template(short).read_text(encoding="utf-8"))
    samples = saved["extra"]["lipsync_samples"]
    assert files_in(server) == {sample: (ROOT / "demo" / sample).read_bytes() for sample in samples}
    assert page.evaluate(RED) == []
    chosen = page.evaluate(
        "() => app.graph._nodes.flatMap(node => (node.widgets ?? []).map(one => one.value))"
    )
    assert set(samples) <= {value for value in chosen if isinstance(value, str)}
    # Where no weights are missing either, the page has nothing to complain of.
    inside = [node for one in saved.get("definitions", {}).get("subgraphs", []) for node in one["nodes"]]
    if not any("models" in node["properties"] for node in saved["nodes"] + inside):
        assert page.get_by_role("button", name="View details").count() == 0
    assert page.problems == []


def test_a_templates_address_opens_it_whole(studio, installed):
    studio.wait_for_function(f"() => !({RED})().length")
    check(studio, installed, "lyric_video")


@pytest.mark.parametrize("short", TEMPLATES)
def test_a_template_opens_without_a_missing_file(studio, installed, short):
    empty(installed)
    studio.evaluate(OPEN, f"{installed.url}/api/workflow_templates/{PACK_NAME}/{short}.json")
    check(studio, installed, short)


def test_a_file_of_the_users_is_not_overwritten(installed):
    empty(installed)
    (installed.base / "input" / "verse.mp3").write_bytes(b"mine")
    for _ in range(2):
        answer = requests.post(
            f"{installed.url}/lipsync_studio/samples",
            json={"names": ["verse.mp3", "clip.mp4", "../LICENSE", "make_clip.py", 7]},
            timeout=30,
        )
        assert answer.json() == {"there": ["verse.mp3", "clip.mp4"]}
    clip = (ROOT / "demo" / "clip.mp4").read_bytes()
    assert files_in(installed) == {"verse.mp3": b"mine", "clip.mp4": clip}
    empty(installed)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Origin": "http://elsewhere.example"}, '{"names": ["clip.mp4"]}', 403),
        ({"Content-Type": "text/plain"}, '{"names": ["clip.mp4"]}', 415),
        ({}, '{"names": "clip.mp4"}', 400),
        ({}, "[]", 400),
    ],
)
def test_others_can_bring_nothing(installed, headers, body, status):
    empty(installed)
    answer = requests.post(
        f"{installed.url}/lipsync_studio/samples",
        data=body,
        headers={"Content-Type": "application/json", **headers},
        timeout=30,
    )
    assert answer.status_code == status
    assert files_in(installed) == {}


RUN = """async () => {
    const apply = app.graph._nodes.find(one => one.type === 'LipSyncApply');
    apply.widgets.find(one => one.name === 'length').value = 'video';
    const ended = new Promise(resolve => {
        app.api.addEventListener('execution_success', () => resolve('success'));
        app.api.addEventListener('execution_error', event => resolve(event.detail.exception_message));
    });
    await app.queuePrompt(0);
    return await ended;
}"""


def test_the_template_that_needs_no_gpu_runs_to_its_video(studio, installed):
    studio.evaluate(OPEN, f"{installed.url}/api/workflow_templates/{PACK_NAME}/lipsync_footage.json")
    assert studio.evaluate(RUN) == "success"
    (video,) = (installed.base / "output").rglob("*.mp4")
    with av.open(str(video)) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]
        assert container.streams.video[0].frames == 150
    assert studio.problems == []


@pytest.fixture(scope="module")
def short(installed):
    """Sample media that are run in seconds, in the installed server's input folder."""
    return short_media_in(installed.base / "input")


def test_a_word_moved_by_200_ms_moves_in_the_video(visit, installed, short, pictures):
    """What a person does who has installed the pack and never seen the editor: open the template, run, open
    the editor, move a word, save, run again."""
    demo = visit(f"{installed.url}/?template=lyric_video&source={PACK_NAME}")
    demo.wait_for_function("window.app?.graph?._nodes?.some(node => node.comfyClass === 'LipSyncApply')")
    demo.evaluate("() => app.refreshComboInNodes()")
    demo.evaluate(SHORTEN, {"clip": short.clips[25], "song": short.song, "words": short.words})

    def run() -> Path:
        seen = demo.evaluate(RUN_AND_WATCH)
        assert seen["end"] == "success"
        (saved,) = seen["saved"]["images"]
        return installed.base / "output" / saved["subfolder"] / saved["filename"]

    demo.evaluate(
        "() => { window.editor = app.graph._nodes.find(one => one.type === 'LipSyncTimestampEditor'); }"
    )
    before = run()
    dialog = open_editor(demo)
    # A word that touches both its neighbours, in a line with room for it to move.
    listed = dialog.get_by_role("listbox").get_by_role("option")
    options = listed.all()
    spans = [span_of(option) for option in options]
    at = next(
        at
        for at, (one, two, three) in enumerate(zip(spans, spans[1:], spans[2:], strict=False), 1)
        if one[1] == two[0] and two[1] == three[0] and three[1] - three[0] > 0.25
    )
    word = options[at]
    old, ends = spans[at]
    word.click()
    demo.screenshot(path=pictures / "editor.png")
    demo.keyboard.press("g")
    wave = demo.locator(".wave").bounding_box()
    # At first it shows the whole of so short a song.
    scale = wave["width"] / short.seconds
    x, y = wave["x"] + (old + ends) / 2 * scale, wave["y"] + wave["height"] / 2
    demo.mouse.move(x, y)
    demo.mouse.down()
    demo.mouse.move(x + 0.1 * scale, y)
    demo.mouse.move(x + 0.2 * scale, y)
    demo.mouse.up()
    moved = span_of(word)
    assert moved[0] - old == pytest.approx(0.2, abs=0.005)
    assert moved[1] - moved[0] == pytest.approx(ends - old)
    # The word after it has given way, the one before it leaves a gap.
    assert span_of(options[at + 1]) == (moved[1], spans[at + 1][1])
    assert span_of(options[at - 1]) == spans[at - 1]
    dialog.get_by_role("button", name="Undo").click()
    assert [span_of(option) for option in listed.all()] == spans
    dialog.get_by_role("button", name="Redo").click()
    assert span_of(listed.nth(at)) == moved
    demo.screenshot(path=pictures / "editor_moved.png")
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="detached")
    after = run()
    demo.screenshot(path=pictures / "editor_run_again.png")
    assert after != before
    # Between the old start and the new one, the word before it is still on.
    still = highlighted(before, old - 0.1)
    assert np.abs(highlighted(before, old + 0.1) - still).max() > 8
    assert np.abs(highlighted(after, old + 0.1) - still).max() < 3
    assert np.abs(highlighted(after, old + 0.3) - highlighted(before, old + 0.1)).max() < 3
    assert demo.problems == []
    demo.close()
