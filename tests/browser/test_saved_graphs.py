"""Graphs that were saved with version 0.1: every value is still where it was, and they run."""

import json

import pytest

from lipsync_studio.devtools.paths import ROOT

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
