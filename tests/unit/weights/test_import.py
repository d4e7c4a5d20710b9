"""Files of any layout are checked and taken over without touching where they came from."""

import os
import shutil

import pytest
from weight_entries import put, weight_file

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.weights import importing
from lipsync_studio.engine.weights.entries import Twin
from lipsync_studio.engine.weights.importing import import_folder


@pytest.fixture
def nets(make_set):
    """A set of a network, which also exists as another file, and its description; their contents by name."""
    contents = {"net": b"weights" * 1000, "twin": b"pickle" * 1500, "config": b'{"a": 1}'}
    twin = weight_file(contents["twin"])
    net = weight_file(
        contents["net"],
        path="net.safetensors",
        also=("old-nets/net.safetensors",),
        twins=(Twin(("nets/net.bin", "old-nets/net.bin"), twin.bytes, twin.sha256),),
    )
    config = weight_file(contents["config"], name="config", path="config.json", needed=False)
    return make_set(net, config), contents


@pytest.mark.parametrize(
    "layout",
    [
        "nets/net.safetensors",
        "models/old-nets/net.safetensors",
        "ComfyUI/models/diffusers/Some/Pack/nets/net.safetensors",
        "hub/models--someone--model/blobs/0123",
        "renamed by hand.bin",
    ],
)
def test_a_file_is_known_by_its_content_wherever_it_lies(host, home, nets, layout):
    weights, contents = nets
    source = put(home / "elsewhere" / layout, contents["net"])
    (taken,) = import_folder(home / "elsewhere", host, [weights]).taken
    place = home / "models" / "musetalk" / "nets" / "net.safetensors"
    assert (taken.place, taken.how) == (place, "linked")
    assert place.samefile(source)
    assert sorted(path.name for path in place.parent.iterdir()) == ["net.safetensors"]


def test_the_hubs_links_and_its_blobs_are_one_file(host, home, nets):
    weights, contents = nets
    cache = home / "hub" / "models--someone--model"
    blob = put(cache / "blobs" / "0123", contents["net"])
    link = cache / "snapshots" / "main" / "net.safetensors"
    link.parent.mkdir(parents=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    (taken,) = import_folder(home / "hub", host, [weights]).taken
    assert taken.place.samefile(blob)
    assert not taken.place.is_symlink()


def test_another_file_that_does_as_well_gets_its_own_place(host, home, nets):
    weights, contents = nets
    put(home / "v1" / "old-nets" / "net.bin", contents["twin"])
    put(home / "v1" / "config.json", contents["config"])
    imported = import_folder(home / "v1", host, [weights])
    folder = home / "models" / "musetalk" / "nets"
    assert [taken.place for taken in imported.taken] == [folder / "config.json", folder / "net.bin"]


def test_a_second_import_changes_nothing(host, home, nets):
    weights, contents = nets
    put(home / "elsewhere" / "net.safetensors", contents["net"])
    import_folder(home / "elsewhere", host, [weights])
    (again,) = import_folder(home / "elsewhere", host, [weights]).taken
    assert again.how == "there already"
    (own,) = import_folder(home / "models", host, [weights]).taken
    assert own.how == "there already"


def test_another_disk_gets_a_copy(host, home, nets, monkeypatch):
    weights, contents = nets
    source = put(home / "elsewhere" / "net.safetensors", contents["net"])

    def refuse(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    (taken,) = import_folder(home / "elsewhere", host, [weights]).taken
    assert taken.how == "copied"
    assert taken.place.read_bytes() == contents["net"]
    assert not taken.place.samefile(source)
    assert ("Copying net.safetensors", 7000, 7000, "bytes") in host.shown


def test_a_copy_that_fails_leaves_nothing(host, home, nets, monkeypatch):
    weights, contents = nets
    put(home / "elsewhere" / "net.safetensors", contents["net"])
    monkeypatch.setattr(importing, "_link", lambda *_: False)
    usage = shutil.disk_usage(home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(WeightsError, match=r"needs 500 MB .* 1\.0 kB are free"):
        import_folder(home / "elsewhere", host, [weights])
    assert [path.name for path in (home / "models").rglob("net.*")] == []


def test_wrong_contents_are_left_out_with_a_sentence_each(host, home, nets):
    weights, contents = nets
    put(home / "elsewhere" / "nets" / "net.safetensors", contents["net"][:-7])
    put(home / "elsewhere" / "nets" / "config.json", contents["config"].replace(b"1", b"2"))
    imported = import_folder(home / "elsewhere", host, [weights])
    assert imported.taken == ()
    config, net = imported.refused
    assert "config.json is not the published config.json" in config
    assert "has 6993 bytes, but net.safetensors of someone/model has 7000" in net
    assert not (home / "models").exists()


def test_a_wrong_copy_beside_a_right_one_is_of_no_interest(host, home, nets):
    weights, contents = nets
    put(home / "elsewhere" / "nets" / "net.safetensors", b"broken")
    put(home / "elsewhere" / "backup" / "net.safetensors", contents["net"])
    imported = import_folder(home / "elsewhere", host, [weights])
    assert len(imported.taken) == 1
    assert imported.refused == ()


def test_files_of_one_folder_are_known_by_name_too(host, home, make_set):
    content = b"tokens"
    vocabulary = weight_file(content, path="vocab.json", known=False)
    weights = make_set(vocabulary, one_folder=True)
    put(home / "a" / "nets" / "vocab.json", content)
    put(home / "a" / "others" / "vocab.json", b"others")
    (taken,) = import_folder(home / "a", host, [weights]).taken
    assert taken.place.read_bytes() == content


def test_nothing_of_use_is_one_sentence(host, home, nets):
    with pytest.raises(WeightsError, match="There is no folder"):
        import_folder(home / "nowhere", host, [nets[0]])
    put(home / "photos" / "me.jpg", b"jpg")
    with pytest.raises(WeightsError, match="Nothing below .*photos"):
        import_folder(home / "photos", host, [nets[0]])


def test_links_in_a_circle_end(host, home, nets):
    weights, contents = nets
    put(home / "a" / "b" / "net.safetensors", contents["net"])
    (home / "a" / "b" / "up").symlink_to(home / "a")
    assert len(import_folder(home / "a", host, [weights]).taken) == 1
