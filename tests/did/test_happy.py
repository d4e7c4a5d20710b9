"""An order becomes a file, is paid for once, and is not paid for again."""

from __future__ import annotations

from conftest import Bench, order


def test_an_order_becomes_a_clip(bench: Bench) -> None:
    jobs = bench.jobs()
    job = jobs.run(jobs.start(order(), consent=True).id)
    assert job.state == "downloaded"
    assert jobs.result(job).stat().st_size > 1000
    assert bench.service.charged == 1 == job.measured_credits
    assert len(bench.server.requests("POST /talks")) == 1
