"""Every fault at every call: no job lost, none billed twice, no key in anything that stays.

The user of these tests is stubborn: whatever happens, they order the same clip again, from a new process, up
to three times. What a cell of the table means:
  ok   the clip came in the first run              again  it came when the user ordered again
  new  the service refused; a new order worked     undec  the user has to decide; nothing was sent twice
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_did import FakeDID, Fault, Policy

from lipsync_studio.cloud_jobs import CloudJobsError, Step
from lipsync_studio.cloud_jobs.journal import Journal
from lipsync_studio.did_client import SERVICE

from .conftest import IMPATIENT, KEY, Bench, FakeClock, order

CALLS = (
    "GET /credits",
    "POST /images",
    "POST /audios",
    "POST /talks",
    "GET /talks/{id}",
    "GET /files",
    "GET /talks",
    "DELETE /images/{id}",
)
STATUSES = (301, 400, 401, 402, 403, 404, 408, 409, 413, 415, 429, 451, 500, 502, 503, 504)
FAULTS: dict[str, dict[str, object]] = {
    **{str(status): {"status": status} for status in STATUSES},
    "403 gateway": {
        "status": 403,
        "body": {
            "message": f"'Basic {KEY}' not a valid key=value pair (missing "
            "equal-sign) in Authorization header"
        },
    },
    "429 + seconds": {"status": 429, "headers": {"Retry-After": "7"}},
    "429 + date": {"status": 429, "headers": {"Retry-After": "Tue, 22 Sep 2026 12:00:00 GMT"}},
    "429, but done": {"status": 429, "acts": True},
    **{
        f"451 {kind}": {"status": 451, "body": {"kind": f"{kind}Error", "description": "no"}}
        for kind in ("TextModeration", "AudioModeration", "CelebrityRecognized", "CelebrityDetected")
    },
    "400 InvalidFace": {"status": 400, "body": {"kind": "InvalidFaceError", "description": "no face"}},
    "400 quoting key": {"status": 400, "body": {"kind": "BadRequestError", "description": f"header {KEY}"}},
    "500, but done": {"status": 500, "acts": True},
    "504, but done": {"status": 504, "acts": True},
    "504, done late": {"status": 504, "acts": True, "late": 40.0},
    "409, but done": {"status": 409, "acts": True},
    "empty 200": {"action": "empty"},
    "empty, done": {"action": "empty", "acts": True},
    "broken JSON": {"action": "garbage"},
    "HTML 200": {"action": "html", "acts": True},
    "stall before": {"action": "stall"},
    "stall after": {"action": "stall", "acts": True},
    "reset before": {"action": "reset"},
    "reset after": {"action": "reset", "acts": True},
    "half a header": {"action": "half_header", "acts": True},
    "half a body": {"action": "half_body", "acts": True},
    "wrong length": {"action": "wrong_length", "acts": True},
}


def run_stubbornly(bench: Bench, deleting: bool) -> tuple[str, list[str]]:
    """What became of one order, and everything that was said on the way."""
    said: list[str] = []
    bench.timeouts = IMPATIENT

    def notes(step: Step) -> None:
        said.append(step.note)

    for attempt in range(3):
        jobs = bench.jobs(delete_uploads=deleting)
        try:
            job = jobs.start(order(), consent=True)
            job = jobs.run(job.id, on_step=notes)
        except CloudJobsError as error:
            said += [str(error), repr(error), *map(repr, (error.__cause__, error.__context__))]
            continue
        assert jobs.result(job).is_file()
        if not attempt:
            return "ok", said
        return ("new" if any(job.state == "refused" for job in jobs.journal.jobs()) else "again"), said
    assert [job.state for job in jobs.journal.open_jobs()] == ["undecided"]
    return "undec", said


def check_books(bench: Bench) -> None:
    """Every talk is known to the journal, no job has two, and the account lost what the talks cost."""
    jobs = {job.id: job for job in Journal(bench.folder, SERVICE).jobs()}
    talks = list(bench.server.service.talks.values())
    makers = [talk.body["user_data"] for talk in talks]
    assert len(set(makers)) == len(makers), "a job was sent twice"
    for talk in talks:
        job = jobs[talk.body["user_data"]]
        assert job.remote_id == talk.id or job.state == "undecided", "a talk is lost"
    assert bench.server.service.charged == len(talks)
    assert len(talks) <= 1, "the same order was paid for twice"


def check_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert KEY.encode() not in content
            assert b"canary" not in content
            assert b"Signature=" not in content
            assert path.stat().st_mode & 0o077 == 0, f"{path} is open to others"


def fits(name: str, call: str) -> bool:
    """A reading call does nothing that could be done before or after a failure, and is not moderated."""
    return call.startswith("POST") or not (FAULTS[name].get("acts") or name.startswith(("451 ", "400 ")))


@pytest.mark.parametrize("telling", [True, False], ids=["telling", "silent"])
def test_fault_matrix(folder: Path, capsys: pytest.CaptureFixture[str], telling: bool) -> None:
    """Once with a service whose talks come back with our marks, file names and durations, once with one that
    tells nothing; the second differs only from the POST that bills on."""
    clock = FakeClock(1_790_078_390.0)  # ten seconds before the date in "429 + date"
    policy = Policy(echo=telling, keeps_names=telling, shows_duration=telling)
    calls = CALLS if telling else ("POST /talks", "GET /talks")
    rows: dict[str, dict[str, str]] = {name: {} for name in FAULTS}
    spoken: list[str] = []
    with FakeDID(KEY, policy, now=clock.now) as server:
        for name, options in FAULTS.items():
            for call in calls:
                if not fits(name, call):
                    continue
                server.renew()
                server.faults = [Fault(route=call, **options)]  # type: ignore[arg-type]
                if call == "GET /talks":  # only an unclear POST makes the client ask for the list
                    server.faults.append(Fault("POST /talks", "reset", acts=True))
                bench = Bench(folder / f"{name} {call}".replace("/", "_"), clock, server)
                rows[name][call], said = run_stubbornly(bench, call.startswith("DELETE"))
                check_books(bench)
                check_files(bench.folder)
                spoken += said
    print_table(capsys, calls, rows, "telling service" if telling else "silent service")
    assert not [text for text in spoken if "canary" in text or "Signature=" in text]
    for name, results in rows.items():
        for call, result in results.items():
            doubtful = call in ("POST /talks", "GET /talks")
            assert result != "undec" or doubtful, (name, call)
            if call == "GET /talks" or (call == "POST /talks" and FAULTS[name].get("acts")):
                # The talk exists: found where the service tells enough, and otherwise left to the user.
                assert (result in ("ok", "again")) == telling, (name, call)


def print_table(
    capsys: pytest.CaptureFixture[str], calls: tuple[str, ...], rows: dict[str, dict[str, str]], title: str
) -> None:
    with capsys.disabled():
        print(f"\n\nD-ID fault matrix, {title}")
        print(f"{'':22}" + "".join(f"{call:>19}" for call in calls))
        for name, results in rows.items():
            print(f"{name:22}" + "".join(f"{results.get(call, '·'):>19}" for call in calls))
