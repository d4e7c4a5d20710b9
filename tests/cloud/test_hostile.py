"""Replies that no honest service would send end as errors of the service, not of this program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud_matrix import Bench, FakeClock
from fake_cloud import Fault, wired

from lipsync_studio.cloud_jobs import parse
from lipsync_studio.cloud_jobs.errors import ServiceError

from .conftest import cases

HUGE = 10**400
DEEP = b"[" * 200_000 + b"]" * 200_000


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (parse.number, HUGE, None),
        (parse.number, -HUGE, None),
        (parse.number, float("nan"), None),
        (parse.number, 7, 7.0),
        (parse.http_date, "Mon, 99999999999999999999999 Jan 2026 00:00:00 GMT", None),
        (parse.http_date, "Mon, 01 Jan 2026 00:00:00 +99999999999999", None),
        (lambda value: parse.retry_after(value, 0.0), "\u00b2", None),
        (lambda value: parse.retry_after(value, 0.0), "9" * 400, parse.MAX_RETRY_AFTER),
        (parse.stem, "https://[", ""),
        (parse.stem, "https://example.org/a/clip.mp4?b", "clip"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)[:20]),
)
def test_what_can_not_be_read_is_absent(read: Callable[[Any], Any], value: Any, found: Any) -> None:
    assert read(value) == found


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("name", cases())
def test_json_without_a_bottom(name: str, status: int, folder: Path) -> None:
    case, clock = cases()[name], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        server.faults = [Fault(case.calls[0], status=status, body=DEEP, nth=())]
        jobs = bench.jobs()
        with pytest.raises(ServiceError):
            jobs.run(jobs.start(case.order(1), consent=True).id)
        assert server.charged() == 0


@pytest.mark.parametrize("price", [1e307, "1e307", 1e308, 1e20])
def test_a_price_beyond_all_bounds_orders_nothing(price: float | str, folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        body = [{"estimatedGenerationCost": price}, {"estimatedGenerationCost": price}]
        server.faults = [Fault("POST /v2/analyze/cost", status=200, body=body, nth=())]
        jobs = bench.jobs(per_second=1.0)
        job = jobs.start(case.order(1), consent=True)
        with pytest.raises(ServiceError, match="price that can't be meant"):
            jobs.run(job.id)
        assert jobs.journal.get(job.id).state == "planned"
        assert not server.requests(case.paid)


def test_an_upload_to_no_address_is_not_sent(folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        body = {"uploadUrl": "https://[", "url": "https://["}
        server.faults = [Fault("POST /v2/assets/upload", status=200, body=body, nth=())]
        jobs = bench.jobs()
        with pytest.raises(ServiceError, match="not https; nothing was sent"):
            jobs.run(jobs.start(case.order(1), consent=True).id)
