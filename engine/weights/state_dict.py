"""Reading weights without running anything that a file may hold, and handing them to their network."""

from __future__ import annotations

import json
import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import WeightsError

if TYPE_CHECKING:
    import torch
    from torch import nn

    Module = TypeVar("Module", bound=nn.Module)

# How PyTorch's checkpoints end.
PICKLES = (".pth", ".pt", ".bin")
# Under which name checkpoints keep the state dict when they hold more than that: mm*, OpenAI Whisper,
# SadTalker's mapping.
_WRAPPERS = ("state_dict", "model_state_dict", "mapping")
# Beside the weights a checkpoint of mmengine holds its training's records: `HistoryBuffer` objects, NumPy
# arrays and numbers, and `getattr`, by which the pickled buffers name their own methods. Loading these
# for real gives a file `getattr`; here each name stands for a class that takes anything and does nothing.
_HARMLESS = (
    ("builtins", "getattr"),
    ("mmengine.logging.history_buffer", "HistoryBuffer"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    # NumPy 1's and NumPy 2's names.
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
)
# The first whose entry is there (in full, or as a beginning that ends with a dot) is taken.
_SIGNS = (
    ("model.diffusion_model.", "a whole Stable Diffusion checkpoint"),
    ("first_stage_model.", "a VAE inside a Stable Diffusion checkpoint"),
    ("encoder.down.0.block.0.norm1.weight", "a VAE in Stable Diffusion's own layout, not diffusers'"),
    ("post_quant_conv.weight", "a VAE of diffusers"),
    ("model.encoder.conv1.weight", "a Whisper model from Hugging Face"),
    ("encoder.embed_positions.weight", "a Whisper model from Hugging Face"),
    ("encoder.positional_embedding", "a Whisper model from OpenAI"),
    ("cp.resnet.conv1.weight", "the face parser BiSeNet"),
    ("backbone.stem.0.conv.weight", "the pose network RTMPose"),
    ("face_encoder_blocks.", "Wav2Lip"),
    ("netcnnaud.0.weight", "SyncNet"),
    ("visual_encoder.norm_out.bias", "LatentSync's SyncNet"),
    ("conv1_1.weight", "the face detector S3FD"),
    ("fc.weight", "a classifier such as ResNet"),
)
_NAMED = 3


class DamagedError(WeightsError):
    """Nothing can read the file: it was cut off, is empty, or something else was saved in its place."""


def load_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a `.safetensors` file or of a PyTorch checkpoint (zip or older format), on the CPU.

    A checkpoint that wraps its state dict, as OpenAI's `tiny.pt` does, is unwrapped. Tensors of a zip or
    safetensors file are mapped from the disk: copy them, as `load_state_dict` of a module does.
    Raises WeightsError for a file that holds code or anything but tensors, DamagedError for a damaged one and
    for what is no weight file.
    """
    _refuse_impostors(path)
    tensors = _safetensors(path) if path.suffix == ".safetensors" else _checkpoint(path)
    strange = [name for name, value in tensors.items() if not _is_tensor(name, value)]
    if strange or not tensors:
        found = f"{strange[0]} is no tensor" if strange else "it is empty"
        raise WeightsError(f"{path} is no list of weights ({found}): put the published file in its place.")
    return dict(tensors)


def is_damaged(path: Path) -> bool:
    """Whether a file of weights or a JSON text can't be read at all; False for files of other kinds, of which
    whoever loads them says so."""
    try:
        if path.suffix == ".json":
            json.loads(path.read_bytes())
        elif path.suffix in (*PICKLES, ".safetensors"):
            load_state_dict(path)
    except (DamagedError, ValueError):
        return True
    except WeightsError:  # it can be read, and holds something else
        return False
    return False


def _refuse_impostors(path: Path) -> None:
    """What servers and version control leave in the place of a file they could not deliver."""
    try:
        with path.open("rb") as file:
            start = file.read(512).lstrip().lower()
    except OSError as error:
        raise WeightsError(f"{path} can't be read ({error.strerror}): check that it is there.") from error
    if not start:
        raise DamagedError(f"{path} is empty: fetch it again.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise DamagedError(f"{path} is a web page saved in the place of the weights: fetch it again.")
    if start.startswith(b"version https://git-lfs"):
        raise DamagedError(
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

    if _is_torchscript(path):
        raise WeightsError(
            f"{path} is a TorchScript program, which is not opened because it holds code: where you trust "
            f"it, convert it once by `{_convert_command(path)}` and put the result in its place."
        )
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


def _is_torchscript(path: Path) -> bool:
    """Whether `torch.jit.save` has written the file; False where it is no whole zip file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/constants.pkl") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _convert_command(path: Path) -> str:
    program = f"torch.save(torch.jit.load('{path.name}', 'cpu').state_dict(), '{path.stem}.state.pth')"
    return f'python -c "import torch; {program}"'


def _is_tensor(name: object, value: object) -> bool:
    import torch

    return isinstance(name, str) and isinstance(value, torch.Tensor)


def _refused(path: Path, error: Exception) -> WeightsError:
    named = re.search(r"GLOBAL (\S+)", str(error))
    if named is None:
        return DamagedError(
            f"{path} was not opened, because it is no file of weights that can be read without running code: "
            "put the published file in its place."
        )
    return WeightsError(
        f"{path} was not opened, because it holds more than weights ({named[1]}), which could run code here: "
        "put the published file in its place."
    )


def _damaged(path: Path, error: Exception) -> WeightsError:
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(" .:")
    return DamagedError(f"{path} is damaged or incomplete ({reason}): fetch it again.")


class _Ignored:
    """What is in a checkpoint's records: made of anything, holds nothing."""

    __slots__ = ()

    def __new__(cls, *arguments: Any) -> _Ignored:
        return super().__new__(cls)

    def __init__(self, *arguments: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass


@cache
def _stand_ins() -> tuple[type, ...]:
    """One class for each harmless name, called the same: that is how torch's allow-list knows them."""
    return tuple(
        type(name, (_Ignored,), {"__module__": module, "__slots__": ()}) for module, name in _HARMLESS
    )


def without_prefix(tensors: Mapping[str, torch.Tensor], entry: str) -> dict[str, torch.Tensor]:
    """The entries without what all of them have before the network's own names, such as the `module.` of one
    that was trained in parallel. entry: one that the network has; where it isn't there nothing is changed."""
    prefix = next((name.removesuffix(entry) for name in tensors if name.endswith(f".{entry}")), "")
    if not all(name.startswith(prefix) for name in tensors):
        return dict(tensors)
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}


def load_mmengine(path: Path) -> dict[str, torch.Tensor]:
    """The weights in a checkpoint that mmengine has written, or in any file that `load_state_dict` reads.

    Tensors may be mapped from the disk: copy them. Raises WeightsError for a file that holds code (also where
    it comes under one of the harmless names), is damaged or is no weight file.
    """
    import torch

    with torch.serialization.safe_globals(list(_stand_ins())):
        return load_state_dict(path)


def load_weights(
    module: Module,
    tensors: dict[str, torch.Tensor],
    path: Path,
    wanted: str,
    *,
    dtype: torch.dtype | None = None,
) -> Module:
    """Give a network (best built on the meta device) exactly these weights, in evaluation mode and without
    gradients.

    The tensors become the parameters, none is copied unless it has to change its floating-point dtype;
    `tensors` is emptied as that goes on. path, wanted: the file, and whose weights it should hold, for the
    error. Raises WeightsError unless names and shapes are exactly the network's.
    """
    expected = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    problems = _differences(expected, tensors)
    if problems:
        found = recognised(tensors)
        guess = f"it seems to be {found}" if found else "it is some other network's"
        raise WeightsError(
            f"{path} doesn't hold the weights of {wanted} ({problems}): {guess}; put the right file in its "
            "place."
        )
    fitting = {}
    for name in expected:
        tensor = tensors.pop(name)
        fitting[name] = tensor.to(dtype) if dtype and tensor.is_floating_point() else tensor
    module.load_state_dict(fitting, strict=True, assign=True)
    return module.eval().requires_grad_(False)


def _differences(expected: Mapping[str, tuple[int, ...]], tensors: Mapping[str, torch.Tensor]) -> str:
    missing = [name for name in expected if name not in tensors]
    unknown = [name for name in tensors if name not in expected]
    misshapen = [
        f"{name} is {_by(tuple(tensors[name].shape))} instead of {_by(shape)}"
        for name, shape in expected.items()
        if name in tensors and tuple(tensors[name].shape) != shape
    ]
    parts = (("missing", missing), ("unknown", unknown), ("of another shape", misshapen))
    return "; ".join(f"{len(names)} {kind}: {_first(names)}" for kind, names in parts if names)


def _first(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def _by(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a number"


def recognised(tensors: Mapping[str, torch.Tensor]) -> str:
    """Such as "the face parser BiSeNet"; empty where nothing is known."""
    for sign, network in _SIGNS:
        if sign in tensors or (sign.endswith(".") and any(name.startswith(sign) for name in tensors)):
            return network
    first = tensors.get("conv_in.weight")
    if first is not None and "conv_out.weight" in tensors:
        return _unet(first.shape[1], tensors)
    return ""


def _unet(channels: int, tensors: Mapping[str, torch.Tensor]) -> str:
    if any(".motion_modules." in name for name in tensors):
        return f"a video UNet with {channels} input channels (LatentSync, AniPortrait and Hallo2 have such)"
    keys = [tensor for name, tensor in tensors.items() if name.endswith("attn2.to_k.weight")]
    width = keys[0].shape[1] if keys else 0
    if (channels, width) == (8, 384):
        return "a UNet of MuseTalk's kind"
    if channels == 13:
        return "LatentSync's UNet"
    return f"a UNet with {channels} input channels and {width}-wide conditions, as Stable Diffusion has"
