"""What the browser's tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Where the tests leave what they saw: the folder LIPSYNC_PICTURES, or one that goes."""
    named = os.environ.get("LIPSYNC_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")
