"""What a frame's pixels alone decide, kept by their hash: a second song on the same footage finds it here."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

# About an hour of footage at 25 fps.
MAX_BYTES = 4 << 30


class ContentCache:
    """Byte strings by content key, in a file that is the cache's own, the oldest dropped beyond `max_bytes`.

    A disk that is full or gone ends the caching, never the work.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._broken = False
        self._bytes = 0

    def get(self, key: bytes) -> bytes | None:
        with self._lock:
            try:
                db = self._open()
                row = db.execute("SELECT value FROM items WHERE key = ?", (key,)).fetchone() if db else None
            except (OSError, sqlite3.Error):
                self._give_up()
                return None
        return row[0] if row else None

    def put(self, key: bytes, value: bytes) -> None:
        with self._lock:
            try:
                db = self._open()
                if db is None:
                    return
                with db:
                    added = db.execute("INSERT OR IGNORE INTO items(key, value) VALUES (?, ?)", (key, value))
                    self._bytes += len(value) * added.rowcount
                    while self._bytes > self._max_bytes:
                        self._drop_oldest(db)
            except (OSError, sqlite3.Error):
                self._give_up()

    def close(self) -> None:
        """Removes the file; so does the end of the last reference to the cache."""
        with self._lock:
            self._give_up()

    __del__ = close

    def _open(self) -> sqlite3.Connection | None:
        if self._db is None and not self._broken:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._path, check_same_thread=False)
            # The file dies with the process: nothing need survive a crash.
            self._db.execute("PRAGMA journal_mode = OFF")
            self._db.execute("PRAGMA synchronous = OFF")
            self._db.execute("CREATE TABLE items (key BLOB UNIQUE, value BLOB)")
        return self._db

    def _drop_oldest(self, db: sqlite3.Connection) -> None:
        rowid, size = db.execute("SELECT rowid, length(value) FROM items ORDER BY rowid LIMIT 1").fetchone()
        db.execute("DELETE FROM items WHERE rowid = ?", (rowid,))
        self._bytes -= size

    def _give_up(self) -> None:
        self._broken = True
        if self._db is not None:
            self._db.close()
            self._db = None
        with suppress(OSError):
            self._path.unlink()


def content_key(pixels: np.ndarray, *context: str) -> bytes:
    """16 bytes that stand for the pixels and for whatever else the cached value depends on."""
    digest = hashlib.blake2b("\0".join((*context, str(pixels.shape))).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.digest()
