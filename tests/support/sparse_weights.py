"""Weight files of the full size that take next to nothing on the disk: names and shapes are all there, the
numbers are holes in the file."""

import json
import math
from pathlib import Path

import torch

KEYS = Path(__file__).parents[1] / "data" / "goldens" / "keys"


def keys(name):
    """Shape by entry of the original's network."""
    entries = json.loads((KEYS / f"{name}.json").read_text())["state_dict"]
    return {key: tuple(entry["shape"]) for key, entry in entries.items()}


def write_sparse(path, wanted, kind, dtype=torch.float32):
    """A file of the full size that takes next to nothing on the disk."""
    if kind == "safetensors":
        return write_sparse_safetensors(path.with_suffix(".safetensors"), wanted, dtype)
    if kind == "zip":
        with torch.serialization.skip_data():
            torch.save({name: torch.empty(shape, dtype=dtype) for name, shape in wanted.items()}, path)
    else:
        tensors = {name: torch.zeros((), dtype=dtype).expand(shape) for name, shape in wanted.items()}
        torch.save(tensors, path, _use_new_zipfile_serialization=False)
    return path


def write_sparse_safetensors(path, wanted, dtype):
    code, at, header = {torch.float32: "F32", torch.float16: "F16"}[dtype], 0, {}
    for name, shape in wanted.items():
        end = at + math.prod(shape) * dtype.itemsize
        header[name] = {"dtype": code, "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + at)
    return path
