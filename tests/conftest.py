"""A real ComfyUI server and a real browser, started once and only where a test asks for them."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np
import pytest

from lipsync_studio.devtools import chromium, comfyui
from lipsync_studio.devtools.page import wait_until_ready
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.weights.entries import WeightSet

TESTS = Path(__file__).parent
PAGE_SECONDS = 120
# Nothing listens there: partner nodes that a test starts must not reach their services.
NOWHERE = "http://127.0.0.1:9"

sys.path += [str(TESTS / "support")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for kind in ("server", "browser"):
            if item.path.is_relative_to(TESTS / kind):
                item.add_marker(kind)
    # The quick kinds first; the browser's last, because Playwright keeps an event loop running until it ends.
    # Of a kind the largest file first, so that processes that take a file at a time end together.
    sizes = {path: path.stat().st_size for path in {item.path for item in items}}
    kinds = ("browser", "server")
    items.sort(key=lambda item: (*(bool(item.get_closest_marker(kind)) for kind in kinds), -sizes[item.path]))


def pytest_runtest_setup() -> None:
    """Weights that a test draws are the same ones in any order of tests."""
    random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)


@pytest.fixture(scope="session")
def comfy() -> Path:
    """ComfyUI's folder."""
    found = comfyui.find()
    assert found, "There is no ComfyUI yet; `python dev.py test` fetches it."
    return found


@pytest.fixture(scope="session")
def server(comfy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running `devtools.server.ComfyServer` with the sample media in its input folder."""
    from lipsync_studio.devtools.server import ComfyServer

    folder = tmp_path_factory.mktemp("comfy")
    options = ["--cpu", "--comfy-api-base", NOWHERE]
    with ComfyServer(comfy, folder / "base", options, log=folder / "server.log") as running:
        for path in (ROOT / "demo").iterdir():
            running.add_input(path)
        yield running


@dataclass(frozen=True)
class ShortMedia:
    """A face in motion for 1.5 s at some frame rates, and the first line of a song, in the input folder."""

    clips: Mapping[int, str]
    song: str
    seconds: float
    words: str


@pytest.fixture(scope="session")
def short_media(server: Any) -> ShortMedia:
    """What workflows are run on, so that a run takes seconds."""
    return short_media_in(server.base / "input")


def short_media_in(folder: Path) -> ShortMedia:
    """The same in any server's input folder."""
    from media import write_h264, write_wav

    clips = {fps: f"short_{fps}.mp4" for fps in (24, 25, 30)}
    with av.open(str(ROOT / "demo" / "clip.mp4")) as container:
        frames = [
            frame.to_ndarray(format="rgb24", width=320, height=320)
            for frame, _ in zip(container.decode(video=0), range(45), strict=False)
        ]
    for fps, name in clips.items():
        write_h264(folder / name, frames[: fps * 3 // 2], fps, preset="veryfast")
    sound = Sound.load(ROOT / "demo" / "verse.mp3")
    seconds = 3.4
    write_wav(folder / "first_line.wav", sound.mono(16000)[: round(seconds * 16000)])
    return ShortMedia(clips, "first_line.wav", seconds, "Twinkle, twinkle, little star,")


# A custom node that adds a set to the catalogue when the server starts, by when all packs are imported, and
# makes files of known sets small. It also tells the server's routes.
OTHER_FILES = """
import sys
from aiohttp import web
from server import PromptServer

NODE_CLASS_MAPPINGS = {{}}

@PromptServer.instance.routes.get("/all_routes")
async def all_routes(request):
    return web.json_response([
        [route.method, route.resource.canonical, route.handler.__module__]
        for route in request.app.router.routes() if route.resource
    ])

async def change(app):
    for name, module in list(sys.modules.items()):
        if name.endswith("backends.catalogue"):
            entries = sys.modules[module.Catalogue.__module__]
            WeightFile, WeightSet = entries.WeightFile, entries.WeightSet
            module.CATALOGUE.sets["nets"] = {nets!r}
            for name, files in {small!r}.items():
                object.__setattr__(module.CATALOGUE.sets[name], "files", files)

PromptServer.instance.app.on_startup.append(change)
"""
DID_KEY = "Y2FuYXJ5QGV4YW1wbGUub3Jn:canary-Zx81-secret-password"


@pytest.fixture(scope="session")
def contents() -> dict[str, bytes]:
    """The files of the set "nets": a pickle of 2 MB and a small text."""
    import torch

    net = io.BytesIO()
    noise = torch.from_numpy(np.random.default_rng(2).standard_normal(500_000, np.float32))
    torch.save({"weight": noise}, net)
    return {"net.pth": net.getvalue(), "net.json": b'{"layers": 1}'}


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MuseTalk's files with small seeded networks."""
    from lipsync_studio.devtools.seeded_musetalk import write_seeded

    folder = tmp_path_factory.mktemp("seeded")
    write_seeded(folder)
    return folder


@pytest.fixture(scope="session")
def hub(contents: dict[str, bytes], seeded: Path) -> Iterator[Any]:
    """A model hub that runs here and has the files of "nets" and of a small MuseTalk."""
    from fake_hub import FakeHub
    from weight_entries import REPO, REVISION

    files = {str(path.relative_to(seeded)): path.read_bytes() for path in seeded.rglob("*.*")}
    with FakeHub() as running:
        for path, content in (contents | files).items():
            running.add(REPO, REVISION, path, content)
        yield running


@pytest.fixture(scope="session")
def cloud() -> Iterator[Any]:
    """A D-ID that runs here and knows `DID_KEY`."""
    from fake_did import FakeDID, Policy

    with FakeDID(DID_KEY, Policy(script=("done",))) as running:
        yield running


@pytest.fixture(scope="session")
def manager(
    comfy: Path,
    hub: Any,
    cloud: Any,
    contents: dict[str, bytes],
    seeded: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A server with "nets" and a small MuseTalk in its catalogue, `hub` and `cloud` in the place of the
    internet's, whose models folder is empty and whose user has nothing either: no weights and no key."""
    from weight_entries import weight_file

    from lipsync_studio.backends.catalogue import CATALOGUE
    from lipsync_studio.devtools.server import ComfyServer

    folder = tmp_path_factory.mktemp("manager")
    files = tuple(weight_file(content, path, path) for path, content in contents.items())
    small = {
        weights.name: tuple(
            weight_file((seeded / file.place).read_bytes(), file.name, file.place, place=file.place)
            for file in weights.files
            if (seeded / file.place).is_file()
        )
        for weights in CATALOGUE.select(["musetalk-v1.5", "musetalk-v1.0", "face-parsing"])
    }
    plugin = folder / "base" / "custom_nodes" / "one_more_set.py"
    plugin.parent.mkdir(parents=True)
    nets = WeightSet("nets", "Nets", "musetalk", files, "MIT.")
    plugin.write_text(OTHER_FILES.format(nets=nets, small=small))
    environment = {
        "HF_ENDPOINT": hub.url(),
        "HF_HOME": str(folder / "hf"),
        "HOME": str(folder / "home"),
        "LIPSYNC_MODELS": str(folder / "plain"),
        "DID_API_URL": cloud.url,
    }
    with ComfyServer(comfy, folder / "base", environment=environment, log=folder / "server.log") as running:
        yield running


@pytest.fixture
def no_nets(manager: Any, hub: Any) -> Path:
    """Where the files of "nets" will lie: none is there yet, and the hub was asked for none."""
    folder = manager.base / "models" / "musetalk" / "nets"
    shutil.rmtree(folder, ignore_errors=True)
    hub.faults = type(hub.faults)()
    hub.released.clear()
    hub.log.clear()
    return folder


@pytest.fixture
def client(server: Any) -> Iterator[Any]:
    """A `devtools.client.ComfyClient` of the server."""
    from lipsync_studio.devtools.client import ComfyClient

    with ComfyClient(server) as connected:
        yield connected


@pytest.fixture(scope="session")
def run_in_comfy(comfy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Runs `tests/server/scripts/NAME.py` in a process of its own that has imported ComfyUI; see in_comfy.py.

    base: ComfyUI's base directory, a new one if None. What the script prints as its last line, in JSON, is
    returned.
    """
    folder = TESTS / "server" / "scripts"
    command = [sys.executable, folder / "in_comfy.py", comfy, tmp_path_factory.mktemp("in_comfy")]
    # A process whose OpenMP has threads can't be forked.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    comfyui = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )

    def run(name: str, *arguments: str, base: Path | None = None) -> Any:
        place = base or tmp_path_factory.mktemp(name)
        output = tmp_path_factory.mktemp("output") / name
        task = {"words": [str(folder / f"{name}.py"), *arguments], "base": str(place), "output": str(output)}
        print(json.dumps({**task, "environment": dict(os.environ)}), file=comfyui.stdin, flush=True)
        code = comfyui.stdout.readline().strip()
        printed = output.read_text(encoding="utf-8")
        assert code == "0", f"exit code {code}: {printed}"
        return json.loads(printed.splitlines()[-1])

    with comfyui:
        assert comfyui.stdout.readline() == "ready\n"
        yield run


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Playwright's handle of a running Chromium."""
    from playwright.sync_api import expect, sync_playwright

    executable = chromium.find()
    assert executable, "There is no Chromium yet; `python dev.py test` installs it."
    # On a busy machine a page may take as long for a change as for its first picture.
    expect.set_options(timeout=PAGE_SECONDS * 1000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=chromium.FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def visit(browser: Any) -> Callable[[str], Any]:
    """Opens an address of any server in a page of its own; see `new_page`."""
    return lambda url: new_page(browser, url)


@pytest.fixture(scope="session")
def open_page(browser: Any, server: Any) -> Callable[..., Any]:
    """Opens an address of the server, its front page by default, in a page of its own; see `new_page`."""
    return lambda address="": new_page(browser, f"{server.url}/{address}")


@pytest.fixture(scope="session")
def server_page(open_page: Callable[..., Any]) -> Iterator[Any]:
    """One page of `server` for all who share it, because loading one takes longer than most tests."""
    fresh = open_page()
    fresh.problems_at_load = list(fresh.problems)
    yield fresh
    fresh.close()


@pytest.fixture
def page(server_page: Any) -> Any:
    """The page with an empty workflow, and without the errors of other tests.

    A new one, because the page remembers the values of a cleared graph's nodes.
    """
    server_page.evaluate("() => app.extensionManager.command.execute('Comfy.NewBlankWorkflow')")
    server_page.evaluate("() => app.canvas.ds.reset()")
    server_page.problems.clear()
    return server_page


@pytest.fixture(scope="session")
def manager_page(browser: Any, manager: Any) -> Iterator[Any]:
    """One page of `manager` for all who share it, because loading one takes long."""
    fresh = new_page(browser, manager.url)
    yield fresh
    fresh.close()


def new_page(browser: Any, url: str) -> Any:
    """A page in which ComfyUI's front end is ready; its `problems` collects the errors of this pack."""
    fresh = browser.new_page(viewport={"width": 1600, "height": 1000})
    fresh.set_default_timeout(PAGE_SECONDS * 1000)
    fresh.problems = []
    fresh.on("pageerror", lambda error: fresh.problems.append(str(error)))
    fresh.on("console", lambda message: _note_console(fresh.problems, message))
    fresh.on("dialog", lambda dialog: _answer(fresh.problems, dialog))
    fresh.goto(url)
    wait_until_ready(fresh)
    return fresh


def _answer(problems: list[str], dialog: Any) -> None:
    """The page asks before a graph is left that is not saved; nothing else may ask or alert."""
    if dialog.type != "beforeunload":
        problems.append(dialog.message)
    dialog.accept()


def _note_console(problems: list[str], message: Any) -> None:
    """Errors of this pack's own files; the front end's many are not ours to judge."""
    place = message.location.get("url", "")
    if urlsplit(place).hostname not in (None, "127.0.0.1"):
        return
    if message.type == "error" and "lipsync" in f"{place} {message.text}".lower():
        problems.append(f"{place}: {message.text}")
