"""The command that compares this engine with a folder of the original's numbers."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.commands import main
from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.parity import Finding, check_folder, distance, worst
from lipsync_studio.musetalk_core.parity import CHECKS

GOLDENS = Path(__file__).parents[2] / "data" / "goldens" / "musetalk"


@pytest.fixture
def folder(tmp_path):
    """Boxes and windows: what is quick."""
    for name in ("face_box.json", "audio_window.wav", "audio_window.npz"):
        shutil.copy(GOLDENS / name, tmp_path)
    return tmp_path


def change(path, **arrays):
    with np.load(path) as golden:
        content = {name: golden[name] for name in golden.files}
    np.savez(path, **{**content, **arrays})


def test_a_line_for_each_file(folder, capsys):
    assert main(["parity", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["ok   face_box.json", "ok   audio_window.npz"]
    assert "tolerance 0.0001" in lines[1]


def test_a_difference_fails(folder, capsys):
    with np.load(folder / "audio_window.npz") as golden:
        tokens = golden["fps30_tokens"].copy()
    tokens[3, 20, 5] += 2e-4
    change(folder / "audio_window.npz", fps30_tokens=tokens)
    cases = json.loads((folder / "face_box.json").read_text())
    next(case for case in cases if case["box"])["box"][1] += 1
    (folder / "face_box.json").write_text(json.dumps(cases))
    assert main(["parity", str(folder)]) == 1
    output = capsys.readouterr()
    assert [line[:4] for line in output.out.splitlines()] == ["FAIL", "FAIL"]
    assert "largest error 1, tolerance 0" in output.out
    assert "(30 fps)" in output.out
    assert "2 of 2 files differ" in output.err


def test_other_files_of_the_same_layout(folder):
    """Names, rates, frames and channels are the files' own."""
    with np.load(folder / "audio_window.npz") as golden:
        content = {
            "n_samples": golden["n_samples"],
            "fps30_shape": golden["fps30_shape"],
            "fps30_frames": golden["fps30_frames"][2:5],
            "fps30_tokens": golden["fps30_tokens"][2:5, :, ::2],
            "fps30_mean_abs": golden["fps30_mean_abs"],
        }
    np.savez(folder / "audio_window_other.npz", **content)
    shutil.copy(folder / "audio_window.wav", folder / "audio_window_other.wav")
    (folder / "audio_window.npz").unlink()
    cases = json.loads((folder / "face_box.json").read_text())
    (folder / "face_box_more.json").write_text(json.dumps(cases[:7]))
    findings = list(check_folder(folder, CHECKS))
    assert [finding.file for finding in findings] == [
        "face_box.json",
        "face_box_more.json",
        "audio_window_other.npz",
    ]
    assert all(finding.ok for finding in findings)


def test_windows_of_another_length_fail(folder):
    change(folder / "audio_window.npz", fps25_shape=np.array([83, 50, 384]))
    finding = list(check_folder(folder, CHECKS))[-1]
    assert not finding.ok
    assert "83" in finding.detail


@pytest.mark.parametrize("name", ["nothing", "file.txt"])
def test_no_goldens(tmp_path, capsys, name):
    (tmp_path / "nothing").mkdir()
    (tmp_path / "file.txt").touch()
    assert main(["parity", str(tmp_path / name)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("Error: ")
    assert len(output.err.splitlines()) == 1


def test_incomplete_and_damaged_goldens(folder):
    (folder / "audio_window.wav").unlink()
    with pytest.raises(InputError, match=r"audio_window\.wav is missing"):
        list(check_folder(folder, CHECKS))
    (folder / "audio_window.npz").write_bytes(b"PK\x03\x04")
    shutil.copy(GOLDENS / "audio_window.wav", folder)
    with pytest.raises(InputError, match="'audio'"):
        list(check_folder(folder, CHECKS))
    (folder / "face_box.json").write_text("[{}]")
    with pytest.raises(InputError, match="'boxes'"):
        list(check_folder(folder, CHECKS))


def test_the_worst_finding_of_a_file_counts():
    findings = [
        Finding("a", 0.9, 1.0),
        Finding("b", 0.0, 0.0, "nothing differs"),
        Finding("a", 0.02, 0.01, "a share"),
        Finding("b", float("nan"), 1.0),
    ]
    assert [(finding.file, finding.ok) for finding in worst(findings)] == [("a", False), ("b", False)]
    assert worst(findings)[0].detail == "a share"
    assert worst(findings[:2]) == findings[:2]
    assert Finding("c", 1e-4, 1e-4).ok
    assert distance([1.0, 2.0], [1.0, 4.0]) == 2
    assert distance([1.0], [1.0, 4.0]) == float("inf")
