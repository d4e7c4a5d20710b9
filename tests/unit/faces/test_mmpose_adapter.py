"""The adapter over a real mmpose, which is installed beside the checkout's environment for this alone."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from lipsync_studio.devtools.paths import CACHE, ROOT
from lipsync_studio.devtools.steps import once, run
from lipsync_studio.engine.errors import MissingFilesError
from lipsync_studio.engine.faces.mmpose_adapter import load_mmpose
from lipsync_studio.engine.host.plain import PlainHost

TESTS = Path(__file__).parents[2]
GOLDENS = TESTS / "data" / "goldens" / "musetalk"
REQUIREMENTS = ROOT / "requirements-mmpose.txt"
# mmcv is compiled for the better part of an hour: the one thing that is taken from outside the project.
WHEELS = ROOT.parent / "shared" / "wheels"
WHEEL = "mmcv-2.1.0-cp311-cp311-linux_x86_64.whl"
PACKAGES = CACHE / "mmpose"
# What xtcocotools is built with and doesn't declare.
BUILD = '[extra-build-dependencies]\nxtcocotools = ["numpy", "cython", "setuptools", "wheel"]\n'


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds what requirements-mmpose.txt lists."""
    here = (sys.version_info[:2], sys.platform, platform.machine())
    if not (WHEELS / WHEEL).is_file():
        pytest.skip(f"there is no {WHEEL} in shared/wheels beside the checkout")
    if here != ((3, 11), "linux", "x86_64"):
        pytest.skip(f"{WHEEL} is not for this Python")
    config = tmp_path_factory.mktemp("uv") / "uv.toml"
    config.write_text(BUILD)

    def install() -> None:
        uv = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable]
        options = ["--target", PACKAGES, "--no-deps", "--find-links", WHEELS, "--config-file", config]
        run(*uv, *options, "-r", REQUIREMENTS)

    stamp = PACKAGES / "lipsync-stamp"
    once("Installing mmpose for its test", stamp, [sys.version, REQUIREMENTS.read_text(), BUILD], install)
    return PACKAGES


def test_mmpose_gets_our_reading_of_its_checkpoint_and_gives_the_goldens(
    packages: Path, tmp_path: Path
) -> None:
    script = Path(__file__).parent / "scripts" / "run_mmpose.py"
    files = [tmp_path / "dw-ll_ucoco_384.pth", GOLDENS / "rtmpose.png", GOLDENS / "rtmpose.npz"]
    ran = subprocess.run(
        [sys.executable, script, packages, *files], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    differences = json.loads(ran.stdout.splitlines()[-1])
    assert differences["whole_image_keypoints"] == differences["box_keypoints"] == 0
    assert max(differences.values()) < 1e-5


def test_without_mmpose_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch, host: PlainHost) -> None:
    monkeypatch.setitem(sys.modules, "mmpose", None)
    with pytest.raises(MissingFilesError, match=r"mmpose.*requirements-mmpose\.txt.*dwpose"):
        load_mmpose(host)
