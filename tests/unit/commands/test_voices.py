"""`--voice`: two people speak in the file; what can't be meant is said before any work."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from media import write_h264, write_wav

from lipsync_studio.backends.render_spec import RenderSpec, VoiceSpec
from lipsync_studio.commands import main
from lipsync_studio.commands.parser import UsageError
from lipsync_studio.commands.voices import given_voices, voice_specs
from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

USAGE = 2
FILES = {"source": "two.mp4", "audio": "mix.wav", "out": "out.mp4", "report": "report.json"}
LRC = "[00:01.00]Anna: One line\n[00:03.00]Ben: Another\n[00:05.00]Anna: Two\n[00:07.00]Ben: Last\n"
ULTRASTAR = "#TITLE:Song\n#BPM:120,0\n#GAP:1000\nP1\n: 0 4 10 Hel\n: 4 4 10 lo\nP2\n: 16 4 10 Oh\nE\n"


def test_the_singers_of_an_lrc_by_name(tmp_path):
    path = tmp_path / "duet.lrc"
    path.write_text(LRC, encoding="utf-8")
    notes: list[str] = []
    anna, ben = voice_specs(given_voices([["left", f"{path}#Anna"], ["right", f"{path}#ben"]]), notes)
    assert [line.text for line in anna.words.lines] == ["One line", "Two"]
    assert [line.text for line in ben.words.lines] == ["Another", "Last"]


def test_ultrastar_is_words(tmp_path):
    path = tmp_path / "duet.txt"
    path.write_text(ULTRASTAR, encoding="utf-8")
    (voice,) = given_voices([["left", f"{path}#P2", "voice.wav"]])
    assert [str(voice.words), voice.singer, str(voice.sound)] == [str(path), "P2", "voice.wav"]
    (spec,) = voice_specs([voice], [])
    assert [line.text for line in spec.words.lines] == ["Oh"]


@pytest.mark.parametrize(("one", "other"), [("left", "LEFT"), ("centre", "center"), ("2", "1+2")])
def test_one_mouth_has_one_voice(one, other):
    with pytest.raises(UsageError, match="are the same mouth"):
        given_voices([[one, "a.wav"], [other, "b.wav"]])
    assert len(given_voices([["left", "a.wav"], ["2", "b.wav"]])) == 2


def test_a_voice_is_somebodys():
    with pytest.raises(UsageError, match="each voice moves one mouth"):
        given_voices([["speaking", "a.wav"]])
    with pytest.raises(InputError, match="each voice moves one mouth"):
        VoiceSpec("Speaking")


@pytest.mark.parametrize(
    ("command", "flag"), [("render", "--vocals"), ("render", "--words"), ("render", "--lyrics"),
                          ("lyric-video", "--vocals")],
)  # fmt: skip
def test_what_voices_bring_is_given_once(command, flag, media, tmp_path, capsys):
    (tmp_path / "words.lrc").write_text(LRC, encoding="utf-8")
    sound, out = str(media / "voice.wav"), tmp_path / "out.mp4"
    files = ["--source", str(media / "clip.mp4"), "--audio", sound, "--out", str(out)]
    given = sound if flag == "--vocals" else str(tmp_path / "words.lrc")
    assert main([command, *files, "--voice", "left", sound, flag, given]) == USAGE
    assert f"argument {flag}: not allowed with argument --voice" in capsys.readouterr().err
    assert not out.exists()


def test_two_voices_become_a_video(media, tmp_path):
    """One speaks in the first half, the other one in the second."""
    with av.open(str(media / "clip.mp4")) as clip:
        faces = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    faces = [*faces, *faces[::-1]]
    write_h264(tmp_path / "two.mp4", [np.hstack([face, face[:, ::-1]]) for face in faces], 25)
    heard = Sound.load(media / "voice.wav").mono(16000)
    half = len(faces) * 16000 // 50
    spoken = np.resize(heard[int(np.argmax(np.abs(heard) > 0.1)) :], half)
    silence = np.zeros(half, np.float32)
    voices = {"left": np.append(spoken, silence), "right": np.append(silence, spoken)}
    flags = []
    for side, samples in voices.items():
        write_wav(tmp_path / f"{side}.wav", samples)
        flags += ["--voice", side, str(tmp_path / f"{side}.wav")]
    write_wav(tmp_path / "mix.wav", sum(voices.values()))
    files = [f"--{flag}={tmp_path / name}" for flag, name in FILES.items()]
    assert main(["render", *files, *flags, "--silence=source", "--quiet"]) == 0

    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [each["person"] for each in report["people"]] == ["left", "right"]
    first, second = (
        {
            frame
            for span in each["spans"]
            if span["state"] == "generated"
            for frame in range(span["first"], span["last"] + 1)
        }
        for each in report["people"]
    )
    # Sounds change at frame 12; a mouth moves a little longer, and sooner.
    assert min(len(first), len(second)) >= 6
    assert max(first) <= 18
    assert min(second) >= 6
    with av.open(str(tmp_path / "out.mp4")) as made:
        pictures = [frame.to_ndarray(format="rgb24") for frame in made.decode(video=0)]
    assert [picture.shape for picture in pictures] == [(320, 640, 3)] * 24


@pytest.mark.parametrize("asked", [{"voices": (VoiceSpec("left"),)}, {"person": "speaking"}])
def test_an_engine_for_one_person_is_refused_before_its_files(asked):
    spec = RenderSpec(Path("two.mp4"), Path("mix.wav"), "sadtalker", **asked)
    with PlainHost("cpu") as host, pytest.raises(InputError, match="lets one person speak"):
        spec.check_ready(host)
