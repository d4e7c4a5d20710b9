"""Half precision with a net below it: what overflows is worked out again in float32."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.func import functional_call

from ..errors import WeightsError

Call = Callable[..., Tensor]


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
    repaired = _in_float32(net, call, [tensor[broken] for tensor in inputs])
    if not repaired.isfinite().all():
        raise WeightsError(
            f"{type(net).__name__} puts out what is not a number, even in full precision: its weights are "
            "damaged, so fetch them again."
        )
    result[broken] = repaired.to(result.dtype)
    return result


def _in_float32(net: nn.Module, call: Call, inputs: list[Tensor]) -> Tensor:
    called = _Called(net, call)
    weights = {name: tensor.float() for name, tensor in called.state_dict().items()}
    return functional_call(called, weights, tuple(tensor.float() for tensor in inputs))
