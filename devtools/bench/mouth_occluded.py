"""Hands, microphones, a mug, paper and captions before a mouth: whether these frames are found, whether what
lies in front keeps its bits, and that nothing is found where nothing is."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.dub.protocol import FaceCrop
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.compose.paste import Patch
from lipsync_studio.engine.faces.choose import choose_people
from lipsync_studio.engine.faces.geometry import LIPS
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer
from lipsync_studio.engine.report import FrameState

from . import mouth_covers as covers
from .mouth_judge import OUTER
from .mouth_media import SAMPLE, Media
from .mouth_paint import Painter
from .table import Row

MIN_FOUND = 0.9
_FRAMES = 75
_SOURCES = (
    "silent_face_704x1216_25fps.mp4",
    "grid/brbk7n.mpg",
    "grid/pwij3p.mpg",
    "talking_hevc_1080x1920_25fps.mp4",
)
# From this share of the lips on a frame is to be found; where nothing lies on the face, it must not be.
_COVERED = 0.5
# Levels of luma by which a pixel is changed for an eye.
_VISIBLY = 6
_CRF = 14
# Cheeks, whose colour the person's own hand has.
_CHEEKS = (205, 425)
_OWN = "hand, the person's own skin"


@dataclass
class _Counts:
    """Frames; pixels of covers, in all, and those changed at all and visibly."""

    covered: int = 0
    found: int = 0
    false: int = 0
    pixels: int = 0
    changed: int = 0
    visibly: int = 0


class _Watched(VisemeEngine):
    """Remembers the frames in which something is said to lie before the mouth, by how much of it is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.masked: set[int] = set()

    def composite(self, crop: FaceCrop, mouth: Any, prepared: Any) -> Patch | None:
        if mouth.shown.nodes is not None or mouth.shown.amount < 1:
            self.masked.add(crop.index)
        return super().composite(crop, mouth, prepared)


def measure(media: Media, painter: Painter) -> dict[str, Any]:
    voice = Sound.load(media.voices[0])
    table: dict[str, dict[str, _Counts]] = {kind: {} for kind in (*covers.KINDS, _OWN)}
    with tempfile.TemporaryDirectory() as folder:
        for name in _SOURCES:
            for kind in table:
                table[kind][name] = _covered(
                    media.folder / name, kind, voice, painter, Path(folder, "covered.mp4")
                )
    clean = {}
    for path in [*media.clips, media.folder / _SOURCES[0], *(each.path for each in media.speakers), SAMPLE]:
        source = VideoSource(path)
        for person in painter.track(source).persons:
            engine, found = _Watched(), 0
            request = LipSyncRequest(
                source, voice, track=painter.track(source), person=str(person.id), length="shortest"
            )
            with closing(DubBackend(engine).render(request, painter.host).chunks) as chunks:
                for chunk in chunks:
                    found += sum(state is FrameState.OCCLUDED for state in chunk.states)
            clean[f"{path.name}, {person.id}"] = {"occluded": found, "masked": len(engine.masked)}
    return {
        "covers": {kind: {name: vars(each) for name, each in row.items()} for kind, row in table.items()},
        "clean": clean,
    }


def _covered(path: Path, kind: str, voice: Sound, painter: Painter, file: Path) -> _Counts:
    """One source with one cover, which comes and goes while she speaks."""
    source = VideoSource(path)
    (person, *_) = choose_people(painter.track(source), "largest")
    meshes = person.meshes[:_FRAMES, :, :2]
    cover = _own(source, meshes[0]) if kind == _OWN else covers.cover(kind)
    alphas = []
    nears = covers.there_and_back(_FRAMES)
    with Mp4Writer(
        file, source.stored_size, source.fps, source.colour, None, _FRAMES / source.fps, crf=_CRF
    ) as writer:
        for frame, alpha in covers.composited(source.read(0, _FRAMES), meshes[:, OUTER], cover, nears):
            writer.write(frame)
            alphas.append((alpha * 255).astype(np.uint8))
    made = VideoSource(file)
    request = LipSyncRequest(made, voice.cut(0, made.duration), track=track_faces(made, painter.host))
    counts = _Counts()
    with closing(DubBackend(VisemeEngine()).render(request, painter.host).chunks) as chunks:
        painted = (
            (frame, state)
            for chunk in chunks
            for frame, state in zip(chunk.frames, chunk.states, strict=True)
        )
        for (frame, state), before, mesh in zip(painted, made.read(), meshes, strict=False):
            alpha = alphas[frame.index]
            share = float(_covers(alpha, mesh[list(LIPS)]).mean())
            counts.covered += share > _COVERED
            counts.found += share > _COVERED and state is FrameState.OCCLUDED
            counts.false += not _covers(alpha, mesh).any() and state is FrameState.OCCLUDED
            solid = alpha > 250
            change = cv2.absdiff(frame.yuv()[0], before.yuv()[0])[solid]
            counts.pixels += int(solid.sum())
            counts.changed += int((change > 0).sum())
            counts.visibly += int((change > _VISIBLY).sum())
    return counts


def _own(source: VideoSource, mesh: np.ndarray) -> covers.Cover:
    rgb = to_rgb(next(iter(source.read(0, 1))))
    x, y = mesh[list(_CHEEKS)].astype(int).T
    skin = np.mean(
        [rgb[v - 3 : v + 4, u - 3 : u + 4].reshape(-1, 3).mean(0) for u, v in zip(x, y, strict=True)], 0
    )
    red, green, blue = (skin / 0.9).tolist()
    return covers.Cover(covers.hand((red, green, blue)), covers.KINDS["hand, light"][1])


def _covers(alpha: np.ndarray, points: np.ndarray) -> np.ndarray:
    """bool [n]: which of the pixels between points of the face are covered."""
    inside = np.zeros_like(alpha)
    cv2.fillConvexPoly(inside, cv2.convexHull(np.round(points).astype(np.int32)), 1)
    return alpha[inside > 0] > 127


def rows(results: dict[str, Any]) -> list[Row]:
    table: list[Row] = [
        ("covered mouths: frames covered, found, missed, false; pixels of the cover changed (visibly)", "")
    ]
    for kind, sources in results["covers"].items():
        for name, each in sources.items():
            missed = each["covered"] - each["found"]
            changed, visibly = (each[key] / max(each["pixels"], 1) for key in ("changed", "visibly"))
            frames = f"{each['covered']}, {each['found']}, {missed}, {each['false']}"
            table.append((f"  {kind}, {Path(name).stem}", f"{frames}; {changed:.2%} ({visibly:.2%})"))
    table.append(("uncovered mouths: frames that pass as covered, and that are painted in part", ""))
    table += [
        (f"  {name}", f"{each['occluded']}, {each['masked']}") for name, each in results["clean"].items()
    ]
    return table


def bounds(results: dict[str, Any]) -> dict[str, bool]:
    covered, found = (
        sum(each[key] for sources in results["covers"].values() for each in sources.values())
        for key in ("covered", "found")
    )
    false = sum(each["false"] for sources in results["covers"].values() for each in sources.values())
    clean = sum(sum(each.values()) for each in results["clean"].values())
    return {
        f"{MIN_FOUND:.0%} of covered mouths pass unchanged": found >= MIN_FOUND * covered,
        "no uncovered mouth does, or is painted in part": not false and not clean,
    }
