"""Weights from a seed: the recipe by which the goldens' networks were filled, so that none need be stored."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch


def seeded_tensor(
    key: str, shape: Sequence[int], *, scale: float = 1.0, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """One state-dict entry of the given shape, float32; zeros of `dtype` where that is not floating point.

    Standard normal numbers from a generator seeded with the key's CRC-32. Matrices and kernels are divided by
    the square root of their fan-in and multiplied by `scale`; vectors vary by 0.1 around 1 (weights and
    running variances) or 0 (everything else).
    """
    if not dtype.is_floating_point:
        return torch.zeros(tuple(shape), dtype=dtype)
    values = np.random.RandomState(zlib.crc32(key.encode())).standard_normal(tuple(shape))
    if key.endswith("running_var"):
        values = 1 + 0.1 * np.abs(values)
    elif key.endswith("running_mean"):
        values = 0.1 * values
    elif len(shape) <= 1:
        values = (1 if key.endswith("weight") else 0) + 0.1 * values
    else:
        values = values * scale / math.sqrt(math.prod(shape[1:]))
    return torch.from_numpy(np.asarray(values, dtype=np.float32))


def seeded_state_dict(
    shapes: Mapping[str, Sequence[int] | torch.Tensor], *, scale: float = 1.0
) -> dict[str, torch.Tensor]:
    """Every entry of a network by `seeded_tensor`.

    shapes: key to shape, or key to tensor (a `state_dict()`, also on the meta device). Given as bare shapes,
    entries whose key ends with `num_batches_tracked` count as whole numbers, everything else as floating
    point.
    """
    return {key: _entry(key, value, scale) for key, value in shapes.items()}


def _entry(key: str, value: Sequence[int] | torch.Tensor, scale: float) -> torch.Tensor:
    if isinstance(value, torch.Tensor):
        return seeded_tensor(key, value.shape, scale=scale, dtype=value.dtype)
    dtype = torch.int64 if key.endswith("num_batches_tracked") else torch.float32
    return seeded_tensor(key, value, scale=scale, dtype=dtype)


def seed(module: torch.nn.Module, *, scale: float = 1.0) -> torch.nn.Module:
    """Fill a network (on any device, also meta) with seeded float32 weights on the CPU; returns it in
    evaluation mode."""
    module.load_state_dict(seeded_state_dict(module.state_dict(), scale=scale), strict=True, assign=True)
    return module.eval().requires_grad_(False)
