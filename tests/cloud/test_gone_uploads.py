"""An upload that the service has deleted before the order is priced: it is sent anew. That is not taken for a
service that tells no prices, whose 404 is of the address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cloud_matrix import Bench, FakeClock
from fake_cloud import Fault, wired

from lipsync_studio.cloud_jobs import errors

from .conftest import cases

COST, UPLOAD = "POST /v2/analyze/cost", "POST /v2/assets/upload"
GONE = {"statusCode": 404, "errorCode": "asset_not_found", "message": "asset not found"}


@pytest.mark.parametrize(
    ("body", "times", "uploads", "price"),
    [
        (GONE, (1,), 4, 20),  # named by the service
        ({"message": "Cannot POST /v2/analyze/cost"}, (), 2, 10),  # by per_second
        (b"", (), 4, 10),  # told by new uploads that change nothing
    ],
)
def test_whose_404_it_is(body: Any, times: tuple[int, ...], uploads: int, price: int, folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        server.faults = [Fault(COST, status=404, body=body, nth=times)]
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        jobs = bench.jobs(per_second=5.0)
        job = jobs.run(jobs.start(case.order(1), consent=True).id)
        assert job.credits == price
        assert len(server.requests(UPLOAD)) == uploads
        assert len(server.requests(case.paid)) == 1


def test_one_that_is_gone_again_is_named(folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        server.faults = [Fault(COST, status=404, body=GONE, nth=())]
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        jobs = bench.jobs(per_second=5.0)
        with pytest.raises(errors.NotFoundError, match="asset not found"):
            jobs.run(jobs.start(case.order(1), consent=True).id)
        assert len(server.requests(UPLOAD)) == 4
        assert not server.requests(case.paid)
        # What is gone is not relied on by the next run either.
        server.faults = []
        jobs = bench.jobs(per_second=5.0)
        assert jobs.run(jobs.start(case.order(1), consent=True).id).state == "downloaded"
        assert len(server.requests(UPLOAD)) == 6
