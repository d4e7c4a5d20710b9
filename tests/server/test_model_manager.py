"""The model manager on a real server, with a hub that runs here and a set of its own in the catalogue."""

import json
import urllib.request

import pytest
from fake_hub import wait_for
from prompts import node, show

from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.engine.weights.transfer import CHUNK


@pytest.fixture
def client(manager):
    with ComfyClient(manager) as connected:
        yield connected


def prompt(action):
    return {
        "manager": node("LipSyncModelManager", models="nets", action=action),
        "show": show("manager", 0),
    }


def report(run):
    assert run.error is None, run.error
    (text,) = run.history["outputs"]["manager"]["text"]
    assert run.history["outputs"]["show"]["text"] == [text]
    return text


def test_download_cancel_resume_verify_and_convert(client, manager, no_nets, hub, contents):
    place = manager.base / "models" / "musetalk" / "nets" / "net.pth"
    text = report(client.run(prompt("status")))
    assert "Nets [nets], 2.0 MB: missing" in text
    assert "GPU:" in text
    assert hub.log == []

    # Cancelled in the middle, it keeps what it has.
    hub.faults.hold = 1_000_000
    prompt_id = client.queue(prompt("download"))
    part = place.with_name("net.pth.01234567.part")
    kept = hub.faults.hold // CHUNK * CHUNK
    wait_for(lambda: part.is_file() and part.stat().st_size == kept)
    client.interrupt()
    hub.faults.hold = None
    hub.released.set()
    assert client.wait(prompt_id, timeout=180).interrupted
    assert not place.exists()
    # The answer is not one of the cache, though no input has changed.
    assert "partial" in report(client.run(prompt("status")))

    run = client.run(prompt("download"))
    text = report(run)
    assert f"Installed: {place}" in text
    assert "Nets [nets], 2.0 MB: installed" in text
    assert place.read_bytes() == contents["net.pth"]
    (begun,) = [int(at.strip("bytes=-")) for server, at in hub.transfers() if server == "cdn" and at]
    assert begun >= kept
    assert any(shown.startswith("Downloading nets/net.pth (2.0 MB, MIT)") for shown in run.texts)
    totals = {
        node["max"]
        for state in run.of("progress_state")
        for node in state["nodes"].values()
        if node["max"] > 1
    }
    assert len(contents["net.pth"]) in totals

    assert report(client.run(prompt("verify"))).count("right ") == 2
    assert f"Made: {place.with_name('net.fp16.safetensors')}" in report(client.run(prompt("convert")))
    assert "installed, converted" in report(client.run(prompt("status")))


def test_what_fails_is_one_sentence(client, manager, hub):
    hub.faults.gated = True
    (manager.base / "models" / "musetalk" / "nets" / "net.json").unlink()
    run = client.run(prompt("download"))
    hub.faults.gated = False
    assert run.error is not None
    assert "accepted its terms" in run.error["exception_message"]
    assert run.error["exception_message"].strip().count("\n") == 0


def test_the_models_folders_are_known_to_comfyui(manager):
    with urllib.request.urlopen(f"{manager.url}/models", timeout=30) as answer:
        assert {"musetalk", "lipsync_align"} <= set(json.load(answer))
