"""What is kept of persons while a clip is read: as much as is seen of them, and every row as it was put."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import numpy as np
import pytest

from lipsync_studio.engine.errors import Cancelled
from lipsync_studio.engine.faces.finish import finish
from lipsync_studio.engine.faces.roster import Member, Roster
from lipsync_studio.engine.faces.track import Person
from lipsync_studio.engine.host.plain import PlainHost

FPS = Fraction(25)
POINTS = 468
# What the face track may take of each face and frame, and what a person may take beside.
ROW, EACH = 8 << 10, 64 << 10


def face(seed: int) -> np.ndarray:
    """A mesh about 300 pixels wide, another one for each seed."""
    return np.random.default_rng(seed).uniform(0, 300, (POINTS, 3)).astype(np.float32)


@contextmanager
def peak() -> Iterator[list[int]]:
    """The most bytes that Python and NumPy hold at once in the block, in excess of its start."""
    tracemalloc.start()
    bytes_held: list[int] = []
    try:
        yield bytes_held
        bytes_held.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def size_of(persons: tuple[Person, ...]) -> int:
    return sum(p.boxes.nbytes + p.meshes.nbytes + p.scores.nbytes + p.interpolated.nbytes for p in persons)


def test_a_person_in_every_shot_takes_what_is_seen_of_them():
    """Ten minutes with a cut and a stranger every two seconds."""
    shots, length = 300, 50
    mesh = face(0)
    with peak() as held:
        roster = Roster(FPS, 8)
        for shot in range(shots):
            roster.new_shot()
            member = roster.claim(shot * length, mesh, 0.9)
            assert member is not None
            for frame in range(shot * length + 1, (shot + 1) * length):
                member.put(frame, mesh + np.float32(shot), 0.9)
        cuts = list(range(length, shots * length, length))
        persons = finish(roster.members, cuts, shots * length, FPS, 0.4, smooth=False)
    assert [(p.first, len(p.scores)) for p in persons] == [(s * length, length) for s in range(shots)]
    assert persons[7].meshes[3] == pytest.approx(mesh + 7)
    assert held[0] <= ROW * shots * length + EACH * shots
    assert held[0] <= 1.2 * size_of(persons) + EACH * shots


def test_one_person_throughout_is_never_held_twice():
    frames = 1500
    wobble = np.random.default_rng(1).normal(0, 0.5, (frames, 1, 3)).astype(np.float32)
    with peak() as held:
        roster = Roster(FPS, 8)
        member = roster.claim(0, face(0), 0.9)
        assert member is not None
        for frame in range(1, frames):
            member.put(frame, face(0) + wobble[frame], 0.9)
        (person,) = finish(roster.members, [], frames, FPS, 0.4, smooth=True)
    assert len(person.scores) == frames
    # Smoothing works on 64 rows at once, in float64.
    assert held[0] <= ROW * frames + 16 * 64 * POINTS * 3 * 8


def test_an_absence_takes_nothing():
    away = 50_000
    with peak() as held:
        member = Member(1, 0, POINTS)
        for frame in [*range(25), *range(away, away + 25)]:
            member.put(frame, face(0), 0.9)
    assert held[0] < ROW * 50 + EACH
    assert not member.has(away // 2)
    assert member.has(away)
    assert member.last == away + 24


@pytest.mark.parametrize("seed", range(8))
def test_rows_are_as_they_were_put(seed):
    """Against an array over the whole clip: steps forward, absences short and long, who comes back followed
    back for up to eight frames, faces that turn out to be somebody else's."""
    random = np.random.default_rng(seed)
    frames = 400
    meshes, scores = np.zeros((frames, POINTS, 3), np.float32), np.zeros(frames, np.float32)
    first = int(random.integers(0, 8))
    frame = first + int(random.integers(0, 8))
    member = Member(1, first, POINTS)
    earliest = first

    def put(at: int) -> None:
        meshes[at], scores[at] = face(seed * 1000 + at), random.uniform(0.5, 1)
        member.put(at, meshes[at], float(scores[at]), earliest)

    while frame < frames:
        put(frame)
        for before in range(frame - 1, earliest - 1, -1):
            if member.has(before) or random.random() < 0.2:
                break
            put(before)
        if random.random() < 0.1:
            member.drop(frame)
            scores[frame] = 0
        step = int(random.choice([1, 1, 1, 1, 1, 2, 7, 9, 10, 40]))
        frame += step
        earliest = max(frame - 8, member.first)
    assert [member.has(at) for at in range(frames)] == (scores > 0).tolist()
    for at in np.flatnonzero(scores).tolist():
        assert np.array_equal(member.mesh(at), meshes[at])
    start, kept, kept_scores = member.release()
    assert start == first
    assert np.array_equal(kept, meshes[first : first + len(kept)])
    assert np.array_equal(kept_scores, scores[first : first + len(kept)])
    assert not scores[first + len(kept) :].any()
    kept += 1  # the caller's to change


def test_smoothing_a_long_run_shows_progress_and_can_be_cancelled(monkeypatch):
    monkeypatch.setattr("lipsync_studio.engine.host.reporter._INTERVAL", 0)
    cancel = threading.Event()
    seen = []

    class Watching(PlainHost):
        def progress(self, stage, done, total, preview=None, *, unit="frames"):
            super().progress(stage, done, total, preview, unit=unit)
            seen.append((stage, done, total))
            if done >= 128:
                cancel.set()

    member = Member(1, 0, POINTS)
    for frame in range(400):
        member.put(frame, face(0) + np.float32(frame % 3), 0.9)
    with Watching("cpu", cancel=cancel) as host, pytest.raises(Cancelled):
        finish([member], [], 400, FPS, 0.4, True, host)
    assert seen[-1] == ("Smoothing faces", 128, 400)
