"""Pickles become half-size safetensors, once, and are then preferred."""

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from weight_entries import weight_file

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.weights.convert import convert, convert_sets
from lipsync_studio.engine.weights.download import digest
from lipsync_studio.engine.weights.locate import find
from lipsync_studio.engine.weights.state_dict import load_state_dict
from lipsync_studio.engine.weights.status import set_state, verify

TENSORS = {
    "conv.weight": torch.linspace(-3, 3, 64).reshape(8, 8).t(),
    "conv.bias": torch.tensor([1e-3, 70_000.0]),
    "bn.running_var": torch.tensor([1e-9, 2.0]),
    "bn.num_batches_tracked": torch.tensor(7),
}


@pytest.fixture
def pickled(host, home):
    """An installed pickle, whose digest is the published one."""
    path = home / "models" / "musetalk" / "nets" / "net.pth"
    path.parent.mkdir(parents=True)
    torch.save(TENSORS, path)
    return weight_file(path.read_bytes())


def test_the_result_is_half_precision_and_found_before_its_source(host, home, pickled):
    source = find(pickled, host)
    result = convert(pickled, host)
    assert result == home / "models" / "musetalk" / "nets" / "net.fp16.safetensors"
    assert find(pickled, host) == result
    assert find(pickled, host, converted=False) == source
    made = load_file(result)
    assert {name: tensor.dtype for name, tensor in made.items()} == {
        "conv.weight": torch.float16,
        "conv.bias": torch.float32,  # 70000 is beyond half precision
        "bn.running_var": torch.float32,
        "bn.num_batches_tracked": torch.int64,
    }
    assert torch.equal(made["conv.weight"], TENSORS["conv.weight"].half())
    assert all(torch.equal(made[name], TENSORS[name]) for name in list(TENSORS)[1:])
    with safe_open(result, "pt") as file:
        noted = file.metadata()
    assert noted["source_sha256"] == pickled.sha256 == digest(source, host, "")
    assert result.stat().st_mode == source.stat().st_mode
    assert [path.name for path in sorted(result.parent.iterdir())] == ["net.fp16.safetensors", "net.pth"]


def test_another_file_of_the_same_name_is_not_taken_for_converted(host, pickled):
    convert(pickled, host)
    assert find(weight_file(b"{}", path="net.json"), host) is None


def test_it_happens_once(host, pickled, make_set):
    weights = make_set(pickled)
    (result,) = convert_sets([weights], host)
    made = result.stat().st_mtime_ns
    assert convert_sets([weights], host) == []
    assert convert(pickled, host).stat().st_mtime_ns == made


def test_a_new_source_makes_the_old_result_worthless(host, pickled):
    result = convert(pickled, host)
    source = find(pickled, host, converted=False)
    torch.save({**TENSORS, "more": torch.ones(100)}, source)
    assert find(pickled, host) == source
    assert "more" in load_state_dict(convert(pickled, host))
    assert find(pickled, host) == result


def test_the_result_stays_when_the_pickle_goes(host, pickled, make_set):
    result = convert(pickled, host)
    find(pickled, host, converted=False).unlink()
    assert find(pickled, host) == result
    (state,) = set_state(make_set(pickled), host).files
    assert (state.state, state.is_converted) == ("installed", True)
    (verdict,) = verify([make_set(pickled)], host)
    assert (verdict.right, verdict.note) == (True, "made of the published file")


def test_a_source_elsewhere_is_converted_into_our_own_folder(host, home):
    path = home / "home" / ".cache" / "imageai" / "musetalk" / "nets" / "net.pth"
    path.parent.mkdir(parents=True)
    torch.save(TENSORS, path, _use_new_zipfile_serialization=False)
    result = convert(weight_file(path.read_bytes()), host)
    assert result == home / "models" / "musetalk" / "nets" / "net.fp16.safetensors"


def test_an_unsafe_source_leaves_nothing(host, pickled):
    source = find(pickled, host)
    torch.save({"net": torch.nn.Linear(2, 2)}, source)
    with pytest.raises(WeightsError, match="not opened"):
        convert(pickled, host)
    assert [path.name for path in source.parent.iterdir() if path.name[0] != "."] == ["net.pth"]


def test_without_a_pickle_it_is_one_sentence(host):
    with pytest.raises(WeightsError, match=r"no pickle of nets/net\.pth"):
        convert(weight_file(b"x"), host)


def test_a_safetensors_file_with_another_maker_is_not_taken_for_a_conversion(host, pickled):
    source = find(pickled, host)
    header = json.dumps({"a": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    stray = source.with_name("net.fp16.safetensors")
    stray.write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    assert find(pickled, host) == source
