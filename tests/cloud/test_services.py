"""What a service may be: small, and nothing of what keeps jobs safe in it."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from lipsync_studio.backends.cloud.services import services
from lipsync_studio.cloud_jobs import journal

from .conftest import cases

LONGEST = 300
# What the journal, the transport and the keys are made of.
THEIRS = {"sqlite3", "requests", "urllib3", "keyring", "hmac"}


def modules(name: str) -> list[Path]:
    """Of a service's folder; of D-ID, its client's too."""
    engine = importlib.import_module(f"lipsync_studio.backends.{name}")
    folders = [Path(engine.__path__[0])]
    if name == "did":
        folders.append(folders[0].parents[1] / "did_client")
    return [path for folder in folders for path in sorted(folder.glob("*.py"))]


@pytest.mark.parametrize("name", services())
def test_a_service_is_small_and_repeats_nothing(name: str) -> None:
    for path in modules(name):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= LONGEST, path
        imported = {
            alias.name.partition(".")[0]
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Import)
            for alias in node.names
        } | {
            (node.module or "").partition(".")[0]
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom) and not node.level
        }
        assert not imported & THEIRS, path


def test_the_core_knows_no_service() -> None:
    names = [spec.title.lower() for spec in services().values() if spec.name != "toycloud"]
    for path in Path(journal.__file__).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert not [name for name in names if name in text], path


@pytest.mark.parametrize("name", services())
def test_what_is_told_of_a_service_is_whole(name: str) -> None:
    spec = services()[name]
    service = spec.service()
    assert spec.name == service.id == name
    assert spec.title == service.title
    assert spec.terms.key == name
    assert spec.terms.address.startswith("https://")
    assert service.address.startswith("https://")
    assert all(not text.endswith(".") and text for text in (spec.what, spec.sends, spec.cost, spec.limits))
    others = [each.service() for each in services().values() if each.name != name]
    for other in others:
        assert not set(service.key_variables) & set(other.key_variables)
        assert service.folder_variable != other.folder_variable


def test_the_toy_is_one_folder() -> None:
    assert "toycloud" in services()
    assert "toycloud" in cases()
    assert [path.name for path in modules("toycloud")] == ["__init__.py", "client.py", "faults.py", "spec.py"]
