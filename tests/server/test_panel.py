"""The routes behind the page's panel on a real server, with a hub and a D-ID that run here."""

import json

import pytest
from calls import ask
from fake_hub import wait_for

from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.devtools.paths import PACK_NAME

MODELS, DID = "/lipsync_studio/models", "/lipsync_studio/cloud/did"
KEY = "Y2FuYXJ5QGV4YW1wbGUub3Jn:canary-Zx81-secret-password"


@pytest.fixture
def nets(manager, no_nets):
    """Asks for the set and its last job."""

    def look():
        status, answer = ask(manager, MODELS)
        assert status == 200
        (found,) = (each for each in answer["sets"] if each["name"] == "nets")
        return found, answer["jobs"].get("nets")

    return look


def act(manager, action, name="nets", **headers):
    return ask(manager, f"{MODELS}/{name}/{action}", {}, **headers)


def ended(nets):
    wait_for(lambda: nets()[1]["state"] not in ("running", "stopping"))
    return nets()[1]


def test_what_there_is_is_what_the_model_manager_knows(manager, nets, hub):
    status, answer = ask(manager, MODELS)
    assert status == 200
    assert {"gpus", "folder", "free_bytes", "to_download_bytes", "sets", "bundles", "jobs"} == set(answer)
    names = [each["name"] for each in answer["sets"]]
    assert {"musetalk-v1.5", "dwpose", "whisper-tiny", "nets"} <= set(names)
    assert set(answer["bundles"]["all-musetalk-v1.5"]) <= set(names)
    found, _ = nets()
    assert (found["state"], found["licence"]) == ("missing", "MIT.")
    assert [file["name"] for file in found["files"]] == ["net.pth", "net.json"]
    assert answer["folder"] == str(manager.base / "models" / "musetalk")
    assert hub.log == []


def test_install_cancel_resume_and_verify_are_told_to_the_page(manager, nets, no_nets, hub, contents):
    with ComfyClient(manager) as page:
        hub.faults.hold = 1_000_000
        assert act(manager, "install")[0] == 200
        part = no_nets / "net.pth.01234567.part"
        wait_for(lambda: part.is_file() and part.stat().st_size > 900_000)
        status, answer = act(manager, "install")
        assert (status, "being worked on" in answer["error"]) == (409, True)
        assert act(manager, "cancel")[1]["state"] == "stopping"
        hub.faults.hold = None
        hub.released.set()
        assert ended(nets)["state"] == "cancelled"
        assert act(manager, "cancel")[0] == 409
        assert nets()[0]["state"] == "partial"

        act(manager, "install")
        assert ended(nets)["state"] == "done"
        assert (no_nets / "net.pth").read_bytes() == contents["net.pth"]
        begun = [int(at.strip("bytes=-")) for place, at in hub.transfers() if place == "cdn" and at]
        assert begun[-1:] > [900_000]

        act(manager, "verify")
        assert ended(nets)["right"] == ["nets/net.pth", "nets/net.json"]
        # A later prompt is what this client waits for, so that everything before it has come.
        run = page.run({"show": {"class_type": "PreviewAny", "inputs": {"source": "x"}}})
        states = [event.data["state"] for event in run.events if event.kind == "lipsync.models"]
    assert [state for at, state in enumerate(states) if states[at - 1 : at] != [state]] == [
        "running", "stopping", "cancelled", "running", "done", "running", "done",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["nettles/install", "..%2Fnets/install", "%2Fetc%2Fpasswd/verify", "all-musetalk/install", "nets/delete"],
)
def test_what_is_not_in_the_catalogue_is_not_there(manager, nets, hub, path):
    before = nets()[1]
    status, _ = ask(manager, f"{MODELS}/{path}", {})
    assert status == 404
    assert nets()[1] == before
    assert hub.log == []


FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Host": "rebound.example"},
    {"Host": "rebound.example", "Origin": "http://rebound.example", "Sec-Fetch-Site": "same-origin"},
    {"Host": "127.0.0.1.rebound.example"},
]


def test_every_route_of_the_pack_is_for_its_own_page_alone(manager, nets, hub):
    routes = {
        (method, path)
        for method, path, module in ask(manager, "/all_routes")[1]
        if module.startswith(str(manager.base / "custom_nodes")) and ".nodes." in module
    }
    prefixes = ("/lipsync_studio/", f"/workflow_templates/{PACK_NAME}/")
    own = {(method, path) for method, path in routes if path.startswith(prefixes)}
    # ComfyUI has each of them below /api, too.
    assert routes == own | {(method, f"/api{path}") for method, path in own}
    places = {path.removeprefix("/lipsync_studio/") for _, path in own}
    assert places >= {
        "cloud/{name}",
        "cloud/{name}/consent",
        "cloud/{name}/credits",
        "cloud/{name}/key",
        "lyric_style/preview",
        "samples",
        "templates",
    }
    assert places >= {"models", "models/{name}/{action}"}
    before = nets()[1]
    for method, path in routes:
        body = {} if method == "POST" else None
        for headers in FOREIGN if method != "HEAD" else ():
            for action in ("install", "verify", "cancel") if "{action}" in path else ("",):
                status, _ = ask(manager, path.format(name="nets", action=action), body, **headers)
                assert status == 403, (method, path, action, headers)
    assert nets()[1] == before
    assert hub.log == []


def test_the_servers_own_page_and_programs_are_not(manager, nets):
    own = {"Origin": manager.url, "Sec-Fetch-Site": "same-origin"}
    port = manager.url.rpartition(":")[2]
    names = ({"Host": f"localhost:{port}"}, {"Host": f"studio.local:{port}"}, {"Host": "nas"})
    for headers in ({}, own, *names):
        assert ask(manager, MODELS, **headers)[0] == 200, headers
    assert act(manager, "install", **{"Content-Type": "text/plain", **own})[0] == 415


def test_the_account_is_shown_without_its_key(manager, cloud):
    empty = {
        "source": "",
        "enabled": True,
        "problem": "",
        "units": "credits",
        "site": "D-ID's Studio",
        "command": "did",
        "jobs": [],
    }
    assert ask(manager, DID) == (200, empty)
    status, answer = ask(manager, f"{DID}/credits")
    assert (status, answer["error"].startswith("No D-ID key is set")) == (502, True)
    folder = manager.base / "user" / "__lipsync_studio" / "did"
    assert not (folder / "jobs.sqlite").exists()

    assert ask(manager, "/lipsync_studio/cloud/did/key", {"key": KEY})[0] == 200
    asked = len(cloud.log)
    status, answer = ask(manager, DID)
    assert (status, answer) == (200, {**empty, "source": "the key file"})
    assert len(cloud.log) == asked
    status, answer = ask(manager, f"{DID}/credits")
    assert status == 200
    assert answer["remaining"] == answer["total"] == 1000
    assert (answer["spent"], answer["allowed"]) == (0, 40)
    assert "canary" not in json.dumps(answer)
    ask(manager, "/lipsync_studio/cloud/did/key", {"key": ""})
