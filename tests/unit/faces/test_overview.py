"""Who is in a clip, for people to choose from."""

from fractions import Fraction

import numpy as np

from lipsync_studio.engine.faces.draw import draw_track
from lipsync_studio.engine.faces.overview import people, picked_frames
from lipsync_studio.engine.faces.track import FaceTrack, Person


def person(id_, frames, x=100.0, side=50.0):
    """Seen in some frames of a hundred; the face grows a little with time."""
    first, rows = min(frames), max(frames) - min(frames) + 1
    boxes, scores = np.zeros((rows, 4), np.float32), np.zeros(rows, np.float32)
    for frame in frames:
        grown = side + frame / 10
        boxes[frame - first], scores[frame - first] = (x, 100, x + grown, 100 + grown), 1
    return Person(id_, first, boxes, np.zeros((rows, 468, 3), np.float32), scores, np.zeros(rows, bool))


def track(*persons, cuts=()):
    return FaceTrack(persons, 100, (640, 360), Fraction(25), "key", cuts=cuts)


def test_as_few_pictures_as_show_everybody():
    together = track(person(1, range(100)), person(2, range(40, 60), x=400))
    (frame,) = picked_frames(together)
    assert 40 <= frame < 60
    apart = track(person(1, range(50)), person(2, range(50, 100)))
    assert picked_frames(apart) == [49, 99]
    assert picked_frames(track()) == [50]
    crowd = track(*(person(at + 1, range(at * 5, at * 5 + 5)) for at in range(20)))
    assert len(picked_frames(crowd)) == 8


def test_when_and_in_which_shots_each_is_seen():
    # A gap of 8 frames is none; one of 30 is.
    one = person(1, [*range(10), *range(18, 30), *range(60, 70)])
    found = people(track(one, person(2, range(50, 100)), cuts=(25, 50, 75)))
    assert found == [
        {"id": 1, "spans": [[0.0, 1.2], [2.4, 2.8]], "shots": [1, 2, 3]},
        {"id": 2, "spans": [[2.0, 4.0]], "shots": [3, 4]},
    ]


def test_a_track_is_told_in_one_line():
    told = repr(track(person(1, range(100)), person(2, range(40, 60))))
    assert told == "FaceTrack(persons 1, 2; 100 frames, 640x360, 25 fps)"
    assert repr(person(2, range(40, 60))) == "Person(2, frames 40 to 59)"


def test_ids_are_readable_however_small_the_face():
    """A label is a block of the person's colour of a twentieth of the height, seen at a node's size."""
    small = track(person(1, range(100), side=24))
    picture = draw_track(np.zeros((1080, 1920, 3), np.uint8), small, 50)
    blue = np.all(picture == (86, 180, 233), axis=2)
    assert (blue.sum(axis=1) > 20).sum() >= 1080 * 0.05
