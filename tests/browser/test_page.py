"""The page with this pack loaded."""


def test_the_page_loads_without_an_error_of_ours(server_page):
    assert server_page.problems_at_load == []


def test_every_node_can_be_added(page, client):
    ours = [
        name
        for name, info in client.object_info().items()
        if info["python_module"] == "custom_nodes.lipsync-studio"
    ]
    assert "LipSyncApply" in ours
    added = page.evaluate(
        """names => names.filter(name => {
            const node = LiteGraph.createNode(name);
            return node && app.graph.add(node) && node.comfyClass === name;
        })""",
        ours,
    )
    assert added == ours
    assert page.problems == []
