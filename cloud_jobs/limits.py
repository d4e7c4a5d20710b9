"""What an order may cost: its price, learnt before anything is paid, against balance and limits."""

from __future__ import annotations

import math

from .account import Account, Memory
from .errors import (
    CapError,
    CreditsError,
    JobRefusedError,
    NotFoundError,
    ServiceError,
    ValidationError,
)
from .job import FINAL, Job, Stored
from .journal import Day, check_cap


class Limits:
    """Of one account. What is refused here ends the job, unless a POST of it may have been carried out."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._service = account.service
        self._journal = account.journal

    def day(self) -> Day:
        return self._account.day()

    def allowed(self, job: Job) -> int:
        """The most that the job, or all parts of its order, may cost: as was said when it was ordered, and as
        the settings say now."""
        limit = self._account.settings.max_credits_per_run
        return limit if job.limit is None else min(limit, job.limit)

    def check(self, job: Job) -> None:
        """Raises CapError for a price that is known and more than allowed. The job waits for a higher limit;
        it is the last word before the POST, whatever was allowed when the job was written down."""
        if job.credits > self.allowed(job):
            raise CapError(self._too_much(job, job.credits))

    def check_balance(self, job: Job, memory: Memory) -> None:
        """Raises CreditsError."""
        if memory.balance is not None and memory.balance < job.credits:
            raise CreditsError(
                f"The job needs {self._service.amount(job.credits, False)} and the {self._service.title} "
                f"account has {memory.balance:g}; buy some or shorten the clip."
            )

    def quote(self, job: Job, memory: Memory, files: dict[str, Stored]) -> float | None:
        """Learn the price before anything is paid. Raises CapError where it is more than allowed, or is not
        to be had."""
        try:
            price = self._account.client.quote(job, files)
        except ServiceError as error:
            if not blames_upload(error):
                raise
            self._account.uploads.forget(job)
            if job.reuploaded:
                raise
            self._account.advance(job, reuploaded=True)
            return 0.0
        settings = self._account.settings
        if price is None and settings.per_second and job.seconds:
            price = math.ceil(settings.per_second * job.seconds)
        if price is None:
            text = (
                f"{self._service.title} does not tell what this clip would cost, so it was not ordered; set "
                f"per_second in {self._service.settings_file} to the {self._service.units} that a second "
                "costs."
            )
        elif price > self.allowed(job):
            text = self._too_much(job, price)
        else:
            quoted = self._account.advance(job, credits=price, quoted=True)
            if quoted is not None:
                self.check_balance(quoted, memory)
            return 0.0
        self._refuse(job, text, "CapError")
        raise CapError(text)

    def whole_order(self, job: Job) -> bool:
        """Whether all parts of the order have a price, so that none is bought before all may be. Ends the
        job, and raises, where they may not, or one of them has failed."""
        parts = self._journal.group(job.group)
        lost = next((part for part in parts if part.state in FINAL and part.state != "downloaded"), None)
        if lost is not None:
            text = f"Another part of the clip was not made, so this one was not ordered. {lost.problem}"
            self._refuse(job, text, lost.problem_kind)
            raise JobRefusedError(text)
        if self._service.quotes and any(part.state == "planned" and not part.quoted for part in parts):
            return False
        total = sum(part.credits for part in parts)
        unpaid = sum(part.credits for part in parts if part.state == "planned")
        if total > self.allowed(job):
            text = (
                f"The {len(parts)} parts of this clip need {self._service.amount(total)}, more than the "
                f"{self.allowed(job)} allowed for this run; shorten it, or raise max_credits or "
                f"max_credits_per_run in {self._service.settings_file}."
            )
            self._refuse(job, text, "CapError")
            raise CapError(text)
        day = self.day()
        check_cap(self._service, self._journal.spent(day.now), unpaid, day.cap)
        return True

    def _too_much(self, job: Job, price: int) -> str:
        return (
            f"This job needs {self._service.amount(price, job.quoted or self._service.quotes)}, more than "
            f"the {self.allowed(job)} allowed for this run; shorten it, or raise max_credits or "
            f"max_credits_per_run in {self._service.settings_file}."
        )

    def _refuse(self, job: Job, text: str, kind: str) -> None:
        if not job.look_first:
            self._account.end(job, "refused", text, kind)


def blames_upload(error: ServiceError) -> bool:
    """The words for an upload that has expired are not documented."""
    return isinstance(error, NotFoundError) or (
        isinstance(error, ValidationError)
        and any(word in str(error).lower() for word in ("url", "not found", "expired", "source"))
    )
