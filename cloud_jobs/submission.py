"""From an order to a clip at the service: uploads, the one POST that costs money, and what is done
when its outcome is unknown."""

from __future__ import annotations

from .account import Account, Memory, with_extra
from .errors import (
    FaceError,
    MediaTypeError,
    RateLimitError,
    ServiceError,
    UnreachableError,
)
from .journal import Job, Stored
from .limits import Limits, blames_upload
from .reconcile import AFTER, Finding, look
from .replies import Remote
from .waiting import is_concurrency, poll_interval

# Replies that mean the clip was not made. Any other failure of the POST leaves that open.
REFUSALS = frozenset({400, 401, 402, 403, 404, 405, 413, 414, 415, 422, 451})
LOOKS, FIRST_LOOK, NEXT_LOOK = 3, 5.0, 30.0
REPEATS = 6  # of a POST with the same idempotency key
_PARTS_WAIT = 1.0
_READY_WAIT = 3.0
_RACES = 5


class Submission:
    """Steps of the states planned, submitting, ambiguous and undecided. Each returns the seconds to wait
    before the next, None when the job is at rest, and may raise any ServiceError."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = account.client
        self._service = account.service
        self._journal = account.journal
        self._uploads = account.uploads
        self._limits = Limits(account)
        self._lease = account.timeouts.connect + account.timeouts.create + 1.0

    def plan(self, job: Job, memory: Memory) -> float | None:
        """One of the things that are free and come before the POST; when they are done, the POST."""
        self._account.check_consent()
        self._account.authenticate()
        if not memory.balance_known:
            memory.balance, memory.balance_known = self._account.balance(), True
            self._limits.check_balance(job, memory)
        now = self._account.transport.server_now()
        files: dict[str, Stored] = {}
        for kind, name in job.files.items():
            stored = self._uploads.fresh(job, kind, name, now)
            if stored is None:
                self._send(job, kind, name)
                return 0.0
            files[kind] = stored
        if not self._ready(job, files):
            return _READY_WAIT
        if self._service.quotes and not job.quoted:
            return self._limits.quote(job, memory, files)
        if job.group and not self._limits.whole_order(job):
            return _PARTS_WAIT
        self._limits.check(job)
        if job.look_first and not self._service.repeatable:
            finding = self._search(job)
            if finding.outcome == "found":
                self._account.found(job, finding.clips[0])
                return 0.0
            if finding.outcome != "none" or not (self._surely_not_made(job, finding) or is_busy(job)):
                self._account.advance(job, state="ambiguous")
                return NEXT_LOOK
        return self._submit(job, memory, files)

    def _send(self, job: Job, kind: str, name: str) -> None:
        """A picture without a face ends the job: the order and the credits would be taken all the same."""
        try:
            self._uploads.send(self._client, job, kind, name)
        except FaceError as error:
            self._account.end(job, "refused", str(error), error.kind)
            raise

    def _ready(self, job: Job, files: dict[str, Stored]) -> bool:
        """Whether the service has taken in what was sent. What it can't use ends the job."""
        try:
            return all(self._service.ready(self._client, stored) for stored in files.values())
        except MediaTypeError as error:
            self._uploads.forget(job)
            self._account.end(job, "refused", str(error), error.kind)
            raise

    def _submit(self, job: Job, memory: Memory, files: dict[str, Stored]) -> float | None:
        now = self._account.transport.server_now()
        sent = self._journal.advance(
            job,
            day=self._limits.day(),
            state="submitting",
            submitted_at=now,
            updated=now,
            lease=now + self._lease,
            looks=0,
            # Before this POST it was certain that the last one made nothing, or its key tells.
            look_first=job.look_first and self._service.repeatable > 0,
            credits_before=memory.balance,
            stem=self._stem(job, files),
        )
        if sent is None:
            return 0.0  # another process was faster
        try:
            remote = self._client.submit(sent, files)
        except UnreachableError:
            self._account.advance(sent, state="planned")
            raise
        except RateLimitError as error:
            # Refused before any work, says common sense; the documentation says nothing, so look before the
            # next.
            self._account.advance(sent, state="planned", look_first=True, problem_kind=error.kind)
            raise
        except ServiceError as error:
            return self._not_accepted(sent, error, files)
        except BaseException:  # stopped in the middle of the call
            self._account.advance(sent, state="ambiguous")
            raise
        if self._accepted(sent, remote):
            return poll_interval(0, self._account.rng)
        self._account.advance(sent, state="ambiguous", problem=self._taken())
        return FIRST_LOOK

    def _stem(self, job: Job, files: dict[str, Stored]) -> str:
        """Of the first file: the one by which a clip may be told."""
        for kind, name in job.files.items():
            return self._uploads.identifying_stem(files[kind], name)
        return ""

    def _not_accepted(self, job: Job, error: ServiceError, files: dict[str, Stored]) -> float | None:
        if error.status not in REFUSALS or job.look_first:  # a refusal says nothing of an earlier POST
            self._account.advance(job, state="ambiguous", problem=str(error), problem_kind=error.kind)
            return FIRST_LOOK
        reused = any(stored.uploaded_at < job.created for stored in files.values())
        if reused and not job.reuploaded and blames_upload(error):
            self._uploads.forget(job)
            self._account.advance(job, state="planned", reuploaded=True, attempt=job.attempt + 1)
            return 0.0
        self._account.end(job, "refused", with_extra(str(error), job), error.kind)
        error.args = (with_extra(str(error), job),)
        raise error

    def _accepted(self, job: Job, remote: Remote) -> bool:
        """Write down the clip's id, whatever another process made of the job meanwhile; False where the clip
        is another job's."""
        for _ in range(_RACES):
            current = self._journal.get(job.id)
            if current.remote_id or self._account.found(current, remote):
                return True
        return False

    def _taken(self) -> str:
        return f"{self._service.title} answered the order with a clip that is another job's."

    def await_submission(self, job: Job, memory: Memory) -> float | None:
        """A POST that this call did not make: its process died, or is still in it."""
        self._account.authenticate()
        if self._look(job):
            return 0.0
        left = job.lease - self._account.transport.server_now()
        if 0 < left <= self._lease:
            return min(left, NEXT_LOOK)
        self._account.advance(job, state="ambiguous")
        return 0.0

    def _search(self, job: Job) -> Finding:
        return look(self._client, self._journal, job, self._account.measure)

    def _look(self, job: Job) -> bool:
        """One look into the list, where there is one."""
        if not self._service.lists:
            return False
        finding = self._search(job)
        return finding.outcome == "found" and self._account.found(job, finding.clips[0]) is not None

    def _repeat(self, job: Job) -> float | None:
        """The same POST under the same idempotency key, which makes no second clip. Only a clip that comes of
        it proves anything: a refusal may be of this call alone."""
        self._account.check_consent()
        stored = {kind: self._journal.stored(job, kind, name) for kind, name in job.files.items()}
        files = {kind: each for kind, each in stored.items() if each is not None}
        try:
            if len(files) == len(stored):
                if self._accepted(job, self._client.submit(job, files)):
                    return poll_interval(0, self._account.rng)
                self._account.advance(job, looks=job.looks + 1, problem=self._taken())
                return NEXT_LOOK
        except UnreachableError:
            raise
        except ServiceError as error:
            self._account.advance(job, looks=job.looks + 1, problem=str(error), problem_kind=error.kind)
            asked = error.retry_after if isinstance(error, RateLimitError) else None
            return max(NEXT_LOOK, asked or 0.0)
        self._account.advance(job, looks=REPEATS)
        return 0.0

    def search(self, job: Job, memory: Memory) -> float | None:
        """Find out about a POST that failed halfway, a few times; then leave it to the user."""
        self._account.authenticate()
        if self._service.repeatable:
            age = self._account.transport.server_now() - (job.submitted_at or job.created)
            if job.looks < REPEATS and 0 <= age < self._service.repeatable:
                return self._repeat(job)
            if not self._look(job):
                self._account.advance(job, state="undecided", looks=job.looks + 1)
                return None
            return 0.0
        if not self._service.lists:
            self._account.advance(job, state="undecided", looks=job.looks + 1)
            return None
        finding = self._search(job)
        waited = self._account.transport.server_now() - (job.submitted_at or job.created)
        if finding.outcome == "found":
            self._account.found(job, finding.clips[0])
            return 0.0
        if finding.outcome == "unclear" and 0 <= waited < self._service.typical:
            return NEXT_LOOK
        if finding.sure and waited >= 0:
            return 0.0 if self._not_made(job, finding) else NEXT_LOOK
        if finding.outcome == "none" and job.looks + 1 < LOOKS:
            self._account.advance(job, looks=job.looks + 1)
            return NEXT_LOOK
        self._account.advance(job, state="undecided", looks=job.looks + 1, candidates=_ids(finding))
        return None

    def look_again(self, job: Job, memory: Memory) -> float | None:
        """One more look, because the user asked for it."""
        self._account.authenticate()
        if not self._service.lists:
            return None
        finding = self._search(job)
        if finding.outcome == "found" and self._account.found(job, finding.clips[0]):
            return 0.0
        if self._not_made(job, finding):
            return 0.0
        self._account.advance(job, looks=job.looks + 1, candidates=_ids(finding))
        return None

    def _not_made(self, job: Job, finding: Finding) -> bool:
        """Whether it is certain that the POST made no clip; then the job is ready for another one. Where an
        order can be repeated under its key, a list is not read for more than the clip: it may not show
        all."""
        if self._service.repeatable or not self._surely_not_made(job, finding):
            return False
        self._account.advance(job, state="planned", look_first=True, looks=0)
        return True

    def _surely_not_made(self, job: Job, finding: Finding) -> bool:
        """A list may show clips only when they are finished, so that much time must have passed."""
        waited = self._account.transport.server_now() - (job.submitted_at or job.created)
        return finding.sure and waited >= max(AFTER, self._service.typical)


def is_busy(job: Job) -> bool:
    """Whether the service said that others of the account's clips stand in this one's way: a reason to refuse
    that it has a word for."""
    return is_concurrency(job.problem_kind)


def _ids(finding: Finding) -> tuple[str, ...]:
    return tuple(clip.id for clip in finding.clips)[:20]
