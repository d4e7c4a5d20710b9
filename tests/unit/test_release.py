"""What a release says of itself, and the package that the registry would ship."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from pathspec import PathSpec
from PIL import Image

from lipsync_studio.commands.version import version
from lipsync_studio.devtools import package
from lipsync_studio.devtools.paths import PACK_NAME, ROOT
from lipsync_studio.devtools.templates import TEMPLATES

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMFY = PROJECT["tool"]["comfy"]
_CLIPS = {"clip.mp4", "duet.mp4", "talking.mp4"}
MEDIA = _CLIPS | {"duet.lrc", "portrait.jpg", "verse.lrc", "verse.mp3", "verse.txt"}
# As comfy-cli knows them (comfy_cli/registry/config_parser.py).
SYSTEMS = ("Microsoft", "POSIX", "MacOS", "OS Independent")
ACCELERATORS = (
    "GPU :: NVIDIA CUDA", "GPU :: AMD ROCm", "GPU :: Intel Arc", "NPU :: Huawei Ascend", "GPU :: Apple Metal",
)  # fmt: skip
LARGEST = 16 << 20


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with ZipFile(package.pack(tmp_path_factory.mktemp("package") / "node.zip")) as opened:
        yield opened


def of_classifiers(kind: str) -> list[str]:
    head = f"{kind} :: "
    return [each.removeprefix(head) for each in PROJECT["project"]["classifiers"] if each.startswith(head)]


def file_at(address: str) -> Path:
    """The file of this checkout that an address at GitHub will show."""
    head = "https://raw.githubusercontent.com/lipsync-studio/lipsync-studio/main/"
    assert address.startswith(head)
    return ROOT / address.removeprefix(head)


def test_the_registry_is_told_all_it_asks_for():
    project = PROJECT["project"]
    assert project["name"] == PACK_NAME
    assert re.fullmatch(r"[A-Za-z](?:[A-Za-z0-9]|[-_.](?![-_.])){1,98}", PACK_NAME)
    assert "comfyui" not in PACK_NAME.lower()
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert 40 < len(project["description"]) < 200
    assert (ROOT / project["license"]["file"]).is_file()
    assert {"Repository", "Documentation", "Issues", "Bug Tracker", "Changelog"} <= set(project["urls"])
    assert COMFY["PublisherId"]
    assert COMFY["DisplayName"] == "LipSync Studio"
    assert re.fullmatch(r">=\d+\.\d+\.\d+", COMFY["requires-comfyui"])


def test_systems_and_accelerators_are_those_the_registry_knows():
    """One that it doesn't know, and it shows none."""
    systems, accelerators = of_classifiers("Operating System"), of_classifiers("Environment")
    assert systems
    assert all(each.startswith(SYSTEMS) for each in systems)
    assert accelerators
    assert set(accelerators) <= set(ACCELERATORS)


def test_the_registry_reads_the_dependencies_that_the_manager_installs():
    """comfy-cli reads the list in pyproject.toml alone, ComfyUI-Manager requirements.txt alone."""
    listed = (ROOT / "requirements.txt").read_text(encoding="utf-8").split("\n")
    assert PROJECT["project"]["dependencies"] == [line for line in listed if line]


def test_icon_and_banner_are_as_the_registry_wants_them(archive):
    icon, banner = file_at(COMFY["Icon"]), file_at(COMFY["Banner"])
    with Image.open(icon) as picture:
        assert picture.width == picture.height <= 400
    with Image.open(banner) as picture:
        assert picture.width * 9 == picture.height * 21
    assert {icon.relative_to(ROOT).as_posix(), banner.relative_to(ROOT).as_posix()} <= set(archive.namelist())


def test_the_version_is_the_same_wherever_it_is_said():
    released = PROJECT["project"]["version"]
    assert version() == released
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)[0] == released
    said = set()
    for path in (ROOT / "workflows").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        said |= set(re.findall(rf'"cnr_id": "{PACK_NAME}",\s*"ver": "([^"]*)"', text))
    # By it ComfyUI knows which version to offer to somebody who opens a template and has no pack.
    assert said == {released}


def test_it_ships_what_it_needs_and_no_more(archive):
    names = set(archive.namelist())
    for name in (
        "__init__.py",
        "install.py",
        "requirements.txt",
        "requirements-mmpose.txt",
        "pyproject.toml",
        "LICENSE",
        "THIRD_PARTY.md",
        "licences/Apache-2.0.txt",
        "licences/CMU-ARCTIC.txt",
        "CHANGELOG.md",
        "overlay/fonts/NotoSans.ttf",
        "overlay/fonts/OFL.txt",
        # Whose the sample media are.
        "demo/README.md",
        *(f"demo/{name}" for name in MEDIA),
        *(f"locales/{language}/nodeDefs.json" for language in ("en", "zh", "ja", "de")),
        *(f"workflows/{name}.{suffix}" for name in TEMPLATES.values() for suffix in ("json", "jpg")),
    ):
        assert name in names
    tops = {Path(name).parts[0] for name in names}
    assert not tops & {"tests", "devtools", "frontend", "dev.py", ".ci"}
    assert not [name for name in names if name.startswith(("web/src/", "demo/make_"))]
    assert sum(each.file_size for each in archive.infolist() if each.filename.startswith("demo/")) < 2 << 20
    assert sum(each.compress_size for each in archive.infolist()) < LARGEST


def test_it_packs_what_comfy_cli_would(archive):
    """comfy-cli reads .comfyignore by pathspec and not by git (comfy_cli/file_utils.py, `zip_files`)."""
    rows = (ROOT / ".comfyignore").read_text(encoding="utf-8").splitlines()
    ignored = PathSpec.from_lines("gitignore", [row for row in rows if row.strip()])
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    tracked = filter(None, listed.stdout.decode().split("\0"))
    assert set(archive.namelist()) == {
        name for name in tracked if not ignored.match_file(name) and (ROOT / name).is_file()
    }


def test_the_unpacked_package_answers_on_the_command_line(archive, tmp_path):
    """As ComfyUI-Manager leaves it, under custom_nodes, without the checkout on any path."""
    pack = tmp_path / "custom_nodes" / PACK_NAME
    archive.extractall(pack)
    done = subprocess.run(
        [sys.executable, str(pack), "--version"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stdout.strip() == f"LipSync Studio {PROJECT['project']['version']}"
    assert (done.returncode, done.stderr) == (0, "")


def test_every_font_and_sample_has_its_licence_named():
    told = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    for path in (*(ROOT / "overlay" / "fonts").glob("*.ttf"), *(ROOT / "demo" / name for name in MEDIA)):
        assert f"`{path.name}`" in told, path.name


def test_every_package_that_is_required_has_its_licence_named():
    told = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").lower()
    for line in PROJECT["project"]["dependencies"]:
        name = re.split(r"[<>=;]", line)[0]
        assert f"`{name.lower()}`" in told, name


def test_no_third_partys_code_is_built_into_the_page():
    """THIRD_PARTY.md says so: what the page's build needs is needed for building only."""
    packages = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    assert "dependencies" not in packages
