"""What a node that fetches weights says before it does."""

from __future__ import annotations

from collections.abc import Iterable

from comfy_execution.utils import get_executing_context
from server import PromptServer

from ..engine.host.comfy import ComfyHost
from ..engine.weights.entries import WeightSet


def announce(sets: Iterable[WeightSet], host: ComfyHost) -> None:
    """Sizes and licences under the node that is running, before anything is fetched."""
    from ..engine.weights.status import plan_text, status

    found = status(host, list(sets))
    context = get_executing_context()
    if found.to_download and context is not None:
        PromptServer.instance.send_progress_text(plan_text(found), context.node_id)
