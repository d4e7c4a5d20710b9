"""Uploading lyrics and seeing what was saved, in a real page."""

import json

import pytest

SONG = "[00:01.00]Slow river\n[00:03.00]Deep\n[00:05.00]\n"

ADD = """() => {
    const load = LiteGraph.createNode('LipSyncLoadLyrics');
    const save = LiteGraph.createNode('LipSyncSaveLyrics');
    app.graph.add(load);
    app.graph.add(save);
    save.pos = [500, 0];
    load.connect(0, save, 0);
    window.load = load;
    window.save = save;
}"""
UPLOAD = "() => load.widgets.find(one => one.name === 'upload').callback()"
DROP = """async ([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    const event = new DragEvent('drop', {dataTransfer: data});
    return [load.onDragOver(event), await load.onDragDrop(event)];
}"""
CHOSEN = "() => load.widgets.find(one => one.name === 'file').value"


@pytest.fixture
def graph_page(page, server):
    page.evaluate(ADD)
    yield page
    for path in (server.base / "input").glob("uploaded*.lrc"):
        path.unlink()


def choose(page, name, text):
    with page.expect_file_chooser() as chooser:
        page.evaluate(UPLOAD)
    chooser.value.set_files({"name": name, "mimeType": "text/plain", "buffer": text.encode()})
    page.wait_for_function(f"() => ({CHOSEN})() === {json.dumps(name)}")


def test_a_file_is_uploaded_and_what_is_saved_is_shown(graph_page, server):
    choose(graph_page, "uploaded.lrc", SONG)
    assert (server.base / "input" / "uploaded.lrc").read_text() == SONG
    prompt = graph_page.evaluate("async () => (await app.graphToPrompt()).output")
    inputs = {node["class_type"]: node["inputs"] for node in prompt.values()}
    assert inputs["LipSyncLoadLyrics"]["file"] == "uploaded.lrc"
    # The button and the view are nobody's input.
    assert "upload" not in inputs["LipSyncLoadLyrics"]
    assert "saved" not in inputs["LipSyncSaveLyrics"]

    graph_page.evaluate("() => app.queuePrompt(0)")
    view = graph_page.get_by_label("Saved lyrics")
    graph_page.wait_for_function("() => document.querySelector('[aria-label=\"Saved lyrics\"]')?.value")
    assert view.input_value() == SONG
    link = graph_page.get_by_role("link", name="lyrics/ComfyUI_")
    assert graph_page.request.get(link.evaluate("link => link.href")).text() == SONG
    assert graph_page.problems == []


def test_a_file_is_dropped_on_the_node(graph_page):
    assert graph_page.evaluate(DROP, ["uploaded too.lrc", SONG]) == [True, True]
    assert graph_page.evaluate(CHOSEN) == "uploaded too.lrc"
    assert graph_page.problems == []


def test_a_file_that_does_not_arrive_is_told_of(graph_page):
    graph_page.route("**/upload/image", lambda route: route.abort())
    try:
        assert graph_page.evaluate(DROP, ["uploaded.lrc", SONG]) == [True, True]
        graph_page.get_by_text("uploaded.lrc was not uploaded.").first.wait_for()
    finally:
        graph_page.unroute("**/upload/image")
    assert graph_page.evaluate(CHOSEN) == "none"
    assert graph_page.problems == []


def test_a_picture_is_left_to_others(graph_page):
    assert not graph_page.evaluate(DROP, ["picture.png", "x"])[1]
    assert graph_page.evaluate(CHOSEN) == "none"


def test_a_workflow_keeps_its_file(graph_page):
    choose(graph_page, "uploaded.lrc", SONG)
    kept = graph_page.evaluate(
        """async () => {
            await app.loadGraphData(JSON.parse(JSON.stringify(app.graph.serialize())));
            const node = app.graph.nodes.find(one => one.type === 'LipSyncLoadLyrics');
            return Object.fromEntries(node.widgets.map(one => [one.name, one.value]));
        }"""
    )
    assert kept["file"] == "uploaded.lrc"
    assert kept["format"] == kept["encoding"] == "auto"
    assert kept["lrc_offset"] == "earlier"
