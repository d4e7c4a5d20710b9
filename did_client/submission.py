"""From an order to a talk at D-ID: uploads, the one POST that costs money, and the search when its outcome is
unknown."""

from __future__ import annotations

from typing import Any

from .account import Account, Memory, with_extra
from .errors import (
    CreditsError,
    FaceError,
    NotFoundError,
    RateLimitError,
    ServiceError,
    UnreachableError,
    ValidationError,
)
from .journal import Job, Stored
from .reconcile import Finding, look
from .replies import Talk
from .waiting import poll_interval

# Replies that mean the talk was not made. Any other failure of the POST leaves that open.
REFUSALS = frozenset({400, 401, 402, 403, 404, 405, 413, 414, 415, 422, 451})
LOOKS, FIRST_LOOK, NEXT_LOOK = 3, 5.0, 30.0
CLARITY_SECONDS = 600.0  # most clips take 2 minutes; below the deadline for a job
_RACES = 5


class Submission:
    """Steps of the states planned, submitting, ambiguous and undecided. Each returns the seconds to wait
    before the next, None when the job is at rest, and may raise any ServiceError."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = account.client
        self._journal = account.journal
        self._uploads = account.uploads
        self._lease = account.timeouts.connect + account.timeouts.create + 1.0

    def plan(self, job: Job, memory: Memory) -> float | None:
        """One of the things that are free and come before the POST; when they are done, the POST."""
        self._account.authenticate()
        if memory.balance is None:
            memory.balance = self._client.credits().remaining
            if memory.balance < job.credits:
                raise CreditsError(
                    f"The job needs about {job.credits} credits and the D-ID account has "
                    f"{memory.balance:g}; buy some or shorten the clip."
                )
        now = self._account.transport.server_now()
        image = self._uploads.fresh(job, "image", job.image, now)
        if image is None:
            self._send_picture(job)
            return 0.0
        audio = self._uploads.fresh(job, "audio", job.audio, now) if job.audio else None
        if job.audio and audio is None:
            self._uploads.send(self._client, job, "audio", job.audio)
            return 0.0
        if job.look_first:
            finding = look(self._client, self._journal, job)
            if finding.outcome == "found":
                self._account.found(job, finding.talks[0])
                return 0.0
            if finding.outcome != "none":
                self._account.advance(job, state="ambiguous")
                return NEXT_LOOK
        return self._submit(job, memory, image, audio)

    def _send_picture(self, job: Job) -> None:
        """A picture without a face ends the job: D-ID would take the order and the credits all the same."""
        try:
            self._uploads.send(self._client, job, "image", job.image)
        except FaceError as error:
            self._account.end(job, "refused", str(error), error.kind)
            raise

    def _submit(self, job: Job, memory: Memory, image: Stored, audio: Stored | None) -> float | None:
        now = self._account.transport.server_now()
        sent = self._journal.advance(
            job,
            day_cap=self._account.settings.max_credits_per_day,
            state="submitting",
            submitted_at=now,
            updated=now,
            lease=now + self._lease,
            looks=0,
            credits_before=memory.balance,
            image_stem=self._uploads.identifying_stem(image, job.image),
        )
        if sent is None:
            return 0.0  # another process was faster
        try:
            talk = self._client.submit(_body(sent, image, audio))
        except UnreachableError:
            self._account.advance(sent, state="planned")
            raise
        except RateLimitError:
            # Refused before any work, says common sense; the documentation says nothing, so look before the
            # next.
            self._account.advance(sent, state="planned", look_first=True)
            raise
        except ServiceError as error:
            return self._not_accepted(sent, error, image, audio)
        except BaseException:  # stopped in the middle of the call
            self._account.advance(sent, state="ambiguous")
            raise
        self._accepted(sent, talk)
        return poll_interval(0, self._account.rng)

    def _not_accepted(
        self, job: Job, error: ServiceError, image: Stored, audio: Stored | None
    ) -> float | None:
        if error.status not in REFUSALS:
            self._account.advance(job, state="ambiguous", problem=str(error), problem_kind=error.kind)
            return FIRST_LOOK
        reused = any(stored and stored.uploaded_at < job.created for stored in (image, audio))
        if reused and not job.reuploaded and _blames_upload(error):
            self._uploads.forget(job)
            self._account.advance(job, state="planned", reuploaded=True)
            return 0.0
        self._account.end(job, "refused", with_extra(str(error), job), error.kind)
        error.args = (with_extra(str(error), job),)
        raise error

    def _accepted(self, job: Job, talk: Talk) -> None:
        """Write down the talk's id, whatever another process made of the job meanwhile."""
        for _ in range(_RACES):
            current = self._journal.get(job.id)
            if current.talk_id or self._account.found(current, talk):
                return

    def await_submission(self, job: Job, memory: Memory) -> float | None:
        """A POST that this call did not make: its process died, or is still in it."""
        self._account.authenticate()
        finding = look(self._client, self._journal, job)
        if finding.outcome == "found" and self._account.found(job, finding.talks[0]):
            return 0.0
        left = job.lease - self._account.transport.server_now()
        if 0 < left <= self._lease:
            return min(left, NEXT_LOOK)
        self._account.advance(job, state="ambiguous")
        return 0.0

    def search(self, job: Job, memory: Memory) -> float | None:
        """Look for the talk of a POST that failed halfway, a few times; then leave it to the user."""
        self._account.authenticate()
        finding = look(self._client, self._journal, job)
        waited = self._account.transport.server_now() - (job.submitted_at or job.created)
        if finding.outcome == "found":
            self._account.found(job, finding.talks[0])
            return 0.0
        if finding.outcome == "unclear" and 0 <= waited < CLARITY_SECONDS:
            return NEXT_LOOK
        if finding.outcome == "none" and job.looks + 1 < LOOKS:
            self._account.advance(job, looks=job.looks + 1)
            return NEXT_LOOK
        self._account.advance(job, state="undecided", looks=job.looks + 1, candidates=_ids(finding))
        return None

    def look_again(self, job: Job, memory: Memory) -> float | None:
        """One more look, because the user asked for it."""
        self._account.authenticate()
        finding = look(self._client, self._journal, job)
        if finding.outcome == "found" and self._account.found(job, finding.talks[0]):
            return 0.0
        self._account.advance(job, looks=job.looks + 1, candidates=_ids(finding))
        return None


def _body(job: Job, image: Stored, audio: Stored | None) -> dict[str, Any]:
    """Addresses of uploads go in exactly as D-ID gave them."""
    script = {**job.template["script"], **({"audio_url": audio.url} if audio else {})}
    return {**job.template, "source_url": image.url, "script": script, "name": job.id, "user_data": job.id}


def _blames_upload(error: ServiceError) -> bool:
    """The words for an upload that has expired are not documented."""
    return isinstance(error, NotFoundError) or (
        isinstance(error, ValidationError)
        and any(word in str(error).lower() for word in ("url", "not found", "expired", "source"))
    )


def _ids(finding: Finding) -> tuple[str, ...]:
    return tuple(talk.id for talk in finding.talks)[:20]
