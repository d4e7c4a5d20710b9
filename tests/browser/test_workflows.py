"""Every shipped workflow, listed, loaded, converted and run by ComfyUI's own front end."""

import json
from pathlib import Path

import pytest
from PIL import Image

from lipsync_studio.devtools.paths import PACK_NAME, ROOT
from lipsync_studio.engine.weights.catalogue import SETS

WORKFLOWS = sorted((ROOT / "workflows").glob("*.json"))
TWINS = ROOT / "tests" / "workflows"
CORE = "comfy-core"
# A note is the front end's own, so it belongs to no pack.
VIRTUAL = {"MarkdownNote", "Note"}

each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Where the tests leave what they saw."""
    return tmp_path_factory.mktemp("pictures")


def load(page, workflow: Path) -> None:
    page.evaluate("graph => app.loadGraphData(graph)", json.loads(workflow.read_text(encoding="utf-8")))


def convert(page, client) -> dict:
    """The prompt, in API format, that the front end makes of the page's graph.

    Inputs that the server has no name for are left out: the page adds a loader's player to them once its
    video is there.
    """
    known = client.object_info()
    prompt = page.evaluate("async () => (await app.graphToPrompt()).output")
    for node in prompt.values():
        inputs = known[node["class_type"]]["input"]
        names = set(inputs.get("required", {})) | set(inputs.get("optional", {}))
        node["inputs"] = {name: value for name, value in node["inputs"].items() if name in names}
    return prompt


SHIPPED = {
    "lipsync_footage.json",
    "lyric_video.json",
    "musetalk_footage.json",
    "musetalk_portrait.json",
    "musetalk_stages.json",
}


def test_all_workflows_are_shipped_with_an_api_twin():
    assert {path.name for path in WORKFLOWS} == SHIPPED
    assert {path.name for path in TWINS.glob("*.json")} == {path.name for path in WORKFLOWS}


def test_a_workflow_that_needs_weights_says_where_they_are():
    """By the addresses and places of the catalogue."""
    needed = [file for name in ("musetalk-v1.5", "face-parsing") for file in SETS[name].files if file.needed]
    expected = [
        {
            "name": file.place,
            "url": f"https://huggingface.co/{file.repo}/resolve/{file.revision}/{file.path}",
            "directory": file.kind,
        }
        for file in needed
    ]
    for path in WORKFLOWS:
        nodes = json.loads(path.read_text(encoding="utf-8"))["nodes"]
        said = [node["properties"]["models"] for node in nodes if "models" in node["properties"]]
        assert said == ([expected] if path.stem.startswith("musetalk") else []), path.stem


@each_workflow
def test_a_workflow_names_the_packs_it_needs(client, workflow):
    """ComfyUI-Manager finds missing nodes by these names."""
    listed = client.object_info()
    for node in json.loads(workflow.read_text(encoding="utf-8"))["nodes"]:
        if node["type"] not in VIRTUAL:
            ours = listed[node["type"]]["python_module"] == f"custom_nodes.{PACK_NAME}"
            assert node["properties"]["cnr_id"] == (PACK_NAME if ours else CORE)
            assert node["properties"]["ver"]


SHOWS = "([image, [width, height]]) => image.naturalWidth === width && image.naturalHeight === height"


def test_the_list_of_templates_shows_the_workflows_with_their_thumbnails(page, pictures):
    page.evaluate("() => void app.extensionManager.command.execute('Comfy.BrowseTemplates')")
    page.get_by_role("dialog").get_by_text(PACK_NAME, exact=True).click()
    for path in WORKFLOWS:
        thumbnail = page.get_by_test_id(f"template-workflow-{path.stem}").get_by_role("img").first
        with Image.open(path.with_suffix(".jpg")) as shipped:
            # Where the thumbnail is missing the page puts a picture of its own.
            page.wait_for_function(SHOWS, arg=[thumbnail.element_handle(), shipped.size])
    page.screenshot(path=pictures / "templates.png")
    assert page.problems == []


@each_workflow
def test_a_workflow_loads_whole(page, workflow, pictures):
    shipped = json.loads(workflow.read_text(encoding="utf-8"))
    load(page, workflow)
    loaded = page.evaluate("""() => ({
        nodes: app.graph._nodes.map(
            node => [Number(node.id), node.type, node.type in LiteGraph.registered_node_types]
        ),
        links: [...app.graph.links.values()].length,
        groups: app.graph._groups.map(group => group.title),
    })""")
    assert sorted(loaded["nodes"]) == sorted([node["id"], node["type"], True] for node in shipped["nodes"])
    assert loaded["links"] == len(shipped["links"])
    assert loaded["groups"] == [group["title"] for group in shipped["groups"]]
    page.screenshot(path=pictures / f"{workflow.stem}.png")
    assert page.get_by_role("dialog").count() == 0
    assert page.problems == []


@each_workflow
def test_the_layout_has_no_overlaps(page, workflow):
    load(page, workflow)
    boxes = page.evaluate("""() => app.graph._nodes.map(node => [node.type, ...node.getBounding()])""")
    for index, (one, x, y, width, height) in enumerate(boxes):
        for other, left, top, wide, high in boxes[index + 1 :]:
            apart = x + width <= left or left + wide <= x or y + height <= top or top + high <= y
            assert apart, f"{one} and {other}"


@each_workflow
def test_the_page_makes_the_api_twin_of_a_workflow(page, client, workflow):
    load(page, workflow)
    twin = json.loads((TWINS / workflow.name).read_text(encoding="utf-8"))
    assert convert(page, client) == twin


@each_workflow
def test_the_server_accepts_what_the_page_makes_of_a_workflow(page, client, workflow):
    load(page, workflow)
    prompt = convert(page, client)
    assert any(node["class_type"].startswith("LipSync") for node in prompt.values())
    # `queue` raises unless the answer's node_errors are empty.
    client.cancel(client.queue(prompt))
    assert page.problems == []


def test_the_demos_address_opens_its_workflow(page, server):
    page.goto(f"{server.url}/?template=lyric_video&source={PACK_NAME}")
    page.wait_for_function("window.app?.graph?._nodes?.some(node => node.comfyClass === 'LipSyncApply')")
    assert page.problems == []


RUN_AND_WATCH = """async () => {
    const seen = {nodes: [], texts: [], progress: {}};
    const note = (kind, use) => app.api.addEventListener(kind, event => use(event.detail));
    const type = id => app.graph.getNodeById(id).type;
    const ended = new Promise(resolve => {
        note('execution_success', () => resolve('success'));
        note('execution_error', detail => resolve(detail.exception_message));
    });
    note('executed', detail => { if (type(detail.node) === 'SaveVideo') seen.saved = detail.output; });
    note('executing', id => id && seen.nodes.push(type(id)));
    note('progress_text', detail => seen.texts.push(detail.text));
    note('progress', detail => (seen.progress[type(detail.node)] ??= []).push(detail.value / detail.max));
    await app.queuePrompt(0);
    seen.end = await ended;
    return seen;
}"""


# Chromium as Playwright ships it can't, and shows no player; Debian's and Google's can.
PLAYS_H264 = "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.640028\"') !== ''"
SAVED_PLAYER = """() => app.graph._nodes.find(node => node.type === 'SaveVideo').widgets
    .map(widget => widget.element?.querySelector?.('video')).find(Boolean)"""


def test_the_lyric_video_runs_from_the_page_to_the_video_it_shows(page, pictures):
    load(page, ROOT / "workflows" / "lyric_video.json")
    # Another test's run of the same workflow would be taken from the server's cache.
    page.evaluate("""() => {
        const viseme = app.graph._nodes.find(node => node.type === 'LipSyncVisemeBackend');
        viseme.widgets.find(widget => widget.name === 'strength').value = 0.95;
    }""")
    seen = page.evaluate(RUN_AND_WATCH)
    assert seen["end"] == "success"
    assert seen["nodes"][-3:] == ["LipSyncApply", "LipSyncLyricOverlay", "SaveVideo"]
    assert seen["texts"]
    for node in ("LipSyncApply", "LipSyncLyricOverlay"):
        values = seen["progress"][node]
        assert len(values) > 5, f"{node} hardly told its progress"
        assert values[-1] == 1

    (saved,) = seen["saved"]["images"]
    assert saved["filename"].startswith("lyric_video")
    if not page.evaluate(PLAYS_H264):
        return
    page.wait_for_function(f"({SAVED_PLAYER})()?.videoWidth")
    player = page.evaluate(f"""() => {{
        const video = ({SAVED_PLAYER})();
        return {{source: video.src, size: [video.videoWidth, video.videoHeight], seconds: video.duration}};
    }}""")
    page.screenshot(path=pictures / "run.png")
    assert saved["filename"] in player["source"]
    assert player["size"] == [640, 640]
    assert 10 < player["seconds"] < 20
    assert page.problems == []
