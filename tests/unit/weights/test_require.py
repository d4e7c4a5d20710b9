"""An engine loads what it asks for: broken copies are fetched anew, and a cache's key knows it before."""

import io
import os

import pytest
import torch
from safetensors.torch import save
from weight_entries import publish, put, weight_file

from lipsync_studio.engine.weights.download import target
from lipsync_studio.engine.weights.entries import Twin
from lipsync_studio.engine.weights.locate import fingerprint, require

TENSORS = {"weight": torch.linspace(-1, 1, 5000)}


def pickled(**options):
    file = io.BytesIO()
    torch.save(TENSORS, file, **options)
    return file.getvalue()


BROKEN = {
    "zip": ("net.pth", pickled(), lambda content: content[:-100]),
    "old format": ("net.bin", pickled(_use_new_zipfile_serialization=False), lambda content: content[:-100]),
    "safetensors": ("net.safetensors", save(TENSORS), lambda content: content[:-100]),
    "json": ("net.json", b'{"layers": [1, 2]}', lambda content: content[:-4]),
    "a page": ("net.pth", pickled(), lambda content: b"<!DOCTYPE html><html>Sign in</html>"),
}


@pytest.mark.parametrize("form", BROKEN)
def test_a_broken_copy_is_fetched_anew_where_fetching_is_allowed(hub, host, make_set, form):
    path, content, broken = BROKEN[form]
    weights = make_set(publish(hub, content, path))
    place = put(target(weights.files[0], host), broken(content))
    assert require(weights, host) == {"net": place}
    assert hub.log == []
    assert place.read_bytes() == broken(content)
    before = fingerprint([weights], host, download=True)
    assert require(weights, host, download=True) == {"net": place}
    assert place.read_bytes() == content
    assert fingerprint([weights], host, download=True) == before == weights.files[0].sha256


@pytest.mark.parametrize("own", [save({"weight": torch.ones(7)}), bytes(50_000)], ids=["smaller", "larger"])
def test_a_users_own_file_of_another_size_stays(hub, host, make_set, own):
    weights = make_set(publish(hub, save({"weight": torch.ones(9000)}), "net.safetensors"))
    place = put(target(weights.files[0], host), own)
    assert require(weights, host, download=True) == {"net": place}
    assert hub.log == []
    assert place.read_bytes() == own


def test_what_belongs_side_by_side_is_fetched_into_one_folder(hub, host, home, make_set):
    """Where the broken copy lies in the hub's cache, beside a whole one of another file."""
    contents = {"model.safetensors": save(TENSORS), "config.json": b'{"layers": 1}'}
    files = [publish(hub, content, path, name=path) for path, content in contents.items()]
    weights = make_set(*files, one_folder=True)
    cached = home / "cache" / "models--someone--model" / "snapshots" / files[0].revision
    cached.mkdir(parents=True)
    (cached / "model.safetensors").write_bytes(contents["model.safetensors"][:-1])
    (cached / "config.json").write_bytes(contents["config.json"])
    found = require(weights, host, download=True)
    assert found == {file.name: target(file, host) for file in files}
    assert {name: path.read_bytes() for name, path in found.items()} == contents


def test_a_run_that_fetches_says_the_same_as_the_next_one(hub, host, make_set):
    weights = make_set(
        publish(hub, pickled()), publish(hub, b"words", "words.txt", name="words", known=False)
    )
    before = fingerprint([weights], host, download=True)
    assert weights.files[0].sha256 in before
    assert fingerprint([weights], host, download=False) == "missing missing"
    require(weights, host, download=True)
    for download in (True, False):
        assert fingerprint([weights], host, download=download) == before


def test_another_file_says_something_else(hub, host, make_set):
    content = pickled()
    twin = weight_file(b"twin" * 100)
    file = publish(hub, content, twins=(Twin(("nets/twin.bin",), twin.bytes, twin.sha256),))
    weights = make_set(file)

    def said():
        return fingerprint([weights], host, download=True)

    place = put(target(file, host), content)
    assert said() == file.sha256
    # Of the same size, and so it could be taken for the published one.
    put(target(file, host), content[::-1])
    os.utime(place, ns=(1, 1))
    replaced = said()
    assert replaced != file.sha256
    put(target(file, host), save(TENSORS) + bytes(len(content)))
    assert len({said(), replaced, file.sha256}) == 3
    place.unlink()
    put(target(file, host), b"").unlink()
    (place.parent / "twin.bin").write_bytes(b"twin" * 100)
    assert said() == twin.sha256
