"""What the pages in docs/ refer to is there: tests by their names, workflows with pictures, files."""

import re

import pytest
from PIL import Image

from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.templates import TEMPLATES

PAGES = sorted((ROOT / "docs").glob("*.md"))
_TEST = re.compile(r"`((?:unit|server|browser|did)/[\w/]+\.py)(?:::(\w+))?`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


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


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda path: path.stem)
def test_what_a_page_refers_to_is_there(page):
    text = page.read_text(encoding="utf-8")
    assert missing_tests(text) == []
    assert [link for link in _LINK.findall(text) if not (page.parent / link).exists()] == []
    named = set(re.findall(r"\[\^(\w+)\](?!:)", text))
    assert named == set(re.findall(r"^\[\^(\w+)\]:", text, re.MULTILINE))


def test_every_template_is_told_of_with_its_picture():
    page = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == list(TEMPLATES.values())
    assert re.findall(r"^\| \[(.+)\]\(#(.+?)\)", page, re.MULTILINE) == [
        (each, anchor(each)) for each in headings
    ]
    assert re.findall(r"\]\(workflows/(\w+)\.jpg\)", page) == list(TEMPLATES)
    assert [name for name in TEMPLATES.values() if name not in readme] == []


def anchor(heading):
    """Where GitHub finds a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_the_pictures_of_templates_are_of_a_window_and_small():
    for short in TEMPLATES:
        path = ROOT / "docs" / "workflows" / f"{short}.jpg"
        assert path.stat().st_size <= 300_000
        with Image.open(path) as picture:
            assert picture.size == (1440, 900)
