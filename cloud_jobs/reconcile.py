"""After a POST whose outcome is unknown: find the clip in the account's list, or say that it can't be told.

Where there is no idempotency key, what a clip carries must identify it. In falling order of certainty: our
own mark in a text sent along, if the service echoes it; the file name of the first upload, which is unique to
this installation and kept when the service rewrites the address; the length of the clip. The last two count
only where no other open job of ours could be the same clip.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from . import parse
from .journal import Job, Journal
from .replies import Remote
from .service import Client

BEFORE, AFTER = 120.0, 600.0  # seconds around the POST in which its clip may have been created
DURATION_TOLERANCE = 0.3
MAX_PAGES = 20


@dataclass(frozen=True)
class Finding:
    """found: clips are exactly one. none: no clip of that time can be ours. several: more than one may be.
    unclear: one may be, but that shows only later, or the list was too long to read whole. sure: that none is
    can be relied on, once AFTER has passed."""

    outcome: Literal["found", "none", "several", "unclear"]
    clips: tuple[Remote, ...] = ()
    sure: bool = False


@dataclass(frozen=True)
class Habits:
    """What the service was seen to do with clips that are surely ours."""

    echoes_marks: bool = False
    keeps_stems: bool = False


def look(client: Client, journal: Journal, job: Job) -> Finding:
    """Search the list once. Raises ServiceError."""
    submitted = job.submitted_at or job.created
    clips, whole = recent(client, submitted - BEFORE)
    owners = journal.owners(job.host, (clip.id for clip in clips))
    ours = [(clip, owners[clip.id]) for clip in clips if clip.id in owners]
    habits = Habits(
        any(owner.id in clip.marks for clip, owner in ours),
        any(parse.stem(clip.source_url) == owner.stem for clip, owner in ours),
    )
    rivals = [
        other
        for other in journal.jobs("submitting", "ambiguous", "undecided", "abandoned")
        if other.id != job.id
        and not other.remote_id
        and other.submitted_at is not None
        and (other.host, other.account) == (job.host, job.account)
        and abs(other.submitted_at - submitted) <= BEFORE + AFTER
    ]
    finding = match(job, [clip for clip in clips if clip.id not in owners], rivals, habits)
    if finding.outcome != "none":
        return finding
    # Had it been made, the list would show our mark, as it does for others of ours.
    return replace(finding, sure=habits.echoes_marks) if whole else Finding("unclear")


def recent(client: Client, since: float) -> tuple[list[Remote], bool]:
    """The list's clips, read until nothing newer than `since` can follow, and whether that point was reached.

    The order is not documented: only a page that runs from new to old proves that the rest is older still."""
    clips: list[Remote] = []
    token = ""
    for _ in range(MAX_PAGES):
        page = client.page(token)
        clips += page.items
        times = [clip.created or since for clip in page.items]
        if not page.token or page.token == token:
            return clips, True
        if len(times) > 1 and max(times) < since and times[0] > times[-1]:
            return clips, True
        token = page.token
    return clips, False


def match(job: Job, clips: Iterable[Remote], rivals: Sequence[Job], habits: Habits) -> Finding:
    """Which of the clips, none of which has an owner, is the job's. rivals: other jobs of unknown outcome."""
    submitted = job.submitted_at or job.created
    near = [
        clip
        for clip in clips
        if clip.created is None or submitted - BEFORE <= clip.created <= submitted + AFTER
    ]
    marked = [clip for clip in near if job.id in clip.marks]
    if marked or habits.echoes_marks:
        return _one(marked)
    nameless = [clip for clip in near if not clip.marks]
    if job.stem:
        same = [clip for clip in nameless if parse.stem(clip.source_url) == job.stem]
        if same and not any(rival.stem == job.stem for rival in rivals):
            return _one(same)
        if same or habits.keeps_stems:
            nameless = same
    return _by_duration(job, nameless, rivals)


def _by_duration(job: Job, clips: list[Remote], rivals: Sequence[Job]) -> Finding:
    if not clips:
        return Finding("none")
    if job.seconds is None or any(_alike(job, rival) for rival in rivals):
        return Finding("several", tuple(clips))
    fitting = [
        clip
        for clip in clips
        if clip.duration is not None and abs(clip.duration - job.seconds) <= DURATION_TOLERANCE
    ]
    unmeasured = [clip for clip in clips if clip.duration is None]
    if unmeasured:
        wait = any(clip.state == "running" for clip in unmeasured)
        return Finding("unclear" if wait else "several", tuple(fitting + unmeasured))
    return _one(fitting)


def _alike(job: Job, rival: Job) -> bool:
    """Whether two jobs could not be told apart by the length of their clips."""
    if job.seconds is None or rival.seconds is None:
        return True
    return abs(job.seconds - rival.seconds) <= 2 * DURATION_TOLERANCE


def _one(clips: list[Remote]) -> Finding:
    if not clips:
        return Finding("none")
    return Finding("found" if len(clips) == 1 else "several", tuple(clips))
