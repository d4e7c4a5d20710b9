"""Boxes, masks, blending and the face parser against the original's numbers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lipsync_studio.engine.faces import parity as faces
from lipsync_studio.musetalk_core import parity

ALL = {**parity.CHECKS, **faces.CHECKS}
GOLDENS = Path(__file__).parents[2] / "data" / "goldens" / "musetalk"


def test_all_boxes_equal():
    (finding,) = parity.check_boxes(GOLDENS)
    assert finding.ok
    assert finding.detail == "120 of 120 boxes equal"


def test_all_masks_equal():
    findings = parity.check_masks(GOLDENS)
    assert {f.detail for f in findings} == {f"mask{k}_{m}" for k in range(4) for m in ("raw", "neck", "jaw")}
    assert all(f.error == 0 for f in findings)


def test_blended_frames_equal():
    findings = parity.check_blend(GOLDENS)
    assert {f.file for f in findings} == {
        "blend0.json",
        "blend0_jaw.png",
        "blend0_raw.png",
        "blend0_realtime_mask.png",
    }
    assert all(f.ok for f in findings)


def test_seeded_parser_gives_the_same_logits():
    findings = {(f.file, f.detail): f for f in faces.check_parser(GOLDENS)}
    assert {detail for _, detail in findings} == {"191 keys", "logits_every_16", "mean", "std"}
    assert all(f.ok for f in findings.values())


def test_empty_folders_have_nothing_to_check(tmp_path: Path):
    assert [found for check in ALL.values() for found in check(tmp_path)] == []


def test_more_files_of_a_kind_are_found(tmp_path: Path):
    shutil.copy(GOLDENS / "face_box.json", tmp_path / "face_box_7.json")
    shutil.copy(GOLDENS / "parsing_masks.npz", tmp_path / "parsing_masks_b.npz")
    for path in GOLDENS.glob("blend0*"):
        shutil.copy(path, tmp_path / path.name.replace("blend0", "blend12"))
    assert [f.file for f in parity.check_boxes(tmp_path)] == ["face_box_7.json"]
    assert {f.file for f in parity.check_masks(tmp_path)} == {"parsing_masks_b.npz"}
    assert "blend12_jaw.png" in {f.file for f in parity.check_blend(tmp_path)}
    assert all(f.ok for check in parity.CHECKS.values() for f in check(tmp_path))


def test_a_box_off_by_a_pixel_fails(tmp_path: Path):
    cases = json.loads((GOLDENS / "face_box.json").read_text())
    cases[0]["box"][2] += 1
    (tmp_path / "face_box.json").write_text(json.dumps(cases))
    (finding,) = parity.check_boxes(tmp_path)
    assert not finding.ok
    assert finding.error == 1
    cases[0]["box"] = None
    (tmp_path / "face_box.json").write_text(json.dumps(cases))
    assert not parity.check_boxes(tmp_path)[0].ok


@pytest.mark.parametrize(("levels", "share", "ok"), [(1, 0.005, True), (1, 0.02, False), (2, 0.001, False)])
def test_blending_has_its_tolerance(tmp_path: Path, levels: int, share: float, ok: bool):
    for path in GOLDENS.glob("blend0*"):
        if path.stem not in ("blend0_raw", "blend0_realtime_mask"):
            shutil.copy(path, tmp_path)
    wanted = np.array(Image.open(tmp_path / "blend0_jaw.png"))
    rows = int(share * len(wanted))
    wanted[:rows] = np.where(wanted[:rows] < 128, wanted[:rows] + levels, wanted[:rows] - levels)
    Image.fromarray(wanted).save(tmp_path / "blend0_jaw.png", compress_level=0)
    findings = [f for f in parity.check_blend(tmp_path) if f.file == "blend0_jaw.png"]
    assert all(f.ok for f in findings) is ok
