"""Cases by their numbers, each in a process of its own, and what became of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from .damage import make_seeds, write_cases

MOST_BYTES = 1_500_000_000
# What may become of a file. All else is a fault: of ours, or of a library where it is a crash.
FINE = ("read", "refused")


@dataclass(frozen=True)
class Outcome:
    """kind: "read", "refused", "foreign" (not an error of ours), "hang", "memory", "crash" (in a library, the
    process is gone) or "left behind". said: more on it. name: of the damaged file."""

    number: int
    name: str
    kind: str
    said: str
    seconds: float
    peak_bytes: int

    @property
    def is_fine(self) -> bool:
        return self.kind in FINE


def outcomes(numbers: Sequence[int], folder: Path) -> Iterator[Outcome]:
    """In order. Files of cases that are not fine stay in the folder `bad`."""
    seeds = make_seeds(folder / "seeds")
    command = [sys.executable, "-m", "lipsync_studio.devtools.fuzz.reading", str(seeds[0])]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=environment,
    ) as reader:  # fmt: skip
        assert reader.stdin is not None
        assert reader.stdout is not None
        if reader.stdout.readline() != "ready\n":
            raise RuntimeError("The process that reads damaged files did not start.")
        for number, path in write_cases(numbers, seeds, folder / "cases"):
            place = folder / "work"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            print(json.dumps({"path": str(path), "folder": str(place)}), file=reader.stdin, flush=True)
            answer = json.loads(reader.stdout.readline())
            if answer["peak_bytes"] > MOST_BYTES and answer["kind"] in FINE:
                answer |= {"kind": "memory", "said": f"{answer['peak_bytes'] / 1e6:.0f} MB"}
            outcome = Outcome(number, path.name, answer["kind"], answer.get("said", ""),
                              answer["seconds"], answer["peak_bytes"])  # fmt: skip
            if not outcome.is_fine:
                (folder / "bad").mkdir(exist_ok=True)
                shutil.copy(path, folder / "bad")
            path.unlink()
            yield outcome
        reader.stdin.close()


def table(found: Sequence[Outcome]) -> list[tuple[str, str]]:
    """Rows for a person: how many of each kind, the slowest and the largest, then all that is not fine."""
    kinds = Counter(each.kind for each in found)
    rows = [("damaged files", str(len(found))), *((kind, str(kinds[kind])) for kind in FINE)]
    rows += [(kind, str(kinds[kind])) for kind in ("foreign", "hang", "memory", "crash", "left behind")]
    slow, large = (max(found, key=attrgetter(name)) for name in ("seconds", "peak_bytes"))
    rows.append((f"slowest ({slow.name})", f"{slow.seconds:.1f} s"))
    rows.append((f"most memory ({large.name})", f"{large.peak_bytes / 1e6:.0f} MB"))
    rows += [(each.name, f"{each.kind}: {each.said.strip()}") for each in found if not each.is_fine]
    return rows
