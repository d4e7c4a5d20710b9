"""Weights are read from every format there is; nothing that a file holds is ever run."""

import io
import os
import pickle
import tarfile

import pytest
import torch
from safetensors.torch import save_file

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.weights.state_dict import load_state_dict

TENSORS = {"conv.weight": torch.arange(6.0).reshape(2, 3), "conv.bias": torch.ones(2, dtype=torch.float16)}


class Payload:
    """Unpickling it runs a command."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch '{self.mark}'",)


def write_tar(path, content):
    """torch's oldest format: pickles in a tar."""
    with tarfile.open(path, "w") as tar:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            data = pickle.dumps(content)
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


WRITERS = {
    "zip": torch.save,
    "legacy": lambda content, path: torch.save(content, path, _use_new_zipfile_serialization=False),
    "tar": lambda content, path: write_tar(path, content),
    "pickle": lambda content, path: path.write_bytes(pickle.dumps(content)),
    "pickle0": lambda content, path: path.write_bytes(pickle.dumps(content, protocol=0)),
}


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("name", ["unet.pth", "pytorch_model.bin", "tiny.pt", "model.safetensors"])
def test_a_malicious_file_is_refused_and_nothing_runs(tmp_path, form, name):
    path, mark = tmp_path / name, tmp_path / "ran"
    WRITERS[form]({**TENSORS, "extra": Payload(mark)}, path)
    with pytest.raises(WeightsError) as raised:
        load_state_dict(path)
    text = str(raised.value)
    assert str(path) in text
    assert text.count("\n") == 0
    # torch's advice on how to open such a file all the same is not passed on.
    assert "weights_only" not in text
    assert not mark.exists()


def test_the_refusal_names_what_the_file_would_have_run(tmp_path):
    torch.save(Payload(tmp_path / "ran"), tmp_path / "net.pth")
    with pytest.raises(WeightsError, match=r"not opened.*more than weights \((posix|nt)\.system\)"):
        load_state_dict(tmp_path / "net.pth")
    # The file was armed: where pickles are trusted it goes off.
    torch.load(tmp_path / "net.pth", weights_only=False)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("wrapper", [None, "state_dict", "model_state_dict"])
@pytest.mark.parametrize("form", ["zip", "legacy"])
def test_checkpoints_are_read_also_wrapped(tmp_path, form, wrapper):
    content = TENSORS if wrapper is None else {wrapper: TENSORS, "epoch": 3}
    WRITERS[form](content, tmp_path / "net.pth")
    assert_same(load_state_dict(tmp_path / "net.pth"))


def test_safetensors_are_read(tmp_path):
    save_file(TENSORS, tmp_path / "net.safetensors")
    assert_same(load_state_dict(tmp_path / "net.safetensors"))


def assert_same(read):
    assert set(read) == set(TENSORS)
    for name, tensor in TENSORS.items():
        assert read[name].dtype == tensor.dtype
        assert torch.equal(read[name], tensor)


@pytest.mark.parametrize("name", ["net.pth", "net.safetensors"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html>Sign in</html>", "web page"),
        (b"\n <html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", "Git LFS pointer"),
        (b"", "is empty"),
        (b"Entry not found", "damaged|not opened"),
        (bytes(5000), "damaged|not opened"),
    ],
)
def test_what_is_no_weight_file_is_told_in_a_sentence(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=words) as raised:
        load_state_dict(tmp_path / name)
    assert str(raised.value).count("\n") == 0


def test_a_file_cut_off_anywhere_is_told_in_a_sentence(tmp_path):
    for form, name in (("zip", "net.pth"), ("legacy", "old.pth")):
        WRITERS[form](TENSORS, tmp_path / name)
    save_file(TENSORS, tmp_path / "net.safetensors")
    for path in sorted(tmp_path.iterdir()):
        whole = path.read_bytes()
        for length in range(1, len(whole), max(1, len(whole) // 25)):
            path.write_bytes(whole[:length])
            with pytest.raises(WeightsError, match="fetch it again|published file"):
                load_state_dict(path)


@pytest.mark.parametrize("content", [[1, 2], {"a": 3}, {"a": [torch.ones(1)]}, {}, {1: torch.ones(1)}])
def test_what_is_no_list_of_weights_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "net.pth")
    with pytest.raises(WeightsError, match="no list of weights"):
        load_state_dict(tmp_path / "net.pth")


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(WeightsError, match="can't be read"):
        load_state_dict(tmp_path / "net.pth")
