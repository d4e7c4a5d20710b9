"""Edits made by hand, applied to the timings they were made for and to others."""

import json
from dataclasses import replace

import pytest

from lipsync_studio.align.edits import (
    Edits,
    Entry,
    apply_edits,
    entries_of,
    fingerprint,
    parse_edits,
    place,
    voices_of,
)
from lipsync_studio.align.listing import listing_of, timings_of
from lipsync_studio.align.words import Line, Phone, Syllable, Word, WordTimings
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.errors import TextError

SHARED = json.loads((ROOT / "tests" / "data" / "editor" / "edits.json").read_text(encoding="utf-8"))


def entry(saved):
    text, start, end, first, space = saved
    return Entry(text, start, end, bool(first), bool(space))


def listed(words, voices):
    """The timings that have these entries."""
    return timings_of(
        {"words": words, "voices": voices or [""] * len(words), "syllables": {}, "language": ""}
    )


def saved_text(base, *edits):
    return json.dumps({"version": 1, "base": base, "edits": edits})


@pytest.mark.parametrize("case", SHARED["cases"], ids=lambda case: case["name"])
def test_cases_shared_with_the_page(case):
    words = case.get("base", SHARED["base"])
    base = [entry(one) for one in words]
    mark = fingerprint(base)
    edits = parse_edits(saved_text(mark if case["same"] else "other", *case["edits"]))
    duration = case.get("duration", SHARED["duration"])
    placed, refused = place(base, edits, mark, duration, case.get("voices", ()))
    assert [one.entry[:5] for one in placed] == [entry(one)[:5] for one in case["words"]]
    assert [[edits.edits.index(one.edit), one.reason] for one in refused] == case["refused"]
    applied = apply_edits(listed(words, case.get("voices")), edits, duration / 1000).timings
    sung = {
        (entry.text, entry.start): voice
        for entry, voice in zip(entries_of(applied), voices_of(applied), strict=True)
    }
    assert [sung[text, start] for text, start, *_ in case["words"]] == case.get(
        "sung", [""] * len(case["words"])
    )


def test_lines_that_have_changed_places_come_in_order_of_time():
    words = [["Hey", 1000, 1400, 1, 1], ["Me", 1500, 1900, 1, 1]]
    edits = saved_text("other", {"at": 1, "was": [words[1]], "now": [["Me", 500, 900, 1, 1]]})
    applied = apply_edits(listed(words, ["Anna", "Ben"]), parse_edits(edits), 5.0).timings
    assert [(line.text, line.voice) for line in applied.lines] == [("Me", "Ben"), ("Hey", "Anna")]


def test_the_page_learns_what_is_doubtful_who_sings_and_where_syllables_begin(song):
    first, last = song.lines
    guessed = replace(song, lines=(first, Line((*last.words, Word("on", 3.4, 3.6, 0.2)), None)))
    listing = json.loads(json.dumps(listing_of(guessed)))
    assert listing["voices"] == ["Anna", "Anna", "", ""]
    assert listing["doubts"] == [0, 0, 0, 2]
    assert listing_of(replace(song, lines=(Line((Word("Slow", 1.0, 1.4, 0.35),)),)))["doubts"] == [1]
    assert listing["syllables"] == {"1": [["ri", 1500, 1750], ["ver", 1750, 2000]]}
    again = timings_of(listing)
    assert (again.language, voices_of(again)) == ("en", listing["voices"])
    assert again.lines[0].words[1].syllables == song.lines[0].words[1].syllables
    assert fingerprint(entries_of(again)) == listing["base"]


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
        '{"version": 1, "base": "", "edits": [{"at": 0, "was": [], "now": [["a", 0, 1, 1, 1, 5]]}]}',
        '{"version": 1, "base": "", "edits": [{"at": 0, "was": [], "now": [["a", 0, 1, 1, 1, "b", "c"]]}]}',
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
