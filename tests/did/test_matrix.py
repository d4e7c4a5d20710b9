"""Every fault at every call of D-ID, with a service that tells its talks apart and one that doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest
from cloud_matrix import check_rows, run_matrix, table

from .conftest import CASE


@pytest.mark.parametrize("telling", [True, False], ids=["telling", "silent"])
def test_fault_matrix(folder: Path, capsys: pytest.CaptureFixture[str], telling: bool) -> None:
    """The second differs only from the POST that bills on."""
    calls = CASE.columns if telling else (CASE.paid, CASE.listing)
    rows = run_matrix(CASE, folder, telling, calls)
    with capsys.disabled():
        print(f"\n\n{table(CASE, rows, calls, telling)}")
    check_rows(CASE, rows)
