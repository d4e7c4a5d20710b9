"""What `dev.py bench align` holds, and how it knows how long a cancel waits."""

import numpy as np
import pytest

from lipsync_studio.align.words import Word
from lipsync_studio.devtools.bench import align
from lipsync_studio.devtools.bench.align_long import _Watched
from lipsync_studio.devtools.corpus import Case, songs
from lipsync_studio.devtools.corpus.songs import Song
from lipsync_studio.engine.errors import Cancelled

KIND = "sung"


def row(later=0.0, fewer=0.0, engine="auto"):
    """A kind's result, worse than the table by `later` seconds and by `fewer` of the words."""
    median, within = align.HELD[KIND]
    return {"case": KIND, "engine": engine, "median": median + later, "within_300": within - fewer}


def held(*rows):
    return [*align.bounds(rows).values()]


def test_what_is_as_good_as_the_table_holds():
    assert held(row()) == [True]
    assert held(row(-0.01), row(0.01)) == [True]
    assert held(row(0.01)) == [False]
    assert held(row(fewer=0.04)) == [False]
    assert held(row(), {"case": KIND, "engine": "auto", "failed": "given up"}) == [False]
    assert held(row(0.5, engine="whisper")) == []


def test_a_long_song_is_one_after_the_other(monkeypatch):
    one = Case(
        np.zeros(2 * songs.RATE, np.float32), (Word("la", 0.5, 1.0), Word("li", 1.0, 1.5)), "la\nx\nli", "a"
    )
    monkeypatch.setattr(songs, "song", lambda *_: Song(one, (0, None, 1)))
    made = songs.long_song("de", 6.0, times=2)
    assert made.source == (0, None, 1, 2, None, 3)
    assert made.case.lyrics.split() == ["la", "x", "li"] * 2
    assert [word.start for word in made.case.truth] == [0.5, 1.0, 2.5, 3.0]


def test_every_look_is_noted_and_half_way_through_a_stage_it_is_cancelled():
    with _Watched("second") as host:
        host.progress("first", 1, 2)
        host.check_cancelled()
        host.progress("second", 0, 2)
        assert [wait.stage for wait in host.looks.waits] == ["loading", "first", "first"]
        assert not host.stop.is_set()
        host.progress("second", 1, 2)
        assert host.stop.wait(60)
        with pytest.raises(Cancelled):
            host.check_cancelled()
        assert host.asked > 0
