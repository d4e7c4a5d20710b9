"""Makes docs/editor.png: the timestamp editor on a verse for two voices, some of it doubtful or changed.

Run as `python -m lipsync_studio.devtools.editor_picture`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from . import chromium, comfyui
from .demo import add_media
from .editor_page import build, load, open_editor
from .paths import ROOT
from .server import ComfyServer

PICTURE = ROOT / "docs" / "editor.png"
_PATIENCE_MS = 600_000
# Voice, beginning of each word and the end of the last, seconds; words, "?" after a doubtful one and "~"
# after one whose time is a guess.
_VERSE = (
    ("Anna", (0.38, 1.08, 1.87, 2.52, 3.1), "Twinkle, twinkle, little star,"),
    ("Ben", (3.8, 4.16, 4.52, 5.24, 5.6, 5.96, 6.6), "How I wonder? what you are."),
    ("Anna", (7.3, 7.66, 8.38, 8.74, 9.1, 9.46, 10.1), "Up above the world so high,"),
    ("Ben", (8.1, 8.5, 9.4), "(Up~ above)~"),
    ("Anna", (10.7, 11.06, 11.42, 12.14, 12.5, 12.86, 13.5), "Like a diamond in the sky."),
)
_SURE = {"?": 0.35, "~": 0.2}
_CONNECT = """() => {
    const make = type => {
        const node = LiteGraph.createNode(type);
        app.graph.add(node);
        return node;
    };
    const [overlay, style] = [make('LipSyncLyricOverlay'), make('LipSyncLyricStyle')];
    const slot = name => overlay.inputs.findIndex(input => input.name === name);
    editor.connect(0, overlay, slot('words'));
    style.connect(0, overlay, slot('style'));
    style.widgets.find(widget => widget.name === 'size').value = 0.09;
    document.querySelectorAll('.p-toast-close-button').forEach(one => one.click());
}"""


def main() -> None:
    comfy = comfyui.find() or comfyui.fetch()
    with (
        tempfile.TemporaryDirectory() as base,
        ComfyServer(comfy, Path(base, "base"), log=Path(base, "server.log")) as server,
        sync_playwright() as playwright,
    ):
        add_media(server)
        browser = playwright.chromium.launch(executable_path=chromium.obtain(), args=chromium.FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_PATIENCE_MS)
        load(page, server.url)
        build(page, _verse(), "verse.mp3", "json")
        page.evaluate(_CONNECT)
        dialog = open_editor(page)
        dialog.get_by_role("button", name="Whole song").click()
        dialog.get_by_role("option", name="diamond").click()
        page.keyboard.press("Alt+Shift+ArrowRight")
        dialog.get_by_role("option", name="above, ").first.click()
        page.keyboard.press("Alt+ArrowRight")
        page.wait_for_function("() => document.querySelector('.look img')?.naturalWidth")
        # The picture at the cursor comes a little after it.
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURE)
        browser.close()


def _verse() -> str:
    lines = []
    for voice, times, text in _VERSE:
        words = [
            {
                "text": word.rstrip("?~"),
                "start": start,
                "end": end,
                "confidence": _SURE.get(word[-1], 1.0),
            }
            for word, start, end in zip(text.split(), times[:-1], times[1:], strict=True)
        ]
        lines.append({"voice": voice, "words": words})
    return json.dumps({"language": "en", "engine": "", "lines": lines})


if __name__ == "__main__":
    main()
