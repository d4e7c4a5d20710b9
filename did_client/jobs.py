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
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from .account import Account, Memory, check_enabled
from .collection import Collection
from .errors import (
    AbandonedError,
    CapError,
    ConsentError,
    DIDError,
    JobError,
    JobFailedError,
    JobRefusedError,
    JobRejectedError,
    StillRunningError,
    UndecidedError,
)
from .journal import FINAL, Job, Journal, State, check_cap
from .keys import ApiKey, find_key
from .order import Recording, TalkOrder, estimate
from .replies import Voice
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
    """remaining, total: credits at D-ID. plans: where they come from. spent: credits used from here in the
    last 24 hours, by the estimate; allowed: how many may be."""

    remaining: float
    total: float
    plans: tuple[str, ...]
    spent: int
    allowed: int

    def __str__(self) -> str:
        plans = f", plan {', '.join(self.plans)}" if self.plans else ""
        return (
            f"{self.remaining:g} of {self.total:g} credits left{plans}\n"
            f"{self.spent} of {self.allowed} allowed in 24 hours used from here (estimate)"
        )


class TalkJobs:
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

    def balance(self) -> Balance:
        """Asks D-ID, which costs nothing. Raises ServiceError."""
        self.client.authenticate()
        found = self.client.credits()
        spent = self.journal.spent(self._account.transport.server_now())
        return Balance(found.remaining, found.total, found.plans, spent, self.settings.max_credits_per_day)

    def voices(self, provider: str = "") -> list[Voice]:
        """Those of one provider, or of all. Asks D-ID, which costs nothing. Raises ServiceError."""
        self.client.authenticate()
        return self.client.voices(provider)

    def start(self, order: TalkOrder, *, consent: bool, max_credits: int | None = None) -> Job:
        """Record an order; nothing is sent yet. An order that was made before gets its old job.

        consent: the user agreed that picture and voice go to D-ID. max_credits: a limit for this run, below
        the one of the settings. Raises ConsentError, CloudDisabledError, InvalidRequestError, CapError, and
        SettingsError where the clip could not be stored."""
        check_enabled(self.settings)
        if not consent:
            raise ConsentError(
                "The picture and the voice or text would be sent to D-ID; agree to that "
                "first (consent in a node, --consent with render, --yes with did talk), or use a "
                "local engine."
            )
        order.check()
        key = order.key(self.settings.host, self._account.name)
        job = self.journal.standing(key) or self.journal.add(self._planned(order, key, max_credits))
        if job.state == "planned":
            self._account.check_results()
            self._account.uploads.keep(order.picture.data, job.image)
            if isinstance(order.script, Recording):
                self._account.uploads.keep(order.script.data, job.audio)
        return job

    def _planned(self, order: TalkOrder, key: str, max_credits: int | None) -> Job:
        cost = estimate(order)
        limits = [self.settings.max_credits_per_run, *([] if max_credits is None else [max_credits])]
        if cost.credits > min(limits):
            raise CapError(
                f"This job needs about {cost.credits} credits, more than the {min(limits)} "
                "allowed for this run; shorten it, or raise max_credits or max_credits_per_run in "
                "did.json."
            )
        now = self._account.transport.server_now()
        check_cap(self.journal.spent(now), cost.credits, self.settings.max_credits_per_day)
        return Job(
            id=uuid.UUID(int=self._rng.getrandbits(128), version=4).hex,
            key=key,
            host=self.settings.host,
            account=self._account.name,
            template=order.template(),
            image=order.image_name(),
            audio=order.audio_name(),
            credits=cost.credits,
            created=now,
            updated=now,
            seconds=cost.seconds if cost.exact else None,
            notes=order.notes(),
        )

    def adopt(self, job_id: str, talk_id: str) -> Job:
        """The user says which talk a job of unknown outcome became. Raises JobError, ServiceError."""
        job = self.journal.get(job_id)
        check_enabled(self.settings)
        self._account.check_owner(job)
        if job.state not in ("undecided", "ambiguous"):
            raise JobError(f"The job is {job.state}; only an undecided one can be given a talk.")
        self._account.authenticate()
        adopted = self._account.found(job, self.client.talk(talk_id))
        if adopted is None:
            raise JobError("That talk already belongs to another job; look at the list with `did jobs`.")
        return adopted

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
        except DIDError as error:
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
        while True:
            check_cancelled()
            step = self.step(job_id)
            on_step(step)
            if step.wait is None:
                return outcome(step.job)
            self._check_deadline(step.job, step.wait, started)
            left = step.wait
            while left > 0:
                check_cancelled()
                self._clock.sleep(min(left, SLICE))
                left -= SLICE

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
                return outcome(step.job)
            self._check_deadline(step.job, step.wait, started)
            await sleep(step.wait)

    def _check_deadline(self, job: Job, wait: float, started: float) -> None:
        limit = self.settings.deadline_minutes * 60 * (2 if (job.seconds or 0) >= _LONG_AUDIO else 1)
        if self._clock.monotonic() - started + wait > limit:
            raise StillRunningError(
                f"The clip is not finished after {limit / 60:g} minutes; it goes on at "
                "D-ID, run again or `did resume` to collect it."
            )

    def result(self, job: Job) -> Path:
        """The clip of a downloaded job."""
        return self._account.results / job.result


def open_jobs(folder: Path, settings: Settings) -> TalkJobs:
    """Of the key that is set. Raises CloudDisabledError, KeyMissingError, KeyFileError."""
    check_enabled(settings)
    return TalkJobs(folder, settings, find_key(folder))


def give_up(journal: Journal, job_id: str) -> Job:
    """The user gives a job up: it is not waited for any more, and the same order may be made anew. D-ID may
    still render and bill it. Needs neither key nor network. Raises JobError."""
    job = journal.get(job_id)
    problem = "The job was given up by the user; order the clip anew if it is still wanted."
    given_up = None if job.state in FINAL else journal.advance(job, state="abandoned", problem=problem)
    if given_up is None:
        raise JobError(f"The job is {journal.get(job.id).state}; there is nothing to give up.")
    return given_up


def outcome(job: Job) -> Job:
    """The job itself if its clip is there. Raises the JobError that says why it is not."""
    if job.state == "downloaded":
        return job
    if job.state == "undecided":
        several = f" It may be one of {', '.join(job.candidates)}." if job.candidates else ""
        raise UndecidedError(
            f"It can't be told whether D-ID made this clip (job {job.id[:8]}), so it was not sent "
            f"again.{several} Look in D-ID's Studio, then name the talk with `did jobs --adopt`, or give it "
            "up with `did jobs --abandon` and order it anew."
        )
    if job.state in _ERRORS:
        raise _ERRORS[job.state](job.problem)
    raise StillRunningError(f"The clip is not finished (job {job.id[:8]}); resume to collect it.")
