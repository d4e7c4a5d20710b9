"""What is installed, whether it is right, and what the machine has to offer, as data and as text.

`gpus` alone needs PyTorch."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import WeightsError
from ..host.protocol import Host
from .download import digest, existing, partial, remaining, target
from .entries import WeightFile, WeightSet, readable
from .hub import Interrupted, describe
from .locate import conversion_source, is_converted, locate

State = Literal["installed", "partial", "wrong", "missing"]


@dataclass(frozen=True)
class FileState:
    """path: where it was found, the partial file included. bytes: its size; 0 where there is none."""

    file: WeightFile
    state: State
    path: Path | None
    bytes: int

    @property
    def is_converted(self) -> bool:
        return self.path is not None and is_converted(self.path)


@dataclass(frozen=True)
class SetState:
    weights: WeightSet
    files: tuple[FileState, ...]

    @property
    def state(self) -> State:
        """Of the files that are needed, the worst."""
        states = {each.state for each in self.files if each.file.needed}
        if states <= {"installed"}:
            return "installed"
        if "wrong" in states:
            return "wrong"
        return "missing" if states == {"missing"} else "partial"

    @property
    def to_fetch(self) -> list[FileState]:
        """What a download of the set brings: all that is not there or has the wrong size."""
        return [each for each in self.files if each.state != "installed" and not each.file.by_hand]

    @property
    def to_bring(self) -> list[FileState]:
        """What is missing and only the user can bring."""
        return [each for each in self.files if each.state != "installed" and each.file.by_hand]


@dataclass(frozen=True)
class Gpu:
    """memory, free: bytes; 0 where it is the computer's own memory."""

    name: str
    memory: int
    free: int


@dataclass(frozen=True)
class Status:
    """folder, free: where downloads go, and the bytes free there. to_download: bytes; a file of several sets
    counts once."""

    sets: tuple[SetState, ...]
    folder: Path
    free: int
    to_download: int


def status(host: Host, sets: Iterable[WeightSet], wrong: Collection[Path] = ()) -> Status:
    """Look at the files (sizes, not contents) and the disk. wrong: files of which it is known that they have
    other contents than they should."""
    states = tuple(set_state(weights, host, wrong) for weights in sets)
    folder = host.models_folder(states[0].weights.kind)
    missing = {
        target(each.file, host): remaining(each.file, host) for state in states for each in state.to_fetch
    }
    return Status(states, folder, shutil.disk_usage(existing(folder)).free, sum(missing.values()))


def set_state(weights: WeightSet, host: Host, wrong: Collection[Path] = ()) -> SetState:
    found = locate(weights, host)
    states = (_file_state(file, found.get(file.name), host, wrong) for file in weights.files)
    return SetState(weights, tuple(states))


def _file_state(file: WeightFile, path: Path | None, host: Host, wrong: Collection[Path]) -> FileState:
    if path is not None:
        size = path.stat().st_size
        right = path not in wrong and (file.sha256 is None or is_converted(path) or size in file.digests)
        return FileState(file, "installed" if right else "wrong", path, size)
    part = partial(file, host)
    if part.is_file():
        return FileState(file, "partial", part, part.stat().st_size)
    return FileState(file, "missing", None, 0)


def gpus() -> tuple[Gpu, ...]:
    """The GPUs that PyTorch can use; none also where it is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        return ()
    if torch.cuda.is_available():
        return tuple(_cuda(index) for index in range(torch.cuda.device_count()))
    if torch.backends.mps.is_available():
        return (Gpu("Apple GPU", 0, 0),)
    return ()


def _cuda(index: int) -> Gpu:
    import torch

    free, memory = torch.cuda.mem_get_info(index)
    return Gpu(torch.cuda.get_device_name(index), memory, free)


@dataclass(frozen=True)
class Verdict:
    """right: None where nobody published a digest to compare with, or it can't be asked for. note: why."""

    file: WeightFile
    path: Path
    right: bool | None
    note: str


def verify(sets: Iterable[WeightSet], host: Host) -> list[Verdict]:
    """Read every installed file of the sets and compare; each file once. Shows its progress in bytes."""
    found: dict[Path, WeightFile] = {}
    for weights in sets:
        here = locate(weights, host)
        found |= {here[file.name]: file for file in weights.files if file.name in here}
    return [_verdict(file, path, host) for path, file in found.items()]


def _verdict(file: WeightFile, path: Path, host: Host) -> Verdict:
    stage = f"Checking {file.place}"
    if is_converted(path):
        right = conversion_source(path).get("source_sha256") in file.digests.values()
        return Verdict(file, path, right, "made of " + ("the published file" if right else "another file"))
    if file.by_hand:
        return Verdict(file, path, None, "your own: no digest was published")
    if file.sha256:
        right = digest(path, host, stage) in file.digests.values()
        return Verdict(file, path, right, "" if right else "not the published file")
    try:
        expected = describe(file).digest
    except (WeightsError, Interrupted) as error:
        return Verdict(file, path, None, f"no digest to compare with: {error}")
    right = digest(path, host, stage, like=expected) == expected
    return Verdict(file, path, right, "" if right else "not what the hub has")


def status_text(found: Status, gpus: Iterable[Gpu]) -> str:
    """Machine, then each set with its files, then what a download of all of them would bring."""
    lines = [_gpu(gpu) for gpu in gpus] or ["GPU: none, so that networks run on the CPU"]
    lines += [f"Free in {found.folder}: {readable(found.free)}", ""]
    for state in found.sets:
        lines += [*_set(state), ""]
    files = [each.file for state in found.sets for each in state.files]
    if any(file.sha256 is None and not file.by_hand for file in files):
        lines.append("* no digest was published; checked against the hub's own when it is fetched")
    return "\n".join([*lines, f"To download: {readable(found.to_download)}"])


def plan_text(found: Status) -> str:
    """What a download would bring, how much, under which licences and where to."""
    lines = []
    for state in found.sets:
        if state.to_fetch:
            lines.append(f"{state.weights.title}: {state.weights.licence_note}")
            lines += [f"  {_line(each)}" for each in state.to_fetch]
    where = f"{found.folder}, where {readable(found.free)} are free"
    return "\n".join([*lines, f"To download: {readable(found.to_download)} to {where}."])


def verdict_text(verdicts: Iterable[Verdict]) -> str:
    words = {True: "right", False: "WRONG", None: "unknown"}
    lines = [
        f"{words[each.right]:8} {each.path}" + (f" ({each.note})" if each.note else "") for each in verdicts
    ]
    return "\n".join(lines) or "None of these files is installed."


def status_data(found: Status, gpus: Iterable[Gpu]) -> dict[str, Any]:
    """The same as JSON values; sizes in bytes."""
    return {
        "gpus": [{"name": gpu.name, "memory_bytes": gpu.memory, "free_bytes": gpu.free} for gpu in gpus],
        "folder": str(found.folder),
        "free_bytes": found.free,
        "to_download_bytes": found.to_download,
        "sets": [
            {
                "name": state.weights.name,
                "title": state.weights.title,
                "kind": state.weights.kind,
                "state": state.state,
                "bytes": state.weights.bytes,
                "licence": state.weights.licence_note,
                "files": [_file_data(each) for each in state.files],
            }
            for state in found.sets
        ],
    }


def _file_data(each: FileState) -> dict[str, Any]:
    file = each.file
    return {
        "name": file.name,
        "place": file.place,
        "state": each.state,
        "path": None if each.path is None else str(each.path),
        "found_bytes": each.bytes,
        "converted": each.is_converted,
        "needed": file.needed,
        "repo": file.repo,
        "revision": file.revision,
        "file": file.path,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "licence": file.licence,
        "by_hand": file.by_hand,
    }


def _gpu(gpu: Gpu) -> str:
    memory = f"{readable(gpu.memory)} ({readable(gpu.free)} free)" if gpu.memory else "the computer's memory"
    return f"GPU: {gpu.name}, {memory}"


def _set(state: SetState) -> list[str]:
    weights = state.weights
    head = f"{weights.title} [{weights.name}], {readable(weights.bytes)}: {state.state}"
    states = {each.state for each in state.files}
    if weights.one_folder and len(states) == 1:
        folder = (state.files[0].path or Path(weights.files[0].place)).parent
        mark = "*" if any(file.sha256 is None for file in weights.files) else ""
        return [head, f"  {len(state.files)} files in {folder}  {weights.files[0].licence}{mark}"]
    return [head, *(f"  {_line(each)}" for each in state.files)]


def _line(each: FileState) -> str:
    file = each.file
    size = readable(file.bytes)
    if each.state in ("partial", "wrong"):
        size = f"{readable(each.bytes)} of {size}" if each.bytes < file.bytes else f"{each.bytes} bytes"
    kind = ", converted" if each.is_converted else "" if each.file.needed else ", optional"
    star = "*" if file.sha256 is None and not file.by_hand else ""
    where = f"  {each.path}" if each.path and each.state != "partial" else ""
    return f"{each.state + kind:20} {size:>8}  {file.place}{star}  {file.licence}{where}"
