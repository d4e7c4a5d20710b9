"""DWPose (Yang et al. 2023, arXiv:2307.15880): the 68 face landmarks that MuseTalk was trained with."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import numpy as np

from ..errors import MissingFilesError
from ..host.protocol import Host
from ..weights.locate import locate, require
from ..weights.shared import DWPOSE, DWPOSE_MMPOSE
from . import topdown

_log = logging.getLogger(__name__)

# Faces that go through the network at once.
BATCH = 8


class PoseNetwork(Protocol):
    """RTMPose, whatever runs it. key: which weights these are."""

    key: str

    def resident(self) -> AbstractContextManager[None]:
        """A block around calls, during which the network is on the device."""
        ...

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logits over x [n, 133, 576] and y [n, 133, 768] of `topdown.normalised` pictures, up to 16."""
        ...


class LandmarkFinder(Protocol):
    """What finds 68 landmarks around a box. key: hash or name of method and weights."""

    key: str

    def resident(self) -> AbstractContextManager[None]:
        """A block around many calls of `landmarks`, during which networks stay on the device."""
        ...

    def landmarks(
        self, frames: Sequence[np.ndarray], boxes: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]: ...


class DwPose:
    """Landmarks by a `PoseNetwork`: the mean of the picture and its mirror image, as the original has it."""

    def __init__(self, network: PoseNetwork) -> None:
        self._network = network
        self.key = f"dwpose {network.key}"
        self.resident = network.resident

    def landmarks(
        self, frames: Sequence[np.ndarray], boxes: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The iBUG points float32 [N, 68, 2] and scores [N, 68], one face for each of N frames.

        frames: RGB uint8 [H, W, 3] of any sizes. boxes: x0, y0, x1, y1 [N, 4] of faces or persons, whose
        surroundings (1.25 times the box) are looked at; None takes whole frames, as MuseTalk did, which
        finds some face and places it no finer than a 576th of the picture.
        Coordinates are mmpose's: whole numbers are the middles of pixels. Scores are logits: about 0.3 is the
        least that DWPose shows.
        """
        points, scores = self.whole_body(frames, boxes)
        return points[:, topdown.FACE], scores[:, topdown.FACE]

    def whole_body(
        self, frames: Sequence[np.ndarray], boxes: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Like `landmarks`, all 133 points of COCO-WholeBody."""
        if boxes is None:
            boxes = np.array([topdown.whole_image(frame) for frame in frames], np.float32).reshape(-1, 4)
        points = np.empty((len(frames), topdown.POINTS, 2), np.float32)
        scores = np.empty((len(frames), topdown.POINTS), np.float32)
        with self.resident():
            for start in range(0, len(frames), BATCH):
                part = slice(start, start + BATCH)
                logits = self._logits(topdown.normalised(topdown.crops(frames[part], boxes[part])))
                found, scores[part] = topdown.decode(*logits)
                points[part] = topdown.to_picture(found, boxes[part])
        return points, scores

    def _logits(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        both = self._network(np.concatenate([pictures, pictures[..., ::-1]]))
        straight, mirrored = zip(*(np.split(logits, 2) for logits in both), strict=True)
        x, y = ((a + b) / 2 for a, b in zip(straight, topdown.unmirrored(*mirrored), strict=True))
        return x, y


def load_dwpose(host: Host) -> DwPose:
    """DWPose from whatever is installed: the ONNX file, or mmpose's checkpoint, which MuseTalk's own folder
    has, through torch. Where ONNX Runtime can't use the host's device, the checkpoint comes first.

    Raises MissingFilesError where there is neither, WeightsError where the file is not DWPose's.
    """
    checkpoint = locate(DWPOSE_MMPOSE, host).get("dwpose_checkpoint")
    try:
        network: PoseNetwork = _onnx(require(DWPOSE, host)["dwpose"], checkpoint, host)
    except MissingFilesError:
        if checkpoint is None:
            raise
        network = _torch(checkpoint, host)
    return DwPose(network)


def _onnx(path: Path, checkpoint: Path | None, host: Host) -> PoseNetwork:
    from .pose_onnx import OnnxPose

    network = OnnxPose(path, host)
    if network.on_device(host.device):
        return network
    if checkpoint is not None:
        return _torch(checkpoint, host)
    _log.warning(
        "ONNX Runtime can't use %s here, so DWPose runs on the CPU: install ONNX Runtime for that device, or "
        "put dw-ll_ucoco_384.pth into the folder of MuseTalk's weights.",
        host.device,
    )
    return network


def _torch(path: Path, host: Host) -> PoseNetwork:
    from .pose_torch import TorchPose

    return TorchPose.load(path, host)
