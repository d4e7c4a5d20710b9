"""The face parser with seeded weights: the published ones can't be had here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.faces.bisenet import BiSeNet, load_bisenet
from lipsync_studio.engine.faces.parsing import class_maps, normalised
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.parity import seeded_state_dict

KEYS = Path(__file__).parents[2] / "data" / "goldens" / "keys" / "bisenet_face_parsing.json"


@pytest.fixture(scope="module")
def seeded() -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        net = BiSeNet()
    return seeded_state_dict(net.state_dict())


def test_exactly_the_published_keys(seeded: dict[str, torch.Tensor]):
    wanted = json.loads(KEYS.read_text())["state_dict"]
    ours = {
        key: {"shape": list(value.shape), "dtype": str(value.dtype).removeprefix("torch.")}
        for key, value in seeded.items()
    }
    assert ours == wanted


def _legacy(state: dict[str, torch.Tensor], path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


def _safetensors(state: dict[str, torch.Tensor], path: Path) -> None:
    save_file(state, path)


def _half(state: dict[str, torch.Tensor], path: Path) -> None:
    save_file({key: v.half() if v.is_floating_point() else v for key, v in state.items()}, path)


@pytest.mark.parametrize(
    ("name", "save", "tolerance"),
    [
        ("79999_iter.pth", _legacy, 0.0),
        ("79999_iter.pt", torch.save, 0.0),
        ("79999_iter.safetensors", _safetensors, 0.0),
        ("79999_iter_fp16.safetensors", _half, 1e-3),
    ],
)
def test_loads_from_every_format(
    seeded: dict[str, torch.Tensor], tmp_path: Path, name: str, save: Callable, tolerance: float
):
    save(seeded, tmp_path / name)
    net = load_bisenet(tmp_path / name)
    assert not net.training
    for key, value in net.state_dict().items():
        assert value.dtype == seeded[key].dtype
        assert torch.allclose(value, seeded[key], rtol=tolerance, atol=tolerance)


def test_another_networks_weights_are_refused(tmp_path: Path):
    torch.save({"conv.weight": torch.zeros(3)}, tmp_path / "unet.pth")
    with pytest.raises(WeightsError, match=r"unet\.pth does not hold the face parser's weights"):
        load_bisenet(tmp_path / "unet.pth")


def test_maps_of_crops(seeded: dict[str, torch.Tensor], host: PlainHost):
    net = BiSeNet().eval()
    net.load_state_dict(seeded)
    net.to(memory_format=torch.channels_last)
    model = host.manage(net)
    random = np.random.default_rng(0)
    crops = [random.integers(0, 255, (side, side, 3), dtype=np.uint8) for side in (300, 512, 40)]
    maps = class_maps(crops, model, batch=2)
    assert maps.shape == (3, 512, 512)
    assert maps.dtype == np.uint8
    assert maps.max() < 19
    assert len(np.unique(maps)) > 3
    # The parser's own way: Pillow's bilinear resizing, then the most likely class.
    resized = np.array(Image.fromarray(crops[0]).resize((512, 512), Image.Resampling.BILINEAR))
    with torch.inference_mode():
        wanted = net(normalised(torch.from_numpy(resized[None])))[0].argmax(0).numpy()
    assert (maps[0] == wanted).mean() > 0.999
    assert class_maps([], model).shape == (0, 512, 512)


def test_normalised_by_imagenets_statistics():
    x = normalised(torch.tensor([[[[255, 0, 128]]]], dtype=torch.uint8))
    wanted = [(1 - 0.485) / 0.229, -0.456 / 0.224, (128 / 255 - 0.406) / 0.225]
    assert x.shape == (1, 3, 1, 1)
    assert x.flatten().tolist() == pytest.approx(wanted, abs=1e-6)
