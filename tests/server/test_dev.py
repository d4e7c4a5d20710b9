"""`dev.py` as a person runs it, in an environment that is set up."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import av
import pytest

from lipsync_studio.devtools.paths import ROOT


@pytest.fixture
def dev():
    """Starts `dev.py` with arguments; ends it if the test hasn't."""
    started = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, ROOT / "dev.py", *arguments], stdout=subprocess.PIPE, text=True, cwd="/"
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait()
        process.stdout.close()


def test_the_demo_ends_with_the_path_of_the_video(dev):
    process = dev("demo")
    output, _ = process.communicate()
    assert process.returncode == 0
    with av.open(str(Path(output.splitlines()[-1]))) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]
        assert sum(1 for _ in container.decode(video=0)) > 25


def test_ctrl_c_stops_the_server(dev):
    process = dev("serve")
    url = process.stdout.readline().strip()
    with urllib.request.urlopen(f"{url}/system_stats") as answer:
        assert answer.status == 200
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(180) == 128 + signal.SIGINT
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{url}/system_stats")
