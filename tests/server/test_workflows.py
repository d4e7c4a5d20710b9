"""The API twins of the shipped workflows, run to the end on the server."""

import json

import av
import pytest

from lipsync_studio.devtools.paths import ROOT

# MuseTalk's need weights, and run in test_musetalk.py.
PROMPTS = [
    path
    for path in sorted((ROOT / "tests" / "workflows").glob("*.json"))
    if not path.stem.startswith("musetalk")
]


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: path.stem)
def test_a_shipped_workflow_makes_a_whole_video(client, path):
    run = client.run(json.loads(path.read_text(encoding="utf-8")))
    assert run.error is None
    assert run.texts, "no node said what it was doing"
    videos = [file for file in client.output_files(run) if file.suffix == ".mp4"]
    assert videos
    for file in videos:
        with av.open(str(file)) as container:
            picture, sound = container.streams.video[0], container.streams.audio[0]
            assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
            assert picture.codec_context.pix_fmt == "yuv420p"
            frames = sum(1 for _ in container.decode(picture))
            assert frames == picture.frames
            length = float(sound.duration * sound.time_base)
            assert abs(frames / picture.average_rate - length) <= 1 / picture.average_rate + 0.05
