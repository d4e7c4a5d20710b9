"""What is installed and can't be used: `auto` does without it, and says so."""

import re
import shutil
import sys

import pytest

from lipsync_studio.align import whisper_checkpoint
from lipsync_studio.align.chain import AlignOptions, align
from lipsync_studio.align.transcribe.models import openai_places
from lipsync_studio.align.transcribe.registry import choose
from lipsync_studio.align.weights import CTC_EN
from lipsync_studio.align.whisper import load as whisper_load
from lipsync_studio.devtools.corpus import spoken
from lipsync_studio.engine.errors import (
    Cancelled,
    DeviceMemoryError,
    InputError,
    LipSyncError,
    MissingFilesError,
    WeightsError,
)
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

RATE = 16000
SECONDS = 2.5


@pytest.fixture
def models(machine):
    """The folder of Whisper models of a computer that has nothing else."""
    folder = machine / "models" / "whisper"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Packages that are installed, and whose import raises."""

    def spoil(name, error):
        package = tmp_path / "packages" / name
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f"raise {error}")
        for known in [each for each in sys.modules if each.split(".")[0] == name]:
            monkeypatch.delitem(sys.modules, known)
        monkeypatch.syspath_prepend(str(package.parent))

    return spoil


@pytest.fixture(scope="module")
def speech():
    """The corpus' first seconds, and their words."""
    case = spoken("american", 150)
    words = [word for word in case.truth if word.end < SECONDS]
    samples = case.samples[: round((words[-1].end + 0.3) * RATE)]
    return Sound(samples[None], RATE), " ".join(word.text for word in words)


@pytest.fixture(scope="module")
def plain(speech, tmp_path_factory):
    """What comes out with nothing installed."""
    with pytest.MonkeyPatch.context() as patch, PlainHost("cpu") as host:
        folder = tmp_path_factory.mktemp("nothing")
        patch.setenv("LIPSYNC_MODELS", str(folder))
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
        return align(*speech, host, AlignOptions(content="song")).timings


def empty(models, openai, hf, ct2):
    (models / "base.pt").touch()
    return "base.pt is empty"


def cut_off(models, openai, hf, ct2):
    data = openai.read_bytes()
    (models / "medium.pt").write_bytes(data[: len(data) // 3])
    return r"medium\.pt (is damaged|was not opened)"


def a_web_page(models, openai, hf, ct2):
    (models / "small.pt").write_text("<!DOCTYPE html><html>")
    return "small.pt is a web page"


def damaged_safetensors(models, openai, hf, ct2):
    shutil.copytree(hf, models / "whisper-medium", ignore=shutil.ignore_patterns("*.safetensors"))
    (models / "whisper-medium" / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{not json at all")
    return "model.safetensors is damaged"


def damaged_index(models, openai, hf, ct2):
    (models / "whisper-large-v3").mkdir()
    (models / "whisper-large-v3" / "model.safetensors.index.json").write_text("{")
    return "index.json can't be read"


def parts_missing(models, openai, hf, ct2):
    shutil.copytree(hf, models / "whisper-large-v2", ignore=shutil.ignore_patterns("*.safetensors"))
    index = models / "whisper-large-v2" / "model.safetensors.index.json"
    index.write_text('{"weight_map": {"a": "model-00001-of-00002.safetensors"}}')
    return "model-00001-of-00002.safetensors can't be read"


def damaged_tokenizer(models, openai, hf, ct2):
    shutil.copytree(hf, models / "whisper-tiny.en")
    (models / "whisper-tiny.en" / "tokenizer.json").write_text("[]")
    return "The tokenizer in .* can't be read"


def damaged_settings(models, openai, hf, ct2):
    shutil.copytree(hf, models / "whisper-small.en")
    (models / "whisper-small.en" / "generation_config.json").write_bytes(b"\xff\xfe\0")
    return "generation_config.json can't be read"


def cut_off_ct2(models, openai, hf, ct2):
    shutil.copytree(ct2, models / "faster-whisper-base", ignore=shutil.ignore_patterns("model.bin"))
    (models / "faster-whisper-base" / "model.bin").write_bytes((ct2 / "model.bin").read_bytes()[:5000])
    return "can't be used as a model of CTranslate2"


def another_network(models, openai, hf, ct2):
    import torch
    from safetensors.torch import save_file

    shutil.copytree(hf, models / "whisper-base", ignore=shutil.ignore_patterns("*.safetensors"))
    save_file({"conv.weight": torch.zeros(3, 3)}, models / "whisper-base" / "model.safetensors")
    return "holds no Whisper model"


def ct2_without(name):
    def fault(models, openai, hf, ct2):
        shutil.copytree(ct2, models / "faster-whisper-large-v3", ignore=shutil.ignore_patterns(name))

    return fault


def ct2_without_configuration(models, openai, hf, ct2):
    ct2_without("config.json")(models, openai, hf, ct2)
    return "faster-whisper-large-v3 can't be used as a model of CTranslate2: it lacks config.json"


def not_a_number(models, openai, hf, ct2):
    from safetensors.torch import load_file, save_file

    folder = models / "whisper-medium.en"
    shutil.copytree(hf, folder)
    tensors = load_file(folder / "model.safetensors")
    save_file({name: tensor * float("nan") for name, tensor in tensors.items()}, folder / "model.safetensors")
    return "Whisper whisper-medium.en computes no numbers from the sound"


FAULTS = [empty, cut_off, a_web_page, damaged_safetensors, damaged_index, parts_missing, damaged_tokenizer,
          damaged_settings, cut_off_ct2, another_network,
          ct2_without_configuration, not_a_number]  # fmt: skip


@pytest.fixture(params=FAULTS, ids=lambda fault: fault.__name__)
def fault(request, models, tiny_en_openai, tiny_en_hf, tiny_en_ct2):
    return request.param(models, tiny_en_openai, tiny_en_hf, tiny_en_ct2)


def test_models_that_cannot_be_used_are_steps(
    models, speech, plain, host, tiny_en_openai, tiny_en_hf, tiny_en_ct2
):
    faults = [fault(models, tiny_en_openai, tiny_en_hf, tiny_en_ct2) for fault in FAULTS]
    found = align(*speech, host, AlignOptions(content="song"))
    assert found.timings == plain
    for fault in faults:
        assert [step for step in found.steps if step.startswith("whisper: ") and re.search(fault, step)], (
            fault
        )
        assert re.search(fault, found.report())


def test_a_named_engine_says_it_in_one_sentence(fault, speech, host):
    with pytest.raises(LipSyncError, match=fault) as raised:
        align(*speech, host, AlignOptions("whisper"))
    assert "\n" not in str(raised.value)


def test_a_large_model_without_tokeniser_gives_way_to_a_small_one(models, speech, host, tiny_en_hf, lacking):
    lacking("whisper")
    (models / "large-v3.pt").touch()
    shutil.copytree(tiny_en_hf, models / "whisper-small", ignore=shutil.ignore_patterns("[tv]o*", "merges*"))
    (models / "whisper-tiny.en").symlink_to(tiny_en_hf)
    found = align(*speech, host, AlignOptions(content="song"))
    assert found.timings.engine.startswith("whisper whisper-tiny.en")
    assert any("has no tokenizer" in step for step in found.steps)
    assert any("large-v3.pt" in step for step in found.steps)
    assert not any("whisper-tiny.en" in step for step in found.steps)


def test_a_ctranslate2_folder_without_tokeniser_is_a_step(models, speech, plain, host, tiny_en_ct2, lacking):
    lacking("whisper")
    ct2_without("tokenizer.json")(models, None, None, tiny_en_ct2)
    found = align(*speech, host, AlignOptions(content="song"))
    assert found.timings == plain
    assert any("faster-whisper-large-v3 has no tokenizer" in step for step in found.steps)
    with pytest.raises(InputError, match="faster-whisper-large-v3 is no model .* lacks tokenizer.json"):
        transcribed(choose("auto", "large-v3", host), speech, host)


def test_a_folder_with_float32_weights_only_is_a_model(models, host, tiny_en_hf):
    shutil.copytree(tiny_en_hf, models / "whisper-tiny.en")
    weights = models / "whisper-tiny.en" / "model.safetensors"
    weights.rename(weights.with_name("model.fp32.safetensors"))
    model = whisper_load.load_whisper(models / "whisper-tiny.en", host)
    assert model.tokenizer.encode(" star")
    assert [*openai_places("tiny.en", host)] == [models / "whisper-tiny.en"]


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (MemoryError(), DeviceMemoryError, "not enough memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 3 GiB"), LipSyncError, "not enough memory"),
        (ImportError("libcudnn.so.9: cannot open"), MissingFilesError, r"can't be imported \(libcudnn"),
        (AttributeError("np.float_ was removed"), LipSyncError, "AttributeError: np.float_ was removed"),
        (PermissionError(13, "Permission denied"), LipSyncError, "Permission denied"),
    ],
)
def test_whatever_loading_raises(models, speech, plain, host, monkeypatch, error, kind, says):
    (models / "base.pt").write_bytes(b"x")

    def load(path):
        raise error

    monkeypatch.setattr(whisper_checkpoint, "load_state_dict", load)
    if kind is DeviceMemoryError:
        found = align(*speech, host, AlignOptions(content="song"))
        assert found.timings == plain
        assert re.search(says, "".join(found.steps))
    with pytest.raises(kind, match=says):
        align(*speech, host, AlignOptions("whisper"))


def test_a_model_that_fails_at_work_is_left(models, speech, plain, host, monkeypatch, tiny_en_hf):
    from lipsync_studio.align.whisper.network import TorchWhisper

    def listen(self, samples):
        raise RuntimeError("cuBLAS is not to be had")

    (models / "whisper-tiny.en").symlink_to(tiny_en_hf)
    monkeypatch.setattr(TorchWhisper, "listen", listen)
    found = align(*speech, host, AlignOptions(content="song"))
    assert found.timings == plain
    assert any("cuBLAS is not to be had" in step for step in found.steps)


def test_damaged_ctc_weights_are_a_step(models, speech, plain, host):
    for file in CTC_EN.files:
        path = host.models_folder(file.kind) / file.place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{ cut off")
    found = align(*speech, host, AlignOptions(content="song"))
    assert found.timings == plain
    assert any(step.startswith("ctc: ") for step in found.steps)
    with pytest.raises(WeightsError):
        align(*speech, host, AlignOptions("ctc"))


def test_a_file_that_the_user_names_is_not_passed_over(models, speech, host):
    (models / "mine.pt").touch()
    with pytest.raises(WeightsError, match="mine.pt is empty"):
        align(*speech, host, AlignOptions(content="song", whisper=models / "mine.pt"))
    with pytest.raises(InputError, match="no Whisper model"):
        align(*speech, host, AlignOptions(content="song", whisper=models / "nowhere"))


class CancelledWhileLoading(PlainHost):
    def manage(self, module):
        self._cancel.set()
        self.check_cancelled()


def test_cancel_is_no_fault_of_an_engine(models, speech, tiny_en_hf, tiny_en_openai):
    (models / "whisper-tiny.en").symlink_to(tiny_en_hf)
    with CancelledWhileLoading("cpu") as host, pytest.raises(Cancelled):
        align(*speech, host, AlignOptions(content="song"))
    (models / "tiny.en.pt").symlink_to(tiny_en_openai)
    with CancelledWhileLoading("cpu") as host, pytest.raises(Cancelled):
        transcribed(choose("auto", "tiny.en", host), speech, host)


def transcribed(choice, speech, host, language=None):
    return choice.transcribe(speech[0], language=language, content="speech", host=host)


def test_a_transcriber_that_cannot_be_had_gives_way(models, speech, host, tiny_en_ct2):
    (models / "tiny.en.pt").touch()
    (models / "faster-whisper-tiny.en").symlink_to(tiny_en_ct2)
    choice = choose("auto", "tiny.en", host)
    assert transcribed(choice, speech, host).engine == "faster-whisper tiny.en"
    assert re.fullmatch(
        r"Not by whisper-timestamped tiny.en: .*tiny\.en\.pt is empty: fetch it again\.",
        "\n".join(choice.notes),
    )


@pytest.mark.parametrize("spoil", [empty, cut_off_ct2], ids=lambda fault: fault.__name__)
def test_without_any_that_works_nothing_is_written_down(
    spoil, models, speech, host, tiny_en_openai, tiny_en_hf, tiny_en_ct2
):
    fault = spoil(models, tiny_en_openai, tiny_en_hf, tiny_en_ct2)
    with pytest.raises(LipSyncError, match=fault):
        transcribed(choose("auto", "base", host), speech, host)


@pytest.mark.parametrize(
    ("package", "engine"), [("faster_whisper", "faster-whisper"), ("whisper_timestamped",) * 2]
)
@pytest.mark.parametrize(
    "error", ["ImportError('no libctranslate2.so')", "OSError('no lib')", "AttributeError('x')"]
)
def test_a_package_whose_import_fails(
    models, speech, host, broken, tiny_en_ct2, tiny_en_openai, package, engine, error
):
    if package == "faster_whisper":
        (models / "faster-whisper-tiny.en").symlink_to(tiny_en_ct2)
    else:
        (models / "tiny.en.pt").symlink_to(tiny_en_openai)
    broken(package, error)
    if error.startswith("OSError") and package == "whisper_timestamped":
        choice = choose("auto", "tiny.en", host)
        assert transcribed(choice, speech, host).engine == "whisper tiny.en"
        assert "is installed but can't be imported" in "\n".join(choice.notes)
    with pytest.raises(MissingFilesError, match="is installed but can't be imported"):
        transcribed(choose(engine.replace("_", "-"), "tiny.en", host), speech, host)
