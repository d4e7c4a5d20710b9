"""The command that compares Wav2Lip with the original's numbers."""

import json
import shutil

import numpy as np
import pytest

from lipsync_studio.backends.wav2lip import parity
from lipsync_studio.backends.wav2lip.parity import CHECKS
from lipsync_studio.commands import main
from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.parity import check_folder

from .conftest import DATA


@pytest.fixture
def folder(tmp_path):
    for path in DATA.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture
def quick(folder, goldens):
    """Without what the network is needed for."""
    (folder / "wav2lip.npz").unlink()
    kept = {name: value for name, value in goldens.items() if not name.startswith(("out", "window"))}
    np.savez(folder / "wav2lip.npz", **kept)
    return folder


def change(folder, **arrays):
    path = folder / "wav2lip.npz"
    with np.load(path) as golden:
        content = {name: golden[name] for name in golden.files}
    np.savez(path, **{**content, **arrays})


def test_all_goldens_hold(folder, capsys):
    assert main(["parity", "wav2lip", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    files = [*["ok   wav2lip.npz"] * 3, "ok   out0.png", "ok   out1.png"]
    assert [line.split(":")[0] for line in lines] == files
    compared = [line.rpartition("(")[2].rstrip(")") for line in lines]
    assert compared[:2] == ["mel", "boxes"]
    assert compared[2] in ("out0", "out1")  # the worse one
    assert compared[3:] == ["levels"] * 2


def test_a_difference_fails(quick, goldens, capsys):
    mel, boxes = goldens["mel"].copy(), goldens["boxes_smooth"].copy()
    mel[40, 100] += 2e-4
    boxes[7, 2] += 1
    change(quick, mel=mel, boxes_smooth=boxes)
    assert main(["parity", "wav2lip", str(quick)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line[:4] for line in lines] == ["FAIL", "FAIL"]
    assert "largest error 1, tolerance 0 (boxes)" in lines[1]


def test_other_rates_are_the_files_own(quick, goldens):
    change(quick, **{"starts_12.5": np.append(np.arange(28) * 32 // 5, 177)})
    assert all(finding.ok for finding in check_folder(quick, CHECKS))
    starts = goldens["starts_30.000"].copy()
    starts[9] += 1
    change(quick, **{"starts_30.000": starts})
    (mel, _) = check_folder(quick, CHECKS)
    assert (mel.ok, mel.detail) == (False, "30.000 fps")


def test_the_network_is_seeded_as_the_file_says(folder):
    """Another scale is another network."""
    (folder / "wav2lip.json").write_text(json.dumps({"scale": 0.9}))
    found = check_folder(folder, {"generator": CHECKS["generator"]})
    assert [finding.ok for finding in found] == [False] * 3


def test_what_is_missing_is_one_sentence(folder):
    (folder / "face0.png").unlink()
    with pytest.raises(InputError, match=r"face0\.png is missing"):
        parity.check_generator(folder)
    (folder / "audio.wav").unlink()
    with pytest.raises(InputError, match=r"audio\.wav is missing"):
        parity.check_mel(folder)
    (folder / "wav2lip.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match="'mel'"):
        list(check_folder(folder, CHECKS))


def test_a_folder_of_anothers_goldens_holds_none(tmp_path, capsys):
    (tmp_path / "face_box.json").write_text("[]")
    assert main(["parity", "wav2lip", str(tmp_path)]) == 1
    assert "no goldens" in capsys.readouterr().err
