"""Tensors of a file into the network they belong to, and a sentence where they don't."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import WeightsError
from .recognise import recognised

if TYPE_CHECKING:
    import torch
    from torch import nn

    Module = TypeVar("Module", bound=nn.Module)

_NAMED = 3


def fit(
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
