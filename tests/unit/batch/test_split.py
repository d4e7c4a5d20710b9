"""A clip in parts is the clip as a whole: its frames before they are encoded, its times and its sound."""

from __future__ import annotations

import pickle
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from lipsync_studio.align.formats.noted import read_words
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.latentsync import models as latentsync
from lipsync_studio.backends.latentsync.pipeline import LatentSyncEngine
from lipsync_studio.backends.latentsync.spec import LatentSyncSettings
from lipsync_studio.backends.musetalk import models as musetalk
from lipsync_studio.backends.musetalk.pipeline import MuseTalkEngine
from lipsync_studio.backends.musetalk.spec import MuseTalkSettings
from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.backends.run import run
from lipsync_studio.batch import parts
from lipsync_studio.batch.lyric_video import LyricVideoSpec, make_lyric_video
from lipsync_studio.devtools import seeded_latentsync, seeded_musetalk
from lipsync_studio.devtools.bench import split_places
from lipsync_studio.engine.errors import InputError, OutputError, SourceMismatchError
from lipsync_studio.engine.media.colour import rgb_to_planes
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.join import join_parts
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.times import ConstantTimes, TickTimes
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer
from lipsync_studio.overlay.presets import PRESETS

# Shown to and fro: 0 … 59 … 11. Cuts in a fade and the sentence, where nobody is, at the turn and after it,
# where the engine's clips overlap.
CUTS = (18, 30, 60, 61, 100)
LIE_IN = (("fade", "sentence"), ("sentence",), ("turn", "overlap"), ("overlap",), ("fade", "sentence"))
# At this CRF x264 loses nothing: what is decoded is what was handed over.
LOSSLESS = 0


def in_parts(spec, backend, host, folder, cuts=None, seconds=1.0):
    """The file of a clip rendered in parts by a plan that was sent elsewhere, its report and the plan."""
    plan, _ = parts.split(spec, backend, host, seconds, cuts)
    sent = pickle.loads(pickle.dumps(plan))
    opened = parts.opened(spec, sent, host)
    files = [folder / f"part{number}.mp4" for number in range(sent.parts)]
    reports = [
        parts.report_from(
            parts.render_part(sent, number, opened, backend, host, file, LOSSLESS, spec).to_dict()
        )
        for number, file in enumerate(files)
    ]
    path = folder / "joined.mp4"
    return path, parts.join(sent, opened, files, reports, path), sent


def planes(path: Path) -> np.ndarray:
    return np.stack([frame.planes for frame in VideoSource(path).read()]).astype(np.int16)


def packets(path: Path, kind: str) -> list[tuple]:
    # Matroska has the durations of few blocks, in milliseconds.
    lasts = path.suffix != ".mkv"
    with av.open(str(path)) as container:
        (stream,) = [each for each in container.streams if each.type == kind]
        data = [
            (each.pts, each.dts, lasts and each.duration, bytes(each) if kind == "audio" else None)
            for each in container.demux(stream)
            if each.size
        ]
        return [(stream.time_base, stream.duration), *data]


def check_same(joined: Path, whole: Path, levels: int = 0) -> None:
    assert packets(joined, "audio") == packets(whole, "audio")
    assert packets(joined, "video") == packets(whole, "video")
    assert np.abs(planes(joined) - planes(whole)).max() <= levels


@pytest.fixture
def spec(hidden) -> RenderSpec:
    words = read_words(hidden.words, [])
    return RenderSpec(hidden.clip, hidden.voice, words=words, silence="close", score=False)


@pytest.fixture
def whole(spec, host, tmp_path):
    path = tmp_path / "whole.mp4"
    return path, run(spec.make_backend(host), spec.request(host), host, path, LOSSLESS)


def test_in_parts_by_visemes_it_is_the_same(spec, whole, host, tmp_path):
    path, report, plan = in_parts(spec, spec.make_backend(host), host, tmp_path, CUTS)
    check_same(path, whole[0])
    assert plan.borders == (0, *CUTS, 108)
    job = replace(plan.dub.job, source=spec.request(host).source)
    lies = split_places.kinds(job, spec.make_backend(host).engine.batching(job.timeline.fps))
    for cut, kinds in zip(CUTS, LIE_IN, strict=True):
        assert all(lies[kind][cut] for kind in kinds), (cut, {kind: lies[kind][cut] for kind in lies})
    assert {kind for kinds in LIE_IN for kind in kinds} == lies.keys()
    told = whole[1]
    assert (report.frames, report.spans, report.size) == (told.frames, told.spans, told.size)
    assert (report.fps, report.duration) == (told.fps, told.duration)
    assert report.notes == [parts.NO_SCORE, *told.notes]
    # Cuts that the plan chooses: where the mouth rests, near every second.
    path, _, plan = in_parts(spec, spec.make_backend(host), host, tmp_path)
    check_same(path, whole[0])
    assert len(plan.borders) == 5
    assert all(abs(cut - wanted) <= 6 for cut, wanted in zip(plan.borders[1:], (25, 50, 75), strict=False))


def test_lyrics_over_parts_are_those_over_the_whole(spec, host, tmp_path):
    spec = LyricVideoSpec(spec, PRESETS["karaoke"])
    whole = tmp_path / "whole.mp4"
    make_lyric_video(spec, host, whole, LOSSLESS)
    path, report, _ = in_parts(spec, spec.render.make_backend(host), host, tmp_path, (40, 70))
    check_same(path, whole)
    assert report.notes[0].startswith("Lyrics: 2 lines, 3 words")


@pytest.fixture(scope="module")
def networks():
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    return seeded_musetalk.seeded_vae(), seeded_musetalk.seeded_whisper(), None


def musetalk_engine(networks, host):
    unet = seeded_musetalk.seeded_unet()
    return MuseTalkEngine(musetalk.of_networks("v1.5", unet, *networks, host, "split"), MuseTalkSettings())


def latentsync_engine(networks, host):
    models = latentsync.of_networks("1.5", seeded_latentsync.seeded_unet(), *networks, host)
    quick = {"version": "1.5", "steps": 1, "guidance": 1.0, "resolution": "64"}
    settings = LatentSyncSettings(**quick, detail=0.0, colour=0.0)
    return LatentSyncEngine(models, settings)


@pytest.mark.parametrize(("made", "cuts"), [(musetalk_engine, (7, 18)), (latentsync_engine, (13,))])
def test_in_parts_by_networks_it_is_within_a_level(spec, media, networks, host, tmp_path, made, cuts):
    """20 frames; the second cut lies inside clips that fade into each other."""
    spec = RenderSpec(spec.source, media / "voice.wav", words=spec.words, score=False)
    backend, whole = DubBackend(made(networks, host)), tmp_path / "whole.mp4"
    run(backend, spec.request(host), host, whole, LOSSLESS)
    path, _, _ = in_parts(spec, backend, host, tmp_path, cuts)
    check_same(path, whole, 1)
    assert np.abs(planes(whole)[10] - planes(spec.source)[10]).max() > 10
    # And cut where the plan does, in two.
    path, _, plan = in_parts(spec, backend, host, tmp_path, seconds=0.4)
    assert plan.parts == 2
    check_same(path, whole, 1)


def test_what_is_no_cut(spec, host):
    for cuts in ((0,), (50, 20), (108,)):
        with pytest.raises(InputError, match="it has the frames 0 to 107"):
            parts.split(spec, spec.make_backend(host), host, 1.0, cuts)


def test_another_source_by_now(spec, hidden, host, tmp_path, media):
    plan, _ = parts.split(spec, spec.make_backend(host), host, 1.0, (50,))
    other = RenderSpec(media / "clip.mp4", hidden.voice, words=spec.words)
    with pytest.raises(SourceMismatchError, match="changed"):
        parts.opened(other, plan, host)


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("variable", [False, True])
def test_joined_as_in_one_go(tmp_path, ending, variable):
    """Frames of changing length, and a sound whose rate AAC doesn't have."""
    rng = np.random.default_rng(3)
    fps, count, cuts = Fraction(30000, 1001), 70, (0, 1, 23, 70)
    times = ConstantTimes(fps, count)
    if variable:
        times = TickTimes(np.cumsum(rng.integers(700, 2500, count)), Fraction(1, 48000))
    end = times[-1] + 1 / fps
    sound = Sound(rng.standard_normal((2, 40000)).astype(np.float32) * 0.1, 22222)
    pictures = rng.integers(0, 255, (count, 48, 64, 3), np.uint8)

    def write(path, span, sound=None):
        start, stop = times[span[0]], times[span[-1] + 1] if span[-1] + 1 < count else end
        length = stop - start
        with Mp4Writer(path, (64, 48), fps, Colour(), sound, length, 1, variable) as writer:
            for index in span:
                frame = rgb_to_planes(pictures[index], Colour())
                writer.write(Frame(frame, Colour(), times[index] - start, index))

    whole, joined = tmp_path / f"whole{ending}", tmp_path / f"joined{ending}"
    write(whole, range(count), sound)
    files = []
    for number, (first, last) in enumerate(zip(cuts, cuts[1:], strict=False)):
        files.append(tmp_path / f"{number}.mp4")
        write(files[-1], range(first, last))
    assert join_parts(joined, files, times, fps, end, sound, variable=variable) == count
    assert packets(joined, "audio") == packets(whole, "audio")
    assert packets(joined, "video") == packets(whole, "video")
    one, other = VideoSource(joined), VideoSource(whole)
    assert (one.fps, one.frames, one.duration, list(one.times)) == (
        other.fps, other.frames, other.duration, list(other.times),
    )  # fmt: skip
    assert (one.colour, one.aspect, one.size) == (other.colour, other.aspect, other.size)
    rates = []
    for path in (joined, whole):
        with av.open(str(path)) as container:
            rates.append(container.streams.video[0].average_rate)
    assert rates[0] == rates[1]
    assert list(tmp_path.glob(".*")) == []


def test_parts_that_do_not_fit(tmp_path):
    def write(name, size, frames=2):
        with Mp4Writer(tmp_path / name, size, Fraction(25), Colour(), None, Fraction(frames, 25)) as writer:
            for index in range(frames):
                picture = np.full((size[1] * 3 // 2, size[0]), 90, np.uint8)
                writer.write(Frame(picture, Colour(), Fraction(index, 25), index))
        return tmp_path / name

    files = [write("a.mp4", (64, 48)), write("b.mp4", (64, 64))]
    times = ConstantTimes(Fraction(25), 4)
    with pytest.raises(OutputError, match="b.mp4 was encoded in another way"):
        join_parts(tmp_path / "out.mp4", files, times, Fraction(25), Fraction(4, 25), None)
    with pytest.raises(OutputError, match="have 2 frames instead of 4"):
        join_parts(tmp_path / "out.mp4", files[:1], times, Fraction(25), Fraction(4, 25), None)
    assert not (tmp_path / "out.mp4").exists()
