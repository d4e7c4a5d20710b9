"""Whether an error says that memory ran out, a device's or the machine's own."""

from __future__ import annotations

NO_ROOM = (
    "The device has too little memory for the networks: close what else uses it, choose half precision in "
    "the loader, or run on the CPU."
)

# As allocators say it, in lower case: CUDA, ROCm, Metal and XPU; CUBLAS, CUDNN, CUFFT and their ROCm twins,
# which allocate workspaces of their own; torch's allocators for the CPU; DirectML.
SAID = (
    "out of memory",
    "alloc_failed",
    "allocation_failed",
    "allocate memory: you tried to allocate",
    "not enough memory",
    "not enough gpu video memory",
)


def out_of_memory(error: BaseException) -> bool:
    """Errors are told by their text, because most libraries raise a plain RuntimeError."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in SAID)
