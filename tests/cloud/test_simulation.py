"""A hundred orders to each service where one call in ten goes wrong; `dev.py bench cloud` has a thousand, and
tests/did those of D-ID."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cloud_simulation import simulate

from lipsync_studio.devtools.bench.cloud import ORDERS_VARIABLE

from .conftest import cases

ORDERS = int(os.environ.get(ORDERS_VARIABLE, "100"))


@pytest.mark.parametrize("telling", [True, False], ids=["telling", "silent"])
@pytest.mark.parametrize("name", cases())
def test_orders_to_a_service_where_calls_fail(
    name: str, telling: bool, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = cases()[name]
    outcome = simulate(case, folder, range(ORDERS), telling)
    with capsys.disabled():
        print(f"\n{case.service.title}, {'telling' if telling else 'silent'}: {outcome}")
    if case.service.repeatable:
        assert outcome.states["undecided"] == 0
    elif telling:
        assert outcome.undecided <= 0.02
