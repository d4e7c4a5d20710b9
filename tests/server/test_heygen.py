"""HeyGen's node on a real server, with a HeyGen that runs here: clips of a sound and of a text, their bill,
and where the key is to be found (nowhere)."""

import json
import time

import pytest
from calls import call
from fake_cloud import clips
from fake_heygen import VOICES, FakeHeyGen, Policy
from prompts import node, report_of, save_video, show

from lipsync_studio.backends.heygen.spec import TERMS
from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.devtools.server import ComfyServer
from lipsync_studio.engine.consent import Consents

KEY = "canary-Lt58-fourth-password"
SECONDS = 2.0
ROUTE = "/lipsync_studio/cloud"
TEXT = "Good morning, everyone. It is a nice day."  # the fake says ten characters a second


@pytest.fixture(scope="module")
def heygen():
    with FakeHeyGen(KEY, Policy(statuses=("completed",)), time.time) as running:
        yield running


@pytest.fixture(scope="module")
def own_server(comfy, heygen, tmp_path_factory):
    folder = tmp_path_factory.mktemp("heygen")
    environment = {"HEYGEN_API_URL": heygen.url, "HEYGEN_API_KEY": KEY}
    running = ComfyServer(comfy, folder / "base", environment=environment, log=folder / "log")
    for kind, content in (("face.jpg", clips.portrait()), ("voice.wav", clips.voice(SECONDS, 3000))):
        (running.base / "input" / kind).write_bytes(content)
    with running:
        yield running


def prompt(**inputs):
    values = {"consent": True, "max_credits": 100, "use_first_frame": False, "resolution": "1080p"}
    wires = {"source": ["face", 0], "audio": ["voice", 0], "backend": ["backend", 0]}
    return {
        "face": node("LoadImage", image="face.jpg"),
        "voice": node("LoadAudio", audio="voice.wav"),
        "backend": node("LipSyncHeyGenBackend", **(values | {"expressiveness": "low"} | inputs)),
        "apply": node(
            "LipSyncApply", **wires, length="audio", fill="pingpong", silence="rest", person="largest"
        ),
        "save": save_video("apply", 0, prefix="heygen"),
        "report": show("apply", 1),
    }


def test_a_picture_speaks_once_and_only_after_consent(own_server, heygen):
    with ComfyClient(own_server) as client:
        assert "agree to that first" in client.run(prompt(consent=False)).error["exception_message"]
        said = client.run(prompt()).error["exception_message"]
        assert "You have not agreed to the sending of pictures, voices and texts to HeyGen" in said
        assert heygen.log == []
        status, answer = call(own_server, f"{ROUTE}/heygen/consent", {"consent": True})
        assert (status, json.loads(answer)["name"]) == (200, TERMS.name)
        assert Consents(own_server.base / "user" / "__lipsync_studio" / "heygen").given(TERMS)
        run = client.run(prompt())
        assert run.error is None
        report = report_of(run)
        assert "US cents used: 10 (balance before and after)." in report["notes"]
        assert report["duration"] == SECONDS
        assert client.run(prompt(motion=" ")).error is None
        assert len(heygen.made()) == 1
        assert (
            "more than the 5 allowed" in client.run(prompt(max_credits=5, again=1)).error["exception_message"]
        )
        assert len(heygen.made()) == 1
        spoken = report_of(client.run(prompt(text=TEXT, voice=VOICES[0]["voice_id"])))
        assert spoken["duration"] == pytest.approx(len(TEXT) / 10, abs=0.21)
        assert len(heygen.made()) == 2
    places = [path for path in own_server.base.rglob("*") if path.is_file()]
    assert [path for path in places if b"canary" in path.read_bytes()] == []


def test_the_page_is_told_of_it(own_server):
    assert "heygen" in {each["name"] for each in json.loads(call(own_server, ROUTE)[1])}
    account = json.loads(call(own_server, f"{ROUTE}/heygen")[1])
    assert (account["source"], account["units"]) == ("the environment variable HEYGEN_API_KEY", "US cents")
    balance = json.loads(call(own_server, f"{ROUTE}/heygen/credits")[1])
    assert (balance["remaining"] <= 500_000, balance["allowed"]) == (True, 2000)
