"""LatentSync's networks against the original's numbers, and from every kind of file there is of them.

Full-size files are sparse: names and shapes are all there, the numbers are holes in the file.
"""

import gzip
import json
import math
from pathlib import Path

import psutil
import pytest
import torch

from lipsync_studio.backends.latentsync.parity import seeded_unet
from lipsync_studio.backends.latentsync.unet import (
    ClipGroupNorm,
    FrameGroupNorm,
    build_unet,
    load_unet,
)
from lipsync_studio.devtools.seeded_latentsync import SMALL_UNET, write_unet
from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.nets.motion_unet import motion_entries, original_name

DATA = Path(__file__).parents[2] / "data" / "goldens"
POSITIONS = "attention_blocks.1.pos_encoder.pe"


@pytest.fixture(scope="module")
def published():
    """Shape by the original's name."""
    with gzip.open(DATA / "keys" / "latentsync_unet3d.json.gz") as file:
        return {name: tuple(shape) for name, shape in json.load(file).items()}


def shapes(net):
    return {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}


def write_sparse(path, wanted, dtype):
    """Of the full size, and next to nothing on the disk."""
    if path.suffix == ".safetensors":
        code, at, header = {torch.float32: "F32", torch.float16: "F16"}[dtype], 0, {}
        for name, shape in wanted.items():
            end = at + math.prod(shape) * dtype.itemsize
            header[name] = {"dtype": code, "shape": shape, "data_offsets": [at, end]}
            at = end
        text = json.dumps(header).encode()
        with path.open("wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            file.truncate(8 + len(text) + at)
        return path
    with torch.serialization.skip_data():
        state = {name: torch.empty(shape, dtype=dtype) for name, shape in wanted.items()}
        torch.save({"global_step": 1, "state_dict": state}, path)
    return path


def test_one_table_renames_the_originals_entries(published):
    state = {name: torch.empty(shape, device="meta") for name, shape in published.items()}
    ours = shapes(build_unet())
    assert {name: tuple(tensor.shape) for name, tensor in motion_entries(state).items()} == ours
    # Names that are ours already stay.
    assert motion_entries(dict.fromkeys(ours)).keys() == ours.keys()
    doubled = {name for name in published if name.endswith(POSITIONS)}
    assert {original_name(name) for name in ours} == set(published) - doubled


@pytest.mark.parametrize(
    ("name", "prefix", "dtype"),
    [
        ("latentsync_unet.pt", "", torch.float32),
        ("latentsync_unet.pt", "", torch.float16),
        ("latentsync_unet.pt", "module.", torch.float32),
        ("latentsync_unet.pt", "module.", torch.float16),
        ("latentsync_unet.safetensors", "unet.module.", torch.float32),
        ("latentsync_unet.safetensors", "unet.module.", torch.float16),
    ],
)
def test_full_size_unet(tmp_path, published, name, prefix, dtype):
    wanted = {prefix + entry: shape for entry, shape in published.items()}
    path = write_sparse(tmp_path / name, wanted, dtype)
    before = psutil.Process().memory_info().rss
    net = load_unet(path, dtype=dtype)
    # 5 GB in float32: the file's own pages are the parameters.
    assert psutil.Process().memory_info().rss - before < 300 << 20
    assert {each.dtype for each in (*net.parameters(), *net.buffers())} == {dtype}
    assert shapes(net) == shapes(build_unet())
    assert not net.training


def test_numbers_arrive_where_they_belong(tmp_path):
    write_unet(tmp_path, SMALL_UNET)
    loaded, wanted = load_unet(tmp_path / "1.5" / "latentsync_unet.pt", SMALL_UNET), seeded_unet(SMALL_UNET)
    for name, tensor in wanted.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor), name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("musetalk_unet2d", "a UNet of MuseTalk's kind"),
        ("hf_whisper_tiny", "a Whisper model from Hugging Face"),
    ],
)
def test_another_networks_file_is_one_sentence(tmp_path, name, said):
    keys = json.loads((DATA / "keys" / f"{name}.json").read_text())["state_dict"]
    wanted = {f"model.{entry}": each["shape"] for entry, each in keys.items()}
    path = write_sparse(tmp_path / "unet.pt", wanted, torch.float32)
    with pytest.raises(WeightsError, match=f"the weights of LatentSync's UNet .*{said}; put"):
        load_unet(path)


class Payload:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_a_malicious_pickle_runs_nothing(tmp_path):
    mark, path = tmp_path / "ran", tmp_path / "latentsync_unet.pt"
    torch.save({"state_dict": {"conv_in.weight": Payload(mark)}}, path)
    with pytest.raises(WeightsError, match="not opened"):
        load_unet(path)
    assert not mark.exists()


def test_what_the_norms_are_taken_over():
    """A clip's frames together, a temporal layer's each by itself; on 4 frames of which one is louder."""
    frames = torch.randn(4, 64, 6, 5, generator=torch.Generator().manual_seed(3))
    frames[2] *= 7
    together = ClipGroupNorm(8, 64)(frames)
    groups = together.unflatten(1, (8, 8)).transpose(0, 1).flatten(1)
    assert torch.allclose(groups.mean(1), torch.zeros(8), atol=1e-5)
    assert torch.allclose(groups.std(1, correction=0), torch.ones(8), atol=1e-3)
    assert together[2].std() > 3 * together[1].std()
    apart = FrameGroupNorm(32, 64)(frames.transpose(0, 1)[None])[0].transpose(0, 1)
    assert torch.allclose(apart, torch.nn.GroupNorm(32, 64)(frames), atol=1e-6)
