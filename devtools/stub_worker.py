"""Workers that make no video, for tests and measurements of what is around them."""

from __future__ import annotations

import os
import platform
import signal
import time
from pathlib import Path
from typing import Any

from lipsync_studio.batch.job import Job
from lipsync_studio.batch.manifest import ENDING, Manifest
from lipsync_studio.batch.store import open_store
from lipsync_studio.batch.worker import Outcome

FRAMES = 25


class StubWorker:
    """Publishes a manifest, without reading an input. What a job's `source` says happens first, each once for
    all workers of a folder: `killed`, its process dies; `slow`, it takes a second; `faulty`, a fault of the
    machine; `wrong`, always, an error of the input."""

    def __init__(self, out: str) -> None:
        self._out, self._store = Path(out), open_store(out)

    def facts(self) -> dict[str, Any]:
        return {"pid": os.getpid(), "machine": platform.node()}

    def progress(self) -> int:
        return 0

    def make(self, job: Job) -> Outcome:
        known = Manifest.read(self._store.text(job.out + ENDING))
        if known is not None:
            return Outcome("kept", frames=known.frames)
        if job.source == "wrong":
            return Outcome("input", "It is no video.")
        if job.source == "slow":
            time.sleep(1)
        elif job.source == "killed" and self._first(job):
            os.kill(os.getpid(), signal.SIGKILL)
        elif job.source == "faulty" and self._first(job):
            return Outcome("machine", "The disk is full.")
        manifest = Manifest(job.out, job.out, FRAMES, 0, "")
        self._store.put_text(job.out + ENDING, manifest.to_json())
        return Outcome("made", frames=FRAMES)

    def _first(self, job: Job) -> bool:
        try:
            (self._out / f"{job.out}.once").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class FlakyWorker(StubWorker):
    """Can't be made the first time."""

    def __init__(self, out: str) -> None:
        super().__init__(out)
        try:
            (self._out / "making.once").touch(exist_ok=False)
        except FileExistsError:
            return
        raise RuntimeError("The GPU has gone.")
