"""`python dev.py bench fuzz`: what becomes of damaged media and lyrics.

Each file is made by its number from a small whole one of 34 kinds (devtools/fuzz/damage.py), read in every
way the engine has, and rendered, in a process of its own. Every exception that leaves is ours; none takes
longer than 20 s or more than 1.5 GB, or leaves a file behind. A crash in media is a library's, and is listed
with its file.

Lyrics of all formats are damaged, read, reported, and one of five is written in every format and read again
(devtools/fuzz/lyrics.py), under the same bounds, but that no crash
is excused, in whatever library.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from lipsync_studio.engine.host.plain import PlainHost

from ..fuzz.lyrics import outcomes as lyrics_outcomes
from ..fuzz.run import Outcome, outcomes, table
from .table import conclude

# What the tests read, and the seconds it may take them.
IN_CI, CI_SECONDS = 150, 90


def main(arguments: list[str]) -> int:
    """1 unless all are fine."""
    parser = argparse.ArgumentParser(prog="dev.py bench fuzz", description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="number of the first file (default 0)")
    parser.add_argument("--count", type=int, default=2000, help="how many files (default 2000)")
    parser.add_argument("--lyrics", type=int, default=10_000, help="how many lyrics (default 10000)")
    parser.add_argument("--keep", type=Path, help="folder for files that are not fine")
    parser.add_argument("--out", type=Path, default=Path("bench_fuzz.json"), help="default bench_fuzz.json")
    options = parser.parse_args(arguments)
    found: list[Outcome] = []
    songs: list[Outcome] = []
    started, before = time.perf_counter(), _spent()
    with tempfile.TemporaryDirectory() as folder, PlainHost("cpu", progress=True) as host:
        numbers = range(options.first, options.first + options.count)
        for outcome in outcomes(numbers, options.keep or Path(folder)):
            found.append(outcome)
            host.progress("Reading damaged files", len(found), len(numbers), unit="files")
        seconds, spent = time.perf_counter() - started, _spent() - before
        numbers = range(options.first, options.first + options.lyrics)
        for outcome in lyrics_outcomes(numbers):
            songs.append(outcome)
            host.progress("Reading damaged lyrics", len(songs), len(numbers), unit="files")
    every = [*found, *songs]
    held = bounds(found, songs)
    if options.count >= IN_CI:
        held[f"{IN_CI} media files in {CI_SECONDS} s"] = seconds * IN_CI / options.count <= CI_SECONDS
    timed = {"seconds": seconds, "processor_seconds": spent}
    results = {
        "bounds": held,
        "media": timed,
        "files": [asdict(each) for each in every if not each.is_fine],
    }
    rows = [
        *table(every),
        (f"{options.count} media files", f"{seconds:.0f} s ({spent:.0f} s of processor time)"),
    ]
    return conclude(results, rows, options.out)


def bounds(media: Sequence[Outcome], lyrics: Sequence[Outcome]) -> dict[str, bool]:
    """What must hold. Of media the libraries' crashes are only listed; a lyric may crash nothing."""
    return {
        "media: all fine but for crashes in libraries": all(
            each.is_fine or each.kind == "crash" for each in media
        ),
        "lyrics: all fine": all(each.is_fine for each in lyrics),
    }


def _spent() -> float:
    """Seconds of processor time of this process and those that it has ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
