"""One paid clip on its way, as the journal records it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal[
    "planned",
    "submitting",
    "ambiguous",
    "undecided",
    "submitted",
    "downloaded",
    "failed",
    "rejected",
    "refused",
    "abandoned",
]
# May not be sent again, and will not change by itself.
FINAL: frozenset[State] = frozenset({"downloaded", "failed", "rejected", "refused", "abandoned"})
# Nothing was charged for these.
UNPAID: frozenset[State] = frozenset({"planned", "refused"})
# The service may be at work.
UNDER_WAY: frozenset[State] = frozenset({"submitting", "ambiguous", "undecided", "submitted"})


@dataclass(frozen=True)
class Job:
    """One clip on its way.

    id: 32 hex digits, also sent as a mark. key: see Order.key. template: the body to POST without addresses.
    files: names ("<sha256>.jpg") of the bytes in the spool, by kind. stem: file name, without extension, the
    first of them has at the service. seconds: expected length of the clip, None for a text. credits: the
    estimate. quoted: it is the service's own. suffix: of the clip's file. submitted_at: when the POST began.
    lease: until when another process may still be in that POST. looks: how often the list was searched for
    the job, or the POST repeated. look_first: the last POST was answered with 429, so it is found out what
    became of it before another. attempt: counts orders that differ, so that each has an idempotency key of
    its own; key_since: when the first POST under it began. group, limit: jobs that are parts of one order
    share a name and the most that all of them may cost. credits_before, credits_after: balances around the
    job; balance_at: when the first was read. extra: undocumented options that are sent. remote_id: the
    clip's at the service.
    """

    id: str
    key: str
    host: str
    account: str
    template: dict[str, Any]
    files: dict[str, str]
    seconds: float | None
    credits: int
    created: float
    state: State = "planned"
    updated: float = 0.0
    stem: str = ""
    submitted_at: float | None = None
    lease: float = 0.0
    looks: int = 0
    look_first: bool = False
    reuploaded: bool = False
    remote_id: str = ""
    candidates: tuple[str, ...] = ()
    credits_before: float | None = None
    credits_after: float | None = None
    result: str = ""
    sha256: str = ""
    problem: str = ""
    problem_kind: str = ""
    notes: tuple[str, ...] = field(default=())
    suffix: str = "mp4"
    extra: tuple[str, ...] = ()
    attempt: int = 0
    quoted: bool = False
    group: str = ""
    limit: int | None = None
    key_since: float | None = None
    balance_at: float | None = None

    @property
    def idempotency(self) -> str:
        """Known to the journal before the POST, and the same for every repetition of it."""
        return f"{self.id}-{self.attempt}"

    @property
    def given_up_early(self) -> bool:
        """Whether it was ended, as this version no longer does, for a clip that the service did not know: it
        may have been out of sight for a while."""
        return self.state == "failed" and self.problem_kind == "NotFoundError" and self.remote_id != ""

    @property
    def measured_credits(self) -> float | None:
        """What the balance lost between start and end: the real cost, if no other job ran meanwhile."""
        if self.credits_before is None or self.credits_after is None:
            return None
        return self.credits_before - self.credits_after


@dataclass(frozen=True)
class Stored:
    """A file that lies at the service."""

    url: str
    remote_id: str
    uploaded_at: float


def to_record(job: Job) -> str:
    return json.dumps(asdict(job))


def from_record(record: str) -> Job:
    """Of any version of the journal."""
    values = json.loads(record)
    if "talk_id" in values:
        values = _of_version_1(values)
    lists = {name: tuple(values[name]) for name in ("candidates", "notes", "extra") if name in values}
    return Job(**{**values, **lists})


def _of_version_1(values: dict[str, Any]) -> dict[str, Any]:
    """A record of the journal's first version, which only one service had."""
    files = {kind: name for kind in ("image", "audio") if (name := values.pop(kind))}
    mov = values["template"].get("config", {}).get("result_format") == "mov"
    renamed = {"remote_id": values.pop("talk_id"), "stem": values.pop("image_stem")}
    return {**values, **renamed, "files": files, "suffix": "mov" if mov else "mp4"}
