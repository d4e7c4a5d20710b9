"""One grammar of `person`, and whom it means in a clip of several shots."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lipsync_studio.backends.dub import job
from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.engine.errors import InputError, NoFaceError
from lipsync_studio.engine.faces.choose import Choice, choose, choose_people, parse_person
from lipsync_studio.engine.faces.track import FaceTrack, Person
from lipsync_studio.engine.score.follow import MouthFollower

BOGUS = ["bogus", "", "largest+1", "1+", "+1", "1,3", "-1", "1.5", "left right", "①", "1" * 40]


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("largest", Choice("largest")),
        (" Left ", Choice("left")),
        ("RIGHT", Choice("right")),
        ("centre", Choice("centre")),
        ("center", Choice("centre")),
        ("Center", Choice("centre")),
        ("2", Choice("largest", (2,))),
        ("1+3", Choice("largest", (1, 3))),
        (" 3 + 1 +3", Choice("largest", (3, 1))),
    ],
)
def test_what_is_understood(text: str, choice: Choice) -> None:
    assert parse_person(text) == choice


@pytest.mark.parametrize("text", BOGUS)
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_person(text)
    assert str(caught.value) == (
        f'"{text}" says nobody: choose largest, left, right, centre, speaking, an id such as 2, '
        "or several such as 1+3."
    )


def person(id_: int, seen: dict[int, tuple[float, float]]) -> Person:
    """seen: x of the middle and side of the face, by frame."""
    first, rows = min(seen), max(seen) - min(seen) + 1
    boxes, scores = np.zeros((rows, 4), np.float32), np.zeros(rows, np.float32)
    for frame, (x, side) in seen.items():
        boxes[frame - first] = x - side / 2, 100, x + side / 2, 100 + side
        scores[frame - first] = 1
    return Person(id_, first, boxes, np.zeros((rows, 468, 3), np.float32), scores, np.zeros(rows, bool))


def shots(*frames: range, x: float, side: float) -> dict[int, tuple[float, float]]:
    return {frame: (x, side) for part in frames for frame in part}


@pytest.fixture
def track() -> FaceTrack:
    """Shots of ten frames: 1 and 2 together, 3 alone, 1 alone, 1 and 3 together."""
    one = shots(range(10), range(20, 40), x=500, side=50)
    two = shots(range(10), x=100, side=40)
    three = shots(range(10, 20), range(30, 40), x=300, side=90)
    persons = person(1, one), person(2, two), person(3, three)
    return FaceTrack(persons, 40, (640, 360), Fraction(25), "key", cuts=(10, 20, 30))


def turns(track: FaceTrack, text: str) -> list[tuple[int, range]]:
    """Who it is, by where their face is, and in which frames."""
    who = {500: 1, 100: 2, 300: 3}
    return [
        (who[round(float(p.boxes[0, [0, 2]].mean()))], range(p.first, p.first + len(p.scores)))
        for p in choose_people(track, text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("largest", [(1, range(10)), (3, range(10, 20)), (1, range(20, 30)), (3, range(30, 40))]),
        ("Left", [(2, range(10)), (3, range(10, 20)), (1, range(20, 30)), (3, range(30, 40))]),
        ("right", [(1, range(10)), (3, range(10, 20)), (1, range(20, 30)), (1, range(30, 40))]),
        ("center", [(1, range(10)), (3, range(10, 20)), (1, range(20, 30)), (3, range(30, 40))]),
        ("1", [(1, range(10)), (1, range(20, 30)), (1, range(30, 40))]),
        ("2", [(2, range(10))]),
        ("2+3", [(2, range(10)), (3, range(10, 20)), (3, range(30, 40))]),
        ("1+3", [(1, range(10)), (3, range(10, 20)), (1, range(20, 30)), (3, range(30, 40))]),
    ],
)
def test_who_is_meant_in_each_shot(track: FaceTrack, text: str, expected: list[Any]) -> None:
    assert turns(track, text) == expected
    people = choose_people(track, text)
    # What an engine works out for somebody is kept by id.
    assert len({p.id for p in people}) == len(people)


def test_over_the_whole_clip(track: FaceTrack) -> None:
    assert [choose(track, text).id for text in ("largest", "LEFT", "right", "center", "2", "1+2")] == [
        3, 2, 1, 3, 2, 1,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["4", "1+4"])
def test_an_id_that_is_not_there_is_named(track: FaceTrack, text: str) -> None:
    with pytest.raises(NoFaceError, match=r'no person "4" in the face track: .* \(1, 2, 3\)'):
        choose_people(track, text)


def test_it_is_refused_before_anything_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    def tracked(*_: Any, **__: Any) -> None:
        pytest.fail("faces were tracked")

    monkeypatch.setattr(job, "track_faces", tracked)
    nothing: Any = SimpleNamespace()
    with pytest.raises(InputError, match="says nobody"):
        LipSyncRequest(nothing, nothing, person="bogus")
    with pytest.raises(InputError, match="says nobody"):
        RenderSpec(tmp_path / "no.mp4", tmp_path / "no.wav", person="bogus")
    with pytest.raises(InputError, match="says nobody"):
        job.job_of(nothing, nothing, nothing, None, "bogus", False, nothing)
    with pytest.raises(InputError, match="says nobody"):
        MouthFollower("bogus")
