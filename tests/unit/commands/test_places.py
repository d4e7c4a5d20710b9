"""Files of any name, in any place."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from lipsync_studio.align.formats import write
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.commands import main
from lipsync_studio.engine.media.container import MediaFile
from lipsync_studio.engine.media.metadata import metadata_of

WORDS = WordTimings((Line((Word("Twinkle,", 0.1, 0.3), Word("twinkle", 0.3, 0.7))),), "en", "by hand")


@pytest.fixture
def here(media, tmp_path, monkeypatch):
    """An empty working folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def render(media, *further, **files):
    paths = {"source": media / "clip.mp4", "audio": media / "voice.wav", "out": "out.mp4"} | files
    words = [f"--{name}={path}" for name, path in paths.items()]
    return main(["render", *words, "--length=video", "--quiet", "--no-score", *further])


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "stem",
    [
        "Verse: one",
        "file:a",
        "concat:b|c",
        "-dash",
        "n" * 200 + "ä" * 25,
        "%d 100%",
        "[x] 'y' \"z\"",
        "http:",
    ],
)
def test_any_name_can_be_read_and_written(media, here, stem):
    for suffix, kept in ((".mp4", "clip.mp4"), (".wav", "voice.wav"), (".txt", "text.txt")):
        shutil.copy(media / kept, here / f"{stem}{suffix}")
    write(WORDS, here / f"{stem}.srt")
    before = names(here)
    files = {"source": f"{stem}.mp4", "audio": f"{stem}.wav", "lyrics": f"{stem}.txt", "words": f"{stem}.srt"}
    code = render(media, **files, vocals=f"{stem}.wav", out=f"{stem}.mov", report=f"{stem}.json")
    assert code == 0
    assert names(here) == sorted([*before, f"{stem}.mov", f"{stem}.json"])
    with av.open(f"file:{stem}.mov") as container:
        assert container.streams.video[0].frames == 12


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode there")
def test_a_name_that_is_no_unicode(media, here):
    clip, out = (Path(os.fsdecode(b"caf\xe9" + each)) for each in (b".mp4", b"-out.mp4"))
    shutil.copy(media / "clip.mp4", clip)
    assert render(media, source=clip, out=out) == 0
    assert out.stat().st_size > 1000


def test_a_name_that_is_no_name(media, here, capsys):
    assert render(media, out="a\0b.mp4") == 1
    assert "can't be the name of a file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "flag"), [("render", "out"), ("render", "report"), ("overlay", "out"), ("overlay", "sidecar")]
)
def test_a_folder_that_cannot_be_written_to(media, here, read_only, capsys, command, flag):
    write(WORDS, here / "words.srt")
    files = {"source": media / "clip.mp4", "out": "out.mp4"}
    files |= {"audio": media / "voice.wav"} if command == "render" else {"words": here / "words.srt"}
    folder, cause = read_only
    files[flag] = folder / {"out": "x.mp4", "report": "x.json", "sidecar": "x.srt"}[flag]
    assert main([command, *(f"--{name}={path}" for name, path in files.items())]) == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert f"Nothing can be written to {folder} ({cause})" in error
    assert "make room" not in error
    assert names(here) == ["words.srt"]


def test_a_disk_that_is_full_already(media, small_disk, capsys):
    with small_disk.left(0):
        code = render(media, out=small_disk.folder / "out.mp4")
    assert code == 1
    assert f"({small_disk.cause}): {small_disk.help}" in capsys.readouterr().err
    assert names(small_disk.folder) == ["ballast"]


@pytest.mark.parametrize("command", ["render", "overlay", "lyric-video"])
def test_a_disk_that_runs_full(media, here, small_disk, capsys, command):
    write(WORDS, here / "words.srt")
    files = {"source": media / "clip.mp4", "words": here / "words.srt", "out": small_disk.folder / "out.mp4"}
    if command != "overlay":
        files["audio"] = media / "voice.wav"
    arguments = [f"--{name}={path}" for name, path in files.items()]
    with small_disk.left(16 << 10):
        code = main([command, *arguments, "--crf", "0", "--quiet"])
    assert code == 1
    (error,) = [row for row in capsys.readouterr().err.splitlines() if row.startswith("Error")]
    assert f"can't be written ({small_disk.cause}): {small_disk.help}" in error
    assert names(small_disk.folder) == ["ballast"]


def test_a_report_that_finds_no_room(media, here, small_disk, capsys):
    """The video is whole, and stays."""
    report = small_disk.folder / "report.json"
    # Which the report names.
    words = WordTimings(WORDS.lines, "en", "x" * (400 << 10))
    write(words, here / "words.json")
    with small_disk.left(90 << 10):
        code = render(media, "--crf=40", report=report, words=here / "words.json")
    assert code == 1
    said = f"report.json\" can't be written ({small_disk.cause}): {small_disk.help}"
    assert said in capsys.readouterr().err
    assert names(small_disk.folder) == ["ballast"]
    assert (here / "out.mp4").exists()


def test_somebody_elses_part_is_left_alone(media, here):
    (here / "out.mp4.part").write_bytes(b"mine")
    assert render(media) == 0
    assert (here / "out.mp4.part").read_bytes() == b"mine"


def test_what_a_killed_run_left_is_gone_at_the_next_start(media, here):
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "lipsync_studio", "render", "--source", media / "clip.mp4"]
    command += ["--audio", root / "demo" / "verse.mp3", "--out", "out.mp4", "--quiet"]
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 120
    while not list(here.glob(".lipsync-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(names(here)) == 1
    # Even where the next one gets no further than its checks.
    assert render(media, source="missing.mp4") == 1
    assert names(here) == []


@pytest.mark.parametrize("command", ["render", "overlay", "lyric-video"])
@pytest.mark.parametrize("keep", [False, True])
def test_what_the_source_says_of_itself_is_carried(media, here, command, keep):
    tags = {"title": "Take: 1", "make": "Maker", "creation_time": "2020-01-02T03:04:05.000000Z"}
    with av.open(str(media / "clip.mp4")) as clip, av.open("tagged.mov", "w") as out:
        out.metadata.update({**tags, "location": "+48.1+011.5/"})
        stream = out.add_stream_from_template(clip.streams.video[0])
        for packet in clip.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    write(WORDS, here / "words.srt")
    files = {"source": "tagged.mov", "words": "words.srt", "out": "out.mp4", "report": "report.json"}
    if command != "overlay":
        files["audio"] = media / "voice.wav"
    arguments = [f"--{name}={path}" for name, path in files.items()]
    assert main([command, *arguments, "--quiet", *["--keep-location"] * keep]) == 0
    found = metadata_of(MediaFile(here / "out.mp4"))
    assert found.tags == tags
    assert bool(found.location) == keep
    notes = json.loads((here / "report.json").read_text())["notes"]
    assert any("says where it was recorded" in note for note in notes) != keep
