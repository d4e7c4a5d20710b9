"""A whole clip with its lyrics: what the encoder gets, and what lies beside the pictures."""

from fractions import Fraction

import av
import numpy as np
import pytest
from footage import RATES

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.engine.errors import TextError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer
from lipsync_studio.overlay import burn as burn_module
from lipsync_studio.overlay.burn import burn
from lipsync_studio.overlay.style import EFFECTS, LyricStyle
from lipsync_studio.overlay.subtitles import subtitles, track_language

from .conftest import timings

SIZE, RATE, COUNT = (320, 180), Fraction(25), 75


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    sound = np.sin(np.arange(3 * 48000) / 20).astype(np.float32)[None] * 0.3
    with Mp4Writer(path, SIZE, RATE, Colour(), Sound(sound, 48000), COUNT / RATE) as writer:
        for index in range(COUNT):
            planes = np.full((270, 320), 128, np.uint8)
            planes[:180] = np.add.outer(np.arange(180), np.arange(320)) // 3 + index % 7 + 20
            writer.write(Frame(planes, Colour(), index / RATE, index))
    return path


def run(source, words, path, style=None, **options):
    with PlainHost("cpu") as host:
        burn(source, words, style or LyricStyle(), host, path, **options)
    return path


@pytest.mark.parametrize("effect", EFFECTS)
def test_outside_the_text_the_encoder_gets_the_bits_that_were_decoded(clip, tmp_path, monkeypatch, effect):
    given = []

    class Spy(Mp4Writer):
        def write(self, frame):
            given.append(frame.copy())
            super().write(frame)

    monkeypatch.setattr(burn_module, "Mp4Writer", Spy)
    words = timings(("shine for me", 0.6, 1.4), ("tonight", 1.4, 2.0))
    run(VideoSource(clip), words, tmp_path / "out.mp4", LyricStyle(effect=effect, size=0.1))
    assert len(given) == COUNT
    touched = 0
    for before, after in zip(VideoSource(clip).read(), given, strict=True):
        for old, new, step in zip(before.yuv(), after.yuv(), (1, 2, 2), strict=True):
            rows, columns = np.nonzero(old != new)
            touched += len(rows)
            if len(rows):
                assert rows.min() * step > (60 if effect == "scrolling" else 100)
                assert columns.min() * step > 10
                assert columns.max() * step < 310
        if not 0.2 < before.pts < 2.6 and effect not in ("scrolling", "two-line duet"):
            assert np.array_equal(before.planes, after.planes)
    assert touched > 1000


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_word_lights_up_on_its_frame_in_the_file(rate, tmp_path):
    frames, words = 48, [(0.0, 5), (0.5, 17), (0.99, 30)]
    starts = [float((number + within) / rate) for within, number in words]
    line = Line(tuple(map(Word, ("one", "two", "three"), starts, [*starts[1:], float(40 / rate)])))
    clip, out = tmp_path / "clip.mp4", tmp_path / "out.mp4"
    with Mp4Writer(clip, SIZE, rate, Colour(), None, frames / rate) as writer:
        for index in range(frames):
            writer.write(Frame(np.full((270, 320), 128, np.uint8), Colour(), index / rate, index))
    run(VideoSource(clip), WordTimings((line,)), out, LyricStyle(size=0.2))
    found = [np.argwhere(frame.yuv()[1] < 90)[:, 1] for frame in VideoSource(out).read()]
    lit = [columns.mean() if len(columns) else None for columns in found]
    changes = [i for i in range(1, frames)
               if lit[i] is not None and (lit[i - 1] is None or abs(lit[i] - lit[i - 1]) > 5)]  # fmt: skip
    assert changes == [number for _, number in words]


def test_the_sound_is_copied(clip, tmp_path):
    out = run(VideoSource(clip), timings(("one", 1.0, 2.0)), tmp_path / "out.mp4")
    packets = []
    for path in (clip, out):
        with av.open(str(path)) as container:
            packets.append([(bytes(p), p.pts) for p in container.demux(container.streams.audio[0]) if p.size])
    assert packets[0] == packets[1]
    before, after = (VideoSource(path).sound().samples for path in (clip, out))
    assert np.array_equal(before, after)


def test_the_sound_of_a_trimmed_clip_is_encoded_in_step(clip, tmp_path):
    source = VideoSource(clip, 1.0, 1.0)
    assert source.coded_sound() is None
    out = run(source, timings(("one", 0.2, 0.8)), tmp_path / "out.mp4")
    assert VideoSource(out).duration == 1
    assert VideoSource(out).sound().samples.shape == source.sound().samples.shape


def test_lyrics_as_a_subtitle_track(clip, tmp_path):
    words = WordTimings(
        (
            Line((Word("Été", 0.5, 1.0), Word("{x}", 1.0, 1.2))),
            Line((Word("星", 1.5, 2.0, space=False), Word("空", 2.0, 2.2))),
        ),
        "fr",
    )
    out = run(VideoSource(clip), words, tmp_path / "out.mp4", draw=False, track=True)
    with av.open(str(out)) as container:
        stream = container.streams.subtitles[0]
        assert (stream.codec_context.name, stream.metadata["language"]) == ("mov_text", "fra")
        cues = [(float(p.pts * p.time_base), float(p.duration * p.time_base), bytes(p)[2:].decode())
                for p in container.demux(stream) if p.size > 2]  # fmt: skip
    assert cues == [(0.5, pytest.approx(1.0), "Été (x)"), (1.5, pytest.approx(1.2), "星空")]
    for before, after in zip(VideoSource(clip).read(), VideoSource(out).read(), strict=True):
        assert np.abs(before.planes.astype(int) - after.planes).mean() < 3


def first_subtitles(path):
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        default = bool(stream.disposition & av.stream.Disposition.default)
        return default, stream.metadata.get("language", "")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_track_beside_burned_in_lyrics_is_off_until_it_is_switched_on(clip, tmp_path, suffix):
    words = timings(("one two", 0.5, 2.0), language="fr")
    for draw in (True, False):
        out = run(VideoSource(clip), words, tmp_path / f"out{suffix}", draw=draw, track=True)
        assert first_subtitles(out) == (not draw, "fra")
        assert VideoSource(out).frames == COUNT


@pytest.mark.parametrize(
    ("text", "engine", "language"),
    [("one", "pocketsphinx", "eng"), ("one", "pocketsphinx, mended by whisper", "eng"), ("one", "ctc", ""),
     ("שלום", "ctc", "heb"), ("星が", "", "jpn"), ("별", "", "kor"), ("สวัสดี", "", "tha")],
)  # fmt: skip
def test_the_tracks_language_is_told_by_the_engine_or_the_letters(text, engine, language):
    lines = (Line((Word(text, 0.5, 1.0),)),)
    assert track_language(WordTimings(lines, "", engine)) == language
    assert track_language(WordTimings(lines, "de", engine)) == "deu"


def test_cues_of_lines_that_overlap_do_not():
    words = timings(("one", 1.0, 4.0), ("two", 2.0, 3.0), ("three", 8.0, 30.0))
    cues = subtitles(words, Fraction(10))
    assert [(float(c.start), float(c.end), c.text) for c in cues] == [
        (1.0, 2.0, "one"), (2.0, 3.5, "one\ntwo"), (3.5, 4.0, "one"), (8.0, 10.0, "three")
    ]  # fmt: skip


def test_an_image_batch_becomes_a_video_with_a_track(tmp_path):
    source = ImageSource(np.full((10, 64, 96, 3), 0.5, np.float32), RATE)
    out = run(source, timings(("one", 0.1, 0.3)), tmp_path / "out.mp4", track=True)
    with av.open(str(out)) as container:
        assert [stream.type for stream in container.streams] == ["video", "subtitle"]


def test_nothing_is_left_of_what_cannot_be_drawn(clip, tmp_path):
    with pytest.raises(TextError, match="not a colour"):
        run(VideoSource(clip), timings(("one", 1.0, 2.0)), tmp_path / "out.mp4", LyricStyle(colour="no"))
    assert list(tmp_path.iterdir()) == []
