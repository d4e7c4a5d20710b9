"""`dev.py serve` as a person runs it, in an environment that is set up."""

import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from lipsync_studio.devtools.paths import ROOT


def test_ctrl_c_stops_the_server():
    with subprocess.Popen(
        [sys.executable, ROOT / "dev.py", "serve"], stdout=subprocess.PIPE, text=True, cwd="/"
    ) as process:
        try:
            url = process.stdout.readline().strip()
            with urllib.request.urlopen(f"{url}/system_stats") as answer:
                assert answer.status == 200
            process.send_signal(signal.SIGINT)
            assert process.wait(180) == 128 + signal.SIGINT
        finally:
            process.terminate()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{url}/system_stats")
