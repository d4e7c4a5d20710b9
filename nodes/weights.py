"""What nodes of engines with weights do alike: say what is fetched, tell the files, make the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from comfy_api.latest import io
from comfy_execution.utils import get_executing_context
from server import PromptServer

from ..backends.spec import BackendSpec
from ..engine.host.comfy import ComfyHost
from ..engine.weights.entries import WeightSet
from ..engine.weights.locate import fingerprint
from .requirements import engine_imports


def announce(sets: Iterable[WeightSet], host: ComfyHost) -> None:
    """Sizes and licences under the node that is running, before anything is fetched."""
    from ..engine.weights.status import plan_text, status

    found = status(host, list(sets))
    context = get_executing_context()
    if found.to_download and context is not None:
        PromptServer.instance.send_progress_text(plan_text(found), context.node_id)


async def fingerprint_of(sets: Iterable[WeightSet], download: bool | None) -> str:
    """The files that would be loaded, as text; None stands for what is wired."""
    return await asyncio.to_thread(fingerprint, sets, ComfyHost(), download=bool(download))


def sets_of(spec: BackendSpec, choices: Mapping[str, Any]) -> Iterable[WeightSet]:
    """What these widgets load; of what is wired, which is None, any may be."""
    known = all(value is not None for value in choices.values())
    return spec.weights(spec.settings_from(choices)) if known else spec.all_weights


def made(spec: BackendSpec, choices: Mapping[str, Any], **parts: Any) -> io.NodeOutput:
    """The engine with these widgets, as a node's output; parts: of `spec.make`."""
    settings, host = spec.settings_from(choices), ComfyHost()
    with engine_imports():
        if settings.download_missing:
            announce(spec.weights(settings), host)
        return io.NodeOutput(spec.make(settings, host, **parts))
