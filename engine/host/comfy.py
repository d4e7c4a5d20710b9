"""The host inside ComfyUI: its devices, memory management, progress bars, cancel button and folders."""

from __future__ import annotations

import math
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import comfy.model_management
import comfy.model_patcher
import comfy.utils
import folder_paths
import torch
from comfy_execution.utils import get_executing_context
from PIL.Image import Image
from server import PromptServer

from ..errors import DeviceMemoryError
from .memory import NO_ROOM, out_of_memory
from .pace import Pace, clock

# Seconds between two pictures, and between two texts: as often as a person can make use of them.
PREVIEW_INTERVAL = 0.5
TEXT_INTERVAL = 1.0
# What ComfyUI itself asks for to have everything unloaded.
_EVERYTHING = 1e30


def register_models_folder(kind: str) -> None:
    """Make `models/<kind>` known to ComfyUI, after folders the user has set for it; makes no folder."""
    folder_paths.add_model_folder_path(kind, str(Path(folder_paths.models_dir) / kind))
    paths, extensions = folder_paths.folder_names_and_paths[kind]
    folder_paths.folder_names_and_paths[kind] = (paths, {*extensions, *folder_paths.supported_pt_extensions})


def models_folders(kind: str) -> list[Path]:
    """Where ComfyUI looks for weight files of a kind, and in which order."""
    if kind not in folder_paths.folder_names_and_paths:
        register_models_folder(kind)
    return [Path(folder) for folder in folder_paths.get_folder_paths(kind)]


class ComfyHost:
    """Made by a node for one execution, on the thread or task that executes it."""

    def __init__(self) -> None:
        context = get_executing_context()
        self._node_id = context.node_id if context else None
        self._stage = ""
        self._bar = comfy.utils.ProgressBar(1, node_id=self._node_id)
        self._pace = Pace()
        self._text = ""
        self._last_preview = self._last_text = 0.0
        self._stopped = False
        self._resident: Counter[ComfyModel] = Counter()

    def manage(self, module: torch.nn.Module) -> ComfyModel:
        # The patcher sets attributes such as `device` on the module it is given, which diffusers' models have
        # as read-only properties.
        return ComfyModel(
            module,
            _WholePatcher(
                torch.nn.Sequential(module),
                load_device=comfy.model_management.get_torch_device(),
                offload_device=comfy.model_management.unet_offload_device(),
            ),
        )

    @contextmanager
    def resident(self, *models: Any, activation_bytes: int = 0) -> Iterator[None]:
        waiting = any(not self._resident[model] for model in models)
        self._resident.update(models)
        try:
            if waiting:
                self._load(activation_bytes)
            yield
        finally:
            self._resident.subtract(models)
            self._resident += Counter()  # drops the zeros

    def _load(self, activation_bytes: int) -> None:
        """All at once: what is left out of a call may be evicted by it."""
        patchers = [model.patcher for model in self._resident]
        try:
            comfy.model_management.load_models_gpu(patchers, memory_required=activation_bytes)
        except Exception as error:
            if not self.is_out_of_memory(error):
                raise
            raise DeviceMemoryError(NO_ROOM) from error

    def convert(self, model: Any, dtype: torch.dtype) -> None:
        comfy.model_management.unload_model_and_clones(model.patcher)
        model.module.to(dtype)
        model.patcher.size = 0  # to be measured again
        if self._resident[model]:
            self._load(0)

    @property
    def device(self) -> torch.device:
        return comfy.model_management.get_torch_device()

    def half_precision(self) -> torch.dtype | None:
        """As ComfyUI decides for its own networks, by the device and the user's command line."""
        device = self.device
        if comfy.model_management.should_use_fp16(device):
            return torch.float16
        if comfy.model_management.should_use_bf16(device):
            return torch.bfloat16
        return None

    def fast_bfloat16(self) -> bool:
        return comfy.model_management.should_use_bf16(self.device)

    def free_memory(self, num_bytes: float = math.inf) -> None:
        memory, resident = comfy.model_management, {model.patcher for model in self._resident}
        kept = [loaded for loaded in memory.current_loaded_models if loaded.model in resident]
        memory.free_memory(min(num_bytes, _EVERYTHING), self.device, keep_loaded=kept)
        memory.soft_empty_cache()

    def is_out_of_memory(self, error: BaseException) -> bool:
        return comfy.model_management.is_oom(error) or out_of_memory(error)

    def progress(
        self, stage: str, done: int, total: int, preview: Image | None = None, *, unit: str = "frames"
    ) -> None:
        """One bar per stage, with the stage's name and the time it still takes as text under the node."""
        self.check_cancelled()
        now = time.monotonic()
        if stage != self._stage:
            self._stage = stage
            self._pace = Pace()
            self._bar = comfy.utils.ProgressBar(total, node_id=self._node_id)
            self._show(stage, now)
        left = self._pace.left(done, total, now)
        if done >= total:
            self._show(stage, now)
        elif left is not None and now - self._last_text >= TEXT_INTERVAL:
            self._show(f"{stage}: {clock(left)} left", now)
        self._bar.update_absolute(done, total, self._throttled(preview, now))

    def _show(self, text: str, now: float) -> None:
        if text == self._text:
            return
        self._text, self._last_text = text, now
        if self._node_id is not None:
            PromptServer.instance.send_progress_text(text, self._node_id)

    def wants_preview(self) -> bool:
        """Twice a second, while the page that queued the prompt is open (any page, for a prompt of none)."""
        server = PromptServer.instance
        watched = bool(server.sockets) if server.client_id is None else server.client_id in server.sockets
        return watched and time.monotonic() - self._last_preview >= PREVIEW_INTERVAL

    def _throttled(self, preview: Image | None, now: float) -> tuple[str, Image, None] | None:
        # ComfyUI encodes and sends every preview it is given; None: as large as it is.
        if preview is None or now - self._last_preview < PREVIEW_INTERVAL:
            return None
        self._last_preview = now
        return ("JPEG", preview, None)

    def check_cancelled(self) -> None:
        """Raises ComfyUI's `InterruptProcessingException`."""
        if self._stopped:
            raise comfy.model_management.InterruptProcessingException()
        comfy.model_management.throw_exception_if_processing_interrupted()

    def stop(self) -> None:
        """Have work on another thread end at its next check, though nobody pressed cancel."""
        self._stopped = True

    def temp_file(self, suffix: str) -> Path:
        """In ComfyUI's temp folder, which it empties at its start and exit, never between prompts."""
        folder = Path(folder_paths.get_temp_directory())
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"lipsync_{uuid.uuid4().hex}{suffix}"

    def models_folder(self, kind: str) -> Path:
        """The first folder of the kind, which is the user's own where one is configured."""
        return self.models_folders(kind)[0]

    def models_folders(self, kind: str) -> list[Path]:
        return models_folders(kind)


class ComfyModel:
    """A network that ComfyUI loads and evicts together with its own models. patcher: ComfyUI's hold on it."""

    def __init__(self, module: torch.nn.Module, patcher: comfy.model_patcher.ModelPatcher) -> None:
        self.module = module
        self.patcher = patcher

    @property
    def device(self) -> torch.device:
        return self.patcher.load_device


class _WholePatcher(comfy.model_patcher.ModelPatcher):
    """For networks of plain torch layers, which compute where their weights lie.

    ComfyUI's dynamic patcher brings the weights of such layers anew at every load. This one, its older one,
    leaves those that are there, but with little memory it would load some layers only.
    """

    def partially_load(
        self, device_to: torch.device, extra_memory: float = 0, force_patch_weights: bool = False
    ) -> float:
        return super().partially_load(device_to, _EVERYTHING, force_patch_weights=force_patch_weights)
