"""VIDEOs of later ComfyUIs that are cropped, resized or joined when they are read, and not before."""

import av
import pytest

FRAMES = 15


@pytest.fixture(scope="module")
def told(run_in_comfy, write_clip, write_clicks, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edited")
    silent = write_clip(folder / "silent.mp4", FRAMES, 25)
    write_clicks(folder / "clicks.wav", FRAMES / 25)
    clip = with_sound(silent, folder / "clicks.wav", folder / "face.mp4")
    return run_in_comfy("edited_video", str(clip), str(folder / "clicks.wav"))


def with_sound(video, audio, path):
    """The video's packets and the audio as AAC."""
    with av.open(str(video)) as pictures, av.open(str(audio)) as sound, av.open(str(path), "w") as out:
        shown = out.add_stream_from_template(pictures.streams.video[0])
        heard = out.add_stream("aac", rate=48000, layout="mono")
        for packet in pictures.demux(video=0):
            if packet.dts is not None:
                packet.stream = shown
                out.mux(packet)
        for frame in sound.decode(audio=0):
            out.mux(heard.encode(frame))
        out.mux(heard.encode(None))
    return path


@pytest.mark.parametrize("kind", ["Cropped", "Edited"])
def test_a_pending_crop_is_applied_near_losslessly_and_with_the_sound(told, kind):
    seen = told[kind]
    assert (seen["size"], seen["frames"], seen["fps"]) == ([256, 288], FRAMES, "25")
    assert seen["distance"] < 2
    assert seen["seconds of sound"] == pytest.approx(FRAMES / 25)


@pytest.mark.parametrize("kind", ["Cropped", "Edited"])
def test_it_is_saved_once_for_all_nodes_and_goes_with_its_source(told, kind):
    seen = told[kind]
    assert seen["same"] is True
    # For the first VIDEO, for another one of the same file and edits, and for one of others.
    assert seen["saved"] == [{"crf": 10, "preset": "veryfast", "codec": "h264"}] * 3
    assert seen["key"] is True
    assert seen["other key"] is True
    assert seen["temp"] is True
    assert seen["gone"] is True


def test_without_edits_the_file_itself_is_read(told):
    assert told["Untouched"] == {"size": [320, 320], "file": True}


def test_several_in_a_row_become_one_file(told):
    assert told["list"]["frames"] == 2 * FRAMES
    # Whole ones can be copied.
    assert told["list"]["saved"] == [{"crf": None, "preset": None, "codec": "auto"}]
    assert told["list to encode"] == [{"crf": 10, "preset": "veryfast", "codec": "h264"}] * 2


def test_all_nodes_see_what_is_shown(told):
    nodes = told["nodes"]
    assert nodes["preview"] == [288, 256, 3]
    assert nodes["generated"] == FRAMES
    assert "edits of the video are applied in a copy" in nodes["notes"][0]
    assert nodes["result"] == nodes["overlaid"] == [256, 288]
    assert nodes["streams"] == ["h264", "aac"]
    assert nodes["encodes"] == 1


def test_the_sound_of_a_video_made_of_pictures_is_kept(told):
    assert told["created"]["streams"] == ["h264", "aac"]


def test_an_odd_size_is_shown_as_it_is(told):
    """H.264, in which ComfyUI would save it, has no such size."""
    odd = told["odd"]
    assert (odd["size"], odd["frames"], odd["sound"]) == ([256, 288], FRAMES, True)
    assert odd["distance"] < 2


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("Broken", "Video resolution changes mid-stream"),
        ("Refused", "[Errno 542398533] Generic error in an external library"),
    ],
)
def test_edits_that_comfyui_cannot_apply_are_one_sentence_and_no_file(told, kind, why):
    assert told[kind] == [
        f"ComfyUI can't apply the edits of the video ({why}): save it with Save Video and load the file.",
        True,
    ]
