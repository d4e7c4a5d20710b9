"""`bench voices`: two people with voices of their own in one run, against one.

The clip is made of two speakers of the GRID corpus who sit side by side and listen; their voices are other
speakers' sentences, with pauses of 0.3 to 2 s in other places. What their mouths do in the result is read by
a face mesh that has no part in the work. Then what a second voice costs engines with small networks, and who
is seen to speak in dialogues of all the speakers.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.request import LipSyncRequest, Voice
from lipsync_studio.backends.run import run
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import rgb_to_planes, to_rgb
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer

from ..steps import SetupError
from . import turns
from .mouth_judge import Judge, best_lag, opening
from .score import read_speaker
from .small_networks import NETWORKS, small_backend
from .stillness import moved, silences
from .table import Row, conclude

RATE, FPS = 16000, 25
MIN_OWN, MAX_OTHER, MAX_LAG, MAX_STILL, MAX_TIMES = 0.7, 0.25, 1, 0.02, 1.5
_SIDE = 720
_PAUSES = (0.3, 2.0)
_ROUNDS = 3
# Frames in which a speaker doesn't speak yet.
_LISTENING = 8
# What small networks are timed on, seconds.
_NETWORK_SECONDS = 4
_PARTS = ("mouths", "networks", "turns")


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound that must hold does not."""
    parser = argparse.ArgumentParser(prog="dev.py bench voices", description=__doc__)
    parser.add_argument("--media", type=Path, required=True, help="folder with grid/")
    parser.add_argument("--seconds", type=int, default=44, help="length of the clip (default 44)")
    parser.add_argument("--only", choices=_PARTS, nargs="*", default=_PARTS, help="some of it")
    parser.add_argument(
        "--out", type=Path, default=Path("bench_voices.json"), help="default bench_voices.json"
    )
    options = parser.parse_args(arguments)
    speakers = sorted((options.media / "grid").glob("*.mpg"))
    if len(speakers) < 4:
        raise SetupError(f"{options.media} lacks grid/, with clips of at least four speakers.")
    results: dict[str, Any] = {"seconds": options.seconds, "bounds": {}}
    with tempfile.TemporaryDirectory() as folder, PlainHost("cpu") as host:
        if "mouths" in options.only:
            request = _request(speakers, options.seconds, Path(folder))
            results |= measure(request, Path(folder), host)
        if "networks" in options.only:
            short = _request(speakers, _NETWORK_SECONDS, Path(folder))
            results["networks"] = {
                name: _times(small_backend(name, host), short, Path(folder), host) for name in NETWORKS
            }
    if "turns" in options.only:
        results["turns"] = turns.trials([read_speaker(path) for path in speakers])
    return conclude(results, rows(results), options.out)


def _request(speakers: list[Path], seconds: int, folder: Path) -> LipSyncRequest:
    """Of two speakers, with voices of the others."""
    source = VideoSource(_clip(speakers[:2], folder / "source.mp4"))
    rng = np.random.default_rng(7)
    sounds = {side: _voice(speakers[2:], seconds, rng) for side in ("left", "right")}
    both = Sound(np.stack([sounds["left"] + sounds["right"]]), RATE)
    voices = tuple(Voice(side, Sound(each[None], RATE)) for side, each in sounds.items())
    return LipSyncRequest(source, both, voices=voices, silence="close", score=False)


def _times(
    backend: DubBackend, request: LipSyncRequest, folder: Path, host: PlainHost
) -> dict[str, dict[str, float]]:
    """Medians of a run of two voices and of one of the first alone, seconds by the clock and of processors,
    and how many times the second the first is. The runs of two are left as two.mp4."""
    taken: dict[str, list[tuple[float, float]]] = {"one": [], "two": []}
    wanted = {"one": replace(request, voices=request.voices[:1]), "two": request}
    for number in range(_ROUNDS):
        for name in sorted(wanted, reverse=bool(number % 2)):
            started = time.monotonic(), time.process_time()
            run(backend, wanted[name], host, folder / f"{name}.mp4")
            taken[name].append((time.monotonic() - started[0], time.process_time() - started[1]))
    found: dict[str, dict[str, float]] = {}
    for at, kind in enumerate(("clock", "processors")):
        one, two = (statistics.median(each[at] for each in taken[name]) for name in ("one", "two"))
        found[kind] = {"one": one, "two": two, "times": two / one}
    return found


def measure(request: LipSyncRequest, folder: Path, host: PlainHost) -> dict[str, Any]:
    taken = _times(DubBackend(VisemeEngine()), request, folder, host)
    silence = Sound(np.zeros_like(request.soundtrack.samples), RATE)
    nobody = replace(request, voices=tuple(replace(each, sound=silence) for each in request.voices))
    run(DubBackend(VisemeEngine()), nobody, host, folder / "nobody.mp4")
    plan = DubBackend(VisemeEngine()).plan(request, host)
    asked = [voice.survey.poses[:, 0].astype(float) for voice in plan.voices]
    gates = [voice.job.speech.gate for voice in plan.voices]
    judge = Judge()
    places = [tuple(voice.job.people[0].meshes[0][:, :2].mean(axis=0)) for voice in plan.voices]
    seen, still = (
        [opening(judge.meshes(VideoSource(folder / name).read(), near=place)) for place in places]
        for name in ("two.mp4", "nobody.mp4")
    )
    people = {}
    for own, side in enumerate(voice.person for voice in request.voices):
        other = 1 - own
        r, lag = best_lag(seen[own], asked[own])
        moves = moved(seen[own], still[own], silences(gates[own], gates[other], FPS))
        people[side] = {
            "r": r,
            "lag": lag,
            "other": best_lag(seen[own], asked[other])[0],
            "moved": max(moves),
            "silences": len(moves),
        }
    times = taken["clock"]["times"]
    frames = len(plan.job.timeline)
    bounds = {
        f"own voice: r at least {MIN_OWN}": all(each["r"] >= MIN_OWN for each in people.values()),
        f"the other's voice: r at most {MAX_OTHER}": all(
            each["other"] <= MAX_OTHER for each in people.values()
        ),
        f"lag of at most {MAX_LAG}": all(abs(each["lag"]) <= MAX_LAG for each in people.values()),
        f"in silence moved by at most {MAX_STILL}": all(
            each["moved"] <= MAX_STILL for each in people.values()
        ),
        f"time at most {MAX_TIMES} of one person's": times <= MAX_TIMES,
    }
    return {"people": people, "frames": frames, "taken": taken, "bounds": bounds}


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [(f"{results['seconds']} s, two people side by side", "")]
    for side, each in results.get("people", {}).items():
        table += [
            (f"  {side}: r with what its voice asks, lag", f"{each['r']:.2f}, {each['lag']}"),
            ("    r with what the other's asks", f"{each['other']:.2f}"),
            (f"    moved in {each['silences']} silences by at most", f"{each['moved']:.3f} widths"),
        ]
    if "taken" in results:
        table += _time_rows("viseme", results["taken"])
    for name, taken in results.get("networks", {}).items():
        table += _time_rows(f"{name}, small network, {_NETWORK_SECONDS} s", taken)
    return [*table, *(turns.rows(results["turns"]) if "turns" in results else [])]


def _time_rows(name: str, taken: dict[str, dict[str, float]]) -> list[Row]:
    return [
        (f"  {name}: two against one, by {kind}",
         f"{each['two']:.1f} s, {each['one']:.1f} s: {each['times']:.2f}")
        for kind, each in taken.items()
    ]  # fmt: skip


def _clip(speakers: list[Path], path: Path) -> Path:
    """Two who listen, to and fro, side by side."""
    faces = []
    for each in speakers:
        frames = [to_rgb(frame) for frame in VideoSource(each).read(0, _LISTENING)]
        faces.append([cv2.resize(rgb, (_SIDE, _SIDE * 288 // 360)) for rgb in frames])
    height = faces[0][0].shape[0]
    duration = Fraction(_LISTENING, FPS)
    with Mp4Writer(path, (2 * _SIDE, height), Fraction(FPS), Colour(), None, duration) as writer:
        for index, pair in enumerate(zip(*faces, strict=True)):
            planes = rgb_to_planes(np.hstack(pair), Colour())
            writer.write(Frame(planes, Colour(), Fraction(index, FPS), index))
    return path


def _voice(speakers: list[Path], seconds: int, rng: np.random.Generator) -> np.ndarray:
    """Sentences in any order, with pauses: float32 [n]."""
    sentences = [Sound.load(each).mono(RATE) for each in speakers]
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts.append(np.zeros(round(rng.uniform(*_PAUSES) * RATE), np.float32))
        parts.append(sentences[rng.integers(len(sentences))])
    return np.concatenate(parts)[: seconds * RATE]
