"""RTMPose through torch."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch

from ..host.protocol import Host
from ..weights.download import identity
from ..weights.state_dict import load_mmengine, load_weights
from .dwpose import BATCH
from .rtmpose import RTMPose

# Activations of one picture, 384x288 in float32: the stem's three maps and what follows them.
_PICTURE_BYTES = 64 << 20


class TorchPose:
    """The network on the host's device; a `PoseNetwork`."""

    def __init__(self, network: RTMPose, key: str, host: Host) -> None:
        self.key = key
        self._host = host
        self._model = host.manage(network.eval().requires_grad_(False))

    @classmethod
    def load(cls, path: Path, host: Host) -> TorchPose:
        """Raises WeightsError."""
        return cls(load_rtmpose(path), identity(path), host)

    def resident(self) -> AbstractContextManager[None]:
        # Each picture and its mirror image.
        return self._host.resident(self._model, activation_bytes=2 * BATCH * _PICTURE_BYTES)

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        batch = torch.from_numpy(np.ascontiguousarray(pictures)).to(self._model.device)
        with torch.inference_mode():
            x, y = self._model.module(batch)
        return x.cpu().numpy(), y.cpu().numpy()


def load_rtmpose(path: Path) -> RTMPose:
    """The network with the weights of `dw-ll_ucoco_384.pth`, an mmengine checkpoint, or a plain state dict.

    Raises WeightsError for another network's and for a file that is damaged or could run code.
    """
    with torch.device("meta"):
        network = RTMPose()
    # A model trained on several devices has its entries under "module".
    tensors = {name.removeprefix("module."): tensor for name, tensor in load_mmengine(path).items()}
    wanted = network.state_dict().keys()
    if wanted <= tensors.keys():
        # Distilled checkpoints may hold the teacher as well, which mmpose too leaves aside.
        tensors = {name: tensors[name] for name in wanted}
    return load_weights(
        network, tensors, path, "DWPose (RTMPose-l, whole body, 384x288)", dtype=torch.float32
    )
