"""The key in what a service says: also where the text is cut, in the words for a cause, and in statuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cloud_matrix import KEY, Bench, FakeClock, check_files
from fake_cloud import Fault, wired

from lipsync_studio.cloud_jobs import CloudJobsError
from lipsync_studio.cloud_jobs.errors import ServiceError

from .conftest import cases

# A refusal is quoted up to its 300th character, which is so many characters into the key's second half.
CUT = 9
LONG = "x" * (300 - CUT - KEY.index("canary")) + KEY
# The words for text and cause of every service.
SAID = {"message": LONG, "description": LONG, "detail": LONG, "errorCode": KEY, "kind": KEY, "code": KEY}


@pytest.mark.parametrize("name", cases())
def test_a_refusal_is_cut_when_the_key_is_out_of_it(name: str, folder: Path) -> None:
    case, clock = cases()[name], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        for call in (case.calls[0], case.paid):
            server.faults = [Fault(call, status=400, body=SAID, nth=())]
            jobs = bench.jobs()
            with pytest.raises(CloudJobsError) as caught:
                jobs.run(jobs.start(case.order(1), consent=True).id)
            assert "xxx" in str(caught.value)
            assert "canary" not in str(caught.value)
            assert isinstance(caught.value, ServiceError)
            assert caught.value.kind == "…"
        assert [job.problem_kind for job in jobs.journal.jobs() if job.state == "refused"] == ["…"]
    check_files(bench.folder)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "FAILED", "errorCode": KEY, "error": LONG},
        {"status": "x" * (40 - CUT - KEY.index("canary")) + KEY},
    ],
)
def test_what_is_said_of_a_clip_is_cut_so_too(body: dict[str, Any], folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        server.faults = [Fault("GET /v2/generate/{id}", status=200, body=body, nth=(1,))]
        jobs = bench.jobs()
        job = jobs.start(case.order(1), consent=True)
        if "errorCode" in body:
            with pytest.raises(CloudJobsError):
                jobs.run(job.id)
            assert jobs.journal.get(job.id).problem_kind == "…"
        else:
            assert "unknown status" in jobs.run(job.id).notes[-1]
        assert "canary" not in str(jobs.journal.get(job.id))
    check_files(bench.folder)
