"""Many jobs, until each is whole or has failed for good: the same loop over any pool."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from ..engine.counted import counted
from .job import Job
from .pool import Ended, Pool, Step

# Seconds that are waited at most before progress is told anew.
_PATIENCE = 1.0
# How often a step is tried, and a clip planned anew because its plan was lost with a machine.
ATTEMPTS, _PLANS = 3, 5

# Failed jobs whose names end the summary.
_NAMED = 10

Result = Literal["made", "kept", "failed"]


@dataclass
class Row:
    """What became of a job. attempts: of its step that took the most. where: who ended it."""

    out: str
    result: Result
    frames: int = 0
    seconds: float = 0.0
    attempts: int = 1
    parts: int = 0
    where: str = ""
    text: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class Summary:
    rows: list[Row] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return all(row.result != "failed" for row in self.rows)

    def count(self, result: Result) -> int:
        return sum(row.result == result for row in self.rows)

    def to_json(self) -> str:
        counts = {name: self.count(name) for name in ("made", "kept", "failed")}
        frames = sum(row.frames for row in self.rows if row.result == "made")
        rows = [asdict(row) for row in self.rows]
        return json.dumps({"jobs": len(rows), **counts, "frames": frames, "rows": rows}, indent=1)

    def text(self) -> str:
        """What is to be known at once: counts, and the names of the jobs that failed, whose reasons were told
        when they did."""
        failed = [row.out for row in self.rows if row.result == "failed"]
        made = [row for row in self.rows if row.result == "made"]
        more = f", and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
        return (
            f"{counted(len(self.rows), 'job')}: {len(made)} made "
            f"({counted(sum(row.frames for row in made), 'frame')}), {self.count('kept')} whole already, "
            f"{len(failed)} failed{': ' * bool(failed)}{', '.join(failed[:_NAMED])}{more}"
        )


@dataclass(frozen=True)
class Progress:
    """jobs: that have ended, of `total`. frames: that were made, those of tasks under way included. row: of
    the job that has ended just now."""

    jobs: int
    total: int
    frames: int
    row: Row | None = None


@dataclass
class _Going:
    """A job under way. left: parts that aren't whole."""

    frames: int = 0
    seconds: float = 0.0
    tries: Counter[Step] = field(default_factory=Counter)
    left: set[int] = field(default_factory=set)
    parts: int = 0
    plans: int = 0


def run_batch(
    jobs: Sequence[Job], pool: Pool, tell: Callable[[Progress], None], *, split: float = 0.0,
    attempts: int = ATTEMPTS,
) -> Summary:  # fmt: skip
    """Carry out all jobs; the rows of the summary are in their order.

    split: seconds of the parts that clips are rendered in; 0 for whole clips. attempts: at each step, where
    the machine fails; an input's own error is final at once. Raises LipSyncError where nobody is left to
    work, and what a pool raises when the user stops it."""
    return _Run(jobs, pool, tell, split, attempts).run()


class _Run:
    def __init__(
        self, jobs: Sequence[Job], pool: Pool, tell: Callable[[Progress], None], split: float, attempts: int
    ) -> None:
        self._jobs, self._pool, self._tell, self._split, self._attempts = jobs, pool, tell, split, attempts
        self._waiting: deque[Step] = deque()
        self._next = 0  # job that nobody has begun
        self._busy: set[Step] = set()
        self._going: dict[int, _Going] = {}
        self._rows: dict[int, Row] = {}
        self._frames = 0

    def run(self) -> Summary:
        while len(self._rows) < len(self._jobs):
            while self._pool.idle > 0 and (step := self._step()) is not None:
                self._busy.add(step)
                self._pool.begin(step, self._split)
            for ended in self._pool.ended(_PATIENCE):
                self._busy.discard(ended.step)
                if ended.step.number not in self._rows:
                    self._take(ended)
            self._report(None)
        return Summary([self._rows[number] for number in range(len(self._jobs))])

    def _step(self) -> Step | None:
        """What comes next: of clips that are begun first, so that they end."""
        if self._waiting:
            return self._waiting.popleft()
        if self._next == len(self._jobs):
            return None
        number, self._next = self._next, self._next + 1
        self._going[number] = _Going()
        return Step(number, self._jobs[number], "plan" if self._split else "make")

    def _take(self, ended: Ended) -> None:
        step, outcome = ended.step, ended.outcome
        going = self._going[step.number]
        going.seconds += outcome.seconds
        if ended.lost:
            self._plan_again(step, going, ended)
        elif outcome.kind == "machine":
            going.tries[step] += 1
            if going.tries[step] >= self._attempts:
                self._end(ended, "failed")
            else:
                self._waiting.append(step)
        elif outcome.kind == "input":
            self._end(ended, "failed")
        elif outcome.kind == "split":
            going.parts, going.left = outcome.parts, set(range(outcome.parts))
            self._frames -= going.frames
            going.frames = 0
            parts = [Step(step.number, step.job, "part", part) for part in range(outcome.parts)]
            self._waiting.extendleft(each for each in reversed(parts) if each not in self._busy)
        elif step.task == "part":
            if step.part in going.left:
                going.left.discard(step.part)
                going.frames += outcome.frames
                self._frames += outcome.frames
            if not going.left:
                self._waiting.appendleft(Step(step.number, step.job, "join"))
        else:
            if step.task != "join" and outcome.kind == "made":
                self._frames += outcome.frames
            self._end(ended, "kept" if outcome.kind == "kept" else "made")

    def _plan_again(self, step: Step, going: _Going, ended: Ended) -> None:
        self._forget(step.number)
        again = Step(step.number, step.job, "plan")
        if again in self._busy:
            return
        going.plans += 1
        if going.plans >= _PLANS:
            self._end(ended, "failed")
        else:
            self._waiting.appendleft(again)

    def _end(self, ended: Ended, result: Result) -> None:
        step, outcome = ended.step, ended.outcome
        going = self._going.pop(step.number)
        self._forget(step.number)
        row = Row(
            step.job.out, result, outcome.frames, round(going.seconds, 3),
            max(going.tries.values(), default=0) + (result != "failed" or outcome.kind == "input"),
            going.parts, ended.where, outcome.text, outcome.notes,
        )  # fmt: skip
        self._rows[step.number] = row
        self._report(row)

    def _forget(self, number: int) -> None:
        """A job's plan, and what of it nobody has begun."""
        self._pool.drop(number)
        self._waiting = deque(step for step in self._waiting if step.number != number)

    def _report(self, row: Row | None) -> None:
        frames = self._frames + self._pool.frames()
        self._tell(Progress(len(self._rows), len(self._jobs), frames, row))
