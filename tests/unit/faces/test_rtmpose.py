"""RTMPose with the goldens' seeded weights: what mmpose computed with them, by every way of running it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from brightest_spot import export
from PIL import Image

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.faces import parity as rtmpose
from lipsync_studio.engine.faces import topdown
from lipsync_studio.engine.faces.dwpose import load_dwpose
from lipsync_studio.engine.faces.pose_torch import load_rtmpose
from lipsync_studio.engine.faces.rtmpose import RTMPose
from lipsync_studio.engine.host.plain import PlainHost

GOLDENS = Path(__file__).parents[2] / "data" / "goldens" / "musetalk"


@pytest.fixture(scope="module")
def golden() -> dict[str, np.ndarray]:
    with np.load(GOLDENS / "rtmpose.npz") as stored:
        return dict(stored)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.array(Image.open(GOLDENS / "rtmpose.png"))


def face_of(golden: dict[str, np.ndarray], name: str) -> tuple[np.ndarray, np.ndarray]:
    return golden[f"{name}_keypoints"][topdown.FACE], golden[f"{name}_scores"][topdown.FACE]


def test_parity_for_the_whole_image_and_for_a_box() -> None:
    findings = rtmpose.check_pose(GOLDENS)
    assert [finding.detail for finding in findings] == [
        "470 keys",
        "box keypoints",
        "box scores",
        "whole_image keypoints",
        "whole_image scores",
    ]
    assert all(finding.ok for finding in findings)
    assert findings[0].error == 0
    assert max(findings[1].error, findings[3].error) < 0.01


def test_parity_notices_a_point_one_bin_off(tmp_path: Path, golden: dict[str, np.ndarray]) -> None:
    moved = golden["box_keypoints"].copy()
    moved[70, 0] += topdown.windows(golden["box"][None])[1][0, 0] / topdown.BINS[0]
    kept = {name: golden[name] for name in ("frame", "box", "box_scores")}
    np.savez(tmp_path / "rtmpose_other.npz", **kept, box_keypoints=moved)
    shutil.copy(GOLDENS / "rtmpose.png", tmp_path / "rtmpose_other.png")
    points, scores = rtmpose.check_pose(tmp_path)
    assert (points.file, points.ok, scores.ok) == ("rtmpose_other.npz", False, True)
    assert points.error == pytest.approx(1.22, abs=0.01)


def test_parity_says_when_there_is_no_picture(tmp_path: Path) -> None:
    shutil.copy(GOLDENS / "rtmpose.npz", tmp_path)
    (finding,) = rtmpose.check_pose(tmp_path)
    assert finding.ok
    assert "NOT CHECKED: neither silent_face_704x1216_25fps.mp4 nor a rtmpose.png" in finding.detail


def test_the_checkpoint_and_its_onnx_export_give_the_originals_landmarks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: PlainHost,
    golden: dict[str, np.ndarray],
    picture: np.ndarray,
) -> None:
    """With mmpose's file alone installed that is used; the ONNX file gives the same."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    folder = host.models_folder("musetalk") / "dwpose"
    folder.mkdir(parents=True)
    # As training on several devices leaves it, with numbers of the training beside the weights.
    state = {f"module.{key}": value for key, value in rtmpose.seeded_network().state_dict().items()}
    state["module.teacher.weight"] = torch.ones(3)
    content = {"meta": {"loss": np.float64(0.5)}, "state_dict": state}
    torch.save(content, folder / "dw-ll_ucoco_384.pth")
    found = load_dwpose(host)
    assert "dw-ll_ucoco_384.pth" in found.key
    points, scores = found.landmarks([picture], golden["box"][None])
    wanted, wanted_scores = face_of(golden, "box")
    assert points[0] == pytest.approx(wanted, abs=0.01)
    assert scores[0] == pytest.approx(wanted_scores, abs=1e-5)

    export(rtmpose.seeded_network(), folder / "dw-ll_ucoco_384.onnx")
    found = load_dwpose(host)
    assert "dw-ll_ucoco_384.onnx" in found.key
    points, scores = found.landmarks([picture])
    wanted, wanted_scores = face_of(golden, "whole_image")
    assert points[0] == pytest.approx(wanted, abs=0.01)
    assert scores[0] == pytest.approx(wanted_scores, abs=1e-5)


def test_where_onnx_runtime_cannot_use_the_device_torch_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    # A device that no execution provider is for.
    host = PlainHost("meta")
    folder = host.models_folder("musetalk") / "dwpose"
    folder.mkdir(parents=True)
    export(rtmpose.seeded_network(), folder / "dw-ll_ucoco_384.onnx")
    assert "dw-ll_ucoco_384.onnx" in load_dwpose(host).key
    assert "DWPose runs on the CPU" in caplog.text
    torch.save(rtmpose.seeded_network().state_dict(), folder / "dw-ll_ucoco_384.pth")
    assert "dw-ll_ucoco_384.pth" in load_dwpose(host).key


def test_other_weights_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "dw-ll_ucoco_384.pth"
    torch.save({"cp.resnet.conv1.weight": torch.ones(2)}, path)
    with pytest.raises(WeightsError, match=r"DWPose.*face parser BiSeNet.*put the right file"):
        load_rtmpose(path)


def test_entries_are_the_published_ones_in_order() -> None:
    with torch.device("meta"):
        ours = {key: list(value.shape) for key, value in RTMPose().state_dict().items()}
    published = json.loads((GOLDENS / "rtmpose_keys.json").read_text())
    assert list(ours.items()) == list(published.items())
