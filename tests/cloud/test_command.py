"""`cloud SERVICE`: what every service's command line does, tried with several of them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud_matrix import KEY, Bench, FakeClock
from fake_cloud import Fault, wired

from lipsync_studio.cloud_jobs import CloudJobs, Settings, find_key
from lipsync_studio.commands import cloud, main

from .conftest import cases

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]
# What tells whether the key is good.
_FREE = ("GET /v2/models", "GET /account", "GET /v3/users/me")


@pytest.fixture(params=["syncso", "heygen", "toycloud"])
def bench(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    case, clock = cases()[request.param], FakeClock()
    with case.start(True, clock.now) as server:
        monkeypatch.setenv(case.service.key_variables[0], KEY)
        monkeypatch.setenv(case.service.address_variable, server.url)
        made = Bench(case, folder / "account", clock, server)
        made.session = lambda: wired(server)
        yield made


@pytest.fixture
def run(bench: Bench, capsys: pytest.CaptureFixture[str]) -> Run:
    def connect(folder: Path, settings: Settings) -> CloudJobs:
        key = find_key(bench.case.service, folder)
        return CloudJobs(folder, settings, key, clock=bench.clock, session=bench.session)

    def act(*arguments: str) -> tuple[int, str, str]:
        whole = [bench.case.service.id, "--folder", str(bench.folder), *arguments]
        code = cloud.main(whole, connect=connect)
        out, err = capsys.readouterr()
        assert "canary" not in out + err
        return code, out, err

    return act


def test_status(bench: Bench, run: Run) -> None:
    code, out, _ = run("status")
    assert code == 0
    assert ("does not tell its balance" in out) == (bench.case.service.id == "syncso")
    assert "allowed in 24 hours used from here" in out
    bench.server.faults = [Fault(call, status=401, nth=()) for call in _FREE]
    assert run("status")[0] == 1


def test_what_is_left_is_collected(bench: Bench, run: Run, tmp_path: Path) -> None:
    jobs = bench.jobs()
    job = jobs.start(bench.case.order(1), consent=True)
    assert f"{job.id[:12]}\tplanned" in run("jobs")[1]
    code, _, err = run("resume")
    assert code == 1
    assert f"cloud {bench.case.service.id} consent" in err
    assert bench.server.made() == []
    assert "agreed on" in run("consent")[1]
    out = tmp_path / "clip.mp4"
    assert run("resume", job.id[:8], "--out", str(out))[0] == 0
    assert out.stat().st_size > 1000
    assert "No unfinished jobs." in run("jobs")[1]
    assert f"{job.id[:12]}\tdownloaded" in run("jobs", "--all")[1]


def test_a_job_is_given_up(bench: Bench, run: Run) -> None:
    job = bench.jobs().start(bench.case.order(1), consent=True)
    assert "abandoned" in run("jobs", "--abandon", job.id)[1]
    assert run("resume", job.id)[0] == 1


def test_parts_that_were_not_sent_yet_go_on_together(bench: Bench, run: Run) -> None:
    """Each waits for the others' price, so one after the other would wait in vain."""
    orders = [bench.case.order(number) for number in (1, 2, 3)]
    jobs = bench.jobs().start_all(orders, consent=True)
    run("consent")
    started = bench.clock.now()
    code, out, err = run("resume", jobs[1].id)
    assert code == 0, err
    assert len(out.splitlines()) == 1
    assert bench.clock.now() - started < 600
    assert len(bench.server.made()) == 3
    assert run("resume")[0] == 0
    assert all(job.state == "downloaded" for job in bench.journal().jobs())


def test_a_part_that_fails_does_not_keep_the_others(bench: Bench, run: Run) -> None:
    orders = [bench.case.order(number) for number in (1, 2)]
    bench.server.faults = [Fault(bench.case.paid, status=402, nth=(2,))]
    jobs = bench.jobs(parallel=2).start_all(orders, consent=True)
    run("consent")
    code, out, err = run("resume")
    assert code == 1
    assert "402" in err
    states = sorted(bench.journal().get(job.id).state for job in jobs)
    assert states == ["downloaded", "refused"]
    assert len(out.splitlines()) == 1


def test_giving_up_says_that_the_clip_may_be_billed(bench: Bench, run: Run) -> None:
    jobs = bench.jobs()
    planned, sent = (jobs.start(bench.case.order(number), consent=True) for number in (1, 2))
    while sent.state != "submitted":
        sent = jobs.step(sent.id).job
    assert "charge" not in run("jobs", "--abandon", planned.id)[2]
    assert (
        f"{bench.case.service.title} may still make this clip and charge for it"
        in (run("jobs", "--abandon", sent.id)[2])
    )


def test_giving_up_removes_what_was_sent_where_that_is_wanted(
    bench: Bench, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not bench.case.deleting:
        return
    jobs = bench.jobs()
    one, other = (jobs.start(bench.case.order(number), consent=True) for number in (1, 2))
    for job in (one, other):
        while job.state != "submitted":
            job = jobs.step(job.id).job
    (bench.folder / bench.case.service.settings_file).write_text('{"delete_uploads": true}')
    run("jobs", "--abandon", one.id)
    assert len(bench.server.requests(bench.case.deleting)) == len(one.files)
    monkeypatch.delenv(bench.case.service.key_variables[0])
    code, out, err = run("jobs", "--abandon", other.id)
    assert (code, "abandoned" in out) == (0, True)
    assert f"stays at {bench.case.service.title}" in err


def test_the_key(bench: Bench, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    service = bench.case.service
    monkeypatch.delenv(service.key_variables[0])
    assert service.key_variables[0] in run("key")[1]
    code, _, err = run("status")
    assert code == 1
    assert f"No {service.title} key is set" in err
    typed = io.StringIO(KEY)
    monkeypatch.setattr(sys, "stdin", typed)
    assert run("key", "--set")[1] == "A key is set.\n"
    assert (bench.folder / f"{service.id}.key").stat().st_mode & 0o077 == 0
    assert run("status")[0] == 0


def test_settings_that_are_wrong_are_named(bench: Bench, run: Run) -> None:
    bench.folder.mkdir()
    name = f"{bench.case.service.id}.json"
    (bench.folder / name).write_text('{"parallel": 0}')
    code, _, err = run("status")
    assert code == 1
    assert "parallel is less than 1" in err
    (bench.folder / name).write_text('{"cloud": false}')
    assert f"switched off in {name}" in run("status")[2]


def test_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["cloud"], ["cloud", "nobody"], ["cloud", "syncso"]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2
    assert "syncso" in capsys.readouterr().err


def test_the_page_of_services_is_what_the_command_prints() -> None:
    page = (ROOT / "docs" / "cloud.md").read_text(encoding="utf-8")
    printed = [line for line in cloud.table().splitlines() if "(`toycloud`)" not in line]
    assert "\n".join(printed) in page
