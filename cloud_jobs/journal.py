"""The record of every job, written before each step that could cost money, and of what lies at the service.

One SQLite file (0600) that several processes may use at once. It holds no key and no signed link. Times are
seconds since 1970 by the service's clock.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from .errors import CapError, JournalError
from .job import FINAL, UNPAID, Job, State, Stored, from_record, to_record
from .service import Service
from .storage import private_folder

DAY = 86_400.0
FILE_NAME = "jobs.sqlite"
# 1, one service's alone, is read as it is and becomes 2 with the first entry that is written.
_VERSION = 2

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, state TEXT NOT NULL, host TEXT NOT NULL, account TEXT NOT NULL,
    talk_id TEXT, credits INTEGER NOT NULL, submitted_at REAL, updated REAL NOT NULL, record TEXT NOT NULL,
    UNIQUE (host, talk_id));
CREATE INDEX IF NOT EXISTS jobs_by_key ON jobs (key);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
CREATE TABLE IF NOT EXISTS uploads (
    host TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL,
    url TEXT NOT NULL, remote_id TEXT NOT NULL, uploaded_at REAL NOT NULL,
    PRIMARY KEY (host, account, kind, sha256));
"""
_STANDING = (
    "SELECT record FROM jobs WHERE key = ? AND state NOT IN ('refused', 'failed', 'rejected', 'abandoned')"
)
_UPLOAD = "host = ? AND account = ? AND kind = ? AND sha256 = ?"


@dataclass(frozen=True)
class Day:
    """The 24 hours up to now (seconds since 1970), and what may be spent in them."""

    now: float
    cap: int


class Journal:
    """folder: made with the first entry, private to the user. Looking writes nothing and changes nobody's
    permissions, so it works where nothing may be written; but what a crash left half written is put right,
    which SQLite can't read past. Raises JournalError if the file is no journal."""

    def __init__(self, folder: Path, service: Service) -> None:
        self.service = service
        self.path = folder / FILE_NAME
        self._made = False

    def _make(self) -> None:
        """Raises SettingsError if there can't be such a file."""
        if self._made:
            return
        private_folder(self.path.parent)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        with self._connected("rw") as db:
            if db.execute("PRAGMA user_version").fetchone()[0] < _VERSION:
                db.execute("BEGIN IMMEDIATE")
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                db.execute("INSERT OR IGNORE INTO meta VALUES ('salt', ?)", (secrets.token_hex(16),))
                db.execute(f"PRAGMA user_version = {_VERSION}")
                db.execute("COMMIT")
        self._made = True

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is on disk afterwards, or none."""
        self._make()
        with self._connected("rw") as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._connected("ro" if self._there() else "memory") as db:
            yield db

    def _there(self) -> bool:
        try:
            return self.path.stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError as error:
            raise JournalError(
                f"The {self.service.title} journal {self.path} can't be read ({error.strerror}); choose "
                "another place with --folder or free that path."
            ) from None

    @contextmanager
    def _connected(self, mode: Literal["ro", "rw", "memory"]) -> Iterator[sqlite3.Connection]:
        """mode "memory": an empty journal that is nowhere."""
        try:
            db = self._connect(mode)
            try:
                db.row_factory = sqlite3.Row
                yield db
            finally:
                db.close()
        except sqlite3.Error as error:
            raise JournalError(
                f"The {self.service.title} journal {self.path} can't be used ({error}); "
                f"{'make room on the disk, or ' if 'full' in str(error) else ''}if it is damaged move it "
                f"away, after looking at {self.service.title} for jobs in it."
            ) from error

    def _connect(self, mode: Literal["ro", "rw", "memory"]) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}" if mode != "memory" else "file::memory:"
        db = sqlite3.connect(address, timeout=30.0, isolation_level=None, uri=True)
        try:
            if mode == "memory":
                db.executescript(_SCHEMA)
            version = db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.OperationalError:
            db.close()
            if mode != "ro":
                raise
            return self._connect("rw")  # a process died in a transaction, which only a writer may undo
        if version > _VERSION:
            db.close()
            raise JournalError(
                f"The {self.service.title} journal {self.path} is from a newer LipSync Studio; update this "
                "one."
            )
        return db

    @cached_property
    def salt(self) -> bytes:
        """This installation's own random bytes, made when they are first needed."""
        self._make()
        return bytes.fromhex(self.meta("salt"))

    def meta(self, name: str) -> str:
        with self._reading() as db:
            row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else ""

    def set_meta(self, name: str, value: str) -> None:
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def add(self, job: Job) -> Job:
        """Record a new job, or return the one that stands for the same key."""
        with self._writing() as db:
            row = db.execute(_STANDING, (job.key,)).fetchone()
            if row:
                return _job(row)
            _write(db, job)
        return job

    def standing(self, key: str) -> Job | None:
        """The job that answers an order of this key: any that may still bring its clip."""
        with self._reading() as db:
            row = db.execute(_STANDING, (key,)).fetchone()
        return _job(row) if row else None

    def get(self, job_id: str) -> Job:
        """By id or by an unambiguous beginning of one. Raises JournalError."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT record FROM jobs WHERE id >= ? AND id < ? LIMIT 2", (job_id, job_id + "g")
            ).fetchall()
        if len(rows) != 1 or not job_id:
            raise JournalError(
                f"The journal has {'several jobs' if rows else 'no job'} {job_id!r}; list "
                f"them with `{self.service.command} jobs`."
            )
        return _job(rows[0])

    def jobs(self, *states: State) -> list[Job]:
        """All jobs, or those in some states, oldest first."""
        where = f"WHERE state IN ({', '.join('?' * len(states))})" if states else ""
        with self._reading() as db:
            rows = db.execute(f"SELECT record FROM jobs {where} ORDER BY rowid", states).fetchall()
        return [_job(row) for row in rows]

    def open_jobs(self) -> list[Job]:
        return [job for job in self.jobs() if job.state not in FINAL]

    def advance(self, job: Job, *, day: Day | None = None, **changes: Any) -> Job | None:
        """Write changes if the job is still in its state and no other job owns its clip; None if another
        process was faster.

        day: raises CapError if the job would exceed its cap. Checked and written in one transaction, so that
        two processes can't both spend what is left."""
        with self._writing() as db:
            row = db.execute("SELECT record, state FROM jobs WHERE id = ?", (job.id,)).fetchone()
            if row is None or row["state"] != job.state:
                return None
            changed = replace(_job(row), **changes)
            if day is not None:
                check_cap(self.service, _spent(db, day.now), changed.credits, day.cap)
            try:
                _write(db, changed)
            except sqlite3.IntegrityError:
                return None
        return changed

    def owners(self, host: str, remote_ids: Iterable[str]) -> dict[str, Job]:
        """Those of the clips that are known to be jobs of this journal."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT record FROM jobs WHERE host = ? AND talk_id IN (SELECT value FROM json_each(?))",
                (host, json.dumps(list(remote_ids))),
            ).fetchall()
        return {job.remote_id: job for job in map(_job, rows)}

    def spent(self, now: float) -> int:
        """Estimated credits of all jobs of the last 24 h that may have been billed."""
        with self._reading() as db:
            return _spent(db, now)

    def group(self, name: str) -> list[Job]:
        """The newest job of each order in a group, oldest first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT record FROM jobs WHERE json_extract(record, '$.group') = ? ORDER BY rowid", (name,)
            ).fetchall()
        return list({job.key: job for job in map(_job, rows)}.values())

    def stored(self, job: Job, kind: str, name: str) -> Stored | None:
        """What the job's account has at the service of the spool's file."""
        with self._reading() as db:
            query = f"SELECT url, remote_id, uploaded_at FROM uploads WHERE {_UPLOAD}"
            row = db.execute(query, _upload(job, kind, name)).fetchone()
        return Stored(*row) if row else None

    def store(self, job: Job, kind: str, name: str, stored: Stored) -> None:
        values = (*_upload(job, kind, name), stored.url, stored.remote_id, stored.uploaded_at)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def forget(self, job: Job, kind: str, name: str) -> None:
        with self._writing() as db:
            db.execute(f"DELETE FROM uploads WHERE {_UPLOAD}", _upload(job, kind, name))


def _job(row: sqlite3.Row) -> Job:
    return from_record(row["record"])


def _upload(job: Job, kind: str, name: str) -> tuple[str, ...]:
    return job.host, job.account, kind, Path(name).stem


def check_cap(service: Service, spent: int, credits: int, cap: int) -> None:
    """Raises CapError if the job would exceed the day's cap."""
    if spent + credits > cap:
        raise CapError(
            f"This job needs {service.amount(credits, False)}, and {spent} of the {cap} allowed within 24 "
            f"hours are used; wait, or raise max_credits_per_day in {service.settings_file}."
        )


def _spent(db: sqlite3.Connection, now: float) -> int:
    # No upper bound: entries from the future, after the clock was set back, count too.
    unpaid = ", ".join(f"'{state}'" for state in sorted(UNPAID))
    query = f"SELECT SUM(credits) AS total FROM jobs WHERE submitted_at > ? AND state NOT IN ({unpaid})"
    row = db.execute(query, (now - DAY,)).fetchone()
    return int(row["total"] or 0)


def _write(db: sqlite3.Connection, job: Job) -> None:
    # Not OR REPLACE: a second owner of a clip must be an error, not the end of the first one's record.
    db.execute(
        "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "state = excluded.state, talk_id = excluded.talk_id, credits = excluded.credits, "
        "submitted_at = excluded.submitted_at, updated = excluded.updated, record = excluded.record",
        (
            job.id,
            job.key,
            job.state,
            job.host,
            job.account,
            job.remote_id or None,
            job.credits,
            job.submitted_at,
            job.updated,
            to_record(job),
        ),
    )
