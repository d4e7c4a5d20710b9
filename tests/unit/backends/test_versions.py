"""Versions of a network that have the same entries, in each other's place."""

import pytest
import torch
from safetensors.torch import save_file

from lipsync_studio.backends.dub.models import check_version
from lipsync_studio.backends.latentsync import spec as latentsync
from lipsync_studio.backends.wav2lip import spec as wav2lip
from lipsync_studio.backends.wav2lip.models import load_models
from lipsync_studio.engine.errors import WeightsError

ENGINES = {"latentsync": latentsync.NETWORKS, "wav2lip": wav2lip.GENERATORS}


def sized(path, count):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(count)
    return path


@pytest.mark.parametrize(
    ("engine", "version"), [(engine, version) for engine, sets in ENGINES.items() for version in sets]
)
def test_versions_are_told_apart_by_size(tmp_path, engine, version):
    sets = ENGINES[engine]
    (other,) = set(sets) - {version}
    path = tmp_path / "network.pt"
    assert check_version(sized(path, sets[version].files[0].bytes), version, sets) == ""
    said = rf"of {sets[other].title}, not of {sets[version].title}: choose version {other}, or put"
    with pytest.raises(WeightsError, match=said):
        check_version(sized(path, sets[other].files[0].bytes), version, sets)


def converted(path, **noted):
    save_file({"conv.weight": torch.zeros(1)}, path, {"format": "pt", **noted})
    return path


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_saved_again_is_said_to_be_taken_for_what_was_chosen(tmp_path, engine):
    sets = ENGINES[engine]
    mine = sized(tmp_path / "saved_again.pt", 5)
    other = converted(tmp_path / "by_others.safetensors")
    # Of the published size, but not the published file.
    same_size = {"source_bytes": str(sets[next(iter(sets))].files[0].bytes), "source_sha256": "0" * 64}
    third = converted(tmp_path / "own.fp16.safetensors", **same_size)
    for path in (mine, other, third):
        for version in sets:
            note = check_version(path, version, sets)
            assert note.startswith(f"{path.name} is none of the published files"), path
            assert f"it was taken for {sets[version].title}, as chosen" in note


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_converted_is_told_by_its_sources_digest(tmp_path, engine):
    sets = ENGINES[engine]
    for version, weights in sets.items():
        path = converted(
            tmp_path / f"{version}.fp16.safetensors", source_sha256=weights.files[0].sha256, source_bytes="7"
        )
        assert check_version(path, version, sets) == ""
        (other,) = set(sets) - {version}
        with pytest.raises(WeightsError, match=f"choose version {version}"):
            check_version(path, other, sets)


def test_a_gan_under_the_other_name_is_not_loaded(tmp_path, host, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    sized(tmp_path / "wav2lip" / "wav2lip.pth", wav2lip.GENERATORS["wav2lip_gan"].files[0].bytes)
    with pytest.raises(WeightsError, match=r"wav2lip\.pth holds the weights of Wav2Lip GAN, not of Wav2Lip:"):
        load_models(wav2lip.Wav2LipSettings("wav2lip"), host)
