"""Graphs that were saved with version 0.1: every value is still where it was, and they run."""

import json

import pytest

from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.templates import TEMPLATES, template, twin

SAVED = ROOT / "tests" / "data" / "saved_0.1"
GRAPHS = sorted(path for path in SAVED.glob("*.json") if not path.name.endswith(".api.json"))


def loaded(page, graph):
    """The graph's prompt as the front end makes it: node id → type and values by their names."""
    page.evaluate("graph => app.loadGraphData(graph)", json.loads(graph.read_text(encoding="utf-8")))
    return page.evaluate("async () => (await app.graphToPrompt()).output")


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda path: path.stem)
def test_every_value_is_where_it_was(page, graph):
    """`widgets_values` are saved by position only; the prompt of the time has them by name."""
    then = json.loads(graph.with_suffix(".api.json").read_text(encoding="utf-8"))
    now = loaded(page, graph)
    assert {key: node["class_type"] for key, node in now.items()} == {
        key: node["class_type"] for key, node in then.items()
    }
    for key, node in then.items():
        found = {name: now[key]["inputs"].get(name) for name in node["inputs"]}
        assert found == node["inputs"], node["class_type"]


def test_one_runs(page, client, short_media):
    prompt = loaded(page, SAVED / "lipsync_footage.json")
    for node in prompt.values():
        if node["class_type"] == "LoadVideo":
            node["inputs"]["file"] = short_media.clips[25]
        elif node["class_type"] == "LoadAudio":
            node["inputs"]["audio"] = short_media.song
    run = client.run(prompt)
    assert run.error is None
    assert client.output_files(run)


# Nodes placed by hand: as the page's search box and library place them.
PLACE = """async () => {
    app.graph.clear();
    const node = LiteGraph.createNode('LipSyncVisemeBackend');
    app.graph.add(node);
    const copy = node.clone();
    copy.widgets.find(widget => widget.name === 'movement').value = 0.6;
    const again = copy.clone();
    for (const each of [copy, again]) app.graph.add(each);
    return Object.values((await app.graphToPrompt()).output).map(each => each.inputs.movement);
}"""
OPEN_PROMPT = """async prompt => {
    await app.loadApiJson(prompt, 'prompt');
    const open = (await app.graphToPrompt()).output;
    return Object.values(open).find(each => each.class_type === 'LipSyncVisemeBackend').inputs;
}"""


def test_stills_stay_still_in_graphs_and_prompts_of_0_1(page):
    graphs = [graph for graph in GRAPHS if "LipSyncVisemeBackend" in graph.read_text(encoding="utf-8")]
    assert SAVED / "talking_portrait.json" in graphs
    for graph in graphs:
        moved = [node["inputs"].get("movement", 0) for node in loaded(page, graph).values()]
        assert set(moved) == {0}, graph.stem
    prompt = json.loads((SAVED / "talking_portrait.api.json").read_text(encoding="utf-8"))
    assert page.evaluate(OPEN_PROMPT, prompt) == {"strength": 1, "movement": 0}


def test_a_still_lives_with_a_node_placed_by_hand(page):
    assert page.evaluate(PLACE) == [0.3, 0.6, 0.6]
    assert page.problems == []


def test_the_templates_have_stills_live(page):
    """Whatever is put into them; and each node's values are those of the template's twin."""
    shown = {}
    for short in TEMPLATES:
        prompt = json.loads(twin(short).read_text(encoding="utf-8"))
        if "LipSyncVisemeBackend" not in {node["class_type"] for node in prompt.values()}:
            continue
        for key, node in loaded(page, template(short)).items():
            if node["class_type"] == "LipSyncVisemeBackend":
                assert node["inputs"] == prompt[key]["inputs"], short
                shown[short] = node["inputs"]["movement"]
    assert "talking_portrait" in shown
    assert set(shown.values()) == {0.3}
