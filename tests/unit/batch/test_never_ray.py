"""ComfyUI's server never starts Ray: nothing that a node may import, at once or later, asks for it.

`server/test_nodes.py` looks at what is loaded once ComfyUI has the pack."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = "lipsync_studio"
# Ray itself, and the modules that import it.
RAY = re.compile(rf"ray(\..*)?|{PACKAGE}\.batch\.ray_\w+")
# The same, however it may be written as a text for importlib.
TEXT = re.compile(r"(ray(\.\w+)*)|([\w.]*\.)?ray_(pool|actor)([.:]\w+)*")


def imports(text: str, module: str, *, package: bool = False) -> Iterator[str]:
    """All that a module may import, by any statement anywhere in it, and the texts in it that name Ray.
    module: its full name; package: whether it is an `__init__`."""
    here = module.split(".") if package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            whole = ".".join([*base, *([node.module] if node.module else [])])
            yield whole
            yield from (f"{whole}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and TEXT.fullmatch(node.value):
            name = node.value.partition(":")[0]
            yield f"{PACKAGE}.batch.{name.rpartition('.')[2]}" if "ray_" in name else name


def file_of(module: str) -> Path | None:
    """Of a module of the pack."""
    name, *parts = module.split(".")
    if name != PACKAGE:
        return None
    path = ROOT.joinpath(*parts)
    return next((each for each in (path / "__init__.py", path.with_suffix(".py")) if each.is_file()), None)


def reached(first: list[str]) -> dict[str, set[str]]:
    """Every module of the pack that is imported from some, by whatever way, and what it imports."""
    found: dict[str, set[str]] = {}
    waiting = list(first)
    while waiting:
        module = waiting.pop()
        path = file_of(module)
        if module in found or path is None:
            continue
        text = path.read_text(encoding="utf-8")
        found[module] = set(imports(text, module, package=path.name == "__init__.py"))
        # A module brings the packages that it lies in.
        waiting += [*found[module], module.rpartition(".")[0]]
    return found


def test_nothing_that_a_node_may_import_imports_ray():
    nodes = [path.relative_to(ROOT).with_suffix("").parts for path in (ROOT / "nodes").rglob("*.py")]
    names = [".".join((PACKAGE, *parts)).removesuffix(".__init__") for parts in nodes]
    graph = reached([PACKAGE, *names])
    asked = {module: wrong for module, found in graph.items() if (wrong := set(filter(RAY.fullmatch, found)))}
    assert asked == {}
    # It did look at all of it: the nodes, what runs the engines, and the engines.
    for module in ("nodes.apply", "backends.run", "backends.viseme.pipeline"):
        assert f"{PACKAGE}.{module}" in graph


def test_the_command_is_found_to():
    """By the same search."""
    graph = reached([f"{PACKAGE}.commands.batch"])
    assert f"{PACKAGE}.batch.ray_pool" in graph[f"{PACKAGE}.commands.batch"]
    assert "ray" in graph[f"{PACKAGE}.batch.ray_pool"]


@pytest.mark.parametrize(
    "text",
    [
        "import ray",
        "import os, ray.util as util",
        "from ray import init",
        "from ray.util import queue",
        "def later():\n    import ray",
        "from ..batch import ray_pool",
        "from ..batch.ray_pool import RayPool",
        "from lipsync_studio.batch import ray_actor as actor",
        "import lipsync_studio.batch.ray_pool",
        "import importlib\nimportlib.import_module('ray')",
        "__import__('ray.util')",
        "importlib.import_module('..batch.ray_pool', __package__)",
        "MADE = 'lipsync_studio.batch.ray_pool:RayPool'",
    ],
)
def test_any_form_is_seen(text):
    assert any(RAY.fullmatch(name) for name in imports(text, f"{PACKAGE}.nodes.apply"))


@pytest.mark.parametrize("text", ["import array", "from .tray import x", "x = 'an array of rays'"])
def test_others_are_not(text):
    assert not any(RAY.fullmatch(name) for name in imports(text, f"{PACKAGE}.nodes.apply"))
