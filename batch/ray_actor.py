"""A worker as an actor of Ray. It travels by value, because a machine may have the pack in a folder only.

It therefore imports nothing of the pack until it is made.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import ray


class Actor:
    """package, folder: the pack's name and place, where it is not installed. made: "module:name" of what
    makes the worker, in the pack or beside it. out: its argument. mark: a file that must be seen there."""

    def __init__(self, package: str, folder: str, made: str, out: str, mark: str) -> None:
        _load(package, folder)
        # What is behind an error of the worker itself is in Ray's log; here it would be printed twice.
        module, _, name = made.partition(":")
        self._worker = getattr(importlib.import_module(module), name)(out)
        store = importlib.import_module(f"{package}.batch.store").open_store(out)
        if store.size(mark) is None:
            errors = importlib.import_module(f"{package}.engine.errors")
            facts = self._worker.facts()
            raise errors.InputError(
                f"{facts['machine']} doesn't see what is written to {out}: choose a folder that all machines "
                "share, or an object store's URL."
            )

    def ready(self) -> dict[str, Any]:
        """Once it is made; facts about it."""
        return dict(self._worker.facts())

    @ray.method(concurrency_group="told")
    def progress(self) -> int:
        return int(self._worker.progress())

    def make(self, job: Any) -> Any:
        return self._worker.make(job)

    @ray.method(num_returns=2)
    def plan(self, job: Any, seconds: float) -> tuple[Any, Any]:
        return self._worker.plan(job, seconds)

    def part(self, job: Any, plan: Any, number: int) -> Any:
        return self._worker.part(job, plan, number)

    def join(self, job: Any, plan: Any) -> Any:
        return self._worker.join(job, plan)


def _load(package: str, folder: str) -> None:
    """Import the pack: the one that is installed, or was put on the path, else the one in the folder."""
    if package in sys.modules or importlib.util.find_spec(package) is not None:
        return
    init = Path(folder) / "__init__.py"
    spec = importlib.util.spec_from_file_location(package, init, submodule_search_locations=[folder])
    if spec is None or spec.loader is None or not init.exists():
        raise ImportError(f"LipSync Studio is neither installed on this machine nor in {folder}.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[package] = module
    spec.loader.exec_module(module)
