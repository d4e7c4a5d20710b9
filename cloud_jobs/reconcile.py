"""After a POST whose outcome is unknown: find the clip in the account's list, or say that it can't be told.

Where there is no idempotency key, what a clip carries must identify it. In falling order of certainty: our
own mark in a text sent along, if the service echoes it; the file name of the first upload, which is unique to
this installation and kept when the service rewrites the address; the length of the clip, by the list, by what
is told of that clip alone, or by the clip itself, whose fetching is free. The last two count only where no
other open job of ours could be the same clip.

That there is no clip is certain, once it would have shown up, where the list shows others of ours with the
mark or the file name that this one would have; or where it shows one of ours that is newer, and none that is
not of quite another length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from . import parse
from .errors import NotFoundError
from .job import Job
from .journal import Journal
from .replies import Remote
from .service import Client

BEFORE, AFTER = 120.0, 600.0  # seconds around the POST in which its clip may have been created
DURATION_TOLERANCE = 0.3
OTHER_SECONDS, OTHER_PART = 3.0, 0.2  # of the length: a clip that differs by more is not the job's
MAX_PAGES = 20
MAX_LEARNT = 4  # clips that are asked for one by one


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


def look(
    client: Client, journal: Journal, job: Job, measure: Callable[[Remote], float | None] = lambda clip: None
) -> Finding:
    """Search the list once. measure: the length of a finished clip, None if it can't be had. Raises
    ServiceError."""
    submitted = job.submitted_at or job.created
    clips, whole = recent(client, submitted - BEFORE)
    # Before the owners: a job that gets its clip in between is one or the other.
    rivals = [
        other
        for other in journal.jobs("submitting", "ambiguous", "undecided", "abandoned", "planned")
        if other.id != job.id
        and (other.state != "planned" or other.look_first)
        and not other.remote_id
        and other.submitted_at is not None
        and (other.host, other.account) == (job.host, job.account)
        and abs(other.submitted_at - submitted) <= BEFORE + AFTER
    ]
    owners = journal.owners(job.host, (clip.id for clip in clips))
    ours = [(clip, owners[clip.id]) for clip in clips if clip.id in owners]
    others = [clip for clip in clips if clip.id not in owners]
    habits = Habits(
        any(owner.id in clip.marks for clip, owner in ours),
        any(owner.stem and parse.stem(clip.source_url) == owner.stem for clip, owner in ours),
    )
    learnt: dict[str, Remote] = {}

    def learn(clip: Remote) -> Remote:
        try:
            told = client.status(clip.id)
        except NotFoundError:
            return clip
        finished = told.duration is None and told.state == "done"
        learnt[clip.id] = replace(told, duration=measure(told)) if finished else told
        return learnt[clip.id]

    finding = match(job, others, rivals, habits, learn)
    if finding.outcome != "none":
        return finding
    if not whole:
        return Finding("unclear")
    if not client.transport.knows_time:  # then the clip may be of a time that was not looked at
        return finding
    would_show = habits.echoes_marks or (habits.keeps_stems and bool(job.stem))
    current = any(clip.created is not None and clip.created > submitted for clip, _ in ours)
    near = [learnt.get(clip.id, clip) for clip in _near(job, others)]
    return replace(finding, sure=would_show or (current and all(_is_other(job, clip) for clip in near)))


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


def match(
    job: Job,
    clips: Sequence[Remote],
    rivals: Sequence[Job],
    habits: Habits,
    learn: Callable[[Remote], Remote] = lambda clip: clip,
) -> Finding:
    """Which of the clips, none of which has an owner, is the job's. rivals: other jobs of unknown outcome.
    learn: more of a clip than the list tells. Raises what that raises."""
    near = _near(job, clips)
    marked = [clip for clip in clips if job.id in clip.marks]
    if marked or habits.echoes_marks:
        return _one(marked)
    nameless = [clip for clip in near if not clip.marks]
    if job.stem:
        same = [clip for clip in nameless if parse.stem(clip.source_url) == job.stem]
        if same and not any(rival.stem == job.stem for rival in rivals):
            return _one(same)
        if same or habits.keeps_stems:
            nameless = same
    return _by_duration(job, nameless, rivals, learn)


def _near(job: Job, clips: Iterable[Remote]) -> list[Remote]:
    """Those that may have been made by the job's POST, going by the time."""
    first, last = (job.submitted_at or job.created) - BEFORE, (job.submitted_at or job.created) + AFTER
    return [clip for clip in clips if clip.created is None or first <= clip.created <= last]


def _by_duration(
    job: Job, clips: list[Remote], rivals: Sequence[Job], learn: Callable[[Remote], Remote]
) -> Finding:
    if not clips:
        return Finding("none")
    if job.seconds is None or any(_alike(job, rival) for rival in rivals):
        return Finding("several", tuple(clips))
    if len(clips) <= MAX_LEARNT:
        clips = [learn(clip) if clip.duration is None else clip for clip in clips]
        if marked := [clip for clip in clips if job.id in clip.marks]:
            return _one(marked)
        clips = [clip for clip in clips if not clip.marks]
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


def _is_other(job: Job, clip: Remote) -> bool:
    """Whether the clip's length rules the job out, however the service pads or cuts."""
    if job.seconds is None or clip.duration is None:
        return False
    return abs(clip.duration - job.seconds) > max(OTHER_SECONDS, OTHER_PART * job.seconds)


def _one(clips: list[Remote]) -> Finding:
    if not clips:
        return Finding("none")
    return Finding("found" if len(clips) == 1 else "several", tuple(clips))
