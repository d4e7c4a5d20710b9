"""Temporary files: gone with their run, however it ends, and nobody else's harmed."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.partial import PartialFile, write_whole

# Holds a temporary file and a temporary folder until it is killed.
_RUN = """
import sys, time
from pathlib import Path
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.partial import PartialFile
part = PartialFile(Path(sys.argv[1]))
part.path.write_bytes(bytes(1000))
with PlainHost("cpu") as host:
    host.temp_file(".states").write_bytes(bytes(1000))
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def another_run(tmp_path, monkeypatch):
    """A process in the middle of its work on tmp_path/out/song.mp4, with tmp_path/temp for the system's
    temporary folder, as here."""
    for name in ("out", "temp"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    command = [sys.executable, "-c", _RUN, str(tmp_path / "out" / "song.mp4")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate()
    tempfile.tempdir = None


def names(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.skipif(os.name == "nt", reason="there are no locks of this kind")
def test_what_a_killed_run_left_is_gone_at_the_next_start(another_run, tmp_path):
    assert len(names(tmp_path / "out")) == 1
    assert len(names(tmp_path / "temp")) == 2
    another_run.send_signal(signal.SIGKILL)
    another_run.wait()
    with PlainHost("cpu"):
        assert names(tmp_path / "temp") == []
    write_whole(tmp_path / "out" / "other.txt", b"mine")
    assert names(tmp_path / "out") == ["other.txt"]


def test_what_a_living_run_uses_stays(another_run, tmp_path):
    before = names(tmp_path)
    with PlainHost("cpu"):
        write_whole(tmp_path / "out" / "other.txt", b"mine")
    assert names(tmp_path) == sorted([*before, "other.txt"])


def test_of_two_in_one_folder_neither_takes_the_others(tmp_path):
    with PartialFile(tmp_path / "a") as first, PartialFile(tmp_path / "b") as second:
        first.path.write_bytes(b"first")
        second.path.write_bytes(b"second")
        first.commit()
        assert names(tmp_path) == sorted(["a", second.path.name])
    assert (tmp_path / "a").read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_a_target_keeps_what_it_holds_until_the_new_one_is_whole(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(ValueError, match="stop"), PartialFile(tmp_path / "a") as part:  # noqa: PT012
        part.path.write_bytes(b"ne")
        raise ValueError("stop")
    assert (names(tmp_path), (tmp_path / "a").read_bytes()) == (["a"], b"old")


def test_a_folder_that_never_got_its_lock_goes_when_it_is_old(tmp_path, monkeypatch):
    """Its run was killed in between; or it is about to have one."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new = tmp_path / "lipsync-studio-old", tmp_path / "lipsync-studio-new"
    others = tmp_path / "lipsync-studio-link", tmp_path / "someone-elses"
    for folder in (old, new, others[1]):
        folder.mkdir()
        (folder / "states").write_bytes(bytes(10))
    others[0].symlink_to(others[1])
    for folder in (old, *others):
        os.utime(folder, (0, 0))
    with PlainHost("cpu"):
        assert not old.exists()
        assert names(new) == names(others[0]) == names(others[1]) == ["states"]


def test_a_run_that_ends_before_it_can_see_to_its_file_leaves_none(tmp_path):
    """Stopped between the file's making and the block that deletes it. A fork harms nothing."""
    run = """
import os, sys
from pathlib import Path
from lipsync_studio.engine.partial import PartialFile
part = PartialFile(Path(sys.argv[1]))
child = os.fork()
if not child:
    raise SystemExit
os.waitpid(child, 0)
assert part.path.exists()
raise KeyboardInterrupt
"""
    ended = subprocess.run([sys.executable, "-c", run, tmp_path / "out.mp4"], capture_output=True, text=True)
    assert "KeyboardInterrupt" in ended.stderr
    assert "AssertionError" not in ended.stderr
    assert list(tmp_path.iterdir()) == []
