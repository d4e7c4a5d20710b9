"""Where a batch may write: known before it works, and never over what its jobs read."""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..batch.store import is_url
from ..engine.errors import LipSyncError, OutputError
from ..engine.unwritable import unwritable
from .job_rows import STDIN, local_path
from .outputs import check_outputs
from .parser import UsageError
from .render import report_file

if TYPE_CHECKING:
    from ..batch.job import Job


def prepared_out(options: argparse.Namespace, jobs: list[Job]) -> str:
    """Where results go, for any process; with --status nothing is made there, else it can be written to.

    Raises UsageError for no place, and OutputError where nothing can be written, or a result, or the report,
    would replace what a job reads or something else of the batch."""
    given = local_path(options.out)
    if not given.strip() or "\0" in given:
        raise UsageError("argument --out: it names no folder: choose one, or an URL")
    out = given.rstrip("/") if is_url(given) else os.path.abspath(given)
    _check_results(out, jobs)
    if not options.status:
        (_probe_store if is_url(out) else _probe_folder)(out)
    _check_report(options, out, jobs)
    return out


def _check_results(out: str, jobs: list[Job]) -> None:
    from ..batch.manifest import ENDING, parts_folder

    known: Callable[[str], str] = str if is_url(out) else os.path.realpath
    read = {known(address): use for job in jobs for use, address in _read(job)}
    beside = {os.path.dirname(address): use for address, use in read.items()}
    for job in jobs:
        for name in (job.out, job.out + ENDING):
            if use := read.get(known(f"{out}/{name}")):
                raise OutputError(f"{name} would replace a job's {use}: choose another --out.")
        if use := beside.get(known(f"{out}/{parts_folder(job)}")):
            raise OutputError(f"{parts_folder(job)} holds a job's {use}: choose another --out.")


def _read(job: Job) -> Iterator[tuple[str, str]]:
    yield from job.files()
    if job.style:
        yield "style", job.style


def _check_report(options: argparse.Namespace, out: str, jobs: list[Job]) -> None:
    from ..batch.manifest import ENDING

    file = report_file(options)
    if file is None:
        return
    kept = {f"the {use} of {job.out}": address for job in jobs for use, address in _read(job)}
    if options.jobs != STDIN:
        kept["the file of jobs"] = options.jobs
    if not is_url(out):
        names = [name for job in jobs for name in (job.out, job.out + ENDING)]
        kept |= {f"the result {name}": f"{out}/{name}" for name in names}
    files: dict[str, Path | None] = {
        what: Path(address) for what, address in kept.items() if not is_url(address)
    }
    check_outputs({"--report": file}, files, overwrite=True)


def _probe_folder(folder: str) -> None:
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        # Rights alone don't tell: a file system may be mounted read-only, or be full.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0")
    except OSError as error:
        raise unwritable(folder, error) from error


def _probe_store(url: str) -> None:
    from ..batch.store import open_store

    mark = f".lipsync-{secrets.token_hex(6)}.mark"
    try:
        store = open_store(url)
        store.put_text(mark, "A batch begins.\n")
        store.remove(mark)
    except LipSyncError:
        raise
    except Exception as error:  # each store's library has its own
        cause = " ".join(str(error).split()) or type(error).__name__
        raise OutputError(f"Nothing can be written to {url} ({cause}): choose another --out.") from error
