"""A lyric video in one encode: the mouth as `render` has it, the lyrics as `overlay` has them."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from lipsync_studio.align.formats import write
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.render_spec import RenderSpec, VoiceSpec
from lipsync_studio.backends.run import run
from lipsync_studio.backends.viseme.spec import VisemeSettings
from lipsync_studio.batch.lyric_video import LyricVideoSpec, make_lyric_video, sung, with_words
from lipsync_studio.commands import main
from lipsync_studio.engine.errors import AlignmentError, Cancelled, MissingFilesError, NoFaceError, TextError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media import writer
from lipsync_studio.engine.media.source import VideoSource
from lipsync_studio.overlay.burn import burn
from lipsync_studio.overlay.presets import PRESETS, style_of
from lipsync_studio.overlay.style import LyricStyle

WORDS = WordTimings((Line((Word("Twinkle,", 0.1, 0.3), Word("twinkle", 0.3, 0.7))),), "en", "by hand")
SUNG = PRESETS["karaoke"]


@pytest.fixture
def host():
    with PlainHost("cpu") as plain:
        yield plain


@pytest.fixture
def render(media) -> RenderSpec:
    return RenderSpec(media / "clip.mp4", media / "voice.wav", words=WORDS)


def planes(path: Path) -> np.ndarray:
    return np.stack([frame.planes for frame in VideoSource(path).read()]).astype(int)


def test_it_is_the_render_with_the_overlay_over_it(render, media, host, tmp_path):
    """Up to the encoding that those two need and this one doesn't."""
    made, rendered, both = (tmp_path / f"{name}.mp4" for name in ("made", "rendered", "both"))
    report = make_lyric_video(LyricVideoSpec(render, SUNG), host, made, 1)
    write(WORDS, tmp_path / "words.json")
    files = [
        "--source",
        media / "clip.mp4",
        "--audio",
        media / "voice.wav",
        "--words",
        tmp_path / "words.json",
    ]
    alone = tmp_path / "report.json"
    arguments = ["render", *files, "--out", rendered, "--crf", "1", "--report", alone, "--quiet"]
    assert main([*map(str, arguments)]) == 0
    files = ["--source", rendered, "--words", tmp_path / "words.json", "--style", "karaoke"]
    assert main([*map(str, ["overlay", *files, "--out", both, "--crf", "1", "--quiet"])]) == 0
    one, two, mouth = planes(made), planes(both), planes(rendered)
    assert one.shape == two.shape == (20, 480, 320)
    assert np.square(one - two).mean() < 1  # 48 dB
    # There is text, and a mouth that moves under it.
    assert np.square(one - mouth).mean() > 20
    told = json.loads(alone.read_text())
    assert (report.frames, report.generated, report.score) == (20, told["generated"], told["score"])
    assert report.notes[0] == "Lyrics: 1 line, 2 words, times: by hand."
    assert report.notes[1:] == told["notes"]
    assert VideoSource(made).sound().duration == Fraction(4, 5)


def test_samples_need_not_be_square(media, host, tmp_path):
    """Lyrics over them are where, and as wide as, they are over the same video once it is made."""
    clip = VideoSource(media / "clip.mp4")
    odd, made, rendered, both = (tmp_path / f"{name}.mp4" for name in ("odd", "made", "rendered", "both"))
    aspect = Fraction(9, 8)
    with writer.Mp4Writer(
        odd, clip.stored_size, clip.fps, clip.colour, None, clip.duration, 1, aspect=aspect
    ) as out:
        for frame in clip.read():
            out.write(frame)
    spec = RenderSpec(odd, media / "voice.wav", words=WORDS, score=False)
    make_lyric_video(LyricVideoSpec(spec, SUNG), host, made, 1)
    run(spec.make_backend(host), spec.request(host), host, rendered, 1)
    burn(VideoSource(rendered), WORDS, SUNG, host, both, 1)
    assert VideoSource(made).aspect == aspect
    one, two, mouth = planes(made), planes(both), planes(rendered)
    assert np.square(one - two).mean() < 1  # 48 dB
    assert np.square(one - mouth).mean() > 20


def test_missing_weights_are_said_before_a_file_is_opened(tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    spec = LyricVideoSpec(RenderSpec(tmp_path / "no.mp4", tmp_path / "no.wav", "musetalk"))
    with PlainHost("cpu") as host, pytest.raises(MissingFilesError):
        make_lyric_video(spec, host, tmp_path / "out.mp4")


def test_all_is_done_in_one_encode(render, host, tmp_path, monkeypatch):
    begun = []

    class Spy(writer.Mp4Writer):
        def __enter__(self):
            begun.append(self)
            return super().__enter__()

    monkeypatch.setattr("lipsync_studio.backends.run.Mp4Writer", Spy)
    make_lyric_video(LyricVideoSpec(render), host, tmp_path / "out.mp4")
    assert len(begun) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_the_command_aligns_and_takes_a_style_from_a_file(media, tmp_path):
    style = {"preset": "pop", "colour": "#00ff00", "highlight": "#00ff00", "position": "top", "size": 0.2}
    (tmp_path / "style.json").write_text(json.dumps(style))
    (tmp_path / "text.txt").write_text("Twinkle")
    files = {"source": media / "clip.mp4", "audio": media / "voice.wav", "lyrics": tmp_path / "text.txt"}
    files |= {"style": tmp_path / "style.json", "out": tmp_path / "out.mov", "report": tmp_path / "r.json"}
    assert main(["lyric-video", *(f"--{name}={path}" for name, path in files.items()), "--quiet"]) == 0
    with av.open(str(tmp_path / "out.mov")) as container:
        # A WAV's samples are what MOV takes as they are.
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "pcm_s16le"]
        last = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][-1].astype(int)
    green = (last[..., 1] > 200) & (last[..., 0] < 120) & (last[..., 2] < 120)
    assert green[:160].sum() > 200
    assert green[160:].sum() == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["notes"][0].startswith("Lyrics: 1 line, 1 word, times: p")
    assert not any("not used" in note for note in report["notes"])


def test_a_still_lasts_as_long_as_the_song(media, host, tmp_path):
    root = Path(__file__).parents[3]
    spec = RenderSpec(root / "demo" / "portrait.jpg", media / "voice.wav", words=WORDS, score=False)
    report = make_lyric_video(LyricVideoSpec(spec), host, tmp_path / "out.mp4")
    assert (report.frames, report.fps) == (20, "25")
    found = planes(tmp_path / "out.mp4")
    text = found[:, found.shape[1] // 2 : found.shape[1] * 2 // 3]
    assert not np.array_equal(text[0], text[8])


def test_words_may_be_longer_than_the_footage(media, host, tmp_path):
    """The lyrics are on the output's clock: footage that is played back and forth begins them once."""
    long = WordTimings((Line((Word("one", 0.1, 0.3),)), Line((Word("two", 0.6, 0.75),))), "en", "by hand")
    spec = RenderSpec(media / "clip.mp4", media / "voice.wav", words=long, score=False)
    style = LyricStyle(effect="line", fade_in=0, fade_out=0)
    make_lyric_video(LyricVideoSpec(spec, style), host, tmp_path / "out.mp4")
    bare = RenderSpec(media / "clip.mp4", media / "voice.wav", words=long, score=False)
    from lipsync_studio.backends.run import run

    run(bare.make_backend(host), bare.request(host), host, tmp_path / "bare.mp4")
    drawn = np.abs(planes(tmp_path / "out.mp4") - planes(tmp_path / "bare.mp4")).max(axis=(1, 2)) > 100
    assert drawn[3:7].all()
    assert drawn[16:18].all()


def test_the_spec_can_be_pickled(render):
    spec = LyricVideoSpec(render, SUNG)
    assert pickle.loads(pickle.dumps(spec)) == spec


@pytest.mark.parametrize("stage", ["Lip-syncing (viseme)", "Finding faces"])
def test_cancel_leaves_nothing(render, tmp_path, stage):
    class Stopped(PlainHost):
        def progress(self, name, *arguments, **options):
            if name == stage:
                raise Cancelled("The run was cancelled.")
            super().progress(name, *arguments, **options)

    with Stopped("cpu") as host, pytest.raises(Cancelled):
        make_lyric_video(LyricVideoSpec(render), host, tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_font_that_there_is_not_leaves_nothing(render, host, tmp_path):
    spec = LyricVideoSpec(render, LyricStyle(font="nothing.ttf"))
    with pytest.raises(TextError, match="nothing.ttf"):
        make_lyric_video(spec, host, tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


def test_the_words_of_those_voices_that_have_some_are_shown(render, media, host):
    voices = (VoiceSpec("left", words=WORDS), VoiceSpec("right", media / "voice.wav"))
    spec = LyricVideoSpec(replace(render, words=None, voices=voices))
    request, words, notes = with_words(spec, sung(spec).request(host), None, host)
    assert [line.text for line in words.lines] == ["Twinkle, twinkle"]
    assert request.voices[1].words is None
    assert notes[1:] == [
        "No lyrics are shown of right, whose voice came without words: give them too, or all with --words."
    ]


def test_nobody_is_there_to_sing(media, host, tmp_path, monkeypatch):
    """Which is said before anything is aligned."""
    monkeypatch.setattr("lipsync_studio.batch.lyric_video._words", None)
    spec = RenderSpec(media / "wall.mp4", media / "voice.wav", lyrics="la la")
    with pytest.raises(NoFaceError):
        make_lyric_video(LyricVideoSpec(spec), host, tmp_path / "out.mp4")


def test_a_missing_recogniser_is_said_before_faces_are_looked_for(media, tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("lipsync_studio.backends.dub.backend.DubBackend.tracked", None)
    spec = RenderSpec(media / "clip.mp4", media / "voice.wav")
    with PlainHost("cpu") as host, pytest.raises(MissingFilesError, match="Whisper"):
        make_lyric_video(LyricVideoSpec(spec), host, tmp_path / "out.mp4")


def test_faces_are_looked_for_once(render, tmp_path):
    stages = []

    class Watched(PlainHost):
        def progress(self, name, *arguments, **options):
            stages.append((name, arguments[0]))
            super().progress(name, *arguments, **options)

    with Watched("cpu") as watched:
        make_lyric_video(LyricVideoSpec(render), watched, tmp_path / "out.mp4")
    assert stages.count(("Finding faces", 0)) == 1


def test_nobody_is_heard(media, host, tmp_path):
    from media import write_wav

    write_wav(tmp_path / "silence.wav", np.zeros(16000))
    spec = RenderSpec(media / "clip.mp4", tmp_path / "silence.wav", lyrics="la la")
    with pytest.raises(AlignmentError, match="silent"):
        make_lyric_video(LyricVideoSpec(spec), host, tmp_path / "out.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["silence.wav"]


def test_settings_go_through(render, host, tmp_path):
    """The strength of the mouth, which the picture shows."""
    quiet, loud = tmp_path / "quiet.mp4", tmp_path / "loud.mp4"
    for strength, path in ((0.2, quiet), (2.0, loud)):
        spec = RenderSpec(
            render.source, render.soundtrack, "viseme", VisemeSettings(strength), words=WORDS, score=False
        )
        make_lyric_video(LyricVideoSpec(spec), host, path)
    assert np.square(planes(quiet) - planes(loud)).mean() > 1


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_drawn(name):
    from lipsync_studio.overlay.preview import preview

    picture = preview(PRESETS[name], "Twinkle, twinkle", (320, 180), None, [])
    assert np.ptp(picture) > 0.5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is no JSON object"),
        ('{"preset": "none"}', "names no preset"),
        ('{"effekt": "line"}', '"effekt" in the style style.json is not known'),
        ('{"size": 1}', '"size" in the style style.json is no number from 0.02 to 0.3'),
        ('{"size": NaN}', "no number"),
        ('{"rows": 1.5}', "no whole number from 0 to 8"),
        ('{"shadow": true}', "no number from 0 to 1"),
        ('{"colour": 3}', "is no text"),
        ('{"colour": "greenish"}', '"greenish" is not a colour'),
        ('{"effect": "waltz"}', 'There is no effect "waltz"'),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_style_that_cannot_be_meant(tmp_path, content, said):
    (tmp_path / "style.json").write_text(content)
    with pytest.raises(TextError) as raised:
        style_of(str(tmp_path / "style.json"))
    assert said in str(raised.value)


def test_a_style_that_there_is_not(tmp_path):
    with pytest.raises(TextError, match="choose one of highlight, karaoke"):
        style_of("waltz")
    with pytest.raises(TextError, match="can't be read"):
        style_of(str(tmp_path / "missing.json"))


def test_the_flag_lists_the_presets():
    from lipsync_studio.commands.styles import _PRESETS

    assert ", ".join(PRESETS) == _PRESETS


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--style", "waltz"], 2, "choose one of highlight, karaoke"),
        (["--font", "nothing.ttf"], 2, "nothing.ttf"),
        (["--style", "missing.json"], 1, "missing.json doesn't exist"),
        (["--aligner", "ctc"], 2, "give --lyrics"),
    ],
)
def test_a_wrong_look_is_found_before_the_work(media, tmp_path, capsys, arguments, code, said):
    files = ["--source", media / "clip.mp4", "--audio", media / "voice.wav", "--out", tmp_path / "out.mp4"]
    assert main(["lyric-video", *map(str, files), *arguments]) == code
    (error,) = capsys.readouterr().err.splitlines()
    assert said in error
    assert list(tmp_path.iterdir()) == []
