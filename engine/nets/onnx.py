"""Networks through ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingFilesError, WeightsError
from ..host.protocol import Host

if TYPE_CHECKING:
    import torch

_ERRORS_ONLY = 3
CPU = "CPUExecutionProvider"


def open_session(path: Path, host: Host, *, needed_by: str, remedy: str, workspace: int | None = None) -> Any:
    """An `onnxruntime.InferenceSession` on the host's device, where it is built for that.

    needed_by, remedy: what needs the package, and what helps with a file that can't be run, for messages.
    workspace: bytes beside the weights that the host is to make room for; None to ask for no room. Raises
    MissingFilesError without ONNX Runtime, WeightsError for a damaged file.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingFilesError(
            f"{needed_by} needs ONNX Runtime: run `python -m pip install onnxruntime` with the Python "
            "that runs ComfyUI."
        ) from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    chosen = providers(host.device, onnxruntime.get_available_providers())
    if workspace is not None:
        host.free_memory(path.stat().st_size + workspace)
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=chosen)
    # ONNX Runtime's exceptions have no common base of their own.
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise WeightsError(f"{path} is no ONNX file to be run ({reason}): {remedy}.") from error


def providers(device: torch.device, available: list[str]) -> list[Any]:
    """ONNX Runtime's execution providers for a device, best first: CUDA where it is used and built in."""
    if device.type == "cuda" and "CUDAExecutionProvider" in available:
        return [("CUDAExecutionProvider", {"device_id": device.index or 0}), CPU]
    return [CPU]
