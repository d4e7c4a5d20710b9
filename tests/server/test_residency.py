"""What lies on the device, by ComfyUI's own patchers and memory management on one that counts."""

import pytest
from musetalk_media import repeating_upscaler, write_voice
import torch

from lipsync_studio.devtools.seeded_musetalk import write_seeded

FRAMES, BATCH = 24, 4


@pytest.fixture(scope="module")
def base(tmp_path_factory, write_clip):
    base = tmp_path_factory.mktemp("residency")
    write_seeded(base / "models" / "musetalk")
    (base / "models" / "upscale_models").mkdir()
    torch.save(repeating_upscaler(), base / "models" / "upscale_models" / "twice.pth")
    write_clip(base / "face.mp4", FRAMES, 25)
    write_voice(base / "voice.wav", FRAMES / 25)
    return base


@pytest.fixture(scope="module")
def told(run_in_comfy, base):
    return run_in_comfy("residency", str(base / "face.mp4"), str(base / "voice.wav"), base=base)


def test_numbers(told):
    assert told == 0
