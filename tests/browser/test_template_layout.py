"""Every template as it is opened in a window of 1440×900, in both of the page's renderers: whole, of a size
that can be read, with no node and no wire behind another node."""

import json

import pytest
from layout import BOXES, overlapping

from lipsync_studio.devtools.templates import TEMPLATES, template

# Smaller texts are drawn as bars.
READABLE = 0.6
OPEN = "([graph, name]) => app.loadGraphData(graph, true, true, name, {openSource: 'template'})"
VUE = "on => app.extensionManager.setting.set('Comfy.VueNodes.Enabled', on)"

DRAWN = """vue => {
    const {links, reroutes, _nodes} = app.graph;
    const wires = [...links.values(), ...reroutes.values()];
    const elements = document.querySelectorAll('[data-node-id]').length;
    return wires.every(wire => wire.path) && (!vue || elements >= _nodes.length);
}"""
# Every wire as the page itself draws it, against the edges of every node. Sockets lie inside of nodes.
HIDDEN_WIRES = """boxes => {
    const brush = document.createElement('canvas').getContext('2d');
    brush.lineWidth = 6;
    const {links, reroutes, _nodes} = app.graph;
    const wires = [
        ...[...links.values()].map(link => [link.path, [link]]),
        ...[...reroutes.values()].map(one => [one.path, [...one.linkIds].map(id => links.get(id))]),
    ];
    const found = [];
    for (const [path, carried] of wires) _nodes.forEach((node, index) => {
        const ends = carried.flatMap(({origin_id, target_id}) => [String(origin_id), String(target_id)]);
        const own = ends.includes(String(node.id));
        const inset = own ? 14 : -2;
        const [title, x, y, width, height] = boxes[index];
        const [left, top, right, bottom] = [x + inset, y + inset, x + width - inset, y + height - inset];
        const hits = at => brush.isPointInStroke(path, ...at);
        let hit = false;
        for (let at = left; at <= right && !hit; at += 3) hit = hits([at, top]) || hits([at, bottom]);
        for (let at = top; at <= bottom && !hit; at += 3) hit = hits([left, at]) || hits([right, at]);
        if (hit) found.push(`${carried.map(one => one.type)} behind ${title}`);
    });
    return found;
}"""
# What no bar of the page covers: left, top, right, bottom. A notice about missing models comes over it later.
FREE = """() => {
    const {left, top, right, bottom} = document.querySelector('.graph-canvas-panel').getBoundingClientRect();
    return [left, top, right, bottom];
}"""
# What the page's own map of the graph covers, if it is open.
MAP = """() => {
    const map = document.querySelector('.minimap-main-container').getBoundingClientRect();
    return [map.left, map.top, map.right, map.bottom];
}"""
# These are few and large, so that a video of 9:16 below Save Video comes under the map.
UNDER_THE_MAP = {"lipsync_footage", "musetalk_portrait"}
# What the sample's run tells of a song's voice without Demucs, in words of every language.
TELL = """async language => {
    await app.extensionManager.setting.set('LipSyncStudio.Language', language);
    app.graph.nodes.find(node => node.type === 'LipSyncVocals')
        .onExecuted({notices: [{kind: 'no_demucs', text: ''}]});
}"""
NO_MODEL = {"en": "⚠ Without its model", "ja": "⚠ モデルがないため"}
IN_VIEW = """edges => {
    const {scale, offset} = app.canvas.ds;
    return edges.map((edge, index) => edge / scale - offset[index % 2]);
}"""


@pytest.fixture(scope="module")
def window(open_page):
    fresh = open_page()
    fresh.set_viewport_size({"width": 1440, "height": 900})
    # Other tests leave it open, and it takes a third of the window.
    fresh.evaluate("() => app.extensionManager.setting.set('Comfy.RightSidePanel.IsOpen', false)")
    yield fresh
    # The server keeps it as the user's setting.
    fresh.evaluate(VUE, False)
    fresh.close()


def opened(page, graph, vue):
    """The boxes of the nodes of a template that has been opened."""
    page.evaluate(OPEN, [graph, "template"])
    page.wait_for_function(DRAWN, arg=vue)
    boxes = page.evaluate(BOXES)
    while True:
        # Players and pictures come later, and nodes grow with them.
        page.wait_for_timeout(600)
        again = page.evaluate(BOXES)
        if again == boxes:
            return boxes
        boxes = again


def emptied(page):
    """The page without a graph, and without the notice of another one's missing files, which takes room."""
    page.evaluate("() => app.extensionManager.command.execute('Comfy.NewBlankWorkflow')")
    page.get_by_text("Resolve them before running").wait_for(state="hidden")


@pytest.fixture
def blank(window):
    """The window without a graph, and without what a notice says of one."""
    emptied(window)
    window.problems.clear()
    return window


@pytest.mark.parametrize("vue", [False, True], ids=["classic", "nodes 2.0"])
def test_every_template_is_whole_and_readable(blank, vue, pictures):
    blank.evaluate(VUE, vue)
    free = blank.evaluate(FREE)
    for short in TEMPLATES:
        graph = json.loads(template(short).read_text(encoding="utf-8"))
        emptied(blank)
        boxes = opened(blank, graph, vue)
        blank.wait_for_function("least => app.canvas.ds.scale >= least", arg=READABLE)
        left, top, right, bottom = blank.evaluate(IN_VIEW, free)
        outside = [
            title
            for title, x, y, width, height in boxes
            if x < left or y < top or x + width > right or y + height > bottom
        ]
        assert outside == [], short
        assert overlapping(boxes) == [], short
        assert blank.evaluate(HIDDEN_WIRES, boxes) == [], short
        if short not in UNDER_THE_MAP:
            left, top, right, bottom = blank.evaluate(IN_VIEW, blank.evaluate(MAP))
            for _, x, y, width, height in (one for one in boxes if one[0] == "Save Video"):
                upright = y + height + (width - 20) * 16 / 9
                assert x + width < left or x > right or upright < top or y > bottom, short
        blank.screenshot(path=pictures / f"{short}_{'vue' if vue else 'classic'}.png")
    assert blank.problems == []


def out_of_groups(graph, boxes):
    """Nodes that begin inside of a group's frame and end outside of it: titles, and how far to the right
    and below."""
    return [
        (title, x + width - left - wide, y + height - top - high)
        for title, x, y, width, height in boxes
        for left, top, wide, high in (group["bounding"] for group in graph["groups"])
        if left <= x < left + wide
        and top <= y < top + high
        and (x + width > left + wide or y + height > top + high)
    ]


@pytest.mark.parametrize("vue", [False, True], ids=["classic", "nodes 2.0"])
def test_after_a_run_its_nodes_are_inside_of_their_groups(blank, vue, pictures):
    """Separate Vocals has a notice then. In Nodes 2.0 one of the templates, which differ elsewhere."""
    blank.evaluate(VUE, vue)
    graphs = {short: json.loads(template(short).read_text(encoding="utf-8")) for short in TEMPLATES}
    songs = [
        short
        for short, graph in graphs.items()
        if any(node["type"] == "LipSyncVocals" for node in graph["nodes"])
    ]
    assert len(songs) == 5
    for short in songs[:1] if vue else songs:
        graph = graphs[short]
        emptied(blank)
        before = opened(blank, graph, vue)
        assert out_of_groups(graph, before) == [], short
        for language in ("en", "ja"):
            blank.evaluate(TELL, language)
            notice = blank.locator("[role=status]", has_text=NO_MODEL[language])
            notice.wait_for(state="attached")
            blank.wait_for_timeout(300)
            boxes = blank.evaluate(BOXES)
            assert out_of_groups(graph, boxes) == [], (short, language)
            assert overlapping(boxes) == [], (short, language)
        assert boxes != before
        blank.screenshot(path=pictures / f"{short}_after_{'vue' if vue else 'classic'}.png")
        blank.evaluate("() => app.extensionManager.setting.set('LipSyncStudio.Language', 'auto')")


def test_what_lies_badly_is_noticed(blank):
    """A node over another, and one in the way of a wire."""
    blank.evaluate(VUE, False)
    graph = json.loads(template("lipsync_footage").read_text(encoding="utf-8"))
    note, sound = (
        next(node for node in graph["nodes"] if node["type"] == kind)
        for kind in ("MarkdownNote", "LoadAudio")
    )
    apply = next(node for node in graph["nodes"] if node["type"] == "LipSyncApply")
    apply["pos"][0] += 900
    # Between the loader and Apply Lip-Sync, on the last wire's way.
    note["pos"] = [sound["pos"][0] + sound["size"][0] + 300, sound["pos"][1] - 300]
    note["size"] = [300, 500]
    backend = next(node for node in graph["nodes"] if node["type"] == "LipSyncVisemeBackend")
    backend["pos"] = [sound["pos"][0], sound["pos"][1] + 20]
    boxes = opened(blank, graph, vue=False)
    assert ("Load Audio", "Viseme Backend (LipSync)") in overlapping(boxes)
    assert any(one.endswith("behind Markdown Note") for one in blank.evaluate(HIDDEN_WIRES, boxes))


def test_a_view_that_was_saved_is_left_alone(blank):
    """The mark of a template is gone once it was shown, so a graph that is saved keeps the user's view."""
    blank.evaluate(VUE, False)
    graph = json.loads(template("lipsync_footage").read_text(encoding="utf-8"))
    opened(blank, graph, vue=False)
    saved = blank.evaluate("() => app.graph.serialize()")
    assert "lipsync_view" not in saved["extra"]
    ours = blank.evaluate("() => app.canvas.ds.scale")
    saved["extra"]["ds"] = {"scale": 1.4, "offset": [-200, -100]}
    blank.evaluate("graph => app.loadGraphData(graph)", saved)
    # On a busy machine the page shows it in its own way yet; never again in this pack's.
    for _ in range(10):
        assert blank.evaluate("() => app.canvas.ds.scale") != ours
        blank.wait_for_timeout(100)
