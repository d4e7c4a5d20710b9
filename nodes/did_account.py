"""The D-ID account of this ComfyUI: its folder, settings, jobs, and its user's consent. The key is read here
when it is needed and never passes through a node's inputs or outputs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..backends.did.spec import CLOUD
from .cloud_account import account_folder, account_settings, consent_of, unfinished
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..cloud_jobs import Settings
    from ..cloud_jobs.job import Job
    from ..did_client import TalkJobs


def did_folder() -> Path:
    return account_folder(CLOUD)


def did_settings() -> Settings:
    return account_settings(CLOUD)


def open_jobs() -> TalkJobs:
    """Raises CloudDisabledError, KeyMissingError, KeyFileError, SettingsError."""
    with engine_imports():
        from .. import did_client
    return did_client.open_jobs(did_folder(), did_settings())


def check_consent() -> None:
    """Raises ConsentError until the user has agreed in the page's dialog or on the command line."""
    consent_of(CLOUD)()


def list_voices(provider: str, words: list[str]) -> str:
    """A line for each that has all of the words. Raises CloudJobsError."""
    lines = [
        "\t".join((voice.provider, voice.id, voice.name, voice.gender, ", ".join(voice.languages)))
        for voice in open_jobs().voices(provider)
    ]
    return "\n".join(line for line in lines if all(word in line.lower() for word in words))


def tell_status() -> str:
    """Never fails for what the user wants to know: no key, no credits, no connection are answers too."""
    with engine_imports():
        from ..cloud_jobs import CloudJobsError
    try:
        lines = [str(open_jobs().balance())]
    except CloudJobsError as error:
        lines = [str(error)]
    jobs = unfinished(CLOUD)
    lines += [_line(job) for job in jobs] or ["No unfinished jobs."]
    if any(job.state == "undecided" for job in jobs):
        lines.append(
            "Of an undecided job it can't be told whether D-ID made it: look in D-ID's Studio, then run "
            "`did jobs --adopt JOB TALK` or `did jobs --abandon JOB`."
        )
    return "\n".join(lines)


def _line(job: Job) -> str:
    started = datetime.fromtimestamp(job.created).strftime("%Y-%m-%d %H:%M")
    rest = job.problem or ", ".join(job.candidates)
    return "\t".join((job.id[:12], job.state, started, f"~{job.credits} credits", rest)).rstrip()
