"""Real recognition by each engine, with Whisper's tiny.en."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
import torch

from lipsync_studio.align.transcribe import sphinx, timestamped
from lipsync_studio.align.transcribe.faster import FasterWhisper
from lipsync_studio.align.transcribe.sphinx import Sphinx
from lipsync_studio.align.transcribe.timestamped import TimestampedWhisper
from lipsync_studio.align.transcribe.whisper import OwnWhisper
from lipsync_studio.align.whisper.openai import known_languages
from lipsync_studio.devtools import corpus
from lipsync_studio.engine.errors import Cancelled, InputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

from .conftest import check_order

RATE = 16000


@pytest.fixture(scope="module")
def whisper(tiny_en_openai):
    return TimestampedWhisper(tiny_en_openai, late=0.08)


@pytest.fixture(scope="module")
def faster(tiny_en_ct2):
    return FasterWhisper(tiny_en_ct2, "tiny.en", late=0.11)


@pytest.fixture(scope="module")
def engines(whisper, faster, tiny_en_openai):
    return {
        "whisper-timestamped": whisper,
        "faster-whisper": faster,
        "pocketsphinx": Sphinx(),
        "whisper": OwnWhisper(tiny_en_openai, "tiny.en"),
    }


@pytest.fixture(scope="module")
def verses():
    """The first lines of the corpus, and their words."""
    return corpus.spoken("american", 150).until(12.0)


def transcribed(engine, samples, host, **options):
    settings = {"language": None, "content": "auto", **options}
    return engine.transcribe(Sound(samples[None], RATE), host=host, **settings)


def check_same(timings, others):
    """The same words in the same lines. Sums of numbers depend on the processor and on where they lie: a word
    may move by two of Whisper's frames, and be as sure but for a few hundredths."""
    assert [line.text for line in timings.lines] == [line.text for line in others.lines]
    for word, other in zip(timings.words(), others.words(), strict=True):
        assert (word.start, word.end) == pytest.approx((other.start, other.end), abs=0.05)
        assert word.confidence == pytest.approx(other.confidence, abs=0.05)


@pytest.fixture(scope="module")
def heard(engines, verses, host):
    return {name: transcribed(engine, verses.samples, host) for name, engine in engines.items()}


@pytest.fixture(scope="module")
def phrase(engines, sentence, host):
    return {name: transcribed(engine, sentence.samples, host) for name, engine in engines.items()}


@pytest.mark.parametrize(
    ("name", "matched", "median"),
    [
        ("whisper-timestamped", 0.75, 0.08),
        ("faster-whisper", 0.75, 0.1),
        ("pocketsphinx", 0.3, 0.1),
        ("whisper", 0.75, 0.1),
    ],
)
def test_speech_is_heard_when_it_is_said(heard, verses, name, matched, median):
    metrics = corpus.errors(verses.truth, heard[name])
    assert metrics.matched >= matched
    assert metrics.median <= median
    # Whisper's own lag is taken off.
    assert abs(metrics.bias) <= 0.06
    check_order(heard[name], verses.duration)
    assert heard[name].language == "en"


def test_the_result_says_which_engine_and_how_sure(heard):
    assert {name: timings.engine for name, timings in heard.items()} == {
        "whisper-timestamped": "whisper-timestamped tiny.en",
        "faster-whisper": "faster-whisper tiny.en",
        "pocketsphinx": "pocketsphinx",
        "whisper": "whisper tiny.en",
    }
    for name in ("whisper-timestamped", "faster-whisper"):
        assert len({word.confidence for word in heard[name].words()}) > 5
    assert {word.confidence for word in heard["pocketsphinx"].words()} == {sphinx.CONFIDENCE}


@pytest.mark.parametrize("name", ["whisper-timestamped", "faster-whisper"])
def test_lines_are_those_of_the_verse(heard, name):
    lines = [line.text.strip(",.!?") for line in heard[name].lines]
    assert 3 <= len(lines) <= 6
    assert "How I wonder what you are" in lines


@pytest.mark.parametrize(
    ("name", "noise_db"),
    [
        ("whisper-timestamped", None),
        ("whisper-timestamped", -55.0),
        ("faster-whisper", None),
        ("faster-whisper", -70.0),
        ("pocketsphinx", None),
        ("whisper", -55.0),
        ("pocketsphinx", -55.0),
    ],
)
def test_silence_has_no_words(engines, host, name, noise_db):
    samples = corpus.silence(3.0, noise_db).samples
    assert transcribed(engines[name], samples, host).lines == ()


@pytest.mark.parametrize("name", ["whisper-timestamped", "faster-whisper", "pocketsphinx", "whisper"])
def test_music_without_a_voice_has_no_words(engines, host, name):
    samples = corpus.music(10.0, seed=1).samples
    assert transcribed(engines[name], samples, host, content="song").words() == []


@pytest.mark.parametrize("content", ["speech", "song"])
def test_any_rate_and_channels_and_pauses(faster, host, sentence, content):
    """The phrase at 44.1 kHz in stereo, a minute into the sound."""
    plain = transcribed(faster, sentence.samples, host, content=content)
    stretched = Sound(sentence.samples[None], RATE).mono(44100)
    stereo = np.zeros((2, 64 * 44100), np.float32)
    stereo[:, 60 * 44100 : 60 * 44100 + len(stretched)] = stretched
    late = faster.transcribe(Sound(stereo, 44100), language="en", content=content, host=host)
    assert [word.text for word in late.words()] == [word.text for word in plain.words()]
    for word, early in zip(late.words(), plain.words(), strict=True):
        assert word.start == pytest.approx(60 + early.start, abs=0.3)


def test_a_hugging_face_folder_hears_the_same(phrase, tiny_en_hf, host, sentence):
    other = transcribed(TimestampedWhisper(tiny_en_hf, late=0.08), sentence.samples, host)
    check_same(other, phrase["whisper-timestamped"])


def test_matrices_of_16_bit_hear_the_same(phrase, tiny_en_openai, sentence):
    class Halves(PlainHost):
        def half_precision(self):
            return torch.float16

    halves = transcribed(TimestampedWhisper(tiny_en_openai, late=0.08), sentence.samples, Halves("cpu"))
    check_same(halves, phrase["whisper-timestamped"])


def test_nobodys_random_numbers_or_variables_are_touched(whisper, host, sentence):
    torch.manual_seed(5)
    before, variables = torch.get_rng_state(), dict(os.environ)
    transcribed(whisper, sentence.samples, host)
    timestamped.package()
    assert torch.equal(torch.get_rng_state(), before)
    assert dict(os.environ) == variables


def test_a_passage_that_stumbles_is_heard_in_two_steps(whisper, host, sentence, monkeypatch):
    package = timestamped.package()
    usual = package.transcribe_timestamped

    def stumbling(*arguments, **options):
        assert options.get("naive_approach"), "Fatal Error: Got inconsistent text"
        return usual(*arguments, **options)

    monkeypatch.setattr(package, "transcribe_timestamped", stumbling)
    words = transcribed(whisper, sentence.samples, host).words()
    assert "puppy." in [word.text for word in words]


class CancelledSoon(PlainHost):
    """Cancels itself at the n-th look at whether to go on."""

    def __init__(self, looks):
        self._event = threading.Event()
        super().__init__("cpu", cancel=self._event)
        self.looks = looks

    def check_cancelled(self):
        self.looks -= 1
        if self.looks == 0:
            self._event.set()
        super().check_cancelled()


@pytest.mark.parametrize(
    ("name", "looks"),
    [("whisper-timestamped", 12), ("faster-whisper", 3), ("pocketsphinx", 2), ("whisper", 2)],
)
def test_cancel_ends_the_work_and_leaves_the_engine_usable(engines, phrase, sentence, host, name, looks):
    engine = engines[name]
    samples = np.concatenate([sentence.samples] * 2)
    soon = CancelledSoon(looks)
    with pytest.raises(Cancelled):
        transcribed(engine, samples, soon)
    assert soon.looks == 0
    check_same(transcribed(engine, sentence.samples, host), phrase[name])


@pytest.mark.parametrize("name", ["whisper-timestamped", "faster-whisper", "pocketsphinx", "whisper"])
def test_progress_reaches_the_end(engines, sentence, name, monkeypatch):
    told = []
    host = PlainHost("cpu")
    monkeypatch.setattr(host, "progress", lambda *report, **_: told.append(report))
    transcribed(engines[name], sentence.samples, host)
    done = [report[1:] for report in told if report[0] == "Transcribing"]
    assert [part for part, _ in done] == sorted(part for part, _ in done)
    assert done[-1][0] == done[-1][1] > 0


@pytest.mark.parametrize("name", ["whisper-timestamped", "faster-whisper", "pocketsphinx", "whisper"])
@pytest.mark.parametrize("language", ["de", "__import__('os')"])
def test_other_languages_are_refused_in_a_sentence(engines, sentence, host, name, language):
    with pytest.raises(InputError, match="choose"):
        transcribed(engines[name], sentence.samples, host, language=language)


def test_a_multilingual_model_hears_which_language_it_is(tmp_path, host, sentence):
    """With random weights the language is a random one of those it has; that it is found and used counts."""
    from whisper.model import ModelDimensions, Whisper

    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = Whisper(ModelDimensions(80, 1500, 64, 1, 1, 51865, 448, 64, 1, 1))
    torch.nn.init.normal_(network.decoder.positional_embedding, std=0.02)
    torch.save({"dims": vars(network.dims), "model_state_dict": network.state_dict()}, tmp_path / "random.pt")
    engine = TimestampedWhisper(tmp_path / "random.pt", late=0.0)
    found = transcribed(engine, sentence.samples, host)
    assert found.language in known_languages(51865)
    with pytest.raises(InputError, match="yue"):
        transcribed(engine, sentence.samples, host, language="yue")
