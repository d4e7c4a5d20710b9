"""Workers that write down what they begin, publish and end, for tests and measurements that kill them.

`python -m lipsync_studio.devtools.counted_worker batch …` is the command line with such workers. What they
write stands beside the batch's folder, in a file that all of them append to. A job can be held in the midst
of its render, so that a kill hits one for sure.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from lipsync_studio.batch.job import Job
from lipsync_studio.batch.worker import Outcome, Worker

if TYPE_CHECKING:
    from lipsync_studio.backends.protocol import LipSyncBackend
    from lipsync_studio.backends.render_spec import RenderSpec

_COUNTED = "lipsync_studio.devtools.counted_worker:CountedWorker"
# Seconds between two looks at a file.
_LOOK = 0.02


@dataclass(frozen=True)
class Event:
    """what: `begun`, a render; `held`, in its midst; `published`; `ended`, with whatever outcome."""

    pid: int
    what: str
    out: str


class CountedWorker(Worker):
    """Makes whole clips as any worker does."""

    def __init__(self, out: str) -> None:
        super().__init__(out)
        self._log, self._hold = _log_of(Path(out)), _hold_of(Path(out))
        progress = self._host.progress

        def held(stage: str, done: int, total: int, preview: Any = None, *, unit: str = "frames") -> None:
            progress(stage, done, total, preview, unit=unit)
            if 0 < self._host.frames < total and self._is_held():
                self._tell("held", self._current)
                while self._is_held():
                    time.sleep(_LOOK)

        self._host.progress = held  # type: ignore[method-assign]

    def make(self, job: Job) -> Outcome:
        outcome = super().make(job)
        self._tell("ended", job.out)
        return outcome

    def _backend(self, render: RenderSpec) -> LipSyncBackend:
        """Asked for right before a render, once it is known that there is one to be made."""
        self._tell("begun", self._current)
        return super()._backend(render)

    def _published(self, name: str, *rest: Any) -> Outcome:
        outcome = super()._published(name, *rest)
        self._tell("published", name)
        return outcome

    def _is_held(self) -> bool:
        try:
            return self._current in self._hold.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False

    def _tell(self, what: str, out: str) -> None:
        # In one piece, whoever else appends.
        with self._log.open("ab", buffering=0) as file:
            file.write(f"{os.getpid()} {what} {out}\n".encode())


def hold(out: Path, *jobs: str) -> None:
    """Whoever makes one of these jobs for a batch's folder stops in its midst, until others are held."""
    path = _hold_of(out)
    part = path.with_name(f"{path.name}.part")
    part.write_text("\n".join(jobs), encoding="utf-8")
    part.replace(path)


def events(out: Path) -> list[Event]:
    """What was written down so far, in order."""
    try:
        lines = _log_of(out).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    rows = [line.split(" ", 2) for line in lines]
    return [Event(int(pid), what, job) for pid, what, job in rows]


def in_midst(told: Sequence[Event], job: str) -> int | None:
    """The process that is held in a job, if it has not ended it."""
    last = {each.pid: each for each in told}
    return next((each.pid for each in last.values() if (each.what, each.out) == ("held", job)), None)


def kill_in_midst(out: Path, job: str) -> int | None:
    """Kill the process that is held in a job by signal 9; None where there is none. It is stopped first, and
    looked at again, so that what is killed is in the job."""
    pid = in_midst(events(out), job)
    if pid is None:
        return None
    process = psutil.Process(pid)
    process.suspend()
    while process.status() != psutil.STATUS_STOPPED:
        time.sleep(_LOOK)
    assert in_midst(events(out), job) == pid
    process.send_signal(signal.SIGKILL)
    return pid


def renders(told: Sequence[Event]) -> Counter[str]:
    """How often the render of each job was begun."""
    return Counter(each.out for each in told if each.what == "begun")


def cut_off(told: Sequence[Event]) -> Counter[str]:
    """How often each job's render was begun and, as its worker was killed, not ended. What is kept ends
    without a render."""
    under_way: list[tuple[int, str]] = []
    for each in told:
        render = each.pid, each.out
        if each.what == "begun":
            under_way.append(render)
        elif each.what == "ended" and render in under_way:
            under_way.remove(render)
    return Counter(out for _, out in under_way)


def begun_again(told: Sequence[Event]) -> list[str]:
    """Jobs whose render was begun after they had been published."""
    published: set[str] = set()
    again = []
    for each in told:
        if each.what == "published":
            published.add(each.out)
        elif each.what == "begun" and each.out in published:
            again.append(each.out)
    return again


def _log_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.events")


def _hold_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.hold")


def main(arguments: list[str]) -> int:
    from lipsync_studio import commands
    from lipsync_studio.batch import ray_pool

    ray_pool.RayPool = functools.partial(ray_pool.RayPool, made=_COUNTED)  # type: ignore[misc, assignment]
    return commands.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
