"""What leaves a node is an error of the pack, in one sentence, whatever went wrong inside."""

import pytest


@pytest.fixture(scope="module")
def told(run_in_comfy):
    return run_in_comfy("edge")


@pytest.mark.parametrize(
    ("case", "kind", "said", "cause"),
    [
        ("system", "OutputError", '"/x" can\'t be written (No space left on device)', "OSError"),
        ("programming", "UnexpectedError", "nobody expected (TypeError: 'NoneType'", "TypeError"),
        ("ours", "VideoError", "Mine.", "NoneType"),
        ("memory", "DeviceMemoryError", "memory doesn't suffice", "OutOfMemoryError"),
        ("stopped", "InterruptProcessingException", "", "NoneType"),
    ],
)
def test_an_error_of_ours_with_the_other_behind_it(told, case, kind, said, cause):
    """Nodes that wait and those that don't alike; the cause is what ComfyUI's log shows."""
    for name, text, behind in told[case]:
        assert (name, behind) == (kind, cause)
        assert said in text
        assert "\n" not in text


def test_comfyui_makes_room_where_memory_has_run_out(told):
    assert told["unloaded"] == 2


def test_every_node_has_it(told):
    assert len(told["nodes"]) > 20
    assert [name for name, guarded in told["nodes"] if not guarded] == []


def test_an_output_folder_that_cannot_be_made(told):
    """Which is not the prefix's fault."""
    assert (
        "/proc/nowhere/lyrics/ComfyUI\" can't be written (No such file or directory)" in told["output folder"]
    )
