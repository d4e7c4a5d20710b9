"""What one worker keeps between its jobs, and how renders are counted where workers are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.backends.viseme.spec import VisemeSettings
from lipsync_studio.batch import worker
from lipsync_studio.batch.job import Job
from lipsync_studio.batch.pool import LocalPool
from lipsync_studio.batch.run import run_batch
from lipsync_studio.devtools import counted_worker as counted
from lipsync_studio.engine.report import RunReport


def test_jobs_of_one_engine_make_it_once(media, tmp_path, monkeypatch):
    """And of its last two settings neither again."""
    made, used = [], []
    make = RenderSpec.make_backend

    def counted(spec, host):
        made.append(spec.settings.strength)
        return make(spec, host)

    def rendered(backend, request, host, path, crf):
        used.append(backend)
        path.write_bytes(b"video")
        return RunReport(backend.name, 1, "25", 0.04, (2, 2), [])

    monkeypatch.setattr(RenderSpec, "make_backend", counted)
    monkeypatch.setattr(worker, "run", rendered)
    strengths = [1.0, 1.0, 0.5, 1.0, 0.7, 1.0, 0.5]
    jobs = [
        Job(f"{number}.mp4", str(media / "clip.mp4"), str(media / "voice.wav"),
            RenderSpec(Path(), Path(), settings=VisemeSettings(strength=strength), score=False))
        for number, strength in enumerate(strengths)
    ]  # fmt: skip
    pool = LocalPool(worker.Worker(str(tmp_path)))
    try:
        summary = run_batch(jobs, pool, lambda progress: None)
    finally:
        pool.close()
    assert [row.result for row in summary.rows] == ["made"] * len(jobs)
    # 0.5 had to make room for 0.7, because 1.0 was used after it.
    assert made == [1.0, 0.5, 0.7, 0.5]
    assert [backend.engine.strength for backend in used] == strengths
    assert used[0] is used[1] is used[3] is used[5]


def test_renders_that_are_cut_off_or_begun_again_are_told_apart(tmp_path):
    """0 was cut off and made by another worker; 1 was kept; 2 failed; a b is held; 4 was made twice."""
    out = tmp_path / "made"
    rows = (
        "7 begun 0.mp4", "7 held 0.mp4", "8 begun 0.mp4", "8 published 0.mp4", "8 ended 0.mp4",
        "8 begun 2.mp4", "8 ended 2.mp4", "8 begun 4.mp4", "8 published 4.mp4", "8 ended 4.mp4",
        "9 ended 0.mp4", "9 ended 1.mp4", "9 begun 4.mp4", "9 published 4.mp4", "9 ended 4.mp4",
        "9 begun a b.mp4", "9 held a b.mp4",
    )  # fmt: skip
    assert counted.events(out) == []
    out.with_name("made.events").write_text("".join(f"{row}\n" for row in rows))
    told = counted.events(out)
    assert counted.renders(told) == {"0.mp4": 2, "2.mp4": 1, "4.mp4": 2, "a b.mp4": 1}
    assert counted.cut_off(told) == {"0.mp4": 1, "a b.mp4": 1}
    assert counted.begun_again(told) == ["4.mp4"]
    assert counted.in_midst(told, "a b.mp4") == 9
    # A process that was killed is still written down as held: whoever asks has killed it.
    assert counted.in_midst(told, "0.mp4") == 7
    assert counted.in_midst(told, "4.mp4") is None


@pytest.mark.parametrize(
    "stage", ["Lip-syncing (viseme)", "Animating (SadTalker)", "Taking over D-ID's clip"]
)
def test_frames_of_every_kind_of_engine_are_counted(stage):
    with worker._WorkerHost(None) as host:
        host.progress("Finding faces", 3, 9)
        host.progress(stage, 5, 9)
        assert host.frames == 5
