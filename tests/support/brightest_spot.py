"""A network of RTMPose's shape that puts its points on the brightest spot, for tests of what surrounds it."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch

from lipsync_studio.engine.faces.topdown import INPUT_SIZE, MIRRORED, POINTS

# How many bins (half pixels of the network's picture) above the spot each point lies; the same for a point
# and its mirror image.
ABOVE = np.minimum(np.arange(POINTS), MIRRORED)


class BrightestSpot(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        last = 2 * INPUT_SIZE[1] - 1
        self.register_buffer("bins", torch.from_numpy(np.arange(last + 1) + ABOVE[:, None]).clamp(max=last))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        brightness = x.mean(1)
        columns = brightness.amax(1).repeat_interleave(2, 1)[:, None].expand(-1, POINTS, -1)
        rows = brightness.amax(2).repeat_interleave(2, 1)
        return columns, rows[:, self.bins]


def export(network: torch.nn.Module, path: Path, *, any_batch: bool = False) -> None:
    """As `dw-ll_ucoco_384.onnx` is laid out."""
    names = ["input", "simcc_x", "simcc_y"]
    with warnings.catch_warnings():
        # The exporter that needs onnx alone is deprecated for one that needs onnxscript as well.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, 3, INPUT_SIZE[1], INPUT_SIZE[0]),),
            path,
            opset_version=17,
            input_names=names[:1],
            output_names=names[1:],
            dynamic_axes={name: {0: "batch"} for name in names} if any_batch else None,
            dynamo=False,
        )
