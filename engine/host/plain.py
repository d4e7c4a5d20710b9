"""The host for scripts, servers and tests: plain torch, no ComfyUI."""

from __future__ import annotations

import math
import os
import signal
import tempfile
import threading
import uuid
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors import Cancelled, DeviceMemoryError
from ..partial import TemporaryFolder, sweep_folders
from ..unwritable import unwritable
from .memory import NO_ROOM, out_of_memory

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from tqdm import tqdm

MODELS_VARIABLE = "LIPSYNC_MODELS"


class PlainHost:
    """Runs the engine in an ordinary Python process; a context manager.

    device: "cuda", "mps", "cpu" …; the best one there is if None.
    progress: draw a terminal bar on standard error for each stage.
    cancel: set it, from any thread, to stop the run with `errors.Cancelled`. Where none is given, Ctrl-C does
    the same while the host is open (a second Ctrl-C interrupts at once).
    """

    def __init__(
        self,
        device: str | None = None,
        *,
        progress: bool = False,
        cancel: threading.Event | None = None,
    ) -> None:
        self._device = device
        self._show_progress = progress
        self._bar: tqdm[Any] | None = None
        self._cancel = cancel or threading.Event()
        self._handles_interrupt = cancel is None and threading.current_thread() is threading.main_thread()
        self._previous_handler: Any = None
        self._folder: TemporaryFolder | None = None
        # On the device, the one used last at the end; weakly, so that an engine that is dropped takes its own
        # along.
        self._models: list[weakref.ref[PlainModel]] = []
        self._resident: Counter[PlainModel] = Counter()

    def __enter__(self) -> Self:
        sweep_folders()
        if self._handles_interrupt:
            self._previous_handler = signal.signal(signal.SIGINT, self._on_interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the progress bar, gives Ctrl-C back and removes the temporary files."""
        self._end_bar()
        if self._previous_handler is not None:
            signal.signal(signal.SIGINT, self._previous_handler)
            self._previous_handler = None
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def _on_interrupt(self, signum: int, frame: FrameType | None) -> None:
        if self._cancel.is_set():
            raise KeyboardInterrupt
        self._cancel.set()

    @property
    def device(self) -> torch.device:
        import torch

        if self._device is None:
            self._device = (
                "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
            )
        return torch.device(self._device)

    def half_precision(self) -> torch.dtype | None:
        """float16 on GPUs with tensor cores (Nvidia from compute capability 7.0, AMD) and on Metal."""
        import torch

        if self.device.type == "cuda":
            return torch.float16 if torch.cuda.get_device_capability(self.device)[0] >= 7 else None
        return torch.float16 if self.device.type == "mps" else None

    def manage(self, module: torch.nn.Module) -> PlainModel:
        return PlainModel(module, self)

    def fast_bfloat16(self) -> bool:
        """On Nvidia GPUs from compute capability 8.0."""
        import torch

        return self.device.type == "cuda" and torch.cuda.get_device_capability(self.device)[0] >= 8

    @contextmanager
    def resident(self, *models: Any, activation_bytes: int = 0) -> Iterator[None]:
        waiting = [model for model in models if not self._resident[model]]
        self._resident.update(models)
        try:
            if waiting:
                self._load(waiting, activation_bytes)
            yield
        finally:
            self._resident.subtract(models)
            self._resident += Counter()  # drops the zeros, and with them the models

    def _load(self, models: list[PlainModel], activation_bytes: int) -> None:
        """Have the models on the device and note them as those used last."""
        self._models = [ref for ref in self._models if ref() not in (None, *models)]
        self.free_memory(sum(model.waiting_bytes(self.device) for model in models) + activation_bytes)
        self._models += [weakref.ref(model) for model in models]
        try:
            for model in models:
                model.module.to(self.device)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            raise DeviceMemoryError(NO_ROOM) from error

    def convert(self, model: Any, dtype: torch.dtype) -> None:
        model.offload()
        model.module.to(dtype)
        if self._resident[model]:
            self._load([model], 0)

    def free_memory(self, num_bytes: float = math.inf) -> None:
        """Offload models, the longest unused first, until the device has `num_bytes` free."""
        for ref in list(self._models):
            if _free_bytes(self.device) >= num_bytes:
                break
            model = ref()
            if model is None or not self._resident[model]:
                self._models.remove(ref)
                if model is not None:
                    model.offload()
        _empty_cache(self.device)

    def is_out_of_memory(self, error: BaseException) -> bool:
        return out_of_memory(error)

    def progress(
        self, stage: str, done: int, total: int, preview: Image | None = None, *, unit: str = "frames"
    ) -> None:
        self.check_cancelled()
        if not self._show_progress:
            return
        if self._bar is None or self._bar.desc != stage:
            from tqdm import tqdm

            self._end_bar()
            scale = {"unit": "B", "unit_scale": True} if unit == "bytes" else {"unit": f" {unit}"}
            self._bar = tqdm(total=total, initial=done, dynamic_ncols=True, **scale)
            self._bar.desc = stage
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def wants_preview(self) -> bool:
        """Never: a terminal shows no pictures."""
        return False

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def check_cancelled(self) -> None:
        """Raises `errors.Cancelled`."""
        if self._cancel.is_set():
            raise Cancelled("The run was cancelled.")

    def temp_file(self, suffix: str) -> Path:
        """Raises OutputError where nothing can be written to the system's temporary folder."""
        if self._folder is None:
            try:
                self._folder = TemporaryFolder()
            except OSError as error:
                raise unwritable(tempfile.gettempdir(), error) from error
        return self._folder.path / f"{uuid.uuid4().hex}{suffix}"

    def models_folder(self, kind: str) -> Path:
        return plain_models_folder(kind)

    def models_folders(self, kind: str) -> list[Path]:
        return [plain_models_folder(kind)]


def plain_models_folder(kind: str) -> Path:
    """`$LIPSYNC_MODELS/<kind>`, by default in the user's cache folder."""
    base = os.environ.get(MODELS_VARIABLE)
    return (Path(base) if base else Path.home() / ".cache" / "lipsync-studio" / "models") / kind


class PlainModel:
    """A network that is on the device from its first stage until the host needs the room."""

    def __init__(self, module: torch.nn.Module, host: PlainHost) -> None:
        self._module = module
        self._host = host

    @property
    def module(self) -> torch.nn.Module:
        return self._module

    @property
    def device(self) -> torch.device:
        return self._host.device

    def waiting_bytes(self, device: torch.device) -> int:
        """What of it is not on the device: the device's type tells."""
        tensors = (*self._module.parameters(), *self._module.buffers())
        return sum(tensor.nbytes for tensor in tensors if tensor.device.type != device.type)

    def offload(self) -> None:
        self._module.to("cpu")


def _free_bytes(device: torch.device) -> float:
    """What can still be allocated on a device; without limit where weights live in main memory anyway."""
    import torch

    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        # The caching allocator's own reserve is as good as free.
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()
    return math.inf


def _empty_cache(device: torch.device) -> None:
    """What torch's allocator keeps for itself goes back to the driver."""
    import torch

    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
