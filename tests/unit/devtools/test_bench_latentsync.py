"""`dev.py bench latentsync`, on small networks."""

import json

import pytest
import torch

from lipsync_studio.backends.latentsync.denoise import denoise
from lipsync_studio.devtools import seeded_latentsync
from lipsync_studio.devtools.bench import latentsync, length
from lipsync_studio.devtools.bench.original_latentsync import Original


def test_the_originals_order_of_work_makes_the_same_latents():
    """The network is called once a step, on the clip with its sound and without."""
    torch.set_flush_denormal(True)
    unet = seeded_latentsync.seeded_unet()
    draws = torch.Generator().manual_seed(1)
    noise, told, tokens = (
        torch.randn(shape, generator=draws) for shape in ((4, 8, 8), (3, 9, 8, 8), (3, 50, 384))
    )
    with torch.inference_mode():
        theirs = Original(unet, unet, unet, 64).denoise(noise.expand(3, -1, -1, -1), told, tokens, 2, 1.5)
    ours = denoise(unet, noise, told, tokens, 2, 1.5)
    assert float((theirs - ours).abs().max()) < 1e-3 * float(ours.std())


@pytest.fixture
def cases(monkeypatch, tmp_path):
    """What processes of their own would find; `long` of the memory can be set."""
    side = {"cpu_seconds": 5.0, "stages": {"UNet": 3.0, "other": 1.0}, "growth_bytes": 2_000_000}
    found = {
        "latentsync_case": [{"original": {**side, "seconds": 4.4}, "ours": {**side, "seconds": 4.0}}],
        "long": 160_000_000,
    }

    def run_case(module, *arguments, environment=None):
        if module == "latentsync_case":
            return found[module]
        short = "8s" in str(arguments[1])
        return {"frames": 200 if short else 800, "growth_bytes": 150_000_000 if short else found["long"]}

    monkeypatch.setattr(latentsync, "run_case", run_case)
    monkeypatch.setattr(length, "run_case", run_case)
    monkeypatch.setattr(latentsync.media, "FOLDER", tmp_path)
    monkeypatch.setattr(latentsync.media, "upright", lambda *given: tmp_path / "clip.mp4")
    monkeypatch.setattr(latentsync.media, "video", lambda width, height, seconds: f"{height}p_{seconds}s.mp4")
    monkeypatch.setattr(latentsync.media, "audio_tensor_bytes", lambda path: 4_000_000)
    return found


def test_stages_memory_and_bounds_are_told(cases, tmp_path, capsys):
    out = tmp_path / "found.json"
    assert latentsync.main(["--out", str(out)]) == 0
    told = capsys.readouterr().out
    for words in ("UNet", "3.00 s", "peak memory above the weights", "2 MB", "1.10 (1.10 to 1.10)"):
        assert words in told
    bounds = json.loads(out.read_text())["bounds"]
    assert bounds["not slower than the original's order of work"]
    # 150 MB, twice 4 MB, 8 KB for each of 800 frames.
    cases["long"] = 165_000_000
    assert latentsync.main(["--out", str(out), "--rounds", "0"]) == 1
    assert "DOES NOT HOLD" in capsys.readouterr().out
