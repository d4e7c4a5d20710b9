from __future__ import annotations

import random
import re
import statistics
from collections.abc import Sequence

import numpy as np
import pytest

from lipsync_studio.align.match import Match, band
from lipsync_studio.align.match import match_lyrics as match_lines
from lipsync_studio.align.text import read_text
from lipsync_studio.align.words import Word
from lipsync_studio.devtools import corpus

VERSES = (
    "Over the river and through the wood\nTo grandfather's house we go\n"
    "The horse knows the way to carry the sleigh\nThrough the white and drifted snow",
    "The boy stood on the burning deck\nWhence all but he had fled\n"
    "The flame that lit the battle's wreck\nShone round him over the dead",
    "I wandered lonely as a cloud\nThat floats on high over vales and hills\n"
    "When all at once I saw a crowd\nA host of golden daffodils",
)
CHORUS = (
    "Row, row, row your boat\nGently down the stream\nMerrily, merrily, merrily, merrily\nLife is but a dream"
)
SYLLABLES = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "ll", "rk", "st", "mp")]
SONG = "\n\n".join(part for verse in VERSES for part in (f"[Verse]\n{verse}", f"[Chorus]\n{CHORUS}"))


def end_of(truth: tuple[Word, ...]) -> float:
    return truth[-1].end + 5.0


def heard(text: str, start: float = 1.0, length: float = 0.4) -> list[Word]:
    """Words in a row, each as long."""
    return [
        Word(word, start + at * length, start + (at + 1) * length) for at, word in enumerate(text.split())
    ]


def match_lyrics(lyrics: str, recognised: Sequence[Word], duration: float, language: str = "") -> Match:
    return match_lines(read_text(lyrics, language).lines, recognised, duration, language=language)


def coverage(words: Sequence[Word]) -> float:
    """The share of words that something recognised was taken for."""
    return statistics.fmean(word.confidence > 0.5 for word in words)


def starts(match: Match) -> dict[str, float]:
    return {word.text: round(word.start, 2) for word in match.timings.words()}


def check(match: Match, lyrics: str, duration: float, language: str = "") -> None:
    """Every word in order, inside the sound, one after the other."""
    lines = read_text(lyrics, language).lines
    assert [[w.text for w in line.words] for line in match.timings.lines] == [
        [w.display for w in line.words] for line in lines
    ]
    words = match.timings.words()
    assert words[0].start >= 0
    assert words[-1].end <= duration + 1e-9
    for word, following in zip(words, [*words[1:], None], strict=True):
        assert word.start <= word.end
        assert 0.0 <= word.confidence <= 1.0
        if following:
            assert word.end <= following.start + 1e-9


def within(truth: tuple[Word, ...], match: Match) -> float:
    return corpus.errors(truth, match.timings).within_300


def test_the_exact_text_is_matched_entirely():
    truth = corpus.performed(SONG)
    match = match_lyrics(SONG, truth, end_of(truth))
    check(match, SONG, end_of(truth))
    for word, true in zip(match.timings.words(), truth, strict=True):
        assert word.start == pytest.approx(true.start, abs=1e-6)
        assert word.confidence == 1.0


@pytest.mark.parametrize(("errors", "least"), [(0.1, 0.97), (0.3, 0.9), (0.5, 0.8)])
def test_recognition_with_errors(errors: float, least: float):
    shares = []
    for seed in range(10):
        truth = corpus.performed(SONG, seed)
        match = match_lyrics(SONG, corpus.misheard(truth, errors, seed), end_of(truth))
        check(match, SONG, end_of(truth))
        shares.append(within(truth, match))
    assert statistics.fmean(shares) >= least


def test_lyrics_with_wrong_missing_and_extra_words():
    shares = []
    for seed in range(10):
        truth = corpus.performed(SONG, seed)
        typed, source = corpus.garbled(re.sub(r"\[.*\]", "", SONG), 0.15, seed)
        match = match_lyrics(typed, corpus.misheard(truth, 0.15, seed), end_of(truth))
        check(match, typed, end_of(truth))
        shares.append(corpus.errors(truth, match.timings, source).within_300)
    assert statistics.fmean(shares) >= 0.93
    assert min(shares) >= 0.9


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_chorus_that_was_not_recognised_is_the_right_one(missing: int):
    """The others stay where they are, whichever of the equal ones is missing."""
    truth = corpus.performed(SONG, seed=4)
    chorus = len(CHORUS.split())
    verses = [len(verse.split()) for verse in VERSES]
    first = sum(verses[: missing + 1]) + missing * chorus
    gap = range(first, first + chorus)
    kept = tuple(word for at, word in enumerate(truth) if at not in gap)
    match = match_lyrics(SONG, corpus.misheard(kept, 0.1), end_of(truth))
    check(match, SONG, end_of(truth))
    words = match.timings.words()
    errors = [abs(words[at].start - truth[at].start) for at in range(len(truth)) if at not in gap]
    assert np.mean(np.array(errors) <= 0.3) > 0.95
    unsure = [at for at, line in enumerate(match.timings.lines) if coverage(line.words) < 0.4]
    assert {at // 8 for at in unsure} == {missing}
    # Nothing of it reaches into what was recognised.
    assert words[gap[0]].start >= truth[gap[0] - 1].start
    if gap[-1] + 1 < len(words):
        assert words[gap[-1]].end <= truth[gap[-1] + 1].start + 0.2


def test_lines_that_are_not_sung_don_t_move_the_others():
    truth = corpus.performed(SONG, seed=3)
    unsung = (
        VERSES[0] + "\n" + "\n".join(f"An unsung line of number {name}" for name in ("one", "two", "six"))
    )
    typed = SONG.replace(VERSES[0], unsung)
    match = match_lyrics(typed, corpus.misheard(truth, 0.1), end_of(truth))
    check(match, typed, end_of(truth))
    extra = len(unsung.split()) - len(VERSES[0].split())
    first = len(VERSES[0].split())
    words = match.timings.words()
    sung = words[:first] + words[first + extra :]
    assert np.mean([abs(w.start - t.start) <= 0.3 for w, t in zip(sung, truth, strict=True)]) > 0.95


@pytest.mark.parametrize(
    ("lyrics", "said"),
    [
        ("Gonna party like it's 1999", "going to party like its nineteen ninety nine"),
        ("I was born in ninety nine", "I was born in 99"),
        ("We are number one", "We're number 1"),
        ("Runnin' and lovin' 'cause I can", "running and loving because I can"),
        ("Sooooo loooong my friend", "so long my friend"),
        ("I don't know why you can't", "I do not know why you cannot"),
        ("Everyday some one calls", "every day someone calls"),
        ("ROCK-N-ROLL is here", "rock n roll is here"),
        ("The café façade déjà vu", "the cafe facade deja vu"),
        ("“Hey!” — she said…", "hey she said"),
        ("24/7 & more", "twenty four seven and more"),
        ("$5 for the 21st", "five dollars for the twenty-first"),
    ],
)
def test_spellings_of_the_same_words(lyrics: str, said: str):
    match = match_lyrics(lyrics, heard(said), 60.0)
    words = match.timings.words()
    assert coverage(words) == 1.0
    assert words[0].start == pytest.approx(1.0)
    assert words[-1].end == pytest.approx(1.0 + 0.4 * len(said.split()))


@pytest.mark.parametrize(
    ("language", "lyrics", "said"),
    [
        ("zh", "月亮代表我的心\n你问我爱你有多深", "月亮 代表 我 的 心 你 問 我 愛 你 有 多深"),
        ("ja", "さくら さくら\n野山も里も", "サクラ さくら 野 山 も 里 も"),
        ("ja", "東京タワーで会いましょう", "東京 タワー で 会い ましょう"),
        ("es", "Quiero bailar 2 noches\ncon mi corazón", "quiero bailar dos noches con mi corazon"),
        ("de", "99 Luftballons\nüber große Straßen", "neunundneunzig Luftballons uber grosse Strassen"),
        ("ru", "Ещё не вечер\nвсё впереди в 7 часов", "еще не вечер все впереди в семь часов"),
        ("ar", "مَرْحَبًا بِالعَالَم\nأهلا وسهلا", "مرحبا بالعالم اهلا وسهلا"),
        ("el", "Καλημέρα ήλιε", "καλημερα ηλιε"),
        ("ko", "사랑해요 그대를", "사랑해요 그대를"),
        ("th", "สวัสดีชาวโลก วันนี้", "สวัสดี ชาวโลก วันนี้"),
        ("hi", "नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("fr", "L’amour est un oiseau", "l' amour est un oiseau"),
    ],
)
def test_languages(language: str, lyrics: str, said: str):
    duration = 30.0
    match = match_lyrics(lyrics, heard(said), duration, language=language)
    check(match, lyrics, duration, language)
    assert [line.text for line in match.timings.lines] == lyrics.split("\n")
    assert coverage(match.timings.words()) == 1.0
    assert match.timings.language == language


@pytest.mark.parametrize(
    ("lyrics", "said"),
    [
        ("ni hao shi jie", "你好 世界"),
        ("sakura sakura", "さくら サクラ"),
        ("privet mir kak dela", "Привет мир как дела"),
        ("Привет мир как дела", "privet mir kak dela"),
        ("annyeong haseyo", "안녕 하세요"),
    ],
)
def test_lyrics_in_another_script_than_was_recognised(lyrics: str, said: str):
    match = match_lyrics(lyrics, heard(said), 30.0)
    assert coverage(match.timings.words()) == 1.0
    assert match.timings.words()[0].start == pytest.approx(1.0)


def test_characters_of_a_recognised_word_share_its_time():
    match = match_lyrics("代表我", [Word("代表", 1.0, 2.0), Word("我", 2.0, 2.5)], 5.0, language="zh")
    assert [(word.text, word.start, word.end) for word in match.timings.words()] == [
        ("代", 1.0, pytest.approx(1.5)),
        ("表", pytest.approx(1.5), 2.0),
        ("我", 2.0, 2.5),
    ]


def test_misheard_words_keep_their_time():
    said = [Word(w.text.replace("burning", "Bernie"), w.start, w.end) for w in heard(VERSES[1])]
    match = match_lyrics(VERSES[1], said, 60.0)
    (word,) = (word for word in match.timings.words() if word.text == "burning")
    assert (word.start, word.end) == (pytest.approx(3.0), pytest.approx(3.4))
    assert 0.3 < word.confidence < 0.5


def test_words_between_others_share_the_time_by_syllables():
    said = [word for word in heard("one banana split and more") if word.text not in ("banana", "split")]
    words = match_lyrics("one banana split and more", said, 60.0).timings.words()
    assert words[1].start == pytest.approx(words[0].end)
    assert words[2].end <= words[3].start
    assert words[1].end - words[1].start == pytest.approx(3 * (words[2].end - words[2].start))
    assert words[1].confidence == words[2].confidence == 0.2


def test_words_next_to_a_long_rest_stay_with_their_line():
    said = [*heard("down by the old mill", 10.0), *heard("where I first met you", 60.0)]
    lyrics = "down by the old mill stream\nshe said where I first met you"
    times = starts(match_lyrics(lyrics, said, 100.0))
    assert 12.0 <= times["stream"] < 13.0
    assert 57.0 < times["she"] < times["said"] < 60.0


def test_words_before_the_first_and_after_the_last_stay_close():
    said = heard("the old mill stream", 30.0)
    times = starts(match_lyrics("down by the old mill stream where we met", said, 100.0))
    assert 28.0 < times["down"] < times["by"] < 30.0
    assert 31.5 < times["where"] < times["met"] < 34.0


def test_words_without_length_are_not_trusted():
    said = heard("I wandered lonely as a cloud")
    said[2] = Word("lonely", 9.0, 9.0)
    times = starts(match_lyrics("I wandered lonely as a cloud", said, 60.0))
    assert times["lonely"] == pytest.approx(1.8)


def test_times_out_of_order_or_outside_the_sound_are_mended():
    said = [
        Word("over", 5.0, 4.0),
        Word("I", -3.0, 0.3),
        Word("nan", float("nan"), 1.0),
        Word("wandered", 0.2, 7.0),
        Word("cloud", 9.0, 99.0),
    ]
    match = match_lyrics("I wandered over a cloud", said, 10.0)
    check(match, "I wandered over a cloud", 10.0)
    assert match.timings.words()[-1].end <= 10.0


def test_backing_vocals_in_brackets_may_be_missing():
    lyrics = "I wandered (ooh ooh yeah) lonely as a cloud (cloud)\nthat floats on high"
    match = match_lyrics(lyrics, heard("I wandered lonely as a cloud that floats on high"), 60.0)
    check(match, lyrics, 60.0)
    times = starts(match)
    assert (times["lonely"], times["that"]) == (1.8, 3.4)


def test_what_a_recogniser_writes_for_music_is_no_word():
    said = [Word("[Music]", 0.0, 1.0), *heard(VERSES[2]), Word("♪", 30.0, 31.0), Word("*clap*", 31.0, 32.0)]
    assert coverage(match_lyrics(VERSES[2], said, 60.0).timings.words()) == 1.0


@pytest.mark.parametrize(
    "said",
    [
        [],
        [Word("[Music]", 0.0, 30.0)],
        heard("Thank you for watching"),
        heard("you you you you you you you you"),
        heard(CHORUS.replace("row", "sow") + " " + VERSES[0]),
    ],
)
def test_nothing_is_placed_where_the_lyrics_are_not_heard(said: list[Word]):
    match = match_lyrics(VERSES[2] + "\n" + VERSES[1], said, 60.0)
    assert match.timings.lines == ()
    assert match.fault.endswith(".")


def test_a_sound_without_length_fails():
    assert match_lyrics("hello", heard("hello"), 0.0).fault


def test_any_input_comes_out_in_order():
    rng = random.Random(11)
    vocabulary = "la love lover 99 (oh) 你好 don't сон さくら ー — rock'n'roll a river".split()  # noqa: SIM905
    placed = 0
    for _ in range(100):
        typed = [rng.choice(vocabulary) for _ in range(rng.randint(1, 40))] + ["end"]
        lyrics = "".join(word + rng.choice([" ", " ", "\n", "\n\n"]) for word in typed)
        duration = rng.choice([0.5, 5.0, 200.0])
        # What was typed with gaps and additions, at times that hardly make sense.
        said: list[Word] = []
        for word in typed:
            text = rng.choice([word, word, word, rng.choice(vocabulary), "[x]", ""])
            start = duration * len(said) / len(typed) + rng.gauss(0.0, duration / 20)
            said.append(Word(text, start, start + rng.choice([0.0, 0.01, 0.2, 3.0, -0.5]), rng.random()))
        match = match_lyrics(lyrics, said, duration)
        if not match.fault:
            check(match, lyrics, duration)
            placed += 1
    # There was something to check.
    assert placed > 30


def test_three_thousand_words():
    rng = random.Random(5)
    lyrics = "\n".join(" ".join(rng.choices(SYLLABLES, k=8)) for _ in range(375))
    truth = corpus.performed(lyrics)
    match = match_lyrics(lyrics, corpus.misheard(truth, 0.2), end_of(truth))
    check(match, lyrics, end_of(truth))
    assert within(truth, match) > 0.93


def test_long_texts_are_matched_in_a_band(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(band, "_CELLS", 300_000)
    monkeypatch.setattr(band, "_NARROWEST", 60)
    rng = random.Random(6)
    lyrics = "\n".join(" ".join(rng.choices(SYLLABLES, k=10)) for _ in range(150))
    truth = corpus.performed(lyrics)
    # A chapter that is not read.
    kept = truth[:400] + truth[800:]
    match = match_lyrics(lyrics, corpus.misheard(kept, 0.1), end_of(truth))
    check(match, lyrics, end_of(truth))
    words = match.timings.words()
    read = [*range(400), *range(800, 1500)]
    assert np.mean([abs(words[at].start - truth[at].start) <= 0.3 for at in read]) > 0.95
