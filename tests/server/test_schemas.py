"""What must not move: graphs are saved by position, and so are the values in them."""

import json

import pytest

from lipsync_studio.backends.registry import backends
from lipsync_studio.devtools.paths import ROOT

# What was saved with version 0.1 still has to load.
SAVED = json.loads((ROOT / "tests" / "data" / "schemas_0.1.json").read_text(encoding="utf-8"))


def inputs_of(info):
    """Ordered, as a graph's values are."""
    listed = [
        {
            "name": name,
            "type": kind,
            "optional": name in info["input"].get("optional", {}),
            "default": options.get("default"),
            "options": options.get("options"),
        }
        for name, kind, options in _listed(info)
    ]
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


@pytest.mark.parametrize("spec", backends().values(), ids=lambda spec: spec.name)
def test_a_backend_nodes_widgets_are_its_settings(today, spec):
    """In the same order (ComfyUI lists optional ones last), with the same values, ranges and texts; wires
    come after them."""
    info = today[spec.node]
    assert info["output"] == ["LIPSYNC_BACKEND"]
    widgets = {name: options for name, _, options in _listed(info) if "default" in options}
    assert list(widgets) == sorted(spec.known(), key=lambda name: name in info["input"].get("optional", {}))
    for name, known in spec.known().items():
        options = widgets[name]
        assert options["default"] == spec.widget_default(name), name
        assert options["tooltip"].startswith(known.tooltip), name
        assert options.get("options", []) == list(known.choices), name
        lowest = known.none if isinstance(known.none, float | int) else known.low
        for limit, value in (("min", lowest), ("max", known.high), ("step", known.step)):
            assert value is None or options[limit] == value, name
    wired = [name for name, _, options in _listed(info) if "default" not in options]
    assert [name for name, *_ in _listed(info)] == [*widgets, *wired]


# Of Apply Lip-Sync: what most graphs wire or set.
COMMON = (
    "source", "audio", "backend", "length", "person", "words", "face_track", "driving_audio", "lyrics",
    "voices",
)  # fmt: skip


def test_what_is_rarely_used_is_folded_away(today):
    listed = _listed(today["LipSyncApply"])
    assert {name for name, _, options in listed if not options.get("advanced")} == set(COMMON)


def test_voices_come_last(today):
    assert [name for name, *_ in _listed(today["LipSyncApply"])][-1] == "voices"


def _listed(info):
    for group in ("required", "optional"):
        for name, (kind, *options) in info["input"].get(group, {}).items():
            yield name, kind, options[0] if options else {}
