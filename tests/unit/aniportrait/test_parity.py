"""AniPortrait's arithmetic against the original's numbers."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from media import write_wav

from lipsync_studio.backends.aniportrait import parity
from lipsync_studio.commands import main
from lipsync_studio.engine.media.sound import Sound

GOLDENS = Path(__file__).parents[2] / "data" / "goldens" / "aniportrait"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The goldens, with their sounds as they were heard."""
    made = tmp_path_factory.mktemp("goldens") / "aniportrait"
    shutil.copytree(GOLDENS, made)
    for path in made.glob("*.flac"):
        write_wav(path.with_suffix(".wav"), Sound.load(path).mono(16000))
        path.unlink()
    return made


def test_every_number_is_the_originals(folder, capsys):
    """The folder's name says whose they are."""
    assert main(["parity", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok   ") for line in lines)
    checked = {line.split()[1].rstrip(":") for line in lines}
    with_numbers = {path.name for path in folder.iterdir() if path.suffix in (".npz", ".png")}
    assert checked == {*with_numbers - {"e2e_image.png"}, "audio.json", "context.json", "pose_image.json"}


def changed(folder, tmp_path, name, key, by):
    """A copy in which one array is off by so much."""
    shutil.copytree(folder, tmp_path / "goldens")
    path = tmp_path / "goldens" / name
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays[key] = arrays[key] + by
    np.savez(path, **arrays)
    return path.parent


@pytest.mark.parametrize(
    ("check", "name", "key", "by", "detail"),
    [
        ("projection", "projection.npz", "points_384x640", 2e-3, "points_384x640"),
        ("template", "pose_template.npz", "index_7_30", 1, "index_7_30"),
        ("audio2mesh", "audio2mesh.npz", "delta_every_9", 2e-4, "delta"),
        ("pose guider", "pose_guider.npz", "fea_b_0", 1e-4, "fea_b_0"),
    ],
)
def test_a_difference_is_found(folder, tmp_path, check, name, key, by, detail):
    findings = parity.CHECKS[check](changed(folder, tmp_path, name, key, by))
    assert [finding.detail for finding in findings if not finding.ok] == [detail]


def test_wrong_windows_pieces_and_parts_are_counted(folder, tmp_path):
    made = tmp_path / "goldens"
    shutil.copytree(folder, made)
    for name, key in (("context.json", "lengths"), ("audio.json", "upstream_lengths")):
        case = json.loads((made / name).read_text())
        if key == "lengths":
            case[key]["28"]["windows"][2][-1] += 1
            case[key]["41"]["counts"][0] += 1
        else:
            case[key][5]["chunks"][1][1] += 1
        (made / name).write_text(json.dumps(case))
    assert [finding.error for finding in parity.check_windows(made)] == [2]
    assert [finding.error for finding in parity.check_lengths(made)] == [1]
    case = json.loads((made / "pose_image.json").read_text())
    case["parts_in_drawing_order"][3]["color"][0] += 1
    (made / "pose_image.json").write_text(json.dumps(case))
    wrong = [finding.detail for finding in parity.check_pose_pictures(made) if not finding.ok]
    assert wrong == ["parts"]


def test_a_golden_whose_sound_is_gone_says_so(folder, tmp_path, capsys):
    (tmp_path / "goldens").mkdir()
    for name in ("audio.json", "audio2mesh.npz"):
        shutil.copy(folder / name, tmp_path / "goldens")
    assert main(["parity", "aniportrait", str(tmp_path / "goldens")]) == 1
    assert "audio2mesh.wav is missing" in capsys.readouterr().err
