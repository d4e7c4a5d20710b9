"""What nodes show and take in the page: in both ways of drawing them, and in another language."""

import re

import pytest
from contrast import faint

# Nodes by their kinds, names and values, and wires from an output to an input by its name.
BUILD = """async ([nodes, wires]) => {
    const made = {};
    let x = 0;
    for (const [name, kind, values] of nodes) {
        const node = LiteGraph.createNode(kind);
        node.pos = [40 + x++ * 330, 60];
        app.graph.add(node);
        for (const [key, value] of Object.entries(values)) {
            const widget = node.widgets.find(one => one.name === key);
            widget.value = value;
            widget.callback?.(value);
        }
        made[name] = node;
    }
    for (const [from, output, to, input] of wires)
        made[from].connect(output, made[to], made[to].inputs.findIndex(one => one.name === input));
    app.canvas.ds.scale = 0.8;
    window.made = made;
}"""
WIRE = """([from, to, input]) =>
    made[from].connect(0, made[to], made[to].inputs.findIndex(one => one.name === input))"""
UNWIRE = "([to, input]) => made[to].disconnectInput(made[to].inputs.findIndex(one => one.name === input))"
VALUE = "([node, name]) => made[node].widgets.find(one => one.name === name).value"
RENDERERS = pytest.mark.parametrize("vue", [False, True], ids=["classic", "nodes2"])
WORDS = "[00:00.20]<00:00.20>Twinkle <00:00.60>star<00:01.00>\n"


@pytest.fixture
def build(page):
    """Builds a graph in one way of drawing nodes; in another language with `language`."""

    def make(nodes, wires=(), vue=False, language="auto"):
        page.evaluate(
            """async ([vue, language]) => {
                await app.extensionManager.setting.set('Comfy.VueNodes.Enabled', vue);
                await app.extensionManager.setting.set('LipSyncStudio.Language', language);
            }""",
            [vue, language],
        )
        page.evaluate(BUILD, [nodes, wires])
        return page

    yield make
    page.evaluate(
        """async () => {
            await app.extensionManager.setting.set('Comfy.VueNodes.Enabled', false);
            await app.extensionManager.setting.set('LipSyncStudio.Language', 'auto');
        }"""
    )


def run(page):
    """Queues the graph and waits for its end; returns how it ended."""
    page.evaluate(
        """() => {
            window.ended = '';
            for (const end of ['success', 'error', 'interrupted'])
                app.api.addEventListener(`execution_${end}`, () => window.ended = end, {once: true});
            app.queuePrompt(0);
        }"""
    )
    page.wait_for_function("() => window.ended")
    return page.evaluate("() => window.ended")


def wait_until_clear(page):
    """Until no node of this pack shows a text or a picture of its work: at the end, or when a picture that
    was being loaded then has come."""
    page.wait_for_function(
        """() => !app.graph.nodes.filter(node => node.type.startsWith('LipSync')).some(node =>
            node.widgets?.some(one => one.name.startsWith('$$')) || app.nodePreviewImages?.[node.id])"""
    )


def faces_graph(clip):
    nodes = [
        ("clip", "LoadVideo", {"file": clip}),
        ("track", "LipSyncFaceTrack", {}),
        ("apply", "LipSyncApply", {}),
    ]
    return nodes, [("clip", 0, "track", "source"), ("track", 0, "apply", "face_track")]


@RENDERERS
def test_a_face_is_chosen_by_a_click(build, short_media, vue, pictures):
    nodes, wires = faces_graph(short_media.clips[25])
    page = build([node for node in nodes if node[0] != "apply"], wires[:1], vue)
    assert run(page) == "success"
    # Wired after the run: what it has found is offered all the same.
    page.evaluate(
        """() => {
            const node = LiteGraph.createNode('LipSyncApply');
            node.pos = [760, 60];
            app.graph.add(node);
            made.track.connect(0, node, node.inputs.findIndex(one => one.name === 'face_track'));
            made.apply = node;
        }"""
    )
    face = page.get_by_role("button", name="Lip-sync person 1", exact=True)
    face.first.wait_for()
    page.screenshot(path=pictures / f"faces_{'nodes2' if vue else 'classic'}.png")
    assert page.evaluate(VALUE, ["apply", "person"]) == "largest"
    # By the mouse, at its place: what lies over it would take the click.
    box = face.first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.evaluate(VALUE, ["apply", "person"]) == "1"
    page.get_by_text("person of Apply Lip-Sync is now 1.").wait_for(state="attached")
    known = page.get_by_role("group", name="Known persons").get_by_role("button")
    assert known.all_inner_texts() == ["largest", "left", "centre", "right", "speaking", "● 1"]
    known.nth(1).evaluate("one => one.click()")
    assert page.evaluate(VALUE, ["apply", "person"]) == "left"
    # The row stands between inputs that are saved by position, and is not one of them.
    saved = page.evaluate("() => made.apply.serialize().widgets_values")
    assert saved[:6] == ["audio", "pingpong", "rest", "left", "", "auto"]
    assert (
        page.evaluate(
            """() => {
            const copy = made.apply.clone();
            app.graph.add(copy);
            return copy.widgets.filter(one => one.serialize !== false).map(one => one.value ?? null);
        }"""
        )
        == saved
    )
    # The live picture of the run has gone, and its text.
    wait_until_clear(page)
    assert page.problems == []


@RENDERERS
def test_every_known_person_is_seen_in_a_narrow_node(build, vue):
    nodes, wires = faces_graph("clip.mp4")
    page = build(nodes, wires[1:], vue)
    page.evaluate(
        """() => {
            made.apply.setSize([240, made.apply.size[1]]);
            const people = [1, 2, 3, 4, 5].map(id => ({id, spans: [[0, 9]], shots: [1]}));
            made.track.onExecuted({faces: [{people, shots: 1, frames: []}]});
        }"""
    )
    known = page.get_by_role("group", name="Known persons")
    chips = known.get_by_role("button")
    chips.nth(8).wait_for(state="attached")
    # Inside of the rows and of what holds them.
    page.wait_for_function(
        """row => {
            const {left, right, bottom} = row.parentElement.getBoundingClientRect();
            return right > left && [...row.children].every(chip => {
                const box = chip.getBoundingClientRect();
                return box.left >= left && box.right <= right + 1 && box.bottom <= bottom + 1;
            });
        }""",
        arg=known.element_handle(),
    )
    assert page.problems == []


def test_results_that_a_node_shows_itself_are_not_drawn_below_it_meanwhile(build):
    page = build(
        [("style", "LipSyncLyricStyle", {}), ("track", "LipSyncFaceTrack", {}), ("see", "PreviewImage", {})]
    )
    page.evaluate(
        """async () => {
            const blob = await new Promise(done => document.createElement('canvas').toBlob(done));
            const form = new FormData();
            form.append('image', blob, 'drawn.png');
            form.append('overwrite', 'true');
            await app.api.fetchApi('/upload/image', {method: 'POST', body: form});
            const output = {images: [{filename: 'drawn.png', subfolder: '', type: 'input'}]};
            // As in a run that goes on after these nodes; the last of them is as a rule the last to be drawn.
            for (const {id} of [made.style, made.track, made.see]) {
                const node = String(id);
                app.api.dispatchCustomEvent('executing', node);
                app.api.dispatchCustomEvent('executed', {node, display_node: node, prompt_id: 'one', output});
            }
        }"""
    )
    shown = """() => Object.keys(made).filter(name => made[name].imgs?.length
        && made[name].widgets?.some(one => one.name === '$$canvas-image-preview'))"""
    page.wait_for_function(f"() => ({shown})().includes('see')")
    assert page.evaluate(shown) == ["see"]


@RENDERERS
def test_a_bad_alignment_is_seen_on_the_node_and_told(build, short_media, vue, pictures):
    nodes = [
        ("audio", "LoadAudio", {"audio": short_media.song}),
        ("align", "LipSyncAlignLyrics", {"lyrics": f"Gigantic purple elephants\nmarching along {vue}"}),
        ("see", "PreviewAny", {}),
    ]
    page = build(nodes, [("audio", 0, "align", "audio"), ("align", 1, "see", "source")], vue)
    assert run(page) == "success"
    notice = page.locator("[role=status]", has_text=re.compile("not heard|estimated"))
    notice.first.wait_for(state="attached")
    page.locator(".p-toast-detail", has_text=re.compile("not heard|estimated")).first.wait_for()
    page.screenshot(path=pictures / f"notice_{'nodes2' if vue else 'classic'}.png")
    page.evaluate(
        f"() => made.align.widgets.find(one => one.name === 'lyrics').value = '{short_media.words}'"
    )
    assert run(page) == "success"
    notice.first.wait_for(state="detached")
    assert page.problems == []


@RENDERERS
def test_how_many_words_are_not_heard_and_in_which_shots_a_face_is_are_seen(build, vue):
    page = build([("align", "LipSyncAlignLyrics", {}), ("track", "LipSyncFaceTrack", {})], vue=vue)
    page.evaluate(
        """() => {
            made.align.onExecuted({notices: [{kind: 'unheard', text: '', percent: 20}]});
            const people = [{id: 1, spans: [[0, 4], [6, 9]], shots: [1, 2, 4]}];
            made.track.onExecuted({faces: [{people, shots: 4, frames: []}]});
        }"""
    )
    sentence = "20 % of the words are not heard: are these the words of this recording?"
    page.locator("[role=status]", has_text=sentence).first.wait_for(state="attached")
    page.locator(".p-toast-detail", has_text=sentence).first.wait_for()
    page.get_by_text("shot 1–2, 4").first.wait_for(state="attached")
    assert page.problems == []


# What a run sends for a node, by the page's own way.
SEND = """([name, output]) => {
    const node = String(made[name].id);
    app.api.dispatchCustomEvent('executed', {node, display_node: node, prompt_id: 'one', output});
}"""
NOTICES = """() => app.graph.nodes.find(node => node.type === 'LipSyncAlignLyrics').widgets
    .filter(one => one.name === 'notices' && one.element.isConnected).map(one => one.element.innerText)"""


@RENDERERS
def test_what_a_run_tells_stays_after_another_run_an_undo_and_in_another_tab(build, vue):
    page = build([("align", "LipSyncAlignLyrics", {}), ("track", "LipSyncFaceTrack", {})], vue=vue)

    def tells(percent):
        page.wait_for_function(
            f"([told]) => {{ const all = ({NOTICES})(); return all.length === 1 && all[0].includes(told); }}",
            arg=[f"{percent} % of the words"],
        )

    def tell(percent):
        page.evaluate(SEND, ["align", {"notices": [{"kind": "unheard", "text": "", "percent": percent}]}])
        tells(percent)

    def faces():
        page.get_by_role("group", name="Faces").get_by_role("button").first.wait_for(state="attached")

    tell(20)
    # Nodes 2.0 don't draw a widget that takes another one's place.
    tell(30)
    page.evaluate(SEND, ["align", {"notices": []}])
    page.wait_for_function(f"() => ({NOTICES})().length === 0")
    tell(40)
    people = [{"id": 1, "spans": [[0, 4]], "shots": [1]}]
    page.evaluate(SEND, ["track", {"faces": [{"people": people, "shots": 1, "frames": []}]}])
    faces()
    # All nodes are made anew by each of these.
    page.evaluate(
        """async () => {
            const {changeTracker} = app.extensionManager.workflow.activeWorkflow;
            changeTracker.captureCanvasState();
            made.align.pos = [60, 90];
            changeTracker.captureCanvasState();
            await app.extensionManager.command.execute('Comfy.Undo');
        }"""
    )
    assert page.evaluate("() => app.graph.getNodeById(made.align.id) !== made.align")
    tells(40)
    faces()
    page.evaluate("() => app.extensionManager.command.execute('Comfy.NewBlankWorkflow')")
    page.wait_for_function("() => app.graph.nodes.length === 0")
    page.evaluate("() => app.extensionManager.command.execute('Workspace.PreviousOpenedWorkflow')")
    page.wait_for_function("() => app.graph.nodes.length === 2")
    tells(40)
    faces()
    assert page.problems == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_nodes_tell_and_offer_stands_out_in_every_theme(build, theme, pictures):
    nodes = [
        ("align", "LipSyncAlignLyrics", {}),
        ("track", "LipSyncFaceTrack", {}),
        ("apply", "LipSyncApply", {}),
    ]
    page = build(nodes, [("track", 0, "apply", "face_track")])
    setting = "async theme => { await app.extensionManager.setting.set('Comfy.ColorPalette', theme); }"
    page.evaluate(setting, theme)
    try:
        page.evaluate(SEND, ["align", {"notices": [{"kind": "unheard", "text": "", "percent": 20}]}])
        people = [{"id": 1, "spans": [[0, 4]], "shots": [1]}]
        page.evaluate(SEND, ["track", {"faces": [{"people": people, "shots": 1, "frames": []}]}])
        chips = page.get_by_role("group", name=re.compile("^(Faces|Known persons)$"))
        chips.last.get_by_role("button").last.wait_for()
        page.screenshot(path=pictures / f"nodes_{theme}.png")
        assert faint(chips) == []
        assert faint(page.locator("[role=status]", has_text="not heard")) == []
    finally:
        page.evaluate(setting, "dark")
    assert page.problems == []


@RENDERERS
def test_lyrics_hide_while_words_are_wired_and_settings_grey_under_a_style(build, vue):
    nodes = [
        ("words", "LipSyncLoadLyrics", {"text": WORDS}),
        ("apply", "LipSyncApply", {"lyrics": "kept"}),
        ("style", "LipSyncLyricStyle", {}),
        ("overlay", "LipSyncLyricOverlay", {}),
    ]
    page = build(nodes, (), vue)
    page.wait_for_timeout(300)
    box = (
        page.locator("[data-node-id] textarea[hideonzoom]").or_(page.locator("[data-node-id] textarea"))
        if vue
        else page.locator("textarea[placeholder^='What is said']")
    )
    hidden = "() => Boolean(made.apply.widgets.find(one => one.name === 'lyrics').hidden)"
    assert not page.evaluate(hidden)
    count = box.count()
    page.evaluate(
        "() => made.words.connect(0, made.apply, made.apply.inputs.findIndex(i => i.name === 'words'))"
    )
    page.wait_for_function(hidden)
    if vue:
        page.wait_for_function(f"() => document.querySelectorAll('[data-node-id] textarea').length < {count}")
    else:
        box.wait_for(state="hidden")
    assert page.evaluate(VALUE, ["apply", "lyrics"]) == "kept"
    page.evaluate(UNWIRE, ["apply", "words"])
    page.wait_for_function(f"() => !({hidden})()")

    greyed = "() => made.overlay.widgets.filter(one => one.disabled).map(one => one.name)"
    assert page.evaluate(greyed) == []
    page.evaluate(
        "() => made.style.connect(0, made.overlay, made.overlay.inputs.findIndex(i => i.name === 'style'))"
    )
    assert page.evaluate(greyed) == ["size", "position", "colour", "highlight", "outline", "font"]
    page.evaluate(
        "() => made.overlay.disconnectInput(made.overlay.inputs.findIndex(i => i.name === 'style'))"
    )
    assert page.evaluate(greyed) == []
    assert page.problems == []


CHOICES = """node => [...made[node].widgets.find(one => one.name === 'person_choice').element
    .querySelectorAll('button')].map(one => one.textContent)"""
HIDDEN = "node => made[node].widgets.filter(one => one.hidden).map(one => one.name)"
RULES = ["largest", "left", "centre", "right"]


@RENDERERS
def test_a_voice_offers_the_people_of_the_node_at_the_end_of_its_chain(build, short_media, vue, pictures):
    nodes, wires = faces_graph(short_media.clips[25])
    page = build([node for node in nodes if node[0] != "apply"], wires[:1], vue)
    assert run(page) == "success"
    chain = [("one", "LipSyncVoice", {}), ("other", "LipSyncVoice", {}), ("apply", "LipSyncApply", {})]
    page.evaluate(
        f"async given => {{ const {{track}} = made; await ({BUILD})(given); made.track = track; }}",
        [chain, [("one", 0, "other", "voices")]],
    )
    page.evaluate(WIRE, ["track", "apply", "face_track"])
    assert page.evaluate(CHOICES, "other") == RULES
    page.evaluate(WIRE, ["other", "apply", "voices"])
    # Of a voice further back too, and what Apply Lip-Sync then takes no notice of is gone from it.
    for voice in ("one", "other"):
        assert page.evaluate(CHOICES, voice) == [*RULES, "● 1"]
    assert page.evaluate(HIDDEN, "apply") == ["person", "person_choice", "lyrics"]
    page.get_by_role("button", name="Lip-sync person 1", exact=True).first.evaluate("one => one.click()")
    page.get_by_text("Each voice has a person of its own").wait_for(state="attached")
    assert page.evaluate(VALUE, ["apply", "person"]) == "largest"
    row = "made.one.widgets.find(one => one.name === 'person_choice').element"
    page.evaluate(f"() => [...{row}.querySelectorAll('button')].at(-1).click()")
    assert page.evaluate(VALUE, ["one", "person"]) == "1"
    assert (
        page.evaluate("() => document.querySelector('[aria-label=\"Lip-sync person 1\"]').ariaPressed")
        == "true"
    )
    page.screenshot(path=pictures / f"voices_{'nodes2' if vue else 'classic'}.png")
    page.evaluate(UNWIRE, ["apply", "voices"])
    assert page.evaluate(HIDDEN, "apply") == []
    assert page.evaluate(CHOICES, "one") == RULES
    assert page.evaluate(CHOICES, "apply") == [*RULES, "speaking", "● 1"]
    assert page.problems == []


@RENDERERS
def test_nothing_of_the_work_stays_after_an_error_or_a_cancel(build, short_media, vue):
    nodes, wires = faces_graph(short_media.clips[25])
    nodes += [
        # Ten minutes: nothing but a cancel ends that within the time a test has.
        ("audio", "EmptyAudio", {"duration": 600}),
        ("viseme", "LipSyncVisemeBackend", {}),
        ("save", "SaveVideo", {}),
    ]
    wires += [
        ("clip", 0, "apply", "source"), ("audio", 0, "apply", "audio"), ("viseme", 0, "apply", "backend"),
        ("apply", 0, "save", "video"),
    ]  # fmt: skip
    page = build(nodes, wires, vue)
    page.evaluate("() => made.apply.widgets.find(one => one.name === 'person').value = '9'")
    assert run(page) == "error"
    wait_until_clear(page)
    page.evaluate("() => made.apply.widgets.find(one => one.name === 'person').value = 'largest'")
    # Cancelled at the first frame, which the page has been told of: there is something to be taken away.
    page.evaluate(
        """() => {
            window.cancelledAt = null;
            const seen = ({detail: {nodes}}) => {
                const state = nodes[made.apply.id];
                if (state?.state !== 'running' || !(state.value > 0) || state.value >= state.max) return;
                app.api.removeEventListener('progress_state', seen);
                window.cancelledAt = [state.value, state.max];
                void app.extensionManager.command.execute('Comfy.Interrupt');
            };
            app.api.addEventListener('progress_state', seen);
        }"""
    )
    assert run(page) == "interrupted"
    done, total = page.evaluate("() => window.cancelledAt")
    assert 0 < done < total
    wait_until_clear(page)
    page.problems.clear()  # the page's own of the run that failed


@pytest.mark.parametrize(("language", "sung"), [("de", "gesungen"), ("ja", "歌唱中")])
def test_rows_beside_the_inputs_are_in_the_users_language(build, language, sung):
    page = build([("style", "LipSyncLyricStyle", {}), ("apply", "LipSyncApply", {})], language=language)
    page.get_by_label(sung, exact=True).first.wait_for(state="attached")
    chips = page.locator("[role=group] button")
    assert "largest" not in chips.all_inner_texts()
    assert page.problems == []
