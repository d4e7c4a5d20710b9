"""What aligning and recognising refuse, and what they say of what they made do with."""

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from lipsync_studio.align.chain import AlignOptions, align
from lipsync_studio.align.engines import whisper
from lipsync_studio.align.engines.outside import interpreter
from lipsync_studio.align.engines.registry import aligner, ranked
from lipsync_studio.align.language import parse_language
from lipsync_studio.align.text import read_text
from lipsync_studio.align.transcribe import registry
from lipsync_studio.align.whisper.model import MOST_TOKENS, Reading
from lipsync_studio.align.whisper.text import WhisperTokenizer
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.devtools.corpus import music, spoken
from lipsync_studio.engine.errors import AlignmentError, InputError
from lipsync_studio.engine.media.sound import Sound

RATE = 16000

pytestmark = pytest.mark.usefixtures("machine")


def sound_of(samples) -> Sound:
    return Sound(samples[None], RATE)


@pytest.fixture(scope="module")
def case():
    return spoken("american", 150).until(6.0)


def test_words_stay_within_the_audio_where_the_voice_is_longer(host, case):
    longer = spoken("american", 150).until(12.0)
    sound = sound_of(case.samples)
    found = align(sound, longer.lyrics, host, stem=sound_of(longer.samples))
    assert max(word.end for word in found.timings.words()) <= float(sound.duration) + 1e-9
    assert any("lies beyond the audio's end is left out" in note for note in found.notes())


def test_a_voice_that_is_shorter_is_told_and_padding_is_not(host, case):
    samples = np.pad(case.samples, (0, 2 * RATE))
    found = align(sound_of(samples), case.lyrics, host, stem=sound_of(case.samples))
    assert any("its end has no voice" in note for note in found.notes())
    padded = align(sound_of(case.samples), case.lyrics, host, stem=sound_of(samples[: -2 * RATE + 1000]))
    assert not any("separated voice lasts" in note for note in padded.notes())


def test_a_sound_too_short_for_its_words_is_refused_first(host, case):
    with pytest.raises(AlignmentError, match=r"lasts 1\.0 s, too short for the 300 words"):
        align(sound_of(case.samples[:RATE]), "one two three\n" * 100, host)


def test_what_several_engines_lack_is_said_once(host):
    with pytest.raises(AlignmentError) as raised:
        align(sound_of(music(6).samples), "twinkle twinkle little star", host)
    said = str(raised.value)
    assert "recognised words (whisper-base, " in said
    assert said.count("(whisper-base") == said.count("download whisper-base") == 1


def test_a_language_that_whisper_does_not_know_is_not_the_models_fault(host, case):
    tokenizer = WhisperTokenizer(
        lambda text: [], lambda tokens: "", lambda name: None if name == "<|ga|>" else 7, vocabulary=51865
    )
    with pytest.raises(InputError, match='doesn\'t know the language "ga"'):
        tokenizer.prompt("ga")
    assert tokenizer.prompt("de") == [7, 7, 7, 7]
    for name in ("whisper", "recognised words"):
        with pytest.raises(InputError, match=f"{name} doesn't know ga"):
            align(sound_of(case.samples), case.lyrics, host, AlignOptions(name, language="ga"))
    assert aligner("recognised words") not in ranked(parse_language("ga"), "speech")
    assert aligner("recognised words") in ranked(parse_language("de"), "speech")


def test_a_word_longer_than_the_model_can_write_is_cut(host, case):
    """By a model that hears nothing, but counts."""
    asked = []

    def read(states, frames, tokens, language):
        asked.append(len(tokens))
        count = len(tokens)
        zeros = np.zeros(count, np.float32)
        return Reading(np.zeros(count + 1, np.int64), np.zeros(count, np.int64), zeros, zeros)

    model = SimpleNamespace(
        name="fake",
        lag=0.0,
        tokenizer=SimpleNamespace(encode=lambda text: [1] * len(text)),
        listen=lambda samples: None,
        read=read,
    )
    lines = read_text("x" * 3000 + " hello world").lines
    found = whisper.align(case.samples, lines, model, host, language="en")
    assert max(asked) == MOST_TOKENS
    assert len(found.timings.words()) == 3


@pytest.mark.parametrize(
    ("installed", "language", "chosen"),
    [
        (("base", "base.en"), None, "base"),
        (("tiny", "base.en"), None, "tiny"),
        (("base", "base.en"), "en", "base.en"),
        (("base.en",), None, "base.en"),
        (("base.en",), "de", "base"),
    ],
)
def test_a_model_for_english_alone_is_the_last_where_nobody_told_the_language(
    machine, host, monkeypatch, case, installed, language, chosen
):
    folder = machine / "models" / "whisper"
    folder.mkdir(parents=True)
    for name in installed:
        (folder / f"{name}.pt").touch()
    used = []

    def choose(engine, model, host, **_):
        used.append(model)
        words = WordTimings((Line((Word("hello", 0.5, 1.25),)),), "en", "an engine")
        return SimpleNamespace(notes=[], transcribe=lambda *_, **__: words)

    monkeypatch.setattr(registry, "choose", choose)
    options = AlignOptions(language=language or "")
    _, notes = registry.recognise(sound_of(case.samples), options, host)
    assert used == [chosen]
    assert any("knows nothing but English" in note for note in notes) == (
        chosen == "base.en" and language is None
    )


def test_the_voice_lies_in_a_folder_that_the_next_run_sweeps(host, case, monkeypatch):
    seen = []

    def worked(python, title, folder, *_):
        seen.append((folder, (folder / "sound.wav").exists(), (folder / ".lock").exists()))
        raise AlignmentError("Enough.")

    monkeypatch.setattr(interpreter, "_worked", worked)
    with pytest.raises(AlignmentError, match="Enough"):
        interpreter.run(
            interpreter.Path(sys.executable), "X", "whisperx", case.samples, (), host,
            language="en", model="", download=False,
        )  # fmt: skip
    ((folder, sound, lock),) = seen
    assert sound
    assert lock
    assert folder.name.startswith("lipsync-studio-")
    assert not folder.exists()


def test_the_other_python_ends_with_its_parent(tmp_path):
    started = tmp_path / "started"
    (tmp_path / "whisperx.py").write_text(
        f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(600)\n", encoding="utf-8"
    )
    (tmp_path / "request.json").write_text('{"engine": "whisperx", "download": false}', encoding="utf-8")
    command = [
        sys.executable,
        str(interpreter._RUNNER),
        *(str(tmp_path / f"{n}.json") for n in ("request", "answer")),
    ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while not started.exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(timeout=60) != 0
    finally:
        process.kill()
        process.wait()
