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

    page.evaluate("() => app.queuePrompt(0)")
    page.wait_for_function(SHOWN, arg="/view?")
    assert colours(page).shape == (960, 960, 3)
    # Nothing of it is an input of the node.
    (node,) = page.evaluate("async () => (await app.graphToPrompt()).output").values()
    assert "sample_view" not in node["inputs"]
    assert page.evaluate("() => look.hideOutputImages")
    assert page.problems == []
