"""Which engine and which files a name means."""

from __future__ import annotations

import pickle
import re
import shutil

import pytest

from lipsync_studio.align.chain import AlignOptions
from lipsync_studio.align.names import MODELS
from lipsync_studio.align.transcribe import models, registry
from lipsync_studio.align.transcribe.registry import choose, recogniser
from lipsync_studio.align.weights import ct2_set, openai_set
from lipsync_studio.align.whisper.openai import load_whisper
from lipsync_studio.engine.errors import InputError, MissingFilesError, WeightsError
from lipsync_studio.engine.host.plain import PlainHost

pytestmark = pytest.mark.usefixtures("machine")


def place(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)


@pytest.mark.parametrize(
    ("model", "where"),
    [
        ("openai", "models/whisper/tiny.en.pt"),
        ("openai", "models/stt/whisper/tiny.en.pt"),
        ("openai", "cache/whisper/tiny.en.pt"),
        ("hf", "models/whisper/whisper-tiny.en"),
        ("hf", "models/lipsync_align/whisper-tiny.en"),
        ("hf", "hub/models--openai--whisper-tiny.en/snapshots/main"),
        ("ct2", "models/whisper/faster-whisper-tiny.en"),
        ("ct2", "models/faster-whisper/tiny.en"),
        ("ct2", "models/lipsync_align/faster-whisper-tiny.en"),
        ("ct2", "hub/models--Systran--faster-whisper-tiny.en/snapshots/0d3d19a"),
    ],
)
def test_models_are_found_where_others_keep_them(request, machine, host, model, where):
    place(request.getfixturevalue(f"tiny_en_{model}"), machine / where)
    engine = "faster-whisper" if model == "ct2" else "whisper-timestamped"
    assert choose("auto", "tiny.en", host).transcriber.name == f"{engine} tiny.en"


def test_the_better_timing_engine_comes_first(machine, host, tiny_en_openai, tiny_en_ct2, lacking):
    place(tiny_en_openai, machine / "models/whisper/tiny.en.pt")
    place(tiny_en_ct2, machine / "models/whisper/faster-whisper-tiny.en")
    assert choose("auto", "tiny.en", host).transcriber.name == "whisper-timestamped tiny.en"
    lacking("whisper_timestamped")
    assert choose("auto", "tiny.en", host).transcriber.name == "faster-whisper tiny.en"


def test_without_a_model_it_is_said_what_it_takes(host):
    """On the node by its widgets, on the command line by its options."""
    ways = {
        lambda: choose("auto", "base", host): ("download_missing", "model_path", "engine pocketsphinx"),
        lambda: recogniser(AlignOptions(), host): (
            "--download-model", "--whisper", "--lyrics", "--transcriber pocketsphinx",
        ),
    }  # fmt: skip
    for asked, named in ways.items():
        with pytest.raises(MissingFilesError) as raised:
            asked()
        said = str(raised.value)
        assert re.search(r"Whisper base.* \(29\d MB, Apache-2.0\) is not installed", said)
        assert "\n" not in said
        for others in ways.values():
            assert [way for way in others if way in said] == [*(others if others == named else ())]


def test_pocketsphinx_is_for_those_who_ask_for_it(host):
    choice = choose("pocketsphinx", "base", host)
    assert choice.transcriber.name == "pocketsphinx"
    assert "mishears every other word" in "\n".join(choice.notes)


def test_the_packs_own_whisper_needs_no_other_package(machine, host, tiny_en_openai, tiny_en_hf, lacking):
    place(tiny_en_openai, machine / "models/whisper/tiny.en.pt")
    assert choose("whisper", "tiny.en", host).transcriber.name == "whisper tiny.en"
    assert choose("whisper", "base", host, path=str(tiny_en_hf)).transcriber.name == "whisper tiny.en"
    assert choose("auto", "tiny.en", host).transcriber.name == "whisper-timestamped tiny.en"
    lacking("whisper_timestamped", "faster_whisper")
    assert choose("auto", "tiny.en", host).transcriber.name == "whisper tiny.en"
    assert choose("auto", "base", host, path=str(tiny_en_openai)).transcriber.name == "whisper tiny.en"


def test_without_a_name_the_largest_model_that_is_here_is_taken(machine, host, tiny_en_openai):
    assert registry._largest("auto", None, host) == "base"
    place(tiny_en_openai, machine / "models/whisper/tiny.en.pt")
    assert registry._largest("auto", None, host) == "tiny.en"
    assert registry._largest("auto", "de", host) == "base"


@pytest.mark.parametrize(
    ("engine", "package"),
    [("whisper-timestamped", "whisper_timestamped"), ("faster-whisper", "faster_whisper")],
)
def test_a_missing_package_is_named(host, lacking, engine, package):
    lacking(package)
    with pytest.raises(MissingFilesError, match=f"pip install {engine}"):
        choose(engine, "tiny.en", host)


@pytest.mark.parametrize("model", ["tiny_en_openai", "tiny_en_hf", "tiny_en_ct2"])
def test_a_local_path_decides_the_engine(request, host, model):
    path = request.getfixturevalue(model)
    engine, other = ("whisper-timestamped", "faster-whisper")[:: -1 if model == "tiny_en_ct2" else 1]
    assert choose("auto", "base", host, path=str(path)).transcriber.name.startswith(engine)
    assert choose(engine, "base", host, path=f" {path} ").transcriber.name.startswith(engine)
    with pytest.raises(InputError, match=f"not for {other}"):
        choose(other, "base", host, path=str(path))


def test_a_relative_path_lies_in_the_models_folder(machine, host, tiny_en_openai):
    place(tiny_en_openai, machine / "models/whisper/mine/voices.pt")
    assert choose("auto", "base", host, path="mine/voices.pt").transcriber.name.endswith("voices")


def test_paths_that_hold_no_model(machine, host):
    (machine / "empty").mkdir()
    (machine / "notes.txt").write_text("hello")
    with pytest.raises(InputError, match="There is no model at"):
        choose("auto", "base", host, path=str(machine / "nowhere"))
    for name in ("empty", "notes.txt"):
        with pytest.raises(InputError, match="is no Whisper model"):
            choose("auto", "base", host, path=str(machine / name))


def test_names_nobody_knows(host):
    with pytest.raises(InputError, match="no engine"):
        choose("kaldi", "base", host)
    with pytest.raises(InputError, match="no Whisper model"):
        choose("auto", "huge", host)


def test_the_model_used_last_is_kept(machine, host, tiny_en_openai, tiny_en_ct2):
    place(tiny_en_openai, machine / "models/whisper/tiny.en.pt")
    first = choose("auto", "tiny.en", host).transcriber
    assert choose("auto", "tiny.en", PlainHost("cpu")).transcriber is first
    choose("auto", "", host, path=str(tiny_en_ct2))
    assert choose("auto", "tiny.en", host).transcriber is not first


def test_a_checkpoint_that_holds_code_is_not_run(machine):
    class Spy:
        def __reduce__(self):
            return (open, (str(machine / "was here"), "w"))

    path = machine / "evil.pt"
    path.write_bytes(pickle.dumps({"model_state_dict": Spy()}))
    import torch

    with pytest.raises(WeightsError):
        load_whisper(path, torch.float32)
    assert not (machine / "was here").exists()


def test_a_half_copied_folder_is_no_model(machine, host, tiny_en_ct2):
    folder = machine / "models/whisper/faster-whisper-tiny.en"
    folder.mkdir(parents=True)
    shutil.copy(tiny_en_ct2 / "config.json", folder)
    with pytest.raises(MissingFilesError, match="faster-whisper tiny.en"):
        choose("faster-whisper", "tiny.en", host)


@pytest.mark.parametrize("name", MODELS)
def test_every_name_can_be_fetched(name):
    for weights in (openai_set(name), ct2_set(name)):
        assert weights.bytes > 70_000_000
        assert {file.kind for file in weights.files} == {"lipsync_align"}
        assert weights.files[0].name in ("model.safetensors", "model.bin")


def test_a_model_that_was_cut_off_is_fetched_anew_where_fetching_is_allowed(machine, host, monkeypatch):
    folder = machine / "models" / "lipsync_align" / "whisper-tiny"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"cut off")
    asked = []
    monkeypatch.setattr(models, "fetched", lambda weights, host: asked.append(weights.name))
    choose("whisper-timestamped", "tiny", host)
    assert asked == []
    choose("whisper-timestamped", "tiny", host, fetch=True)
    assert asked == ["whisper-tiny"]
