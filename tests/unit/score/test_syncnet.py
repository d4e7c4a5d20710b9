"""SyncNet against arithmetic of its own: features of python_speech_features 0.6, towers written out."""

import json
import pickle
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.score.syncnet import (
    SyncNet,
    SyncNetTowers,
    lse,
    mfcc,
    window_count,
    windows,
)  # fmt: skip
from lipsync_studio.engine.score.syncnet_clip import crop_squares, cut_face

KEYS = Path(__file__).parents[2] / "data" / "goldens" / "keys" / "syncnet_python_S.json"


@pytest.fixture(scope="module")
def weights():
    """Seeded by each entry's name, as all goldens are."""
    state = {}
    for name, entry in json.loads(KEYS.read_text())["state_dict"].items():
        shape = entry["shape"]
        x = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)
        if entry["dtype"].startswith("int"):
            value = np.zeros(shape, np.int64)
        elif name.endswith("running_var"):
            value = 1 + 0.1 * np.abs(x)
        elif name.endswith("running_mean"):
            value = 0.1 * x
        elif len(shape) <= 1:
            value = name.endswith("weight") + 0.1 * x
        else:
            value = x / np.sqrt(np.prod(shape[1:]))
        state[name] = torch.tensor(np.asarray(value, np.int64 if value.dtype == np.int64 else np.float32))
    return state


@pytest.fixture(scope="module")
def towers(weights):
    made = SyncNetTowers().eval()
    made.load_state_dict(weights, strict=True)
    return made


def block(weights, tower, at, x, conv, **how):
    x = conv(x, weights[f"{tower}.{at}.weight"], weights[f"{tower}.{at}.bias"], **how)
    norm = [weights[f"{tower}.{at + 1}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
    return F.relu(F.batch_norm(x, *norm))


def head(weights, tower, x):
    x = F.linear(x.flatten(1), weights[f"{tower}.0.weight"], weights[f"{tower}.0.bias"])
    norm = [weights[f"{tower}.1.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
    return F.linear(F.relu(F.batch_norm(x, *norm)), weights[f"{tower}.3.weight"], weights[f"{tower}.3.bias"])


def test_the_voices_tower(weights, towers):
    x = given = torch.tensor(np.random.RandomState(1).standard_normal((2, 1, 13, 20)), dtype=torch.float32)
    x = block(weights, "netcnnaud", 0, x, F.conv2d, padding=1)
    x = F.max_pool2d(block(weights, "netcnnaud", 4, x, F.conv2d, padding=1), 3, (1, 2))
    for at in (8, 11, 14):
        x = block(weights, "netcnnaud", at, x, F.conv2d, padding=1)
    assert x.shape[2:] == (11, 9)
    x = block(weights, "netcnnaud", 18, F.max_pool2d(x, 3, 2), F.conv2d)
    with torch.inference_mode():
        assert towers.voice(given).numpy() == pytest.approx(head(weights, "netfcaud", x).numpy(), abs=1e-4)


def test_the_lips_tower(weights, towers):
    given = torch.tensor(np.random.RandomState(2).uniform(0, 255, (1, 3, 5, 224, 224)), dtype=torch.float32)
    x = block(weights, "netcnnlip", 0, given, F.conv3d, stride=(1, 2, 2))
    # Five frames have become one: from here on it is a picture.
    assert x.shape[2:] == (1, 109, 109)
    x = F.max_pool2d(x[:, :, 0], 3, 2)
    flat = {name: value[:, :, 0] if value.ndim == 5 else value for name, value in weights.items()}
    x = F.max_pool2d(block(flat, "netcnnlip", 4, x, F.conv2d, stride=2, padding=1), 3, 2, 1)
    for at in (8, 11, 14):
        x = block(flat, "netcnnlip", at, x, F.conv2d, padding=1)
    assert x.shape[2:] == (13, 13)
    x = block(flat, "netcnnlip", 18, F.max_pool2d(x, 3, 2), F.conv2d)
    expected = head(weights, "netfclip", x).numpy()
    with torch.inference_mode():
        assert towers.lips(given).numpy() == pytest.approx(expected, abs=1e-4 * float(np.abs(expected).max()))


def test_features_are_the_published_ones():
    """Columns 0, 20 and 48, cepstra 0, 1, 5 and 12 of what python_speech_features.mfcc(x, 16000) gives."""
    noise = np.random.RandomState(5).standard_normal(8000) * 3000
    found = mfcc(np.round(noise * np.abs(np.sin(np.arange(8000) / 700))))
    expected = [
        [19.801373, -34.584341, -0.77463, 10.212447],
        [21.932986, -35.195401, 1.494136, -2.187951],
        [21.921345, -35.396529, -5.14266, -0.917308],
    ]
    assert found.shape == (49, 13)
    assert found[[0, 20, -1]][:, [0, 1, 5, 12]] == pytest.approx(np.array(expected), abs=1e-5)


@pytest.mark.parametrize(("samples", "columns"), [(1, 1), (400, 1), (401, 2), (560, 2), (561, 3)])
def test_a_column_begins_every_ten_milliseconds(samples, columns):
    assert mfcc(np.ones(samples)).shape == (columns, 13)
    assert np.isfinite(mfcc(np.zeros(samples))).all()


def test_windows_go_with_their_frames():
    features = np.arange(40)[:, None] * np.ones(13)
    found = windows(features, 3)
    assert found.shape == (3, 1, 13, 20)
    assert found[2, 0, 4].tolist() == list(range(8, 28))
    assert (window_count(75, 48000), window_count(75, 20000), window_count(4, 48000)) == (70, 26, 0)


def test_distance_confidence_and_offset():
    random = np.random.default_rng(3)
    voice = random.normal(size=(60, 1024))
    lips = np.roll(voice, -2, axis=0) + 0.1 * random.normal(size=(60, 1024))
    lips[-2:] = random.normal(size=(2, 1024))
    found = lse(lips, voice)
    # Lips at i match the voice at i + 2.
    by_hand = [
        np.mean(
            [
                np.sqrt(((lips[i] - (voice[i + k] if 0 <= i + k < 60 else 0) + 1e-6) ** 2).sum())
                for i in range(60)
            ]
        )
        for k in range(-15, 16)
    ]
    assert found.offset == -2
    assert found.distance == pytest.approx(min(by_hand), rel=1e-9)
    assert found.confidence == pytest.approx(np.median(by_hand) - min(by_hand), rel=1e-9)
    assert found.windows == 60


def test_a_file_of_the_users_is_read_and_nothing_in_it_runs(weights, tmp_path):
    path = tmp_path / "syncnet_v2.model"
    with PlainHost("cpu", progress=False) as host:
        torch.save(weights, path)
        net = SyncNet.load(path, host)
        with host.resident(net.model):
            assert net.voice(np.zeros((1, 1, 13, 20), np.float32)).shape == (1, 1024)
        torch.save({name: value for name, value in weights.items() if "lip" not in name}, path)
        with pytest.raises(WeightsError, match="another network than SyncNet"):
            SyncNet.load(path, host)
        path.write_bytes(pickle.dumps({"netcnnaud.0.weight": print}))
        with pytest.raises(WeightsError, match="not opened|damaged"):
            SyncNet.load(path, host)


def test_the_crop_is_the_published_one():
    boxes = np.tile([100.0, 80.0, 180.0, 200.0], (20, 1))
    boxes[10] = [0, 0, 10, 10]  # one slip of the tracker
    squares = crop_squares(boxes)
    assert squares[10].tolist() == [60, 140, 140]
    picture = np.zeros((300, 300, 3), np.uint8)
    picture[:, 140:] = 200
    face = cut_face(picture, 60, 140, 140)
    # From 140 - 84 to 140 + 84, and from 140 - 60 to 140 + 108.
    assert face.shape == (224, 224, 3)
    assert (face[:, :110] == 0).all()
    assert (face[:, 114:] == 200).all()
    outside = cut_face(picture, 60, 20, 20)
    assert (outside[:60, :60] == 110).all()
