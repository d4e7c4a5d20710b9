"""How faces are found where no track is wired: from a script or the command line to the tracker."""

from __future__ import annotations

from typing import Any

import pytest

from lipsync_studio.backends.dub import job
from lipsync_studio.backends.dub.job import find_faces, plan_job
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.commands import main
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.faces.tracker import track_faces


@pytest.fixture
def tracked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The settings of each tracking."""
    seen: list[dict[str, Any]] = []

    def track(*arguments: Any, **settings: Any) -> Any:
        seen.append(settings)
        return track_faces(*arguments, **settings)

    monkeypatch.setattr(job, "track_faces", track)
    return seen


def test_a_request_says_how(clip, voice, host, tracked):
    request = LipSyncRequest(clip, voice(0.2), detector="full", max_faces=2)
    plan_job(request, None, False, host)
    find_faces(request, None, host)
    assert tracked == [{"stop": 5, "detector": "full", "max_faces": 2}] * 2


def test_the_command_line_says_how(monkeypatch, tmp_path):
    asked = []

    def run(backend: Any, request: LipSyncRequest, *_: Any) -> Any:
        asked.append((request.detector, request.max_faces, request.person))
        raise KeyboardInterrupt

    monkeypatch.setattr("lipsync_studio.backends.run.run", run)
    files = ["--source", ROOT / "demo" / "portrait.jpg", "--audio", ROOT / "demo" / "verse.mp3"]
    command = ["render", *map(str, files), "--out", str(tmp_path / "out.mp4"), "--quiet"]
    for more in ([], ["--detector", "short", "--max-faces", "3", "--person", "Center"]):
        assert main([*command, *more]) == 130
    assert asked == [("auto", 8, "largest"), ("short", 3, "Center")]


@pytest.mark.parametrize("wrong", [["--max-faces", "0"], ["--max-faces", "33"], ["--detector", "best"]])
@pytest.mark.parametrize("command", ["render", "lyric-video"])
def test_what_can_not_be_is_refused(command, wrong, capsys):
    with pytest.raises(SystemExit) as caught:
        main([command, "--source", "a", "--audio", "b", "--out", "c.mp4", *wrong])
    assert caught.value.code == 2
    assert wrong[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "render --source no.mp4 --audio no.wav --out out.mp4",
        "lyric-video --source no.mp4 --audio no.wav --out out.mp4",
        "score no.mp4",
    ],
)
def test_a_person_that_says_nobody_is_refused_before_a_file_is_opened(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main([*command.split(), "--person", "bogus"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith('Error: argument --person: "bogus" says nobody: choose largest')
