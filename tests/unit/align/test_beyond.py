"""Text that is longer than its sound: what is heard keeps its times, what comes after the end is left out."""

import numpy as np
import pytest

from lipsync_studio.align import pocket_aligner
from lipsync_studio.align.beyond import ended, fitting
from lipsync_studio.align.chain import AlignOptions, align, align_offline
from lipsync_studio.align.pocket_aligner import PocketAligner
from lipsync_studio.align.text import read_text
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.devtools.corpus import spoken
from lipsync_studio.engine.media.sound import Sound

from .conftest import check_order

pytestmark = pytest.mark.usefixtures("machine")

RATE = 16000
OTHER = "She sells sea shells on the shore,\nthe shells she sells are sea shells I am sure."


@pytest.fixture(scope="module")
def case():
    return spoken("american", 150).until(13)


def lines_of(case):
    return [line for line in case.lyrics.splitlines() if line]


def cut(case, seconds):
    return case.samples[: round(seconds * RATE)]


def check_heard(case, timings, seconds, within=0.15):
    """The words that have ended by then are where they were, and the text is the beginning of the lyrics."""
    words = timings.words()
    check_order(timings, seconds)
    assert [word.text for word in words] == case.lyrics.split()[: len(words)]
    assert [line.text for line in timings.lines] == lines_of(case)[: len(timings.lines)]
    heard = [truth for truth in case.truth if truth.end < seconds]
    assert len(words) >= len(heard)
    assert max(abs(a.start - b.start) for a, b in zip(words, heard, strict=False)) < within


@pytest.mark.parametrize("seconds", [3.0, 4.03, 5.3, 6.6, 8.0])
def test_a_trimmed_sound_keeps_the_times_of_what_is_heard(case, host, seconds):
    found = align(Sound(cut(case, seconds)[None], RATE), case.lyrics, host)
    assert found.timings.engine == "pocketsphinx"
    check_heard(case, found.timings, seconds)
    (said,) = [note for note in found.notes() if "the sound's end" in note]
    assert said.kind == "beyond"
    assert said.values == {"count": len(lines_of(case)) - len(found.timings.lines)}
    assert f"“{lines_of(case)[len(found.timings.lines)]}”" in said
    assert not any("not heard" in note for note in found.notes())


def test_a_song_of_many_lines_on_a_few_seconds(case, host):
    """More words than can be said in the time."""
    lyrics = f"{case.lyrics}\n" + "\n".join([OTHER] * 8)
    found = align(Sound(cut(case, 4.03)[None], RATE), lyrics, host)
    check_heard(case, found.timings, 4.03)
    assert any("lines come after the sound's end" in note and "more" in note for note in found.notes())


def test_a_long_search_knows_it_too(case, monkeypatch):
    """In its own process."""
    monkeypatch.setattr(pocket_aligner, "_LONG_BYTES", 1)
    lines = read_text(case.lyrics).lines
    found = PocketAligner().align_begun(cut(case, 4.03), lines)
    assert [word.text for word in found.words()] == case.lyrics.split()[: len(found.words())]
    assert len(found.words()) >= sum(truth.end < 4.03 for truth in case.truth)


def test_the_mouth_keeps_the_words_that_are_heard(case):
    text = read_text(case.lyrics)
    timings = align_offline(cut(case, 4.03), text.lines, [(0.0, 4.0)], text.language)
    assert timings.engine == "pocketsphinx"
    assert [word.text for word in timings.words()] == case.lyrics.split()
    check_heard(case, ended(timings, 4.03)[0], 4.03)


@pytest.mark.parametrize("seconds", [3.0, 4.03, 5.3, 8.0])
def test_the_beginning_of_another_text_is_not_found(case, seconds):
    text = read_text(f"{OTHER}\n{OTHER}")
    timings = align_offline(cut(case, seconds), text.lines, [(0.0, seconds)], text.language)
    assert timings.engine.startswith("placed by syllables")
    assert ended(timings, seconds) == (timings, [])


@pytest.mark.parametrize("engine", ["whisper", "recognised words"])
def test_other_aligners_leave_out_what_has_no_room(case, host, tiny_en_ct2, engine):
    options = AlignOptions(engine, whisper=tiny_en_ct2)
    found = align(Sound(cut(case, 8.0)[None], RATE), case.lyrics, host, options)
    check_heard(case, found.timings, 8.0, within=1.0)
    (said,) = [note for note in found.notes() if "the sound's end" in note]
    assert said.values["count"] > 0
    assert len(found.timings.lines) + said.values["count"] == len(lines_of(case))


def timed(*lines, engine="whisper"):
    return WordTimings(tuple(Line(tuple(Word(*word) for word in line)) for line in lines), "", engine)


def test_lines_without_room_are_left_out_and_named():
    timings = timed(
        [("a", 0.0, 0.5, 0.9), ("b", 0.5, 1.9, 0.8), ("c", 1.9, 1.95, 0.0)],
        [("d", 1.95, 1.97, 0.0)],
        [("e", 1.97, 2.0, 0.0)],
    )
    found, notes = ended(timings, 2.0)
    assert notes == [
        "The sound ends within the line “a b c”; 2 lines come after the sound's end and are left out: "
        "“d”; “e”."
    ]
    assert [line.text for line in found.lines] == ["a b c"]
    check_order(found, 2.0)
    assert [word.start for word in found.words()[:2]] == [0.0, 0.5]


def test_unheard_lines_that_have_room_stay():
    timings = timed([("a", 0.0, 0.5, 0.9)], [("b", 1.0, 1.3, 0.0)])
    assert ended(timings, 9.0) == (timings, [])
    unheard = timed([("a", 0.0, 0.5, 0.0)])
    assert ended(unheard, 0.5) == (unheard, [])
    estimate = timed([("a", 0.0, 0.5, 0.2)], engine="placed by syllables")
    assert ended(estimate, 0.5) == (estimate, [])


def test_one_line_is_one():
    timings = timed([("a", 0.0, 1.99, 0.9)], [("b", 1.99, 2.0, 0.0)])
    assert ended(timings, 2.0)[1] == ["1 line comes after the sound's end and is left out: “b”."]
    assert ended(timed([("a", 0.0, 1.9, 0.9), ("b", 1.99, 2.0, 0.0)]), 2.0)[1] == [
        "The sound ends within the line “a b”."
    ]


def test_as_many_lines_as_there_may_be():
    lines = read_text("a b c\nd e\nf").lines
    assert [len(fitting(lines, most)) for most in (0, 3, 4, 5, 6, 9)] == [1, 1, 1, 2, 3, 3]
    assert fitting(lines, 6) is lines


def test_silence_after_the_words_is_no_hindrance(case):
    samples = np.concatenate([cut(case, 4.03), np.zeros(2 * RATE, np.float32)])
    timings = align_offline(samples, read_text(case.lyrics).lines, [(0.0, 4.0)])
    assert timings.engine == "pocketsphinx"
