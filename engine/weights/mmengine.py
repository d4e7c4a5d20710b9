"""Checkpoints of mmengine (mmpose, mmdet …) without mmengine, and without running anything they may hold.

Beside the weights such a file holds its training's records: `HistoryBuffer` objects, NumPy arrays and
numbers, and `getattr`, by which the pickled buffers name their own methods. Whoever lets these load for real
gives a file `getattr`; here each of the names stands for a class that takes anything and does nothing.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .state_dict import load_state_dict

if TYPE_CHECKING:
    import torch

_HARMLESS = (
    ("builtins", "getattr"),
    ("mmengine.logging.history_buffer", "HistoryBuffer"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    # NumPy 1's and NumPy 2's names.
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
)


class _Ignored:
    """What is in a checkpoint's records: made of anything, holds nothing."""

    __slots__ = ()

    def __new__(cls, *arguments: Any) -> _Ignored:
        return super().__new__(cls)

    def __init__(self, *arguments: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass


@cache
def _stand_ins() -> tuple[type, ...]:
    """One class for each harmless name, called the same: that is how torch's allow-list knows them."""
    return tuple(
        type(name, (_Ignored,), {"__module__": module, "__slots__": ()}) for module, name in _HARMLESS
    )


def load_mmengine(path: Path) -> dict[str, torch.Tensor]:
    """The weights in a checkpoint that mmengine has written, or in any file that `load_state_dict` reads.

    Tensors may be mapped from the disk: copy them. Raises WeightsError for a file that holds code (also where
    it comes under one of the harmless names), is damaged or is no weight file.
    """
    import torch

    with torch.serialization.safe_globals(list(_stand_ins())):
        return load_state_dict(path)
