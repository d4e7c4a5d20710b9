"""What there is to say of the D-ID account: for the node that shows it, and for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .did_access import did_folder, did_settings, open_jobs
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..did_client.journal import Job


@dataclass(frozen=True)
class Balance:
    """remaining, total: credits at D-ID. plans: where they come from. spent: credits used from here in the
    last 24 hours, by the estimate; allowed: how many may be."""

    remaining: float
    total: float
    plans: tuple[str, ...]
    spent: int
    allowed: int


def balance() -> Balance:
    """Asks D-ID, which costs nothing. Raises DIDError: no key, no connection …"""
    jobs, settings = open_jobs(), did_settings()
    jobs.client.authenticate()
    found = jobs.client.credits()
    spent = jobs.journal.spent(jobs.client.transport.server_now())
    return Balance(found.remaining, found.total, found.plans, spent, settings.max_credits_per_day)


def unfinished() -> list[Job]:
    """Jobs on their way, or that need a decision; asks nobody. Raises JournalError, a DIDError."""
    with engine_imports():
        from ..did_client.journal import Journal
    return Journal(did_folder()).open_jobs()
