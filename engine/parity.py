"""An engine against its original's numbers: what a check found in one golden file, and the recipe by which
the goldens' networks were filled from a seed, so that none need be stored."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch

from .errors import InputError


@dataclass(frozen=True)
class Finding:
    """The largest difference between this engine and one golden file.

    file: the golden's name in its folder. error, tolerance: in the golden's own unit. detail: what was
    compared, where the file alone doesn't tell.
    """

    file: str
    error: float
    tolerance: float
    detail: str = ""

    @property
    def ok(self) -> bool:
        """False also where the error is not a number."""
        return self.error <= self.tolerance

    @property
    def severity(self) -> float:
        """How much of the tolerance is used; infinite for an error that is not a number or may not be."""
        if self.error != self.error:
            return float("inf")
        if self.tolerance == 0:
            return float("inf") if self.error else 0.0
        return self.error / self.tolerance


# What reading or working with a damaged file raises, of one library or another.
_DAMAGED = (
    OSError, LookupError, ValueError, TypeError, EOFError, RuntimeError, AttributeError,
    zipfile.BadZipFile, zlib.error, cv2.error,
)  # fmt: skip

# By the name of what is compared; each looks through a folder of goldens.
Checks = Mapping[str, Callable[[Path], list[Finding]]]


def check_folder(folder: Path, checks: Checks) -> Iterator[Finding]:
    """One finding per golden file in the folder, the worst of each; nothing where it holds none.

    checks: by the name of what they compare. Raises InputError where goldens are incomplete or not laid out
    as such."""
    for name, check in checks.items():
        try:
            yield from worst(check(folder))
        except _DAMAGED as error:
            raise InputError(
                f"The goldens for {name!r} in {folder} are incomplete or damaged "
                f"({type(error).__name__}: {error}): copy the folder again."
            ) from error


def worst(findings: Iterable[Finding]) -> list[Finding]:
    """One finding per file, in the order the files first appear: the one that uses most of its tolerance."""
    by_file: dict[str, Finding] = {}
    for finding in findings:
        known = by_file.get(finding.file)
        if known is None or finding.severity > known.severity:
            by_file[finding.file] = finding
    return list(by_file.values())


def key_finding(golden: Path, state: Mapping[str, torch.Tensor]) -> Finding:
    """Names and shapes of a network's entries against a json of them; the error is how many differ."""
    wanted = json.loads(golden.read_text(encoding="utf-8"))
    ours = {key: list(value.shape) for key, value in state.items()}
    different = sum(wanted.get(key) != ours.get(key) for key in {*wanted, *ours})
    return Finding(golden.name, float(different), 0.0, f"{len(wanted)} keys")


def distance(found: npt.ArrayLike, golden: npt.ArrayLike) -> float:
    """The largest absolute difference of two arrays; infinite where their shapes differ."""
    ours, theirs = np.asarray(found), np.asarray(golden)
    if ours.shape != theirs.shape:
        return float("inf")
    return float(np.abs(ours - theirs).max(initial=0.0))


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
