"""A clip from order to file, in steps that can stop anywhere and be taken up again by this process or the
next.

    planned → submitting → submitted → downloaded
                  ↓ outcome unknown
              ambiguous → submitted (found in the list) or undecided (the user's turn)

The POST that costs money happens at most once per job, unless it surely was not carried out.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .account import Account, Memory, check_enabled
from .collection import Collection
from .errors import (
    AbandonedError,
    CapError,
    CloudJobsError,
    ConsentError,
    JobError,
    JobFailedError,
    JobRefusedError,
    JobRejectedError,
    StillRunningError,
    UndecidedError,
)
from .journal import FINAL, UNDER_WAY, Job, Journal, State, check_cap
from .keys import ApiKey, find_key
from .order import Order, digest
from .replies import Credits
from .service import Service
from .settings import Settings
from .submission import Submission
from .transport import Timeouts
from .waiting import Clock, Patience, SystemClock

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


@dataclass(frozen=True)
class Balance:
    """left: what the service tells of the account, None where it tells nothing. spent: what was used from
    here in the last 24 hours, by the estimate; allowed: how much may be."""

    service: Service
    left: Credits | None
    spent: int
    allowed: int

    def data(self) -> dict[str, Any]:
        """For a page: remaining, total, plans (None and [] where they are not told), spent, allowed."""
        left = self.left
        return {
            "remaining": left.remaining if left else None,
            "total": left.total if left else None,
            "plans": list(left.plans) if left else [],
            "spent": self.spent,
            "allowed": self.allowed,
        }

    def __str__(self) -> str:
        service, left = self.service, self.left
        used = f"{self.spent} of {self.allowed} allowed in 24 hours used from here (estimate)"
        if left is None:
            return f"{service.title} does not tell its balance; see {service.site}\n{used}"
        plans = f", plan {', '.join(left.plans)}" if left.plans else ""
        total = "" if left.total is None else f"of {left.total:g} "
        return f"{left.remaining:g} {total}{service.units} left{plans}\n{used}"


class CloudJobs:
    """All jobs of one account at one service. Methods may be called from several threads.

    folder: holds journal, spool and results. session: makes the HTTP sessions.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        key: ApiKey,
        *,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        timeouts: Timeouts | None = None,
        session: Callable[[], requests.Session] = requests.Session,
    ) -> None:
        self.settings = settings
        self.service = settings.service
        self._clock = clock or SystemClock()
        self._rng = rng or random.Random()
        self._account = Account(
            folder, settings, key, self._clock, self._rng, timeouts or Timeouts(), session
        )
        self.journal = self._account.journal
        self.client = self._account.client
        self._memories: dict[str, Memory] = {}
        submission, collection = Submission(self._account), Collection(self._account)
        self._handlers: dict[State, Callable[[Job, Memory], float | None]] = {
            "planned": submission.plan,
            "submitting": submission.await_submission,
            "ambiguous": submission.search,
            "undecided": submission.look_again,
            "submitted": collection.poll,
            "downloaded": collection.verify,
        }

    def require_consent(self, check: Callable[[], None]) -> None:
        """check: raises unless the user agrees to the sending; asked before each file and order is sent, and
        before an order is repeated."""
        self._account.check_consent = check

    def authenticate(self) -> None:
        """Learn how the key is to be sent, by a call that costs nothing; writes nothing. Raises
        ServiceError."""
        self._account.transport.find_style(self.client.probe)

    def balance(self) -> Balance:
        """Asks the service, which costs nothing. Raises ServiceError."""
        self.authenticate()
        found = self.client.credits()
        if found is None:
            self.client.probe(None)  # that the key is good is worth knowing, too
        day = self._account.day()
        return Balance(self.service, found, self.journal.spent(day.now), day.cap)

    def start(self, order: Order, *, consent: bool, max_credits: int | None = None) -> Job:
        """`start_all` of one."""
        return self.start_all([order], consent=consent, max_credits=max_credits)[0]

    def start_all(
        self, orders: Sequence[Order], *, consent: bool, max_credits: int | None = None
    ) -> list[Job]:
        """Record orders that are parts of one clip; nothing is sent yet. What was ordered before gets its old
        job.

        consent: the user agreed that the files go to the service. max_credits: a limit for all of them, below
        the one of the settings. Raises ConsentError, CloudDisabledError, InvalidRequestError, CapError, and
        SettingsError where the clip could not be stored."""
        check_enabled(self.settings)
        if not consent:
            raise ConsentError(
                f"The picture and the voice or text would be sent to {self.service.title}; agree to that "
                f"first ({self.service.agreeing}), or use a local engine."
            )
        for order in orders:
            order.check()
        keys = [order.key(self.settings.host, self._account.name) for order in orders]
        standing = [self.journal.standing(key) for key in keys]
        limits = [self.settings.max_credits_per_run, *([] if max_credits is None else [max_credits])]
        self._check_caps(
            [
                order
                for order, job in zip(orders, standing, strict=True)
                if job is None or job.state == "planned"
            ],
            min(limits),
        )
        group = digest("\n".join(keys).encode())[:32] if len(orders) > 1 else ""
        jobs = []
        for order, key, old in zip(orders, keys, standing, strict=True):
            job = old or self.journal.add(self._planned(order, key, group, min(limits)))
            if job.state == "planned":
                if (job.group, job.limit) != (group, min(limits)):
                    job = self._account.advance(job, group=group, limit=min(limits)) or job
                self._account.check_results()
                for file in order.files().values():
                    self._account.uploads.keep(file)
            jobs.append(job)
        return jobs

    def _check_caps(self, orders: Sequence[Order], limit: int) -> None:
        """Raises CapError for what is sure to cost too much; a price that only the service knows is checked
        before the order."""
        credits = sum(order.estimate().credits or 0 for order in orders)
        if not credits:
            return
        if credits > limit:
            raise CapError(
                f"This job needs {self.service.amount(credits, False)}, more than the {limit} "
                "allowed for this run; shorten it, or raise max_credits or max_credits_per_run in "
                f"{self.service.settings_file}."
            )
        day = self._account.day()
        check_cap(self.service, self.journal.spent(day.now), credits, day.cap)

    def _planned(self, order: Order, key: str, group: str, limit: int) -> Job:
        cost = order.estimate()
        now = self._account.transport.server_now()
        return Job(
            id=uuid.UUID(int=self._rng.getrandbits(128), version=4).hex,
            key=key,
            host=self.settings.host,
            account=self._account.name,
            template=order.template(),
            files={kind: file.name for kind, file in order.files().items()},
            credits=cost.credits or 0,
            created=now,
            updated=now,
            seconds=cost.seconds if cost.exact else None,
            notes=order.notes(),
            suffix=order.suffix,
            extra=order.extra_names(),
            group=group,
            limit=limit,
        )

    def adopt(self, job_id: str, remote_id: str) -> Job:
        """The user says which clip a job of unknown outcome became. Raises JobError, ServiceError."""
        job = self.journal.get(job_id)
        check_enabled(self.settings)
        self._account.check_owner(job)
        if job.state not in ("undecided", "ambiguous"):
            raise JobError(f"The job is {job.state}; only an undecided one can be given a clip.")
        self._account.authenticate()
        adopted = self._account.found(job, self.client.status(remote_id))
        if adopted is None:
            raise JobError(
                "That clip already belongs to another job; look at the list with "
                f"`{self.service.command} jobs`."
            )
        return adopted

    def delete_uploads(self, job: Job) -> None:
        """Remove what was sent for a job and no other open one needs. Raises JobError for one of another
        key."""
        check_enabled(self.settings)
        self._account.check_owner(job)
        self._account.authenticate()
        self._account.uploads.delete(self.client, job)

    def step(self, job_id: str) -> Step:
        """Do the next thing for a job: a few calls at most, no waiting.

        A failure that may pass is reported in the step; one that won't, or has come too often, is raised.
        Either way the job stays in the journal, and its next step takes up where this one ended."""
        job = self.journal.get(job_id)
        handler = self._handlers.get(job.state)
        if handler is None:
            return Step(job, None)
        check_enabled(self.settings)
        self._account.check_owner(job)
        memory = self._memories.setdefault(job.id, Memory(Patience(self._rng)))
        try:
            wait = handler(job, memory)
        except CloudJobsError as error:
            pause = memory.patience.wait_after(error)
            if pause is None:
                self._memories.pop(job.id, None)
                raise
            return Step(self.journal.get(job.id), pause, str(error))
        memory.patience.reset()
        if wait is None:
            self._memories.pop(job.id, None)
        return Step(self.journal.get(job.id), wait)

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
            raise StillRunningError(
                f"The clip was not ordered within {limit / 60:g} minutes; run again or {command} to go on."
                if job.state == "planned"
                else f"The clip is not finished after {limit / 60:g} minutes; it goes on at "
                f"{self.service.title}, run again or {command} to collect it."
            )

    def result(self, job: Job) -> Path:
        """The clip of a downloaded job."""
        return self._account.results / job.result


def open_jobs(folder: Path, settings: Settings) -> CloudJobs:
    """Of the key that is set. Raises CloudDisabledError, KeyMissingError, KeyFileError."""
    check_enabled(settings)
    return CloudJobs(folder, settings, find_key(settings.service, folder))


def give_up(journal: Journal, job_id: str) -> Job:
    """The user gives a job up: it is not waited for any more, and the same order may be made anew. The
    service may still render and bill it. Needs neither key nor network. Raises JobError."""
    job = journal.get(job_id)
    problem = "The job was given up by the user; order the clip anew if it is still wanted."
    given_up = None if job.state in FINAL else journal.advance(job, state="abandoned", problem=problem)
    if given_up is None:
        raise JobError(f"The job is {journal.get(job.id).state}; there is nothing to give up.")
    return given_up


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
