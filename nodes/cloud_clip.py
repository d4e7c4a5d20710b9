"""A clip that a service makes by itself: ordered, waited for while other nodes go on, and handed on as a
file."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.errors import OutputError
from ..engine.host.comfy import ComfyHost
from ..engine.unwritable import remedy
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..cloud_jobs import CloudJobs, Order, Step
    from ..cloud_jobs.job import Job

_SLICE = 0.5  # seconds between two looks at the cancel button


async def clip_of(
    jobs: CloudJobs,
    order: Order,
    host: ComfyHost,
    *,
    consent: bool,
    max_credits: int,
    check_consent: Callable[[], None],
) -> tuple[Path, Job]:
    """The clip, in a file that the journal does not own, and its job.

    check_consent: raises ConsentError unless the user has agreed outside the graph, too. Raises
    CloudJobsError, ConsentError, OutputError."""
    with engine_imports():
        from ..backends.cloud.backend import progress_text
    title = jobs.service.title
    cost = order.estimate().text(jobs.service, jobs.settings.price_per_credit, jobs.settings.currency)
    host.progress(f"{title}: {cost}", 0, 1)
    if consent:
        check_consent()
        jobs.require_consent(check_consent)  # which may be withdrawn while the clip is waited for
    job = jobs.start(order, consent=consent, max_credits=max_credits)

    def show(step: Step) -> None:
        host.progress(progress_text(title, step, cost), 0, 1)

    async def wait(seconds: float) -> None:
        while seconds > 0:
            host.check_cancelled()
            await asyncio.sleep(min(seconds, _SLICE))
            seconds -= _SLICE

    job = await jobs.arun(job.id, on_step=show, sleep=wait)
    clip = jobs.result(job)
    # The journal's own copy may be deleted by the user while this one is still in use.
    path = host.temp_file(clip.suffix)
    try:
        await asyncio.to_thread(shutil.copyfile, clip, path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OutputError(
            f"The clip can't be copied to {path.parent} ({error.strerror}): {remedy(error)}, "
            f"and run again; it is kept as {clip} and not paid for again."
        ) from error
    return path, job


def report_of(job: Job, order: Order, title: str, name: str) -> str:
    """The job and its cost, as JSON. name: of a clip, in the service's words."""
    facts: dict[str, Any] = {"backend": title, "job": job.id, name: job.remote_id}
    cost = {"estimate": asdict(order.estimate()), "credits_used": job.measured_credits}
    return json.dumps({**facts, **cost, "notes": list(job.notes)}, indent=2)
