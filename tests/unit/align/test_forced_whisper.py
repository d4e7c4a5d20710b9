"""Whisper made to write known text, with the real weights of tiny.en."""

import threading

import numpy as np
import pytest

from lipsync_studio.align.engines import whisper
from lipsync_studio.align.mended import align_mended
from lipsync_studio.align.pocket_aligner import PocketAligner
from lipsync_studio.align.text import read_text
from lipsync_studio.align.transcribe.whisper import WhisperWords
from lipsync_studio.align.whisper.load import load_whisper
from lipsync_studio.align.whisper.model import warp
from lipsync_studio.devtools.corpus import errors, garbled, joined, music, silence, spoken, with_music
from lipsync_studio.engine.errors import AudioError, Cancelled
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound


@pytest.fixture(scope="module")
def tiny(tiny_en_hf, host):
    return load_whisper(tiny_en_hf, host)


def align(case, model, host, lyrics=None):
    return whisper.align(case.samples, read_text(lyrics or case.lyrics).lines, model, host)


def heard(case, model, host):
    sound = Sound(case.samples[None], 16000)
    return WhisperWords(model).transcribe(sound, language="en", content="speech", host=host).words()


@pytest.fixture(scope="module")
def quick(tiny_en_ct2, host):
    """The same weights in the quicker library, for what the model writes word by word."""
    return load_whisper(tiny_en_ct2, host)


@pytest.fixture(scope="module")
def speech():
    return spoken()


@pytest.fixture(scope="module")
def said(quick, speech, host):
    """What is heard in the first 20 seconds."""
    return heard(speech.until(20.0), quick, host)


def test_the_warping_path_is_openais(monkeypatch):
    from whisper import timing

    # As it is written: compiling it takes longer than all of this.
    monkeypatch.setattr(timing, "backtrace", timing.backtrace.py_func)
    rng = np.random.default_rng(0)
    for _ in range(30):
        cost = rng.standard_normal((rng.integers(1, 30), rng.integers(1, 60)))
        rows, columns = timing.dtw_cpu.py_func(cost)
        assert (columns[np.diff(rows, prepend=-1) > 0] == warp(cost)).all()


@pytest.mark.parametrize("layout", ["tiny_en_hf", "tiny_en_openai", "tiny_en_ct2"])
def test_every_layout_of_the_weights_times_the_words(layout, request, speech, host):
    model = load_whisper(request.getfixturevalue(layout), host)
    assert (model.tokenizer.multilingual, model.lag) == (False, 0.1)
    case = speech.until(12.0)
    found = align(case, model, host)
    assert found.derailed == ""
    assert [word.text for word in found.timings.words()] == case.lyrics.split()
    measured = errors(case.truth, found.timings)
    assert measured.median < 0.1
    assert measured.within_300 >= 0.9
    assert np.median([word.confidence for word in found.timings.words()]) > 0.8


def test_text_and_sound_longer_than_a_window(tiny, speech, host):
    """Half a minute of music first, in which nothing may be put."""
    late = joined([music(32.0), speech.until(20.0)], 0.5, "music, then speech")
    found = align(late, tiny, host)
    assert found.derailed == ""
    assert found.timings.words()[0].start > 31.0
    assert errors(late.truth, found.timings).within_300 >= 0.9


@pytest.mark.parametrize(
    "case", [music(20.0), silence(20.0), silence(20.0, -30.0)], ids=["music", "silence", "noise"]
)
def test_nothing_is_taken_for_heard_where_nobody_speaks(case, tiny, speech, host):
    assert align(case, tiny, host, speech.until(20.0).lyrics).derailed != ""


def test_another_text_is_not_heard(tiny, speech, host):
    other = "The quarterly report shows that revenue in the northern region fell by eleven percent. " * 3
    assert align(speech.until(20.0), tiny, host, other).derailed != ""


def test_words_that_are_not_said_have_no_confidence(tiny, speech, host):
    case = speech.until(20.0)
    text = garbled(case.lyrics, 0.15, seed=2)
    words = align(case, tiny, host, text.lyrics).timings.words()
    wrong = [word.confidence for word, source in zip(words, text.source, strict=True) if source is None]
    right = [word.confidence for word, source in zip(words, text.source, strict=True) if source is not None]
    assert max(wrong) < 0.5 < np.median(right)


def test_recognised_words_and_none_in_music(said, quick, speech, host):
    assert errors(speech.until(20.0).truth, said).within_300 >= 0.75
    assert heard(music(20.0), quick, host) == []


def test_both_libraries_write_the_same(tiny, quick, speech):
    samples = speech.samples[: 5 * 16000]
    texts = [
        model.tokenizer.decode(model.write(model.listen(samples), "en").tokens) for model in (tiny, quick)
    ]
    assert texts[0] == texts[1]
    assert texts[0].split()[1:3] == ["twinkle,", "little"]


@pytest.mark.parametrize("noise", [None, 10.0], ids=["clean", "music at 10 dB"])
def test_garbled_lyrics_are_mended_by_what_is_heard(noise, said, quick, speech, host):
    case = (speech if noise is None else with_music(speech, noise)).until(20.0)
    text = garbled(case.lyrics, 0.15, seed=1)
    lines = read_text(text.lyrics).lines
    words = said if noise is None else heard(case, quick, host)
    match = align_mended(case.samples, lines, words, PocketAligner())
    assert [word.text for word in match.timings.words()] == text.lyrics.split()
    measured = errors(case.truth, match.timings, text.source)
    assert measured.within_300 >= 0.9
    assert measured.median < 0.05
    assert sum(bool(word.phones) for word in match.timings.words()) > 0.7 * len(case.truth)


def test_lyrics_of_something_else_are_not_mended(said, speech):
    case = speech.until(20.0)
    other = read_text("Quarterly revenue of northern regions fell by eleven percent since January").lines
    match = align_mended(case.samples, other, said, PocketAligner())
    assert match.fault
    assert match.timings.lines == ()


def test_the_run_can_be_cancelled(tiny, speech):
    stopped = threading.Event()
    stopped.set()
    with PlainHost("cpu", cancel=stopped) as host, pytest.raises(Cancelled):
        align(speech, tiny, host)


def test_empty_sound(tiny, host):
    with pytest.raises(AudioError, match="empty"):
        whisper.align(np.zeros(0, np.float32), read_text("la").lines, tiny, host)
