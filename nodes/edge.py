"""The edge of the nodes: what ComfyUI shows of an error is a sentence of ours, and its log has the rest."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import comfy.model_management
from comfy_api.latest import io

from ..engine.boundary import own_error
from ..engine.errors import LipSyncError


def guard(node: type[io.ComfyNode]) -> type[io.ComfyNode]:
    """The same class, from whose execution no error of a library or of the system comes out as it is.

    Where memory has run out, ComfyUI's models leave the device, as it does itself for errors that it
    knows."""
    inner: Any = node.execute.__func__
    if inspect.iscoroutinefunction(inner):

        @wraps(inner)
        async def execute(cls: type[io.ComfyNode], *arguments: Any, **inputs: Any) -> io.NodeOutput:
            with _edge():
                return await inner(cls, *arguments, **inputs)
    else:

        @wraps(inner)
        def execute(cls: type[io.ComfyNode], *arguments: Any, **inputs: Any) -> io.NodeOutput:
            with _edge():
                return inner(cls, *arguments, **inputs)

    node.execute = classmethod(execute)
    return node


@contextmanager
def _edge() -> Iterator[None]:
    management = comfy.model_management
    try:
        yield
    except (LipSyncError, management.InterruptProcessingException):
        raise
    except Exception as error:
        if management.is_oom(error):
            management.unload_all_models()
        raise own_error(error) from error
