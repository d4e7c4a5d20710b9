"""An engine is a folder, a node module, a line and two texts: a toy put into a copy of the pack works."""

import json
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest
from fake_hub import FakeHub

from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.devtools.paths import PACK_NAME, ROOT
from lipsync_studio.devtools.server import ComfyServer

TOY = ROOT / "tests" / "support" / "toy"
SHADE = 200


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """The checkout with the toy in it."""
    folder = tmp_path_factory.mktemp("toy") / "base" / "custom_nodes" / PACK_NAME
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, tracked.stdout.decode().split("\0")):
        if not name.startswith(("tests/", "frontend/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    shutil.copytree(TOY, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    nodes = folder / "nodes" / "__init__.py"
    line = '    "viseme",\n'
    assert line in nodes.read_text(encoding="utf-8")
    nodes.write_text(nodes.read_text(encoding="utf-8").replace(line, line + '    "toy",\n'), encoding="utf-8")
    for place in folder.glob("locales/*/nodeDefs.json"):
        texts = json.loads(place.read_text(encoding="utf-8"))
        texts["LipSyncToyBackend"] = {"display_name": "Toy", "description": "Paints the face in one shade."}
        place.write_text(json.dumps(texts), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def toys():
    """A hub that has the toy's file."""
    with FakeHub() as hub:
        hub.add("toys/toy", "main", "shade.bin", bytes([SHADE]))
        yield hub


@pytest.fixture(scope="module")
def comfy_with_toy(comfy, pack, toys, tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy_server")
    environment = {"HF_ENDPOINT": toys.url(), "HF_HOME": str(folder), "HOME": str(folder)}
    with ComfyServer(comfy, pack.parents[1], environment=environment, log=folder / "server.log") as server:
        assert not pack.is_symlink()
        for name in ("portrait.jpg", "verse.mp3"):
            server.add_input(ROOT / "demo" / name)
        yield server


def command(pack, *arguments):
    done = subprocess.run([sys.executable, pack, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_has_its_flags_and_the_docs_its_line(pack):
    text = " ".join(command(pack, "render", "--backend", "toy", "--help").split())
    assert (
        "with --backend toy: --strength: how much of the paint shows: 0 to 1; --quality {matt,gloss}: how"
        in text
    )
    page = command(pack, "backends", "--markdown")
    assert "| **Toy**: Paints the face in one shade. | `toy` | repaints the mouth in footage |" in page
    assert "| `--quality` | `quality` | How the paint looks. |" in page
    assert "toy" in command(pack, "weights", "status")


def test_the_panel_installs_its_file_and_its_node_paints(visit, comfy_with_toy):
    page = visit(comfy_with_toy.url)
    page.get_by_role("button", name="LipSync Studio").first.click()
    row = page.locator("[data-set=toy]")
    page.locator(".ls-panel details").filter(has=row).locator("summary").first.click()
    row.get_by_role("button", name="Install: The toy's shade").click()
    row.get_by_text("Installed", exact=True).first.wait_for()
    assert page.problems == []
    page.close()
    prompt = {
        "picture": {"class_type": "LoadImage", "inputs": {"image": "portrait.jpg"}},
        "sound": {"class_type": "LoadAudio", "inputs": {"audio": "verse.mp3"}},
        "cut": {
            "class_type": "TrimAudioDuration",
            "inputs": {"audio": ["sound", 0], "start_index": 0.0, "duration": 0.4},
        },
        "backend": {"class_type": "LipSyncToyBackend", "inputs": {"strength": 1.0, "quality": "gloss"}},
        "apply": {
            "class_type": "LipSyncApply",
            "inputs": {
                "source": ["picture", 0], "audio": ["cut", 0], "backend": ["backend", 0], "length": "audio",
                "fill": "pingpong", "silence": "rest", "person": "largest",
            },
        },
        "frames": {"class_type": "GetVideoComponents", "inputs": {"video": ["apply", 0]}},
        "save": {
            "class_type": "SaveImage", "inputs": {"images": ["frames", 0], "filename_prefix": "toy"},
        },
        "report": {"class_type": "PreviewAny", "inputs": {"source": ["apply", 1]}},
    }  # fmt: skip
    with ComfyClient(comfy_with_toy) as client:
        run = client.run(prompt)
        assert run.error is None, run.error
        report = json.loads(run.history["outputs"]["report"]["text"][0])
        pictures = [path for path in client.output_files(run) if path.suffix == ".png"]
    assert report["backend"] == "Toy"
    assert "Painted gloss." in report["notes"]
    assert len(pictures) == report["frames"] == report["generated"] == 10
    for path in (pictures[0], pictures[-1]):
        painted = np.abs(cv2.imread(str(path)).astype(int) - SHADE).max(axis=2) <= 3
        assert painted.mean() > 0.02
