"""From an order to a clip at the service: uploads, and the one POST that costs money."""

from __future__ import annotations

from .account import Account, Memory, with_extra
from .errors import FaceError, MediaTypeError, RateLimitError, ServiceError, UnreachableError
from .job import Job, Stored
from .limits import Limits, blames_upload
from .settling import FIRST_LOOK, Settling
from .waiting import poll_interval

# Replies that mean the clip was not made. Any other failure of the POST leaves that open.
REFUSALS = frozenset({400, 401, 402, 403, 404, 405, 413, 414, 415, 422, 451})
_PARTS_WAIT = 1.0
_READY_WAIT = 3.0


class Submission:
    """Steps of the state planned. Each returns the seconds to wait before the next, None when the job is at
    rest, and may raise any ServiceError."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = account.client
        self._service = account.service
        self._journal = account.journal
        self._uploads = account.uploads
        self._limits = Limits(account)
        self._lease = account.timeouts.connect + account.timeouts.create + 1.0
        self.settling = Settling(account, self._lease)

    def plan(self, job: Job, memory: Memory) -> float | None:
        """One of the things that are free and come before the POST; when they are done, the POST."""
        self._account.check_consent()
        self._account.authenticate()
        if not memory.balance_known:
            memory.balance_at = self._account.transport.server_now()
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
        # Where it lives, what the last POST made comes of this one, too.
        same_key = job.look_first and self.settling.key_lives(job)
        if job.look_first and not same_key and (wait := self.settling.before_another(job)) is not None:
            return wait
        return self._submit(job, memory, files, same_key)

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

    def _submit(self, job: Job, memory: Memory, files: dict[str, Stored], same_key: bool) -> float | None:
        """same_key: of a last POST that may have been carried out; else it is certain that none was. Then key
        and balance stay those of the first."""
        now = self._account.transport.server_now()
        sent = self._journal.advance(
            job,
            day=self._limits.day(),
            state="submitting",
            submitted_at=now,
            updated=now,
            lease=now + self._lease,
            looks=0,
            look_first=same_key,
            key_since=(job.key_since or job.submitted_at) if same_key else now,
            credits_before=job.credits_before if same_key else memory.balance,
            balance_at=job.balance_at if same_key else memory.balance_at,
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
            # Refused before any work, says common sense; the documentation says nothing, so before the next
            # it is found out.
            self._account.advance(sent, state="planned", look_first=True, problem_kind=error.kind)
            raise
        except ServiceError as error:
            return self._not_accepted(sent, error, files)
        except BaseException:  # stopped in the middle of the call
            self._account.advance(sent, state="ambiguous", look_first=False)
            raise
        if self._account.take(sent, remote):
            return poll_interval(0, self._account.rng)
        self._account.advance(sent, state="ambiguous", look_first=False, problem=self._account.taken)
        return FIRST_LOOK

    def _stem(self, job: Job, files: dict[str, Stored]) -> str:
        """Of the first file: the one by which a clip may be told."""
        for kind, name in job.files.items():
            return self._uploads.identifying_stem(files[kind], name)
        return ""

    def _not_accepted(self, job: Job, error: ServiceError, files: dict[str, Stored]) -> float | None:
        refused = error.status in REFUSALS
        if not refused or job.look_first:  # a refusal says nothing of an earlier POST
            told = {"problem": str(error), "problem_kind": error.kind}
            self._account.advance(job, state="ambiguous", look_first=refused and job.look_first, **told)
            return FIRST_LOOK
        reused = any(stored.uploaded_at < job.created for stored in files.values())
        if reused and not job.reuploaded and blames_upload(error):
            self._uploads.forget(job)
            self._account.advance(job, state="planned", reuploaded=True, attempt=job.attempt + 1)
            return 0.0
        self._account.end(job, "refused", with_extra(str(error), job), error.kind)
        error.args = (with_extra(str(error), job),)
        raise error
