"""Downloads and checks that run on threads of their own, one at a time for each set of weights."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

from ..errors import Cancelled, LipSyncError, WeightsError
from ..host.pace import Pace
from ..host.protocol import Host
from ..host.task import TaskHost
from .download import download, identity
from .entries import Catalogue, WeightSet
from .status import Status, status, verify

Action = Literal["install", "verify"]
JobState = Literal["running", "stopping", "done", "failed", "cancelled"]

# Seconds between two reports of progress: a bar moves smoothly enough.
_TELL_INTERVAL = 0.25
_log = logging.getLogger(__name__)


class BusyError(WeightsError):
    """The set is being fetched or checked already, or there is nothing to cancel."""


@dataclass(frozen=True)
class Job:
    """The last work on one set.

    stage: what is being done, "" before it is known. done, total: bytes of it. left: seconds the stage still
    takes, None where that can't be told. message: why it failed. right, wrong, unknown: places of the files
    that a check found so; unknown where there is no digest to compare with.
    """

    set: str
    action: Action
    state: JobState = "running"
    stage: str = ""
    done: int = 0
    total: int = 0
    left: float | None = None
    message: str = ""
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_active(self) -> bool:
        return self.state in ("running", "stopping")


@dataclass
class _Worker:
    job: Job
    cancel: threading.Event = field(default_factory=threading.Event)
    pace: Pace = field(default_factory=Pace)
    told: float = 0.0


class WeightJobs:
    """folders: the models folders of a kind, downloads into the first. on_change: told of every change of a
    job, from the job's own thread; of progress a few times a second."""

    def __init__(
        self, catalogue: Catalogue, folders: Callable[[str], list[Path]], on_change: Callable[[Job], None]
    ) -> None:
        self._catalogue = catalogue
        self._folders = folders
        self._on_change = on_change
        self._workers: dict[str, _Worker] = {}
        # Files whose content a check found wrong, as they were then.
        self._wrong: dict[Path, str] = {}
        self._lock = threading.Lock()

    def start(self, name: str, action: Action) -> Job:
        """Fetch what of a set is missing or wrong, or check what is there.

        Raises BusyError while the set is worked on, WeightsError for a name that is not in the catalogue."""
        weights = self._catalogue[name]
        with self._lock:
            worker = self._workers.get(name)
            if worker is not None and worker.job.is_active:
                raise BusyError(f"{weights.title} is being worked on already: wait for it, or cancel it.")
            worker = self._workers[name] = _Worker(Job(name, action))
        job = worker.job
        self._on_change(job)
        # A daemon: a server that ends does not wait for it, and what was fetched is kept in any case.
        threading.Thread(target=self._run, args=(worker, weights), daemon=True).start()
        return job

    def cancel(self, name: str) -> Job:
        """Stop the work on a set, within one chunk; what was fetched is kept.

        Raises BusyError where there is none, WeightsError for a name that is not in the catalogue."""
        weights = self._catalogue[name]
        with self._lock:
            worker = self._workers.get(name)
            if worker is None or not worker.job.is_active:
                raise BusyError(f"There is nothing to cancel for {weights.title}.")
            worker.job = job = replace(worker.job, state="stopping")
        worker.cancel.set()
        self._on_change(job)
        return job

    def jobs(self) -> list[Job]:
        """The last job of each set that had one."""
        with self._lock:
            return [worker.job for worker in self._workers.values()]

    def status(self) -> Status:
        """Of the whole catalogue, with the files that a check found wrong, unless they have changed since."""
        # Looking at sizes is no work to report.
        with TaskHost(self._folders, threading.Event(), lambda stage, done, total: None) as host:
            return status(host, self._catalogue.sets.values(), self._still_wrong())

    def _still_wrong(self) -> set[Path]:
        with self._lock:
            return {path for path, was in self._wrong.items() if path.is_file() and identity(path) == was}

    def _run(self, worker: _Worker, weights: WeightSet) -> None:
        try:
            tell = partial(self._progress, worker)
            with TaskHost(self._folders, worker.cancel, tell) as host:
                if worker.job.action == "install":
                    (found,) = status(host, [weights], self._still_wrong()).sets
                    download([each.file for each in found.to_fetch], host)
                    changes: dict[str, tuple[str, ...]] = {}
                else:
                    changes = self._verify(weights, host)
            self._end(worker, state="done", **changes)
        except Cancelled:
            self._end(worker, state="cancelled")
        except LipSyncError as error:
            self._end(worker, state="failed", message=str(error))
        except Exception as error:
            _log.exception("LipSync Studio: %s of %s failed", worker.job.action, weights.name)
            self._end(worker, state="failed", message=f"{type(error).__name__}: {error}")

    def _verify(self, weights: WeightSet, host: Host) -> dict[str, tuple[str, ...]]:
        verdicts = verify([weights], host)
        with self._lock:
            for verdict in verdicts:
                self._wrong.pop(verdict.path, None)
                if verdict.right is False:
                    self._wrong[verdict.path] = identity(verdict.path)
        answers = {"right": True, "wrong": False, "unknown": None}
        return {
            name: tuple(verdict.file.place for verdict in verdicts if verdict.right is right)
            for name, right in answers.items()
        }

    def _progress(self, worker: _Worker, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        with self._lock:
            is_new = stage != worker.job.stage
            if is_new:
                worker.pace = Pace()
            left = worker.pace.left(done, total, now)
            worker.job = job = replace(worker.job, stage=stage, done=done, total=total, left=left)
            if not is_new and now - worker.told < _TELL_INTERVAL:
                return
            worker.told = now
        self._on_change(job)

    def _end(self, worker: _Worker, *, state: JobState, **changes: str | tuple[str, ...]) -> None:
        with self._lock:
            worker.job = job = replace(worker.job, state=state, left=None, **changes)  # type: ignore[arg-type]
        self._on_change(job)
