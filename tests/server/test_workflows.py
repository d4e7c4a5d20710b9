"""The API twins of the shipped workflows, run to the end on the server."""

import json

import av
import pytest
from prompts import finished

from lipsync_studio.devtools.paths import ROOT

# Makers of a whole clip, and the frame rate of what each makes.
GENERATORS = {"Veo3VideoGenerationNode": 24, "LtxvApiTextToVideo": 25}
# What hands LTX's pictures on.
DECODER = "VAEDecode"
# Of the clips in the other workflows; different ones, so that none takes its video from another's cache.
FPS = {"lyric_video": 30, "lyric_video_sora": 30, "lyric_video_veo": 24}

# The first need weights, and run in test_musetalk.py and test_engine_workflows.py. Captions need a clip that
# talks, and are made in browser/test_captions.py; a duet needs two people, and is sung in test_voices.py.
ELSEWHERE = ("musetalk", "latentsync", "wav2lip", "captions", "duet")
PROMPTS = [
    path
    for path in sorted((ROOT / "tests" / "workflows").glob("*.json"))
    if not path.stem.startswith(ELSEWHERE)
]


def shortened(prompt, media, fps):
    """The prompt with short media, and with a file in the place of what a generator makes."""
    for key, node in list(prompt.items()):
        kind, inputs = node["class_type"], node["inputs"]
        if kind == "LoadVideo":
            inputs["file"] = media.clips[fps]
        elif kind == "LoadAudio":
            inputs["audio"] = media.song
        elif "lyrics" in inputs and inputs["lyrics"]:
            inputs["lyrics"] = media.words
        elif kind in GENERATORS:
            prompt[key] = {"class_type": "LoadVideo", "inputs": {"file": media.clips[GENERATORS[kind]]}}
        elif kind == DECODER:
            prompt["clip"] = {"class_type": "LoadVideo", "inputs": {"file": media.clips[fps]}}
            prompt[key] = {"class_type": "GetVideoComponents", "inputs": {"video": ["clip", 0]}}
    return prompt


def test_a_later_save_video_takes_them_too(run_in_comfy):
    """Its codec lies inside of its format."""
    saved = run_in_comfy("later_save_video", str(ROOT / "tests" / "workflows"))
    assert len(saved) == 19
    for name, errors, inputs in saved:
        assert errors == {}, name
        assert inputs["format"] == {"format": "auto", "codec": {"codec": "auto"}}, name


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: path.stem)
def test_a_shipped_workflow_makes_a_whole_video(client, short_media, path):
    fps = FPS.get(path.stem, 25)
    run = finished(client, shortened(json.loads(path.read_text(encoding="utf-8")), short_media, fps))
    assert run.texts, "no node said what it was doing"
    videos = [file for file in client.output_files(run) if file.suffix == ".mp4"]
    (whole,) = [file for file in videos if "_clip_" not in file.name]
    with av.open(str(whole)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert picture.codec_context.pix_fmt == "yuv420p"
        assert picture.average_rate == fps
        frames = sum(1 for _ in container.decode(picture))
        assert frames == picture.frames
        length = float(sound.duration * sound.time_base)
        assert abs(length - short_media.seconds) < 0.05
        assert abs(frames / picture.average_rate - length) <= 1 / picture.average_rate + 0.05
    # What was generated, or stands in for it, is kept by itself.
    kept = [file for file in videos if file != whole]
    assert len(kept) == (path.stem in ("lyric_video_veo", "lyric_video_ltx_api"))
    for file in kept:
        with av.open(str(file)) as container:
            assert container.streams.video[0].frames == fps * 3 // 2
