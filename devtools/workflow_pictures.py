"""Makes docs/workflows/: every template as the real page shows it when it is opened in a window of 1440×900,
and the one for lyric videos after a run.

Run as `python -m lipsync_studio.devtools.workflow_pictures`, or with short names of templates.
"""

from __future__ import annotations

import json
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from . import chromium, comfyui
from .demo import WORKFLOW, add_media
from .page import wait_until_ready
from .paths import ROOT
from .server import ComfyServer
from .templates import TEMPLATES, template

FOLDER = ROOT / "docs" / "workflows"
WIDTH, HEIGHT = 1440, 900
RUN_SECONDS = 1800

# As the list of templates does it.
OPEN = "([graph, name]) => app.loadGraphData(graph, true, true, name, {openSource: 'template'})"
RUN = """() => new Promise((resolve, reject) => {
    app.api.addEventListener('execution_success', () => resolve());
    app.api.addEventListener('execution_error', event => reject(event.detail.exception_message));
    void app.queuePrompt(0);
})"""


def picture(page: Any, short: str, *, run: bool) -> Image.Image:
    """What the page shows of a template."""
    graph = json.loads(template(short).read_text(encoding="utf-8"))
    # Loaded once: a player that comes late for a graph that is gone stays in the page.
    page.evaluate(OPEN, [graph, TEMPLATES[short]])
    if run:
        page.evaluate(RUN)
    # Players and pictures come when they have been fetched.
    page.wait_for_timeout(4000)
    # What tells that the run is done lies over the result for a while.
    page.wait_for_function("() => !document.querySelector('.p-toast-message')")
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def add_models(server: ComfyServer) -> None:
    """Empty files in the place of all weights, so that no notice of missing ones lies over the pictures."""
    for short in TEMPLATES:
        graph = json.loads(template(short).read_text(encoding="utf-8"))
        inside = [node for one in graph.get("definitions", {}).get("subgraphs", []) for node in one["nodes"]]
        for node in graph["nodes"] + inside:
            for model in node["properties"].get("models", ()):
                path = server.base / "models" / model["directory"] / model["name"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()


def main() -> None:
    comfy = comfyui.find()
    assert comfy, "There is no ComfyUI yet; `python dev.py test` fetches it."
    chosen = sys.argv[1:] or list(TEMPLATES)
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as base,
        ComfyServer(comfy, Path(base) / "base", log=Path(base) / "server.log") as server,
        sync_playwright() as playwright,
    ):
        add_media(server)
        add_models(server)
        browser = playwright.chromium.launch(executable_path=chromium.obtain(), args=chromium.FLAGS)
        for short in chosen:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(RUN_SECONDS * 1000)
            page.goto(server.url)
            wait_until_ready(page)
            shown = picture(page, short, run=short == WORKFLOW)
            shown.save(FOLDER / f"{short}.jpg", quality=85)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
