"""Engines and models that are tried in turn: why one can't be had, in a sentence."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from ..engine.errors import AlignmentError, DeviceMemoryError, LipSyncError, MissingFilesError, WeightsError

_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory",
              "failed to allocate")  # fmt: skip


def installed(package: str) -> bool:
    """Whether a package is there; that it can be imported is not said."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def require_recogniser(package: str, name: str) -> None:
    """Raises MissingFilesError when a recogniser's package is not installed. name: to install it by, and what
    else is to be known of it."""
    if not installed(package):
        raise MissingFilesError(
            f"Transcribing with {name} needs that package: run `pip install {name.split()[0]}` with the "
            "Python that runs LipSync Studio, or choose another engine."
        )


def explained(error: Exception, what: str) -> LipSyncError:
    """Any error of an engine or of the packages below it as one of ours. what: the engine or its model."""
    if isinstance(error, LipSyncError):
        return error
    said = (str(error).strip().splitlines() or [""])[0].rstrip(" .:")
    if _is_memory(error):
        return DeviceMemoryError(
            f"There is not enough memory for {what}: close other programs, or choose a smaller model."
        )
    if isinstance(error, ImportError):
        return MissingFilesError(
            f"{what} needs a package that can't be imported ({said}): install it again with the Python that "
            "runs LipSync Studio, or choose another engine."
        )
    reason = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return AlignmentError(f"{what} can't be used ({reason}): choose another engine or model.")


def import_failed(error: Exception, package: str) -> MissingFilesError:
    """For a package that is installed, whatever its import raised."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(" .:")
    return MissingFilesError(
        f"The package {package} is installed but can't be imported ({said}): install it again with the "
        "Python that runs LipSync Studio, or choose another engine."
    )


def unusable(folder: Path, error: Exception) -> LipSyncError:
    """For whatever CTranslate2 raised on a model's folder."""
    if _is_memory(error):
        return explained(error, folder.name)
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(" .:")
    return WeightsError(f"{folder} can't be used as a model of CTranslate2 ({reason}): fetch it again.")


def _is_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return any(sign in str(error).lower() for sign in _NO_MEMORY)
