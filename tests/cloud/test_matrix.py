"""Every fault at every call of every service, by the same code; D-ID's own is in tests/did."""

from __future__ import annotations

from pathlib import Path

import pytest
from cloud_matrix import check_rows, run_matrix, table

from .conftest import cases


@pytest.mark.parametrize("telling", [True, False], ids=["telling", "silent"])
@pytest.mark.parametrize("name", cases())
def test_fault_matrix(name: str, telling: bool, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A service that tells nothing differs only from the POST that bills on."""
    case = cases()[name]
    calls = case.columns if telling else tuple(call for call in (case.paid, case.listing) if call)
    rows = run_matrix(case, folder, telling, calls, network=False)
    with capsys.disabled():
        print(f"\n\n{table(case, rows, calls, telling)}")
    check_rows(case, rows)
