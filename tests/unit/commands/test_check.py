"""`check ENGINE`, and `render` with an engine's own flags, to their end: by small seeded networks in place of
the real ones."""

import numpy as np
import pytest
import torch
from sparse_weights import keys

from lipsync_studio.backends.registry import backends
from lipsync_studio.commands import main
from lipsync_studio.devtools import seeded_latentsync
from lipsync_studio.engine.consent import Consents
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.parity import seeded_state_dict


@pytest.fixture
def models(tmp_path, seeded, monkeypatch):
    """MuseTalk's files, small; nothing of the hub's."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "musetalk").symlink_to(seeded)
    monkeypatch.setenv("LIPSYNC_MODELS", str(folder))
    monkeypatch.setenv("LIPSYNC_PRIVATE_FOLDER", str(tmp_path / "private"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    return folder


@pytest.fixture
def check(media, models, capsys):
    """Runs the command, and gives what its block says by name."""

    def run(engine, *arguments):
        files = ["--source", str(media / "clip.mp4"), "--audio", str(media / "voice.wav")]
        code = main(["check", engine, *files, *arguments, "--device", "cpu", "--quiet"])
        found = capsys.readouterr()
        assert code == 0, found.err
        first, *rows, last = found.out.splitlines()
        assert first == last == "```"
        told = {}
        for row in rows:
            told.setdefault(row[:11].strip(), []).append(row[11:])
        assert str(models) not in found.out
        # What every engine says.
        assert told["frames"] == ["12 of 320x320, 4 generated"]
        assert told["score"] == ["Too short to say: 0.5 s, 5 s are needed."]
        assert "loading" in told["seconds"][0]
        assert " frames/s while rendering" in told["speed"][0]
        assert told["memory"][0].startswith("machine ")
        assert "torch 2" in told["versions"][0]
        return told

    return run


def test_latentsync(check, models):
    seeded_latentsync.write_unet(models / "latentsync", seeded_latentsync.SMALL_UNET)
    quick = ("--version", "1.5", "--steps", "1", "--guidance", "1", "--mask-source", "landmarks")
    told = check("latentsync", *quick)
    said = "LatentSync 1.5, version 1.5, steps 1, guidance 1.0, mask_source landmarks"
    assert told["engine"] == [said]
    assert "1.5/latentsync_unet.pt: NOT as published (not the published file)" in told["file"]
    assert [row.partition(":")[0] for row in told["network"]][0] == "UNetMotionModel"
    assert all(" M in float32, uploaded " in row for row in told["network"])
    assert any(note.startswith("latentsync_unet.pt is none of the published files") for note in told["note"])


def test_the_seed_decides(models, media, tmp_path):
    """By the command's flag: the same one paints the same faces."""
    seeded_latentsync.write_unet(models / "latentsync", seeded_latentsync.SMALL_UNET)
    quick = "--version=1.5 --steps=1 --guidance=1 --mask-source=landmarks --quiet --no-score --length=video"
    files = [f"--source={media / 'clip.mp4'}", f"--audio={media / 'voice.wav'}"]
    seen = []
    for number, seed in enumerate((1, 1, 2)):
        out = tmp_path / f"{number}.mp4"
        words = ["render", "--backend=latentsync", *files, f"--out={out}", f"--seed={seed}", *quick.split()]
        assert main(words) == 0
        seen.append(np.stack([frame.planes.astype(int) for frame in VideoSource(out).read()]))
    assert np.array_equal(seen[0], seen[1])
    assert np.abs(seen[2] - seen[0]).max() > 5


def test_wav2lip(check, models):
    """Its network has one size. The boxes of the track can't be held against S3FD's without its file."""
    state = seeded_state_dict(keys("wav2lip_generator"))
    (models / "wav2lip").mkdir()
    torch.save({"state_dict": state, "global_step": 1}, models / "wav2lip" / "wav2lip_gan.pth")
    Consents(models.parent / "private").give(backends()["wav2lip"].licence.consent)
    told = check("wav2lip", "--quality", "fast", "--mask-source", "landmarks", "--precision", "float32")
    assert told["engine"][0].startswith("Wav2Lip GAN, quality fast")
    assert "wav2lip_gan.pth: NOT as published (not the published file)" in told["file"]
    assert told["network"][0].startswith("Generator: 36.")
    assert told["check"][0].startswith("The face boxes were not compared. Face detection (S3FD) lacks s3fd-6")
    assert any("it was taken for Wav2Lip GAN, as chosen" in note for note in told["note"])
