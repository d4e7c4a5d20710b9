"""Where orders can be repeated under a key, one whose key is no longer known is not sent again, however
empty the list is: it may have pages that are not documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from cloud_matrix import Bench, FakeClock
from fake_cloud import Fault, wired

from lipsync_studio.cloud_jobs import errors

from .conftest import cases


def test_an_order_whose_key_is_too_old_is_left_to_the_user(folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        jobs = bench.jobs()
        job = jobs.start(case.order(1), consent=True)
        server.faults = [Fault(case.paid, "reset", nth=())]
        while job.state != "ambiguous":
            job = jobs.step(job.id).job
        server.faults = []
        clock.sleep(case.service.repeatable)
        for number in (2, 3):  # the list shows the marks of newer ones
            jobs.run(jobs.start(case.order(number), consent=True).id)
            with pytest.raises(errors.UndecidedError):
                jobs.run(job.id)
            clock.sleep(2 * case.service.typical)
        assert len(server.requests(case.paid)) == 3
