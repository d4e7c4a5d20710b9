"""The command that compares SadTalker with the original's numbers."""

import json
import shutil
import zlib

import cv2
import pytest

from lipsync_studio.backends.sadtalker.parity import CHECKS, NUMBERS
from lipsync_studio.commands import main
from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.parity import check_folder

from .conftest import DATA

QUICK = ("alignment", "crop", "keypoints", "sound", "motion")


@pytest.fixture
def folder(tmp_path):
    """With the sound and the picture that lie beside the goldens, as they do there."""
    made = tmp_path / "sadtalker"
    shutil.copytree(DATA, made)
    (tmp_path / "wav2lip").mkdir()
    shutil.copy(DATA.parent / "wav2lip" / "audio.wav", tmp_path / "wav2lip")
    return made


def findings(folder, *names):
    return [each for name in names or CHECKS for each in CHECKS[name](folder)]


def test_all_goldens_hold(folder, capsys):
    assert main(["parity", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    files = {line.split(":")[0].split()[-1] for line in lines}
    assert files == {
        "nets.npz",
        "preprocess.npz",
        "preprocess.json",
        "pos_crop0.png",
        "pos_crop1.png",
        "generator.npz",
    }
    assert all(line.startswith("ok") for line in lines)


def test_each_number_is_compared(folder):
    details = {finding.detail for finding in findings(folder, *QUICK)}
    assert {f"smoothing of {n}" for n in (3, 4, 5, 7, 12, 13, 14, 40)} <= details
    assert {f"windows {n}" for n in range(5)} | {f"camera {n}" for n in range(5)} <= details
    assert {f"crop {n} box" for n in range(16)} | {f"pos {n} crop" for n in range(12)} <= details
    assert {
        "refpose",
        "mel",
        "kp_out_override",
        "reference of blinks",
        "pos without a face scale",
        "levels",
    } <= details
    assert {f"blinks of {n} frames" for n in (20, 22, 23, 40, 75, 100, 150, 300, 400)} <= details


def test_a_difference_fails(folder):
    numbers = json.loads((folder / NUMBERS).read_text())
    numbers["crop"][3]["box"][1] += 1
    numbers["pose_chunks"][5]["out"][4] = [0, 0]
    numbers["blink"][4]["draw_range"][1] += 1
    numbers["mel_windows"][4]["windows"]["3"][2] += 1
    numbers["camera"][2]["sequence"][0][1] += 1e-5
    (folder / NUMBERS).write_text(json.dumps(numbers))
    wrong = {each.detail for each in findings(folder, *QUICK) if not each.ok}
    assert wrong == {
        "crop 3 box", "pose calls of 34 frames", "blinks of 75 frames", "mel windows 4", "camera 2",
    }  # fmt: skip


def test_what_is_missing_is_one_sentence(folder):
    (folder / NUMBERS).unlink()
    with pytest.raises(InputError, match=r"preprocess\.json is missing"):
        findings(folder, "crop")
    (folder / "nets.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match="'networks' in .* incomplete"):
        list(check_folder(folder, {"networks": CHECKS["networks"]}))


@pytest.mark.parametrize(
    "error",
    [EOFError(), RuntimeError("no such"), AttributeError("'NoneType'"), zlib.error("data"), cv2.error("!")],
)
def test_a_damaged_golden_is_one_sentence(tmp_path, error):
    """Whichever library finds it out."""

    def check(folder):
        raise error

    with pytest.raises(InputError, match="'nets' in .* are incomplete or damaged .*copy the folder again"):
        list(check_folder(tmp_path, {"nets": check}))
