"""Every fault at every call of a service: no job lost, none billed twice, no key in anything that stays.

The user of these tests is stubborn: whatever happens, they order the same clip again, from a new process, up
to three times. What a cell of the table means:
  ok   the clip came in the first run              again  it came when the user ordered again
  new  the service refused; a new order worked     undec  the user has to decide; nothing was sent twice
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from fake_cloud import BUSY, FakeServer, Fault, wired

from lipsync_studio.cloud_jobs import ApiKey, CloudJobs, CloudJobsError, Order, Service, Settings, Step
from lipsync_studio.cloud_jobs.journal import Journal
from lipsync_studio.cloud_jobs.transport import Timeouts

# The canary: looks like a key, and must turn up nowhere but in the requests.
KEY = "Y2FuYXJ5QGV4YW1wbGUub3Jn:canary-Zx81-secret-password"
TIMEOUTS = Timeouts(connect=5.0, read=10.0, create=10.0, upload=10.0, download=10.0)
IMPATIENT = Timeouts(connect=5.0, read=0.4, create=0.4, upload=0.4, download=0.4)  # where the service stalls


class FakeClock:
    """Waiting moves the time on at once. Shared with the service."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds


def local_session() -> requests.Session:
    """Does not look for proxies before each call, which takes longer than the call."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass(frozen=True)
class Case:
    """One service, as the same code tries them all.

    start: makes its fake for a clock's time; telling: it tells all that it may, or nothing. order: one of
    many, told apart by its number. calls: free ones, in the order they are made. paid: the call that costs
    money. listing: that lists what was made, "" where nobody asks for it. deleting: of an upload, "" where
    there is none. jobs: makes the service's jobs. settings: that let any order through.
    """

    service: Service
    start: Callable[[bool, Callable[[], float]], FakeServer]
    order: Callable[[int], Order]
    calls: tuple[str, ...]
    paid: str
    listing: str = ""
    deleting: str = ""
    jobs: type[CloudJobs] = CloudJobs
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        rest = (self.paid, "GET /files", self.listing, self.deleting)
        return (*self.calls, *(call for call in rest if call))


class Bench:
    """A service and a folder; `jobs()` is a process that starts on that folder."""

    def __init__(self, case: Case, folder: Path, clock: FakeClock, server: FakeServer) -> None:
        self.case, self.folder, self.clock, self.server = case, folder, clock, server
        self.timeouts = TIMEOUTS
        self.session: Callable[[], requests.Session] = local_session
        self._starts = 0

    def jobs(self, key: str = KEY, clock: Any = None, **settings: Any) -> CloudJobs:
        self._starts += 1
        values = {"api_url": self.server.url, "max_credits_per_day": 10**6, "max_credits_per_run": 10**5}
        return self.case.jobs(
            self.folder,
            Settings(self.case.service, **{**values, **self.case.settings, **settings}),
            ApiKey(key, "a test", self.case.service),
            clock=clock or self.clock,
            rng=random.Random(self._starts),
            timeouts=self.timeouts,
            session=self.session,
        )

    def journal(self) -> Journal:
        return Journal(self.folder, self.case.service)


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
    "429, done late": {"status": 429, "acts": True, "late": 40.0},
    "429 busy": {"status": 429, "body": BUSY},
    "429 busy, but done": {"status": 429, "body": BUSY, "acts": True},
    "429 busy, done late": {"status": 429, "body": BUSY, "acts": True, "late": 40.0},
    "429 busy, very late": {"status": 429, "body": BUSY, "acts": True, "late": 500.0},
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


def run_stubbornly(bench: Bench, deleting: bool, number: int = 0) -> tuple[str, list[str]]:
    """What became of one order, and everything that was said on the way."""
    said: list[str] = []
    bench.timeouts = IMPATIENT

    def notes(step: Step) -> None:
        said.append(step.note)

    for attempt in range(3):
        jobs = bench.jobs(delete_uploads=deleting)
        try:
            job = jobs.start(bench.case.order(number), consent=True)
            job = jobs.run(job.id, on_step=notes)
        except CloudJobsError as error:
            said += [str(error), repr(error), *map(repr, (error.__cause__, error.__context__))]
            continue
        assert jobs.result(job).is_file()
        if not attempt:
            return "ok", said
        return ("new" if any(job.state == "refused" for job in jobs.journal.jobs()) else "again"), said
    assert [job.state for job in bench.journal().open_jobs()] == ["undecided"], said
    return "undec", said


def check_books(server: FakeServer, journal: Journal, orders: int = 1) -> None:
    """Every clip is known to the journal, no job has two, and the account lost what the clips cost."""
    jobs = {job.id: job for job in journal.jobs()}
    made = server.made()
    assert len({clip.mark for clip in made}) == len(made), "a job was sent twice"
    for clip in made:
        job = jobs[clip.mark]
        assert job.remote_id == clip.id or job.state == "undecided", "a clip is lost"
    assert server.charged() == sum(clip.cost for clip in made)
    assert len({jobs[clip.mark].key for clip in made}) == len(made), "the same order was paid for twice"
    assert len(made) <= orders


def check_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert KEY.encode() not in content
            assert b"canary" not in content
            assert b"Signature=" not in content
            assert path.stat().st_mode & 0o077 == 0, f"{path} is open to others"


def fits(case: Case, name: str, call: str) -> bool:
    """A reading call does nothing that could be done before or after a failure, and is not moderated."""
    sending = call.startswith(("POST", "PUT"))
    return sending or not (FAULTS[name].get("acts") or name.startswith(("451 ", "400 ")))


def run_matrix(
    case: Case, folder: Path, telling: bool, calls: tuple[str, ...], *, network: bool = True
) -> dict[str, dict[str, str]]:
    """The table, by fault and call. network: also for what is a whole reply; else that comes without one."""
    clock = FakeClock(1_790_078_390.0)  # ten seconds before the date in "429 + date"
    rows: dict[str, dict[str, str]] = {name: {} for name in FAULTS}
    spoken: list[str] = []
    with case.start(telling, clock.now) as server:
        for name, options in FAULTS.items():
            for call in calls:
                if not fits(case, name, call):
                    continue
                server.renew()
                server.faults = [Fault(route=call, **options)]  # type: ignore[arg-type]
                if call == case.listing:  # only an unclear POST makes the client ask for the list
                    server.faults.append(Fault(case.paid, "reset", acts=True))
                bench = Bench(case, folder / f"{name} {call}".replace("/", "_"), clock, server)
                if not network and options.get("action", "reply") not in ("stall", "reset"):
                    bench.session = lambda: wired(server)
                rows[name][call], said = run_stubbornly(bench, bool(case.deleting) and call == case.deleting)
                check_books(server, bench.journal())
                check_files(bench.folder)
                spoken += said
    assert not [text for text in spoken if "canary" in text or "Signature=" in text]
    return rows


def check_rows(case: Case, rows: dict[str, dict[str, str]]) -> None:
    for name, results in rows.items():
        for call, result in results.items():
            assert result != "undec" or call in (case.paid, case.listing), (name, call)
            if call == case.listing or (call == case.paid and FAULTS[name].get("acts")):
                # The clip exists, and is found: by the same key, by what the list tells, or by its length.
                assert result in ("ok", "again"), (name, call, result)
            if case.service.repeatable:
                assert result != "undec", (name, call)


def table(case: Case, rows: dict[str, dict[str, str]], calls: tuple[str, ...], telling: bool) -> str:
    title = f"{case.service.title} fault matrix, {'telling' if telling else 'silent'} service"
    lines = [title, f"{'':22}" + "".join(f"{call:>25}" for call in calls)]
    for name, results in rows.items():
        lines.append(f"{name:22}" + "".join(f"{results.get(call, '·'):>25}" for call in calls))
    return "\n".join(lines)
