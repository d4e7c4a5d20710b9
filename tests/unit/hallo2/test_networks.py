"""Hallo2's networks from every kind of file there is of them.

Full-size files are sparse: names and shapes are all there, the numbers are holes in the file.
"""

import gzip
import json
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import torch
from sparse_weights import KEYS, keys, write_sparse

from lipsync_studio.backends.hallo2.identity import Identity, alignment
from lipsync_studio.backends.hallo2.models import build_networks, load_networks, of_networks
from lipsync_studio.backends.hallo2.pipeline import Hallo2Engine
from lipsync_studio.backends.hallo2.spec import Hallo2Settings
from lipsync_studio.devtools.seeded_hallo2 import SMALL, net_entries, seeded, seeded_wav2vec2
from lipsync_studio.devtools.seeded_musetalk import seeded_vae
from lipsync_studio.engine.errors import Cancelled, WeightsError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.nets.motion_unet import build_reference_unet, motion_entries
from lipsync_studio.engine.nets.wav2vec2 import load_wav2vec2


@pytest.fixture(scope="module")
def published():
    """Shape by the name in `net.pth`."""
    with gzip.open(KEYS / "hallo2_net.json.gz") as file:
        return {name: tuple(shape) for name, shape in json.load(file).items()}


@pytest.fixture
def host():
    with PlainHost("cpu") as plain:
        yield plain


def shapes(net):
    return {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}


@pytest.mark.parametrize(
    ("kind", "prefix", "dtype"),
    [("zip", "", torch.float16), ("zip", "module.", torch.float32), ("safetensors", "", torch.float16)],
)
def test_full_size_networks(tmp_path, published, kind, prefix, dtype):
    wanted = {prefix + entry: shape for entry, shape in published.items()}
    path = write_sparse(tmp_path / "net.pth", wanted, kind, dtype)
    before = psutil.Process().memory_info().rss
    denoiser, reference, conditions, side = load_networks(path, dtype=dtype)
    # 4.9 GB in half precision: the file's own pages are the parameters.
    assert psutil.Process().memory_info().rss - before < 300 << 20
    built = build_networks()
    assert side == 512
    for net, other in zip((denoiser, reference, conditions), built[:3], strict=True):
        assert shapes(net) == shapes(other)
        assert {each.dtype for each in net.parameters()} == {dtype}
        assert not net.training


def test_one_table_renames_the_originals_entries(published):
    part = "denoising_unet."
    state = {name.removeprefix(part): torch.empty(shape, device="meta")
             for name, shape in published.items() if name.startswith(part)}  # fmt: skip
    ours = {name: tuple(each.shape) for name, each in motion_entries(state).items()}
    assert ours == shapes(build_networks()[0])
    kept = {name.removeprefix("reference_unet."): shape for name, shape in published.items()
            if name.startswith("reference_unet.")}  # fmt: skip
    assert kept == shapes(build_reference_unet())


@pytest.fixture(scope="module")
def entries():
    """Of small networks."""
    return net_entries()


def test_numbers_arrive_where_they_belong(tmp_path, entries):
    path = tmp_path / "net.pth"
    torch.save(entries, path)
    path.with_suffix(".json").write_text(json.dumps(dict(SMALL)))
    for loaded, wanted in zip(load_networks(path)[:3], seeded()[:3], strict=True):
        for name, tensor in wanted.state_dict().items():
            assert torch.equal(loaded.state_dict()[name], tensor), name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda whole: {name: each for name, each in whole.items() if "audioproj" not in name},
         "it has no audioproj"),
        (lambda whole: {**whole, "optimizer.step": torch.zeros(1)},
         "optimizer.step is none of its entries"),
        (lambda whole: {name: each for name, each in whole.items() if name != "imageproj.norm.bias"},
         "1 missing: norm.bias"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_one_sentence(tmp_path, entries, change, said):
    path = tmp_path / "net.pth"
    torch.save(change(entries), path)
    path.with_suffix(".json").write_text(json.dumps(dict(SMALL)))
    with pytest.raises(WeightsError, match=said):
        load_networks(path)


class Payload:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("load", [load_networks, load_wav2vec2])
def test_a_malicious_pickle_runs_nothing(tmp_path, load):
    mark, path = tmp_path / "ran", tmp_path / "net.pth"
    torch.save({"denoising_unet.conv_in.weight": Payload(mark)}, path)
    with pytest.raises(WeightsError, match="not opened"):
        load(path)
    assert not mark.exists()


def test_full_size_wav2vec2_as_published(tmp_path):
    """With the head for letters, the old names of the weight norm, and without the vector for training."""
    known = keys("hf_wav2vec2_base_960h")
    wanted = {f"wav2vec2.{name}": shape for name, shape in known.items()}
    for number, letter in enumerate("gv"):
        name = "wav2vec2.encoder.pos_conv_embed.conv."
        wanted[f"{name}weight_{letter}"] = wanted.pop(f"{name}parametrizations.weight.original{number}")
    wanted |= {"lm_head.weight": (32, 768), "lm_head.bias": (32,)}
    without = {name: shape for name, shape in wanted.items() if "masked_spec_embed" not in name}
    for entries in (wanted, without):
        net = load_wav2vec2(write_sparse(tmp_path / "model.pt", entries, "safetensors"))
        assert len(shapes(net)) == len(known) - 1


def test_a_cancel_while_listening_leaves_no_file(host, tmp_path, monkeypatch):
    """In a folder that outlives the run."""
    models = of_networks(*seeded()[:3], seeded_vae(), seeded_wav2vec2(), None, 64, host)
    files = []

    def stop(stage, done, total, **more):
        files.extend(tmp_path.iterdir())
        if files:
            raise Cancelled("Stopped.")

    monkeypatch.setattr(host, "temp_file", lambda suffix: tmp_path / f"heard{suffix}")
    monkeypatch.setattr(host, "progress", stop)
    job = SimpleNamespace(frames=lambda fps: 50, samples=lambda muted=True: np.zeros(32000, np.float32))
    with pytest.raises(Cancelled):
        Hallo2Engine(models, Hallo2Settings())._listen(job, host)
    assert [file.name for file in files] == ["heard.states"]
    assert list(tmp_path.iterdir()) == []


def test_another_networks_file_in_wav2vec2s_place(tmp_path):
    path = write_sparse(tmp_path / "model.pt", {"conv1_1.weight": (64, 3, 3, 3)}, "zip")
    with pytest.raises(
        WeightsError, match="doesn't hold wav2vec2: it seems to be the face detector S3FD; put"
    ):
        load_wav2vec2(path)


def test_a_face_is_aligned_as_arcface_wants_it():
    """A mesh whose five points are the template's, turned, enlarged and moved."""
    template = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655],
                         [70.7299, 92.2041]])  # fmt: skip
    turn = 3.0 * np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    mesh = np.zeros((478, 3))
    mesh[[468, 473, 1, 61, 291], :2] = template @ turn.T + (200, 90)
    found = alignment(mesh)
    back = mesh[[468, 473, 1, 61, 291], :2] @ found[:, :2].T + found[:, 2]
    assert np.abs(back - template).max() < 1e-6


def export(path, side=112, size=512):
    """A network of ArcFace's layout that looks at the colours of the picture's quarters."""
    net = torch.nn.Sequential(torch.nn.AvgPool2d(side // 2), torch.nn.Flatten(), torch.nn.Linear(12, size))
    with warnings.catch_warnings():
        # The exporter that needs onnx alone is deprecated for one that needs onnxscript as well.
        warnings.simplefilter("ignore")
        torch.onnx.export(net, (torch.zeros(1, 3, side, side),), path, input_names=["input.1"], dynamo=False)
    return net


def test_a_face_is_known_by_its_colours_from_minus_one_to_one(tmp_path, host):
    net = export(tmp_path / "glintr100.onnx")
    mesh = np.zeros((478, 3))
    # The template's own places: the picture is the square that ArcFace sees.
    mesh[[468, 473, 1, 61, 291], :2] = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366],
                                                 [41.5493, 92.3655], [70.7299, 92.2041]])  # fmt: skip
    rgb = np.zeros((112, 112, 3), np.uint8)
    rgb[:56, :, 0], rgb[56:, :, 2] = 255, 204
    found = Identity(tmp_path / "glintr100.onnx", host).embedding(rgb, mesh)
    seen = torch.tensor([[[1.0, 1.0], [-1.0, -1.0]], [[-1.0, -1.0]] * 2, [[-1.0, -1.0], [0.6, 0.6]]])
    wanted = net[1:](seen[None])[0].detach().numpy()
    assert np.abs(found - wanted).max() < 2e-3
    export(tmp_path / "other.onnx", size=256)
    with pytest.raises(WeightsError, match="another network than InsightFace's glintr100"):
        Identity(tmp_path / "other.onnx", host)
