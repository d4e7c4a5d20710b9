"""Finding ComfyUI, unpacking it safely, and the base directory it runs in."""

import io
import os
import tarfile

import pytest

from lipsync_studio.devtools import comfyui
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.steps import SetupError


@pytest.fixture
def make_comfyui():
    def make(folder):
        folder.mkdir(parents=True)
        (folder / "main.py").touch()
        (folder / "comfyui_version.py").touch()
        return folder

    return make


def test_the_environment_names_comfyui(make_comfyui, tmp_path, monkeypatch):
    folder = make_comfyui(tmp_path / "mine")
    monkeypatch.setenv("COMFYUI_PATH", str(folder))
    assert comfyui.find() == folder


def test_a_wrong_name_in_the_environment_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("COMFYUI_PATH", str(tmp_path))
    with pytest.raises(SetupError, match="COMFYUI_PATH"):
        comfyui.find()


def test_a_checkout_in_custom_nodes_finds_the_comfyui_around_it(make_comfyui, tmp_path, monkeypatch):
    folder = make_comfyui(tmp_path / "ComfyUI")
    monkeypatch.delenv("COMFYUI_PATH", raising=False)
    monkeypatch.setattr(comfyui, "ROOT", folder / "custom_nodes" / "lipsync-studio")
    assert comfyui.find() == folder


def test_the_fetched_copy_comes_last(make_comfyui, tmp_path, monkeypatch):
    monkeypatch.delenv("COMFYUI_PATH", raising=False)
    monkeypatch.setattr(comfyui, "ROOT", tmp_path / "lipsync-studio")
    monkeypatch.setattr(comfyui, "FETCHED", tmp_path / "cache" / "ComfyUI")
    assert comfyui.find() is None
    folder = make_comfyui(tmp_path / "cache" / "ComfyUI")
    assert comfyui.find() == folder


def test_only_plain_files_of_comfyui_are_unpacked(tmp_path):
    archive = tmp_path / "package.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in (
            "package-1/vendor/ComfyUI/main.py",
            "package-1/vendor/ComfyUI/comfy/sd.py",
            "package-1/vendor/ComfyUI/../../../escaped.py",
            "package-1/vendor/other.py",
            "package-1/setup.py",
        ):
            member = tarfile.TarInfo(name)
            member.size = len(name)
            tar.addfile(member, io.BytesIO(name.encode()))
        link = tarfile.TarInfo("package-1/vendor/ComfyUI/link.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)

    target = tmp_path / "out" / "ComfyUI"
    comfyui.unpack_sdist(archive, target)

    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if not path.is_dir()}
    assert files == {"package.tar.gz", "out/ComfyUI/main.py", "out/ComfyUI/comfy/sd.py"}
    assert (target / "main.py").read_text() == "package-1/vendor/ComfyUI/main.py"


def test_the_base_directory_holds_the_checkout_and_nothing_else(tmp_path):
    base = comfyui.make_base(tmp_path / "base")
    assert comfyui.make_base(base) == base
    assert os.listdir(base / "custom_nodes") == ["lipsync-studio"]
    assert (base / "custom_nodes" / "lipsync-studio" / "__init__.py").samefile(ROOT / "__init__.py")


def test_a_link_to_a_checkout_that_is_gone_is_made_anew(tmp_path):
    folder = tmp_path / "base" / "custom_nodes"
    folder.mkdir(parents=True)
    (folder / "lipsync-studio").symlink_to(tmp_path / "gone")
    comfyui.make_base(tmp_path / "base")
    assert (folder / "lipsync-studio" / "__init__.py").is_file()


def test_settings_of_a_user_of_the_base_directory_are_kept(tmp_path):
    settings = comfyui.make_base(tmp_path) / "user" / "default" / "comfy.settings.json"
    assert "TutorialCompleted" in settings.read_text()
    settings.write_text("{}")
    comfyui.make_base(tmp_path)
    assert settings.read_text() == "{}"
