"""`weights` as scripts call it."""

import json
import os
import signal
import subprocess
import sys

import pytest
import torch
from fake_hub import wait_for
from weight_entries import publish, put, weight_file

from lipsync_studio.backends.catalogue import CATALOGUE
from lipsync_studio.commands import main
from lipsync_studio.engine.weights.download import partial
from lipsync_studio.engine.weights.status import Gpu
from lipsync_studio.musetalk_core.unet import UNET_CONFIG

# As published, with who wrote it first.
UNET_JSON = {"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0.dev0", **UNET_CONFIG}


@pytest.fixture
def weights(home, capsys):
    """Runs `weights …` in this process; returns exit code, standard output and standard error."""

    def run(*words):
        code = main(["weights", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def nets(make_set, offered, monkeypatch):
    """A set in the catalogue: one file that the hub has."""
    made = make_set(offered)
    monkeypatch.setitem(CATALOGUE.sets, "nets", made)
    return made


def test_status_shows_files_sizes_licences_gpu_disk_and_the_total(weights, monkeypatch):
    monkeypatch.setattr("lipsync_studio.engine.weights.status.gpus", tuple)
    code, text, _ = weights("status", "all-musetalk-v1.5")
    assert code == 0
    assert "GPU: none, so that networks run on the CPU" in text
    assert "MuseTalk 1.5 [musetalk-v1.5], 3.9 GB: missing" in text
    (unet,) = [line for line in text.splitlines() if "unet.pth" in line]
    assert unet.split() == ["missing", "3.4", "GB", "musetalkV15/unet.pth", "CreativeML", "OpenRAIL-M"]
    assert "To download: 4.1 GB" in text
    assert "To download: 7.5 GB" in weights("status", "all-musetalk")[1]
    assert "free" in text.lower()


def test_status_shows_a_gpu_with_its_memory(weights, monkeypatch):
    found = (Gpu("NVIDIA GeForce RTX 4090", 25_000_000_000, 22_000_000_000),)
    monkeypatch.setattr("lipsync_studio.engine.weights.status.gpus", lambda: found)
    assert "GPU: NVIDIA GeForce RTX 4090, 25.0 GB (22.0 GB free)" in weights("status", "dwpose")[1]


def test_status_tells_whole_partial_and_wrong_files(weights, hub, host, home, nets, offered, content):
    def state():
        data = json.loads(weights("status", "nets", "--json")[1])
        (file,) = data["sets"][0]["files"]
        return file["state"], file["found_bytes"], data["to_download_bytes"]

    assert state() == ("missing", 0, 4_000_000)
    part = partial(offered, host)
    put(part, content[:1_000_000])
    assert state() == ("partial", 1_000_000, 3_000_000)
    assert "partial" in weights("status", "nets")[1]
    assert "1.0 MB of 4.0 MB" in weights("status", "nets")[1]
    place = home / "models" / "musetalk" / "nets" / "net.pth"
    place.write_bytes(content[:10])
    assert state() == ("wrong", 10, 3_000_000)
    assert weights("download", "nets", "--quiet")[0] == 0
    assert state() == ("installed", 4_000_000, 0)
    assert str(place) in weights("status", "nets")[1]


def test_everything_is_listed_as_json(weights, monkeypatch):
    monkeypatch.setattr("lipsync_studio.engine.weights.status.gpus", tuple)
    data = json.loads(weights("status", "--json")[1])
    assert [each["name"] for each in data["sets"]] == list(CATALOGUE.sets)
    assert data["gpus"] == []
    assert data["free_bytes"] > 0
    (musetalk,) = [each for each in data["sets"] if each["name"] == "musetalk-v1.5"]
    (unet,) = [each for each in musetalk["files"] if each["name"] == "unet"]
    assert unet["bytes"] == 3_400_074_924
    assert unet["sha256"].startswith("7ebf6c98")


def test_a_download_says_what_it_brings_and_where_it_put_it(weights, hub, home, nets):
    code, text, _ = weights("download", "nets")
    assert code == 0
    assert text.index("MIT.") < text.index("To download: 4.0 MB to") < text.index("Installed:")
    assert weights("download", "nets") == (0, "Everything is installed already.\n", "")


@pytest.mark.parametrize(
    ("answers", "words", "code"), [(["y"], [], 0), ([""], [], 130), ([], ["--yes"], 0)], ids=str
)
def test_a_terminal_is_asked_first(weights, hub, home, nets, monkeypatch, answers, words, code):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: answers.pop())
    assert weights("download", "nets", "--quiet", *words)[0] == code
    assert (home / "models" / "musetalk" / "nets" / "net.pth").exists() is (code == 0)


def test_an_unknown_set_names_the_nearest_ones(weights):
    code, _, problem = weights("download", "musetalk")
    assert code == 1
    assert "no set of weights called musetalk: did you mean " in problem
    assert "musetalk-v1.5" in problem
    assert "All are listed by `python -m lipsync_studio weights status`" in problem
    assert "no set of weights called ??: all are listed by" in weights("download", "??")[2]


def test_verify_tells_right_from_wrong(weights, hub, home, nets, content):
    code, text, problem = weights("verify", "nets", "--quiet")
    assert (code, text) == (1, "None of these files is installed.\n")
    assert "Nets: not all files are installed" in problem
    assert weights("verify", "--quiet")[0] == 0
    weights("download", "nets", "--quiet")
    code, text, _ = weights("verify", "nets", "--quiet")
    assert code == 0
    assert text.startswith("right ")
    place = home / "models" / "musetalk" / "nets" / "net.pth"
    place.write_bytes(content[:-1] + b"?")
    code, text, problem = weights("verify", "nets", "--quiet")
    assert code == 1
    assert text.startswith("WRONG ")
    assert str(place) in text
    assert "1 of 1 files are wrong" in problem
    assert place.exists()


def test_verify_says_when_there_is_nothing_to_compare_with(weights, hub, home, make_set, monkeypatch):
    file = publish(hub, b"x" * 50, "vocab.json", known=False)
    monkeypatch.setitem(CATALOGUE.sets, "nets", make_set(file))
    assert weights("download", "nets", "--quiet")[0] == 0
    assert weights("verify", "nets", "--quiet")[1].startswith("right ")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code, text, _ = weights("verify", "nets", "--quiet")
    assert code == 0
    assert text.startswith("unknown ")
    assert "HF_HUB_OFFLINE" in text


def test_import_and_convert(weights, home, make_set, monkeypatch):
    folder = home / "MuseTalk" / "models" / "nets"
    folder.mkdir(parents=True)
    torch.save({"a": torch.ones(3)}, folder / "net.pth")
    file = weight_file((folder / "net.pth").read_bytes())
    monkeypatch.setitem(CATALOGUE.sets, "nets", make_set(file))
    code, text, _ = weights("import", home / "MuseTalk", "--convert", "--quiet")
    assert code == 0
    assert "linked: " in text
    assert "Made: " in text
    assert weights("convert", "nets", "--quiet")[1] == "There is no pickle that is not converted yet.\n"
    (folder / "net.pth").write_bytes(b"broken")
    (home / "models" / "musetalk" / "nets" / "net.pth").unlink()
    code, text, problem = weights("import", home / "MuseTalk", "--quiet")
    assert code == 1
    assert "it was left out" in text
    assert "1 files were left out" in problem


def test_the_real_catalogue_takes_over_the_real_small_files(weights, home):
    """musetalk.json's bytes follow from what it says."""
    for version in ("musetalk", "musetalkV15"):
        path = home / "MuseTalk" / "models" / version / "musetalk.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(UNET_JSON, indent=2) + "\n")
    assert weights("import", home / "MuseTalk", "--quiet")[0] == 0
    data = json.loads(weights("status", "musetalk-v1.5", "musetalk-v1.0", "--json")[1])
    states = {each["place"]: each["state"] for found in data["sets"] for each in found["files"]}
    installed = {place for place, state in states.items() if state == "installed"}
    assert installed == {"musetalk/musetalk.json", "musetalkV15/musetalk.json"}


def test_ctrl_c_keeps_what_was_fetched(hub, home, host):
    """A process of its own with the real catalogue, of which the hub has a beginning."""
    file = CATALOGUE.sets["face-parsing"].files[0]
    hub.add(file.repo, file.revision, file.path, bytes(file.bytes))
    hub.faults.hold = 1 << 20
    child = subprocess.Popen(
        [sys.executable, "-m", "lipsync_studio", "weights", "download", "face-parsing", "--yes"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "HF_HUB_CACHE": str(home / "cache")},
    )
    part = partial(file, host)
    wait_for(lambda: part.is_file() and part.stat().st_size == 1 << 20, 60)
    child.send_signal(signal.SIGINT)
    hub.released.set()
    out, problem = child.communicate(timeout=300)
    assert child.returncode == 130, problem
    assert "Stopped; what was fetched so far is kept" in problem.decode()
    # The bar counts bytes.
    assert "/53.3M [" in problem.decode()
    assert "MIT code, non-commercial data" in out.decode()
    assert part.stat().st_size >= 1 << 20
