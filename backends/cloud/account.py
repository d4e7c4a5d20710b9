"""The account of the command line: what a backend uses that is given none."""

from __future__ import annotations

from collections.abc import Callable

from ...cloud_jobs import CloudJobs, Service, default_folder, load_settings, open_jobs
from ...engine.consent import Consents, Terms


def jobs_of_the_command(service: Service) -> Callable[[], CloudJobs]:
    """What opens them raises CloudDisabledError, KeyMissingError, KeyFileError, SettingsError."""

    def found() -> CloudJobs:
        folder = default_folder(service)
        return open_jobs(folder, load_settings(service, folder))

    return found


def consent_of_the_command(service: Service, terms: Terms) -> Callable[[], None]:
    """What raises ConsentError until the user has agreed in the page's dialog or on the command line."""

    def check() -> None:
        Consents(default_folder(service)).require(terms)

    return check
