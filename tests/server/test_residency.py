"""What lies on the device, by ComfyUI's own patchers and memory management on one that counts."""

import pytest
import torch
from musetalk_media import repeating_upscaler, write_voice

from lipsync_studio.devtools.seeded_musetalk import write_seeded

# More than a chunk, and five batches of the script's size.
FRAMES = 20


@pytest.fixture(scope="module")
def told(run_in_comfy, tmp_path_factory, write_clip):
    base = tmp_path_factory.mktemp("residency")
    write_seeded(base / "models" / "musetalk")
    (base / "models" / "upscale_models").mkdir()
    torch.save(repeating_upscaler(), base / "models" / "upscale_models" / "twice.pth")
    write_clip(base / "face.mp4", FRAMES, 25)
    write_voice(base / "voice.wav", FRAMES / 25)
    return run_in_comfy("residency", str(base / "face.mp4"), str(base / "voice.wav"), base=base)


def test_the_count_shows_how_comfyuis_dynamic_patcher_moves_plain_layers_at_every_load(told):
    assert told["dynamic_patcher"] == {"dynamic": True, "moved": 4}


def test_a_render_moves_each_network_once(told):
    """Before there were stages: UNet and parser 5 times, the VAE 10 times, the upscale model 20 times, in 42
    loads."""
    render = told["musetalk"]
    assert render["frames"] == FRAMES
    assert render["called"]["unet"] == 5
    assert render["moved"] == dict.fromkeys(("unet", "vae", "whisper", "parser", "upscaler"), 1)
    assert render["elsewhere"] == []


def test_an_upscale_model_is_moved_once_for_all_faces(told):
    render = told["musetalk"]
    assert render["dynamic"] is True
    assert render["called"]["upscaler"] == FRAMES
    assert render["moved"]["upscaler"] == 1


def test_a_stage_is_one_load_of_all_its_networks(told):
    assert told["musetalk"]["loads"] == [1, 4]
    assert told["hosts_hands"]["loads in a stage"] == [2]
    assert told["hosts_hands"]["moved by a second stage"] == 1


def test_making_room_evicts_all_but_the_stages_networks_and_gives_it_back_to_the_driver(told):
    hands = told["hosts_hands"]
    assert hands["left by making room"] == [False, True, True]
    assert hands["given back"] is True
    assert hands["left at the end"] == [False, False]


def test_a_network_that_leaves_half_precision_is_loaded_anew(told):
    assert told["hosts_hands"]["converted"] == ["torch.bfloat16", True, True]
    assert told["hosts_hands"]["moved by converting"] == 1.5


def test_a_network_of_plain_layers_is_never_there_in_part(told):
    assert told["hosts_hands"]["whole on a full device"] is True
