"""Half precision with a net below it: what overflows is worked out again in float32, and a network that goes
on overflowing leaves half precision."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..errors import WeightsError
from ..host.protocol import Host, ManagedModel

Call = Callable[..., Tensor]

# Batches with overflows after which a network changes: a single one may be a matter of the picture, and each
# takes a copy of all weights in float32 and a second run.
_PATIENCE = 3
_overflows: WeakKeyDictionary[nn.Module, int] = WeakKeyDictionary()


class _Called(nn.Module):
    """A call of a network as a module, so that `functional_call` can put other weights under it."""

    def __init__(self, net: nn.Module, call: Call) -> None:
        super().__init__()
        self.net = net
        self._call = call

    def forward(self, *inputs: Tensor) -> Tensor:
        return self._call(self.net, *inputs)


def finite(net: nn.Module, call: Call, *inputs: Tensor) -> Tensor:
    """`call(net, *inputs)` [B, …] with every number finite.

    Samples that hold NaN or infinity are run again, those alone, with float32 copies of the weights that live
    as long as the call. Raises WeightsError where that doesn't help.
    """
    result = call(net, *inputs)
    broken = ~result.flatten(1).isfinite().all(1)
    if not broken.any():
        return result
    _overflows[net] = _overflows.get(net, 0) + 1
    repaired = _in_float32(net, call, [tensor[broken] for tensor in inputs])
    if not repaired.isfinite().all():
        raise WeightsError(
            f"{type(net).__name__} puts out what is not a number, even in full precision: its weights are "
            "damaged, so fetch them again."
        )
    result[broken] = repaired.to(result.dtype)
    return result


def settle(model: ManagedModel, name: str, notes: list[str], host: Host) -> None:
    """After a batch: change a network whose half precision overflowed in several to a wider format for good,
    and note that. name: of the network in the note."""
    dtype = next(model.module.parameters()).dtype
    if _overflows.get(model.module, 0) < _PATIENCE or dtype == torch.float32:
        return
    wider = torch.bfloat16 if dtype == torch.float16 and host.fast_bfloat16() else torch.float32
    del _overflows[model.module]
    host.convert(model, wider)
    old, new = (str(each).removeprefix("torch.") for each in (dtype, wider))
    notes.append(f"{name} overflowed in {old} again and again: from there on it ran in {new}.")


def _in_float32(net: nn.Module, call: Call, inputs: list[Tensor]) -> Tensor:
    called = _Called(net, call)
    weights = {name: tensor.float() for name, tensor in called.state_dict().items()}
    return functional_call(called, weights, tuple(tensor.float() for tensor in inputs))
