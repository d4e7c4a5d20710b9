"""DWPose by mmpose itself, where a user has it installed: requirements-mmpose.txt."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import MissingFilesError
from ..host.protocol import Host
from ..weights.download import identity
from ..weights.locate import require
from ..weights.shared import DWPOSE_MMPOSE
from . import topdown
from .pose_torch import load_rtmpose

if TYPE_CHECKING:
    import torch

# mmpose's own description of the network, which its package brings along.
_CONFIG = (
    ".mim/configs/wholebody_2d_keypoint/rtmpose/coco-wholebody/rtmpose-l_8xb32-270e_coco-wholebody-384x288.py"
)


class MMPose:
    """Landmarks like `dwpose.DwPose`'s, every step of them mmpose's.

    The checkpoint is read here, without running what it may hold, and mmpose is handed the weights alone.
    Raises MissingFilesError where mmpose or a package it needs is missing, WeightsError as `load_rtmpose`.
    """

    def __init__(self, checkpoint: Path, device: torch.device) -> None:
        init_model, self._infer, config = _mmpose()
        weights = load_rtmpose(checkpoint).state_dict()
        # Without a checkpoint's path nothing is loaded, and nothing fetched from the network.
        self._model = init_model(config, None, device=str(device))
        self._model.load_state_dict(weights, strict=True)
        self.key = f"mmpose {identity(checkpoint)}"

    def resident(self) -> AbstractContextManager[None]:
        """Nothing: mmpose keeps its network where it is."""
        return nullcontext()

    def landmarks(
        self, frames: Sequence[np.ndarray], boxes: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """As `DwPose.landmarks`."""
        points = np.empty((len(frames), topdown.POINTS, 2), np.float32)
        scores = np.empty((len(frames), topdown.POINTS), np.float32)
        for index, frame in enumerate(frames):
            box = None if boxes is None else np.asarray(boxes[index : index + 1], np.float32)
            bgr = np.ascontiguousarray(frame[..., ::-1])
            found = self._infer(self._model, bgr, box)[0].pred_instances
            points[index], scores[index] = found.keypoints[0], found.keypoint_scores[0]
        return points[:, topdown.FACE], scores[:, topdown.FACE]


def load_mmpose(host: Host) -> MMPose:
    """Raises what `require` and `MMPose` do."""
    _mmpose()
    checkpoint = require(DWPOSE_MMPOSE, host)["dwpose_checkpoint"]
    host.free_memory(checkpoint.stat().st_size)
    return MMPose(checkpoint, host.device)


def _mmpose() -> tuple[Any, Any, Any]:
    """mmpose's functions `init_model` and `inference_topdown`, and its configuration of the network."""
    try:
        import mmpose
        from mmengine.config import Config
        from mmpose.apis import inference_topdown, init_model
    # Mismatched versions among these packages raise more than ImportError (AssertionError, AttributeError).
    except Exception as error:
        raise MissingFilesError(
            f"mmpose can't be used ({error}): install it as this pack's requirements-mmpose.txt says, or "
            "choose the landmarks dwpose, which need none of it."
        ) from error
    path = Path(mmpose.__file__).parent / _CONFIG
    if not path.is_file():
        raise MissingFilesError(
            f"This mmpose lacks {path}: install it as this pack's requirements-mmpose.txt says."
        )
    return init_model, inference_topdown, Config.fromfile(path)
