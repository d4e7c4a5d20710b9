"""Everything about D-ID that is not known, as a switch."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Policy:
    """auth: which form of the header is accepted. strict: unknown fields are refused rather than ignored.
    echo: talks come back with name and user_data. keeps_names: uploads keep the file name they were given.
    s3_uploads: uploads are answered with s3:// addresses. shows_duration: finished talks tell their length.
    script: statuses a talk goes through, one per GET; the last stays. late_link: GETs for which a finished
    talk has no link yet. newest_first: order of the list. page: most talks on one page. link_seconds: life of
    a signed link. ranges, etag: what the file store supports. date_header: replies tell the time. skew:
    D-ID's clock minus the real one. error: the reason in a failed talk. resigns: a GET gives a fresh link
    rather than the first one again.
    padding: bytes of nothing at the end of each clip. faces: how many are found in an uploaded picture; None:
    nobody looks.
    """

    auth: str = "any"
    strict: bool = True
    echo: bool = True
    keeps_names: bool = True
    s3_uploads: bool = True
    shows_duration: bool = True
    script: tuple[str, ...] = ("created", "started", "done")
    late_link: int = 0
    newest_first: bool = True
    page: int = 100
    link_seconds: float = 86_400.0
    ranges: bool = True
    etag: bool = True
    date_header: bool = True
    skew: float = 0.0
    error: object = field(default_factory=lambda: {"kind": "FaceError", "description": "no face"})
    resigns: bool = True
    padding: int = 0
    faces: int | None = 1
