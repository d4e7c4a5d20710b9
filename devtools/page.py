"""ComfyUI's page, as tests and measurements find it."""

from __future__ import annotations

from typing import Any

# The page sets `app` while it still shows a spinner: its first graph is yet to replace what is there.
_READY = """() => {
    const {extensionManager, graph} = window.app ?? {};
    return graph && extensionManager?.spinner === false && extensionManager.workflow.activeWorkflow
        && window.LiteGraph?.registered_node_types;
}"""


def wait_until_ready(page: Any) -> None:
    """Until the page of a running server, a Playwright `Page`, has its first graph and will load no other."""
    page.wait_for_function(_READY)
