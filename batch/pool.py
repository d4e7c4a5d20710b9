"""Where tasks are carried out: in this process, one after the other, or by `ray_pool` on any machines."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .job import Job
from .worker import Outcome, Planned, Worker

Task = Literal["make", "plan", "part", "join"]


@dataclass(frozen=True)
class Step:
    """One task of a job. number: the job's. part: of a `part`."""

    number: int
    job: Job = field(compare=False)
    task: Task
    part: int = 0


@dataclass(frozen=True)
class Ended:
    """where: who carried a step out, for people. lost: what the step was to work on is gone, with the machine
    that had it: the clip is to be planned again."""

    step: Step
    outcome: Outcome
    where: str = ""
    lost: bool = False


class Pool(Protocol):
    """Keeps the plan of each job that was split until it is dropped."""

    @property
    def idle(self) -> int:
        """How many steps can be begun now."""
        ...

    def begin(self, step: Step, seconds: float) -> None:
        """seconds: of a part, for a plan."""
        ...

    def ended(self, patience: float) -> list[Ended]:
        """What has ended since the last call; waits so many seconds at most for something that does. Raises
        LipSyncError where nobody is left to work."""
        ...

    def drop(self, number: int) -> None:
        """Forget a job's plan."""
        ...

    def frames(self) -> int:
        """Done of the tasks under way."""
        ...

    def close(self) -> None: ...


class LocalPool:
    """One worker, in this process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._waiting: deque[tuple[Step, float]] = deque()
        self._plans: dict[int, Planned] = {}

    @property
    def idle(self) -> int:
        return 1 - len(self._waiting)

    def begin(self, step: Step, seconds: float) -> None:
        self._waiting.append((step, seconds))

    def ended(self, patience: float) -> list[Ended]:
        """Carries out what was begun. Raises Cancelled where the user stops it."""
        if not self._waiting:
            return []
        step, seconds = self._waiting.popleft()
        return [Ended(step, self._outcome(step, seconds))]

    def drop(self, number: int) -> None:
        self._plans.pop(number, None)

    def frames(self) -> int:
        """None: nothing is under way between two calls."""
        return 0

    def close(self) -> None:
        self._worker.close()

    def _outcome(self, step: Step, seconds: float) -> Outcome:
        worker = self._worker
        match step.task:
            case "make":
                return worker.make(step.job)
            case "plan":
                outcome, plan = worker.plan(step.job, seconds)
                if plan is not None:
                    self._plans[step.number] = plan
                return outcome
            case "part":
                return worker.part(step.job, self._plans[step.number], step.part)
            case "join":
                return worker.join(step.job, self._plans[step.number])
