"""LatentSync's arithmetic against the original's numbers, on a part of the goldens."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from lipsync_studio.backends.latentsync.denoise import condition, scheduler
from lipsync_studio.backends.latentsync.mask import keep_mask, latent_mask
from lipsync_studio.backends.latentsync.parity import (
    check_alignment,
    check_audio,
    check_e2e,
    check_loop,
    check_pixels,
    check_unet,
)
from lipsync_studio.commands import main
from lipsync_studio.devtools.seeded_musetalk import seeded_vae
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.nets.sd_vae import encode, pixels

GOLDENS = Path(__file__).parents[2] / "data" / "goldens" / "latentsync"


def test_matrices_crop_and_paste_are_the_originals():
    findings = check_alignment(GOLDENS)
    assert [finding for finding in findings if not finding.ok] == []
    details = {(finding.file, finding.detail) for finding in findings}
    for file, detail in (
        ("align.npz", "M256, linear"),
        ("align.npz", "case_M512, translation"),
        ("align.npz", "soft256_5"),
        ("align_crop256_5.png", "share of different pixels"),
        ("align_out256_5.png", "levels"),
    ):
        assert (file, detail) in details


def all_ok(findings):
    assert findings
    assert [finding for finding in findings if not finding.ok] == []
    return {(finding.file, finding.detail) for finding in findings}


def test_the_unet_makes_the_originals_numbers():
    assert all_ok(check_unet(GOLDENS)) == {("unet3d.npz", "out_t51")}


def test_mask_and_pixels_are_the_originals_at_both_sizes():
    details = all_ok(check_pixels(GOLDENS))
    for side in (256, 512):
        for what in (f"mask{side}", f"mask{side}_latent", f"pixel{side}", f"masked{side}", f"combined{side}"):
            assert ("image_processor.npz", what) in details


def test_the_originals_whole_run():
    """A clip of 16 frames and one of 4, 4 steps, with guidance, to the pasted frames, by the autoencoder's
    mean."""
    details = all_ok(check_e2e(GOLDENS))
    for what in ("masked_latents", "latents_mean", "decoded_mean", "faces_mean", "video_mean, levels"):
        assert ("e2e.npz", what) in details


def test_whisper_is_heard_before_its_last_norm(tmp_path):
    from media import write_wav

    shutil.copy(GOLDENS / "audio.npz", tmp_path)
    write_wav(tmp_path / "audio.wav", Sound.load(GOLDENS / "audio.flac").mono(16000))
    findings = check_audio(tmp_path)
    assert len(findings) == 4
    assert all(finding.ok for finding in findings), findings


def test_what_the_network_is_told_of_a_picture():
    vae = seeded_vae()
    square = np.random.default_rng(2).integers(0, 256, (1, 256, 256, 3), np.uint8)
    told = condition(vae, pixels(square))
    kept = torch.from_numpy(keep_mask(256).copy())
    assert torch.equal(told[0, 0], torch.from_numpy(latent_mask(256).copy()))
    assert torch.allclose(told[:, 1:5], encode(vae, pixels(square) * kept), atol=1e-6)
    assert torch.allclose(told[:, 5:], encode(vae, pixels(square)), atol=1e-6)
    # Sampled by the noise that is given.
    still, moved = (
        condition(vae, pixels(square), (torch.zeros(1, 4, 32, 32), torch.full((1, 4, 32, 32), noise)))
        for noise in (0.0, 1.0)
    )
    assert torch.allclose(still, told, atol=1e-6)
    assert torch.allclose(moved[:, :5], told[:, :5], atol=1e-6)
    assert (moved[:, 5:] > told[:, 5:]).all()


@pytest.mark.parametrize(
    ("steps", "first"),
    [(4, [751, 501, 251, 1]), (20, [951, 901, 851]), (8, [876, 751, 626]), (40, [976, 951])],
)
def test_time_steps(steps, first):
    assert scheduler(steps).timesteps.tolist()[: len(first)] == first


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "latentsync"
    made.mkdir()
    shutil.copy(GOLDENS / "loop.json", made)
    return made


def test_the_folders_name_or_the_first_word_says_whose_goldens(folder, capsys):
    other = folder.parent / "other"
    shutil.copytree(folder, other)
    assert main(["parity", str(folder)]) == 0
    assert main(["parity", "latentsync", str(other)]) == 0
    assert (
        capsys.readouterr().out.splitlines()
        == ["ok   loop.json: largest error 0, tolerance 0 (28 cases)"] * 2
    )
    assert main(["parity", str(other)]) == 1
    assert "holds no goldens of MuseTalk" in capsys.readouterr().err


def test_a_wrong_count_fails(folder, capsys):
    cases = json.loads((folder / "loop.json").read_text())
    cases["counts"][3]["frames"] += 1
    cases["loops"][2]["index"][-1] -= 1
    (folder / "loop.json").write_text(json.dumps(cases))
    assert check_loop(folder)[0].error == 2
    assert main(["parity", str(folder)]) == 1
    assert "FAIL loop.json: largest error 2" in capsys.readouterr().out
