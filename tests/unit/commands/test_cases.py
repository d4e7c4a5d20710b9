"""Every input that went wrong once, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cases import CASES, VOICE, Made, path_of, right_answers
from PIL import Image, ImageOps

from lipsync_studio.commands import main
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.video import VideoSource

# Said of a file that `render` has nothing to do with: alignment, a service, names.
_ELSEWHERE = {
    "speech_after_14s_of_piano_like_chords.wav",
    "a name with a colon, relative",
}


def test_none_is_missing():
    assert {case.name for case in CASES} | _ELSEWHERE == right_answers().keys() | {VOICE}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} as {case.what}")
def test_a_case(case, media, tmp_path, capsys):
    path, out, report = path_of(case.name), tmp_path / "out.mp4", tmp_path / "report.json"
    source, audio = (media / "clip.mp4", path) if case.what == "voice" else (path, path_of(VOICE))
    length = "video" if case.what == "clip" else "audio"
    code = main(
        ["render", f"--source={source}", f"--audio={audio}", f"--out={out}", f"--report={report}",
         f"--length={length}", "--crf=4", "--quiet", "--no-score"]
    )  # fmt: skip
    if code == 0:
        case.check(Made(path, out, json.loads(report.read_text()), exact=True))
    else:
        error = capsys.readouterr().err.removeprefix("Error: ")
        assert list(tmp_path.iterdir()) == []
        case.check(Made(path, error=error))


@pytest.mark.parametrize("name", ["exif_orientation_5.png", "exif_orientation_5.webp", "avif_imir_1.avif"])
def test_a_picture_without_a_face_is_seen_upright(name):
    wanted = np.asarray(ImageOps.exif_transpose(Image.open(path_of(name))).convert("RGB")).astype(int)
    got = to_rgb(next(VideoSource(path_of(name)).read()))
    assert np.abs(got - wanted).mean() < 4


def test_a_mirrored_clip_is_overlaid_mirrored(tmp_path):
    """Of a clip without a face."""
    import ffmpeg

    path, words, out = path_of("orient_mp4_hflip.mp4"), tmp_path / "words.srt", tmp_path / "out.mp4"
    words.write_text("1\n00:00:00,000 --> 00:00:00,900\none\n")
    code = main(["overlay", f"--source={path}", f"--words={words}", f"--out={out}", "--crf=4", "--quiet"])
    assert code == 0
    wanted, got = (ffmpeg.decode(each, "gray") for each in (path, out))
    assert len(wanted.frames) == len(got.frames)
    for one, other in zip(wanted.frames, got.frames, strict=True):
        rows = slice(0, 24 * 96)
        assert np.abs(one[rows].astype(int) - other[rows]).mean() < 3


def test_words_begin_where_they_are_said_or_that_is_doubted(tmp_path, capsys):
    """After 14 seconds of something like music, in which PocketSphinx alone finds the first of them."""
    audio = path_of("speech_after_14s_of_piano_like_chords.wav")
    out: Path = tmp_path / "words.json"
    code = main(
        [
            "align",
            f"--audio={audio}",
            f"--lyrics={audio.with_suffix('.txt')}",
            f"--out={out}",
            "--report",
            "-",
        ]
    )
    assert code == 0
    first, *others = (line["words"] for line in json.loads(out.read_text())["lines"])
    assert [(line[0]["start"], line[-1]["end"]) for line in others] == [
        (pytest.approx(16.6, abs=0.3), pytest.approx(18.7, abs=0.3)),
        (pytest.approx(19.1, abs=0.3), pytest.approx(21.7, abs=0.3)),
    ]
    assert first[-1]["end"] == pytest.approx(16.2, abs=0.3)
    found = abs(first[0]["start"] - 14) < 0.3
    said = "The line “Morning comes along the river bank” is torn apart"
    assert found != (said in capsys.readouterr().out)
