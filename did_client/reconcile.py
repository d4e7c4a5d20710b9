"""After a POST whose outcome is unknown: find the talk in the account's list, or say that it can't be told.

D-ID has no idempotency key, so what a talk carries must identify it. In falling order of certainty: our own
mark in `name` or `user_data`, if the service echoes them; the file name of the picture, which is unique to
this installation and kept when the service rewrites the address; the length of the clip. The last two count
only where no other open job of ours could be the same talk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from . import parse
from .client import DIDClient
from .journal import Job, Journal
from .replies import Talk

BEFORE, AFTER = 120.0, 600.0  # seconds around the POST in which its talk may have been created
DURATION_TOLERANCE = 0.3
MAX_PAGES = 20


@dataclass(frozen=True)
class Finding:
    """found: talks are exactly one. none: no talk of that time can be ours. several: more than one may be.
    unclear: one may be, but that shows only later, or the list was too long to read whole."""

    outcome: Literal["found", "none", "several", "unclear"]
    talks: tuple[Talk, ...] = ()


@dataclass(frozen=True)
class Habits:
    """What the service was seen to do with talks that are surely ours."""

    echoes_marks: bool = False
    keeps_stems: bool = False


def look(client: DIDClient, journal: Journal, job: Job) -> Finding:
    """Search the list once. Raises ServiceError."""
    submitted = job.submitted_at or job.created
    talks, whole = recent(client, submitted - BEFORE)
    owners = journal.owners(job.host, (talk.id for talk in talks))
    ours = [(talk, owners[talk.id]) for talk in talks if talk.id in owners]
    habits = Habits(
        any(owner.id in (talk.name, talk.user_data) for talk, owner in ours),
        any(parse.stem(talk.source_url) == owner.image_stem for talk, owner in ours),
    )
    rivals = [
        other
        for other in journal.jobs("submitting", "ambiguous", "undecided", "abandoned")
        if other.id != job.id
        and not other.talk_id
        and other.submitted_at is not None
        and (other.host, other.account) == (job.host, job.account)
        and abs(other.submitted_at - submitted) <= BEFORE + AFTER
    ]
    finding = match(job, [talk for talk in talks if talk.id not in owners], rivals, habits)
    return finding if whole or finding.outcome != "none" else Finding("unclear")


def recent(client: DIDClient, since: float) -> tuple[list[Talk], bool]:
    """The list's talks, read until nothing newer than `since` can follow, and whether that point was reached.

    The order is not documented: only a page that runs from new to old proves that the rest is older still."""
    talks: list[Talk] = []
    token = ""
    for _ in range(MAX_PAGES):
        page = client.talks(token)
        talks += page.talks
        times = [talk.created or since for talk in page.talks]
        if not page.token or page.token == token:
            return talks, True
        if len(times) > 1 and max(times) < since and times[0] > times[-1]:
            return talks, True
        token = page.token
    return talks, False


def match(job: Job, talks: Iterable[Talk], rivals: Sequence[Job], habits: Habits) -> Finding:
    """Which of the talks, none of which has an owner, is the job's. rivals: other jobs of unknown outcome."""
    submitted = job.submitted_at or job.created
    near = [
        talk
        for talk in talks
        if talk.created is None or submitted - BEFORE <= talk.created <= submitted + AFTER
    ]
    marked = [talk for talk in near if job.id in (talk.name, talk.user_data)]
    if marked or habits.echoes_marks:
        return _one(marked)
    nameless = [talk for talk in near if not talk.user_data and not talk.name]
    if job.image_stem:
        same = [talk for talk in nameless if parse.stem(talk.source_url) == job.image_stem]
        if same and not any(rival.image_stem == job.image_stem for rival in rivals):
            return _one(same)
        if same or habits.keeps_stems:
            nameless = same
    return _by_duration(job, nameless, rivals)


def _by_duration(job: Job, talks: list[Talk], rivals: Sequence[Job]) -> Finding:
    if not talks:
        return Finding("none")
    if job.seconds is None or any(_alike(job, rival) for rival in rivals):
        return Finding("several", tuple(talks))
    fitting = [
        talk
        for talk in talks
        if talk.duration is not None and abs(talk.duration - job.seconds) <= DURATION_TOLERANCE
    ]
    unmeasured = [talk for talk in talks if talk.duration is None]
    if unmeasured:
        wait = any(talk.state == "running" for talk in unmeasured)
        return Finding("unclear" if wait else "several", tuple(fitting + unmeasured))
    return _one(fitting)


def _alike(job: Job, rival: Job) -> bool:
    """Whether two jobs could not be told apart by the length of their clips."""
    if job.seconds is None or rival.seconds is None:
        return True
    return abs(job.seconds - rival.seconds) <= 2 * DURATION_TOLERANCE


def _one(talks: list[Talk]) -> Finding:
    if not talks:
        return Finding("none")
    return Finding("found" if len(talks) == 1 else "several", tuple(talks))
