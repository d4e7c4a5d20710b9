"""`align`: what it refuses, how it stops, and its report."""

import os
import signal

import pytest
from media import write_wav

from lipsync_studio.align import pocket_aligner
from lipsync_studio.align.transcribe import registry
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.commands import main
from lipsync_studio.devtools.corpus import spoken

RATE = 16000


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A few words as a.wav and a.txt, on a computer without models."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    case = spoken("american", 150).until(4.0)
    write_wav(tmp_path / "a.wav", case.samples)
    (tmp_path / "a.txt").write_text(case.lyrics, encoding="utf-8")
    return tmp_path


def align(*arguments: str) -> int:
    return main(["align", "--audio", "a.wav", "--out", "a.srt", *arguments])


def test_an_interrupt_during_pocketsphinx_stops_the_run(files, monkeypatch, capsys):
    decode, runs = pocket_aligner.decode, []

    def interrupted(decoder, pcm):
        runs.append(len(pcm))
        if len(runs) == 1:
            os.kill(os.getpid(), signal.SIGINT)
        decode(decoder, pcm)

    monkeypatch.setattr(pocket_aligner, "decode", interrupted)
    assert align("--lyrics", "a.txt", "--quiet") == 130
    assert len(runs) == 1
    assert not (files / "a.srt").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--lyrics", "a.txt", "--whisper", "nowhere.pt"], 1, "There is no model at nowhere.pt"),
        (["--lyrics", "a.txt", "--whisper", "a.txt"], 1, "a.txt is no Whisper model"),
        (["--lyrics", "a.txt", "--whisper", "."], 1, ". is no Whisper model"),
        (["--lyrics", "a.txt", "--model", "foo"], 2, "argument --model: invalid choice: 'foo'"),
        (["--lyrics", "a.txt", "--language", "klingonese"], 2, '"klingonese" is no language'),
        (["--transcriber", "pocketsphinx", "--whisper", "a.pt"], 2, "leave out --whisper"),
        (
            ["--transcriber", "pocketsphinx", "--model", "base", "--download-model"],
            2,
            "leave out --model, --download-model",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(files, capsys, arguments, code, says):
    try:
        returned = align(*arguments)
    except SystemExit as left:
        returned = left.code
    assert returned == code
    assert says in capsys.readouterr().err
    assert not (files / "a.srt").exists()


def test_estimated_times_are_said_first_and_last(files, monkeypatch, capsys):
    """And what was missing once."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(files / "hub"))
    case = spoken("american", 150).until(8.0)
    write_wav(files / "a.wav", case.samples)
    (files / "a.txt").write_text("She sells sea shells on the shore.\n" * 3, encoding="utf-8")
    assert align("--lyrics", "a.txt") == 0
    rows = [row for row in capsys.readouterr().err.splitlines() if row and "\r" not in row]
    head, news, *others, last = rows
    assert head == "a.srt: 21 words, times: placed by syllables"
    assert news.startswith("None of the words were heard")
    assert last == "All times are estimated: none was heard."
    (lacking,) = [row for row in rows if "weights download" in row]
    assert "whisper, " in lacking
    assert "recognised words (whisper-base, 295 MB); ctc (ctc-en, 378 MB)" in lacking
    assert lacking.endswith("`python -m lipsync_studio weights download whisper-base ctc-en`.")
    assert len(set(others)) == len(others)
    assert [row for row in others if row.startswith("Not by")] == [
        "Not by pocketsphinx: no path leads through the sound."
    ]


def test_a_text_that_is_heard_is_not_called_estimated(files, capsys):
    assert align("--lyrics", "a.txt") == 0
    assert "estimated" not in capsys.readouterr().err


def test_the_report_lists_words_that_were_recognised(files, monkeypatch, capsys):
    found = WordTimings((Line((Word("hello", 0.5, 1.25, 0.75),)),), "en", "an engine")
    monkeypatch.setattr(registry, "recognise", lambda *_: (found, ["A note."]))
    assert align("--report", "a.report", "--quiet") == 0
    written = (files / "a.report").read_text(encoding="utf-8").splitlines()
    assert written == ["Recognised by an engine.", "A note.", "    0.50     1.25  0.75  hello"]


def test_a_voice_of_another_length_is_told_and_cut(files, monkeypatch, capsys):
    """Also where words are recognised."""
    samples = spoken("american", 150).until(8.0).samples
    write_wav(files / "voice.wav", samples)
    heard = []

    def recognise(sound, *_):
        heard.append(float(sound.duration))
        return WordTimings((Line((Word("hello", 0.5, 1.25),)),), "en", "an engine"), []

    monkeypatch.setattr(registry, "recognise", recognise)
    assert align("--vocals", "voice.wav") == 0
    assert heard[0] < len(samples) / RATE - 1
    assert "lies beyond the audio's end is left out" in capsys.readouterr().err
