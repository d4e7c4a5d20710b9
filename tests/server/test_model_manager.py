"""The model manager on a real server, with a hub that runs here and a set of its own in the catalogue."""

import shutil

import pytest
import torch
from calls import ask
from fake_hub import wait_for
from prompts import finished, node, show

from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.engine.weights.hub import CHUNK


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


def loading(**inputs):
    """Load MuseTalk as one of its nodes does; `version` comes over a wire."""
    text = {"class_type": "PrimitiveString", "inputs": {"value": "v1.5"}}
    wires = {"switch": True, "on_true": ["text", 0], "on_false": ["text", 0]}
    given = {"version": ["switch", 0], "download_missing": True, **inputs}
    return {
        "text": text,
        "switch": {"class_type": "ComfySwitchNode", "inputs": wires},
        "model": {"class_type": "LipSyncMuseTalkLoader", "inputs": given},
        "show": {"class_type": "PreviewAny", "inputs": {"source": ["model", 0]}},
    }


@pytest.mark.parametrize("wired", [False, True], ids=["chosen", "wired"])
def test_a_run_that_fetches_is_not_repeated(client, manager, hub, wired):
    """What was fetched is what the first run had said it would load; a broken copy, and what is replaced, is
    loaded anew."""
    folder = manager.base / "models" / "musetalk"
    unet = folder / "musetalkV15" / "unet.pth"
    for place in ("musetalkV15", "sd-vae", "whisper", "face-parse-bisent"):
        shutil.rmtree(folder / place, ignore_errors=True)
    hub.log.clear()
    prompt = loading() if wired else loading(version="v1.5")

    def loaded():
        run = finished(client, prompt)
        return "model" not in {node for data in run.of("execution_cached") for node in data["nodes"]}

    assert loaded() is True
    assert len({request.path for request in hub.log if request.server == "hub"}) == 6
    content = unet.read_bytes()
    assert loaded() is False
    unet.write_bytes(content[:-1000])
    assert loaded() is False  # it would be fetched anew, and so be what was loaded
    prompt["model"]["inputs"]["precision"] = "float32"
    assert loaded() is True
    assert unet.read_bytes() == content
    assert loaded() is False
    net = torch.load(unet, weights_only=True)
    torch.save({name: tensor + 1 for name, tensor in net.items()}, unet)
    assert loaded() is True
    assert loaded() is False


def test_what_fails_is_one_sentence(client, manager, hub):
    hub.faults.gated = True
    (manager.base / "models" / "musetalk" / "nets" / "net.json").unlink()
    run = client.run(prompt("download"))
    hub.faults.gated = False
    assert run.error is not None
    assert "accepted its terms" in run.error["exception_message"]
    assert run.error["exception_message"].strip().count("\n") == 0


def test_the_models_folders_are_known_to_comfyui(manager):
    assert {"musetalk", "lipsync_align"} <= set(ask(manager, "/models")[1])
