"""One way to call all commands: help, names of flags, exit codes, silence."""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.align.formats import WRITTEN, read_lyrics, write
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.commands import cloud, main, parser
from lipsync_studio.commands.did import add_consent
from lipsync_studio.commands.parser import Parser
from lipsync_studio.did_client import cli as did_cli
from lipsync_studio.engine.boundary import own_error
from lipsync_studio.engine.errors import (
    DeviceMemoryError,
    InputError,
    LipSyncError,
    OutputError,
    UnexpectedError,
)
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.video import VideoSource

USAGE = 2
# How files are called, everywhere.
NAMES = {"--audio", "--lyrics", "--words", "--vocals", "--report"}
SPEECH = Path(__file__).parents[2] / "data" / "speech" / "maybe_bob.flac"
WORDS = WordTimings((Line((Word("bib", 0.2, 0.5),)),), "en", "by hand")


def all_parsers(top):
    yield top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from all_parsers(each)


PARSERS = {
    each.prog: each
    for top in (parser(), did_cli.parser(add_consent, Parser), *cloud.parsers().values())
    for each in all_parsers(top)
}


@pytest.mark.parametrize("prog", PARSERS)
def test_every_help_has_examples(prog):
    assert "python -m lipsync_studio" in (PARSERS[prog].epilog or "")


def test_every_example_can_be_parsed():
    """Not all of it: files needn't exist."""
    for prog, each in PARSERS.items():
        for row in each.epilog.replace("\\\n", " ").splitlines()[1:]:
            words = row.split()[3:]
            if words[0] not in ("did", "cloud") and "--help" not in words:
                assert PARSERS["lipsync_studio"].parse_args(words).command == words[0], (prog, row)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["render"],
        ["lyric-video"],
        ["overlay"],
        ["align"],
        ["score"],
        ["weights"],
        ["check"],
        ["did"],
        ["cloud"],
    ],
)
def test_no_arguments_show_help(arguments, capsys):
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    told = capsys.readouterr()
    assert exit.value.code == USAGE
    assert told.err.startswith("usage: ")
    assert "example" in told.err


def test_the_version(capsys):
    with pytest.raises(SystemExit) as exit:
        main(["--version"])
    assert exit.value.code == 0
    assert capsys.readouterr().out == "LipSync Studio 0.2.0\n"


def test_flags_are_called_the_same_everywhere():
    for command, flags in {
        "render": NAMES, "lyric-video": NAMES, "align": NAMES - {"--words"},
        "score": {"--audio", "--words", "--report"}, "overlay": {"--words", "--report"},
    }.items():  # fmt: skip
        known = PARSERS[f"lipsync_studio {command}"]
        assert flags <= set(known._option_string_actions), command
        shown = known.format_help()
        assert all(f" {flag} " in shown for flag in flags), command


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("render --source a --audio b --out c --text t --driving v",
         "render --source a --audio b --out c --lyrics t --vocals v"),
        ("align song.mp3 --out c --engine ctc --download",
         "align --audio song.mp3 --out c --aligner ctc --download-model"),
        ("align song.mp3 --out c --report", "align --audio song.mp3 --out c --report -"),
        ("score a --json", "score a --report -"),
    ],
)  # fmt: skip
def test_old_names_go_on_working(old, new):
    top = PARSERS["lipsync_studio"]
    before, now = (vars(top.parse_args(each.split())) for each in (old, new))
    if "old_audio" in before:
        before["audio"], before["old_audio"] = before["old_audio"], None
    assert before == now


def test_flags_told_again_are_no_line_of_a_page():
    """argparse doesn't break what describes a group."""
    shown = PARSERS["lipsync_studio render"].format_help()
    _, _, wav2lip = shown.partition("with --backend wav2lip:")
    told, _, _ = wav2lip.partition("--pad-bottom")
    assert "--quality {fast,balanced,quality}: default balanced" in " ".join(told.split())
    assert max(map(len, told.splitlines())) < 80


def test_old_names_are_in_no_help():
    for command in ("render", "lyric-video", "score"):
        shown = PARSERS[f"lipsync_studio {command}"].format_help()
        assert not any(f" {old} " in shown for old in ("--text", "--driving", "--json")), command


def test_a_value_with_a_dash(capsys):
    with pytest.raises(SystemExit) as exit:
        main(["render", "--out", "-1.mp4"])
    assert exit.value.code == USAGE
    assert "written with =, as in --out=-1.mp4" in capsys.readouterr().err


def test_quiet_is_quiet(media, tmp_path):
    """Also of what LiteRT says when it loads, in C++, which is of use to nobody."""
    arguments = [
        "--audio",
        media / "voice.wav",
        "--out",
        tmp_path / "out.mp4",
        "--source",
        media / "clip.mp4",
    ]
    command = [sys.executable, "-m", "lipsync_studio", "render", *arguments, "--overwrite"]
    loud = subprocess.run(command, capture_output=True, text=True, check=False)
    quiet = subprocess.run([*command, "--quiet"], capture_output=True, text=True, check=False)
    assert "Finding faces" in loud.stderr
    assert "TensorFlow" not in loud.stderr
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_quiet_tells_errors(media, tmp_path):
    files = ["--source", media / "wall.mp4", "--audio", media / "voice.wav", "--out", tmp_path / "out.mp4"]
    command = [sys.executable, "-m", "lipsync_studio", "render", *files, "--quiet"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    (row,) = result.stderr.splitlines()
    assert (result.returncode, row[:7]) == (1, "Error: ")


@pytest.fixture
def render(media, tmp_path):
    def run(*arguments, **files):
        paths = {
            "source": media / "clip.mp4",
            "audio": media / "voice.wav",
            "out": tmp_path / "out.mp4",
        } | files
        words = [f"--{name}={path}" for name, path in paths.items()]
        return main(["render", *words, *map(str, arguments), "--quiet", "--no-score"])

    return run


@pytest.mark.parametrize("name", sorted(set(WRITTEN) - {"txt"}))
def test_words_of_any_format(render, tmp_path, capsys, name):
    path = tmp_path / f"words{WRITTEN[name].suffixes[0]}"
    write(WORDS, path, name)
    assert render("--report=-", words=path) == 0
    report = json.loads(capsys.readouterr().out)
    assert any("Mouth shapes from the words" in note for note in report["notes"])


def test_aligned_words_go_into_ttml_and_into_nothing_that_is_only_read(tmp_path, capsys):
    (tmp_path / "text.txt").write_text("Maybe Bob will jump above my puppy.")
    given = [f"--audio={SPEECH}", f"--lyrics={tmp_path / 'text.txt'}", "--aligner=pocketsphinx", "--quiet"]
    assert main(["align", *given, f"--out={tmp_path / 'words.ttml'}"]) == 0
    found = read_lyrics(tmp_path / "words.ttml")
    assert (found.format, found.precision) == ("ttml", "word")
    assert found.text == "Maybe Bob will jump above my puppy."
    assert found.timings.words()[1].start == pytest.approx(0.55, abs=0.1)
    capsys.readouterr()
    assert main(["align", *given, f"--out={tmp_path / 'words.sbv'}"]) == USAGE
    assert '"words.sbv" has no known ending: choose one of .ass, .dfxp, .elrc' in capsys.readouterr().err


def test_the_strength_opens_the_mouth(render, tmp_path):
    """Twice as far moves more of the picture, and further."""
    write(WORDS, tmp_path / "words.json")
    seen = {}
    for strength in ("0.2", "1", "2"):
        out = tmp_path / f"{strength}.mp4"
        assert render("--crf=4", "--strength", strength, out=out, words=tmp_path / "words.json") == 0
        seen[strength] = np.stack([to_rgb(frame).astype(int) for frame in VideoSource(out).read()])
    weak, strong = (np.abs(seen[each] - seen["1"]).sum() for each in ("0.2", "2"))
    assert min(weak, strong) > 10_000
    assert np.abs(seen["2"] - seen["0.2"]).sum() > max(weak, strong)


@pytest.mark.parametrize("command", ["lyric-video", "overlay", "score", "align"])
def test_other_commands_are_as_quiet(command, media, tmp_path, capfd):
    """Down to the descriptors, which libraries write to past Python."""
    (tmp_path / "words.srt").write_text("1\n00:00:00,100 --> 00:00:00,400\nbib\n")
    (tmp_path / "text.txt").write_text("Maybe Bob will jump above my puppy.")
    clip, out = f"--source={media / 'clip.mp4'}", f"--out={tmp_path / 'out.mp4'}"
    voice, words = f"--audio={media / 'voice.wav'}", f"--words={tmp_path / 'words.srt'}"
    arguments = {
        "lyric-video": [clip, voice, words, out],
        "overlay": [clip, words, out],
        "score": [str(media / "clip.mp4"), voice, f"--report={tmp_path / 'score.json'}"],
        "align": [
            f"--audio={SPEECH}", f"--lyrics={tmp_path / 'text.txt'}", f"--out={tmp_path / 'found.json'}",
            "--aligner=pocketsphinx",
        ],
    }[command]  # fmt: skip
    assert main([command, *arguments, "--quiet"]) == 0
    assert capfd.readouterr() == ("", "")


def first_generated(capsys):
    found = json.loads(capsys.readouterr().out)["spans"]
    return next(each["first"] for each in found if each["state"] == "generated")


def test_the_offset_moves_the_mouth(render, tmp_path, capsys):
    """By 200 ms at 25 fps: five frames."""
    write(WordTimings((Line((Word("bib", 0.3, 0.4),)),)), tmp_path / "words.json")
    arguments = ("--silence=source", "--report=-", "--overwrite")
    assert render(*arguments, words=tmp_path / "words.json") == 0
    before = first_generated(capsys)
    assert render(*arguments, "--offset", "200", words=tmp_path / "words.json") == 0
    assert before > 0
    assert first_generated(capsys) - before == 5


def test_what_nobody_expected_is_one_sentence(render, monkeypatch, capsys):
    """And the traceback is for who looks for it."""

    def fail(*arguments, **options):
        raise KeyError("mouth")

    monkeypatch.setattr("lipsync_studio.backends.render_spec.RenderSpec.request", fail)
    assert render() == 1
    told = capsys.readouterr().err
    assert told.startswith("Error: Something went wrong that nobody expected (KeyError: 'mouth')")
    assert "Traceback" not in told
    monkeypatch.setenv("LIPSYNC_DEBUG", "1")
    assert render() == 1
    assert "in fail" in capsys.readouterr().err


def test_ctrl_c_before_the_work_is_no_traceback(render, monkeypatch, capsys):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("lipsync_studio.backends.render_spec.RenderSpec.request", stop)
    assert render() == 130
    assert capsys.readouterr().err == "Stopped; nothing was written.\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is none")
def test_standard_output_that_is_full():
    command = [sys.executable, "-m", "lipsync_studio", "backends"]
    with open("/dev/full", "w") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 1
    assert "Error: A file can't be written (No space left on device)" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (OSError(28, "No space left on device", "/x/y"), OutputError, '"/x/y" can\'t be written (No space'),
        (
            PermissionError(13, "Permission denied", "/x"),
            InputError,
            '"/x" can\'t be used (Permission denied)',
        ),
        (MemoryError(), DeviceMemoryError, "memory doesn't suffice"),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
            DeviceMemoryError,
            "memory doesn't suffice",
        ),
        (RuntimeError("CUDA out of memory.\nTried"), DeviceMemoryError, "memory doesn't suffice"),
        (sqlite3.OperationalError("database or disk is full"), OutputError, "make room on the disk"),
        (ZeroDivisionError("division by zero"), UnexpectedError, "(ZeroDivisionError: division by zero)"),
        (ValueError("row\nrow" * 200), UnexpectedError, "row row"),
        (InputError("Mine."), InputError, "Mine."),
    ],
)
def test_any_error_is_ours_in_one_row(error, kind, said):
    own = own_error(error)
    assert type(own) is kind
    assert isinstance(own, LipSyncError)
    assert said in str(own)
    assert "\n" not in str(own)
    assert len(str(own)) < 500


def test_errors_of_libraries_are_ours(tmp_path):
    import av
    import cv2
    import numpy as np
    from PIL import Image

    (tmp_path / "text").write_text("no media")
    for call, said in (
        (lambda: av.open(str(tmp_path / "text")), "FFmpeg can't go on"),
        (lambda: cv2.resize(np.zeros((0, 0), np.uint8), (1, 1)), "A picture can't be used"),
        (lambda: Image.open(tmp_path / "text"), "A picture can't be used"),
    ):
        with pytest.raises(Exception) as raised:  # noqa: PT011
            call()
        assert said in str(own_error(raised.value))
