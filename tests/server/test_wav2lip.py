"""Wav2Lip's node on ComfyUI: consent first, and upscale models of both kinds on what it paints."""

import json

import pytest
import torch
from calls import call
from musetalk_media import write_voice

from lipsync_studio.backends.wav2lip.network import build_generator
from lipsync_studio.engine.parity import seed

FRAMES = 6


@pytest.fixture(scope="module")
def told(run_in_comfy, tmp_path_factory, write_clip):
    base = tmp_path_factory.mktemp("wav2lip")
    (base / "weights").mkdir()
    net = build_generator()
    seed(net)
    state = {f"module.{name}": tensor for name, tensor in net.state_dict().items()}
    torch.save({"state_dict": state, "global_step": 1}, base / "weights" / "wav2lip_gan.pth")
    write_clip(base / "face.mp4", FRAMES, 25)
    write_voice(base / "voice.wav", FRAMES / 25)
    return run_in_comfy(
        "wav2lip", *(str(base / name) for name in ("weights", "face.mp4", "voice.wav")), base=base
    )


def test_nothing_is_made_until_the_licence_is_agreed_to(told):
    assert told["said"].startswith("You have not agreed to using Wav2Lip's weights")
    assert "dialog LipSync Studio: Licences… (menu Extensions)" in told["said"]
    assert "`python -m lipsync_studio consent wav2lip`" in told["said"]
    assert told["frames"] == FRAMES


def test_a_model_for_faces_gets_whole_ones_at_its_own_size(told):
    """GFPGAN from -1 to 1, and with the same noise in every frame."""
    assert told["sides"] == [64, None]
    assert told["deterministic"]
    assert told["off"] <= 0.51
    assert told["restored"] > 0.1
    assert 0 < told["changed"] < 0.3


def test_other_models_enlarge_what_was_generated(told):
    assert told["strengths"] == [0.7, 0.5]
    assert told["enlarged"] == [128, 128, 3]
    # This one only repeats pixels.
    assert told["repeated"] < 0.01


def test_the_licences_route_takes_an_engine_and_an_answer_only(server):
    address = "/lipsync_studio/licences"
    path = server.base / "user" / "__lipsync_studio" / "consent.json"
    for wrong in ({}, {"engine": "wav2lip"}, {"engine": "wav2lip", "consent": 1},
                  {"engine": "did", "consent": True}, {"engine": "other", "consent": True}):  # fmt: skip
        assert call(server, address, wrong)[0] == 400
    for headers in ({"Origin": "http://evil.example"}, {"X-Forwarded-For": "203.0.113.9"}):
        body = {"engine": "wav2lip", "consent": True}
        assert call(server, address, body, **headers)[0] == 403
    assert not path.exists()
    (licence,) = json.loads(call(server, address)[1])
    assert (licence["engine"], licence["path"], licence["by"]) == ("wav2lip", str(path), "")
