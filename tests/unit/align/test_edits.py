"""Edits made by hand, applied to the timings they were made for and to others."""

import json

import pytest

from lipsync_studio.align.edits import (
    Edits,
    Entry,
    apply_edits,
    entries_of,
    fingerprint,
    parse_edits,
    place,
)
from lipsync_studio.align.words import Line, Phone, Syllable, Word, WordTimings
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.errors import TextError

SHARED = json.loads((ROOT / "tests" / "data" / "editor" / "edits.json").read_text(encoding="utf-8"))


def entry(saved):
    text, start, end, first, space = saved
    return Entry(text, start, end, bool(first), bool(space))


def saved_text(base, *edits):
    return json.dumps({"version": 1, "base": base, "edits": edits})


@pytest.mark.parametrize("case", SHARED["cases"], ids=lambda case: case["name"])
def test_cases_shared_with_the_page(case):
    base = [entry(one) for one in case.get("base", SHARED["base"])]
    mark = fingerprint(base)
    edits = parse_edits(saved_text(mark if case["same"] else "other", *case["edits"]))
    placed, refused = place(base, edits, mark, case.get("duration", SHARED["duration"]))
    assert [one.entry for one in placed] == [entry(one) for one in case["words"]]
    assert [[edits.edits.index(one.edit), one.reason] for one in refused] == case["refused"]


@pytest.fixture
def song():
    phones = (Phone("R", 1.5, 1.6), Phone("IH", 1.6, 2.0))
    syllables = (Syllable("ri", 1.5, 1.75), Syllable("ver", 1.75, 2.0))
    return WordTimings(
        (
            Line((Word("Slow", 1.0004, 1.4), Word("river", 1.5, 2.0, 0.6, phones, True, syllables)), "Anna"),
            Line((Word("Run", 3.0, 3.3, 0.7),), "Ben"),
        ),
        "en",
        "pocketsphinx",
    )


def river(start, end, text="river", first=0):
    return {"at": 1, "was": [["river", 1500, 2000, 0, 1]], "now": [[text, start, end, first, 1]]}


def edited(song, *edits):
    saved = parse_edits(saved_text(fingerprint(entries_of(song)), *edits))
    return apply_edits(song, saved, 5.0)


def test_without_edits_the_very_timings_pass(song):
    applied = apply_edits(song, parse_edits("  "), 5.0)
    assert applied.timings is song
    assert applied.report() == "No edits: the words pass as they come in."


def test_what_is_timed_inside_a_word_moves_and_stretches_with_it(song):
    timings = edited(song, river(1600, 2600)).timings
    word = timings.lines[0].words[1]
    assert (word.start, word.end, word.confidence) == (1.6, 2.6, 1.0)
    assert [(phone.start, phone.end) for phone in word.phones] == [
        (pytest.approx(1.6), pytest.approx(1.8)),
        (pytest.approx(1.8), pytest.approx(2.6)),
    ]
    assert [(part.text, part.start) for part in word.syllables] == [
        ("ri", pytest.approx(1.6)),
        ("ver", pytest.approx(2.1)),
    ]
    # Others keep what rounding to milliseconds would lose.
    assert timings.lines[0].words[0] is song.lines[0].words[0]
    assert (timings.lines[1], timings.language, timings.engine) == (song.lines[1], "en", "pocketsphinx")


def test_another_text_has_no_sounds_of_the_old_one(song):
    word = edited(song, river(1500, 2000, "rover")).timings.lines[0].words[1]
    assert word == Word("rover", 1.5, 2.0)


def test_a_line_made_of_a_line_has_its_voice(song):
    timings = edited(song, river(1500, 2000, first=1)).timings
    assert [(line.text, line.voice) for line in timings.lines] == [
        ("Slow", "Anna"),
        ("river", "Anna"),
        ("Run", "Ben"),
    ]
    # Only the line is new, so the aligner's findings hold.
    assert timings.lines[1].words[0] is song.lines[0].words[1]


def test_the_report_names_what_no_longer_fits(song):
    edits = Edits("other", parse_edits(saved_text("other", river(1550, 2000))).edits)
    other = WordTimings((Line((Word("Slow", 1.0, 1.4), Word("stream", 1.5, 2.0))),))
    applied = apply_edits(other, edits, 5.0)
    assert applied.timings.lines == other.lines
    assert applied.report() == (
        "Edits: 0 applied, 1 no longer fit.\n“river” at 1.500 s: its words are no longer there."
    )


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[]",
        "3",
        '{"version": 2, "base": "", "edits": []}',
        '{"version": 1, "base": "", "edits": [{"at": -1, "was": [], "now": []}]}',
        '{"version": 1, "base": "", "edits": [{"at": 0, "was": [["a", 0, 1, 1]], "now": []}]}',
        '{"version": 1, "base": "", "edits": [{"at": 0, "was": [], "now": [["a", 2, 1, 1, 1]]}]}',
        '{"version": 1, "base": "", "edits": [{"at": 0, "was": [], "now": [["a", 0, NaN, 1, 1]]}]}',
        "[" * 100_000,
    ],
)
def test_a_text_that_no_editor_wrote_is_refused(text):
    with pytest.raises(TextError, match="open the editor and save them anew"):
        parse_edits(text)


def test_the_fingerprint_tells_words_times_and_lines_apart(song):
    entries = entries_of(song)
    marks = {fingerprint(entries)}
    for change in ({"text": "x"}, {"start": 1001}, {"end": 1401}, {"first": False}, {"space": False}):
        marks.add(fingerprint([entries[0]._replace(**change), *entries[1:]]))
    assert len(marks) == 6
    assert entries[0] == Entry("Slow", 1000, 1400, True, True)
