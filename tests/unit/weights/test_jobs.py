"""Downloads and checks on threads of their own, from a hub that runs here."""

from types import SimpleNamespace

import pytest
from fake_hub import wait_for
from weight_entries import publish

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.host.plain import plain_models_folder
from lipsync_studio.engine.weights.entries import Catalogue
from lipsync_studio.engine.weights.hub import CHUNK
from lipsync_studio.engine.weights.jobs import BusyError, WeightJobs


@pytest.fixture
def run(hub, home, content, make_set):
    """jobs: of a catalogue with the sets "nets", two files, and "more", one; seen: what was told."""
    files = [publish(hub, content), publish(hub, b'{"layers": 1}', "net.json", name="config", needed=False)]
    other = publish(hub, content[::-1], "more.pth", name="more")
    sets = {"nets": make_set(*files), "more": make_set(other, name="more")}
    seen = []
    jobs = WeightJobs(Catalogue(sets, {}), lambda kind: [plain_models_folder(kind)], seen.append)

    def state(name="nets"):
        return next(found for found in jobs.status().sets if found.weights.name == name)

    def wait(name="nets"):
        wait_for(lambda: not last(name).is_active)
        return last(name)

    def last(name="nets"):
        return next(job for job in jobs.jobs() if job.set == name)

    def kept():
        part = folder / "net.pth.01234567.part"
        return part.stat().st_size if part.is_file() else 0

    folder = plain_models_folder("musetalk") / "nets"
    return SimpleNamespace(jobs=jobs, seen=seen, state=state, wait=wait, last=last, folder=folder, kept=kept)


def test_install_brings_the_set_and_tells_how_far_it_is(run, content):
    assert run.state().state == "missing"
    assert run.jobs.start("nets", "install").state == "running"
    assert run.wait().state == "done"
    assert (run.folder / "net.pth").read_bytes() == content
    assert run.state().state == "installed"
    assert [job.state for job in run.seen if not job.is_active] == ["done"]
    assert run.seen[-1].state == "done"
    stages = [job.stage for job in run.seen if job.stage]
    assert stages[0].startswith("Downloading nets/net.pth (4.0 MB, MIT)")
    assert any(stage.startswith("Downloading nets/net.json") for stage in stages)


def test_cancel_keeps_what_there_is_and_the_next_install_goes_on(run, hub, content):
    hub.faults.hold = 2_000_000
    run.jobs.start("nets", "install")
    wait_for(lambda: run.kept() == 2_000_000 // CHUNK * CHUNK)
    assert run.jobs.cancel("nets").state == "stopping"
    hub.faults.hold = None
    hub.released.set()
    assert run.wait().state == "cancelled"
    found = run.state()
    assert found.state == "partial"
    kept = found.files[0].bytes
    assert kept >= 2_000_000 // CHUNK * CHUNK
    assert not (run.folder / "net.pth").exists()

    run.jobs.start("nets", "install")
    assert run.wait().state == "done"
    assert hub.transfers()[-2] == ("cdn", f"bytes={kept}-")
    assert (run.folder / "net.pth").read_bytes() == content


def test_a_set_is_worked_on_once_at_a_time_and_another_beside_it(run, hub):
    hub.faults.hold = 1_000_000
    run.jobs.start("nets", "install")
    wait_for(lambda: run.kept() == 1_000_000 // CHUNK * CHUNK)
    for action in ("install", "verify"):
        with pytest.raises(BusyError, match="worked on already"):
            run.jobs.start("nets", action)
    hub.faults.hold = None
    run.jobs.start("more", "install")
    assert run.wait("more").state == "done"
    with pytest.raises(BusyError, match="nothing to cancel"):
        run.jobs.cancel("more")
    assert run.last("more").state == "done"
    assert run.last().is_active
    hub.released.set()
    assert run.wait().state == "done"
    run.jobs.start("nets", "verify")
    assert run.wait().right == ("nets/net.pth", "nets/net.json")


def test_a_file_with_wrong_contents_is_found_shown_and_replaced(run, hub, content):
    run.folder.mkdir(parents=True)
    (run.folder / "net.pth").write_bytes(content[:-1] + b"?")
    (run.folder / "net.json").write_bytes(b'{"layers": 1}')
    assert run.state().state == "installed"  # by its size
    run.jobs.start("nets", "verify")
    job = run.wait()
    assert (job.state, job.right, job.wrong) == ("done", ("nets/net.json",), ("nets/net.pth",))
    found = run.state()
    assert (found.state, [each.file.name for each in found.to_fetch]) == ("wrong", ["net"])

    run.jobs.start("nets", "install")
    assert run.wait().state == "done"
    assert (run.folder / "net.pth").read_bytes() == content
    assert run.state().state == "installed"


def test_a_wrong_file_that_the_user_replaced_is_wrong_no_longer(run, content):
    run.folder.mkdir(parents=True)
    (run.folder / "net.pth").write_bytes(content[:-1] + b"?")
    run.jobs.start("nets", "verify")
    run.wait()
    assert run.state().files[0].state == "wrong"
    (run.folder / "net.pth").write_bytes(content)
    assert run.state().files[0].state == "installed"


def test_what_fails_is_one_sentence(run, hub):
    hub.faults.refused = True
    run.jobs.start("nets", "install")
    job = run.wait()
    assert job.state == "failed"
    assert "refuses access" in job.message
    hub.faults.refused = False
    run.jobs.start("nets", "install")
    assert run.wait().state == "done"


def test_names_that_are_not_in_the_catalogue_are_refused(run):
    for name in ("", "nettles", "../nets", "all-musetalk"):
        with pytest.raises(WeightsError, match="no set of weights"):
            run.jobs.start(name, "install")
        with pytest.raises(WeightsError, match="no set of weights"):
            run.jobs.cancel(name)
    with pytest.raises(BusyError, match="nothing to cancel"):
        run.jobs.cancel("nets")
    assert run.jobs.jobs() == []
