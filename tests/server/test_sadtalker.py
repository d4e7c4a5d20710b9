"""SadTalker on a real server, small seeded networks: a minute of sound, a cancel, the shipped workflow."""

import av
import numpy as np
import pytest
from media import write_wav
from prompts import finished, node, report_of, save_video, shipped_portrait, show

from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.seeded_sadtalker import write_seeded
from lipsync_studio.engine.media.sound import Sound

# Of an IMAGE: a minute is 300 frames.
FPS = 5
SIZE = (512, 512)


@pytest.fixture(scope="module", autouse=True)
def weights(server):
    folder = server.base / "models" / "sadtalker"
    write_seeded(folder)
    yield folder
    for path in folder.iterdir():
        path.unlink()


@pytest.fixture(scope="module")
def voices(server):
    """The sample verse over and over, by its seconds."""
    verse = Sound.load(ROOT / "demo" / "verse.mp3").mono(16000)
    for seconds in (2, 60):
        write_wav(server.base / "input" / f"sad_{seconds}.wav", np.resize(verse, seconds * 16000))


def prompt(seconds, **options):
    engine = {"resolution": "256", "picture": "full", **options}
    rules = {"length": "audio", "fill": "hold", "silence": "rest", "person": "largest", "fps": FPS}
    return {
        "source": node("LoadImage", image="portrait.jpg"),
        "audio": node("LoadAudio", audio=f"sad_{seconds}.wav"),
        "backend": node("LipSyncSadTalkerBackend", **engine),
        "apply": node(
            "LipSyncApply", source=["source", 0], audio=["audio", 0], backend=["backend", 0], **rules
        ),
        "save": save_video("apply", 0, prefix="sadtalker"),
        "report": show("apply", 1),
    }


def test_a_minute_of_sound_takes_no_more_memory_than_two_seconds(server, client, voices):
    """Beside the sound itself; 300 frames of this size would take 118 MB."""
    finished(client, prompt(2))
    with server.watch_memory() as short:
        finished(client, prompt(2, seed=1))
    with server.watch_memory() as long:
        run = finished(client, prompt(60))
    report = report_of(run)
    assert (report["frames"], report["generated"], report["size"]) == (60 * FPS, 60 * FPS, list(SIZE))
    (video,) = [path for path in client.output_files(run) if path.suffix == ".mp4"]
    with av.open(str(video)) as container:
        assert container.streams.video[0].average_rate == FPS
        assert container.streams.video[0].frames == 60 * FPS
        assert abs(container.duration / av.time_base - 60) < 0.2
    stages = {text.partition(":")[0].split(" (")[0] for text in run.texts}
    assert any(stage.startswith("Animating") for stage in stages), stages
    assert long.bytes - short.bytes < 80_000_000, (short.bytes, long.bytes)


def test_a_cancel_ends_it_within_the_painting(client, voices, unchanged):
    begun = []

    def stop(event):
        if event.kind == "text" and "Animating" in event.data["text"] and not begun:
            begun.append(event)
            client.interrupt()

    with unchanged():
        run = client.run(prompt(60, seed=2), on_event=stop)
        assert begun
        assert run.interrupted
    assert not run.of("executed")


def test_the_shipped_portrait_speaks_by_one_wire(client, voices):
    run = finished(client, shipped_portrait("LipSyncSadTalkerBackend", "sad_2.wav", FPS))
    (video,) = [path for path in client.output_files(run) if path.suffix == ".mp4"]
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == SIZE
        assert stream.frames == 2 * FPS


def test_footage_is_refused_or_gives_its_first_frame_and_its_blinks(client, voices, write_clip, server):
    write_clip(server.base / "input" / "sad_clip.mp4", 20, FPS)
    footage = {
        **prompt(2, picture="crop", blinks="reference", pose="reference"),
        "source": node("LoadVideo", file="sad_clip.mp4"),
    }
    run = client.run(footage)
    assert "SadTalker 256 animates one picture" in run.error["exception_message"]
    footage["backend"]["inputs"] |= {"use_first_frame": True, "reference": ["source", 0]}
    report = report_of(finished(client, footage))
    assert report["frames"] == 2 * FPS
    assert "SadTalker 256 animates the first frame of the footage." in report["notes"]
