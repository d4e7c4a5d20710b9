"""A journal of version 1, in which all jobs were D-ID's, is read as it is and goes on."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from lipsync_studio.cloud_jobs.job import Job, Stored
from lipsync_studio.cloud_jobs.journal import FILE_NAME, Journal
from lipsync_studio.did_client import SERVICE

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, state TEXT NOT NULL, host TEXT NOT NULL, account TEXT NOT NULL,
    talk_id TEXT, credits INTEGER NOT NULL, submitted_at REAL, updated REAL NOT NULL, record TEXT NOT NULL,
    UNIQUE (host, talk_id));
CREATE INDEX jobs_by_key ON jobs (key);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE TABLE uploads (
    host TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL,
    url TEXT NOT NULL, remote_id TEXT NOT NULL, uploaded_at REAL NOT NULL,
    PRIMARY KEY (host, account, kind, sha256));
PRAGMA user_version = 1;
"""
_OLD = {
    "id": "a" * 32,
    "key": "paid",
    "host": "api.d-id.com",
    "account": "01234567",
    "template": {"script": {"type": "audio"}, "config": {"result_format": "mov"}},
    "image": "picture.jpg",
    "audio": "sound.wav",
    "seconds": 7.0,
    "credits": 1,
    "created": 1000.0,
    "state": "downloaded",
    "updated": 1010.0,
    "image_stem": "0123456789abcdef",
    "submitted_at": 1001.0,
    "lease": 1100.0,
    "looks": 1,
    "look_first": True,
    "reuploaded": False,
    "talk_id": "tlk_1",
    "candidates": ["tlk_1", "tlk_2"],
    "credits_before": 5.0,
    "credits_after": 4.0,
    "result": "clip.mov",
    "sha256": "f" * 64,
    "problem": "",
    "problem_kind": "",
    "notes": ["A note."],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.executescript(_SCHEMA)
        db.execute("INSERT INTO meta VALUES ('salt', '00ff')")
        row = ("a" * 32, "paid", "downloaded", "api.d-id.com", "01234567", "tlk_1", 1, 1001.0, 1010.0)
        db.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, json.dumps(_OLD)))
        upload = ("api.d-id.com", "01234567", "image", "picture", "s3://x", "upl_1", 1000.5)
        db.execute("INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)", upload)
    db.close()
    return tmp_path


def version(folder: Path) -> int:
    with sqlite3.connect(folder / FILE_NAME) as db:
        found = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return int(found)


def check(job: Job) -> None:
    assert job.files == {"image": "picture.jpg", "audio": "sound.wav"}
    assert (job.remote_id, job.stem, job.suffix) == ("tlk_1", "0123456789abcdef", "mov")
    assert (job.candidates, job.notes, job.measured_credits) == (("tlk_1", "tlk_2"), ("A note.",), 1.0)


def test_it_is_read_without_being_written(folder: Path) -> None:
    before = (folder / FILE_NAME).read_bytes()
    journal = Journal(folder, SERVICE)
    job = journal.standing("paid")
    assert job is not None
    check(job)
    assert journal.owners("api.d-id.com", ["tlk_1"]) == {"tlk_1": job}
    assert journal.stored(job, "image", "picture.jpg") == Stored("s3://x", "upl_1", 1000.5)
    assert (folder / FILE_NAME).read_bytes() == before
    assert version(folder) == 1


def test_it_becomes_the_new_one_with_the_first_entry(folder: Path) -> None:
    journal = Journal(folder, SERVICE)
    (job,) = journal.jobs()
    assert journal.salt == b"\x00\xff"
    assert journal.advance(job, state="submitted") is not None
    assert version(folder) == 2
    for again in (journal, Journal(folder, SERVICE)):
        (read,) = again.jobs()
        check(read)
        assert read.state == "submitted"
