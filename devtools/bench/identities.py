"""`python dev.py bench identities FOLDER`: who keeps an id over cuts, and who gets somebody else's.

FOLDER: pictures and clips, each of one person; NAME and NAME@ANYTHING are the same one. Clips are made of
four people in six shots each, in any order: other moments, framing, tilt, exposure and white balance in each
shot. Prints the rates of right and wrong joins, and how unlike the looks of the same and of other people are
(at most 1 is the same person).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import torch

from lipsync_studio.engine.faces.look import Look
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource

from ..steps import say
from .table import Row, conclude

PEOPLE, SHOTS, LENGTH = 4, 6, 6
# Width and height of the made clips.
SIZE = (360, 288)
# No join may be wrong; of the right ones so many must be made.
MIN_RIGHT = 0.8
_SUFFIXES = (".mpg", ".mp4", ".mov", ".mkv", ".png", ".jpg")
# How far framing, tilt (degrees), exposure and white balance of a shot are from the original.
_ZOOM, _SHIFT, _TILT, _EXPOSURE, _BALANCE = (0.75, 1.35), 0.06, 5.0, 0.2, 0.07

Pictures = Sequence[np.ndarray]


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(prog="dev.py bench identities", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=int, default=10, help="clips that are made (default 10)")
    parser.add_argument("--out", type=Path, default=Path("bench_identities.json"))
    options = parser.parse_args(arguments)
    people = people_in(options.folder)
    say(f"== {options.trials} clips of {PEOPLE} of {len(people)} people in {SHOTS} shots each")
    random = np.random.default_rng(0)
    right = wrong = same = other = 0
    with PlainHost("cpu") as host:
        for _ in range(options.trials):
            chosen = random.choice(sorted(people), PEOPLE, replace=False).tolist()
            pictures, labels = edited({name: people[name] for name in chosen}, random)
            batch = torch.from_numpy(np.stack(pictures)).float() / 255
            joins = joined(track_faces(ImageSource(batch, 25.0), host), labels)
            right, same, wrong, other = (
                a + b for a, b in zip((right, same, wrong, other), joins, strict=True)
            )
    results: dict[str, Any] = {
        "people": sorted(people),
        "right_joins": right / max(same, 1),
        "wrong_joins": wrong / max(other, 1),
        "pairs": {"same": same, "other": other},
        "unlikeness": _margins(people, random),
    }
    results["bounds"] = {
        "no wrong join": not wrong,
        f"{MIN_RIGHT:.0%} of the right ones": results["right_joins"] >= MIN_RIGHT,
    }
    return conclude(results, _rows(results), options.out)


def people_in(folder: Path) -> dict[str, list[Pictures]]:
    """By name: the pictures of each of a person's files, uint8 RGB of SIZE."""
    found: dict[str, list[Pictures]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in _SUFFIXES:
            with av.open(str(path)) as container:
                frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            found.setdefault(path.stem.partition("@")[0], []).append([_fitted(each) for each in frames])
    return found


def edited(
    people: Mapping[str, Sequence[Pictures]], random: np.random.Generator, shots: int = SHOTS
) -> tuple[list[np.ndarray], list[str]]:
    """The frames of a clip with so many shots of each person, and who is in each."""
    order = random.permutation([name for name in people for _ in range(shots)]).tolist()
    pictures, labels = [], []
    for name in order:
        files = people[name]
        pictures += _shot(files[int(random.integers(len(files)))], random)
        labels += [name] * LENGTH
    return pictures, labels


def joined(track: FaceTrack, labels: Sequence[str]) -> tuple[int, int, int, int]:
    """Of the pairs of shots with the same person how many have one id, and how many there are; the same of
    pairs of different people."""
    seen = []
    for start in range(0, len(labels), LENGTH):
        ids = {p.id for p in track.persons if p.at(start + LENGTH // 2) is not None}
        if len(ids) == 1:
            seen.append((labels[start], *ids))
    same = [a == b for (one, a), (two, b) in combinations(seen, 2) if one == two]
    other = [a == b for (one, a), (two, b) in combinations(seen, 2) if one != two]
    return sum(same), len(same), sum(other), len(other)


def _shot(pictures: Pictures, random: np.random.Generator) -> list[np.ndarray]:
    first = int(random.integers(max(1, len(pictures) - LENGTH + 1)))
    width, height = SIZE
    middle = width / 2, height / 2
    turn = cv2.getRotationMatrix2D(middle, random.uniform(-_TILT, _TILT), random.uniform(*_ZOOM))
    matrix = np.asarray(turn, np.float64)
    matrix[:, 2] += random.uniform(-_SHIFT, _SHIFT, 2) * SIZE
    gain = random.uniform(1 - _EXPOSURE, 1 + _EXPOSURE) * random.uniform(1 - _BALANCE, 1 + _BALANCE, 3)
    out = []
    for at in range(first, first + LENGTH):
        picture = cv2.warpAffine(
            pictures[min(at, len(pictures) - 1)], matrix, SIZE, borderMode=cv2.BORDER_REPLICATE
        )
        out.append((picture * gain).clip(0, 255).astype(np.uint8))
    return out


def _fitted(picture: np.ndarray) -> np.ndarray:
    """The largest part of SIZE's shape, from the top of a high one."""
    height, width = picture.shape[:2]
    scale = max(SIZE[0] / width, SIZE[1] / height)
    w, h = round(SIZE[0] / scale), round(SIZE[1] / scale)
    left = (width - w) // 2
    return cv2.resize(picture[:h, left : left + w], SIZE, interpolation=cv2.INTER_AREA)


def _margins(people: Mapping[str, Sequence[Pictures]], random: np.random.Generator) -> dict[str, list[float]]:
    """How unlike the looks of shots are: of the same person, and of different ones."""
    looks: list[tuple[str, Look]] = []
    with PlainHost("cpu") as host:
        for name, files in people.items():
            for at in range(SHOTS):
                pictures = np.stack(_shot(files[at % len(files)], random))
                source = ImageSource(torch.from_numpy(pictures).float() / 255, 25.0)
                look = Look()
                track = track_faces(source, host, smooth=False)
                for frame in source.read():
                    for person in track.persons[:1]:
                        if face := person.at(frame.index):
                            look.add(frame, face.mesh)
                looks.append((name, look))
    found: dict[str, list[float]] = {"same": [], "other": []}
    for (one, a), (two, b) in combinations(looks, 2):
        found["same" if one == two else "other"].append(a.unlikeness(b))
    return found


def _rows(results: Mapping[str, Any]) -> list[Row]:
    same, other = ([v for v in results["unlikeness"][kind] if np.isfinite(v)] for kind in ("same", "other"))
    return [
        ("pairs of shots of one person with one id", f"{results['right_joins']:.1%}"),
        ("pairs of shots of different people with one id", f"{results['wrong_joins']:.1%}"),
        ("unlikeness of one person's shots, median", f"{np.median(same):.2f}"),
        ("  95 of 100 below", f"{np.percentile(same, 95):.2f}"),
        ("unlikeness of different people's, median", f"{np.median(other):.2f}"),
        ("  least", f"{min(other):.2f}"),
    ]
