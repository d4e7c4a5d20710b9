"""FACE_LANDMARKS of ComfyUI's own nodes instead of the embedded tracker."""

import pytest


@pytest.fixture(scope="module")
def told(run_in_comfy, write_clip, write_clicks, tmp_path_factory):
    """What scripts/landmarks.py prints."""
    tmp_path = tmp_path_factory.mktemp("landmarks")
    clip = write_clip(tmp_path / "face.mp4", 15, 25)
    write_clicks(tmp_path / "clicks.wav", 0.6)
    return run_in_comfy("landmarks", str(clip), str(tmp_path / "clicks.wav"))


def test_landmarks_from_the_wire_lead_to_the_video(told):
    assert (told["persons"], told["frames"]) == (1, 15)
    # The measured points are smoothed, not moved.
    assert told["distance"] < 2
    assert told["preview"] == [8, 320, 320, 3]
    assert told["report"]["generated"] == 15
    assert told["result"] == [320, 320, 15]


def test_detector_and_max_faces_are_obeyed_however_faces_are_found(told):
    assert told["alone"] == 1
    assert told["asked"] == [{"variant": "full", "num_faces": 3, "score_thresh": 0.6}]
    (settings,) = told["tracked"]
    assert (settings["detector"], settings["max_faces"]) == ("full", 2)
