"""The command line, and a canary key that must be found nowhere afterwards."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import types
from pathlib import Path

import pytest
from fake_did import FakeDID, Fault, clips

from .conftest import KEY, Bench, command

PARTS = (KEY, *KEY.split(":"), "canary")


@pytest.fixture
def did(bench: Bench, configured: None, capsys: pytest.CaptureFixture[str]):
    """Runs a command; returns exit code, what it printed, and what it complained."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = command(bench, *arguments)
        out, err = capsys.readouterr()
        assert not [part for part in PARTS if part in out + err]
        return code, out, err

    return run


@pytest.fixture
def media(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "face.jpg").write_bytes(clips.portrait())
    (tmp_path / "voice.wav").write_bytes(clips.voice(16.0))
    return (
        "talk",
        "--image",
        str(tmp_path / "face.jpg"),
        "--audio",
        str(tmp_path / "voice.wav"),
        "--out",
        str(tmp_path / "clip.mp4"),
    )


def test_credits(did, bench: Bench) -> None:
    code, out, _ = did("credits")
    assert code == 0
    assert out.startswith("1000 of 1000 credits left, plan deid-pro\n0 of 40 allowed")


def test_voices(did) -> None:
    listed = did("voices", "--provider", "microsoft")[1]
    assert listed == "microsoft:en-US-JennyNeural\tJenny\tfemale\ten-US\n"


def test_talk(did, bench: Bench, media: tuple[str, ...], tmp_path: Path) -> None:
    code, out, err = did(*media, "--yes")
    assert (code, out) == (0, f"{tmp_path / 'clip.mp4'}\n")
    assert "Cost: 16.0 s, 2 credits (estimate)" in err
    assert "Credits used: 2" in err
    assert (tmp_path / "clip.mp4").read_bytes() == clips.clip(16.0)
    assert did("jobs")[1] == "No unfinished jobs.\n"
    assert "downloaded" in did("jobs", "--all")[1]


def test_text(did, bench: Bench, media: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("Hello, this is a longer text.")
    arguments = [*media[:3], "--text", f"@{tmp_path / 'words.txt'}", *media[5:], "--yes"]
    assert did(*arguments)[0] == 0
    assert json.loads(bench.server.requests("POST /talks")[0].body)["script"]["input"].startswith("Hello")


def test_estimate_sends_nothing(did, bench: Bench, media: tuple[str, ...]) -> None:
    bench.folder.mkdir()
    (bench.folder / "did.json").write_text('{"price_per_credit": 0.15, "currency": "USD"}')
    assert "2 credits, 0.30 USD (estimate)" in did(*media, "--estimate")[2]
    assert not bench.server.log


def test_without_consent_nothing_is_sent(
    did, bench: Bench, media: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    code, _, err = did(*media)
    assert (code, bench.server.log) == (1, [])
    assert "You have not agreed to the sending" in err
    assert "in ComfyUI's page" in err
    assert "`python -m lipsync_studio did consent`. --yes agrees for this clip alone." in err
    assert did("consent", "--show")[1].endswith("Nobody has agreed: no new clip is ordered.\n")
    assert not bench.folder.joinpath("consent.json").exists()
    assert "agreed on" in did("consent")[1]
    assert did(*media)[0] == 0
    assert "Nobody has agreed" in did("consent", "--withdraw")[1]
    again = (*media, "--overwrite", "--again", "2")
    code, _, err = did(*again)
    assert (code, "You have not agreed" in err) == (1, True)
    bench.folder.joinpath("consent.json").write_text("{")
    for arguments in (again, ("consent",), ("consent", "--show"), ("consent", "--withdraw")):
        code, out, err = did(*arguments)
        assert (code, out, "consent.json" in err) == (1, "", True)
    assert bench.folder.joinpath("consent.json").read_text() == "{"
    assert bench.service.charged == 2


def test_an_answer_counts_for_one_clip(
    did, bench: Bench, media: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody can be asked, they are: the price of this clip is another matter than D-ID's terms."""
    did("consent")
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(isatty=lambda: True))
    for answer, code in (("n", 1), ("y", 0)):
        monkeypatch.setattr("builtins.input", lambda question, answer=answer: answer)
        assert did(*media)[0] == code
        assert len(bench.server.requests("POST /talks")) == 1 - code


def test_deciding(did, bench: Bench, media: tuple[str, ...], tmp_path: Path) -> None:
    bench.policy.echo = bench.policy.keeps_names = bench.policy.shows_duration = False
    lost = Fault("POST /talks", "reset", acts=True, nth=(1, 2))
    hidden = Fault("GET /files", status=404, nth=())  # or the clip's length would tell
    bench.server.faults = [lost, hidden]
    assert did(*media, "--yes")[0] == 3
    [job] = json.loads(did("jobs", "--json")[1])
    assert job["state"] == "undecided"
    assert did("resume")[0] == 3
    assert did("jobs", "--adopt", job["id"][:8], next(iter(bench.service.talks)))[0] == 0
    bench.server.faults = [lost]
    assert did("resume", job["id"][:8], "--out", str(tmp_path / "b.mp4"))[0] == 0
    bench.server.faults = [lost, hidden]
    assert did(*media, "--yes", "--again", "2")[0] == 3
    [job] = json.loads(did("jobs", "--json")[1])
    assert "abandoned" in did("jobs", "--abandon", job["id"])[1]
    assert did("jobs", "--abandon", "nonsense")[0] == 1
    assert bench.service.charged == 4


def test_resume_collects_everything(did, bench: Bench, media: tuple[str, ...]) -> None:
    bench.policy.script = ("started",) * 300 + ("done",)
    assert did(*media, "--yes")[0] == 3
    for talk in bench.service.talks.values():
        talk.gets = 300
    assert did("resume")[0] == 0
    assert bench.service.charged == 2


def test_what_was_never_sent_is_resumed_with_consent_alone(did, bench: Bench, media: tuple[str, ...]) -> None:
    bench.server.faults = [Fault("POST /images", status=401, body="{}", nth=())]
    assert did(*media, "--yes")[0] == 1
    [job] = json.loads(did("jobs", "--json")[1])
    assert job["state"] == "planned"
    bench.server.faults, asked = [], len(bench.server.log)
    code, _, err = did("resume")
    assert (code, len(bench.server.log)) == (1, asked)
    assert "You have not agreed to the sending" in err
    assert did("consent")[0] == 0
    assert did("resume")[0] == 0
    assert bench.service.charged == 2


def test_mistakes_are_one_sentence(did, bench: Bench, media: tuple[str, ...], tmp_path: Path) -> None:
    for arguments, said in (
        ([*media, "--yes", "--extra", "{"], "no JSON object"),
        ([*media, "--yes", "--pad", "61"], "pad_audio"),
        ([*media, "--yes", "--max-credits", "1"], "more than the 1"),
        ([media[0], "--image", "absent.jpg", *media[3:], "--yes"], "can't be read"),
        ([*media[:3], "--text", "@absent", *media[5:]], "absent"),
        ([*media[:3], "--text", "hi there", "--voice", "jenny", *media[5:]], "PROVIDER:VOICE"),
    ):
        code, out, err = did(*arguments)
        assert (code, out) == (1, "")
        assert said in err.splitlines()[-1]


def test_the_key_is_set_and_cleared(
    did, bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DID_API_KEY")
    assert did("key")[1].startswith("No key is set")
    assert "No D-ID key is set" in did("credits")[2]
    (tmp_path / "typed").write_text(f"{KEY}\n")
    with (tmp_path / "typed").open() as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        assert did("key", "--set")[1] == "A key is set.\n"
    assert did("credits")[0] == 0
    assert did("key", "--clear")[1].startswith("No key is set")


def test_the_canary_is_nowhere(
    did, bench: Bench, media: tuple[str, ...], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With every fault that talks back, and with logging at its loudest."""
    caplog.set_level(logging.DEBUG)
    gateway = {"message": f"'Basic {KEY}' not a valid key=value pair (missing equal-sign) in Authorization"}
    bench.server.faults = [
        Fault("GET /credits", status=403, body=gateway, nth=(1,)),
        Fault("POST /images", status=400, body={"kind": KEY, "description": f"{KEY}?"}),
        Fault("POST /talks", status=500, body={"description": KEY}),
        Fault("GET /talks", "reset"),
    ]
    bench.policy.script = ("created", "error")
    bench.policy.error = {"kind": "FaceError", "description": f"failed for {KEY}"}
    for nonce in "abcd":
        did(*media, "--yes", "--again", nonce)
    did("jobs", "--all", "--json")
    logged = "\n".join(
        f"{record.getMessage()} {record.exc_text}" for record in caplog.records if record.name != "asyncio"
    )
    assert not [part for part in PARTS if part in logged]
    for path in [*bench.folder.rglob("*"), *tmp_path.rglob("*")]:
        if path.is_file():
            assert not [part for part in PARTS if part.encode() in path.read_bytes()], path


def test_it_runs_as_a_process(bench: Bench, server: FakeDID, tmp_path: Path) -> None:
    """Neither ComfyUI nor torch is imported."""
    code = (
        "import sys; from lipsync_studio.did_client.cli import main; status = main(sys.argv[1:]);"
        "assert not {'torch', 'comfy', 'av', 'PIL'} & set(sys.modules); sys.exit(status)"
    )
    import lipsync_studio

    environ = {
        "DID_API_KEY": KEY,
        "DID_API_URL": server.url,
        "LIPSYNC_DID_FOLDER": str(bench.folder),
        "PYTHONPATH": str(Path(lipsync_studio.__file__).absolute().parent.parent),
        "PATH": "/usr/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, "credits"],
        env=environ,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1000 of 1000 credits left")
