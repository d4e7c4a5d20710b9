"""The accounts of this ComfyUI at cloud services: folder, settings, jobs, and their user's consent. A key is
read here when it is needed and never passes through a node's inputs or outputs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import folder_paths

from ..backends.cloud.spec import CloudSpec
from ..engine.consent import Consents
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..cloud_jobs import CloudJobs, Settings
    from ..cloud_jobs.job import Job

SYSTEM_USER = "lipsync_studio"


def account_folder(spec: CloudSpec) -> Path:
    """Key, settings, consent, journal and clips; ComfyUI serves no file of a system user's folder. The
    variable is the command line's, so that both see the same jobs."""
    with engine_imports():
        service = spec.service()
    named = os.environ.get(service.folder_variable)
    return Path(named) if named else Path(folder_paths.get_system_user_directory(SYSTEM_USER)) / service.id


def account_settings(spec: CloudSpec) -> Settings:
    """What the folder's file says. Raises SettingsError."""
    with engine_imports():
        from ..cloud_jobs import load_settings
    return load_settings(spec.service(), account_folder(spec))


def jobs_of(spec: CloudSpec) -> Callable[[], CloudJobs]:
    """What opens them raises CloudDisabledError, KeyMissingError, KeyFileError, SettingsError."""

    def found() -> CloudJobs:
        with engine_imports():
            from ..cloud_jobs import open_jobs
        return open_jobs(account_folder(spec), account_settings(spec))

    return found


def consent_of(spec: CloudSpec) -> Callable[[], None]:
    """What raises ConsentError until the user has agreed in the page's dialog or on the command line."""

    def check() -> None:
        Consents(account_folder(spec)).require(spec.terms)

    return check


def unfinished(spec: CloudSpec) -> list[Job]:
    """Jobs on their way, or that need a decision; asks nobody. Raises JournalError, a CloudJobsError."""
    with engine_imports():
        from ..cloud_jobs.journal import Journal
    return Journal(account_folder(spec), spec.service()).open_jobs()
