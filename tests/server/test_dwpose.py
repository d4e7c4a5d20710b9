"""DWPose's landmarks by the track node, in ComfyUI's own process and folders."""

from brightest_spot import BrightestSpot, export

from lipsync_studio.devtools.paths import ROOT


def test_the_track_node_measures_landmarks_with_the_weights_in_comfyuis_folder(
    run_in_comfy, tmp_path, monkeypatch
):
    # No other place that weights are looked for in.
    for name in ("HOME", "LIPSYNC_MODELS", "HF_HUB_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    onnx = tmp_path / "spot.onnx"
    export(BrightestSpot(), onnx)
    base = tmp_path / "base"
    base.mkdir()
    told = run_in_comfy("dwpose", str(ROOT / "demo" / "portrait.jpg"), str(onnx), base=base)
    assert "dw-ll_ucoco_384.onnx" in told["refusals"]["dwpose"]
    assert "weights download dwpose" in told["refusals"]["dwpose"]
    assert "requirements-mmpose.txt" in told["refusals"]["mmpose"]
    assert told["models"] == str(base / "models")
    assert told["mesh_alone"]
    assert told["shape"] == [1, 68, 2]
    # A pixel, for the rounding of a picture that goes through planes.
    assert told["off"] < 1.5
    assert told["same_mesh"]
    assert not told["same_key"]
    assert not told["same_preview"]
