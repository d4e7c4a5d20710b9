"""ComfyHost, in the place of a node that ComfyUI executes."""

import pytest


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    (folder / "models").write_text("a file in the place of the folder")
    return folder


@pytest.fixture(scope="module")
def told(run_in_comfy, base):
    return run_in_comfy("comfy_host", base=base)


def test_each_stage_has_its_text_and_its_bar_on_the_executing_node(told):
    assert [text for text in told["texts"] if "left" not in text[0]] == [
        ["Finding faces", "7"],
        ["Painting mouths", "7"],
        ["Painting mouths", "7"],
    ]
    steps = [bar[:3] for bar in told["bars"]]
    assert [steps[0], steps[1], steps[-1]] == [["7", 5, 5], ["7", 1, 100], ["7", 100, 100]]


def test_the_text_says_how_long_the_stage_still_takes_until_it_has_ended(told):
    """10 frames in 2 seconds, after a first report of one."""
    shown = [text for text, _ in told["texts"]]
    assert shown[2:] == [
        "Painting mouths: 0:20 left",
        "Painting mouths: 0:17 left",
        "Painting mouths: 0:14 left",
        "Painting mouths",
    ]


def test_previews_are_rationed(told):
    assert [bar[3] for bar in told["bars"]] == [True] + [False] * (len(told["bars"]) - 1)


def test_previews_are_wanted_twice_a_second_and_only_where_a_page_shows_them(told):
    nobody, not_there, there, just_shown, later = told["wanted"]
    assert [nobody, not_there, there, just_shown, later] == [False, False, True, False, True]


def test_the_stop_button_ends_the_run(told):
    assert told["interrupted"] is True


def test_networks_are_loaded_by_comfyui(told):
    assert told["same module"] is True
    assert told["device"] == "cpu"
    assert told["output"] == [3, 2]
    assert told["loaded"] == 1


def test_running_out_of_memory_is_told_by_comfyui_and_by_what_it_leaves_out(told):
    assert told["out of memory"] == [True, True, True, False]


def test_temporary_files_lie_in_comfyuis_folder_which_is_made(told):
    assert told["temp in comfy"] is True
    assert told["temp folder made"] is True
    assert told["temp file made"] is False


def test_models_folders_are_known_even_where_none_can_be_made(told, base):
    assert told["models"] == str(base / "models" / "lipsync_test")
    assert told["known"] is True
    assert told["detection"] == str(base / "models" / "detection")
