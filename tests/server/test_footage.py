"""Footage and sound as phones, recorders and editors leave them, through the nodes and by their pixels."""

from __future__ import annotations

from fractions import Fraction

import av
import ffmpeg
import numpy as np
import pytest
from footage import shown_by, trimmed
from media import read_pictures, write_h264
from PIL import Image
from prompts import finished, node, report_of

WIDTH, HEIGHT = 320, 322


def psnr(got, wanted):
    return 10 * np.log10(255**2 / np.square(got.astype(float) - wanted).mean())


@pytest.fixture(scope="module")
def tall(server, face_pictures):
    """A face in motion, 320×322 (a height of 2 mod 4), and a function that writes it as a clip."""
    pictures = [np.pad(rgb, ((1, 1), (0, 0), (0, 0)), "edge") for rgb in face_pictures[:50]]

    def write(name):
        return write_h264(server.base / "input" / name, pictures, 25, crf="4", g="25")

    return write


@pytest.fixture(scope="module")
def write_channels(server):
    """Write a second of a tone that rises and falls, as speech does, with a gain per channel."""

    def write(name, gains):
        time = np.arange(16000) / 16000
        voice = np.sin(2 * np.pi * 220 * time) * np.clip(np.sin(2 * np.pi * 3 * time), 0, 1)
        pcm = np.round(voice[:, None] * np.array(gains) * 12000).astype(np.int16)
        path = server.base / "input" / name
        with av.open(str(path), "w") as container:
            layout = f"{len(gains)} channels" if len(gains) > 8 else {2: "stereo", 8: "7.1"}[len(gains)]
            stream = container.add_stream("pcm_s16le", rate=16000, layout=layout)
            frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout=layout)
            frame.sample_rate = 16000
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path.name

    return write


@pytest.mark.parametrize("gains", [[1] * 8, [1] * 10], ids=["8 channels", "10 channels"])
def test_a_trimmed_clip_and_a_sound_of_many_channels(client, tall, write_channels, make_prompt, gains):
    clip = trimmed(tall("tall.mp4"), client.server.base / "input" / f"trimmed{len(gains)}.mp4", 0.36)
    run = finished(client, make_prompt(clip.name, write_channels(f"{len(gains)}.wav", gains), length="video"))
    (video,) = client.output_files(run)
    made, wanted = read_pictures(video), read_pictures(clip)
    assert len(made) == len(wanted) == 50 - 9
    for got, source in zip(made, wanted, strict=True):
        assert got.shape == source.shape == (HEIGHT, WIDTH, 3)
        # Above the mouth, which is in the lower half of the face.
        assert psnr(got[: HEIGHT // 3], source[: HEIGHT // 3]) > 40
    with av.open(str(video)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert np.abs(sound).max() > 0.1


def test_a_mirrored_clip_is_shown_as_players_do(client, tall, write_channels, make_prompt):
    plain = tall("plain.mp4")
    mirrored = shown_by(tall("mirrored.mp4"), 2)
    run = finished(client, make_prompt(mirrored.name, write_channels("stereo.wav", [1, 1]), length="video"))
    (video,) = client.output_files(run)
    for got, source in zip(read_pictures(video), read_pictures(plain), strict=True):
        assert psnr(got[: HEIGHT // 3], source[: HEIGHT // 3, ::-1]) > 40


def test_a_photograph_in_portrait_format(client, write_channels, make_prompt, face_pictures):
    """As an IMAGE by core's own loader."""
    path = client.server.base / "input" / "portrait.png"
    rgb = np.pad(face_pictures[0], ((1, 1), (0, 0), (0, 0)), "edge")
    Image.fromarray(rgb).save(path)
    load = {"photo": node("LoadImage", image=path.name)}
    run = finished(client, make_prompt(["photo", 0], write_channels("stereo.wav", [1, 1]), load))
    (video,) = client.output_files(run)
    for got in read_pictures(video):
        # Of the colours half are kept: an edge between two may be off.
        assert psnr(got[: HEIGHT // 3], rgb[: HEIGHT // 3]) > 35


def test_channels_that_cancel_move_the_mouth_as_one_of_them(client, tall, write_channels, make_prompt):
    clip = tall("tall.mp4")
    results = []
    for name, gains in (("opposite.wav", [1, -1]), ("left.wav", [1, 1])):
        run = finished(client, make_prompt(clip.name, write_channels(name, gains)))
        results.append(read_pictures(*client.output_files(run)))
    assert len(results[0]) == len(results[1]) == 25
    for opposite, left in zip(*results, strict=True):
        np.testing.assert_array_equal(opposite, left)


def test_pixels_that_are_not_square_stay_so(client, tall, write_channels, make_prompt):
    clip = client.server.base / "input" / "squeezed.mp4"
    ffmpeg.ffmpeg("-i", tall("tall.mp4"), "-vf", "scale=240:322,setsar=4/3", "-crf", "4", clip)
    run = finished(client, make_prompt(clip.name, write_channels("stereo.wav", [1, 1]), length="video"))
    (video,) = client.output_files(run)
    assert "pixels are 4:3" in report_of(run)["notes"][0]
    assert report_of(run)["generated"] > 40
    seen = ffmpeg.decode(video, "gray")
    assert (seen.size, seen.aspect) == ((240, 322), Fraction(4, 3))
    for got, source in zip(read_pictures(video), read_pictures(clip), strict=True):
        assert psnr(got[: HEIGHT // 3], source[: HEIGHT // 3]) > 40


@pytest.mark.parametrize("deinterlace", ["auto", "off"])
def test_fields_are_made_frames_unless_the_node_says_no(
    client, tall, write_channels, make_prompt, deinterlace
):
    clip = client.server.base / "input" / "fields.mp4"
    fields = "crop=320:320,tinterlace=interleave_top,setfield=tff"
    ffmpeg.ffmpeg("-i", tall("tall.mp4"), "-vf", fields, "-crf", "4", "-flags", "+ilme+ildct",
                  "-x264-params", "interlaced=1:tff=1", clip)  # fmt: skip
    sound = write_channels("stereo.wav", [1, 1])
    run = finished(client, make_prompt(clip.name, sound, length="video", deinterlace=deinterlace))
    assert ("bwdif" if deinterlace == "auto" else "is off") in report_of(run)["notes"][0]
    (video,) = client.output_files(run)
    wanted = ffmpeg.decode(clip, "gray", "bwdif=mode=send_frame" if deinterlace == "auto" else "")
    seen = ffmpeg.decode(video, "gray")
    assert len(seen.frames) == len(wanted.frames) == 25
    for got, source in zip(seen.frames, wanted.frames, strict=True):
        assert psnr(got[: 320 * 100], source[: 320 * 100]) > 40


def test_transparent_pictures_are_shown_on_a_colour(client, write_channels, make_prompt, face_pictures):
    """Of an IMAGE with four channels, which core makes with Join Image with Alpha."""
    path = client.server.base / "input" / "cut.png"
    rgba = np.dstack([face_pictures[0], np.full((320, 320), 255, np.uint8)])
    rgba[:40] = (255, 0, 0, 0)
    Image.fromarray(rgba).save(path)
    load = {
        "photo": node("LoadImage", image=path.name),
        "both": node("JoinImageWithAlpha", image=["photo", 0], alpha=["photo", 1]),
    }
    sound = write_channels("stereo.wav", [1, 1])
    for options, level in (({}, 0), ({"background": "white"}, 255)):
        run = finished(client, make_prompt(["both", 0], sound, load, **options))
        assert "Transparent parts are shown on" in report_of(run)["notes"][0]
        (video,) = client.output_files(run)
        assert abs(read_pictures(video)[:, :30].astype(int) - level).max() < 8
