"""Synthesia's node on a real server, with a Synthesia that runs here: a clip, its bill, and where the key
is to be found (nowhere)."""

import json
import time

import pytest
from calls import call
from fake_cloud import clips
from fake_synthesia import FakeSynthesia, Policy
from prompts import node, report_of, save_video, show

from lipsync_studio.backends.synthesia.spec import TERMS
from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.devtools.server import ComfyServer
from lipsync_studio.engine.consent import Consents

KEY = "canary-Qm27-fourth-password"
ROUTE = "/lipsync_studio/cloud"


@pytest.fixture(scope="module")
def synthesia():
    with FakeSynthesia(KEY, Policy(), time.time) as running:
        yield running


@pytest.fixture(scope="module")
def own_server(comfy, synthesia, tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthesia")
    environment = {"SYNTHESIA_API_URL": synthesia.url, "SYNTHESIA_API_KEY": KEY}
    running = ComfyServer(comfy, folder / "base", environment=environment, log=folder / "log")
    (running.base / "input" / "voice.wav").write_bytes(clips.voice(2.0, 3000))
    with running:
        yield running


def prompt(audio=False, **inputs):
    values = {"avatar": "anna_costume1_cameraA", "text": "Hello there", "test": True, "max_credits": 2}
    if audio:
        values |= {"text": "", "audio": ["voice", 0], "language": "de-DE"}
    return {
        "voice": node("LoadAudio", audio="voice.wav"),
        "avatar": node("LipSyncSynthesiaVideo", **(values | {"consent": True} | inputs)),
        "save": save_video("avatar", 0, prefix="synthesia"),
        "report": show("avatar", 1),
    }


def test_an_avatar_speaks_once_and_only_after_consent(own_server, synthesia):
    with ComfyClient(own_server) as client:
        assert "agree to that first" in client.run(prompt(consent=False)).error["exception_message"]
        said = client.run(prompt()).error["exception_message"]
        assert "You have not agreed to the sending of voices and texts to Synthesia" in said
        assert synthesia.requests("POST /v2/videos") == []
        status, answer = call(own_server, f"{ROUTE}/synthesia/consent", {"consent": True})
        assert (status, json.loads(answer)["name"]) == (200, TERMS.name)
        assert Consents(own_server.base / "user" / "__lipsync_studio" / "synthesia").given(TERMS)
        report = report_of(client.run(prompt()))
        assert report["video"] in synthesia.videos
        assert report["estimate"]["credits"] == 0
        assert client.run(prompt(max_credits=3)).error is None  # another node's run, the same order
        assert len(synthesia.made()) == 1
        report = report_of(client.run(prompt(audio=True, test=False)))
        assert report["estimate"]["credits"] == 1
        assert synthesia.charged() == 1
        both = client.run(prompt(audio=True, text="Hello")).error["exception_message"]
        assert "empty the text or disconnect the audio" in both
        assert "nothing to say" in client.run(prompt(text=" ")).error["exception_message"]
    places = [path for path in own_server.base.rglob("*") if path.is_file()]
    assert [path for path in places if b"canary" in path.read_bytes()] == []


def test_the_page_has_a_tab_for_it(own_server):
    listed = json.loads(call(own_server, ROUTE)[1])
    assert {"name": "synthesia", "title": "Synthesia", "sends": "a text or a voice"} in listed
    account = json.loads(call(own_server, f"{ROUTE}/synthesia")[1])
    assert (account["source"], account["units"]) == ("the environment variable SYNTHESIA_API_KEY", "minutes")
    balance = json.loads(call(own_server, f"{ROUTE}/synthesia/credits")[1])
    assert (balance["remaining"], balance["spent"], balance["allowed"]) == (None, 1, 20)
