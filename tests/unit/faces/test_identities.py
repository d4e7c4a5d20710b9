"""Who comes back after a cut keeps their id; nobody gets somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import cv2
import numpy as np
import pytest

from lipsync_studio.devtools.bench.identities import LENGTH, edited, joined
from lipsync_studio.engine.faces.look import Look
from lipsync_studio.engine.faces.reunite import reunited
from lipsync_studio.engine.faces.roster import Member, Roster
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost

from .conftest import DATA, DrawnSource
from .real import FACES, pictures_of

POINTS = 468


def fitted(picture: np.ndarray) -> list[np.ndarray]:
    """The top of a portrait at the size of the speakers' clips."""
    width = picture.shape[1]
    return [cv2.resize(picture[: width * 288 // 360], (360, 288), interpolation=cv2.INTER_AREA)]


@pytest.fixture(scope="module")
def people() -> dict[str, list[list[np.ndarray]]]:
    clips = {name: [pictures_of(f"{name}.mp4")] for name in ("brbk7n", "lbbc2a", "lrwp9a", "sbwe5n")}
    clips["man"] = [pictures_of("pwij3p.mp4"), pictures_of("swwp2s.mp4")]
    clips["portrait"] = [fitted(cv2.imread(str(FACES / "face_upside_down.jpg"))[::-1, ::-1, ::-1])]
    clips["painting"] = [fitted(cv2.imread(str(DATA / "monalisa.jpg"))[..., ::-1])]
    return clips


@pytest.mark.parametrize(
    "chosen",
    [
        ("brbk7n", "lbbc2a", "lrwp9a", "man"),
        ("sbwe5n", "man", "portrait", "painting"),
    ],
)
def test_four_people_in_six_shots_each(
    chosen: tuple[str, ...], people: Mapping[str, list[list[np.ndarray]]], host: PlainHost
) -> None:
    pictures, labels = edited({name: people[name] for name in chosen}, np.random.default_rng(1))
    track = track_faces(DrawnSource(lambda i: pictures[i], len(pictures)), host)
    right, same, wrong, other = joined(track, labels)
    print(f"right joins {right} of {same}, wrong {wrong} of {other}")
    assert same >= 50
    assert other >= 150
    assert wrong == 0
    assert right >= 0.8 * same


def test_the_id_holds_over_the_shots_of_another(
    people: Mapping[str, list[list[np.ndarray]]], host: PlainHost
) -> None:
    """A, B, A: two people, the first in two shots and in none of the other's frames."""
    a, b = people["lbbc2a"][0], people["sbwe5n"][0]
    pictures = [*a[:8], *b[:8], *a[12:20]]
    track = track_faces(DrawnSource(lambda i: pictures[i], len(pictures)), host)
    first, second = track.persons
    assert track.cuts == (8, 16)
    assert (first.id, first.first, second.id, second.first) == (1, 0, 2, 8)
    assert first.seen.tolist() == [True] * 8 + [False] * 8 + [True] * 8
    assert second.seen.tolist() == [True] * 8
    assert not first.interpolated.any()


class _Fixed(Look):
    """A look at a place on a line."""

    def __init__(self, place: float) -> None:
        super().__init__()
        self.place = place

    def unlikeness(self, other: Look) -> float:
        assert isinstance(other, _Fixed)
        return abs(self.place - other.place)


def members(*shots: tuple[float, ...]) -> list[Member]:
    roster = Roster(Fraction(25), 8)
    for number, looks in enumerate(shots):
        if number:
            roster.new_shot()
        for column, place in enumerate(looks):
            mesh = np.random.default_rng(column).uniform(0, 90, (POINTS, 3)) + [300 * column, 0, 0]
            member = roster.claim(number * LENGTH, mesh.astype(np.float32), 0.9)
            assert member is not None
            member.look = _Fixed(place)
    return roster.members


@pytest.mark.parametrize(
    ("shots", "ids"),
    [
        (((0.0,), (0.9,)), [1]),
        (((0.0,), (1.1,)), [1, 2]),
        # A look between two people fits both.
        (((0.0, 1.6), (0.8,)), [1, 2, 3]),
        # Two faces of one shot are two people.
        (((0.0,), (-0.5, 0.5)), [1, 2, 3]),
        (((0.0, 3.0), (3.1, 0.1)), [1, 2]),
    ],
)
def test_in_doubt_nobody_is_joined(shots: tuple[tuple[float, ...], ...], ids: list[int]) -> None:
    assert [member.id for member in reunited(members(*shots))] == ids


def test_a_look_at_too_little_is_like_nobody(people: Mapping[str, list[list[np.ndarray]]]) -> None:
    assert Look().unlikeness(Look()) == float("inf")
