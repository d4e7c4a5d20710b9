"""RTMPose through ONNX Runtime."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import WeightsError
from ..host.protocol import Host
from ..nets.onnx import CPU, open_session
from ..weights.download import identity
from .topdown import BINS, INPUT_SIZE, POINTS

if TYPE_CHECKING:
    import torch

# Activations of sixteen pictures, and ONNX Runtime's own arena.
_WORKSPACE = 1 << 30


class OnnxPose:
    """`dw-ll_ucoco_384.onnx`, or any export of the same network; a `PoseNetwork`.

    Raises MissingFilesError without ONNX Runtime, WeightsError for a file that is damaged or another network.
    """

    def __init__(self, path: Path, host: Host) -> None:
        self._session = open_session(
            path, host, needed_by="DWPose", remedy="fetch it again", workspace=_WORKSPACE
        )
        self.key = identity(path)
        self._input, self._outputs, self._one_by_one = _layout(self._session, path)

    def on_device(self, device: torch.device) -> bool:
        """Whether ONNX Runtime computes there: where its libraries for a GPU don't load, it takes the CPU."""
        return (self._session.get_providers()[0] == CPU) == (device.type == "cpu")

    def resident(self) -> AbstractContextManager[None]:
        """Nothing: ONNX Runtime's memory is out of the host's reach."""
        return nullcontext()

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        batches = np.split(pictures, len(pictures)) if self._one_by_one else [pictures]
        found = [
            self._session.run(self._outputs, {self._input: np.ascontiguousarray(batch)}) for batch in batches
        ]
        x, y = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return x, y


def _layout(session: Any, path: Path) -> tuple[str, list[str], bool]:
    """Name of the input, names of the outputs over x and y, and whether only one picture goes in at once."""
    inputs = session.get_inputs()
    outputs = {output.shape[-1]: output for output in session.get_outputs() if len(output.shape) == 3}
    wanted = [3, INPUT_SIZE[1], INPUT_SIZE[0]]
    if (
        len(inputs) != 1
        or inputs[0].shape[1:] != wanted
        or not set(BINS) <= set(outputs)
        or any(_fixed(outputs[bins].shape[1]) and outputs[bins].shape[1] != POINTS for bins in BINS)
    ):
        raise WeightsError(
            f"{path} is another network than DWPose's whole-body one at 384x288: put dw-ll_ucoco_384.onnx in "
            "its place."
        )
    batch = inputs[0].shape[0]
    return inputs[0].name, [outputs[bins].name for bins in BINS], _fixed(batch)


def _fixed(size: Any) -> bool:
    return isinstance(size, int)
