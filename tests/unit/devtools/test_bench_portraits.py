"""`dev.py bench portraits`, on small networks."""

import json

import pytest

from lipsync_studio.devtools import seeded_aniportrait, seeded_hallo2
from lipsync_studio.devtools.bench import aniportrait_case, hallo2_case, portraits
from lipsync_studio.devtools.bench.sadtalker_case import measured
from lipsync_studio.devtools.seeded_musetalk import SMALL_VAE
from lipsync_studio.devtools.seeded_sadtalker import SMALL

HALLO2 = {**seeded_hallo2.SMALL, "wav2vec2": seeded_hallo2.SMALL_WAV2VEC2}
ANIPORTRAIT = {
    **seeded_aniportrait.SMALL_AUDIO,
    "unet": seeded_aniportrait.SMALL_UNET,
    "guider": seeded_aniportrait.SMALL_GUIDER,
    "clip": seeded_aniportrait.SMALL_CLIP,
    "vae": SMALL_VAE,
}


def test_stages_and_memory_are_told(monkeypatch, tmp_path, capsys):
    found = measured(3, 256, SMALL)
    assert found["frames"] == 3
    assert {"generator", "expressions", "poses", "reconstruction", "everything else"} <= set(found["seconds"])
    assert sum(found["seconds"].values()) <= found["total"] * 1.01
    assert found["peak_bytes"] > 0
    monkeypatch.setattr(portraits, "run_case", lambda module, *words: found)
    assert portraits.main(["sadtalker", "--out", str(tmp_path / "out.json")]) == 0
    told = capsys.readouterr().out
    assert "sadtalker, 3 frames of 256²" in told
    assert "most memory" in told
    assert json.loads((tmp_path / "out.json").read_text())["sadtalker"]["frames"] == 3


@pytest.mark.parametrize(
    ("case", "config", "stages"),
    [
        (hallo2_case, HALLO2, {"listening", "reference UNet", "face locator", "denoising", "decoding"}),
        (
            aniportrait_case,
            ANIPORTRAIT,
            {
                "listening for the face", "listening for the head", "CLIP", "reference UNet", "pose guider",
                "denoising", "decoding",
            },
        ),
    ],
)  # fmt: skip
def test_an_engine_that_denoises_is_measured(case, config, stages, monkeypatch, tmp_path, capsys):
    """Two steps; at full size as here, but for the networks."""
    found = case.measured(4, 2, 64, config=config)
    assert (found["frames"], found["steps"], found["side"]) == (4, 2, 64)
    assert stages <= set(found["seconds"])
    assert min(found["seconds"].values()) > 0
    assert found["peak_bytes"] > 0
    engine = case.__name__.rpartition(".")[2].removesuffix("_case")
    monkeypatch.setattr(portraits, "run_case", lambda module, *words: {f"{engine}_case": found}[module])
    assert portraits.main([engine, "--out", str(tmp_path / "out.json")]) == 0
    assert f"{engine}, 4 frames of 64²" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text())[engine] == found
