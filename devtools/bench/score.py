"""`python dev.py bench score FOLDER`: whether the sync score tells a mouth's own voice from others.

FOLDER: clips of real speakers, each a video with its sound, such as those of the GRID corpus (Cooke et al.
2006, CC BY 4.0). They are joined in changing orders with pauses of 0.2 to 1.5 s, and scored with their own
voice, with the voices in another order, and 4 frames late. Then what the score costs a run of the quickest
engine.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lipsync_studio.backends.registry import backends
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.engine.faces.choose import choose
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.voice import RATE
from lipsync_studio.engine.score.mouth import MouthCurves
from lipsync_studio.engine.score.sync import sync
from lipsync_studio.engine.score.voice_level import voice_level

from ..steps import say
from . import media
from .table import Row, conclude

FPS = 25
PAUSES = (0.2, 1.5)
DELAY = 4
# What must hold.
MAX_OWN_P, MIN_OTHER_P, OTHERS = 0.01, 0.05, 0.9
MAX_COST = 0.08
_SAMPLES = RATE // FPS
_SUFFIXES = (".mpg", ".mp4", ".mov", ".mkv")


@dataclass(frozen=True)
class Speaker:
    """opening: float64 [n] at 25 fps. samples: float32 [n · 640], their sound at 16 kHz."""

    name: str
    opening: np.ndarray
    samples: np.ndarray


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(prog="dev.py bench score", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=int, default=100, help="orders that are tried (default 100)")
    parser.add_argument("--rounds", type=int, default=4, help="runs with and without a score (default 4)")
    parser.add_argument("--curves", type=Path, help="write the speakers' curves there, for the tests")
    parser.add_argument("--out", type=Path, default=Path("bench_score.json"))
    options = parser.parse_args(arguments)
    files = sorted(path for path in options.folder.iterdir() if path.suffix in _SUFFIXES)
    speakers = [read_speaker(path) for path in files]
    if options.curves:
        save_curves(speakers, options.curves)
    say(f"== {options.trials} orders of {len(speakers)} speakers")
    results: dict[str, Any] = {"speakers": [each.name for each in speakers]}
    results |= trials(speakers, options.trials) | {"cost": _cost(options.rounds)}
    results["bounds"] = {
        f"own voice p ≤ {MAX_OWN_P}": max(results["own_p"]) <= MAX_OWN_P,
        f"other voices p > {MIN_OTHER_P} in 9 of 10": results["others_passed_over"] >= OTHERS,
        "a delay of 4 frames moves the lag by 4 ± 1": all(abs(by - DELAY) <= 1 for by in results["moved"]),
        "at most 8 % of a run": results["cost"]["share"] <= MAX_COST,
    }
    return conclude(results, _rows(results), options.out)


def trials(speakers: list[Speaker], count: int, seed: int = 0) -> dict[str, Any]:
    """p and score of the own and of another order's voice, and how far a delay moves the lag, per order."""
    random = np.random.default_rng(seed)
    own, others, scores, other_scores, moved = [], [], [], [], []
    for _ in range(count):
        order = random.permutation(len(speakers))
        other = random.permutation(len(speakers))
        while (order == other).any():
            other = random.permutation(len(speakers))
        opening, voice = joined([speakers[i] for i in order], random)
        _, stranger = joined([speakers[i] for i in other], random)
        level = levels(voice, len(opening))
        mine, late = sync(opening, level, FPS), sync(delayed(opening, DELAY), level, FPS)
        theirs = sync(opening, levels(stranger, len(opening)), FPS)
        assert mine is not None and late is not None and theirs is not None  # noqa: PT018 (no test)
        own.append(mine.p)
        others.append(theirs.p)
        scores.append(mine.score)
        other_scores.append(theirs.score)
        moved.append(late.lag - mine.lag)
    return {
        "own_p": own,
        "other_p": others,
        "own_score": scores,
        "other_score": other_scores,
        "moved": moved,
        "others_passed_over": float(np.mean(np.array(others) > MIN_OTHER_P)),
    }


def joined(speakers: list[Speaker], random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Opening and sound of clips one after the other, a pause after each: the mouth stays as it is."""
    openings, sounds = [], []
    for speaker in speakers:
        pause = round(random.uniform(*PAUSES) * FPS)
        openings += [speaker.opening, np.full(pause, speaker.opening[-1])]
        sounds += [speaker.samples, np.zeros(pause * _SAMPLES, np.float32)]
    return np.concatenate(openings), np.concatenate(sounds)


def levels(samples: np.ndarray, frames: int) -> np.ndarray:
    return voice_level(samples, (np.arange(frames) + 0.5) / FPS)


def delayed(opening: np.ndarray, frames: int) -> np.ndarray:
    return np.concatenate([np.full(frames, opening[0]), opening])[: len(opening)]


def save_curves(speakers: list[Speaker], path: Path) -> None:
    """Openings, and the level of the voice every 10 ms, as a noise of that level tells them (natural
    logarithms)."""
    arrays: dict[str, Any] = {}
    for speaker in speakers:
        middles = np.arange(len(speaker.samples) // (RATE // 100)) / 100
        arrays[f"{speaker.name}_opening"] = speaker.opening.astype(np.float32)
        arrays[f"{speaker.name}_level"] = voice_level(speaker.samples, middles).astype(np.float16)
    np.savez_compressed(path, **arrays)


def read_speaker(path: Path) -> Speaker:
    """Of a clip at 25 fps with one face. Raises what reading and tracking it raise."""
    with PlainHost("cpu", progress=False) as host:
        source = VideoSource(path, host=host)
        person = choose(track_faces(source, host, smooth=False), "largest")
    curves = MouthCurves.empty(source.frames)
    rows = np.flatnonzero(person.seen)
    curves.put(person.first + rows, person.meshes[rows])
    sound = source.sound()
    assert sound is not None
    samples = sound.mono(RATE)[: source.frames * _SAMPLES]
    return Speaker(path.stem, curves.opening, np.pad(samples, (0, source.frames * _SAMPLES - len(samples))))


def _cost(rounds: int) -> dict[str, Any]:
    """Processor time of 10 s of 720p with a score against that without, by the quickest engine."""
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    clip, audio, out = media.video(1280, 720, 10), media.audio(10), media.FOLDER / "scored.mp4"
    spent: dict[bool, list[float]] = {True: [], False: []}
    spec = backends()["viseme"]
    with PlainHost("cpu", progress=False) as host:
        engine = spec.make(spec.settings(), host)
        # The first run loads what the others find loaded.
        for scored in [False, *[True, False] * rounds]:
            say(f"== a run {'with' if scored else 'without'} a score")
            request = LipSyncRequest(VideoSource(clip, host=host), Sound.load(audio), score=scored)
            started = time.process_time()
            run(engine, request, host, out)
            spent[scored].append(time.process_time() - started)
    without = statistics.median(spent[False][1:])
    return {
        "with": spent[True],
        "without": spent[False][1:],
        "share": statistics.median(spent[True]) / without - 1,
    }


def _rows(results: dict[str, Any]) -> list[Row]:
    def spread(name: str) -> str:
        values = results[name]
        return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"

    return [
        ("own voice: score", spread("own_score")),
        ("  p", spread("own_p")),
        ("other voices: score", spread("other_score")),
        ("  p", spread("other_p")),
        (f"  p > {MIN_OTHER_P}", f"{results['others_passed_over']:.0%}"),
        ("lag moved by 4 frames", spread("moved")),
        ("share of a run's time", f"{results['cost']['share']:.1%}"),
    ]
