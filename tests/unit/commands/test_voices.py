"""`--voice`: two people speak in the file; what can't be meant is said before any work."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from media import read_pictures, write_h264, write_wav

from lipsync_studio.backends.render_spec import RenderSpec, VoiceSpec
from lipsync_studio.commands import main
from lipsync_studio.commands.parser import UsageError
from lipsync_studio.commands.voices import given_voices, voice_specs
from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

USAGE, FRAMES = 2, 24
FILES = {"source": "two.mp4", "audio": "mix.wav", "out": "out.mp4", "report": "report.json"}
LRC = "[00:01.00]Anna: One line\n[00:03.00]Ben: Another\n[00:05.00]Anna: Two\n[00:07.00]Ben: Last\n"
TTML = """\
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="en"><head>
<metadata><ttm:agent type="person" xml:id="v1"><ttm:name type="full">Anna</ttm:name></ttm:agent>
<ttm:agent type="person" xml:id="v2"/></metadata></head><body><div>
<p begin="0.08" end="0.28" ttm:agent="v1"><span begin="0.08" end="0.28">Ah</span></p>
<p begin="0.68" end="0.88" ttm:agent="v2"><span begin="0.68" end="0.88">Ah</span></p>
</div></body></tt>
"""
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


@pytest.fixture
def two(media, tmp_path):
    """The folder of two.mp4: a face beside its mirror image, 24 frames."""
    with av.open(str(media / "clip.mp4")) as clip:
        faces = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    faces = [*faces, *faces[::-1]]
    write_h264(tmp_path / "two.mp4", [np.hstack([face, face[:, ::-1]]) for face in faces], 25)
    return tmp_path


def generated(report):
    """The frames with a new mouth, of each person."""
    return [
        {
            frame
            for span in each["spans"]
            if span["state"] == "generated"
            for frame in range(span["first"], span["last"] + 1)
        }
        for each in report["people"]
    ]


def test_two_voices_become_a_video(media, two):
    """One speaks in the first half, the other one in the second."""
    heard = Sound.load(media / "voice.wav").mono(16000)
    half = FRAMES * 16000 // 50
    spoken = np.resize(heard[int(np.argmax(np.abs(heard) > 0.1)) :], half)
    silence = np.zeros(half, np.float32)
    voices = {"left": np.append(spoken, silence), "right": np.append(silence, spoken)}
    flags = []
    for side, samples in voices.items():
        write_wav(two / f"{side}.wav", samples)
        flags += ["--voice", side, str(two / f"{side}.wav")]
    write_wav(two / "mix.wav", sum(voices.values()))
    files = [f"--{flag}={two / name}" for flag, name in FILES.items()]
    assert main(["render", *files, *flags, "--silence=source", "--quiet"]) == 0

    report = json.loads((two / "report.json").read_text(encoding="utf-8"))
    assert [each["person"] for each in report["people"]] == ["left", "right"]
    first, second = generated(report)
    # Sounds change at frame 12; a mouth moves a little longer, and sooner.
    assert min(len(first), len(second)) >= 6
    assert max(first) <= 18
    assert min(second) >= 6
    pictures = read_pictures(two / "out.mp4")
    assert pictures.shape == (FRAMES, 320, 640, 3)


def test_the_agents_of_a_ttml_move_a_mouth_each(media, two):
    """One sound, and a file of Apple's kind that names who sings which line."""
    (two / "duet.ttml").write_text(TTML, encoding="utf-8")
    heard = np.resize(Sound.load(media / "voice.wav").mono(16000), FRAMES * 640)
    write_wav(two / "mix.wav", heard)
    files = [f"--{flag}={two / name}" for flag, name in FILES.items()]
    flags = [each for side, agent in (("left", "anna"), ("right", "v2"))
             for each in ("--voice", side, f"{two / 'duet.ttml'}#{agent}")]  # fmt: skip
    assert main(["render", *files, *flags, "--silence=source", "--no-score", "--quiet"]) == 0
    first, second = generated(json.loads((two / "report.json").read_text(encoding="utf-8")))
    # Lines of frames 2 to 6, and 17 to 21; a mouth begins 0.15 s before and fades for 0.08 s.
    assert first >= set(range(2, 7))
    assert second >= set(range(17, 22))
    assert max(first) <= 13
    assert min(second) >= 10
    pairs = zip(read_pictures(two / "out.mp4"), read_pictures(two / "two.mp4"), strict=True)
    changed = np.stack([np.abs(made.astype(int) - was).max(axis=2) > 40 for made, was in pairs])
    left, right = (changed[:, :, half].sum(axis=(1, 2)) for half in (np.s_[:320], np.s_[320:]))
    assert left[:10].max() > 10 * max(right[:10].max(), 1)
    assert right[14:].max() > 10 * max(left[14:].max(), 1)


@pytest.mark.parametrize("asked", [{"voices": (VoiceSpec("left"),)}, {"person": "speaking"}])
def test_an_engine_for_one_person_is_refused_before_its_files(asked):
    spec = RenderSpec(Path("two.mp4"), Path("mix.wav"), "sadtalker", **asked)
    with PlainHost("cpu") as host, pytest.raises(InputError, match="lets one person speak"):
        spec.check_ready(host)
