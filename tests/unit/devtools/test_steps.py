"""Set-up steps: done once, redone when interrupted or out of date."""

import pytest

from lipsync_studio.devtools.steps import SetupError, once, run


@pytest.fixture
def count(tmp_path):
    """Runs a step and tells how often its action has run."""
    runs = []

    def step(*depends: str) -> int:
        once("Counting", tmp_path / "stamps" / "count", depends, lambda: runs.append(depends))
        return len(runs)

    return step


def test_a_step_is_done_once(count):
    assert [count("a", "b"), count("a", "b")] == [1, 1]


def test_a_step_is_done_again_when_what_it_depends_on_changes(count):
    assert [count("a", "b"), count("a", "c"), count("ab", "c"), count("ab", "c")] == [1, 2, 3, 3]


def test_an_interrupted_step_is_done_again(count, tmp_path):
    assert count("old") == 1

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once("Counting", tmp_path / "stamps" / "count", ["new"], interrupt)
    # Not even the older state holds any more: the step may have half undone it.
    assert count("old") == 2


@pytest.mark.parametrize("command", [["false"], ["no-such-program", "--version"]])
def test_a_command_that_fails_or_is_missing_is_named(command, capfd):
    with pytest.raises(SetupError, match=f"`{' '.join(command)}`"):
        run(*command)
