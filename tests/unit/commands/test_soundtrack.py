"""What becomes of the soundtrack: its packets as they are, where nothing has to be cut."""

import json

import av
import ffmpeg
import pytest

from lipsync_studio.commands import main


@pytest.fixture
def made(media, tmp_path, capsys):
    """Runs a command on the clip of 12 frames with so many seconds of a tone in each of 6 or 8 channels; the
    result's sound as (codec, channels, frames of the video), and the report's notes on it."""

    def run(command, codec, layout, name, seconds, *arguments):
        tone = "|".join(["0.2*sin(2*PI*t*440)"] * av.AudioLayout(layout).nb_channels)
        audio, out = tmp_path / name, tmp_path / "out.mp4"
        ffmpeg.ffmpeg(
            "-f", "lavfi", "-i", f"aevalsrc={tone}:d={seconds}:s=48000:c={layout}", "-c:a", codec, audio
        )
        words = [command, f"--source={media / 'clip.mp4'}", f"--audio={audio}", f"--out={out}", "--report=-"]
        assert main([*words, *arguments, "--quiet", "--no-score"]) == 0
        report = json.loads(capsys.readouterr().out)
        with av.open(str(out)) as container:
            sound = container.streams.audio[0].codec_context
            found = sound.codec.canonical_name, sound.layout.nb_channels, container.streams.video[0].frames
        return found, [note for note in report["notes"] if "soundtrack" in note]

    return run


def test_render_copies(made):
    # AC-3 has frames of 32 ms: 0.48 s are 15 of them, and 12 of the video's.
    assert made("render", "ac3", "5.1", "a.ac3", 0.48) == (("ac3", 6, 12), [])


def test_render_says_what_it_had_to_change(made):
    (codec, channels, frames), notes = made("render", "aac", "7.1", "a.m4a", 1, "--length=video")
    assert (codec, channels, frames) == ("aac", 6, 12)
    assert "The soundtrack's 8 channels are mixed down to 5.1." in notes


def test_a_lyric_video_copies(made, tmp_path):
    (tmp_path / "words.srt").write_text("1\n00:00:00,100 --> 00:00:00,400\nbib\n")
    words = f"--words={tmp_path / 'words.srt'}"
    assert made("lyric-video", "ac3", "5.1", "a.ac3", 0.48, words) == (("ac3", 6, 12), [])
