"""Where ComfyUI runs with --disable-api-nodes there is nothing of cloud services, as there is nothing of its
own paid nodes: no node, no route, no call. Everything else is there."""

import pytest
from calls import ask, call
from fake_did import FakeDID
from prompts import node

from lipsync_studio.devtools.server import ComfyServer

KEY = "Y2FuYXJ5QGV4YW1wbGUub3Jn:canary-Zx81-secret-password"
CLOUD = {
    "LipSyncDIDBackend",
    "LipSyncDIDTalk",
    "LipSyncDIDVoices",
    "LipSyncDIDStatus",
    "LipSyncHeyGenBackend",
    "LipSyncSyncSoBackend",
    "LipSyncSynthesiaVideo",
}
PREFIX = "/lipsync_studio"


@pytest.fixture(scope="module")
def did():
    with FakeDID(KEY) as running:
        yield running


@pytest.fixture(scope="module")
def disabled(comfy, did, tmp_path_factory):
    folder = tmp_path_factory.mktemp("disabled")
    environment = {"DID_API_URL": did.url, "DID_API_KEY": KEY}
    options = ["--cpu", "--disable-api-nodes"]
    log = folder / "server.log"
    with ComfyServer(comfy, folder / "base", options, environment=environment, log=log) as running:
        yield running


def test_only_their_nodes_are_gone(disabled, run_in_comfy):
    status, listed = ask(disabled, "/object_info")
    assert status == 200
    ours = {name for name in listed if name.startswith("LipSync")}
    everything = set(run_in_comfy("list_nodes"))
    assert everything >= CLOUD
    assert {name for name in ours if name in everything} == everything - CLOUD


def test_a_graph_with_one_of_them_is_refused(disabled, did):
    prompt = {"1": node("LipSyncDIDStatus")}
    status, said = ask(disabled, "/prompt", {"prompt": prompt})
    assert status == 400
    assert "LipSyncDIDStatus" in str(said)
    assert did.log == []


@pytest.mark.parametrize("path", ["", "/did", "/did/credits", "/did/key", "/did/consent", "/heygen"])
def test_their_routes_are_closed(disabled, did, path):
    assert call(disabled, f"{PREFIX}/cloud{path}")[0] == 404
    assert did.log == []


@pytest.mark.parametrize(("name", "value"), [("key", "a:b"), ("consent", True)])
def test_nothing_of_an_account_can_be_changed(disabled, name, value):
    assert call(disabled, f"{PREFIX}/cloud/did/{name}", {name: value})[0] in (404, 405)
    assert not (disabled.base / "user" / "__lipsync_studio" / "did").exists()


@pytest.mark.parametrize("path", ["/models", "/licences", "/templates"])
def test_the_rest_of_the_page_is_served(disabled, path):
    assert ask(disabled, f"{PREFIX}{path}")[0] == 200
