"""Checkpoints as mmengine writes them, honest ones and others, read without mmengine."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.weights.convert import convert
from lipsync_studio.engine.weights.shared import DWPOSE_MMPOSE
from lipsync_studio.engine.weights.state_dict import load_mmengine

WEIGHTS = {"head.g": torch.tensor([2.5]), "head.mlp.weight": torch.arange(6.0).reshape(2, 3)}
MODULES = ("mmengine", "mmengine.logging", "mmengine.logging.history_buffer")


class Called:
    """What unpickles as the result of a call: of a function, or of what another call has returned."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __call__(self) -> None:
        """Only what can be called may be pickled as a call's function."""

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.function, self.arguments


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type:
    """mmengine 0.10.7's HistoryBuffer as far as pickling goes, under its own name; here its reading back
    leaves a trace."""

    class HistoryBuffer:
        def __init__(self) -> None:
            self._log_history = np.array([3.5, 2.25])
            self._count_history = np.array([1, 1], dtype=np.int64)
            self.max_length = 1000000

        def mean(self) -> float:
            (tmp_path / "evil").touch()
            return 0.0

        def __getstate__(self) -> dict[str, Any]:
            return {**self.__dict__, "statistics_methods": {"mean": HistoryBuffer.mean}}

        def __setstate__(self, state: dict[str, Any]) -> None:
            (tmp_path / "ran").touch()

    HistoryBuffer.__module__, HistoryBuffer.__qualname__ = MODULES[-1], "HistoryBuffer"
    HistoryBuffer.mean.__module__, HistoryBuffer.mean.__qualname__ = MODULES[-1], "HistoryBuffer.mean"
    for name in MODULES:
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules[MODULES[-1]].HistoryBuffer = HistoryBuffer  # type: ignore[attr-defined]
    return HistoryBuffer


def checkpoint(history: type, **more: Any) -> dict[str, Any]:
    """The parts of a checkpoint that mmengine's runner saves at the end of an epoch."""
    return {
        "meta": {
            "epoch": 270,
            "cfg": "model = dict(type='TopdownPoseEstimator')\n",
            "dataset_meta": {"sigmas": np.full(133, 0.05, np.float32), "flip_pairs": [(1, 2)]},
        },
        "state_dict": OrderedDict(WEIGHTS),
        "ema_state_dict": OrderedDict({"steps": torch.tensor(9), **WEIGHTS}),
        "message_hub": {
            "log_scalars": OrderedDict({"train/loss": history(), "train/lr": history()}),
            "runtime_info": OrderedDict({"iter": 7, "loss": np.float64(0.25), "seed": np.int64(21)}),
            "resumed_keys": OrderedDict({"iter": True}),
        },
        "optimizer": {
            "state": {0: {"step": torch.tensor(7.0), "exp_avg": torch.ones(2, 3)}},
            "param_groups": [{"lr": np.float64(4e-3), "betas": (0.9, 0.999), "params": [0, 1]}],
        },
        "param_schedulers": [{"base_values": [0.004], "last_step": 7}],
        **more,
    }


def same(found: dict[str, torch.Tensor]) -> bool:
    return found.keys() == WEIGHTS.keys() and all(torch.equal(found[key], WEIGHTS[key]) for key in WEIGHTS)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("installed", [True, False])
def test_the_weights_come_out_and_nothing_else_is_made(
    history: type, tmp_path: Path, zipped: bool, installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "epoch_270.pth"
    torch.save(checkpoint(history), path, _use_new_zipfile_serialization=zipped)
    if not installed:
        for name in MODULES:
            monkeypatch.delitem(sys.modules, name)
    assert same(load_mmengine(path))
    assert not (tmp_path / "ran").exists()
    with pytest.raises(Exception, match="Unsupported global"):  # such names are harmless here alone
        torch.load(path, weights_only=True)


def touch(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize("place", ["meta", "message_hub", "state_dict"])
@pytest.mark.parametrize(
    "evil",
    [
        pytest.param(lambda trace, _: Called(os.system, f"touch {trace}"), id="os"),
        pytest.param(lambda trace, _: Called(subprocess.check_call, ["touch", str(trace)]), id="subprocess"),
        pytest.param(lambda trace, _: Called(exec, f"open({str(trace)!r}, 'w')"), id="exec"),
        pytest.param(lambda trace, _: Called(open, str(trace), "w"), id="open"),
        pytest.param(lambda trace, _: Called(touch, trace), id="own"),
        # getattr is on the list: it must not fetch anything that could then be called …
        pytest.param(lambda trace, history: Called(Called(getattr, history, "mean"), None), id="getattr"),
        pytest.param(lambda trace, _: Called(Called(getattr, Path, "touch"), trace), id="getattr path"),
        # … nor may NumPy's names be more than names.
        pytest.param(
            lambda trace, _: Called(Called(getattr, np.ndarray, "tofile"), np.ones(3), str(trace)), id="numpy"
        ),
    ],
)
def test_code_is_refused_and_does_not_run(
    history: type, tmp_path: Path, evil: Callable[[Path, type], Any], place: str
) -> None:
    trace = tmp_path / "evil"
    content = checkpoint(history)
    content[place]["more"] = evil(trace, history)
    path = tmp_path / "dw-ll_ucoco_384.pth"
    torch.save(content, path)
    with pytest.raises(WeightsError, match=r"was not opened.*put the published file in its place"):
        load_mmengine(path)
    assert not trace.exists()
    assert not (tmp_path / "ran").exists()
    # The file was armed: where pickles are trusted it goes off.
    torch.load(path, weights_only=False)
    assert trace.exists()


def test_listed_names_make_nothing_however_they_are_called(history: type, tmp_path: Path) -> None:
    """A tebibyte of NumPy array, an array of objects, and a buffer whose state is code's: none is made."""
    reconstruct = np.zeros(1).__reduce__()[0]
    content = checkpoint(history)
    content["meta"]["more"] = [
        Called(reconstruct, np.ndarray, (1 << 40,), b"d"),
        Called(reconstruct, history, (0,), b"O"),
        np.array([{"a": 1}], dtype=object),
        Called(np.dtype, [("a", "O")]),
        Called(history, 1, 2, 3),
    ]
    path = tmp_path / "epoch_270.pth"
    torch.save(content, path)
    assert same(load_mmengine(path))
    assert not (tmp_path / "ran").exists()


def test_what_is_no_tensor_is_no_weight(history: type, tmp_path: Path) -> None:
    content = checkpoint(history)
    content["state_dict"]["head.more"] = Called(getattr, history, "mean")
    path = tmp_path / "epoch_270.pth"
    torch.save(content, path)
    with pytest.raises(WeightsError, match=r"head\.more is no tensor"):
        load_mmengine(path)
    assert not (tmp_path / "ran").exists()


def test_the_catalogues_checkpoint_can_be_converted(history: type, home: Path) -> None:
    (file,) = DWPOSE_MMPOSE.files
    with PlainHost("cpu") as host:
        path = host.models_folder(file.kind) / file.place
        path.parent.mkdir(parents=True)
        torch.save(checkpoint(history), path)
        converted = convert(file, host)
    assert converted.suffix == ".safetensors"
    found = load_mmengine(converted)
    assert {tensor.dtype for tensor in found.values()} == {torch.float16}
    assert same({name: tensor.float() for name, tensor in found.items()})
    assert not (home / "ran").exists()
