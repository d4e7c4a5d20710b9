"""The page with this pack loaded: each node can be added, and its info button opens its help."""

import pytest

from lipsync_studio.devtools.paths import PACK_NAME, ROOT

ADD_NODE = """name => {
    app.graph.clear();
    const node = LiteGraph.createNode(name);
    // Clear of the page's own buttons, which lie over the canvas.
    node.pos = [400, 300];
    app.graph.add(node);
    window.toSelect = node;
    return node.comfyClass;
}"""
# Selecting does nothing until the page has put up its toolbox.
TOOLBOX = """() => {
    app.canvas.selectNode(toSelect);
    return document.querySelector('[data-testid=info-button]');
}"""


@pytest.fixture
def panel_page(page):
    """The page, whose side panel is closed afterwards: the server keeps it open for every later page."""
    yield page
    page.evaluate("app.extensionManager.setting.set('Comfy.RightSidePanel.IsOpen', false)")


def test_the_page_loads_without_an_error_of_ours(server_page):
    assert server_page.problems_at_load == []


def test_the_info_button_opens_each_nodes_own_page(panel_page, client):
    listed = client.object_info()
    ours = [name for name, info in listed.items() if info["python_module"] == f"custom_nodes.{PACK_NAME}"]
    assert "LipSyncApply" in ours
    for name in ours:
        assert panel_page.evaluate(ADD_NODE, name) == name
        panel_page.wait_for_function(TOOLBOX, polling=100)
        panel_page.get_by_test_id("info-button").click()
        # The last node's page may still be there; and where a node has none of ours, the panel makes up one
        # that has no limits.
        title = (ROOT / "web" / "docs" / f"{name}.md").read_text(encoding="utf-8").splitlines()[0]
        content = panel_page.locator(".node-help-content")
        content.get_by_role("heading", name=title.removeprefix("# "), exact=True, level=1).wait_for()
        content.get_by_role("heading", name="Limits").wait_for()
        text = content.inner_text()
        for kind, names in listed[name]["input"].items():
            assert kind == "hidden" or [wanted for wanted in names if wanted not in text] == [], name
    # The page asks for a translation first, and settles for the page without a language when there is none.
    assert [problem for problem in panel_page.problems if "/en.md: " not in problem] == []
