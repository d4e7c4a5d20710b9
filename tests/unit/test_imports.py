"""Who may import whom."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "nodes": {"batch", "backends", "align", "overlay", "cloud_jobs", "did_client", "musetalk_core", "engine"},
    "commands": {
        "batch",
        "backends",
        "align",
        "overlay",
        "cloud_jobs",
        "did_client",
        "musetalk_core",
        "engine",
    },
    "batch": {"overlay", "backends", "align", "engine"},
    "overlay": {"align", "engine"},
    "backends": {"musetalk_core", "cloud_jobs", "did_client", "align", "engine"},
    "musetalk_core": {"engine"},
    "align": {"engine"},
    "did_client": {"cloud_jobs"},
    "cloud_jobs": set(),
    "engine": set(),
}
COMFYUI = {"comfy", "comfy_api", "comfy_execution", "comfy_extras", "folder_paths", "nodes", "server"}
KNOW_COMFYUI = ("nodes/", "engine/host/comfy.py", "__init__.py")
ENGINES = {path.parent.name for path in (ROOT / "backends").glob("*/__init__.py")} - {
    "dub",
    "portrait",
    "cloud",
}


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """Each module that a file imports, by its parts; ours from the checkout's root, others after ""."""
    here = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (("", *name.name.split(".")) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield "", *(node.module or "").split(".")
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] + tuple(node.module.split(".") if node.module else ())
            yield from [base] if node.module else [(*base, name.name) for name in node.names]


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_those_below_it(package):
    allowed = MAY_IMPORT[package] | {package}
    wrong = {
        f"{path.relative_to(ROOT)}: {'.'.join(name)}"
        for path in modules(package)
        for name in imported(path)
        if name[0] and name[0] not in allowed
    }
    assert wrong == set()


def test_no_engine_imports_another():
    for engine in ENGINES:
        for path in modules(f"backends/{engine}"):
            others = {name[1] for name in imported(path) if name[0] == "backends" and len(name) > 1}
            assert others & ENGINES <= {engine}, path


def test_no_circle_among_the_modules_of_weights():
    """Imports within functions included."""
    graph = {
        path.stem: {name[2] for name in imported(path) if name[:2] == ("engine", "weights") and name[2:]}
        for path in modules("engine/weights")
    }
    assert graph.keys() >= set(graphlib.TopologicalSorter(graph).static_order())


def test_only_the_nodes_know_comfyui():
    wrong = {
        f"{place}: {name[1]}"
        for package in MAY_IMPORT
        for path in modules(package)
        if not (place := path.relative_to(ROOT).as_posix()).startswith(KNOW_COMFYUI)
        for name in imported(path)
        if not name[0] and name[1] in COMFYUI
    }
    assert wrong == set()


@pytest.mark.parametrize(
    "package",
    [
        "cloud_jobs",
        "did_client",
        "align.formats",
        "engine.weights.status",
        "engine.weights.convert",
        "engine.weights.importing",
        "engine.weights.jobs",
        "backends.catalogue",
        "backends.cloud.services",
        "backends.syncso.client",
        "backends.synthesia.client",
        "backends.synthesia.order",
        "engine.media",
        "engine.consent",
    ],
)
def test_what_needs_no_torch_loads_none(package):
    code = f"import sys, lipsync_studio.{package}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_package_is_in_the_table():
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"devtools", "tests"}
    assert ours == set(MAY_IMPORT)
