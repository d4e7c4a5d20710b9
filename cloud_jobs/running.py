"""Waiting for clips: a job is stepped until its clip is there, alone, with the other parts of its order, or
in an event loop, and not beyond the deadline."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .errors import (
    AbandonedError,
    JobError,
    JobFailedError,
    JobRefusedError,
    JobRejectedError,
    StillRunningError,
    UndecidedError,
)
from .job import UNDER_WAY, Job, State
from .journal import Journal
from .service import Service
from .settings import Settings
from .waiting import Clock

SLICE = 1.0  # seconds between two checks for cancel
_LONG_AUDIO = 300.0
_ERRORS: dict[State, type[JobError]] = {
    "failed": JobFailedError,
    "rejected": JobRejectedError,
    "refused": JobRefusedError,
    "abandoned": AbandonedError,
}


@dataclass(frozen=True)
class Step:
    """Where a job is. wait: seconds after which the next step makes sense, None when it is at rest.
    note: what went wrong and will be tried again, "" if nothing."""

    job: Job
    wait: float | None
    note: str = ""


class Running(ABC):
    """What waits for jobs, whatever their steps are."""

    settings: Settings
    service: Service
    journal: Journal
    _clock: Clock

    @abstractmethod
    def step(self, job_id: str) -> Step:
        """Do the next thing for a job, without waiting."""

    def run(
        self,
        job_id: str,
        *,
        check_cancelled: Callable[[], None] = lambda: None,
        on_step: Callable[[Step], None] = lambda step: None,
    ) -> Job:
        """Step until the clip is there. check_cancelled: called every second, raises to stop waiting.

        Raises what `step` and `outcome` raise, and StillRunningError at the deadline of the settings."""
        started = self._clock.monotonic()
        check_cancelled()
        while True:
            step = self.step(job_id)
            on_step(step)
            if step.wait is None:
                return outcome(step.job, self.service)
            self._check_deadline(step.job, step.wait, started)
            self._wait(step.wait, check_cancelled)

    def run_all(
        self,
        job_ids: Sequence[str],
        *,
        check_cancelled: Callable[[], None] = lambda: None,
        on_step: Callable[[Step], None] = lambda step: None,
    ) -> list[Job]:
        """`run` for the parts of one order: no more are ordered at once than the settings allow. The first
        that fails ends the wait for all; what was sent is collected by the next run."""
        due = dict.fromkeys(job_ids, 0.0)
        states = {job_id: self.journal.get(job_id).state for job_id in job_ids}
        ordered: dict[str, float] = {}
        moved = self._clock.monotonic()  # when anything of the order last went on
        while due:
            job_id = min(due, key=lambda each: due[each])
            self._wait(due[job_id] - self._clock.monotonic(), check_cancelled)
            now = self._clock.monotonic()
            if self._crowded(job_id, job_ids):
                due[job_id] = now + SLICE
                continue
            step = self.step(job_id)
            on_step(step)
            if not step.wait or step.job.state != states[job_id]:
                moved, states[job_id] = self._clock.monotonic(), step.job.state
            if step.wait is None:
                outcome(step.job, self.service)
                del due[job_id]
                continue
            since = moved if step.job.state == "planned" else ordered.setdefault(job_id, now)
            self._check_deadline(step.job, step.wait, since)
            due[job_id] = self._clock.monotonic() + step.wait
        return [self.journal.get(each) for each in job_ids]

    def _crowded(self, job_id: str, job_ids: Sequence[str]) -> bool:
        """Whether a job that has all but its order must wait for others of the same clip."""
        job = self.journal.get(job_id)
        if job.state != "planned" or (self.service.quotes and not job.quoted):
            return False
        others = [self.journal.get(each) for each in job_ids if each != job_id]
        return sum(other.state in UNDER_WAY for other in others) >= self.settings.parallel

    def _wait(self, seconds: float, check_cancelled: Callable[[], None]) -> None:
        check_cancelled()
        while seconds > 0:
            self._clock.sleep(min(seconds, SLICE))
            seconds -= SLICE
            check_cancelled()

    async def arun(
        self,
        job_id: str,
        *,
        on_step: Callable[[Step], None] = lambda step: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> Job:
        """`run` for an event loop: steps in worker threads, waits in between. Cancelling the task ends the
        wait; a step under way still finishes, and records its outcome."""
        started = self._clock.monotonic()
        while True:
            step = await asyncio.to_thread(self.step, job_id)
            on_step(step)
            if step.wait is None:
                return outcome(step.job, self.service)
            self._check_deadline(step.job, step.wait, started)
            await sleep(step.wait)

    def _check_deadline(self, job: Job, wait: float, started: float) -> None:
        limit = self.settings.deadline_minutes * 60 * (2 if (job.seconds or 0) >= _LONG_AUDIO else 1)
        if self._clock.monotonic() - started + wait > limit:
            command = f"`{self.service.command} resume`"
            if job.state == "planned":
                raise StillRunningError(
                    f"The clip was not ordered within {limit / 60:g} minutes; run again or {command} to go "
                    "on."
                )
            if job.state == "ambiguous":
                raise StillRunningError(
                    f"After {limit / 60:g} minutes it is not known yet whether {self.service.title} took the "
                    f"order, so it was not sent again; run again or {command} to look for it."
                )
            raise StillRunningError(
                f"The clip is not finished after {limit / 60:g} minutes; it goes on at "
                f"{self.service.title}, run again or {command} to collect it."
            )


def outcome(job: Job, service: Service) -> Job:
    """The job itself if its clip is there. Raises the JobError that says why it is not."""
    if job.state == "downloaded":
        return job
    if job.state == "undecided":
        several = f" It may be one of {', '.join(job.candidates)}." if job.candidates else ""
        raise UndecidedError(
            f"It can't be told whether {service.title} made this clip (job {job.id[:8]}), so it was not sent "
            f"again.{several} Look in {service.site}, then name the clip with `{service.command} jobs "
            f"--adopt`, or give it up with `{service.command} jobs --abandon` and order it anew."
        )
    if job.state in _ERRORS:
        raise _ERRORS[job.state](job.problem)
    raise StillRunningError(f"The clip is not finished (job {job.id[:8]}); resume to collect it.")
