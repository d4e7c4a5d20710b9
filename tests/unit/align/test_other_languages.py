"""Words of other languages than English on a sound, by what the pack holds: a few seconds of what
`dev.py bench align --languages` measures whole."""

import numpy as np
import pytest

from lipsync_studio.align.chain import AlignOptions, align, align_offline
from lipsync_studio.align.pocket_aligner import PocketAligner
from lipsync_studio.align.text import read_text
from lipsync_studio.backends.speech import lip_closures
from lipsync_studio.devtools.bench import align_languages
from lipsync_studio.devtools.bench.align_languages import word_errors
from lipsync_studio.devtools.corpus import reading
from lipsync_studio.devtools.corpus.languages import Reading
from lipsync_studio.engine.errors import AlignmentError, InputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

RATE = 16000


def beginning(code: str, seconds: float = 7.0) -> Reading:
    whole = reading(code)
    return Reading(
        whole.case.until(seconds), tuple(span for span in whole.closures if span[1] < seconds - 0.5)
    )


@pytest.mark.parametrize("code", ["fr", "ru", "ja"])
def test_words_are_timed_and_lips_close(code: str):
    read = beginning(code)
    text = read_text(read.case.lyrics)
    timings = PocketAligner().align(read.case.samples, text.lines, text.language)
    assert timings.language == code
    late = np.abs(word_errors(read, timings))
    assert np.median(late) < 0.05
    assert np.mean(late <= 0.3) > 0.9
    middles = np.array([(start + end) / 2 for start, end in lip_closures(timings)])
    shut = [np.abs(middles - (start + end) / 2).min() < 0.08 for start, end in read.closures]
    assert np.mean(shut) > 0.8


def test_the_report_says_which_language_was_found():
    read = beginning("es")
    with PlainHost("cpu") as host:
        sound = Sound(read.case.samples[None], RATE)
        found = align(sound, read.case.lyrics, host)
        assert found.timings.engine == "pocketsphinx"
        assert "The language was found in the text: Spanish." in found.notes()
        told = align(sound, read.case.lyrics, host, AlignOptions(language="Spanish"))
        assert told.notes() == []
        assert told.timings.lines == found.timings.lines
        with pytest.raises(InputError, match='"Spanisch" is no language'):
            align(sound, read.case.lyrics, host, AlignOptions(language="Spanisch"))


def test_english_is_not_assumed_in_silence():
    read = beginning("es", 3.0)
    with PlainHost("cpu") as host:
        found = align(
            Sound(read.case.samples[None], RATE), "la la la la la", host, AlignOptions("by syllables")
        )
    assert any("taken for English: set the language" in note for note in found.notes())


def test_a_text_in_another_order_is_not_placed():
    read = beginning("de", 12.0)
    lines = read.case.lyrics.splitlines()
    text = read_text("\n".join(lines[::-1] * 3), "de")
    with pytest.raises(AlignmentError, match="lyrics"):
        PocketAligner().align(read.case.samples, text.lines, text.language)


def test_a_language_that_nobody_can_read_is_placed_by_syllables():
    read = beginning("es", 4.0)
    text = read_text("سلام دنیا سلام")
    placed = align_offline(read.case.samples, text.lines, [(0.2, 3.0)], text.language)
    assert placed.language == "fa"
    assert "Persian can't be pronounced" in placed.engine


def test_an_english_word_in_a_korean_song_has_its_own_phones():
    read = beginning("ko", 6.0)
    text = read_text(read.case.lyrics)
    words = PocketAligner().align(read.case.samples, text.lines, text.language).words()
    assert all(word.phones for word in words)


def test_the_bench_finds_what_is_missed(monkeypatch: pytest.MonkeyPatch):
    good = {"median": 0.02, "within_300": 1.0, "closed": 1.0}
    assert align_languages._faults("es", good) == []
    assert align_languages._faults("es", {**good, "median": 0.06}) == ["median 60 ms"]
    assert align_languages._faults("es", {**good, "within_300": 0.9}) == ["90.0% within 0.3 s"]
    assert align_languages._faults("ja", {**good, "within_300": 0.9}) == []
    assert align_languages._faults("ja", {**good, "closed": 0.9}) == ["90.0% of P, B and M close the lips"]
