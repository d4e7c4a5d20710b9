"""A device for ComfyUI that lies in main memory and counts what is moved to it.

ComfyUI's own `ModelPatcherDynamic`, `ModelPatcher`, `load_models_gpu` and `free_memory` work on it. What is
replaced, because a driver or a GPU would have to answer:

- the device's name: it is called "cpu:0", which is not "cpu". A tensor's storage notes that it lies there.
- of `comfy.model_management`: `get_torch_device`, `is_device_cpu` (by the name above), `vram_state`, and what
  asks for memory: `get_free_memory`, `get_total_memory`, `soft_empty_cache`.
- of `comfy_aimdo`: `ModelVBAR` (weights of `comfy.ops` layers by pages) and `HostBuffer` (pinned memory).

As ComfyUI's main.py does, it makes `ModelPatcherDynamic` the patcher of networks.
"""

from __future__ import annotations

import weakref
from collections import Counter
from typing import Any

import comfy.memory_management
import comfy.model_management as management
import comfy.model_patcher
import comfy_aimdo.host_buffer
import comfy_aimdo.model_vbar
import torch
from torch.overrides import TorchFunctionMode

DEVICE = torch.device("cpu", 0)


class CountedDevice(TorchFunctionMode):
    """Active while it is entered. capacity: bytes it holds.

    uploaded: bytes of the networks that `follow` names, moved to the device. emptied: how often the
    allocator's cache was given back to the driver.
    """

    def __init__(self, capacity: int = 8 << 30) -> None:
        super().__init__()
        self.capacity = capacity
        self.uploaded: Counter[str] = Counter()
        self.used = 0
        self.emptied = 0
        management.get_torch_device = lambda: DEVICE
        management.is_device_cpu = lambda device: device.type == "cpu" and device.index is None
        management.vram_state = management.VRAMState.NORMAL_VRAM
        management.get_free_memory = self._free
        management.get_total_memory = lambda *_, **__: capacity
        management.soft_empty_cache = self._empty
        comfy_aimdo.model_vbar.ModelVBAR = _Pages
        comfy_aimdo.host_buffer.HostBuffer = _Pinned
        comfy.memory_management.aimdo_enabled = True
        comfy.model_patcher.CoreModelPatcher = comfy.model_patcher.ModelPatcherDynamic

    def follow(self, name: str, network: torch.nn.Module) -> int:
        """Count a network's weights under a name from now on; their size in bytes."""
        for weight in network.parameters():
            weight.untyped_storage().network = name
        return sum(weight.nbytes for weight in network.parameters())

    def there(self, network: torch.nn.Module) -> bool:
        """Whether all of a network's weights lie on the device."""
        return all(hasattr(weight.untyped_storage(), "on_device") for weight in network.parameters())

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = kwargs or {}
        result = func(*args, **options)
        if func is not torch.Tensor.to:
            return result
        target = torch._C._nn._parse_to(*args[1:], **options)[0]
        before, after = args[0].untyped_storage(), result.untyped_storage()
        was_there = hasattr(before, "on_device")
        there = was_there if target is None else target == DEVICE
        same = before.data_ptr() == after.data_ptr()
        if there != was_there and same:
            result = result.clone()
        elif there == was_there and not same and result.dtype == args[0].dtype:
            result = args[0]  # it lies there already, which torch can't see
        after = result.untyped_storage()
        self._note(before, after, there)
        return result

    def _note(self, before: Any, after: Any, there: bool) -> None:
        name = getattr(before, "network", None)
        if name is not None:
            after.network = name
            if there and not hasattr(before, "on_device"):
                self.uploaded[name] += after.nbytes()
        if there and not hasattr(after, "on_device"):
            after.on_device = True
            self.used += after.nbytes()
            weakref.finalize(after, self._freed, after.nbytes())

    def _freed(self, size: int) -> None:
        self.used -= size

    def _free(self, device: Any = None, torch_free_too: bool = False) -> Any:
        free = self.capacity - self.used
        return (free, 0) if torch_free_too else free

    def _empty(self, force: bool = False) -> None:
        self.emptied += 1


class _Pages:
    """Of networks without `comfy.ops` layers there is nothing in it."""

    def __init__(self, size: int, device: int) -> None:
        pass

    def prioritize(self) -> None:
        pass

    def loaded_size(self) -> int:
        return 0

    def free_memory(self, size: int) -> int:
        return 0


class _Pinned:
    size = 0

    def __init__(self, size: int, prewarm: int = 0, max_grow_size: int = 0) -> None:
        pass
