"""What hours of footage take: the passes before tracking, the answer to a cancel, the memory of faces, frames
decoded backwards. All in this process, without ComfyUI."""

from __future__ import annotations

import contextlib
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from lipsync_studio.backends.musetalk.geometry import FaceGeometry
from lipsync_studio.backends.musetalk.spec import MuseTalkSettings
from lipsync_studio.backends.speech import speech_spans, voice_samples
from lipsync_studio.backends.viseme.acoustic import motion_from_sound
from lipsync_studio.engine.errors import Cancelled
from lipsync_studio.engine.faces.finish import finish
from lipsync_studio.engine.faces.roster import Member, Roster
from lipsync_studio.engine.faces.track import Person
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.host.reporter import reporter
from lipsync_studio.engine.media import scan, video
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.timeline import plan, walk
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.voice import RATE
from lipsync_studio.musetalk_core.presets import PRESETS

_POINTS = 468
_SMOOTHED = 40_000
# As many frames as 256 MB hold of 4K.
_KEPT = 21


def passes(clip: Path, sound: Sound) -> dict[str, float]:
    """Seconds of all that comes before the first face is looked for."""
    times: dict[str, float] = {}
    for name in ("scan", "scan again"):
        with _timed(times, name):
            source = VideoSource(clip)
    with _timed(times, "timeline"):
        plan(source, sound.duration, "audio", "pingpong")
    with _timed(times, "timeline at another rate"):
        plan(source, sound.duration, "audio", "pingpong", Fraction(24))
    with _timed(times, "resampling"):
        samples = voice_samples(sound)
    with _timed(times, "voice activity"):
        speech_spans(samples, "auto", stem=True)
    return times


def answers(clip: Path, sound: Sound) -> dict[str, float | None]:
    """Seconds from a cancel, soon after each stage begins, to its end; None for one that was done."""
    samples = voice_samples(sound)
    unheard = Sound(sound.samples, sound.rate)
    source, member = VideoSource(clip), _followed(_SMOOTHED)
    scan._scans.clear()
    scanning = _answer(lambda host: VideoSource(clip, host=host))
    VideoSource(clip)
    return {
        "scan": scanning,
        "resampling": _answer(lambda host: voice_samples(unheard, host)),
        "voice activity": _answer(lambda host: speech_spans(samples, "auto", stem=True, host=host)),
        "tracking": _answer(lambda host: track_faces(source, host), 3.0),
        "mouth shapes": _answer(lambda host: _sound_out(samples, host), 3.0),
        "placing faces": _answer(lambda host: _place(_SMOOTHED, host)),
        "smoothing": _answer(lambda host: finish([member], [], _SMOOTHED, Fraction(25), 0.4, True, host)),
        "reading": _answer(lambda host: _read(VideoSource(clip, host=host))),
    }


def faces(shots: int = 300, length: int = 50) -> dict[str, float]:
    """A stranger in every shot: the most bytes held, against the FACE_TRACK and per face and frame."""
    mesh = np.random.default_rng(0).uniform(0, 300, (_POINTS, 3)).astype(np.float32)
    tracemalloc.start()
    started = time.perf_counter()
    roster = Roster(Fraction(25), 8, _POINTS)
    for shot in range(shots):
        roster.new_shot()
        for frame in range(shot * length, (shot + 1) * length):
            roster.assign(frame, [(mesh + np.float32(frame % 7), 0.9)])
    cuts = list(range(length, shots * length, length))
    persons = finish(roster.members, cuts, shots * length, Fraction(25), 0.4, smooth=False)
    seconds, held = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size = sum(p.meshes.nbytes + p.boxes.nbytes + p.scores.nbytes + p.interpolated.nbytes for p in persons)
    return {"held to track": held / size, "bytes per face": held / (shots * length), "seconds": seconds}


def backwards(clip: Path) -> dict[str, float]:
    """A long group of pictures to and fro: how often each of its frames is decoded."""
    source = VideoSource(clip)
    decoded = 0

    def counting(stream: Any, decoder_of: Callable[[Any], Any] = video.decoder_of) -> Any:
        decode = decoder_of(stream)

        def counted(packet: Any) -> Any:
            nonlocal decoded
            pictures = decode(packet)
            decoded += len(pictures)
            return pictures

        return counted

    width, height = source.size
    budget = _KEPT * width * height * 3 // 2
    with mock.patch.object(video, "decoder_of", counting), mock.patch.object(video, "REVERSE_BYTES", budget):
        for _ in walk(source, plan(source, (2 * source.frames - 1) / source.fps)):
            pass
    return {"frames": source.frames, "decoded per frame": decoded / source.frames}


def _answer(work: Callable[[PlainHost], object], after: float = 0.5) -> float | None:
    cancel = threading.Event()
    asked = 0.0

    def stop() -> None:
        nonlocal asked
        asked = time.perf_counter()
        cancel.set()

    timer = threading.Timer(after, stop)
    with PlainHost("cpu", cancel=cancel) as host:
        timer.start()
        try:
            work(host)
        except Cancelled:
            return time.perf_counter() - asked
        finally:
            timer.cancel()
    return None


def _followed(length: int) -> Member:
    """Somebody who is seen in every frame of a long shot."""
    member = Member(1, 0, _POINTS)
    mesh = np.random.default_rng(0).uniform(0, 300, (_POINTS, 3)).astype(np.float32)
    for frame in range(length):
        member.put(frame, mesh, 0.9)
    return member


def _sound_out(samples: np.ndarray, host: PlainHost) -> None:
    """Mouth shapes of a sound whose words nobody knows."""
    seconds = len(samples) // RATE
    report = reporter(host, "Reading the speech", seconds, "seconds")
    motion_from_sound(samples, np.arange(25 * seconds) / 25, 0.04, report=report)


def _place(length: int, host: PlainHost) -> None:
    """Boxes of somebody who is seen in every frame of a long shot."""
    meshes = np.random.default_rng(0).uniform(0, 300, (1, _POINTS, 3)).astype(np.float32).repeat(length, 0)
    person = Person(
        1, 0, np.zeros((length, 4), np.float32), meshes, np.ones(length, np.float32), np.zeros(length, bool)
    )
    FaceGeometry([person], MuseTalkSettings(), PRESETS["v1.5"], (640, 360), Fraction(25), host)


def _read(source: VideoSource) -> None:
    for _ in source.read():
        pass


@contextlib.contextmanager
def _timed(times: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    times[name] = time.perf_counter() - started
