"""The benchmark, on one second of video."""

import json
import threading
from types import SimpleNamespace

import pytest

from lipsync_studio.devtools import bench
from lipsync_studio.devtools.bench import stopwatch
from lipsync_studio.devtools.bench.stopwatch import BESIDE, Stopwatch


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    patch = pytest.MonkeyPatch()
    patch.setattr(bench.media, "FOLDER", folder)
    bench.main(["--seconds", "1", "--out", str(folder / "bench.json")])
    patch.undo()
    return json.loads((folder / "bench.json").read_text())


def test_both_ways_do_the_same_work(measured):
    assert measured["clip"] == {"size": [1280, 720], "fps": 25, "seconds": 1}
    assert measured["streamed"]["frames"] == measured["batch"]["frames"] == 25
    assert measured["streamed"]["generated"] == 25


def test_stages_add_up_to_the_whole(measured):
    stages = measured["streamed"]["stages"]
    assert set(stages) >= {"open", "decode", "track", "speech", "wait for the mouths", "other"}
    assert {name + BESIDE for name in ("decode", "crop", "warp", "paste", "encode")} <= set(stages)
    assert all(seconds > 0 for seconds in stages.values())
    in_line = sum(seconds for name, seconds in stages.items() if not name.endswith(BESIDE))
    assert in_line == pytest.approx(measured["streamed"]["seconds"])


def test_the_reference_holds_every_frame_as_floats_and_we_do_not(measured):
    batch = 25 * 1280 * 720 * 3 * 4
    assert measured["batch"]["growth_bytes"] > 2 * batch > measured["streamed"]["growth_bytes"]
    assert measured["ratio"]["memory"] > 1


@pytest.fixture
def pass_time(monkeypatch):
    """Lets seconds pass on the stopwatches' clock, which otherwise stands still."""
    now = [0.0]
    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(perf_counter=lambda: now[0]))

    def later(seconds):
        now[0] += seconds

    return later


def test_a_stage_leaves_out_the_stages_it_calls(pass_time):
    class Work:
        def outer(self):
            pass_time(0.5)
            for _ in self.steps():
                pass_time(0.25)

        def steps(self):
            for _ in range(3):
                pass_time(2)
                yield

    watch = Stopwatch()
    with watch.watch(Work, "outer", "outer"), watch.watch(Work, "steps", "steps"):
        Work().outer()
    assert watch.seconds == {"outer": 1.25, "steps": 6}
    assert Work.steps.__name__ == "steps"
    Work().outer()
    assert watch.seconds == {"outer": 1.25, "steps": 6}


def test_threads_are_counted_on_their_own(pass_time):
    watch = Stopwatch()

    def beside():
        with watch.stage("beside"):
            pass_time(4)

    with watch.stage("main"):
        thread = threading.Thread(target=beside)
        thread.start()
        thread.join()
    assert watch.seconds == {"beside" + BESIDE: 4, "main": 4}
