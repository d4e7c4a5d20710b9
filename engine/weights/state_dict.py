"""Reading weights without running anything that a file may hold."""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import WeightsError

if TYPE_CHECKING:
    import torch

# Under which name checkpoints keep the state dict when they hold more than that: mm*, OpenAI Whisper.
_WRAPPERS = ("state_dict", "model_state_dict")


def load_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a `.safetensors` file or of a PyTorch checkpoint (zip or older format), on the CPU.

    A checkpoint that wraps its state dict, as OpenAI's `tiny.pt` does, is unwrapped. Tensors of a zip or
    safetensors file are mapped from the disk: copy them, as `load_state_dict` of a module does.
    Raises WeightsError for a file that holds code or anything but tensors, is damaged, or is no weight file.
    """
    _refuse_impostors(path)
    tensors = _safetensors(path) if path.suffix == ".safetensors" else _checkpoint(path)
    strange = [name for name, value in tensors.items() if not _is_tensor(name, value)]
    if strange or not tensors:
        found = f"{strange[0]} is no tensor" if strange else "it is empty"
        raise WeightsError(f"{path} is no list of weights ({found}): put the published file in its place.")
    return dict(tensors)


def _refuse_impostors(path: Path) -> None:
    """What servers and version control leave in the place of a file they could not deliver."""
    try:
        with path.open("rb") as file:
            start = file.read(512).lstrip().lower()
    except OSError as error:
        raise WeightsError(f"{path} can't be read ({error.strerror}): check that it is there.") from error
    if not start:
        raise WeightsError(f"{path} is empty: fetch it again.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise WeightsError(f"{path} is a web page saved in the place of the weights: fetch it again.")
    if start.startswith(b"version https://git-lfs"):
        raise WeightsError(
            f"{path} is a Git LFS pointer, not the weights: run `git lfs pull` there, or fetch it again."
        )


def _safetensors(path: Path) -> Mapping[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged(path, error) from error


def _checkpoint(path: Path) -> Mapping[str, Any]:
    import torch

    try:
        with warnings.catch_warnings():
            # What torch says there is said below, in one sentence.
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    # What torch raises on a file that is cut off or no checkpoint depends on where the damage lies.
    except Exception as error:
        # Both what could run code and what is no checkpoint at all is refused with advice to switch the
        # safety off, which is not passed on.
        if isinstance(error, pickle.UnpicklingError) or "weights_only" in str(error):
            raise _refused(path, error) from error
        raise _damaged(path, error) from error
    for wrapper in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping):
        kind = type(content).__name__
        raise WeightsError(
            f"{path} holds no list of weights but a {kind}: put the published file in its place."
        )
    return content


def _is_tensor(name: object, value: object) -> bool:
    import torch

    return isinstance(name, str) and isinstance(value, torch.Tensor)


def _refused(path: Path, error: Exception) -> WeightsError:
    named = re.search(r"GLOBAL (\S+)", str(error))
    if named is None:
        return WeightsError(
            f"{path} was not opened, because it is no file of weights that can be read without running code: "
            "put the published file in its place."
        )
    return WeightsError(
        f"{path} was not opened, because it holds more than weights ({named[1]}), which could run code here: "
        "put the published file in its place."
    )


def _damaged(path: Path, error: Exception) -> WeightsError:
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(" .:")
    return WeightsError(f"{path} is damaged or incomplete ({reason}): fetch it again.")
