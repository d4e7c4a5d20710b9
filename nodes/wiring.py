"""Which nodes a sentence about wrong wires speaks of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from comfy_api.latest import io
from comfy_execution.utils import get_executing_context

from ..engine.errors import SourceMismatchError

_SAVE_VIDEO = "SaveVideo"
_OUTPUTS = 4  # of a node through which a video is passed on, at most


@contextmanager
def same_source(node: type[io.ComfyNode], wire: str, maker: type[io.ComfyNode]) -> Iterator[None]:
    """For the work of `node`, whose input `wire` has to come from the `maker` that has the same source: a
    SourceMismatchError tells the titles and numbers of the two, as far as the prompt is known. Where one wire
    leads to both, what made the source has run again, and ComfyUI kept the maker's result of before.

    node: the class as it is executed, with the hidden `dynprompt`.
    """
    try:
        yield
    except SourceMismatchError as error:
        hidden, context = node.hidden, get_executing_context()
        prompt = hidden.dynprompt if hidden is not None else None
        here = context.node_id if context is not None else None
        there = None if prompt is None or here is None else _upstream(prompt, here, wire, maker)
        one, other = _called(prompt, there, maker), _called(prompt, here, node)
        remedy = f"connect the same source to {one} and to {other}"
        if there is not None and _source(prompt, there) == _source(prompt, here):
            remedy = (
                f"its source was made anew since {one} ran, so change a setting there to have it run again"
            )
        raise SourceMismatchError(error.finding, remedy) from error


def is_wired(node: type[io.ComfyNode], wire: str) -> bool:
    """Whether an input of the node that is executing comes from another node, as far as the prompt is known.

    node: the class as it is executed, with the hidden `dynprompt`."""
    hidden, context = node.hidden, get_executing_context()
    if hidden is None or hidden.dynprompt is None or context is None:
        return False
    return isinstance(hidden.dynprompt.get_node(context.node_id)["inputs"].get(wire), list)


def video_prefix(node: type[io.ComfyNode], output: int = 0) -> str:
    """The filename prefix of the Save Video to which an output of the node leads, through whatever passes it
    on; "" where there is none, or where it comes by wire.

    node: the class as it is executed, with the hidden `dynprompt` and `unique_id`."""
    hidden = node.hidden
    prompt = hidden.dynprompt if hidden is not None else None
    if prompt is None or hidden.unique_id is None:
        return ""
    everyone = {name: prompt.get_node(name) for name in prompt.all_node_ids()}
    links, seen = deque([[hidden.unique_id, output]]), set()
    while links:
        link = links.popleft()
        for name, found in everyone.items():
            if name in seen or not any(value == link for value in found["inputs"].values()):
                continue
            seen.add(name)
            prefix = found["inputs"].get("filename_prefix")
            if found["class_type"] == _SAVE_VIDEO:
                return prefix if isinstance(prefix, str) else ""
            links.extend([name, slot] for slot in range(_OUTPUTS))
    return ""


def _upstream(prompt: Any, node: str, wire: str, maker: type[io.ComfyNode]) -> str | None:
    """The nearest node of the maker's kind from which a wire comes, through whatever passes it on."""
    kind = maker.define_schema().node_id
    links, seen = deque([prompt.get_node(node)["inputs"].get(wire)]), set()
    while links:
        link = links.popleft()
        if not isinstance(link, list) or link[0] in seen or not prompt.has_node(link[0]):
            continue
        seen.add(link[0])
        found = prompt.get_node(link[0])
        if found["class_type"] == kind:
            return str(link[0])
        links.extend(found["inputs"].values())
    return None


def _source(prompt: Any, node: str | None) -> Any:
    return prompt.get_node(node)["inputs"].get("source")


def _called(prompt: Any, node: str | None, kind: type[io.ComfyNode]) -> str:
    """As its user sees it: the title, which is the name of its kind unless it was changed, and the number."""
    name = kind.define_schema().display_name
    if prompt is None or node is None or not prompt.has_node(node):
        return f'"{name}"'
    title = (prompt.get_node(node).get("_meta") or {}).get("title") or name
    return f'"{title}" (node {prompt.get_display_node_id(node)})'
