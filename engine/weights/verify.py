"""Comparing installed files with the published digests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import WeightsError
from ..host.protocol import Host
from .digest import digest
from .entries import WeightFile, WeightSet
from .hub import Interrupted, describe
from .locate import CONVERTED, conversion_source, locate


@dataclass(frozen=True)
class Verdict:
    """right: None where nobody published a digest to compare with, or it can't be asked for. note: why."""

    file: WeightFile
    path: Path
    right: bool | None
    note: str


def verify(sets: Iterable[WeightSet], host: Host) -> list[Verdict]:
    """Read every installed file of the sets and compare; each file once. Shows its progress in bytes."""
    found = {
        path: file
        for weights in sets
        for file in weights.files
        for path in [locate(weights, host).get(file.name)]
        if path is not None
    }
    return [_verdict(file, path, host) for path, file in found.items()]


def _verdict(file: WeightFile, path: Path, host: Host) -> Verdict:
    stage = f"Checking {file.place}"
    if path.name.endswith(CONVERTED):
        right = conversion_source(path).get("source_sha256") in file.digests
        return Verdict(file, path, right, "made of " + ("the published file" if right else "another file"))
    if file.sha256:
        right = digest(path, host, stage) in file.digests
        return Verdict(file, path, right, "" if right else "not the published file")
    try:
        expected = describe(file).digest
    except (WeightsError, Interrupted) as error:
        return Verdict(file, path, None, f"no digest to compare with: {error}")
    right = digest(path, host, stage, like=expected) == expected
    return Verdict(file, path, right, "" if right else "not what the hub has")
