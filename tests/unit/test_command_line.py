"""`render` as scripts call it: installed, and uninstalled by the checkout's path."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import av
import numpy as np
import pytest
from media import write_h264, write_wav
from PIL import Image

from lipsync_studio.commands import main

ROOT = Path(__file__).parents[2]
INSTALLED = (sys.executable, "-m", "lipsync_studio")
USAGE = 2


@pytest.fixture(scope="module")
def uninstalled(tmp_path_factory):
    """A copy of the checkout under a user's name for it, and a Python that has its requirements only."""
    folder = tmp_path_factory.mktemp("custom_nodes")
    left_out = shutil.ignore_patterns(".*", "tests", "docs", "web", "__pycache__")
    shutil.copytree(ROOT, folder / "lipsync-studio", ignore=left_out)
    # -I: neither the working directory nor PYTHONPATH is searched; the finder of the editable installation is
    # taken out, so that the package can only come from the path that was given.
    start = (
        "import runpy, sys; "
        "ours = lambda finder: '__editable__' in getattr(finder, '__module__', ''); "
        "sys.meta_path[:] = [finder for finder in sys.meta_path if not ours(finder)]; "
        f"sys.argv[0] = {str(folder / 'lipsync-studio')!r}; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    return (sys.executable, "-I", "-c", start)


@pytest.fixture
def render(media, tmp_path):
    """Runs `render` from a folder of its own, with --source, --audio and --out unless they are given."""

    def run(*arguments, command=INSTALLED, **files):
        paths = {"source": media / "clip.mp4", "audio": media / "voice.wav", "out": tmp_path / "out.mp4"}
        words = [word for name, path in (paths | files).items() for word in (f"--{name}", str(path))]
        return subprocess.run(
            [*command, "render", *words, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def assert_whole(path, frames):
    with av.open(str(path)) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]
        assert sum(1 for _ in container.decode(video=0)) == frames == container.streams.video[0].frames


@pytest.mark.parametrize("how", ["installed", "uninstalled"])
def test_a_whole_file_and_exit_code_0(how, uninstalled, render, tmp_path):
    result = render("--report", "-", "--quiet", command=uninstalled if how == "uninstalled" else INSTALLED)
    assert result.returncode == 0, result.stderr
    assert_whole(tmp_path / "out.mp4", 20)
    report = json.loads(result.stdout)
    assert (report["backend"], report["fps"]) == ("viseme", "25")
    assert (report["frames"], report["generated"]) == (20, 20)
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_how_a_source_is_treated_is_said_and_chosen(render, media, tmp_path):
    """A face that is cut out: what is hidden shows neither by default nor on another colour."""
    face = np.array(Image.open(ROOT / "demo" / "portrait.jpg").convert("RGBA").resize((256, 256)))
    face[:32] = (255, 0, 0, 0)
    Image.fromarray(face).save(tmp_path / "cut.png")
    for arguments, shown, name in (((), 0, "black"), (("--background", "#ffffff"), 255, "white")):
        result = render(*arguments, "--overwrite", "--report", "-", source=tmp_path / "cut.png")
        assert result.returncode == 0, result.stderr
        assert f"Transparent parts are shown on {name}." in json.loads(result.stdout)["notes"]
        with av.open(str(tmp_path / "out.mp4")) as container:
            luma = next(container.decode(video=0)).to_ndarray(format="gray")
        assert abs(luma[:24].astype(int) - shown).max() < 6


def test_lyrics_without_a_word_are_said(render, tmp_path):
    (tmp_path / "empty.txt").write_text("\n")
    result = render("--report", "-", "--quiet", lyrics=tmp_path / "empty.txt")
    assert result.returncode == 0, result.stderr
    assert "empty.txt holds no text: it was not used." in json.loads(result.stdout)["notes"]


def test_the_uninstalled_package_is_not_the_installed_one(uninstalled):
    """Else the test above would prove nothing."""
    probe = uninstalled[3].split("sys.argv[0]")[0] + "import lipsync_studio"
    result = subprocess.run([*uninstalled[:3], probe], capture_output=True, text=True, check=False)
    assert "No module named 'lipsync_studio'" in result.stderr


def test_the_report_goes_to_a_file_and_the_bar_to_standard_error(render, media, tmp_path):
    result = render("--report", tmp_path / "report.json", "--text", media / "text.txt", "--length", "video")
    assert result.returncode == 0, result.stderr
    assert_whole(tmp_path / "out.mp4", 12)
    assert json.loads((tmp_path / "report.json").read_text())["frames"] == 12
    assert result.stdout == ""
    assert "Lip-syncing (viseme)" in result.stderr


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"source": "missing.mp4"}, "doesn't exist"),
        ({"audio": "missing.wav"}, "missing.wav"),
        ({"source": "wall.mp4"}, "No face was found"),
        ({"source": "text.txt"}, "can't be read as a video"),
        ({"audio": "text.txt"}, "can't be read"),
        ({"lyrics": "voice.wav"}, "voice.wav can't be read"),
        ({"words": "text.txt"}, "text.txt has no times"),
        ({"out": "missing/out.mp4"}, "doesn't exist"),
        ({"out": f"{'n' * 252}.mp4"}, "can't be the name of a file"),
        ({"report": f"{'n' * 255}.json"}, "can't be the name of a file"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_1(render, media, tmp_path, files, words):
    result = render("--quiet", **{name: media / file for name, file in files.items()})
    assert result.returncode == 1
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert words in errors[0]
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"out": "source"}, "--out would replace --source"),
        ({"out": "audio"}, "--out would replace --audio"),
        ({"out": "lyrics"}, "--out would replace --lyrics"),
        ({"out": "link"}, "--out would replace --source"),
        ({"out": "hard"}, "--out would replace --source"),
        ({"report": "lyrics"}, "--report would replace --lyrics"),
        ({"report": "out"}, "--report would replace --out"),
    ],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_read_is_never_replaced(media, tmp_path, capsys, given, words, overwrite):
    folder = tmp_path / "own"
    folder.mkdir()
    names = {"source": "clip.mp4", "audio": "voice.wav", "lyrics": "text.txt"}
    # All of them could be the name of a result.
    paths = {name: Path(shutil.copy(media / file, folder / f"{name}.mp4")) for name, file in names.items()}
    paths["out"] = folder / "new.mp4"
    (folder / "link.mp4").symlink_to(paths["source"])
    (folder / "hard.mp4").hardlink_to(paths["source"])
    paths["link"], paths["hard"] = folder / "link.mp4", folder / "hard.mp4"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    files = {name: paths[name] for name in ("source", "audio", "lyrics", "out")}
    files |= {name: paths[path] for name, path in given.items()}
    arguments = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    assert main(["render", *arguments, *["--overwrite"] * overwrite]) == 1
    assert words in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_another_file_is_replaced_when_asked_to(render, tmp_path):
    out, report = tmp_path / "out.mp4", tmp_path / "report.json"
    out.write_bytes(b"mine")
    result = render("--quiet")
    assert (result.returncode, out.read_bytes()) == (1, b"mine")
    assert "out.mp4 exists: choose another name for --out, or add --overwrite" in result.stderr
    out.unlink()
    report.write_bytes(b"mine")
    result = render("--quiet", report=report)
    assert (result.returncode, report.read_bytes(), out.exists()) == (1, b"mine", False)
    result = render("--quiet", "--overwrite", report=report)
    assert result.returncode == 0, result.stderr
    assert json.loads(report.read_text())["frames"] == 20
    assert_whole(out, 20)


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [
        ("report", "missing/report.json", "missing doesn't exist: make it or choose another for --report"),
        ("report", ".", "is a folder: give --report the name of a file"),
        ("out", "text.txt/out.mp4", "doesn't exist"),
        (
            "out",
            "/proc/out.mp4",
            "/proc (it takes no files): choose another folder",
        ),
    ],
)
def test_a_place_that_cannot_be_written_is_found_before_the_work(media, tmp_path, capsys, name, path, words):
    (tmp_path / "text.txt").write_text("mine")
    paths = {"source": media / "clip.mp4", "audio": media / "voice.wav", "out": tmp_path / "out.mp4"}
    paths[name] = tmp_path / path
    assert main(["render", *(word for name, path in paths.items() for word in (f"--{name}", str(path)))]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "Lip-syncing" not in said
    assert [file.name for file in tmp_path.iterdir()] == ["text.txt"]


def test_silence_is_a_mouth_at_rest_and_a_note(render, tmp_path):
    write_wav(tmp_path / "silence.wav", np.zeros(8000))
    result = render("--quiet", "--report", "-", audio=tmp_path / "silence.wav")
    assert result.returncode == 0, result.stderr
    notes = json.loads(result.stdout)["notes"]
    assert any("There is no voice in the sound" in note for note in notes)
    assert not any("give the text" in note for note in notes)


def test_a_name_with_a_colon(render, media, tmp_path):
    names = {"source": "Take 1: a.mp4", "audio": "Verse: one.wav"}
    for name, file in zip(names.values(), ("clip.mp4", "voice.wav"), strict=True):
        shutil.copy(media / file, tmp_path / name)
    result = render("--quiet", "--length", "video", **names, out="Out: 1.mp4")
    assert result.returncode == 0, result.stderr
    assert_whole(tmp_path / "Out: 1.mp4", 12)


@pytest.fixture(scope="module")
def weights(seeded, tmp_path_factory):
    """A models folder in which MuseTalk's networks are small and seeded."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "musetalk").symlink_to(seeded)
    return folder


@pytest.fixture
def render_here(media, tmp_path):
    """As `render`, in this process: networks' libraries take longer to import than a clip to make."""

    def run(*arguments):
        paths = {"source": media / "clip.mp4", "audio": media / "voice.wav", "out": tmp_path / "out.mp4"}
        words = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
        return main(["render", *words, *arguments])

    return run


def test_another_backend_by_its_name_and_options(render_here, weights, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LIPSYNC_MODELS", str(weights))
    code = render_here(
        "--backend", "musetalk", "--version", "v1.0-original", "--quality", "fast", "--bbox-shift", "-3",
        "--length", "video", "--report", "-", "--quiet",
    )  # fmt: skip
    told = capsys.readouterr()
    assert code == 0, told.err
    report = json.loads(told.out)
    assert (report["backend"], report["frames"]) == ("MuseTalk 1.0-original", 12)
    # The voice begins after a breath of silence.
    assert 0 < report["generated"] < 12
    assert_whole(tmp_path / "out.mp4", 12)


def test_missing_weights_are_one_sentence(render_here, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    assert render_here("--backend", "musetalk") == 1
    (error,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Error: ")]
    for each in ("musetalkV15/unet.pth", "`python -m lipsync_studio weights download"):
        assert each in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--length", "forever", "invalid choice"),
        ("--crf", "52", "from 0 to 51"),
        ("--deinterlace", "maybe", "invalid choice"),
        ("--background", "loud", "not a colour"),
        ("--person", "1+", "says nobody"),
        ("--max-faces", "33", "from 1 to 32"),
        ("--detector", "both", "invalid choice"),
        ("--offset", "nan", "no number from -10000 to 10000"),
        ("--audio-track", "0", "no whole number from 1"),
        ("--strength", "3", "not from 0.2 to 2"),
        ("--out", "out.avi", "choose one of .mp4, .mov, .mkv"),
        ("--bbox-shift", "5", "is no option of the backend viseme"),
        ("--nonsense", "5", "unrecognized arguments: --nonsense 5; see `lipsync_studio render --help`"),
        ("--persn", "left", "--persn left (did you mean --person?); see `lipsync_studio render --help`"),
    ],
)
def test_a_wrong_flag_is_one_sentence_and_exit_code_2(render_here, tmp_path, capsys, option, value, said):
    """Whoever finds it: the parser, the engine's settings or the command."""
    try:
        code = render_here(option, value)
    except SystemExit as exit:
        code = exit.code
    assert code == USAGE
    (error,) = capsys.readouterr().err.splitlines()
    assert error.startswith("Error: ")
    assert option in error
    assert said in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_run_that_is_stopped_leaves_no_file(media, tmp_path, monkeypatch, number, code):
    """By Ctrl-C, by the system, by a terminal that is closed: neither beside the result nor elsewhere."""
    (tmp_path / "temp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    command = [*INSTALLED, "render", "--source", media / "clip.mp4", "--audio", ROOT / "demo" / "verse.mp3"]
    # Whoever runs the tests may have them go on when the terminal is closed.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    process = subprocess.Popen(
        [*command, "--out", tmp_path / "out.mp4"], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    signal.signal(signal.SIGHUP, before)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(".lipsync-*.part")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(getattr(signal, number))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == code
    assert "nothing was written" in errors
    assert list(tmp_path.rglob("*")) == [tmp_path / "temp"]


def test_what_was_told_to_ignore_a_closed_terminal_does(tmp_path):
    """As nohup does; and the same signal again doesn't interrupt what is being deleted."""
    code = """
        import os, signal
        from lipsync_studio.commands.termination import Terminated, terminable

        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with terminable():
            os.kill(os.getpid(), signal.SIGHUP)
            print("on")
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            except Terminated as error:
                os.kill(os.getpid(), signal.SIGTERM)
                print("off", error.code)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert run.stdout.split() == ["on", "off", "143"]


def test_ctrl_c_before_a_command_runs_is_said_too(tmp_path):
    """While its modules are imported nobody but the entry point can say so."""
    stopping = """
        import runpy, sys

        class Stopping:
            def find_spec(self, name, path=None, target=None):
                if name == "lipsync_studio.commands":
                    raise KeyboardInterrupt

        sys.meta_path.insert(0, Stopping())
        runpy.run_module("lipsync_studio", run_name="__main__")
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(stopping)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (130, "Stopped.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["jobs"], 0, "No unfinished jobs."),
        (["credits"], 1, "did: No D-ID key is set"),
        (["consent", "--show"], 0, "Nobody has agreed: no new clip is ordered."),
        (["consent"], 0, "it is kept in"),
        (["nonsense"], USAGE, "invalid choice: 'nonsense'"),
        (["jobs", "--nonsense"], USAGE, "see `lipsync_studio did"),
    ],
)
def test_did_is_the_clients_own_command(tmp_path, arguments, code, said):
    left_out = ("DID_API_KEY", "D_ID_API_KEY")
    result = subprocess.run(
        [*INSTALLED, "did", "--folder", tmp_path, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name not in left_out},
    )
    assert result.returncode == code
    assert said in result.stdout + result.stderr


def test_commands_are_listed_without_torch():
    code = (
        "import sys; from lipsync_studio import commands; assert 'torch' not in sys.modules; "
        "commands.main(['--help'])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "talking clips from D-ID" in result.stdout


def test_check_prints_a_block_for_an_issue(media, weights, monkeypatch, capsys):
    monkeypatch.setenv("LIPSYNC_MODELS", str(weights))
    files = ["--source", str(media / "clip.mp4"), "--audio", str(media / "voice.wav")]
    assert main(["check", "musetalk", *files, "--quality", "fast", "--device", "cpu", "--quiet"]) == 0
    first, *rows, last = capsys.readouterr().out.splitlines()
    assert first == last == "```"
    told = {}
    for row in rows:
        told.setdefault(row[:11].strip(), []).append(row[11:])
    assert told["engine"] == ["MuseTalk 1.5, quality fast"]
    # The seeded files are not what was published, and it is said of each.
    assert "musetalkV15/unet.pth: NOT as published (not the published file)" in told["file"]
    assert any(row.startswith("UNet2DConditionModel: ") and " M in float32" in row for row in told["network"])
    assert told["frames"] == ["12 of 320x320, 4 generated"]
    assert all(
        stage in told["seconds"][0] for stage in ("loading", "Finding faces", "Lip-syncing (MuseTalk 1.5)")
    )
    assert "torch 2" in told["versions"][0]
    assert told["score"] == ["Too short to say: 0.5 s, 5 s are needed."]
    assert str(weights) not in "\n".join(rows)


def test_check_prints_figures_by_which_engines_compare(tmp_path, capsys):
    with av.open(str(ROOT / "demo" / "clip.mp4")) as source:
        pictures = [
            frame.to_ndarray(format="rgb24", width=320, height=320)
            for frame, _ in zip(source.decode(video=0), range(132), strict=False)
        ]
    write_h264(tmp_path / "clip.mp4", pictures[::2], 25 / 2)
    assert (
        main(["check", "viseme", "--source", str(tmp_path / "clip.mp4"), "--device", "cpu", "--quiet"]) == 0
    )
    block = capsys.readouterr().out
    assert re.search(
        r"^score {6}-?\d\.\d{3}, p \d\.\d{3}, lag [+-]\d+ frames \([+-]\d+ ms\): \w", block, re.M
    )
    assert re.search(r"^memory {5}machine \d+(\.\d)? [MG]B$", block, re.M)


@pytest.mark.parametrize("device", ["foo", "cuda:99", "meta"])
def test_check_refuses_a_device_that_is_not_there(device, capsys):
    assert main(["check", "sadtalker", "--device", device]) == USAGE
    assert f"argument --device: {device} can't be used here (" in capsys.readouterr().err


def test_check_is_for_engines_that_run_here(capsys):
    assert main(["check", "did"]) == USAGE
    assert "works at a service" in capsys.readouterr().err


def test_a_package_that_is_missing_is_said_with_what_installs_it():
    script = f"""if True:
        import runpy, sys
        sys.modules["pysubs2"] = None
        sys.argv = ["lipsync-studio", "render", "--help"]
        runpy.run_path({str(ROOT / "__main__.py")!r}, run_name="__main__")
    """
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith('The Python package "pysubs2" is not installed')
    assert "requirements.txt" in result.stderr
    assert "Traceback" not in result.stderr
