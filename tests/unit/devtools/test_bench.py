"""The benchmark, on one second of video."""

import json
import threading
import time

import pytest

from lipsync_studio.devtools import bench
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
    assert set(stages) >= {"open", "decode", "track", "speech", "crop", "warp", "paste", "other"}
    assert {"encode" + BESIDE, "decode" + BESIDE} <= set(stages)
    assert all(seconds > 0 for seconds in stages.values())
    in_line = sum(seconds for name, seconds in stages.items() if not name.endswith(BESIDE))
    assert in_line == pytest.approx(measured["streamed"]["seconds"])


def test_the_reference_holds_every_frame_as_floats_and_we_do_not(measured):
    batch = 25 * 1280 * 720 * 3 * 4
    assert measured["batch"]["growth_bytes"] > 2 * batch > measured["streamed"]["growth_bytes"]
    assert measured["ratio"]["memory"] > 1


class Work:
    def outer(self):
        time.sleep(0.02)
        for _ in self.steps():
            time.sleep(0.02)

    def steps(self):
        for _ in range(3):
            time.sleep(0.01)
            yield


def test_a_stage_leaves_out_the_stages_it_calls():
    watch = Stopwatch()
    with watch.watch(Work, "outer", "outer"), watch.watch(Work, "steps", "steps"):
        Work().outer()
    assert watch.seconds["steps"] >= 0.03
    assert watch.seconds["outer"] >= 0.08
    assert Work.steps.__name__ == "steps"
    before = dict(watch.seconds)
    Work().outer()
    assert watch.seconds == before


def test_threads_are_counted_on_their_own():
    watch = Stopwatch()

    def beside():
        with watch.stage("beside"):
            time.sleep(0.05)

    with watch.stage("main"):
        thread = threading.Thread(target=beside)
        thread.start()
        thread.join()
    assert watch.seconds["beside" + BESIDE] >= 0.05
    assert watch.seconds["main"] >= 0.05
