"""The shipped workflows of LatentSync and Wav2Lip, and each engine in the place of another, on a real server
with seeded networks: what they paint is noise; where and how much is not."""

import json

import av
import numpy as np
import pytest
import torch
from media import read_pictures
from musetalk_media import write_voice
from prompts import finished, node

from lipsync_studio.backends.wav2lip.network import build_generator
from lipsync_studio.backends.wav2lip.spec import TERMS
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.seeded_latentsync import SMALL_UNET, write_unet
from lipsync_studio.engine.consent import Consents
from lipsync_studio.engine.parity import seed

FRAMES = 6
# What Wan makes, and what the frame interpolation makes of it.
GENERATED_FPS, DOUBLED_FPS = 16, 32
# Levels of brightness that encoding alone doesn't change.
NOTICEABLE = 24
# What the engines are set to here, so that a run takes seconds.
QUICK = {
    "LipSyncLatentSyncBackend": {"steps": 1, "guidance": 1.0, "resolution": "256", "quality": "fast"},
    "LipSyncMuseTalkBackend": {"quality": "fast"},
}
CASES = [
    ("latentsync_footage", None, 25),
    ("latentsync_generated", None, DOUBLED_FPS),
    ("wav2lip_footage", None, 25),
    ("swap_backend", "LipSyncLatentSyncBackend", 25),
    ("swap_backend", "LipSyncWav2LipBackend", 25),
    ("swap_backend", "LipSyncMuseTalkBackend", 25),
]


@pytest.fixture(scope="module", autouse=True)
def weights(server, musetalk_weights, run_in_comfy):
    """LatentSync's VAE and Whisper are MuseTalk's."""
    rife = server.base / "models" / "frame_interpolation" / "film_net_fp16.safetensors"
    rife.parent.mkdir(exist_ok=True)
    run_in_comfy("small_rife", str(rife))
    unet = server.base / "models" / "latentsync"
    write_unet(unet, SMALL_UNET)
    generator = server.base / "models" / "wav2lip" / "wav2lip_gan.pth"
    generator.parent.mkdir(exist_ok=True)
    torch.save({"state_dict": seed(build_generator()).state_dict()}, generator)
    private = server.base / "user" / "__lipsync_studio"
    Consents(private).give(TERMS)
    yield
    (private / "consent.json").unlink()
    for path in (*unet.rglob("*.*"), generator, rife):
        if path.is_file():
            path.unlink()


@pytest.fixture(scope="module")
def media(server, write_clip):
    """Clips by their rate, of which the one that stands in for Wan's work is half as long as it becomes."""
    folder = server.base / "input"
    write_clip(folder / "engine_25.mp4", FRAMES, 25)
    write_clip(folder / f"engine_{GENERATED_FPS}.mp4", FRAMES // 2, GENERATED_FPS)
    for fps in (25, DOUBLED_FPS):
        write_voice(folder / f"engine_{fps}.wav", FRAMES / fps)
    return folder


def shortened(prompt, engine, fps):
    """The prompt with short media, with `engine` wired and, in the place of what Wan makes, a file."""
    for key, each in list(prompt.items()):
        kind, inputs = each["class_type"], each["inputs"]
        if kind == "LoadVideo":
            inputs["file"] = f"engine_{fps}.mp4"
        elif kind == "LoadAudio":
            inputs["audio"] = f"engine_{fps}.wav"
        elif kind == "VAEDecode":
            prompt["clip"] = node("LoadVideo", file=f"engine_{GENERATED_FPS}.mp4")
            prompt[key] = node("GetVideoComponents", video=["clip", 0])
        elif kind in QUICK:
            inputs |= QUICK[kind]
        elif kind == "LipSyncApply":
            inputs["lyrics"] = ""
            if engine:
                (backend,) = [name for name, other in prompt.items() if other["class_type"] == engine]
                inputs["backend"] = [backend, 0]
    return prompt


@pytest.mark.parametrize(("name", "engine", "fps"), CASES)
def test_a_shipped_workflow_repaints_the_mouth_in_every_frame(client, media, name, engine, fps):
    prompt = json.loads((ROOT / "tests" / "workflows" / f"{name}.json").read_text(encoding="utf-8"))
    run = finished(client, shortened(prompt, engine, fps))
    (video,) = [path for path in client.output_files(run) if path.suffix == ".mp4"]
    with av.open(str(video)) as container:
        assert container.streams.video[0].average_rate == fps
    made = read_pictures(video)
    assert len(made) == FRAMES
    if fps == DOUBLED_FPS:
        # Every other frame is one of the interpolation's own.
        made, fps = made[::2], GENERATED_FPS
    source = read_pictures(media / f"engine_{fps}.mp4")
    changed = np.abs(made.astype(int) - source).max(axis=-1) > NOTICEABLE
    assert (changed.mean(axis=(1, 2)) > 0.005).all()
    assert changed.mean() < 0.2
    assert not changed[:, : changed.shape[1] // 4].any()
