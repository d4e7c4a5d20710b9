"""A clip arrives whole, under its name, or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from fake_did import Fault, clips

from lipsync_studio.cloud_jobs import errors
from lipsync_studio.cloud_jobs.download import Downloader
from lipsync_studio.cloud_jobs.media import probe

from .conftest import TIMEOUTS, Bench, finish, order


@pytest.mark.parametrize(
    ("policy", "ranged"),
    [({}, True), ({"etag": False}, False), ({"ranges": False}, True)],
    ids=["resumes", "no etag", "no ranges"],
)
def test_a_broken_transfer_goes_on(bench: Bench, policy: dict, ranged: bool) -> None:
    vars(bench.policy).update(policy)
    bench.policy.padding = 500_000
    bench.server.faults = [Fault("GET /files", "half_body", acts=True)]
    assert finish(bench.jobs(), order()).state == "downloaded"
    second = bench.server.requests("GET /files")[1]
    assert ("Range" in second.headers) == ranged
    [clip] = (bench.folder / "results").iterdir()
    assert clip.read_bytes() == clips.clip(2.0) + clips.nothing(500_000)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please log in</html>",
        clips.clip(2.0)[:-300],
        clips.clip(2.0, False),
        clips.clip(9.0),
    ],
    ids=["nothing", "html", "cut", "mute", "another"],
)
def test_the_wrong_content_is_fetched_again(bench: Bench, body: bytes) -> None:
    bench.server.faults = [Fault("GET /files", status=200, body=body)]
    job = finish(bench.jobs(), order())
    assert job.state == "downloaded"
    assert not job.notes
    assert bench.service.charged == 1


def test_a_clip_that_stays_odd_is_kept_with_a_remark(bench: Bench) -> None:
    bench.server.faults = [Fault("GET /files", status=200, body=clips.clip(9.0), nth=())]
    job = finish(bench.jobs(), order())
    assert job.state == "downloaded"
    assert "lasts 9.0 s" in job.notes[0]


def test_an_expired_link_is_renewed(bench: Bench) -> None:
    bench.policy.link_seconds = -1.0
    with pytest.raises(errors.LinkExpiredError):
        finish(bench.jobs(), order())
    bench.policy.link_seconds = 86_400.0
    assert finish(bench.jobs(), order()).state == "downloaded"
    assert bench.service.charged == 1


def test_a_link_that_is_never_renewed_ends_with_a_word(bench: Bench) -> None:
    """If a GET does not sign anew, a clip that was not fetched within a day can't be had by this way."""
    bench.policy.resigns = False
    bench.server.faults = [Fault("GET /files", status=503, nth=())]
    with pytest.raises(errors.DownloadError, match="broke off several times"):
        finish(bench.jobs(), order())
    bench.server.faults = []
    bench.clock.sleep(2 * 86_400)
    with pytest.raises(errors.LinkExpiredError):
        finish(bench.jobs(), order())
    assert [job.state for job in bench.jobs().journal.jobs()] == ["submitted"]


def test_limits(bench: Bench, tmp_path: Path) -> None:
    finish(bench.jobs(), order())
    bench.service.get(next(iter(bench.service.talks)))
    url = bench.service.get(next(iter(bench.service.talks)))["result_url"]
    target = tmp_path / "clip.mp4"
    with pytest.raises(errors.UnusableClipError, match="larger"):
        Downloader(TIMEOUTS, allow_http=True, max_bytes=1000).fetch(url, target)
    with pytest.raises(errors.UnusableClipError, match="not https"):
        Downloader(TIMEOUTS).fetch(url, target)
    with pytest.raises(errors.UnusableClipError, match="can't be written"):
        Downloader(TIMEOUTS, allow_http=True).fetch(url, tmp_path / "absent" / "clip.mp4")
    assert not list(tmp_path.glob("*.part"))
    assert not target.exists()
    fetched = Downloader(TIMEOUTS, allow_http=True).fetch(url, target)
    assert fetched.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()


def test_probe(tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(clips.clip(3.0))
    clip = probe(path)
    assert clip is not None
    assert clip.sound
    assert clip.seconds == pytest.approx(3.0, abs=0.2)
    path.write_bytes(clips.voice())
    assert probe(path) is None


def test_what_a_crash_left_is_cleared(bench: Bench) -> None:
    results = bench.folder / "results"
    results.mkdir(parents=True)
    for name, age in ((".old.mp4.12ab.part", 3600), (".new.mp4.34cd.part", 0)):
        (results / name).write_bytes(b"part")
        os.utime(results / name, (time.time() - age,) * 2)
    finish(bench.jobs(), order())
    assert [path.name for path in results.glob(".*")] == [".new.mp4.34cd.part"]
