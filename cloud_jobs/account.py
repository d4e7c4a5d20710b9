"""One account at one service, and everything a job's steps share."""

from __future__ import annotations

import contextlib
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import requests

from .download import Downloader
from .errors import CloudDisabledError, DownloadError, JobError, ServiceError, SettingsError
from .job import Job, State
from .journal import Day, Journal
from .keys import ApiKey
from .replies import Remote
from .settings import Settings
from .storage import check_writable, private_folder, room_or
from .transport import Timeouts, Transport
from .uploads import Uploads
from .waiting import Clock, Patience

_RACES = 5


@dataclass
class Memory:
    """What is known of a job beyond the journal, and need not survive a restart.

    balance: credits before the job, None where the service tells none; balance_known: whether it was asked;
    balance_at: when.
    polls, missing: replies, and 404 replies in a row. done_since: when the service first called it finished.
    odd_clip: hash of a clip that was not as ordered.
    """

    patience: Patience
    balance: float | None = None
    balance_known: bool = False
    balance_at: float | None = None
    polls: int = 0
    missing: int = 0
    done_since: float | None = None
    odd_clip: str = field(default="", repr=False)


class Account:
    """folder: holds journal, spool and results, each made when there is something to put in it. session:
    makes the HTTP sessions."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        key: ApiKey,
        clock: Clock,
        rng: random.Random,
        timeouts: Timeouts,
        session: Callable[[], requests.Session],
    ) -> None:
        self.settings, self.clock, self.rng, self.timeouts = settings, clock, rng, timeouts
        self.service = settings.service
        self.journal = Journal(folder, self.service)
        self.uploads = Uploads(folder, self.journal, self.service)
        self.results = folder / "results"
        self.transport = Transport(
            settings.api_url, key, clock, style=settings.auth_style, timeouts=timeouts, session=session
        )
        self.client = self.service.connect(self.transport)
        self.downloader = Downloader(timeouts, allow_http=settings.loopback, session=session)
        self.check_consent: Callable[[], None] = lambda: None
        self._lengths: dict[str, float] = {}

    @cached_property
    def name(self) -> str:
        """What tells this key's jobs from another's."""
        return self.transport.key.fingerprint(self.journal.salt)

    def authenticate(self) -> None:
        """Learn the accepted form of the header once per account, by a free call."""
        if self.transport.style != "auto":
            return
        entry = f"style {self.settings.host} {self.name}"
        style = self.journal.meta(entry)
        if style in self.service.all_styles and style != "auto":
            self.transport.style = style
        else:
            self.journal.set_meta(entry, self.transport.find_style(self.client.probe))

    def check_results(self) -> None:
        """Raises SettingsError if a clip can't be written to the folder's results."""
        try:
            check_writable(private_folder(self.results))
        except OSError as error:
            raise SettingsError(
                f"Nothing can be written to {self.results} ({error.strerror}), where the "
                f"clip would be kept; {room_or(error)}free that path."
            ) from None

    def check_owner(self, job: Job) -> None:
        """Raises JobError if the job belongs to another key or service."""
        if (job.host, job.account) != (self.settings.host, self.name):
            raise JobError(
                f"The job {job.id[:8]} was made with another key or at another address "
                f"({job.host}); set that key to collect it."
            )

    def balance(self) -> float | None:
        """What is left in the service's units; None where it doesn't tell. Raises ServiceError."""
        found = self.client.credits()
        return None if found is None else found.remaining

    def day(self) -> Day:
        """By the earlier of the service's clock and this machine's: one that runs ahead would let what was
        spent fall out of the day too soon."""
        now = min(self.transport.server_now(), self.clock.now())
        return Day(now, self.settings.max_credits_per_day)

    def measure(self, clip: Remote) -> float | None:
        """Length of a finished clip in seconds, by its file; None where that can't be had now."""
        if clip.id not in self._lengths and clip.result_url:
            with tempfile.TemporaryDirectory() as folder, contextlib.suppress(DownloadError):
                fetched = self.downloader.fetch(clip.result_url, Path(folder) / "clip")
                self._lengths[clip.id] = fetched.clip.seconds
        return self._lengths.get(clip.id)

    def advance(self, job: Job, **changes: Any) -> Job | None:
        """Write changes, unless another process has moved the job on."""
        return self.journal.advance(job, updated=self.transport.server_now(), **changes)

    def found(self, job: Job, remote: Remote) -> Job | None:
        """The job is that clip; None if the clip has another owner."""
        return self.advance(
            job, state="submitted", remote_id=remote.id, candidates=(), problem="", problem_kind=""
        )

    def take(self, job: Job, remote: Remote) -> bool:
        """Write down the clip that a POST has brought, whatever another process made of the job meanwhile;
        False where the clip is another job's."""
        for _ in range(_RACES):
            current = self.journal.get(job.id)
            if current.remote_id or self.found(current, remote):
                return True
        return False

    @property
    def taken(self) -> str:
        return f"{self.service.title} answered the order with a clip that is another job's."

    def note(self, job: Job, text: str) -> Job:
        """Add a remark for the user."""
        if text in job.notes:
            return job
        return self.advance(job, notes=(*job.notes, text)) or job

    def end(self, job: Job, state: State, problem: str = "", kind: str = "", **changes: Any) -> Job | None:
        """Write a final state, with the balance after it where the job may have cost something."""
        after = None
        if job.remote_id:
            with contextlib.suppress(ServiceError):
                after = self.balance()
        ended = self.advance(
            job, state=state, problem=problem, problem_kind=kind, credits_after=after, **changes
        )
        if ended is not None:
            self.uploads.sweep()
            if self.settings.delete_uploads:
                self.uploads.delete(self.client, ended)
        return ended


def check_enabled(settings: Settings) -> None:
    """Raises CloudDisabledError."""
    if not settings.cloud:
        raise CloudDisabledError(
            f"Cloud services are switched off in {settings.service.settings_file}; set cloud to true to use "
            "them, or use a local engine."
        )


def with_extra(text: str, job: Job) -> str:
    """Name the undocumented options that were sent: they are the first suspects."""
    return f"{text} These extra options were sent: {', '.join(job.extra)}." if job.extra else text
