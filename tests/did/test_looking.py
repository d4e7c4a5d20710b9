"""Looking at jobs and the balance changes nothing: no file, no folder, no permission."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from lipsync_studio.cloud_jobs import errors
from lipsync_studio.cloud_jobs.journal import FILE_NAME, Journal
from lipsync_studio.did_client import SERVICE

from .conftest import Bench, as_nobody, command, order


def snapshot(folder: Path) -> dict[str, tuple[int, ...]]:
    """Permissions, owner, size and times of everything in a folder, itself included."""
    return {
        str(path): (found.st_mode, found.st_uid, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        for path in sorted([folder, *folder.rglob("*")])
        for found in [path.lstat()]
    }


@pytest.fixture
def environment(bench: Bench, configured: None) -> None:
    """The folder is the user's own, which others may read: `did --folder .`."""
    bench.folder.mkdir(mode=0o755)
    bench.folder.chmod(0o755)
    (bench.folder / "mine.txt").write_text("mine")


LOOKS = (["jobs"], ["jobs", "--all", "--json"], ["credits"], ["voices"], ["key"], ["consent", "--show"])


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("arguments", LOOKS, ids=" ".join)
@pytest.mark.parametrize("journal", [False, True], ids=["no journal", "a journal"])
def test_looking_writes_nothing(
    bench: Bench, arguments: list[str], journal: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if journal:
        bench.jobs().start(order(), consent=True)
        bench.folder.chmod(0o755)
    before = snapshot(bench.folder)
    assert command(bench, *arguments) == 0
    assert snapshot(bench.folder) == before
    assert ("planned" in capsys.readouterr().out) == (journal and arguments[0] == "jobs")


@pytest.mark.usefixtures("environment")
def test_an_absent_folder_stays_absent(bench: Bench) -> None:
    bench.folder = bench.folder / "absent"
    assert [command(bench, *arguments) for arguments in LOOKS] == [0] * len(LOOKS)
    assert not bench.folder.exists()


@pytest.mark.usefixtures("environment")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_folder_that_may_not_be_written_can_be_read(bench: Bench, folder: Path) -> None:
    """In a process without root's rights, which ignore permissions."""
    bench.jobs().start(order(), consent=True)
    bench.folder.chmod(0o555)
    (bench.folder / FILE_NAME).chmod(0o400)

    def act() -> int:
        before = snapshot(bench.folder)
        return command(bench, "jobs") or command(bench, "credits") or 10 * (snapshot(bench.folder) != before)

    assert as_nobody(folder, act) == 0
    bench.folder.chmod(0o755)


@pytest.mark.usefixtures("environment")
def test_no_folder_at_all_is_one_sentence(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.folder = bench.folder / "mine.txt"
    assert command(bench, "jobs") == 1
    assert "mine.txt/jobs.sqlite can't be read (Not a directory)" in capsys.readouterr().err


def test_what_is_no_journal_is_said(folder: Path) -> None:
    (folder / FILE_NAME).write_bytes(b"no database, but long enough for a header" * 100)
    with pytest.raises(errors.JournalError, match="can't be used"):
        Journal(folder, SERVICE).jobs()
    (folder / FILE_NAME).unlink()
    with sqlite3.connect(folder / FILE_NAME) as db:
        db.execute("CREATE TABLE other (x)")
        db.execute("PRAGMA user_version = 3")
    for act in (Journal(folder, SERVICE).jobs, lambda: Journal(folder, SERVICE).salt):
        with pytest.raises(errors.JournalError, match="newer LipSync Studio"):
            act()


def test_what_a_crash_left_half_written_is_undone(bench: Bench) -> None:
    """SQLite can't read past such a transaction without writing."""
    job = bench.jobs().start(order(), consent=True)
    path = bench.folder / FILE_NAME
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA cache_size = 1")  # pages reach the file before the transaction ends
    db.execute("BEGIN")
    db.executemany("INSERT INTO meta VALUES (?, ?)", [(f"n{i}", "x" * 4000) for i in range(50)])
    torn, undo = path.read_bytes(), path.with_name(f"{FILE_NAME}-journal").read_bytes()
    db.execute("ROLLBACK")
    db.close()
    path.write_bytes(torn)
    path.with_name(f"{FILE_NAME}-journal").write_bytes(undo)
    assert len(torn) > 100_000
    journal = Journal(bench.folder, SERVICE)
    assert [each.id for each in journal.jobs()] == [job.id]
    assert journal.meta("n7") == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
