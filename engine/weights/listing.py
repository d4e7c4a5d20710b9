"""Status and plans as text, for terminals and under nodes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .importing import Imported
from .sizes import readable
from .status import FileState, Gpu, SetState, Status
from .verify import Verdict


def status_text(found: Status, gpus: Iterable[Gpu]) -> str:
    """Machine, then each set with its files, then what a download of all of them would bring."""
    lines = [_gpu(gpu) for gpu in gpus] or ["GPU: none, so that networks run on the CPU"]
    lines += [f"Free in {found.folder}: {readable(found.free)}", ""]
    for state in found.sets:
        lines += [*_set(state), ""]
    if any(each.file.sha256 is None for state in found.sets for each in state.files):
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


def import_text(imported: Imported) -> str:
    lines = [f"{each.how}: {each.place} (from {each.source})" for each in imported.taken]
    return "\n".join([*lines, *imported.refused])


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
    star = "*" if file.sha256 is None else ""
    where = f"  {each.path}" if each.path and each.state != "partial" else ""
    return f"{each.state + kind:20} {size:>8}  {file.place}{star}  {file.licence}{where}"
