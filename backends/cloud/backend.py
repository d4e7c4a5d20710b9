"""What engines share whose work a paid service does: orders are made, agreed to, waited for, and their clips
become frames. What is sent, and how clips make the result, is the service's own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...cloud_jobs import CloudJobs, CloudJobsError, Order, Settings, Step
from ...cloud_jobs.job import Job
from ...engine.errors import CloudError
from ...engine.host.protocol import Host
from ...engine.media.video import VideoSource
from ..protocol import Rendering
from ..request import LipSyncRequest
from ..spec import BackendSpec

_WAITS = {
    "planned": "sending picture and voice",
    "submitting": "looking for the order",
    "ambiguous": "looking for the order",
    "undecided": "looking for the order",
    "submitted": "rendering",
    "downloaded": "finished",
}


@dataclass(frozen=True)
class Ordered:
    """orders: parts of one clip. rendering: makes the result of their clips, in their order, and of notes on
    what is known already."""

    orders: Sequence[Order]
    rendering: Callable[[Sequence[VideoSource], list[str]], Rendering]


class CloudBackend(ABC):
    """A LipSyncBackend. settings: a dataclass with `consent` and `max_credits`, at least.

    open_jobs: finds settings and key when they are needed; the backend holds neither, because it travels
    through the graph. check_consent: raises ConsentError unless the user has agreed outside the graph, too.
    """

    spec: BackendSpec
    takes_footage: bool = False

    def __init__(
        self, open_jobs: Callable[[], CloudJobs], check_consent: Callable[[], None], settings: Any
    ) -> None:
        self._open_jobs = open_jobs
        self._check_consent = check_consent
        self._settings = settings
        self.name = self.spec.title

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings})"

    @abstractmethod
    def ordered(self, request: LipSyncRequest, limits: Settings, host: Host) -> Ordered:
        """What is to be made of a request, in as many orders as the service needs; free, and the same for the
        same request. Raises InvalidRequestError."""

    def render(self, request: LipSyncRequest, host: Host) -> Rendering:
        """Raises CloudError, ConsentError; a job that was sent stays in the journal, whatever ends the wait
        for it."""
        try:
            return self._render(request, host)
        except CloudJobsError as error:
            raise CloudError(str(error)) from error

    def _render(self, request: LipSyncRequest, host: Host) -> Rendering:
        jobs = self._open_jobs()
        limits = jobs.settings
        wanted = self.ordered(request, limits, host)
        orders = wanted.orders
        cost = total_text(orders, limits)
        if self._settings.consent:
            self._check_consent()
            jobs.require_consent(self._check_consent)  # which may be withdrawn while the clip is waited for
        started = jobs.start_all(
            orders, consent=self._settings.consent, max_credits=self._settings.max_credits
        )

        for order in orders:  # what was ordered before has not been moved into the spool again
            for file in order.files().values():
                if isinstance(file.content, Path):
                    file.content.unlink(missing_ok=True)

        def show(step: Step) -> None:
            host.progress(progress_text(self.spec.title, step, cost), 0, 1)

        done = jobs.run_all([job.id for job in started], check_cancelled=host.check_cancelled, on_step=show)
        notes = [f"Estimated cost: {cost}.", *_notes(jobs, done)]
        return wanted.rendering([VideoSource(jobs.result(job)) for job in done], notes)


def _notes(jobs: CloudJobs, done: Sequence[Job]) -> list[str]:
    notes = list(dict.fromkeys(note for job in done for note in job.notes))
    if any(job.quoted for job in done):
        price = sum(job.credits for job in done)
        notes.append(f"Price named by {jobs.service.title}: {jobs.service.amount(price)}.")
    measured = [job.measured_credits for job in done if job.measured_credits is not None]
    if len(measured) == len(done) == 1:
        notes.append(f"{jobs.service.heading} used: {measured[0]:g} (balance before and after).")
    return notes


def total_text(orders: Sequence[Order], limits: Settings) -> str:
    """Length and cost of all orders, in words."""
    estimates = [order.estimate() for order in orders]
    total = estimates[0]
    for other in estimates[1:]:
        total = total + other
    text = total.text(limits.service, limits.price_per_credit, limits.currency)
    return text if len(orders) == 1 else f"{len(orders)} jobs, {text}"


def progress_text(title: str, step: Step, cost: str) -> str:
    """One line for the node: what the job waits for, what went wrong last, what it costs."""
    trouble = f" ({step.note})" if step.note else ""
    return f"{title}: {_WAITS.get(step.job.state, step.job.state)}, {cost}{trouble}"
