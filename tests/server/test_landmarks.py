"""FACE_LANDMARKS of ComfyUI's own nodes instead of the embedded tracker."""


def test_landmarks_from_the_wire_lead_to_the_video(run_in_comfy, write_clip, write_clicks, tmp_path):
    clip = write_clip(tmp_path / "face.mp4", 15, 25)
    write_clicks(tmp_path / "clicks.wav", 0.6)
    told = run_in_comfy("landmarks", str(clip), str(tmp_path / "clicks.wav"))
    assert (told["persons"], told["frames"]) == (1, 15)
    # The measured points are smoothed, not moved.
    assert told["distance"] < 2
    assert told["preview"] == [8, 320, 320, 3]
    assert told["report"]["generated"] == 15
    assert told["result"] == [320, 320, 15]
