"""What the engine asks of the program it runs in: ComfyUI, or a plain Python process."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image


class ManagedModel(Protocol):
    """A network whose weights the host moves between memory and device."""

    @property
    def module(self) -> torch.nn.Module: ...

    @property
    def device(self) -> torch.device:
        """Where the weights are within `Host.resident`."""
        ...


class Host(Protocol):
    """Devices, models, progress, cancel and folders of the surrounding program."""

    def manage(self, module: torch.nn.Module) -> ManagedModel:
        """Hand a network (already in its working dtype) to the host's memory management."""
        ...

    def resident(self, *models: ManagedModel, activation_bytes: int = 0) -> AbstractContextManager[None]:
        """A block, around a whole stage of work, during which these networks lie on the device.

        They are brought there at once, where they aren't yet, and others make room. activation_bytes: what
        the work needs at a time beside the weights. Within the block, another for the same networks costs
        nothing. Raises DeviceMemoryError where the device doesn't hold the weights."""
        ...

    def convert(self, model: ManagedModel, dtype: torch.dtype) -> None:
        """Change a network's dtype for good, within a `resident` block or outside."""
        ...

    @property
    def device(self) -> torch.device:
        """Where managed networks run."""
        ...

    def half_precision(self) -> torch.dtype | None:
        """The 16-bit format that networks run faster in on the device; None where there is none."""
        ...

    def fast_bfloat16(self) -> bool:
        """Whether networks run faster in bfloat16 than in float32 on the device."""
        ...

    def free_memory(self, num_bytes: float = math.inf) -> None:
        """Make room on the device, all there is to be had by default, and give it back to the driver, so that
        something the host can't move (ONNX Runtime, CTranslate2) finds it. Networks in a `resident` block
        stay."""
        ...

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an error says that the device's memory, or the machine's, didn't suffice."""
        ...

    def progress(
        self, stage: str, done: int, total: int, preview: Image | None = None, *, unit: str = "frames"
    ) -> None:
        """Report `done` of `total` frames (or "bytes") of a stage such as "Finding faces".

        Checks for cancel."""
        ...

    def wants_preview(self) -> bool:
        """Whether a preview handed to `progress` would be shown: to be asked before one is made."""
        ...

    def check_cancelled(self) -> None:
        """Raise the host's own exception if the user has stopped the run."""
        ...

    def temp_file(self, suffix: str) -> Path:
        """A path no other file has, in a folder that exists; the file itself is not made."""
        ...

    def models_folder(self, kind: str) -> Path:
        """Where weight files of a kind ("musetalk", "detection" …) are put; may not exist."""
        ...

    def models_folders(self, kind: str) -> list[Path]:
        """Where weight files of a kind are looked for: `models_folder` first; any may not exist."""
        ...
