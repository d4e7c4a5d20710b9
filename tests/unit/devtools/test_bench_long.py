"""`dev.py bench long`, on seconds of footage."""

from __future__ import annotations

import pytest

from lipsync_studio.devtools.bench import hours, media


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(media, "FOLDER", tmp_path_factory.mktemp("bench"))
    yield media.one_group(60)
    patch.undo()


def test_passes_of_a_clip_and_its_sound(clip):
    sound = media.verse(3)
    assert sound.duration == 3
    passes = hours.passes(clip, sound)
    assert list(passes) == [
        "scan", "scan again", "timeline", "timeline at another rate", "resampling", "voice activity",
    ]  # fmt: skip
    assert all(seconds > 0 for seconds in passes.values())


def test_a_group_of_pictures_is_decoded_twice(clip):
    assert hours.backwards(clip) == {"frames": 60, "decoded per frame": pytest.approx(2, abs=0.05)}


def test_faces_take_about_the_size_of_their_track():
    taken = hours.faces(shots=5, length=40)
    assert 1 <= taken["held to track"] < 1.25


def test_an_answer_is_the_time_from_the_cancel_to_the_end():
    def work(host):
        while True:
            host.check_cancelled()

    assert hours._answer(work, 0.1) > 0
    assert hours._answer(lambda host: None, 60) is None
