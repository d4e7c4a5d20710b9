"""This project's JSON, and what Whisper programs write."""

import json

import pytest

from lipsync_studio.align.formats import WriteOptions, parse, serialise
from lipsync_studio.align.words import Line, Syllable, Word, WordTimings
from lipsync_studio.engine.errors import LyricsFormatError


def words_of(content):
    read = parse(json.dumps(content), "json")
    return [
        [(w.text, w.start, w.end, w.confidence, w.space) for w in line.words] for line in read.timings.lines
    ]


def test_the_documented_form():
    timings = WordTimings(
        (Line((Word("Slow", 1.0004, 1.5, 0.98765), Word("river,", 1.5, 2.0))), Line((Word("deep", 3, 4),))),
        "en",
        "pocketsphinx",
    )
    assert json.loads(serialise(timings, "json")) == {
        "language": "en",
        "engine": "pocketsphinx",
        "lines": [
            {
                "words": [
                    {"text": "Slow", "start": 1.0, "end": 1.5, "confidence": 0.988},
                    {"text": "river,", "start": 1.5, "end": 2.0, "confidence": 1.0},
                ]
            },
            {"words": [{"text": "deep", "start": 3.0, "end": 4.0, "confidence": 1.0}]},
        ],
    }
    read = parse(serialise(timings, "json"))
    assert (read.format, read.precision, read.problems) == ("json", "word", ())
    assert (read.timings.language, read.timings.engine) == ("en", "pocketsphinx")


def test_what_else_a_line_may_hold():
    word = Word("愛して", 1, 2, space=False, syllables=(Syllable("愛", 1, 1.5), Syllable("して", 1.5, 2)))
    timings = WordTimings((Line((word, Word("る", 2, 3)), "Anna"),))
    read = parse(serialise(timings, "json", WriteOptions(tags={"title": "T"})))
    assert read.timings.lines == timings.lines
    assert read.tags == {"title": "T"}


@pytest.mark.parametrize(
    ("said", "voice"), [("v1", "v1"), (" Anna ", "Anna"), ("", None), ("  ", None), (None, None), (1, None)]
)
def test_a_line_may_say_who_sings_it(said, voice):
    line = {"voice": said, "words": [{"text": "la", "start": 1, "end": 2}]}
    read = parse(json.dumps({"lines": [line, {"words": line["words"]}]}))
    assert [one.voice for one in read.timings.lines] == [voice, None]
    assert parse(serialise(read.timings, "json")).timings == read.timings


def test_whisper():
    content = {
        "text": " Slow river.",
        "language": "en",
        "segments": [
            {
                "id": 0, "start": 0.5, "end": 2.0, "text": " Slow river.",
                "words": [
                    {"word": " Slow", "start": 0.5, "end": 1.0, "probability": 0.9},
                    {"word": " riv", "start": 1.0, "end": 1.5, "probability": 0.8},
                    {"word": "er.", "start": 1.5, "end": 2.0, "probability": 0.7},
                ],
            },
            {"id": 1, "start": 3.0, "end": 4.0, "text": " Deep."},
        ],
    }  # fmt: skip
    assert words_of(content) == [
        [("Slow", 0.5, 1.0, 0.9, True), ("riv", 1.0, 1.5, 0.8, False), ("er.", 1.5, 2.0, 0.7, True)],
        [("Deep.", 3.0, 4.0, 0.25, True)],
    ]
    assert parse(json.dumps(content)).timings.language == "en"


def test_stripped_words_are_spaced_as_their_script_is():
    """whisper-timestamped, WhisperX."""

    def segment(*texts):
        words = [{"text": text, "start": n, "end": n + 1, "confidence": 0.5} for n, text in enumerate(texts)]
        return {"segments": [{"start": 0, "end": 9, "words": words}]}

    assert parse(json.dumps(segment("Slow", "river"))).text == "Slow river"
    assert parse(json.dumps(segment("桜", "の", "花"))).text == "桜の花"


def test_words_without_times_share_what_is_between_their_neighbours():
    """WhisperX leaves out the times of numerals."""
    words = [{"word": "in", "start": 1, "end": 2, "score": 0.9}, {"word": "19"}, {"word": "99"}]
    words.append({"word": "men", "start": 4, "end": 5, "score": 0.9})
    content = {"segments": [{"start": 1, "end": 5, "text": "in 19 99 men", "words": words}]}
    assert [[word[:4] for word in line] for line in words_of(content)] == [
        [("in", 1.0, 2.0, 0.9), ("19", 2.0, 3.0, 0.25), ("99", 3.0, 4.0, 0.25), ("men", 4.0, 5.0, 0.9)]
    ]
    assert len(parse(json.dumps(content)).problems) == 2


def test_words_listed_beside_segments():
    content = {
        "segments": [{"start": 0, "end": 2, "text": "one two"}, {"start": 2, "end": 4, "text": "three"}],
        "words": [{"word": word, "start": n, "end": n + 1} for n, word in enumerate(["one", "two", "three"])],
    }
    assert parse(json.dumps(content)).text == "one two\nthree"


def test_a_list_of_words_is_set_in_lines():
    texts = ["Slow", "is", "the", "river.", "Deep", "is", "the", "water"]
    content = [
        {"value": text, "start": n + (n > 5) * 3, "end": n + 1 + (n > 5) * 3} for n, text in enumerate(texts)
    ]
    read = parse(json.dumps(content))
    assert (read.precision, read.text) == ("word", "Slow is the river.\nDeep is\nthe water")


def test_a_list_of_lines():
    content = [{"value": "Slow is the river", "start": 1, "end": 3}, {"value": "Deep", "start": 4, "end": 5}]
    read = parse(json.dumps(content))
    assert (read.precision, read.text) == ("line", "Slow is the river\nDeep")


def test_whisper_cpp():
    content = {"transcription": [{"offsets": {"from": 1500, "to": 2500}, "text": " Slow is the river"}]}
    (line,) = parse(json.dumps(content)).timings.lines
    assert (line.start, line.end, line.text) == (1.5, 2.5, "Slow is the river")


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("1.5", "2.0", (1.5, 2.0)),
        (" 1,5 ", "2", (1.5, 2.0)),
        ("1.5s", "2s", (1.5, 2.0)),
        ("00:00:01,500", "00:00:02.000", (1.5, 2.0)),
        ("1e0", "20E-1", (1.0, 2.0)),
    ],
)
def test_times_as_strings(start, end, seconds):
    word = {"word": " la", "start": start, "end": end}
    for content in ({"segments": [{"start": start, "end": end, "text": "la", "words": [word]}]}, [word]):
        read = parse(json.dumps(content))
        assert [(w.start, w.end) for w in read.timings.words()] == [seconds]
        assert (read.precision, read.problems) == ("word", ())


@pytest.mark.parametrize("lost", [float("nan"), "NaN", "inf", float("inf"), None, "soon", True, [], 10**12])
def test_times_that_are_none(lost):
    """A segment and a word lie between their neighbours."""
    word = {"start": 5, "end": 6, "text": "la"}
    content = {"segments": [{**word, "start": 1, "end": 2}, {**word, "text": "le", "start": lost}, word]}
    read = parse(json.dumps(content))
    assert [(line.start, line.end, line.text) for line in read.timings.lines] == [
        (1, 2, "la"), (2, 5, "le"), (5, 6, "la"),
    ]  # fmt: skip
    assert "segment 2 has no time" in str(read.problems[0])
    alone = parse(json.dumps({"segments": [{**word, "start": lost}]}))
    assert (alone.precision, alone.text, alone.timings.lines) == ("none", "la", ())


def test_what_does_not_belong_is_reported():
    content = {
        "language": 7,
        "lines": [
            "text",
            {"words": []},
            {"words": [{"text": "ok", "start": 1, "end": 0.5, "confidence": 7}, {"start": 1}, None]},
            {"words": [{"text": "late", "start": float("nan"), "end": float("inf")}]},
        ],
    }
    read = parse(json.dumps(content))
    assert [(w.text, w.start, w.end, w.confidence) for w in read.timings.words()] == [
        ("ok", 1.0, 1.0, 1.0), ("late", 1.0, 3.0, 0.25),
    ]  # fmt: skip
    assert [str(problem) for problem in read.problems] == [
        "The line 1 is not an object; it is left out.",
        "The line 2 has neither words nor a text; it is left out.",
        "Word 2 of line 3 has no text; it is left out.",
        "Word 3 of line 3 has no text; it is left out.",
        "Word 1 of line 4 has no time; it is placed between its neighbours.",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"lines": [\n{"words": ]}', "broken in line 2, column 11"),
        ("{}", "holds no lyrics"),
        ("7", "holds no lyrics"),
        ('{"segments": "none"}', "holds no lyrics"),
        ('{"lines":' + "[" * 100_000, "nested too deeply"),
        ('{"lines": [{"start": ' + "9" * 5000 + "}]}", "numbers are too long"),
    ],
)
def test_what_is_no_lyrics_is_one_sentence(text, message):
    with pytest.raises(LyricsFormatError, match=message):
        parse(text, "json")
