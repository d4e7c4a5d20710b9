"""Every shipped workflow, loaded and converted by ComfyUI's own front end, is what the server accepts."""

import json
from pathlib import Path

import pytest

from lipsync_studio.devtools.paths import PACK_NAME, ROOT

WORKFLOWS = sorted((ROOT / "workflows").glob("*.json"))
TWINS = ROOT / "tests" / "workflows"


def convert(page, workflow: Path) -> dict:
    """The prompt, in API format, that the front end makes of a workflow."""
    return page.evaluate(
        """async workflow => {
            await app.loadGraphData(workflow);
            return (await app.graphToPrompt()).output;
        }""",
        json.loads(workflow.read_text(encoding="utf-8")),
    )


def without_titles(prompt: dict) -> dict:
    return {key: {k: v for k, v in node.items() if k != "_meta"} for key, node in prompt.items()}


def test_workflows_are_shipped_with_thumbnails():
    assert {path.stem for path in WORKFLOWS} >= {"lyric_video"}
    for path in WORKFLOWS:
        assert path.with_suffix(".jpg").is_file(), path


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_the_server_accepts_what_the_page_makes_of_a_workflow(page, client, workflow):
    prompt = convert(page, workflow)
    assert any(node["class_type"].startswith("LipSync") for node in prompt.values())
    client.cancel(client.queue(prompt))
    assert page.problems == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_the_page_makes_the_api_twin_of_a_workflow(page, workflow):
    twin = json.loads((TWINS / workflow.name).read_text(encoding="utf-8"))
    assert without_titles(convert(page, workflow)) == without_titles(twin)


def test_the_demos_address_opens_its_workflow(page, server):
    page.goto(f"{server.url}/?template=lyric_video&source={PACK_NAME}")
    page.wait_for_function("window.app?.graph?._nodes?.some(node => node.comfyClass === 'LipSyncApply')")
    assert page.problems == []
