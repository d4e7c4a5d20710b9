"""Every shipped workflow, listed, loaded, converted and run by ComfyUI's own front end."""

import json
from pathlib import Path

import pytest
from layout import BOXES, overlapping
from lyric_story import RUN_AND_WATCH, SHORTEN
from PIL import Image

from lipsync_studio.backends.catalogue import CATALOGUE
from lipsync_studio.devtools.paths import PACK_NAME
from lipsync_studio.devtools.templates import TEMPLATES, template, twin

CORE = "comfy-core"
# A note is the front end's own, so it belongs to no pack.
VIRTUAL = {"MarkdownNote", "Note"}
# Files of the generators that run on the user's computer: folder in models/, repository and place in it.
GENERATORS = {
    "lyric_video_ltx": (
        ("checkpoints", "Lightricks/LTX-Video", "ltx-video-2b-v0.9.5.safetensors"),
        ("text_encoders", "comfyanonymous/flux_text_encoders", "t5xxl_fp16.safetensors"),
    ),
    "latentsync_generated": (
        (
            "diffusion_models",
            "Comfy-Org/Wan_2.1_ComfyUI_repackaged",
            "split_files/diffusion_models/wan2.1_t2v_1.3B_fp16.safetensors",
        ),
        (
            "text_encoders",
            "Comfy-Org/Wan_2.1_ComfyUI_repackaged",
            "split_files/text_encoders/umt5_xxl_fp8_e4m3fn_scaled.safetensors",
        ),
        ("vae", "Comfy-Org/Wan_2.1_ComfyUI_repackaged", "split_files/vae/wan_2.1_vae.safetensors"),
        (
            "frame_interpolation",
            "Comfy-Org/frame_interpolation",
            "frame_interpolation/film_net_fp16.safetensors",
        ),
    ),
}
# Engines with weights: the sets of the catalogue that their nodes name.
ENGINES = {
    "musetalk": ["musetalk-v1.5", "face-parsing"],
    "latentsync": ["latentsync-1.6", "face-parsing"],
    "wav2lip": ["wav2lip-gan"],
}

each_template = pytest.mark.parametrize("short", TEMPLATES)


def shipped(short: str) -> dict:
    return json.loads(template(short).read_text(encoding="utf-8"))


def nodes_in(graph: dict) -> list[dict]:
    """Those inside of subgraphs too, but for the nodes that stand for these."""
    subgraphs = graph.get("definitions", {}).get("subgraphs", [])
    names = {subgraph["id"] for subgraph in subgraphs}
    inside = [node for subgraph in subgraphs for node in subgraph["nodes"]]
    return [node for node in graph["nodes"] if node["type"] not in names] + inside


@pytest.fixture(scope="module")
def nodes(server):
    """What the server says of its nodes."""
    from lipsync_studio.devtools.client import ComfyClient

    with ComfyClient(server) as client:
        return client.object_info()


def load(page, short: str) -> None:
    page.evaluate("graph => app.loadGraphData(graph)", shipped(short))


def convert(page, nodes) -> dict:
    """The prompt, in API format, that the front end makes of the page's graph, as far as it is `known`: the
    page adds a loader's player to its inputs once its video is there."""
    return known(page.evaluate("async () => (await app.graphToPrompt()).output"), nodes)


def known(prompt: dict, nodes) -> dict:
    """The prompt without the inputs that the server has no name for. What belongs to a choice of a dynamic
    combo is named after it: "format.codec"."""
    for node in prompt.values():
        inputs = nodes[node["class_type"]]["input"]
        specs = {**inputs.get("required", {}), **inputs.get("optional", {})}
        dynamic = tuple(f"{name}." for name, spec in specs.items() if spec[0] == "COMFY_DYNAMICCOMBO_V3")
        node["inputs"] = {
            name: value
            for name, value in node["inputs"].items()
            if name in specs or (dynamic and name.startswith(dynamic))
        }
    return prompt


def test_a_workflow_that_needs_weights_says_where_they_are():
    """An engine's by the addresses and places of the catalogue."""
    for short in TEMPLATES:
        said = [
            node["properties"]["models"]
            for node in nodes_in(shipped(short))
            if "models" in node["properties"]
        ]
        generator = [
            [of_hub(folder, repository, place)] for folder, repository, place in GENERATORS.get(short, ())
        ]
        engines = [
            of_catalogue(sets)
            for engine, sets in ENGINES.items()
            if short.startswith(engine) or short == "swap_backend"
        ]
        assert sorted(map(str, said)) == sorted(map(str, generator + engines)), short


def of_hub(folder: str, repository: str, place: str) -> dict:
    return {
        "name": Path(place).name,
        "url": f"https://huggingface.co/{repository}/resolve/main/{place}",
        "directory": folder,
    }


def of_catalogue(sets: list[str]) -> list[dict]:
    return [
        {
            "name": file.place,
            "url": f"https://huggingface.co/{file.repo}/resolve/{file.revision}/{file.path}",
            "directory": file.kind,
        }
        for weights in CATALOGUE.select(sets)
        for file in weights.files
        if file.needed
    ]


def test_a_workflow_names_the_packs_it_needs_and_has_a_note(nodes):
    """ComfyUI-Manager finds missing nodes by these names."""
    for short in TEMPLATES:
        placed = nodes_in(shipped(short))
        for node in placed:
            if node["type"] not in VIRTUAL:
                ours = nodes[node["type"]]["python_module"] == f"custom_nodes.{PACK_NAME}"
                assert node["properties"]["cnr_id"] == (PACK_NAME if ours else CORE)
                assert node["properties"]["ver"]
        assert any(node["type"] == "MarkdownNote" for node in placed), short


SHOWS = "([image, [width, height]]) => image.naturalWidth === width && image.naturalHeight === height"
LISTED = """elements => elements.map(one => one.dataset.testid)
    .filter(name => !name.endsWith('-loading')).map(name => name.replace('template-workflow-', ''))"""
# What somebody types who doesn't know this pack, and what is to be among the first found.
SEARCHED = {
    "karaoke": "lyric_video",
    "subtitles": "captions",
    "captions": "captions",
    "talking head": "talking_portrait",
    "lip sync": "lipsync_footage",
    "lyrics": "lyrics_from_file",
    "duet": "duet_lyric_video",
    "two": "duet_lyric_video",
}


@pytest.fixture
def templates(page):
    """The list of templates, on a page so high that all of this pack's are in view."""
    seen = page.viewport_size
    page.set_viewport_size({"width": seen["width"], "height": 3 * seen["height"]})
    page.evaluate("() => void app.extensionManager.command.execute('Comfy.BrowseTemplates')")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(PACK_NAME, exact=True).click()
    yield dialog
    dialog.get_by_role("button", name="Close dialog").click()
    dialog.wait_for(state="detached")
    page.set_viewport_size(seen)
    assert page.problems == []


def test_the_list_shows_the_templates_in_order_with_their_thumbnails(page, templates, pictures):
    for short, name in TEMPLATES.items():
        thumbnail = templates.get_by_test_id(f"template-workflow-{name}").get_by_role("img").first
        with Image.open(template(short).with_suffix(".jpg")) as picture:
            # The list has squares.
            assert picture.width == picture.height >= 512
            # Where the thumbnail is missing the page puts a picture of its own.
            page.wait_for_function(SHOWS, arg=[thumbnail.element_handle(), picture.size])
    listed = templates.locator("[data-testid^=template-workflow-]").evaluate_all(LISTED)
    assert listed == list(TEMPLATES.values())
    assert listed[0] == "Lip-sync a video, no GPU"
    assert "Sora" in listed[-1]
    page.screenshot(path=pictures / "templates.png")


def test_the_templates_are_found_by_what_they_make(page, templates):
    box = templates.get_by_placeholder("Search", exact=False).first
    for words, short in SEARCHED.items():
        box.fill(words)
        found = templates.get_by_test_id(f"template-workflow-{TEMPLATES[short]}")
        found.wait_for()
        # The list follows what is typed a moment later.
        page.wait_for_function(
            "count => document.querySelectorAll('[data-testid^=template-workflow-]').length < count",
            arg=len(TEMPLATES),
        )
        listed = templates.locator("[data-testid^=template-workflow-]").evaluate_all(LISTED)
        assert TEMPLATES[short] in listed[:3], (words, listed)
        box.fill("")
        templates.get_by_test_id(f"template-workflow-{TEMPLATES['lyric_video_sora']}").wait_for()


def test_the_page_offers_the_models_that_are_missing(page, pictures):
    load(page, "lyric_video_ltx")
    page.get_by_role("button", name="View details").click()
    for _, _, name in GENERATORS["lyric_video_ltx"]:
        page.get_by_text(name, exact=True).first.wait_for()
    page.get_by_role("button", name="Download all").wait_for()
    page.screenshot(path=pictures / "missing.png")


@pytest.fixture(scope="module")
def generators_files(server, server_page):
    """Empty ones: nothing loads them, but the server lists what its folders hold."""
    places = [
        server.base / "models" / folder / Path(place).name
        for files in GENERATORS.values()
        for folder, _, place in files
    ]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    server_page.evaluate("() => app.refreshComboInNodes()")
    yield
    for place in places:
        place.unlink()


LOADED = """() => ({
    nodes: app.graph._nodes.map(
        node => [Number(node.id), node.type, node.type in LiteGraph.registered_node_types]
    ),
    links: [...app.graph.links.values()].length,
    groups: app.graph._groups.map(group => group.title),
})"""


@each_template
def test_a_workflow_loads_whole_and_the_server_accepts_it(
    page, client, nodes, generators_files, short, pictures
):
    load(page, short)
    file, loaded = shipped(short), page.evaluate(LOADED)
    assert sorted(loaded["nodes"]) == sorted([node["id"], node["type"], True] for node in file["nodes"])
    assert loaded["links"] == len(file["links"])
    assert loaded["groups"] == [group["title"] for group in file["groups"]]

    prompt = convert(page, nodes)
    assert prompt == known(json.loads(twin(short).read_text(encoding="utf-8")), nodes)
    # `queue` raises unless the answer's node_errors are empty.
    client.cancel(client.queue(prompt))

    page.screenshot(path=pictures / f"{short}.png")
    assert page.get_by_role("dialog").count() == 0
    assert page.problems == []


REWIRE = """kind => {
    const find = type => app.graph._nodes.find(node => node.type === type);
    const backend = find(kind), apply = find('LipSyncApply');
    backend.connect(
        backend.outputs.findIndex(slot => slot.name === 'backend'),
        apply,
        apply.inputs.findIndex(slot => slot.name === 'backend'),
    );
    return String(backend.id);
}"""


def test_another_backend_is_dragged_to_the_place_of_one(page, client, nodes):
    load(page, "swap_backend")
    before = convert(page, nodes)
    backends = [node["class_type"] for node in before.values() if node["class_type"].endswith("Backend")]
    assert backends == [
        "LipSyncVisemeBackend",
        "LipSyncMuseTalkBackend",
        "LipSyncDIDBackend",
        "LipSyncLatentSyncBackend",
        "LipSyncWav2LipBackend",
    ]
    (apply,) = [key for key, node in before.items() if node["class_type"] == "LipSyncApply"]
    for kind in reversed(backends):
        wired = page.evaluate(REWIRE, kind)
        prompt = convert(page, nodes)
        assert prompt[wired]["class_type"] == kind
        assert prompt[apply]["inputs"].pop("backend") == [wired, 0]
        assert prompt[apply]["inputs"].items() < before[apply]["inputs"].items()
        prompt[apply]["inputs"]["backend"] = [wired, 0]
        client.cancel(client.queue(prompt))
    # The one that was wired at first is wired again.
    assert prompt == before


# Chromium as Playwright ships it can't, and shows no player; Debian's and Google's can.
PLAYS_H264 = "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.640028\"') !== ''"
SAVED_PLAYER = """() => app.graph._nodes.find(node => node.type === 'SaveVideo').widgets
    .map(widget => widget.element?.querySelector?.('video')).find(Boolean)"""


@pytest.fixture(scope="module")
def demo(open_page, short_media):
    """A page with the workflow that the demo's address opens, on short media."""
    page = open_page(f"?template=lyric_video&source={PACK_NAME}")
    page.wait_for_function("window.app?.graph?._nodes?.some(node => node.comfyClass === 'LipSyncApply')")
    page.evaluate(
        SHORTEN,
        {"clip": short_media.clips[25], "song": short_media.song, "words": short_media.words},
    )
    yield page
    page.close()


def test_the_demos_address_opens_a_workflow_that_runs_to_the_video_it_shows(demo, short_media, pictures):
    page = demo
    seen = page.evaluate(RUN_AND_WATCH)
    assert seen["end"] == "success"
    assert [name for name in seen["nodes"] if name != "LipSyncLyricStyle"][-3:] == [
        "LipSyncApply",
        "LipSyncLyricOverlay",
        "SaveVideo",
    ]
    assert seen["texts"]
    for node in ("LipSyncApply", "LipSyncLyricOverlay"):
        # How often it is told hangs on how fast the machine is.
        assert seen["progress"][node][-1] == 1

    (saved,) = seen["saved"]["images"]
    assert saved["filename"].startswith("lyric_video")
    # Nodes grow with the pictures that they show.
    assert overlapping(page.evaluate(BOXES)) == []
    if page.evaluate(PLAYS_H264):
        page.wait_for_function(f"({SAVED_PLAYER})()?.videoWidth")
        player = page.evaluate(f"""() => {{
            const video = ({SAVED_PLAYER})();
            const {{src, videoWidth, videoHeight, duration}} = video;
            return {{source: src, size: [videoWidth, videoHeight], seconds: duration}};
        }}""")
        page.screenshot(path=pictures / "run.png")
        assert saved["filename"] in player["source"]
        assert player["size"] == [320, 320]
        assert abs(player["seconds"] - short_media.seconds) < 0.1
    assert page.problems == []
