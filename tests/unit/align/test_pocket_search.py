"""Searches of long sounds, which go on in a process of their own."""

import psutil
import pytest

from lipsync_studio.align import pocket_aligner
from lipsync_studio.align.pocket_aligner import PocketAligner
from lipsync_studio.align.text import read_text
from lipsync_studio.devtools.corpus import spoken
from lipsync_studio.engine.errors import AlignmentError, Cancelled


@pytest.fixture(scope="module")
def case():
    return spoken("american", 150).until(12.0)


def test_it_finds_the_same(case, monkeypatch):
    here = PocketAligner().align(case.samples, read_text(case.lyrics).lines)
    monkeypatch.setattr(pocket_aligner, "_LONG_BYTES", 1)
    looks = []
    apart = PocketAligner(lambda: looks.append(1)).align(case.samples, read_text(case.lyrics).lines)
    assert apart == here
    assert len(here.words()) > 10


def test_words_that_do_not_fit_are_told(case, monkeypatch):
    monkeypatch.setattr(pocket_aligner, "_LONG_BYTES", 1)
    with pytest.raises(AlignmentError, match="The lyrics"):
        PocketAligner().align(case.samples[:8000], read_text(case.lyrics).lines)


def test_a_cancel_ends_it_in_the_midst(case, monkeypatch):
    """The first look is before the search, the second while it goes on."""
    monkeypatch.setattr(pocket_aligner, "_LONG_BYTES", 1)
    before = {child.pid for child in psutil.Process().children()}
    looks = []

    def check():
        looks.append({child.pid for child in psutil.Process().children()} - before)
        if len(looks) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        PocketAligner(check).align(case.samples, read_text(case.lyrics).lines)
    assert looks[0] == set()
    assert len(looks[1]) == 1
    assert {child.pid for child in psutil.Process().children()} == before


def test_a_process_that_dies_is_told(case, monkeypatch, tmp_path):
    monkeypatch.setattr(pocket_aligner, "_LONG_BYTES", 1)
    script = tmp_path / "dies.py"
    script.write_text("import sys\nsys.exit(3)\n")
    monkeypatch.setattr("lipsync_studio.align.pocket_search._CHILD", script)
    with pytest.raises(AlignmentError, match="ended with status 3"):
        PocketAligner().align(case.samples, read_text(case.lyrics).lines)
