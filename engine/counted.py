"""Numbers of things, as people say them."""

from __future__ import annotations


def counted(count: int, what: str) -> str:
    """Such as "1 job" or "2 jobs"."""
    return f"{count} {what}{'s' * (count != 1)}"
