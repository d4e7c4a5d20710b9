"""Hallo2 on ComfyUI with small seeded networks: a picture through `LipSyncApply`, a minute in flat memory,
and a cancel between two steps."""

import shutil

import av
import psutil
import pytest
from musetalk_media import write_voice
from prompts import finished, node, shipped_portrait

from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.seeded_hallo2 import write_networks

SECONDS = 60


@pytest.fixture(scope="module", autouse=True)
def weights(server, musetalk_weights):
    """The VAE is MuseTalk's."""
    models = server.base / "models"
    write_networks(models / "hallo2", models / "lipsync_align")
    yield
    shutil.rmtree(models / "hallo2")
    shutil.rmtree(models / "lipsync_align" / "wav2vec2-base-960h")


@pytest.fixture(scope="module")
def client(server):
    with ComfyClient(server) as connected:
        yield connected


@pytest.fixture
def prompt(server, make_prompt):
    shutil.copy(ROOT / "demo" / "portrait.jpg", server.base / "input" / "hallo2.jpg")

    def make(seconds, **settings):
        voice = write_voice(server.base / "input" / f"hallo2_{seconds}.wav", seconds)
        made = make_prompt(["picture", 0], voice, {"picture": node("LoadImage", image="hallo2.jpg")})
        chosen = {"view": "whole", "quality": "fast", "steps": 1, "guidance": 1.0, **settings}
        made["backend"] = node("LipSyncHallo2Backend", **chosen)
        return made

    return make


def test_a_minute_is_animated_in_flat_memory(client, server, prompt):
    process, seen = psutil.Process(server.process.pid), []

    def watch(event):
        if event.kind == "progress":
            part = event.data["value"] / max(1, event.data["max"])
            seen.append((part, event.data["max"], process.memory_info().rss))

    run = client.run(prompt(SECONDS), on_event=watch, timeout=600)
    assert run.error is None
    (video,) = client.output_files(run)
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (64, 64)
        assert sum(1 for packet in container.demux(stream) if packet.size) == SECONDS * 25
        sound = container.streams.audio[0]
        assert abs(float(sound.duration * sound.time_base) - SECONDS) < 0.05
    frames = [(part, memory) for part, most, memory in seen if most == SECONDS * 25]
    early = max(memory for part, memory in frames if 0.05 < part < 0.25)
    late = max(memory for part, memory in frames if part > 0.75)
    # 1500 frames as numbers would be 74 MB at this size, and 4.7 GB at the published one.
    assert late - early < 30 << 20, (early, late)


def test_a_cancel_ends_it_between_two_steps_and_the_next_run_works(client, prompt, unchanged):
    done = []

    def stop(event):
        if event.kind == "progress" and event.data["max"] == 3 * 90:
            if not done:
                client.interrupt()
            done.append(event.data["value"])

    with unchanged():
        # Three clips of 90 steps.
        run = client.run(prompt(1.6, steps=90), on_event=stop)
        assert run.interrupted
        assert run.error is None
    assert max(done) < 90
    again = client.run(prompt(0.4, view="paste"))
    assert again.error is None
    assert len(client.output_files(again)) == 1


def test_the_shipped_portrait_speaks_by_one_wire(client, server):
    write_voice(server.base / "input" / "hallo2_wire.wav", 0.4)
    quick = {"quality": "fast", "steps": 1, "guidance": 1.0}
    run = finished(client, shipped_portrait("LipSyncHallo2Backend", "hallo2_wire.wav", 25, **quick))
    (video,) = client.output_files(run)
    with av.open(str(video)) as container:
        assert container.streams.video[0].frames == 10
