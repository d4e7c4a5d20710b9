"""The sample on Lyric Style, in a real page."""

import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

ADD = """() => {
    window.look = LiteGraph.createNode('LipSyncLyricStyle');
    app.graph.add(look);
}"""
SET = """values => {
    for (const [name, value] of Object.entries(values)) {
        const widget = look.widgets.find(one => one.name === name);
        widget.value = value;
        widget.callback(value);
    }
}"""
PICTURE = "img[alt='Sample in this style']"
SHOWN = f'kind => document.querySelector("{PICTURE}")?.src.includes(kind)'


@pytest.fixture
def style_page(page):
    page.evaluate(ADD)
    page.wait_for_function(SHOWN, arg="blob:")
    return page


def colours(page):
    """Pixels of the sample, [H, W, 3], 0..255."""
    address = page.evaluate(
        f"""async () => {{
            const picture = document.querySelector("{PICTURE}");
            await picture.decode();
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
            canvas.getContext('2d').drawImage(picture, 0, 0);
            return canvas.toDataURL();
        }}"""
    )
    file = BytesIO(base64.b64decode(address.split(",")[1]))
    return np.asarray(Image.open(file).convert("RGB")).astype(int)


def test_the_sample_follows_the_widgets_and_the_run(style_page):
    page = style_page
    assert (colours(page).min(axis=2) > 200).sum() > 200
    before = page.evaluate(f'() => document.querySelector("{PICTURE}").src')
    # At once: of changes that come apart, each is drawn.
    page.evaluate(SET, {"shape": "1:1", "colour": "#00ff00"})
    page.wait_for_function(f'old => document.querySelector("{PICTURE}").src !== old', arg=before)
    green = colours(page)
    assert green.shape == (480, 480, 3)
    assert ((green[..., 1] > 200) & (green[..., 0] < 90)).sum() > 200

    page.evaluate(SET, {"colour": "reddish"})
    status = page.locator("[role=status]", has_text="reddish")
    status.wait_for(state="attached")
    assert '"reddish" is not a colour' in status.inner_text()
    page.evaluate(SET, {"colour": "#00ff00"})
    status.wait_for(state="detached")

    # The picture that it is to stand on is known once the node has run.
    page.evaluate(
        """() => {
            const picture = LiteGraph.createNode('EmptyImage');
            app.graph.add(picture);
            picture.connect(0, look, look.inputs.findIndex(one => one.name === 'background'));
            app.queuePrompt(0);
        }"""
    )
    page.wait_for_function(SHOWN, arg="/view?")
    assert colours(page).shape == (512, 512, 3)
    # Nothing of it is an input of the node.
    made = page.evaluate("async () => (await app.graphToPrompt()).output").values()
    (node,) = [one for one in made if one["class_type"] == "LipSyncLyricStyle"]
    assert "sample_view" not in node["inputs"]
    assert page.evaluate("() => look.hideOutputImages")
    assert page.problems == []


GRAPH = """() => {
    const make = (kind, name, value) => {
        const node = LiteGraph.createNode(kind);
        app.graph.add(node);
        const widget = node.widgets.find(one => one.name === name);
        if (widget) widget.value = value;
        return node;
    };
    const overlay = make('LipSyncLyricOverlay');
    const align = make('LipSyncAlignLyrics', 'lyrics', '[Chorus]\\nMoon\\nStar');
    const clip = make('LoadVideo', 'file', 'clip.mp4');
    const widget = clip.widgets.find(one => one.name === 'file');
    widget.callback?.(widget.value);
    const wire = (from, to, name) => from.connect(0, to, to.inputs.findIndex(one => one.name === name));
    wire(clip, overlay, 'video');
    wire(align, overlay, 'words');
    wire(look, overlay, 'style');
}"""
VALUES = "() => Object.fromEntries(look.widgets.map(one => [one.name, one.value]))"


def asked(page, act):
    """What the server was asked to draw, of the last request that follows."""
    with page.expect_request(lambda request: request.url.endswith("/lyric_style/preview")) as caught:
        act()
    return caught.value.post_data_json


def test_the_sample_is_of_the_connected_lyrics_in_the_videos_shape(style_page):
    page = style_page
    seen = []
    page.on("request", lambda request: "lyric_style/preview" in request.url and seen.append(request))
    page.evaluate(GRAPH)
    page.wait_for_function("() => document.querySelector('video')?.videoWidth")
    # As after anything that somebody does in the graph.
    page.evaluate("() => app.api.dispatchCustomEvent('graphChanged')")
    page.wait_for_timeout(800)
    drawn = seen[-1].post_data_json
    assert (drawn["sample"], drawn["frame"]) == ("Moon", [640, 640])
    drawn = asked(page, lambda: page.evaluate(SET, {"effect": "scrolling"}))
    assert drawn["sample"] == "Moon\nStar"
    assert page.problems == []


def test_looks_fonts_and_colours_write_into_the_inputs(style_page, pictures):
    page = style_page
    page.locator("button[title='social pill']").evaluate("one => one.click()")
    values = page.evaluate(VALUES)
    assert (values["pill"], values["words_shown"], values["emphasis"]) == ("#7c3aed", 3, "pop")
    assert values["font"] == ""

    swatch = page.locator("input[type=color][aria-label=text]")
    swatch.evaluate("one => { one.value = '#00ff00'; one.dispatchEvent(new Event('input')); }")
    assert page.evaluate(VALUES)["colour"] == "#00ff00"
    page.evaluate(SET, {"colour": "white", "box": "#10203080"})
    assert swatch.evaluate("one => one.value") == "#ffffff"
    box = page.locator("input[type=color][aria-label=box]")
    box.evaluate("one => { one.value = '#ff0000'; one.dispatchEvent(new Event('input')); }")
    assert page.evaluate(VALUES)["box"] == "#ff000080"
    box.evaluate("one => { window.chosen = 0; one.onclick = () => window.chosen++; }")
    page.get_by_role("button", name="No box").evaluate("one => one.click()")
    assert page.evaluate(VALUES)["box"] == ""
    # The choice of colours does not open over it.
    assert page.evaluate("() => window.chosen") == 0

    page.get_by_role("button", name="fonts found here").evaluate("one => one.click()")
    fonts = page.locator("#lipsync-fonts").get_by_role("option")
    fonts.get_by_text("Noto Sans Hebrew").first.wait_for()
    page.wait_for_function("() => document.querySelector('[role=option] img')?.naturalWidth > 40")
    page.screenshot(path=pictures / "fonts.png")
    page.get_by_role("searchbox", name="Find a font").fill("hebrew")
    assert fonts.filter(visible=True).count() == 1
    fonts.filter(visible=True).click()
    assert page.evaluate(VALUES)["font"] == "NotoSansHebrew"
    page.locator("#lipsync-fonts").wait_for(state="detached")
    # By position, as graphs of before have them: what is shown between them is not saved.
    saved = page.evaluate("() => look.serialize().widgets_values")
    assert saved[:4] == ["word highlight", "NotoSansHebrew", 0.09, "social"]
    assert len(saved) == 24
    assert page.problems == []


def test_every_colour_is_seen_in_a_node_of_usual_width(style_page):
    page = style_page
    page.evaluate("() => look.setSize([270, look.size[1]])")
    row = page.locator("input[type=color]").first.locator("xpath=ancestor::*[@role='group']")
    # A node is laid out anew when it is drawn.
    page.evaluate("() => app.canvas.setDirty(true, true)")
    page.wait_for_function("row => row.clientWidth > 200 && row.clientWidth < 270", arg=row.element_handle())
    names = row.locator("span")
    assert names.all_text_contents()[-1] == "shadow"
    cut = names.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth).length")
    assert cut == 0
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth && row.scrollHeight <= row.clientHeight")
