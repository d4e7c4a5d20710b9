"""Damaged media, each in a process of its own: errors of ours alone, soon, in bounded memory."""

from __future__ import annotations

import pytest

from lipsync_studio.devtools.fuzz.damage import damaged, make_seeds
from lipsync_studio.devtools.fuzz.run import FINE, outcomes, table

# Those that found something once.
FOUND = (382,)
NUMBERS = (*range(150 - len(FOUND)), *FOUND)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return list(outcomes(NUMBERS, tmp_path_factory.mktemp("fuzz")))


def test_every_damaged_file_is_read_or_refused(found):
    """A crash in a library is its own, and `dev.py bench fuzz` lists it; here none is known."""
    assert len(found) == len(NUMBERS)
    print("\n".join(f"{name:30} {value}" for name, value in table(found)))
    assert [(each.name, each.kind, each.said) for each in found if each.kind not in FINE] == []


def test_what_is_refused_is_one_sentence(found):
    for each in found:
        assert "\n" not in each.said, each
        assert len(each.said) < 600, each


def test_both_come_about(found):
    """Else the damage would be too little or too much to find anything."""
    kinds = [each.kind for each in found]
    assert min(kinds.count(kind) for kind in FINE) > len(NUMBERS) // 10


def test_a_number_is_always_the_same_file(tmp_path):
    seeds = make_seeds(tmp_path)
    assert [damaged(number, seeds) for number in range(50)] == [
        damaged(number, seeds) for number in range(50)
    ]
    assert len({data for _, data in (damaged(number, seeds) for number in range(200))}) > 190
