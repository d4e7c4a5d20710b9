"""sync.so's node on a real server, with a sync.so that runs here: a clip, its bill, and where the key
is to be found (nowhere)."""

import json

import pytest
from calls import call
from fake_cloud import clips
from fake_syncso import FakeSyncSo, Policy
from prompts import node, report_of, save_video, show

from lipsync_studio.backends.syncso.spec import TERMS
from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.devtools.server import ComfyServer
from lipsync_studio.engine.consent import Consents

KEY = "canary-Pw63-third-password"
SECONDS = 2.0
ROUTE = "/lipsync_studio/cloud"


@pytest.fixture(scope="module")
def syncso():
    import time

    with FakeSyncSo(KEY, Policy(paints=True), time.time) as running:
        yield running


@pytest.fixture(scope="module")
def own_server(comfy, syncso, tmp_path_factory):
    folder = tmp_path_factory.mktemp("syncso")
    environment = {"SYNC_API_URL": syncso.url, "SYNC_API_KEY": KEY}
    running = ComfyServer(comfy, folder / "base", environment=environment, log=folder / "log")
    for kind, content in (("face.jpg", clips.portrait()), ("voice.wav", clips.voice(SECONDS, 3000))):
        (running.base / "input" / kind).write_bytes(content)
    with running:
        yield running


def prompt(**inputs):
    values = {"consent": True, "max_credits": 100, "model": "lipsync-2"}
    wires = {"source": ["clip", 0], "audio": ["voice", 0], "backend": ["backend", 0]}
    return {
        "face": node("LoadImage", image="face.jpg"),
        "many": node("RepeatImageBatch", image=["face", 0], amount=50),
        "clip": node("CreateVideo", images=["many", 0], fps=25),
        "voice": node("LoadAudio", audio="voice.wav"),
        "backend": node("LipSyncSyncSoBackend", **(values | inputs)),
        "apply": node(
            "LipSyncApply", **wires, length="audio", fill="pingpong", silence="rest", person="largest"
        ),
        "save": save_video("apply", 0, prefix="syncso"),
        "report": show("apply", 1),
    }


def test_footage_is_dubbed_once_and_only_after_consent(own_server, syncso):
    with ComfyClient(own_server) as client:
        assert "agree to that first" in client.run(prompt(consent=False)).error["exception_message"]
        said = client.run(prompt()).error["exception_message"]
        assert "You have not agreed to the sending of footage, pictures and voices to sync.so" in said
        assert syncso.stored == {}
        status, answer = call(own_server, f"{ROUTE}/syncso/consent", {"consent": True})
        assert (status, json.loads(answer)["name"]) == (200, TERMS.name)
        assert Consents(own_server.base / "user" / "__lipsync_studio" / "syncso").given(TERMS)
        run = client.run(prompt())
        assert run.error is None
        report = report_of(run)
        assert "Price named by sync.so: 20 US cents." in report["notes"]
        assert report["frames"] == 50
        assert client.run(prompt(occlusion=False)).error is None
        assert len(syncso.made()) == 1
        assert (
            "more than the 5 allowed" in client.run(prompt(max_credits=5, again=1)).error["exception_message"]
        )
        assert len(syncso.made()) == 1
    places = [path for path in own_server.base.rglob("*") if path.is_file()]
    assert [path for path in places if b"canary" in path.read_bytes()] == []


def test_the_page_is_told_of_all_services(own_server):
    listed = json.loads(call(own_server, ROUTE)[1])
    assert {"did", "syncso"} <= {each["name"] for each in listed}
    account = json.loads(call(own_server, f"{ROUTE}/syncso")[1])
    assert (account["source"], account["units"]) == ("the environment variable SYNC_API_KEY", "US cents")
    balance = json.loads(call(own_server, f"{ROUTE}/syncso/credits")[1])
    assert (balance["remaining"], balance["allowed"]) == (None, 2000)
    assert call(own_server, f"{ROUTE}/nobody")[0] == 404
