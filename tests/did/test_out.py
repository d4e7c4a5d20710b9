"""Where the clip is to go is looked at before anything is sent; once it is paid for, it is not lost."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_did import Fault, clips

from lipsync_studio.cloud_jobs import errors

from .conftest import Bench, as_nobody, command, in_child, order

Talk = Callable[..., int]


@pytest.fixture
def place(folder: Path, configured: None) -> Path:
    """A folder with picture, recording and text, beside D-ID's own."""
    place = folder / "place"
    (place / "folder").mkdir(parents=True)
    for name, data in (
        ("face.jpg", clips.portrait()),
        ("voice.wav", clips.voice(16.0)),
        ("words.txt", b"Good morning."),
        ("old.mp4", b"precious"),
    ):
        (place / name).write_bytes(data)
    (place / "linked.jpg").hardlink_to(place / "face.jpg")
    (place / "soft.jpg").symlink_to(place / "face.jpg")
    (place / "nowhere.mp4").symlink_to(place / "absent.mp4")
    os.mkfifo(place / "pipe")
    return place


@pytest.fixture
def did(bench: Bench) -> Talk:
    return functools.partial(command, bench)


def talk(place: Path, out: Path | str, *more: str, text: bool = False) -> tuple[object, ...]:
    says = ("--text", f"@{place / 'words.txt'}") if text else ("--audio", place / "voice.wav")
    return ("talk", "--image", place / "face.jpg", *says, "--out", out, "--yes", *more)


def content(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.rglob("*") if path.is_file()}


REFUSED = {
    "absent/clip.mp4": "absent is no folder; make it",
    "words.txt/clip.mp4": "words.txt is no folder",
    "folder": "folder is a folder; name a file in it",
    "/proc/clip.mp4": "Nothing can be written to /proc",
    "old.mp4": "old.mp4 exists; choose another name with --out, or add --overwrite",
    "nowhere.mp4": "nowhere.mp4 exists",
    "pipe": "pipe is no ordinary file",
    "a" * 300: "can't be written (File name too long)",
    "face.jpg": "face.jpg is the picture itself, which is never replaced",
    "linked.jpg": "linked.jpg is the picture itself",
    "soft.jpg": "soft.jpg is the picture itself",
    "voice.wav": "voice.wav is the recording itself",
    "../did/jobs.sqlite": "is where the D-ID folder keeps something of its own",
    **dict.fromkeys(
        (
            "../did/jobs.sqlite-journal",
            "../did/did.key",
            "../did/did.json",
            "../did/consent.json",
            "../did/results/new.mp4",
            "../did/spool/new.mp4",
        ),
        "of its own",
    ),
}


@pytest.mark.parametrize("out", REFUSED)
def test_a_clip_that_could_not_be_written_is_not_ordered(
    bench: Bench, place: Path, did: Talk, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.jobs().start(order(), consent=True)
    (bench.folder / "results").mkdir(exist_ok=True)
    before = content(place.parent)
    for more in ([], ["--overwrite"]):
        if more and REFUSED[out].startswith(("old", "nowhere")):
            continue
        assert did(*talk(place, place / out, *more)) == 1
        said = capsys.readouterr().err
        assert REFUSED[out] in said
        assert said.count("\n") == 1
    assert bench.server.log == []
    assert content(place.parent) == before


def test_the_text_is_not_replaced_either(bench: Bench, place: Path, did: Talk) -> None:
    assert did(*talk(place, place / "words.txt", "--overwrite", text=True)) == 1
    assert bench.server.log == []


@pytest.mark.skipif(sys.platform == "win32", reason="has no such permissions")
@pytest.mark.parametrize("kept", ["folder", "results"])
def test_a_folder_without_the_right_to_write(
    bench: Bench, place: Path, folder: Path, did: Talk, kept: str
) -> None:
    """For --out, and where the folder of the jobs keeps its clips."""
    bench.jobs().start(order(), consent=True)
    forbidden = {"folder": place / "folder", "results": bench.folder / "results"}[kept]
    forbidden.mkdir(exist_ok=True)
    forbidden.chmod(0o500)
    out = (place / "folder" if kept == "folder" else place) / "clip.mp4"

    def act() -> int:
        with contextlib.redirect_stderr(io.StringIO()) as said:
            code = did(*talk(place, out))
        return code if f"Nothing can be written to {forbidden} (Permission denied)" in said.getvalue() else 50

    assert as_nobody(folder, act) == 1
    assert not [seen for seen in bench.server.log if seen.route.startswith("POST")]


@pytest.mark.parametrize("name", ["old.mp4", "nowhere.mp4"])
def test_any_other_file_is_replaced_when_told(bench: Bench, place: Path, did: Talk, name: str) -> None:
    assert did(*talk(place, place / name, "--overwrite")) == 0
    assert (place / name).read_bytes() == clips.clip(16.0)
    assert not (place / name).is_symlink()
    assert did("resume", *[job.id for job in bench.jobs().journal.jobs()], "--out", place / name) == 1
    assert not list(place.glob(".*"))


def test_the_clip_is_as_readable_as_any_file(bench: Bench, place: Path, did: Talk) -> None:
    before = os.umask(0o022)
    try:
        assert did(*talk(place, place / "clip.mp4")) == 0
    finally:
        os.umask(before)
    assert (place / "clip.mp4").stat().st_mode & 0o777 == 0o644


def test_what_comes_up_meanwhile_does_not_lose_the_clip(
    bench: Bench, place: Path, did: Talk, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, taken = place / "folder" / "clip.mp4", place / "clip.mp4"

    def meanwhile(route: str) -> None:
        if route == "GET /files":
            shutil.rmtree(place / "folder", ignore_errors=True)
            taken.write_bytes(b"another's")

    bench.server.chance = meanwhile
    assert did(*talk(place, gone)) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert "(No such file or directory); it is kept as" in said
    assert did(*talk(place, gone.parent.parent / "new.mp4")) == 0
    taken.unlink()
    assert did(*talk(place, taken, "--again", "2")) == 1
    assert "has come into being meanwhile and was not replaced; the clip is kept" in capsys.readouterr().err
    assert taken.read_bytes() == b"another's"
    [_, second] = bench.jobs().journal.jobs()
    assert did("resume", second.id, "--out", place / "late.mp4") == 0
    assert (place / "late.mp4").read_bytes() == clips.clip(16.0)
    assert bench.service.charged == 4


def test_a_disk_that_fills_up_leaves_the_job_to_be_collected(bench: Bench) -> None:
    """In a process whose files may not grow as long as the clip, which fails like a full disk."""
    bench.policy.padding = 3_000_000
    job = bench.jobs().start(order(), consent=True)

    def act() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        with pytest.raises(errors.UnusableClipError, match="can't be written to .*results"):
            bench.jobs().run(job.id)
        return 0

    assert in_child(act) == 0
    assert bench.jobs().journal.get(job.id).state == "submitted"
    assert not list((bench.folder / "results").iterdir())
    assert bench.jobs().run(job.id).state == "downloaded"
    assert bench.service.charged == 1


def test_a_clip_is_not_fetched_from_what_is_no_address(bench: Bench) -> None:
    bench.server.faults = [
        Fault(
            "GET /talks/{id}",
            status=200,
            body={"id": "tlk_1", "status": "done", "result_url": "https://[not an address/clip.mp4"},
        )
    ]
    assert bench.jobs().run(bench.jobs().start(order(), consent=True).id).state == "downloaded"
