"""`batch`: many clips, long clips, many machines."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ..engine.boundary import own_error
from ..engine.counted import counted
from ..engine.errors import Cancelled, InputError, MissingFilesError
from . import flags
from .batch_places import prepared_out
from .job_rows import STDIN, read_jobs
from .outputs import write_report
from .parser import FAILED, UsageError, add_command
from .render import STDOUT, report_file

if TYPE_CHECKING:
    from ..batch.job import Job
    from ..batch.pool import Pool
    from ..batch.run import Progress, Summary

_STOPPED = "Stopped; what is whole stays, and the same command goes on from there."
GET_RAY = "For several at once, on one machine or many, install Ray: `pip install ray fsspec`."


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "batch",
        "many clips, long clips in parts, on one machine or many",
        "batch jobs.jsonl --out made --workers 2",
        "batch course --out made --set backend=musetalk --set length=video",
        "batch jobs.csv --out s3://bucket/made --address auto --split 60",
        "batch jobs.jsonl --out made --status",
        description="Make many clips: each job is a render or a lyric video. Again, it makes only what is "
        "missing or changed.\nExit code 0: all are whole.",
    )
    parser.add_argument(
        "jobs", metavar="JOBS",
        help="a job a line, JSON or CSV; - for standard input; or a folder of files that share names",
    )  # fmt: skip
    parser.add_argument(
        "--out", metavar="DIR|URL", required=True, help="folder or object store that is the batch's own"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="fields",
        help="a field of each job that doesn't have it, called as an option of render or lyric-video",
    )  # fmt: skip
    parser.add_argument("--status", action="store_true", help="show what is whole, and make nothing")
    flags.add_report(parser, "write the summary as JSON; - prints it")
    where = parser.add_argument_group("who works")
    where.add_argument(
        "--workers", type=_whole, metavar="N",
        help="clips at once, by Ray; default: one for each GPU, else for each machine; 0: in this process",
    )  # fmt: skip
    where.add_argument("--address", metavar="auto|ray://…", help="a cluster that runs; default: this machine")
    where.add_argument("--gpus-per-worker", type=_share, metavar="F", help="such as 0.5; default 1 or none")
    where.add_argument(
        "--split", type=_seconds, default=0.0, metavar="SECONDS",
        help="clips in parts of about that length, which several work on",
    )  # fmt: skip
    where.add_argument(
        "--attempts", type=flags.whole_from_one, default=3, metavar="N",
        help="at a job whose machine fails (default 3); one whose input is at fault is tried once",
    )  # fmt: skip
    flags.add_running(parser)
    parser.set_defaults(run=_batch, stopped=_STOPPED)


def _batch(options: argparse.Namespace) -> int:
    notes: list[str] = []
    text = _stdin() if options.jobs == STDIN else None
    jobs = read_jobs(options.jobs, text, _defaults(options.fields), notes)
    out = prepared_out(options, jobs)
    tell: Callable[[str], None] = _silent if options.quiet else _say
    for note in notes:
        tell(f"Note: {note}")
    if options.status:
        return _status(jobs, out, options)
    from ..batch.run import run_batch

    with ExitStack() as closing:
        pool = _pool(options, out, tell, closing)
        progress = closing.enter_context(_Shown(jobs, tell, options.quiet))
        summary = run_batch(jobs, pool, progress, split=options.split, attempts=options.attempts)
    _tell_summary(summary, options)
    return 0 if summary.whole else FAILED


def _stdin() -> str:
    try:
        return sys.stdin.read().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError(f"Standard input is not UTF-8 ({error}): convert what is written to it.") from error


def _pool(options: argparse.Namespace, out: str, tell: Callable[[str], None], closing: ExitStack) -> Pool:
    if options.workers != 0 and importlib.util.find_spec("ray") is not None:
        from ..batch import ray_pool

        if ray_pool.start(options.address):
            closing.callback(ray_pool.stop)
        pool: Any = ray_pool.RayPool(options.workers, options.gpus_per_worker, out)
        each = counted(pool.cpus, "processor") + (f" and {pool.gpus:g} GPU" if pool.gpus else "")
        workers, machines = counted(pool.workers, "worker"), counted(pool.cluster.machines, "machine")
        tell(f"{workers} on {machines}, each with {each}.")
    else:
        if options.address:
            raise MissingFilesError(f"--address needs Ray, which is not installed. {GET_RAY}")
        if options.workers != 0:
            tell(f"Ray is not installed: one process makes clip after clip. {GET_RAY}")
        from ..batch.pool import LocalPool
        from ..batch.worker import Worker

        pool = LocalPool(Worker(out, interrupt=True))
    closing.callback(pool.close)
    return pool


class _Shown:
    """Tells progress: a row for each job that ends, and a bar where somebody watches."""

    def __init__(self, jobs: Sequence[Job], tell: Callable[[str], None], quiet: bool) -> None:
        from tqdm import tqdm

        self._tell = tell
        self._jobs = {job.out: job for job in jobs}
        # None: nowhere but on a terminal.
        self._bar = tqdm(total=len(jobs), unit=" jobs", dynamic_ncols=True, disable=True if quiet else None)

    def __call__(self, progress: Progress) -> None:
        if progress.row is not None:
            row = progress.row
            done = f"{counted(row.frames, 'frame')}, {row.seconds:.1f} s"
            said = self._jobs[row.out].faulty(row.text) if row.result == "failed" else done
            with self._bar.external_write_mode(file=sys.stderr):
                self._tell(f"[{progress.jobs}/{progress.total}] {row.out}: {row.result}: {said}")
        self._bar.set_postfix_str(f"{progress.frames} frames", refresh=False)
        self._bar.update(progress.jobs - self._bar.n)

    def __enter__(self) -> _Shown:
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()


def _tell_summary(summary: Summary, options: argparse.Namespace) -> None:
    if options.report == STDOUT:
        print(summary.to_json())
    elif not options.quiet:
        _say(summary.text())
    file = report_file(options)
    if file is not None:
        write_report(file, summary.to_json())


def _status(jobs: list[Job], out: str, options: argparse.Namespace) -> int:
    """A table of what is there; nothing is made."""
    from ..batch.inputs import Inputs
    from ..batch.manifest import look_up
    from ..batch.store import open_store
    from ..engine.host.plain import PlainHost

    store, rows = open_store(out), list[dict[str, Any]]()
    with PlainHost() as host:
        inputs = Inputs(host.temp_file, host.check_cancelled)
        for job in jobs:
            try:
                found = look_up(job, store, inputs)
                manifest = found.manifest if found.state != "missing" else None
                row = {"out": job.out, "state": found.state, "frames": manifest.frames if manifest else 0}
            except Cancelled:
                raise
            except Exception as error:  # a store's library has its own
                row = {
                    "out": job.out,
                    "state": "failed",
                    "frames": 0,
                    "text": job.faulty(str(own_error(error))),
                }
            inputs.close()
            rows.append(row)
    if options.report == STDOUT:
        print(json.dumps(rows, indent=1))
    else:
        wide = max(len(row["out"]) for row in rows)
        for row in rows:
            said = f"{row['out']:{wide}}  {row['state']:8}{row['frames']:>8} frames  {row.get('text', '')}"
            print(said.rstrip())
    file = report_file(options)
    if file is not None:
        write_report(file, json.dumps(rows, indent=1))
    return 0 if all(row["state"] == "whole" for row in rows) else FAILED


def _defaults(given: list[str]) -> dict[str, str]:
    fields = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"argument --set: {each} is no FIELD=VALUE")
        fields[name] = value
    return fields


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _silent(text: str) -> None:
    """For --quiet."""


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 0")
    return int(text)


def _number(text: str, above: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not above <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number from {above:g}")
    return value


def _share(text: str) -> float:
    return _number(text, 0.0)


def _seconds(text: str) -> float:
    return _number(text, 1.0)
