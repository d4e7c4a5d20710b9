"""Versions of a network that have the same entries, in each other's place."""

import pytest

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
    for count in (sets[version].files[0].bytes, 5):
        check_version(sized(path, count), version, sets)
    said = rf"of {sets[other].title}, not of {sets[version].title}: choose version {other}, or put"
    with pytest.raises(WeightsError, match=said):
        check_version(sized(path, sets[other].files[0].bytes), version, sets)


def test_a_gan_under_the_other_name_is_not_loaded(tmp_path, host, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    sized(tmp_path / "wav2lip" / "wav2lip.pth", wav2lip.GENERATORS["wav2lip_gan"].files[0].bytes)
    with pytest.raises(WeightsError, match=r"wav2lip\.pth holds the weights of Wav2Lip GAN, not of Wav2Lip:"):
        load_models(wav2lip.Wav2LipSettings("wav2lip"), host)
