"""A clip from order to file, in steps that can stop anywhere and be taken up again by this process or the
next.

    planned → submitting → submitted → downloaded
                  ↓ outcome unknown
              ambiguous → submitted (found in the list) or undecided (the user's turn)

The POST that costs money happens at most once per job, unless it surely was not carried out.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from .account import Account, Memory, check_enabled
from .collection import Collection
from .errors import CapError, CloudJobsError, ConsentError, JobError, NotFoundError
from .job import FINAL, Job, State
from .journal import Journal, check_cap
from .keys import ApiKey, find_key
from .order import Order, digest
from .replies import Credits
from .running import Running, Step
from .service import Service
from .settings import Settings
from .submission import Submission
from .transport import Timeouts
from .waiting import Clock, Patience, SystemClock


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


class CloudJobs(Running):
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
            "submitting": submission.settling.await_submission,
            "ambiguous": submission.settling.search,
            "undecided": submission.settling.look_again,
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
        if job.state not in ("undecided", "ambiguous") and not job.given_up_early:
            raise JobError(f"The job is {job.state}; only an undecided one can be given a clip.")
        self._account.authenticate()
        adopted = self._account.found(job, self.client.status(remote_id))
        if adopted is None:
            raise JobError(
                "That clip already belongs to another job; look at the list with "
                f"`{self.service.command} jobs`."
            )
        return adopted

    def take_up(self, job_id: str) -> Job:
        """A job that an earlier version ended because the service did not know its clip: on its way again if
        the service does. Raises JobError where it doesn't, ServiceError."""
        job = self.journal.get(job_id)
        if not job.given_up_early:
            raise JobError(f"The job is {job.state}; only one whose clip was not seen can be taken up again.")
        try:
            return self.adopt(job.id, job.remote_id)
        except NotFoundError:
            raise JobError(
                f"{self.service.title} still does not know the clip of the job {job.id[:8]} (404): it was "
                "deleted there or has expired, so it can't be collected; order it anew if it is still wanted."
            ) from None

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
