"""What must not move: graphs are saved by position, and so are the values in them."""

import json

import pytest

from lipsync_studio.devtools.paths import ROOT

# What was saved with version 0.1 still has to load.
SAVED = json.loads((ROOT / "tests" / "data" / "schemas_0.1.json").read_text(encoding="utf-8"))


def inputs_of(info):
    """Ordered, as a graph's values are."""
    listed = []
    for group in ("required", "optional"):
        for name, (kind, *options) in info["input"].get(group, {}).items():
            options = options[0] if options else {}
            listed.append(
                {
                    "name": name,
                    "type": kind,
                    "optional": group == "optional",
                    "default": options.get("default"),
                    "options": options.get("options"),
                }
            )
    order = [name for group in ("required", "optional") for name in info["input_order"].get(group, [])]
    assert [each["name"] for each in listed] == order
    return listed


@pytest.fixture(scope="module")
def today(server):
    from lipsync_studio.devtools.client import ComfyClient

    with ComfyClient(server) as client:
        return client.object_info()


@pytest.mark.parametrize("node", SAVED)
def test_saved_graphs_find_every_input_and_output_where_it_was(today, node):
    saved, info = SAVED[node], today[node]
    inputs = inputs_of(info)
    assert len(inputs) >= len(saved["inputs"])
    for old, new in zip(saved["inputs"], inputs, strict=False):
        assert {**new, "options": None} == {**old, "options": None}
        if old["options"] is not None:
            # Values may be added between others: they are saved by name.
            assert [value for value in new["options"] if value in old["options"]] == old["options"]
    assert all(new["optional"] for new in inputs[len(saved["inputs"]) :])
    outputs = [list(pair) for pair in zip(info["output_name"], info["output"], strict=True)]
    assert outputs[: len(saved["outputs"])] == saved["outputs"]
