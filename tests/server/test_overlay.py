"""Lyric styles and overlays on a real server."""

import shutil
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import requests
from fontTools.ttLib import TTFont
from prompts import finished, node, save_video, show, shown

from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.overlay.style import EFFECTS

SONG = "[00:00.20]<00:00.20>Shine <00:00.60>on<00:01.00>\n[00:01.00]<00:01.00>me<00:01.60>\n"
LOOK = {"size": 0.1, "position": "bottom", "colour": "white", "highlight": "#ffd23f", "outline": "black"}


def style(**inputs):
    look = {
        "effect": "word highlight", "font": "", "size": 0.1, "position": "bottom", "colour": "white",
        "highlight": "#ffd23f", "outline": "black", "outline_width": 0.07, "shadow": 0.6, "gradient": "",
        "box": "", "sample": "Shine on me",
    }  # fmt: skip
    return node("LipSyncLyricStyle", **(look | inputs))


def graph(text=SONG, **inputs):
    """A clip, words, an overlay; the video saved."""
    return {
        "clip": node("LoadVideo", file="sung.mp4"),
        "words": node("LipSyncLoadLyrics", file="none", text=text),
        "draw": node("LipSyncLyricOverlay", video=["clip", 0], words=["words", 0], **(LOOK | inputs)),
        "save": save_video("draw", 0, prefix="overlay/out"),
    }


def batch(frames=12):
    return node("EmptyImage", width=320, height=180, batch_size=frames, color=4210752)


@pytest.fixture(autouse=True, scope="module")
def sung(server, tmp_path_factory):
    """A short clip with AAC in the input folder."""
    from lipsync_studio.engine.media.frames import Colour, Frame
    from lipsync_studio.engine.media.sound import Sound
    from lipsync_studio.engine.media.writer import Mp4Writer

    path = tmp_path_factory.mktemp("sung") / "sung.mp4"
    tone = np.sin(np.arange(96000) / 15).astype(np.float32)[None] * 0.2
    with Mp4Writer(path, (320, 180), Fraction(25), Colour(), Sound(tone, 48000), Fraction(2)) as writer:
        for index in range(50):
            writer.write(Frame(np.full((270, 320), 90, np.uint8), Colour(), Fraction(index, 25), index))
    server.add_input(path)
    return path


def picture(path):
    return cv2.imread(str(path))[..., ::-1].astype(int)


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_style_shows_its_sample(client, effect):
    run = finished(client, {"style": style(effect=effect, shape="9:16")})
    shown = picture(client.output_files(run)[0])
    assert shown.shape == (1280, 720, 3)
    assert (shown.min(axis=2) > 240).sum() > 300


def test_a_styles_preview_stands_on_a_picture(client):
    run = finished(client, {"back": batch(1), "style": style(background=["back", 0], size=0.3)})
    assert picture(client.output_files(run)[0]).shape == (180, 320, 3)


PREVIEW = "/lipsync_studio/lyric_style/preview"


def test_a_style_is_shown_before_it_runs(server):
    def sample(**inputs):
        answer = requests.post(server.url + PREVIEW, json=style(**inputs)["inputs"], timeout=60)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
        return cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].astype(int)

    white, green = sample(), sample(colour="#00ff00", highlight="#00ff00", shape="1:1")
    assert (white.shape, green.shape) == ((360, 640, 3), (480, 480, 3))
    assert (white.min(axis=2) > 230).sum() > 200
    assert ((green[..., 1] > 200) & (green[..., 0] < 80)).sum() > 200


@pytest.mark.parametrize(("given", "status", "said"), [
    (style(colour="reddish")["inputs"], 200, '"reddish" is not a colour'),
    (style(size=1e9)["inputs"], 400, "size can't be 1000000000.0"),
    (style(effect="none")["inputs"], 400, "effect can't be none"),
    (style(font=7)["inputs"], 400, "font can't be 7"),
    (style(font="/etc/hostname")["inputs"], 400, "outside ComfyUI's folders"),
    (style(font="../../font.ttf")["inputs"], 400, "outside ComfyUI's folders"),
    (style(font="~/font.ttf")["inputs"], 400, "outside ComfyUI's folders"),
    (style(font="no/font.ttf")["inputs"], 200, "can't be read"),
    ([], 400, "must be a JSON object"),
    (None, 415, "must come as JSON"),
])  # fmt: skip
def test_what_cannot_be_shown_is_said(server, given, status, said):
    sent = {"data": "x"} if given is None else {"json": given}
    answer = requests.post(server.url + PREVIEW, timeout=60, **sent)
    assert answer.status_code == status
    assert said in answer.json()["error"]


def test_looks_with_a_name_fill_inputs_that_the_node_has(server, client):
    presets = requests.get(f"{server.url}/lipsync_studio/lyric_style/presets", timeout=60).json()["presets"]
    assert [each["name"] for each in presets] == [
        "karaoke classic", "social pill", "minimal", "neon", "subtitle bar", "bounce",
    ]  # fmt: skip
    for each in presets:
        answer = requests.post(server.url + PREVIEW, json={**style()["inputs"], **each["values"]}, timeout=60)
        assert answer.headers["Content-Type"] == "image/jpeg", answer.text


def test_fonts_are_listed_and_drawn_in_their_own_letters(server):
    place = f"{server.url}/lipsync_studio/lyric_style"
    fonts = requests.get(f"{place}/fonts", timeout=60).json()["fonts"]
    assert {"name": "NotoSans", "label": "Noto Sans"} in fonts
    assert len({font["name"] for font in fonts}) == len(fonts)
    pictures = []
    for name in ("NotoSans", "NotoSansHebrew"):
        answer = requests.get(f"{place}/font", params={"name": name}, timeout=60)
        picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
        assert (picture[..., 3] > 200).sum() > 100
        pictures.append(answer.content)
        assert requests.post(server.url + PREVIEW, json={**style(font=name)["inputs"]}, timeout=60).ok
    assert pictures[0] != pictures[1]
    for name in ("../NotoSans", "/etc/hostname", ""):
        assert requests.get(f"{place}/font", params={"name": name}, timeout=60).status_code == 404


def test_a_sample_has_the_videos_shape(server):
    def shape(**more):
        answer = requests.post(server.url + PREVIEW, json={**style()["inputs"], **more}, timeout=60)
        return cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR).shape[:2]

    assert shape(frame=[1080, 1920]) == (640, 360)
    assert shape(frame=[640, 640]) == (640, 640)
    for wrong in ([0, 9], [1, 9], "x", [1.5, 2], [True, 2]):
        sent = {**style()["inputs"], "frame": wrong}
        assert requests.post(server.url + PREVIEW, json=sent, timeout=60).status_code == 400


def test_a_sidecar_of_a_video_that_nobody_saves_lies_among_the_lyrics(client, server):
    prompt = graph(sidecar="ass", style=["style", 0])
    prompt |= {"style": style(highlight="#ff8000", position="top"), "where": show("draw", 2)}
    prompt.pop("save")
    run = finished(client, prompt)
    path = Path(shown(run, "where"))
    assert path.parent == server.base / "output" / "lyrics"
    assert "Style: Lyrics,Noto Sans," in path.read_text(encoding="utf-8")
    assert "&H000080FF" in path.read_text(encoding="utf-8")


def test_a_video_with_a_style_a_track_and_a_sidecar(client, server, sung):
    prompt = graph(style=["style", 0], subtitles="burned in and subtitle track", sidecar="srt")
    prompt |= {"style": style(effect="karaoke wipe", colour="#00ff00", size=0.3)}
    prompt |= {"where": show("draw", 2)}
    run = finished(client, prompt)
    files = {path.suffix: path for path in client.output_files(run)}
    # Beside the video, with its name and number.
    name = files[".mp4"].stem.rstrip("_").replace("_", "-")
    assert files[".srt"] == server.base / "output" / "overlay" / f"{name}.srt"
    assert "00:00:00,200 --> 00:00:01,000\nShine on" in files[".srt"].read_text(encoding="utf-8")
    assert shown(run, "where") == str(files[".srt"])
    sounds = []
    for path in (sung, files[".mp4"]):
        with av.open(str(path)) as container:
            sounds.append(
                [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]
            )
    assert sounds[0] == sounds[1]
    with av.open(str(files[".mp4"])) as container:
        cues = [bytes(p)[2:].decode() for p in container.demux(container.streams.subtitles[0]) if p.size > 2]
        assert cues == ["Shine on", "me"]
    with av.open(str(files[".mp4"])) as container:
        frame = next(frame for frame in container.decode(video=0) if frame.time > 0.3).to_ndarray(
            format="rgb24"
        )
    assert ((frame[..., 1] > 200) & (frame[..., 0] < 60)).sum() > 300


def test_a_letter_that_no_font_has_is_left_out_and_named(client):
    prompt = graph(text=SONG.replace("Shine", "Shi\u0378\U000e0fffne"), size=0.3)
    prompt |= {"report": show("draw", 3)}
    run = finished(client, prompt)
    lines, note = shown(run, "report").split("\n")
    assert lines == "Lyrics: 2 lines."
    assert note.startswith(
        "Left out of the picture, because no font here has it: “\u0378” (U+0378), “\U000e0fff” (U+E0FFF); put"
    )
    (path,) = client.output_files(run)
    with av.open(str(path)) as container:
        assert any(np.ptp(frame.to_ndarray(format="gray")) > 100 for frame in container.decode(video=0))


def test_a_track_alone_leaves_the_picture(client):
    run = finished(client, graph(subtitles="subtitle track"))
    with av.open(str(client.output_files(run)[0])) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio", "subtitle"]
        assert all(np.ptp(frame.to_ndarray(format="gray")) <= 4 for frame in container.decode(video=0))


def test_inputs_of_older_workflows_are_enough(client):
    run = finished(client, graph(font="", crf=20))
    with av.open(str(client.output_files(run)[0])) as container:
        assert any(np.ptp(frame.to_ndarray(format="gray")) > 100 for frame in container.decode(video=0))


def test_an_image_batch_in_and_out(client):
    prompt = graph(fps=10.0)
    prompt["clip"] = batch()
    prompt["show"] = node("PreviewImage", images=["draw", 1])
    run = finished(client, prompt)
    files = client.output_files(run)
    pictures = [picture(path) for path in files if path.suffix == ".png"]
    assert len(pictures) == 12
    assert [bool((np.abs(p - 64).max(axis=2) > 100).any()) for p in pictures] == [True] * 12
    assert all((p[:90] == 64).all() for p in pictures)
    (video,) = (path for path in files if path.suffix == ".mp4")
    with av.open(str(video)) as container:
        assert container.streams.video[0].average_rate == 10


def test_images_are_not_made_of_a_video(client):
    prompt = graph()
    prompt["show"] = node("PreviewImage", images=["draw", 1])
    run = client.run(prompt)
    assert "`images` is for an image batch" in str(run.error or run.history)


def test_a_font_by_its_full_path(client, tmp_path):
    """Letters from a file that says they are drawn on twice as fine a grid come out half as large."""
    made = TTFont(ROOT / "overlay" / "fonts" / "NotoSans.ttf")
    made["head"].unitsPerEm *= 2
    file = tmp_path / "half.ttf"
    made.save(file)

    def width(font):
        shown = picture(client.output_files(finished(client, {"style": style(font=font)}))[0])
        return np.ptp(np.nonzero(shown.min(axis=2) > 240)[1])

    assert width(str(file)) == pytest.approx(width("") / 2, rel=0.15)


def test_a_font_of_models_fonts_by_its_name(client, server):
    folder = server.base / "models" / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "overlay" / "fonts" / "NotoSansHebrew.ttf", folder / "Mine.ttf")
    finished(client, {"style": style(font="mine", sample="שלום")})
    # Other tests of the same server choose a font by its label.
    (folder / "Mine.ttf").unlink()


@pytest.mark.parametrize(("inputs", "said"), [
    ({"colour": "reddish"}, '"reddish" is not a colour'),
    ({"font": "nowhere.ttf"}, 'The font "nowhere.ttf" can\'t be read'),
    ({"sample": "\U00013000"}, "no letters for \U00013000 in the lyrics: put a font"),
])  # fmt: skip
def test_what_is_wrong_is_said(client, inputs, said):
    run = client.run({"style": style(**inputs)})
    assert said in run.error["exception_message"]
