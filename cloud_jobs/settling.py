"""What became of a POST whose outcome is unknown: it was cut, or answered with 429, which no service's
documentation promises to be a refusal. The list is searched until its known delay has passed, then the
balance is looked at; what neither can tell is left to the user, and never sent again by itself."""

from __future__ import annotations

from dataclasses import replace

from .account import Account, Memory
from .errors import RateLimitError, ServiceError, UnreachableError
from .job import Job
from .reconcile import AFTER, Finding, look
from .waiting import poll_interval

LOOKS, FIRST_LOOK, NEXT_LOOK = 3, 5.0, 30.0
REPEATS = 6  # of a POST with the same idempotency key
_DAY = 86_400.0
_SAME = 1e-6  # of two balances


class Settling:
    """Steps of the states submitting, ambiguous and undecided; see Submission.

    lease: seconds in which a POST of another process is over."""

    def __init__(self, account: Account, lease: float) -> None:
        self._account = account
        self._client = account.client
        self._service = account.service
        self._journal = account.journal
        self._lease = lease
        # A list may show clips only when they are finished.
        self._delay = max(AFTER, account.service.typical)

    def await_submission(self, job: Job, memory: Memory) -> float | None:
        """A POST that this call did not make: its process died, or is still in it."""
        self._account.authenticate()
        if self._service.lists and self._adopted(job, self._find(job)):
            return 0.0
        left = job.lease - self._account.transport.server_now()
        if 0 < left <= self._lease:
            return min(left, NEXT_LOOK)
        self._account.advance(job, state="ambiguous", look_first=False)
        return 0.0

    def search(self, job: Job, memory: Memory) -> float | None:
        """Find out about a POST; then leave it to the user."""
        self._account.authenticate()
        if job.looks < REPEATS and self.key_lives(job):
            return self._repeat(job)
        if not self._service.lists:
            self._account.advance(job, state="undecided", looks=job.looks + 1)
            return None
        finding = self._find(job)
        if finding.outcome == "found":
            self._adopted(job, finding)
            return 0.0
        if self._not_made(job, finding, memory):
            return 0.0
        waited = self._waited(job)
        if finding.outcome == "unclear" and 0 <= waited < self._service.typical:
            return NEXT_LOOK
        if (finding.sure or _may_be_told(job, finding)) and 0 <= waited < self._delay:
            return NEXT_LOOK
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
        finding = self._find(job)
        if self._adopted(job, finding) or self._not_made(job, finding, memory):
            return 0.0
        self._account.advance(job, looks=job.looks + 1, candidates=_ids(finding))
        return None

    def before_another(self, job: Job) -> float | None:
        """Of a job whose last POST was answered with 429, and whose key does not live: the seconds to wait,
        None if another POST is safe."""
        if self._service.lists:
            finding = self._find(job)
            if self._adopted(job, finding):
                return 0.0
            if self._surely_not_made(job, finding):
                return None
        self._account.advance(job, state="ambiguous")
        return NEXT_LOOK

    def key_lives(self, job: Job) -> bool:
        """Whether another POST with the job's idempotency key makes no second clip. The key's life began with
        the first of them that can have been carried out."""
        since = job.key_since or job.submitted_at or job.created
        return 0 <= self._account.transport.server_now() - since < self._service.repeatable

    def _repeat(self, job: Job) -> float | None:
        """The same POST under the same idempotency key, which makes no second clip. Only a clip that comes of
        it proves anything: a refusal may be of this call alone."""
        self._account.check_consent()
        stored = {kind: self._journal.stored(job, kind, name) for kind, name in job.files.items()}
        files = {kind: each for kind, each in stored.items() if each is not None}
        try:
            if len(files) == len(stored):
                if self._account.take(job, self._client.submit(job, files)):
                    return poll_interval(0, self._account.rng)
                self._account.advance(job, looks=job.looks + 1, problem=self._account.taken)
                return NEXT_LOOK
        except UnreachableError:
            raise
        except ServiceError as error:
            self._account.advance(job, looks=job.looks + 1, problem=str(error), problem_kind=error.kind)
            asked = error.retry_after if isinstance(error, RateLimitError) else None
            return max(NEXT_LOOK, asked or 0.0)
        self._account.advance(job, looks=REPEATS)
        return 0.0

    def _find(self, job: Job) -> Finding:
        """Where orders can be repeated under a key, a list is not read for more than the clip: it may not
        show all."""
        finding = look(self._client, self._journal, job, self._account.measure)
        return replace(finding, sure=False) if self._service.repeatable else finding

    def _adopted(self, job: Job, finding: Finding) -> bool:
        return finding.outcome == "found" and self._account.found(job, finding.clips[0]) is not None

    def _not_made(self, job: Job, finding: Finding, memory: Memory) -> bool:
        """Whether it is certain that the POST made no clip; then the job is ready for another one."""
        if not self._surely_not_made(job, finding):
            return False
        memory.balance_known = False  # the next POST is to be judged by a balance of its own
        self._account.advance(job, state="planned", look_first=True, looks=0)
        return True

    def _surely_not_made(self, job: Job, finding: Finding) -> bool:
        """By the list, or of a POST that was answered with 429 by an untouched balance, too. Not where the
        balance tells of a clip that the list may show later."""
        if self._waited(job) < self._delay or not (finding.sure or _may_be_told(job, finding)):
            return False
        spent = self._spent(job)
        return finding.sure if spent is None else abs(spent) < _SAME or (finding.sure and spent < 0)

    def _spent(self, job: Job) -> float | None:
        """What the account has lost since before the POST; None where that tells nothing: the service tells
        neither it nor the time, the clip costs nothing, or another order of ours may have to do with it."""
        known = job.credits > 0 and job.credits_before is not None and job.balance_at is not None
        if not (known and self._account.transport.knows_time and self._alone(job)):
            return None
        balance = self._account.balance()
        return None if balance is None else (job.credits_before or 0.0) - balance

    def _alone(self, job: Job) -> bool:
        """Whether no other order of ours was at work since the balance before the POST was read. Those that
        were answered with 429, too, can only have lowered it, so they do not count."""
        since = job.balance_at or 0.0
        for other in self._journal.jobs():
            if other.id == job.id or other.host != job.host or other.submitted_at is None:
                continue
            if other.state in ("planned", "refused"):
                continue
            if other.state == "ambiguous" and other.look_first:  # as are planned ones
                continue
            # What failed may be paid back later.
            ended = {"downloaded": 0.0, "failed": AFTER, "rejected": AFTER}.get(other.state)
            over = other.submitted_at + _DAY if ended is None else other.updated + ended
            if over >= since:
                return False
        return True

    def _waited(self, job: Job) -> float:
        """Seconds since the last POST; negative where a clock was set back."""
        return self._account.transport.server_now() - (job.submitted_at or job.created)


def _may_be_told(job: Job, finding: Finding) -> bool:
    """Whether the balance may tell that there is no clip: of a POST that was answered with 429, not of one
    that was cut."""
    return finding.outcome == "none" and job.look_first


def _ids(finding: Finding) -> tuple[str, ...]:
    return tuple(clip.id for clip in finding.clips)[:20]
