"""The D-ID nodes on a real server, with a D-ID that runs here: clips, bills, cancel, restart, and where the
key is to be found (nowhere)."""

import base64
import json
import stat
from contextlib import contextmanager

import av
import pytest
from calls import call
from fake_did import FakeDID, Fault, Policy, clips
from fake_hub import wait_for
from prompts import finished, node, report_of, save_video, shipped_portrait, show, shown

from lipsync_studio.backends.did.spec import TERMS
from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.server import ComfyServer
from lipsync_studio.did_client import SERVICE
from lipsync_studio.engine.consent import Consents

PASSWORD = "canary-Zx81-secret-password"
KEY = f"Y2FuYXJ5QGV4YW1wbGUub3Jn:{PASSWORD}"
FILE_KEY = "c2Vjb25kQGV4YW1wbGUub3Jn:canary-Qy47-second-password"
SECONDS = 2.0


@pytest.fixture(scope="module")
def did():
    with FakeDID(KEY, Policy(script=("done",))) as running:
        yield running


@pytest.fixture(scope="module")
def start(comfy, did, tmp_path_factory):
    """Starts ComfyUI servers that share a base directory, as one that is stopped and started does."""
    folder = tmp_path_factory.mktemp("did")
    environment = {"DID_API_URL": did.url, "DID_API_KEY": KEY}

    def make(name):
        running = ComfyServer(comfy, folder / "base", environment=environment, log=folder / f"{name}.log")
        for kind, content in (("face.jpg", clips.portrait()), ("voice.wav", clips.voice(SECONDS))):
            (running.base / "input" / kind).write_bytes(content)
        running.add_input(ROOT / "demo" / "portrait.jpg")
        Consents(running.base / "user" / "__lipsync_studio" / "did").give(TERMS)
        return running

    return make


@pytest.fixture(scope="module")
def did_server(start):
    with start("first") as running:
        yield running


@pytest.fixture
def did_client(did_server):
    with ComfyClient(did_server) as connected:
        yield connected


class Bill:
    """What D-ID made and charged since the test began."""

    def __init__(self, service):
        self._service, self._before, self._charged = service, set(service.talks), service.charged

    @property
    def talks(self):
        return [talk for key, talk in self._service.talks.items() if key not in self._before]

    @property
    def charged(self):
        return self._service.charged - self._charged


@pytest.fixture(autouse=True)
def bill(did):
    """Orders of one test are told from those of others by `again`."""
    did.policy.script, did.policy.faces = ("done",), 1
    did.faults, did.log = [], []
    did.counts.clear()
    return Bill(did.service)


PERMISSION = {"consent": True, "max_credits": 4}


def talk_prompt(again, **inputs):
    values = {"text": "", "provider": "microsoft", "voice": "Jenny", "ssml": False, **PERMISSION}
    if "text" not in inputs:
        values["audio"] = ["voice", 0]
    return {
        "face": node("LoadImage", image="face.jpg"),
        "voice": node("LoadAudio", audio="voice.wav"),
        "talk": node("LipSyncDIDTalk", image=["face", 0], again=again, **(values | inputs)),
        "save": save_video("talk", 0, prefix="did"),
        "report": show("talk", 1),
    }


def apply_prompt(again, source, **inputs):
    values = {"use_first_frame": False, **PERMISSION}
    wires = {"source": [source, 0], "audio": ["voice", 0], "backend": ["backend", 0]}
    return {
        "face": node("LoadImage", image="face.jpg"),
        "clip": node("CreateVideo", images=["many", 0], fps=25),
        "many": node("RepeatImageBatch", image=["face", 0], amount=5),
        "voice": node("LoadAudio", audio="voice.wav"),
        "backend": node("LipSyncDIDBackend", again=again, **(values | inputs)),
        "apply": node(
            "LipSyncApply", **wires, length="audio", fill="pingpong", silence="rest", person="largest"
        ),
        "save": save_video("apply", 0, prefix="did"),
        "report": show("apply", 1),
    }


def length(path):
    """Seconds of picture and of sound."""
    with av.open(str(path)) as container:
        pictures = list(container.decode(video=0))
        frame = 1 / float(container.streams.video[0].average_rate)
    picture = float(pictures[-1].pts * pictures[-1].time_base) + frame
    with av.open(str(path)) as container:
        return picture, sum(f.samples / f.sample_rate for f in container.decode(audio=0))


def mp4(client, run):
    return next(path for path in client.output_files(run) if path.suffix == ".mp4")


@contextmanager
def going_on(did, bill, client, prompt, talks=1):
    """The prompt, waiting for talks that D-ID has taken and does not finish before the block ends."""
    did.policy.script = ("started",)
    prompt_id = client.queue(prompt)
    wait_for(lambda: len(bill.talks) == talks)
    yield prompt_id
    for talk in bill.talks:
        talk.statuses = ("done",)


def test_a_picture_and_a_voice_become_a_saved_clip(bill, did_client):
    run = did_client.run(talk_prompt(1))
    picture, sound = length(mp4(did_client, run))
    assert (picture, sound) == (pytest.approx(SECONDS, abs=0.2), pytest.approx(SECONDS, abs=0.2))
    report = report_of(run)
    assert (report["credits_used"], report["estimate"]["credits"]) == (1, 1)
    assert [talk.id for talk in bill.talks] == [report["talk"]]
    assert bill.charged == 1
    # The estimate is on the node before anything is sent.
    assert run.texts[0] == "D-ID: 2.0 s, 1 credit (estimate)"


def test_a_text_is_spoken_by_the_chosen_voice(bill, did_client):
    text = "Good <break time='1s'/> morning."
    finished(did_client, talk_prompt(2, text=text, provider="elevenlabs", voice="Rachel", ssml=True))
    (talk,) = bill.talks
    provider = {"type": "elevenlabs", "voice_id": "Rachel"}
    assert talk.body["script"] == {
        "type": "text", "input": text, "ssml": True, "subtitles": False, "provider": provider,
    }  # fmt: skip


def test_the_same_graph_is_not_paid_for_twice(bill, did_client, did_server):
    first = did_client.run(talk_prompt(3))
    # ComfyUI forgets its results, as it does when it is restarted or short of memory.
    call(did_server, "/free", {"unload_models": True, "free_memory": True})
    second = did_client.run(talk_prompt(3))
    assert "talk" in {data["node"] for data in second.of("executing")}
    assert report_of(second) == report_of(first)
    assert bill.charged == 1
    again = did_client.run(talk_prompt(4))
    assert report_of(again)["talk"] != report_of(first)["talk"]
    assert bill.charged == 2


def test_the_backend_makes_a_picture_speak_and_keeps_the_soundtrack(bill, did_client):
    run = did_client.run(apply_prompt(5, "face"))
    picture, sound = length(mp4(did_client, run))
    assert (picture, sound) == (pytest.approx(SECONDS, abs=0.01), pytest.approx(SECONDS, abs=0.05))
    report = report_of(run)
    assert (report["backend"], report["generated"], report["duration"]) == ("D-ID", report["frames"], SECONDS)
    assert "Credits used: 1 (balance before and after)." in report["notes"]
    assert bill.charged == 1


def test_the_shipped_portrait_speaks_by_one_wire(bill, did_client):
    """With consent given at the node, as it has to be."""
    chosen = {**PERMISSION, "again": 29}
    run = finished(did_client, shipped_portrait("LipSyncDIDBackend", "voice.wav", 25, **chosen))
    picture, sound = length(mp4(did_client, run))
    assert (picture, sound) == (pytest.approx(SECONDS, abs=0.01), pytest.approx(SECONDS, abs=0.05))
    assert len(bill.talks) == bill.charged == 1


def test_footage_is_taken_only_by_its_first_frame_and_only_if_wished(did, did_client):
    refused = did_client.run(apply_prompt(6, "clip"))
    assert "D-ID animates one picture: give it an image, not a video." in refused.error["exception_message"]
    assert did.log == []
    taken = did_client.run(apply_prompt(6, "clip", use_first_frame=True))
    assert "D-ID was sent the first frame of the footage." in report_of(taken)["notes"]


@pytest.mark.parametrize("prompt", [talk_prompt(7, consent=False), apply_prompt(7, "face", consent=False)])
def test_nothing_is_sent_without_consent(did, did_client, prompt):
    run = did_client.run(prompt)
    assert "would be sent to D-ID; agree to that first (consent in a node" in run.error["exception_message"]
    assert did.log == []


@pytest.mark.parametrize("prompt", [talk_prompt(27), apply_prompt(28, "face")])
def test_a_graph_alone_does_not_consent(did, bill, did_client, did_server, prompt):
    address = "/lipsync_studio/cloud/did/consent"
    path = did_server.base / "user" / "__lipsync_studio" / "did" / "consent.json"
    assert call(did_server, address, {"consent": False})[0] == 200
    said = did_client.run(prompt).error["exception_message"]
    assert said.startswith("You have not agreed to the sending of pictures, voices and texts to D-ID")
    assert "in the dialog LipSync Studio: D-ID key…" in said
    assert "`python -m lipsync_studio did consent`" in said
    path.write_text("{")
    assert "consent.json" in did_client.run(prompt).error["exception_message"]
    for body in ({"consent": True}, {"consent": False}, None):
        status, content = call(did_server, address, body)
        assert (status, "correct or delete the file" in content) == (400, True)
    assert path.read_text() == "{"
    path.unlink()
    for headers in ({"Origin": "http://evil.example"}, {"X-Forwarded-For": "203.0.113.9"}):
        assert call(did_server, address, {"consent": True}, **headers)[0] == 403
    for wrong in ({}, {"consent": 1}, {"consent": "true"}):
        assert call(did_server, address, wrong)[0] == 400
    assert not path.exists()
    assert did.log == []
    status, content = call(did_server, address, {"consent": True}, Origin=did_server.url)
    assert (status, json.loads(content)["path"]) == (200, str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert did_client.run(prompt).error is None
    assert bill.charged == 1


def test_a_clip_above_the_limit_is_not_ordered(did, did_client):
    run = did_client.run(talk_prompt(8, max_credits=1, pad_seconds=20.0))
    assert "needs about 2 credits, more than the 1 allowed for this run" in run.error["exception_message"]
    assert did.log == []


@pytest.mark.parametrize("prompt", [talk_prompt(23), apply_prompt(24, "face")])
def test_silence_is_not_sent(did, did_client, prompt):
    voice = node("EmptyAudio", duration=3.0, sample_rate=44100, channels=2)
    run = did_client.run({**prompt, "voice": voice})
    assert "The sound is silent (nowhere above -65 dBFS)" in run.error["exception_message"]
    assert did.log == []


@pytest.mark.parametrize("prompt", [talk_prompt(25), apply_prompt(26, "face")])
def test_a_picture_without_a_face_is_not_paid_for(did, bill, did_client, prompt):
    did.policy.faces = 0
    wall = node("EmptyImage", width=320, height=320, batch_size=1, color=9)
    run = did_client.run({**prompt, "face": wall})
    assert "D-ID finds no face in the picture, so nothing was ordered" in run.error["exception_message"]
    assert (bill.talks, bill.charged) == ([], 0)


def test_status_and_voices_tell_what_the_account_has(did, did_client):
    prompt = {
        "status": node("LipSyncDIDStatus"),
        "voices": node("LipSyncDIDVoices", provider="all", filter="RACHEL en-us"),
    }
    run = did_client.run(prompt)
    status = shown(run, "status").splitlines()
    assert status[0] == f"{did.service.remaining:g} of 1000 credits left, plan deid-pro"
    assert status[-1] == "No unfinished jobs."
    assert shown(run, "voices") == "elevenlabs\t21m00Tcm4TlvDq8ikWAM\tRachel\tfemale\ten-US"
    did.service.total = 2000.0
    assert " of 2000 credits" in shown(did_client.run(prompt), "status")
    did.service.total = 1000.0


def test_other_nodes_run_while_clips_are_awaited(did, bill, did_client):
    other = {
        "blank": node("EmptyImage", width=64, height=64, batch_size=1, color=9),
        "other": node("PreviewImage", images=["blank", 0]),
    }
    applied = apply_prompt(9, "face")
    applied["saved"] = applied.pop("save")
    del applied["report"]
    prompt = {**talk_prompt(10), **applied, **other}
    with going_on(did, bill, did_client, prompt, talks=2) as prompt_id:
        # Both clips are still rendering.
        wait_for(lambda: [*(did_client.server.base / "temp").glob("ComfyUI_temp_*.png")])
    run = did_client.wait(prompt_id)
    done = [data["node"] for data in run.of("executed")]
    assert done.index("other") < min(done.index("save"), done.index("saved"))


@pytest.mark.parametrize("prompt", [talk_prompt(11), apply_prompt(12, "face")])
def test_a_cancelled_job_is_collected_by_the_next_run(did, bill, did_client, prompt):
    with going_on(did, bill, did_client, prompt) as prompt_id:
        did_client.interrupt()
        assert did_client.wait(prompt_id, timeout=180).interrupted
        status = did_client.run({"status": node("LipSyncDIDStatus")})
        assert "\tsubmitted\t" in shown(status, "status")
    run = did_client.run(prompt)
    assert mp4(did_client, run).is_file()
    assert len(bill.talks) == bill.charged == 1


def test_a_prompt_that_fails_elsewhere_does_not_wait_for_its_clips(bill, did, did_client):
    prompt = apply_prompt(13, "face")
    talk = talk_prompt(14, text="Good morning.")
    failing = {"talk": talk["talk"], "saved": talk["save"]}
    did.policy.script = ("started",)
    prompt_id = did_client.queue({**prompt, **failing})
    wait_for(lambda: len(bill.talks) == 2)
    (spoken,) = (talk for talk in bill.talks if talk.body["script"]["type"] == "text")
    spoken.statuses = ("error",)
    run = did_client.wait(prompt_id, timeout=180)
    assert "D-ID took the job and then could not render it" in run.error["exception_message"]
    for talk in bill.talks:
        talk.statuses = ("done",)
    assert mp4(did_client, did_client.run(prompt)).is_file()
    assert len(bill.talks) == 2


def test_the_key_is_written_from_this_machine_and_this_page_alone(did_server):
    address = "/lipsync_studio/cloud/did/key"
    path = did_server.base / "user" / "__lipsync_studio" / "did" / "did.key"
    body = {"key": FILE_KEY}
    far, foreign = {"X-Forwarded-For": "203.0.113.9"}, {"Origin": "http://evil.example"}
    for headers in (far, foreign):
        status, content = call(did_server, address, body, **headers)
        assert status == 403, headers
        assert FILE_KEY not in content
    assert call(did_server, address, body, **{"Content-Type": "text/plain"})[0] == 415
    for wrong in ({}, {"key": 5}, {"key": "short"}):
        assert call(did_server, address, wrong)[0] == 400
    assert not path.exists()
    assert call(did_server, address, body, Origin=did_server.url) == (
        200,
        json.dumps({"configured": True, "form": SERVICE.key_form}),
    )
    assert path.read_text() == FILE_KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert call(did_server, address) == (200, json.dumps({"configured": True, "form": SERVICE.key_form}))
    assert call(did_server, address, {"key": ""})[0] == 200
    assert not path.exists()
    settings = path.with_name("did.json")
    settings.write_text('{"key_from_network": true}')
    assert call(did_server, address, {"key": ""}, **far)[0] == 200
    assert call(did_server, address, {"key": ""}, **foreign)[0] == 403
    settings.unlink()


def test_the_key_is_nowhere(did, did_client, did_server):
    """Neither after success nor after errors that quote it."""
    call(did_server, "/lipsync_studio/cloud/did/key", {"key": FILE_KEY})
    said = {"kind": "BadRequestError", "description": f"Authorization Basic {KEY} is bad: {PASSWORD}"}
    did.faults = [Fault("POST /talks", status=400, body=said, nth=())]
    errors = [did_client.run(prompt).error for prompt in (talk_prompt(15), apply_prompt(16, "face"))]
    did.faults = [Fault("GET /credits", status=401, body=said, nth=())]
    errors += [did_client.run(prompt).error for prompt in (talk_prompt(17), apply_prompt(18, "face"))]
    assert all(errors)
    did.faults = []
    prompts = (talk_prompt(19), apply_prompt(20, "face"))
    files = [mp4(did_client, did_client.run(prompt)) for prompt in prompts]
    with_metadata = [json.dumps(av.open(str(path)).metadata) for path in files]
    assert all("LipSyncDID" in metadata for metadata in with_metadata)
    places = {"errors": json.dumps(errors), "log": did_server.log_text()}
    pages = ("history", "queue", "settings", "object_info", "internal/logs/raw", "system_stats", "users")
    for path in (f"/{page}" for page in pages):
        places[path] = call(did_server, path)[1]
    for path in did_server.base.rglob("*"):
        if path.is_file() and path.name != "did.key":
            places[str(path)] = path.read_bytes().decode("latin-1")
    assert any(place.endswith("jobs.sqlite") for place in places)
    assert "LipSyncDIDTalk" in places["/history"]
    secrets = [KEY, PASSWORD, FILE_KEY, FILE_KEY.split(":")[1]]
    secrets += [base64.b64encode(secret.encode()).decode().rstrip("=") for secret in secrets]
    found = [place for place, text in places.items() if any(secret in text for secret in secrets)]
    assert found == []


def test_a_job_outlives_the_server(did, bill, did_server, start):
    with ComfyClient(did_server) as client, going_on(did, bill, client, talk_prompt(21)):
        did_server.process.kill()
    with start("after") as server, ComfyClient(server) as client:
        assert mp4(client, client.run(talk_prompt(21))).is_file()
    assert len(bill.talks) == bill.charged == 1
