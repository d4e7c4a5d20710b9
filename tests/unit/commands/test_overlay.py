"""`overlay`: what the node Lyric Overlay does, without ComfyUI."""

import json
import os
import sys
from pathlib import Path
from threading import Thread

import av
import ffmpeg
import numpy as np
import pytest

from lipsync_studio.align.formats import read_lyrics, write
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.commands import main
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.overlay.burn import burn
from lipsync_studio.overlay.style import LyricStyle

ROOT = Path(__file__).parents[3]
WORDS = WordTimings((Line((Word("Twinkle,", 0.0, 0.2), Word("twinkle", 0.2, 0.45))),), "en", "by hand")


@pytest.fixture
def overlay(media, tmp_path):
    write(WORDS, tmp_path / "words.ass")

    def run(*arguments, **files):
        paths = {
            "source": media / "clip.mp4",
            "words": tmp_path / "words.ass",
            "out": tmp_path / "out.mp4",
        } | files
        return main(["overlay", *(f"--{name}={path}" for name, path in paths.items()), *map(str, arguments)])

    return run


def pictures(path):
    return np.stack([frame.planes for frame in VideoSource(path).read()]).astype(int)


def test_it_draws_what_the_node_draws(overlay, media, tmp_path, capsys):
    """The same code, with the same look."""
    assert overlay("--report", "-", "--crf", "16", "--quiet") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["frames"], report["lines"], report["words"], report["notes"]) == (12, 1, 2, [])
    words = read_lyrics(tmp_path / "words.ass").timings
    with PlainHost("cpu") as host:
        burn(VideoSource(media / "clip.mp4"), words, LyricStyle(), host, tmp_path / "node.mp4", 16)
    np.testing.assert_array_equal(pictures(tmp_path / "out.mp4"), pictures(tmp_path / "node.mp4"))


def test_sound_is_copied_where_the_container_takes_it_and_else_said_to_be_coded_anew(
    overlay, media, tmp_path, capsys
):
    clip = tmp_path / "dts.mkv"
    ffmpeg.ffmpeg("-i", media / "clip.mp4", "-f", "lavfi", "-i", "aevalsrc=0.1|0|0|0|0|0:d=0.48:c=5.1(side)",
                  "-c:v", "copy", "-c:a", "dca", "-strict", "-2", clip)  # fmt: skip
    said = "The soundtrack (DTS, 6 channels) is coded anew for .mp4: AAC, 6 channels."
    for name, codec, notes in (("out.mkv", "dts", []), ("out.mp4", "aac", [said])):
        assert overlay("--report", "-", "--quiet", source=clip, out=tmp_path / name) == 0
        assert json.loads(capsys.readouterr().out)["notes"] == notes
        with av.open(str(tmp_path / name)) as container:
            sound = container.streams.audio[0].codec_context
            assert (sound.codec.canonical_name, sound.layout.nb_channels) == (codec, 6)


def test_what_the_source_has_beside_is_said(overlay, media, tmp_path, capsys):
    given, clip = tmp_path / "chapters.txt", tmp_path / "clip.mkv"
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}\ntitle=x\n"
    given.write_text(";FFMETADATA1\n" + chapter.format(0, 100) + chapter.format(100, 300))
    tone = ["-f", "lavfi", "-i", "sine=d=0.4"]
    ffmpeg.ffmpeg("-i", media / "clip.mp4", *tone, *tone, "-i", given, "-map", "0:v", "-map", "1",
                  "-map", "2", "-map_chapters", "3", "-c:v", "copy", "-c:a", "aac", clip)  # fmt: skip
    for source, notes in (
        (clip, ["The source has 1 more audio track and 2 chapters; the result doesn't."]),
        (media / "clip.mp4", []),
    ):
        assert overlay("--report", "-", "--quiet", "--overwrite", source=source) == 0
        assert json.loads(capsys.readouterr().out)["notes"] == notes


def test_transparent_parts_lie_on_the_chosen_colour(overlay, tmp_path):
    """As in the node: black, or what is asked for."""
    with av.open(str(tmp_path / "clear.mov"), "w") as container:
        stream = container.add_stream("qtrle", rate=25, options={"strict": "-2"})
        stream.width = stream.height = 128
        stream.pix_fmt = "argb"
        for _ in range(3):
            picture = np.zeros((128, 128, 4), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="argb")))
        container.mux(stream.encode(None))
    for arguments, shown in ((), 16), (("--background", "#ffffff"), 235):
        files = {"source": tmp_path / "clear.mov", "out": tmp_path / f"{shown}.mp4"}
        assert overlay("--quiet", *arguments, **files) == 0
        assert abs(pictures(files["out"])[:, :32] - shown).max() < 4


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_a_track_beside_the_picture(overlay, media, tmp_path, suffix):
    out = tmp_path / f"out.{suffix}"
    assert overlay("--subtitles", "track", "--crf", "0", "--quiet", out=out) == 0
    with av.open(str(out)) as container:
        text = b"".join(bytes(packet) for packet in container.demux(subtitles=0))
    assert b"Twinkle, twinkle" in text
    assert np.square(pictures(out) - pictures(media / "clip.mp4")).mean() < 1


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("wish", ["track", "both"])
def test_what_the_picture_says_is_not_shown_twice(overlay, tmp_path, suffix, wish):
    out = tmp_path / f"out.{suffix}"
    assert overlay("--subtitles", wish, "--quiet", out=out) == 0
    with av.open(str(out)) as container:
        shown = container.streams.subtitles[0].disposition & av.stream.Disposition.default
    assert bool(shown) == (wish == "track")


def test_other_formats_in_and_a_sidecar_out(overlay, tmp_path, capsys):
    song = tmp_path / "song.txt"
    song.write_text("#BPM:300\nP1\n: 0 2 1 Twin\n: 2 2 1 kle\nP2\n: 4 2 1 twinkle\nrubbish\nE\n")
    assert overlay("--sidecar", tmp_path / "side.ttml", "--report", "-", "--quiet", words=song) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["lines"], report["words"]) == (2, 2)
    assert "song.txt, line 7: 'rubbish' is no note; it is left out." in report["notes"]
    written = read_lyrics(tmp_path / "side.ttml").timings
    assert [(line.voice, line.text, line.start) for line in written.lines] == [
        ("P1", "Twinkle", 0.0), ("P2", "twinkle", 0.2),
    ]  # fmt: skip


def test_a_sidecar(overlay, tmp_path):
    assert overlay("--sidecar", tmp_path / "side.lrc", "--quiet") == 0
    assert read_lyrics(tmp_path / "side.lrc").text.strip() == "Twinkle, twinkle"


def test_it_works_where_nobody_listens(overlay, tmp_path, monkeypatch):
    """A service may have closed standard error."""
    monkeypatch.setattr(sys, "stderr", None)
    assert overlay() == 0
    assert (tmp_path / "out.mp4").is_file()


def test_a_video_from_a_pipe_is_refused_at_once(overlay, tmp_path, capsys):
    """Nobody writes to this one: whoever opened it would wait for ever."""
    os.mkfifo(tmp_path / "clip.mp4")
    assert overlay("--quiet", source=tmp_path / "clip.mp4") == 1
    assert "clip.mp4 is no ordinary file, and can be read only once" in capsys.readouterr().err


def test_what_it_says(overlay, tmp_path, capsys):
    assert overlay() == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"{tmp_path / 'out.mp4'}: 12 frames, 1 line"


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        ({"out": "out.webm"}, 2, "choose one of .mp4, .mov, .mkv"),
        ({"sidecar": "side.doc"}, 2, "side.doc has none of the endings"),
        ({"sidecar": "side.sbv"}, 2, "side.sbv has none of the endings"),
        ({"sidecar": "words.ass"}, 1, "--sidecar would replace --words"),
        ({"words": "missing.srt"}, 1, "missing.srt doesn't exist"),
        ({"source": "words.ass"}, 1, "has no video that can be decoded"),
        ({"style": "pomp"}, 2, 'There is no style "pomp"'),
    ],
)
def test_what_is_wrong_is_one_sentence(overlay, tmp_path, monkeypatch, capsys, files, code, said):
    monkeypatch.chdir(tmp_path)
    assert overlay("--quiet", **files) == code
    (error,) = capsys.readouterr().err.splitlines()
    assert said in error
    assert [path.name for path in tmp_path.iterdir()] == ["words.ass"]


@pytest.mark.parametrize("command", ["overlay", "render", "lyric-video", "score"])
def test_what_of_the_words_cannot_be_read_is_said(media, tmp_path, capsys, command):
    """With the row; all else is used."""
    good = "1\n00:00:00,100 --> 00:00:00,400\nTwinkle\n\n"
    (tmp_path / "words.srt").write_text(good + "2\n00:00:xx --> 00:00:00,700\nLost\n", encoding="utf-8")
    files = {"source": media / "clip.mp4", "words": tmp_path / "words.srt", "report": "-"}
    files |= {"out": tmp_path / "out.mp4"} if command != "score" else {}
    files |= {"audio": media / "voice.wav"} if command != "overlay" else {}
    video = [str(media / "clip.mp4")] if command == "score" else []
    assert main([command, *video, *(f"--{name}={path}" for name, path in files.items()), "--quiet"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert any(note.startswith("words.srt, ") for note in notes), notes


def test_a_picture_is_no_video(overlay, capsys):
    assert overlay("--quiet", source=ROOT / "demo" / "portrait.jpg") == 1
    assert "is one picture: give a video" in capsys.readouterr().err


def test_words_from_a_pipe(overlay, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    Thread(target=(tmp_path / "pipe").write_text, args=("[00:00.10]Twinkle\n",), daemon=True).start()
    assert overlay("--quiet", words=tmp_path / "pipe") == 0
