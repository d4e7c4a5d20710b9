"""What the pages refer to is there: tests by their names, workflows with pictures, files, headings."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from lipsync_studio.backends.catalogue import CATALOGUE
from lipsync_studio.backends.registry import backends
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.templates import TEMPLATES
from lipsync_studio.engine.weights.entries import readable

PAGES = sorted(
    page
    for place in ("*.md", "docs/*.md", "web/docs/*.md", "demo/*.md", "tests/*.md")
    for page in ROOT.glob(place)
)
# What is read in five minutes.
LONGEST_README = 1500
_TEST = re.compile(r"`((?:unit|server|browser|did|cloud)/[\w/]+\.py)(?:::(\w+))?`")
_LINK = re.compile(r"\]\(([^)\s#:]*)(?:#([^)\s]*))?\)")
_HEADING = re.compile(r"^#+ (.+?)\s*$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def missing_tests(text: str) -> list[str]:
    """Tests that a page names and that nobody has written."""
    missing = []
    for file, name in _TEST.findall(text):
        path = ROOT / "tests" / file
        if not path.is_file() or (name and f"def {name}(" not in path.read_text(encoding="utf-8")):
            missing.append(f"{file}::{name}")
    return missing


def test_a_test_that_was_renamed_is_noticed():
    here = "unit/test_docs.py"
    assert missing_tests(f"`{here}::test_a_test_that_was_renamed_is_noticed` `{here}`") == []
    assert missing_tests(f"`{here}::test_gone` `unit/gone.py`") == [f"{here}::test_gone", "unit/gone.py::"]


def dead_links(page: Path, text: str) -> list[str]:
    """Links of a page to files that are not there, and to headings that a page doesn't have."""
    dead = []
    for file, heading in _LINK.findall(_FENCE.sub("", text)):
        target = page.parent / file if file else page
        found = target.exists()
        if found and heading:
            aimed = text if target == page else target.read_text(encoding="utf-8")
            found = heading in {anchor(each) for each in _HEADING.findall(_FENCE.sub("", aimed))}
        if not found:
            dead.append(f"{file}#{heading}" if heading else file)
    return dead


def test_a_dead_link_is_noticed():
    page = ROOT / "docs" / "commands.md"
    text = "# One *way*\n\n[a](#one-way) [b](batch.md) [c](../README.md#install) [d](https://example.org/x#y)"
    assert dead_links(page, text) == []
    text = "# One\n\n[a](#two) [b](gone.md) [c](../README.md#gone) ![d](gone.jpg)"
    assert dead_links(page, text) == ["#two", "gone.md", "../README.md#gone", "gone.jpg"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_refers_to_is_there(page):
    text = page.read_text(encoding="utf-8")
    assert missing_tests(text) == []
    assert dead_links(page, text) == []
    named = set(re.findall(r"\[\^(\w+)\](?!:)", text))
    assert named == set(re.findall(r"^\[\^(\w+)\]:", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_files_that_recipes_name_are_there(name):
    """A newcomer opens them in the order in which they are named."""
    text = _FENCE.sub("", (ROOT / name).read_text(encoding="utf-8"))
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.\w+)`", text))
    named -= {each for each in named if re.search(r"NAME|SHORT", each)}
    tests = {each for each in named if (ROOT / "tests" / each).is_file()}
    assert len(named) > 15
    assert sorted(each for each in named - tests if not (ROOT / each).is_file()) == []


def test_the_readme_is_short_and_names_every_node():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    nodes = json.loads((ROOT / "locales" / "en" / "nodeDefs.json").read_text(encoding="utf-8"))
    assert set(re.findall(r"`(LipSync\w+)`", text)) == set(nodes)
    prose = re.sub(r"\]\([^)]*\)", "", _FENCE.sub("", text))
    assert len(re.findall(r"[A-Za-z][\w'.-]*", prose)) < LONGEST_README
    for spec in backends().values():
        assert f"**{spec.title}**" in text


def test_the_page_of_hardware_has_the_catalogues_sizes():
    page = (ROOT / "docs" / "hardware.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for spec in (each for each in backends().values() if not each.remote):
        size = readable(sum(weights.bytes for weights in spec.weights(spec.settings())) or 0)
        rows = re.findall(rf"^\| {re.escape(spec.title)}[^|]*\| ([^|]+) \|", page, re.MULTILINE)
        (engine,) = re.findall(rf"^\| \[\*\*{re.escape(spec.title)}\*\*\].*$", readme, re.MULTILINE)
        if spec.weights(spec.settings()):
            assert rows[0] == size, spec.title
            assert size in engine
        else:
            assert rows[0] == "none"
    for name in ("face-parsing", "dwpose", "hdemucs", "whisper-small", "ctc-en", "s3fd", "hallo2-identity"):
        assert f"{readable(CATALOGUE[name].bytes)}" in page, name


def test_the_help_of_model_manager_has_every_folder_and_size():
    page = (ROOT / "web" / "docs" / "LipSyncModelManager.md").read_text(encoding="utf-8")
    fetched = [each for each in CATALOGUE.sets.values() if any(not file.by_hand for file in each.files)]
    assert [each.kind for each in fetched if f"`models/{each.kind}`" not in page] == []
    for spec in backends().values():
        weights = spec.weights(spec.settings())
        if weights:
            assert readable(sum(each.bytes for each in weights)) in page or spec.name == "musetalk", spec.name


def test_every_template_is_told_of_with_its_picture():
    page = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == list(TEMPLATES.values())
    assert re.findall(r"^\| \[(.+)\]\(#(.+?)\)", page, re.MULTILINE) == [
        (each, anchor(each)) for each in headings
    ]
    assert re.findall(r"\]\(workflows/(\w+)\.jpg\)", page) == list(TEMPLATES)


def anchor(heading: str) -> str:
    """Where GitHub finds a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


PICTURES = sorted(path for kind in ("jpg", "png") for path in (ROOT / "docs").rglob(f"*.{kind}"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_picture_is_small(path):
    assert path.stat().st_size <= 300_000


def test_the_pictures_of_templates_are_of_a_window():
    for short in TEMPLATES:
        path = ROOT / "docs" / "workflows" / f"{short}.jpg"
        with Image.open(path) as picture:
            assert picture.size == (1440, 900)
