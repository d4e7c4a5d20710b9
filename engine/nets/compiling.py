"""torch.compile for those who ask for it: a minute or more at first, some tens of per cent afterwards."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import nn

Module = TypeVar("Module", bound=nn.Module)

_log = logging.getLogger(__name__)


def compile_network(net: Module, *, backend: str | Callable[..., Any] = "inductor") -> Module:
    """The same UNet or VAE, which translates itself at its first call for each size of batch.

    Where that fails (there is no compiler, or no Triton), a warning says so once and the network runs as it
    is. backend: as for `torch.compile`.
    """
    # What is called of a VAE are its halves.
    halves = [half for name, half in net.named_children() if name in ("encoder", "decoder")]
    for part in halves or [net]:
        _compile(part, backend)
    return net


def _compile(part: nn.Module, backend: str | Callable[..., Any]) -> None:
    plain = part.forward
    translated = torch.compile(plain, backend=backend, dynamic=False)

    def forward(*arguments: Any, **options: Any) -> Any:
        nonlocal translated
        if translated is plain:
            return plain(*arguments, **options)
        try:
            return translated(*arguments, **options)
        except torch._dynamo.exc.TorchDynamoException as error:
            reason = " ".join(str(error).split("\n\n")[0].split())
            _log.warning("torch.compile can't be used here (%s): the network runs without it.", reason)
            translated = plain
            return plain(*arguments, **options)

    part.forward = forward
