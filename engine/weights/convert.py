"""Making half-precision safetensors of pickled weights, once: half the size, and nothing to unpickle."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WeightsError
from ..host.protocol import Host
from ..unwritable import remedy
from .download import check_free, digest, file_lock
from .entries import WeightFile, WeightSet
from .locate import conversion_source, converted_place, find
from .state_dict import PICKLES, load_mmengine

if TYPE_CHECKING:
    import torch

# A batch normalisation's statistics are added up over the whole training: too fine for half precision.
_EXACT = (".running_mean", ".running_var")


def convert_sets(sets: Iterable[WeightSet], host: Host) -> list[Path]:
    """Convert every pickle that is installed and has not been converted; returns what was made."""
    made = []
    for file in dict.fromkeys(file for weights in sets for file in weights.files):
        source = find(file, host, converted=False)
        if source and source.suffix in PICKLES and find(file, host) == source:
            made.append(convert(file, host))
    return made


def convert(file: WeightFile, host: Host) -> Path:
    """Write the file's weights into the host's models folder, where `find` prefers them to the pickle.

    Tensors are read and rounded one by one: what is in memory is the result, half of the pickle's size where
    that is float32, and one tensor. The source's SHA-256 is noted in the result's metadata.
    Raises WeightsError where there is no pickle, it is not safe or damaged, or the result can't be written.
    """
    source = find(file, host, converted=False)
    if source is None or source.suffix not in PICKLES:
        raise WeightsError(f"There is no pickle of {file.place} to convert: download or import it first.")
    result = host.models_folder(file.kind) / converted_place(file.place)
    try:
        result.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(f"{result.parent} can't be made ({error.strerror}).") from error
    stage = f"Converting {file.place}"
    with file_lock(result, host, lambda: host.progress(f"Waiting for another: {stage}", 0, 1)):
        sha256 = digest(source, host, f"Checking {file.place}")
        if conversion_source(result).get("source_sha256") == sha256:
            return result
        # It reads what `load_state_dict` does, and DWPose's checkpoint.
        tensors = load_mmengine(source)
        for done, name in enumerate(list(tensors)):
            host.progress(stage, done, len(tensors), unit="tensors")
            tensors[name] = _rounded(name, tensors[name])
        noted = {"source": source.name, "source_bytes": str(source.stat().st_size), "source_sha256": sha256}
        _write(tensors, result, {"format": "pt", **noted, "licence": file.licence}, source)
        host.progress(stage, len(tensors), len(tensors), unit="tensors")
    return result


def _rounded(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """Half precision, unless the values don't fit; always memory of its own."""
    import torch

    if tensor.is_floating_point() and not name.endswith(_EXACT):
        half = tensor.to(torch.float16).contiguous()
        if torch.isfinite(half).all():
            return half
    return tensor.clone(memory_format=torch.contiguous_format)


def _write(tensors: dict[str, torch.Tensor], path: Path, metadata: dict[str, str], source: Path) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    check_free(path.parent, size, "Converting")
    part = path.with_name(f"{path.name}.part")
    try:
        save_file(tensors, part, metadata)
        shutil.copymode(source, part)  # safetensors' own lets nobody else read it
        os.replace(part, path)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path} can't be written ({error}): {remedy(error)}.") from error
    finally:
        part.unlink(missing_ok=True)
