"""What says that a result is whole, and of what it was made: written last, beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from .inputs import Inputs
from .job import Job
from .store import Store

ENDING = ".json"
# Of files in the folder of a clip's parts.
PART_NAME = re.compile(r"\d{8,}-\d{8,}\.mp4(\.json)?")
State = Literal["whole", "missing", "changed"]


@dataclass(frozen=True)
class Origin:
    """Of an input: when it was as it is (`Inputs.stamp`), and what it held."""

    stamp: str
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """key: of all that decides on the result. out: its name. bytes, sha256: of the file. frames: of the
    video. inputs: by what they are for, without their addresses, which may hold keys. report: of the run."""

    key: str
    out: str
    frames: int
    bytes: int
    sha256: str
    inputs: dict[str, Origin] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, default=str)

    @classmethod
    def read(cls, text: str | None) -> Manifest | None:
        """None for what is none."""
        try:
            values = json.loads(text or "")
            inputs = {use: Origin(**origin) for use, origin in values.pop("inputs").items()}
            read = cls(**values, inputs=inputs)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return None
        texts = [read.key, read.out, read.sha256]
        texts += [text for origin in inputs.values() for text in (origin.stamp, origin.sha256)]
        numbers = [read.frames, read.bytes]
        typed = all(isinstance(each, str) for each in texts) and all(type(each) is int for each in numbers)
        return read if typed and isinstance(read.report, dict) else None


@dataclass(frozen=True)
class Found:
    """state: of the result. key, inputs: as they are now, of the manifest to be. manifest: the one there."""

    state: State
    key: str
    inputs: dict[str, Origin]
    manifest: Manifest | None


def look_up(job: Job, store: Store, inputs: Inputs, known: Mapping[str, Origin] | None = None) -> Found:
    """Whether a job's result is there, whole and of what the inputs now hold. An input whose stamp is that of
    the manifest, or of `known`, is not read. Raises as `Inputs` does."""
    manifest = Manifest.read(store.text(job.out + ENDING))
    known = {**(manifest.inputs if manifest else {}), **(known or {})}
    origins: dict[str, Origin] = {}
    for use, address in job.files():
        stamp, before = inputs.stamp(address), known.get(use)
        if before is not None and before.stamp == stamp:
            origins[use] = before
        else:
            origins[use] = Origin(stamp, inputs.sha256(address))
    key = _key(job, origins)
    state: State = "missing"
    if manifest is not None and store.size(job.out) == manifest.bytes:
        state = "whole" if manifest.key == key else "changed"
    return Found(state, key, origins, manifest)


def part_name(job: Job, start: int, stop: int) -> str:
    """Of a part's file; its manifest's has the ending more."""
    return f"{parts_folder(job)}/{start:08d}-{stop:08d}.mp4"


def parts_folder(job: Job) -> str:
    return f"{job.out}.parts"


def _key(job: Job, origins: dict[str, Origin]) -> str:
    """The content of each file counts, for what it is used, and its ending, not where it lies."""
    used = [(use, PurePosixPath(address).suffix, origins[use].sha256) for use, address in job.files()]
    return hashlib.sha256(json.dumps([job.options(), used]).encode()).hexdigest()
