"""What is installed, what is missing, and what the machine has to offer: `gpus` alone needs PyTorch."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..host.protocol import Host
from .catalogue import SETS
from .download import existing, partial, remaining, target
from .entries import WeightFile, WeightSet
from .locate import CONVERTED, locate

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
        return self.path is not None and self.path.name.endswith(CONVERTED)


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
        return [each for each in self.files if each.state != "installed"]


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


def status(host: Host, sets: Iterable[WeightSet] | None = None, wrong: Collection[Path] = ()) -> Status:
    """Look at the files (sizes, not contents) and the disk; sets: all if None. wrong: files that are known to
    have other contents than they should."""
    chosen = tuple(SETS.values() if sets is None else sets)
    states = tuple(set_state(weights, host, wrong) for weights in chosen)
    folder = host.models_folder(chosen[0].kind)
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
        known = {file.bytes, *(twin.bytes for twin in file.twins)}
        right = path not in wrong and (file.sha256 is None or path.name.endswith(CONVERTED) or size in known)
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
