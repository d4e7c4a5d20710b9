"""What users read about the nodes is there, and says what the nodes say."""

import json

import pytest

from lipsync_studio.devtools.paths import ROOT


@pytest.fixture(scope="module")
def nodes(run_in_comfy):
    listed = run_in_comfy("list_nodes")
    for info in listed.values():
        info["input"].pop("hidden", None)  # ComfyUI's own, seen by nobody
    return listed


def test_every_node_has_a_help_page_that_tells_of_each_input(nodes):
    docs = ROOT / "web" / "docs"
    for name, info in nodes.items():
        inputs = [key for group in info["input"].values() for key in group]
        # In other languages, too, where there is one.
        for path in (docs / f"{name}.md", *sorted((docs / name).glob("*.md"))):
            page = path.read_text(encoding="utf-8")
            assert [key for key in inputs if f"`{key}`" not in page] == [], path


def test_the_english_texts_are_the_nodes_own(nodes):
    """The other languages are compared with these, so a changed node shows up as a missing translation."""
    english = json.loads((ROOT / "locales" / "en" / "nodeDefs.json").read_text(encoding="utf-8"))
    assert set(english) == set(nodes)
    for name, info in nodes.items():
        texts = english[name]
        assert (texts["display_name"], texts["description"]) == (info["display_name"], info["description"])
        inputs = {key: spec[1] for group in info["input"].values() for key, spec in group.items()}
        assert {key: text.get("tooltip") for key, text in texts["inputs"].items()} == {
            key: options.get("tooltip") for key, options in inputs.items()
        }
        assert [text["name"] for text in texts["outputs"].values()] == info["output_name"]
        assert [text.get("tooltip") for text in texts["outputs"].values()] == info["output_tooltips"]
