"""Input that can't be used: one clear sentence in ComfyUI's error dialog, and no file left behind."""

import re
import shutil

import av
import pytest
from prompts import finished, node, report_of, track_faces

from lipsync_studio.devtools.client import PromptRejected

EMPTY = node("EmptyAudio", duration=0.0, sample_rate=44100, channels=2)


def blank(side):
    """A grey picture by core's node."""
    return node("EmptyImage", width=side, height=side, batch_size=1, color=0x787878)


@pytest.fixture(scope="module")
def media(server, write_clip, write_clicks):
    """Files in ComfyUI's input folder."""
    folder = server.base / "input"
    clip = write_clip(folder / "face.mp4", 25, 25)
    write_clip(folder / "wall.mp4", 25, 25, face=False)
    write_clicks(folder / "second.wav", 1.0)
    write_clicks(folder / "short.wav", 0.4)
    write_clicks(folder / "long.wav", 1.6)
    whole = clip.read_bytes()
    (folder / "garbage.mp4").write_bytes(b"this is not a video" * 500)
    (folder / "empty.mp4").write_bytes(b"")
    # The index at the end is missing, as after a broken copy.
    (folder / "half.mp4").write_bytes(whole[: len(whole) // 2])
    return folder


def parts(file):
    """IMAGE, AUDIO … of a video by core's nodes; the AUDIO of a silent film is None."""
    return {
        "load": node("LoadVideo", file=file),
        "parts": node("GetVideoComponents", video=["load", 0]),
    }


CASES = {
    "no face in the video": ("wall.mp4", "second.wav", {}, "NoFaceError", "No face was found"),
    "no face in the picture": (["w", 0], "second.wav", {"w": blank(320)}, "NoFaceError", "No face was found"),
    "audio of no length": ("face.mp4", ["empty", 0], {"empty": EMPTY}, "AudioError", "audio is empty"),
    "no audio": ("face.mp4", ["parts", 1], parts("face.mp4"), "AudioError", "There is no audio"),
    "not a video": ("garbage.mp4", "second.wav", {}, "VideoError", "can't be read as a video"),
    "an empty file": ("empty.mp4", "second.wav", {}, "VideoError", "can't be read as a video"),
    "half a video": ("half.mp4", "second.wav", {}, "VideoError", "can't be read as a video"),
    "a picture of one pixel": (["dot", 0], "second.wav", {"dot": blank(1)}, "VideoError", "only 1x1 pixels"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_sentence_and_no_file(client, media, make_prompt, unchanged, case):
    source, audio, extra, kind, words = CASES[case]
    with unchanged():
        run = client.run(make_prompt(source, audio, extra))
    assert run.error is not None
    assert run.error["node_type"] == "LipSyncApply"
    assert run.error["exception_type"].endswith(kind)
    message = run.error["exception_message"].strip()
    assert words in message
    # One sentence that also says what to do.
    assert re.fullmatch(r"[^\n]{20,300}[.]", message)
    assert re.search(r"[:;,] ", message)


def test_an_unknown_person_is_named_with_those_there_are(client, media, make_prompt, unchanged):
    with unchanged():
        run = client.run(make_prompt("face.mp4", "second.wav", person="9"))
    assert run.error["exception_type"].endswith("NoFaceError")
    assert 'no person "9"' in run.error["exception_message"]


def test_a_person_that_says_nobody_is_refused_before_anything_runs(client, media, make_prompt):
    with pytest.raises(PromptRejected) as caught:
        client.run(make_prompt("face.mp4", "second.wav", person="bogus"))
    (error,) = caught.value.node_errors["apply"]["errors"]
    assert '"bogus" says nobody: choose largest' in error["details"]


def test_a_track_of_another_clip_of_the_same_size_is_refused_and_the_nodes_are_named(
    client, media, make_prompt
):
    shutil.copyfile(media / "face.mp4", media / "again.mp4")
    tracker = {
        "again": node("LoadVideo", file="again.mp4"),
        "images": node("GetVideoComponents", video=["again", 0]),
        "faces": {**track_faces("images", 0), "_meta": {"title": "Faces"}},
    }
    prompt = make_prompt("face.mp4", "second.wav", tracker, face_track=["faces", 0])
    run = client.run(prompt)
    assert run.error["node_type"] == "LipSyncApply"
    message = run.error["exception_message"].strip()
    wiring = 'connect the same source to "Faces" (node faces) and to "Apply Lip-Sync" (node apply).'
    assert message.endswith(f": {wiring}")
    # The same pictures from another loader are the same clip.
    prompt["faces"]["inputs"]["source"] = ["again", 0]
    finished(client, prompt)


@pytest.mark.parametrize(
    ("audio", "length", "frames"),
    [
        ("short.wav", "audio", 10),
        ("short.wav", "video", 25),
        ("short.wav", "shortest", 10),
        ("long.wav", "audio", 40),
        ("long.wav", "video", 25),
        ("long.wav", "shortest", 25),
    ],
)
def test_audio_shorter_or_longer_than_the_video(client, media, make_prompt, audio, length, frames):
    run = finished(client, make_prompt("face.mp4", audio, length=length))
    (video,) = client.output_files(run)
    with av.open(str(video)) as container:
        assert sum(1 for _ in container.decode(video=0)) == frames
        sound = container.streams.audio[0]
        assert abs(float(sound.duration * sound.time_base) - frames / 25) < 1024 / 48000
    report = report_of(run)
    assert (report["frames"], report["generated"]) == (frames, frames)
    assert report["size"] == [320, 320]


def test_a_stopped_run_leaves_nothing_and_the_server_goes_on(
    client, media, make_prompt, unchanged, write_clicks
):
    write_clicks(media / "long_enough.wav", 20.0)
    told = []

    def stop(event):
        working = event.kind == "text" and event.data["text"].startswith("Lip-syncing")
        told.append(working)
        if event.kind == "progress" and any(told) and event.data["value"] > 0:
            client.interrupt()

    with unchanged():
        run = client.run(make_prompt("face.mp4", "long_enough.wav"), on_event=stop)
        assert run.interrupted
        assert run.error is None
    again = finished(client, make_prompt("face.mp4", "short.wav", silence="close"))
    assert len(client.output_files(again)) == 1
