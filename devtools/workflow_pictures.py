"""Makes docs/workflows/: every shipped workflow as the real front end shows it, and lyric_video after a run.

Run as `python -m lipsync_studio.devtools.workflow_pictures`, or with names of workflows.
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

FOLDER = ROOT / "docs" / "workflows"
# At less than about 0.6 the front end draws no texts; the side bar and the tabs stay outside the picture.
SCALE, LEFT, TOP = 0.7, 90, 110
# What the front end lays over the lower right corner.
RIGHT, BOTTOM = 480, 330
WIDEST = 2000
RUN_SECONDS = 1800

PLACE = """([scale, left, top]) => {
    const boxes = [...app.graph._nodes.map(node => node.getBounding()), ...app.graph._groups.map(
        group => [...group.pos, ...group.size])];
    const x = Math.min(...boxes.map(box => box[0])), y = Math.min(...boxes.map(box => box[1]));
    const right = Math.max(...boxes.map(box => box[0] + box[2]));
    const bottom = Math.max(...boxes.map(box => box[1] + box[3]));
    app.canvas.ds.scale = scale;
    app.canvas.ds.offset = [left / scale - x, top / scale - y];
    app.canvas.setDirty(true, true);
    return [(right - x) * scale, (bottom - y) * scale];
}"""
RUN = """() => new Promise((resolve, reject) => {
    app.api.addEventListener('execution_success', () => resolve());
    app.api.addEventListener('execution_error', event => reject(event.detail.exception_message));
    void app.queuePrompt(0);
})"""


def picture(page: Any, workflow: Path, *, run: bool) -> Image.Image:
    """What the page shows of a workflow."""
    graph = json.loads(workflow.read_text(encoding="utf-8"))
    # Loaded once: a player that comes late for a graph that is gone stays in the page.
    page.evaluate("graph => app.loadGraphData(graph)", graph)
    place = [SCALE, LEFT, TOP]
    width, height = (round(side) for side in page.evaluate(PLACE, place))
    page.set_viewport_size({"width": LEFT + width + RIGHT, "height": TOP + height + BOTTOM})
    page.evaluate(PLACE, place)
    if run:
        page.evaluate(RUN)
    # Players and pictures come when they have been fetched.
    page.wait_for_timeout(4000)
    edge = 8
    clip = {"x": LEFT - edge, "y": TOP - edge, "width": width + 2 * edge, "height": height + 2 * edge}
    shown = Image.open(BytesIO(page.screenshot(clip=clip))).convert("RGB")
    shown.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    return shown


def main() -> None:
    comfy = comfyui.find()
    assert comfy, "There is no ComfyUI yet; `python dev.py test` fetches it."
    chosen = sys.argv[1:] or [path.stem for path in sorted((ROOT / "workflows").glob("*.json"))]
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as base,
        ComfyServer(comfy, Path(base) / "base", log=Path(base) / "server.log") as server,
        sync_playwright() as playwright,
    ):
        add_media(server)
        browser = playwright.chromium.launch(executable_path=chromium.obtain(), args=chromium.FLAGS)
        for name in chosen:
            page = browser.new_page()
            page.set_default_timeout(RUN_SECONDS * 1000)
            page.goto(server.url)
            wait_until_ready(page)
            shown = picture(page, ROOT / "workflows" / f"{name}.json", run=name == WORKFLOW)
            shown.save(FOLDER / f"{name}.jpg", quality=82)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
