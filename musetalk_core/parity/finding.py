"""What a parity check found in one golden file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


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


def worst(findings: Iterable[Finding]) -> list[Finding]:
    """One finding per file, in the order the files first appear: the one that uses most of its tolerance."""
    by_file: dict[str, Finding] = {}
    for finding in findings:
        known = by_file.get(finding.file)
        if known is None or finding.severity > known.severity:
            by_file[finding.file] = finding
    return list(by_file.values())


def distance(found: npt.ArrayLike, golden: npt.ArrayLike) -> float:
    """The largest absolute difference of two arrays; infinite where their shapes differ."""
    ours, theirs = np.asarray(found), np.asarray(golden)
    if ours.shape != theirs.shape:
        return float("inf")
    return float(np.abs(ours - theirs).max(initial=0.0))
