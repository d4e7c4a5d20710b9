"""Hallo2's arithmetic against the original's numbers."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from lipsync_studio.backends.hallo2.audio import FPS, PIECE, SAMPLES_PER_FRAME, states
from lipsync_studio.backends.hallo2.denoise import dropped
from lipsync_studio.backends.hallo2.masks import region
from lipsync_studio.backends.hallo2.parity import (
    check_audio,
    check_denoiser,
    check_e2e,
    check_masks,
    check_schedule,
)
from lipsync_studio.commands import main
from lipsync_studio.devtools.seeded_hallo2 import seeded_wav2vec2

GOLDENS = Path(__file__).parents[2] / "data" / "goldens" / "hallo2"


@pytest.fixture(autouse=True)
def quick_numbers():
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    yield
    torch.set_flush_denormal(False)


def checked(findings, *details):
    assert [finding for finding in findings if not finding.ok] == []
    assert {finding.detail for finding in findings} >= set(details)


def test_the_sound_becomes_the_originals_tokens():
    checked(check_audio(GOLDENS), "conv", "stack", "padded stack", "tokens", "padding of 12 cases")


def test_masks_and_the_locator_are_the_originals():
    checked(check_masks(GOLDENS), "face_rect of case 2", "lip8_3", "locator_out_every_8_0", "background_lut")


def test_the_schedule_is_the_originals():
    checked(check_schedule(GOLDENS), "timesteps of 7", "previous of 7", "40 steps", "alphas_cumprod_last")


def test_both_networks_together_are_the_originals():
    (found,) = check_denoiser(GOLDENS)
    assert found.ok, found
    assert found.file == "denoise.npz"


def test_two_clips_are_the_originals():
    """The second begins with the first one's last frames; what both were made of, step by step."""
    details = ("denoiser_0_every_2", "reference_latents_1", "latents_1", "video_every_8", "torch_randn_1")
    checked(check_e2e(GOLDENS), *details)


def test_a_wrong_number_fails_the_command(tmp_path, capsys):
    for name in ("scheduler.npz", "masks.json", "masks.npz"):
        shutil.copy(GOLDENS / name, tmp_path)
    assert main(["parity", "hallo2", str(tmp_path)]) == 0
    with np.load(tmp_path / "scheduler.npz") as stored:
        golden = dict(stored)
    golden["x_7"] = golden["x_7"] + 1e-3
    np.savez(tmp_path / "scheduler.npz", **golden)
    assert main(["parity", "hallo2", str(tmp_path)]) == 1
    assert "FAIL scheduler.npz" in capsys.readouterr().out


def test_a_region_larger_than_the_picture_is_cut_to_it():
    """The original's start goes negative and its slice wraps to a strip."""
    assert region((10.0, 90.0, 20.0, 70.0), (100, 100), 2.0) == (0, 0, 100, 100)
    assert region((60.4, 99.6, 20.0, 40.0), (100, 100), 1.5) == (40, 15, 100, 45)


def test_what_is_dropped_is_grey_in_all_carried_frames_but_never_the_face():
    carried, uniform = torch.ones(2, 3, 4, 4), torch.full((4, 4), 0.2)
    face = torch.zeros(4, 4)
    face[1, 2], uniform[3, 3] = 0.1, 0.9
    left = dropped(carried, uniform, face)
    wanted = torch.zeros(4, 4)
    wanted[1, 2] = wanted[3, 3] = 1
    assert torch.equal(left, wanted.expand(2, 3, 4, 4))


def test_minutes_join_where_both_have_heard_the_other(monkeypatch):
    """Pieces of 30 frames that overlap by 20, against all heard at once."""
    net = seeded_wav2vec2()
    samples = np.random.default_rng(5).standard_normal(80 * SAMPLES_PER_FRAME).astype(np.float32)
    (whole,) = states(samples, net, 80)
    assert PIECE == 60 * FPS
    monkeypatch.setattr("lipsync_studio.backends.hallo2.audio.PIECE", 30)
    monkeypatch.setattr("lipsync_studio.backends.hallo2.audio._OVERLAP", 20)
    told = []
    pieces = list(states(samples, net, 80, told.append))
    assert told == [0, 20, 30, 40, 50, 60]
    joined = torch.cat(pieces)
    assert joined.shape == whole.shape
    # What lies far away counts a little; in the wrong place a frame is off by the numbers' own size.
    difference, moved = (joined - whole).abs().mean(), (joined[1:] - whole[:-1]).abs().mean()
    assert difference < 0.3 * moved
