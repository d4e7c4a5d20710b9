"""`bench voices`: two people with voices of their own in one run, against one.

The clip is made of two speakers of the GRID corpus who sit side by side and listen; their voices are other
speakers' sentences, with pauses of 0.3 to 2 s in other places. What their mouths do in the result is read by
a face mesh that has no part in the work. Then who is seen to speak in dialogues of all the speakers.
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
from .table import Row, conclude

RATE, FPS = 16000, 25
MIN_OWN, MAX_OTHER, MAX_LAG, MAX_STILL, MAX_TIMES = 0.7, 0.25, 1, 0.02, 1.5
_SIDE = 720
_PAUSES = (0.3, 2.0)
_ROUNDS = 3
# Frames in which a speaker doesn't speak yet.
_LISTENING = 8
_SILENT = 1.0


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound that must hold does not."""
    parser = argparse.ArgumentParser(prog="dev.py bench voices", description=__doc__)
    parser.add_argument("--media", type=Path, required=True, help="folder with grid/")
    parser.add_argument("--seconds", type=int, default=44, help="length of the clip (default 44)")
    parser.add_argument(
        "--out", type=Path, default=Path("bench_voices.json"), help="default bench_voices.json"
    )
    options = parser.parse_args(arguments)
    speakers = sorted((options.media / "grid").glob("*.mpg"))
    if len(speakers) < 4:
        raise SetupError(f"{options.media} lacks grid/, with clips of at least four speakers.")
    with tempfile.TemporaryDirectory() as folder, PlainHost("cpu") as host:
        results = measure(speakers, options.seconds, Path(folder), host)
    results["turns"] = turns.trials([read_speaker(path) for path in speakers])
    return conclude(results, rows(results), options.out)


def measure(speakers: list[Path], seconds: int, folder: Path, host: PlainHost) -> dict[str, Any]:
    source = VideoSource(_clip(speakers[:2], folder / "two.mp4"))
    rng = np.random.default_rng(7)
    sounds = {side: _voice(speakers[2:], seconds, rng) for side in ("left", "right")}
    both = Sound(np.stack([sounds["left"] + sounds["right"]]), RATE)
    voices = tuple(Voice(side, Sound(each[None], RATE)) for side, each in sounds.items())
    request = LipSyncRequest(source, both, voices=voices, silence="close", score=False)
    one = replace(request, voices=voices[:1])
    taken: dict[str, list[float]] = {"one": [], "two": []}
    for number in range(_ROUNDS):
        for name, wanted in sorted({"one": one, "two": request}.items(), reverse=bool(number % 2)):
            started = time.monotonic()
            run(DubBackend(VisemeEngine()), wanted, host, folder / f"{name}.mp4")
            taken[name].append(time.monotonic() - started)
    plan = DubBackend(VisemeEngine()).plan(request, host)
    asked = [voice.survey.poses[:, 0].astype(float) for voice in plan.voices]
    gates = [voice.job.speech.gate for voice in plan.voices]
    judge = Judge()
    places = [tuple(voice.job.people[0].meshes[0][:, :2].mean(axis=0)) for voice in plan.voices]
    seen = [opening(judge.meshes(VideoSource(folder / "two.mp4").read(), near=place)) for place in places]
    people = {}
    for own, side in enumerate(sounds):
        other = 1 - own
        r, lag = best_lag(seen[own], asked[own])
        alone = _alone(gates[own], gates[other])
        rest = np.median(seen[own][(gates[own] == 0) & (gates[other] == 0)])
        people[side] = {
            "r": r,
            "lag": lag,
            "other": best_lag(seen[own], asked[other])[0],
            "moved": float(max(abs(np.median(seen[own][each]) - rest) for each in alone)),
            "silences": len(alone),
        }
    medians = {name: statistics.median(each) for name, each in taken.items()}
    times = medians["two"] / medians["one"]
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
    return {
        "seconds": seconds, "people": people, "frames": frames, "taken": medians, "times": times,
        "bounds": bounds,
    }  # fmt: skip


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [(f"{results['seconds']} s, two people side by side", "")]
    for side, each in results["people"].items():
        table += [
            (f"  {side}: r with what its voice asks, lag", f"{each['r']:.2f}, {each['lag']}"),
            ("    r with what the other's asks", f"{each['other']:.2f}"),
            (f"    moved in {each['silences']} silences by at most", f"{each['moved']:.3f} widths"),
        ]
    taken = results["taken"]
    table += [(f"  {name}", f"{seconds:.1f} s") for name, seconds in taken.items()]
    return [
        *table,
        ("  times as long as one person", f"{results['times']:.2f}"),
        *turns.rows(results["turns"]),
    ]


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


def _alone(own: np.ndarray, other: np.ndarray) -> list[slice]:
    """Stretches of a second or more in which one is silent, while the other speaks for some of it."""
    silent = np.concatenate([[False], own == 0, [False]])
    edges = np.flatnonzero(np.diff(silent.astype(np.int8))).reshape(-1, 2)
    return [slice(int(a), int(b)) for a, b in edges if b - a >= _SILENT * FPS and other[a:b].mean() > 0.3]
