"""Workers as actors of Ray, on this machine or a cluster: placement, restarts and transport are Ray's.

Never imported inside ComfyUI's server.
"""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray import cloudpickle
from ray.exceptions import (
    ObjectLostError,
    OutOfDiskError,
    RayActorError,
    RayError,
    RayTaskError,
)

from ..engine.errors import InputError, UnexpectedError
from . import ray_actor
from .pool import Ended, Step
from .store import open_store
from .worker import Outcome

WORKER = f"{__package__}.worker:Worker"
# How often Ray is started on this machine: on a busy one its own patience may not suffice.
_STARTS = 3


@dataclass
class _Place:
    """A worker's. making: what says that it is ready; where: it is then. task: what it works on. asked: for
    how far it is; frames: the answer."""

    actor: Any = None
    making: Any = None
    failures: int = 0
    where: str = ""
    pid: int = 0
    step: Step | None = None
    task: Any = None
    asked: Any = None
    frames: int = 0
    reason: str = ""

    @property
    def idle(self) -> bool:
        return self.actor is not None and self.making is None and self.task is None


@dataclass(frozen=True)
class Cluster:
    """What Ray has: machines, and of all of them processors and GPUs."""

    machines: int
    cpus: float
    gpus: float
    most_gpus: float = 0.0

    @classmethod
    def seen(cls) -> Cluster:
        alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        working = [each for each in alive if each.get("CPU", 0) or each.get("GPU", 0)]
        gpus = [each.get("GPU", 0.0) for each in working]
        cpus = sum(each.get("CPU", 0.0) for each in working)
        return cls(len(working), cpus, sum(gpus), max(gpus, default=0.0))


def start(address: str | None) -> bool:
    """Ray itself: one of its own on this machine, or by its address. False where this process has it already.
    Raises InputError where none answers."""
    if ray.is_initialized():
        return False
    for _ in range(_STARTS if address is None else 1):
        problem = _started(address)
        if problem is None:
            return True
        ray.shutdown()
    cause = str(problem).strip().partition("\n")[0] or type(problem).__name__
    raise InputError(
        f"Ray doesn't answer at {address or 'this machine'} ({cause}): start it with `ray start --head`, "
        "or leave --address out."
    ) from problem


def _started(address: str | None) -> Exception | None:
    """What went wrong."""
    try:
        ray.init(
            address=address or "local", include_dashboard=None if address else False,
            log_to_driver=False, logging_level=logging.ERROR, configure_logging=True,
        )  # fmt: skip
    except Exception as error:  # Ray raises many kinds, and bare ones
        return error
    return None


def stop() -> None:
    ray.shutdown()


class RayPool:
    """workers: how many; None for one per share of a GPU, without GPUs one per machine. gpus: share of one
    that a worker takes; None for a whole one where there are any. out: where results are published, to which
    the pool writes a mark that every worker must see. made: what makes a worker, as `Actor` takes it.
    makings: how often in a row that may fail before a worker's place is given up.

    Raises InputError for shares of GPUs that no machine has."""

    def __init__(
        self, workers: int | None, gpus: float | None, out: str, made: str = WORKER, *, makings: int = 3
    ) -> None:
        cluster = Cluster.seen()
        if gpus is None:
            gpus = 1.0 if cluster.gpus else 0.0
        if gpus > cluster.most_gpus:
            raise InputError(
                f"No machine has the {gpus:g} GPUs that a worker asks for: choose --gpus-per-worker up to "
                f"{cluster.most_gpus:g}."
            )
        self.workers = workers or max(int(cluster.gpus / gpus) if gpus else cluster.machines, 1)
        self.cluster, self.gpus = cluster, gpus
        # What a worker computes with threads: its machine's processors, shared among those that run there.
        on_each = math.ceil(self.workers / max(cluster.machines, 1))
        self.cpus = max(int(cluster.cpus / max(cluster.machines, 1)) // on_each, 1)
        self._makings = makings
        self._store = open_store(out)
        self._mark = f".lipsync-{secrets.token_hex(6)}.mark"
        self._store.put_text(self._mark, "Workers of a batch look for this file.\n")
        cloudpickle.register_pickle_by_value(ray_actor)
        # A thread tells progress beside the one that works. Ray's own restarts go on for ever where a worker
        # can't be made any more (as of 2.60), so another worker takes a dead one's place instead.
        options: dict[str, Any] = {"max_restarts": 0, "concurrency_groups": {"told": 1}}
        self._class: Any = ray.remote(**options)(ray_actor.Actor)
        package = str(__package__).partition(".")[0]
        self._arguments = package, str(Path(__file__).resolve().parents[1]), made, out, self._mark
        self._plans: dict[int, Any] = {}
        self._places = [_Place() for _ in range(self.workers)]
        for place in self._places:
            self._make(place)

    @property
    def idle(self) -> int:
        return sum(place.idle for place in self._places)

    @property
    def facts(self) -> list[tuple[str, int]]:
        """Machine and process of each worker that is ready."""
        return [(place.where, place.pid) for place in self._places if place.pid]

    def begin(self, step: Step, seconds: float) -> None:
        place = next(each for each in self._places if each.idle)
        place.step, place.frames = step, 0
        actor, job = place.actor, step.job
        if step.task == "make":
            place.task = actor.make.remote(job)
        elif step.task == "plan":
            # The plan stays where it was made until a worker asks for it: the driver never has it.
            place.task, self._plans[step.number] = actor.plan.remote(job, seconds)
        elif step.number not in self._plans:
            place.task = ray.put(None)
        elif step.task == "part":
            place.task = actor.part.remote(job, self._plans[step.number], step.part)
        else:
            place.task = actor.join.remote(job, self._plans[step.number])

    def ended(self, patience: float) -> list[Ended]:
        tasks = {place.task: place for place in self._places if place.task is not None}
        makings = {place.making: place for place in self._places if place.making is not None}
        waited = [*tasks, *makings]
        if not waited:
            reasons = "; ".join(dict.fromkeys(place.reason for place in self._places if place.reason))
            raise UnexpectedError(f"No worker can be started: {reasons or 'Ray gives no reason'}.")
        done, _ = ray.wait(waited, num_returns=len(waited), timeout=0)
        if not done:
            done, _ = ray.wait(waited, timeout=patience)
        for ref in done:
            if ref in makings:
                self._made(makings[ref])
        found = [self._ended(tasks[ref]) for ref in done if ref in tasks]
        self._ask()
        return found

    def drop(self, number: int) -> None:
        self._plans.pop(number, None)

    def frames(self) -> int:
        return sum(place.frames for place in self._places if place.task is not None)

    def close(self) -> None:
        for place in self._places:
            if place.actor is not None:
                ray.kill(place.actor)
        self._plans.clear()
        self._store.remove(self._mark)

    def _make(self, place: _Place) -> None:
        options = {"num_cpus": self.cpus, "num_gpus": self.gpus, "scheduling_strategy": "SPREAD"}
        place.pid = 0
        place.actor = self._class.options(**options).remote(*self._arguments)
        place.making = place.actor.ready.remote()

    def _made(self, place: _Place) -> None:
        """Whether a worker is ready now; a making that failed costs no job an attempt."""
        try:
            facts = ray.get(place.making)
        except RayError as error:
            place.failures += 1
            place.reason, place.making, place.actor = _cause(error), None, None
            if place.failures < self._makings:
                self._make(place)
            return
        place.making, place.failures = None, 0
        place.where, place.pid = facts["machine"], facts["pid"]

    def _ended(self, place: _Place) -> Ended:
        step, task, where = place.step, place.task, place.where
        assert step is not None
        place.step = place.task = place.asked = None
        try:
            value = ray.get(task)
            if value is None:
                lost = Outcome("machine", "The clip's plan was lost with the machine that had it.")
                return Ended(step, lost, where, lost=True)
            return Ended(step, value, where)
        except RayActorError as error:
            self._make(place)
            return Ended(step, Outcome("machine", f"A worker on {where} died: {_cause(error)}"), where)
        except RayTaskError as error:
            gone = isinstance(error.cause, (ObjectLostError, RayActorError))
            return Ended(step, Outcome("machine", _cause(error)), where, lost=gone)
        except (ObjectLostError, OutOfDiskError) as error:
            return Ended(step, Outcome("machine", _cause(error)), where, lost=True)
        except RayError as error:
            return Ended(step, Outcome("machine", _cause(error)), where)

    def _ask(self) -> None:
        """How far workers are, of those that have answered."""
        for place in self._places:
            if place.task is None:
                continue
            if place.asked is None:
                place.asked = place.actor.progress.remote()
            elif ray.wait([place.asked], timeout=0)[0]:
                try:
                    place.frames = ray.get(place.asked)
                except RayError:
                    place.frames = 0
                place.asked = None


def _cause(error: BaseException) -> str:
    """What Ray says last, in one row."""
    rows: Sequence[str] = [row.strip() for row in str(error).splitlines() if row.strip()]
    return rows[-1] if rows else type(error).__name__
