"""A long clip in parts against the whole, by visemes and by small seeded networks."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.backends.run import run
from lipsync_studio.batch import parts
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.video import VideoSource

from ..steps import say
from . import media
from .small_networks import NETWORKS, small_backend
from .split_places import cuts_in

PARTS = 4
# Of LatentSync: what is measured of its noise, seams and colours, would differ by more than rounding.
_PLAIN = {"detail": 0.0, "colour": 0.0}


def split_in_parts(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """By cuts that are given and by the plan's own. Without loss: what is decoded is what was encoded.

    The footage lasts three quarters of the sound, so that it turns there; silence shows the source's own
    mouth, so that the new one fades."""
    seconds = options.seconds
    source = media.video(640, 360, max(seconds * 3 // 4, 1))
    spec = RenderSpec(source, media.audio(seconds), silence="source", score=False)
    results: dict[str, Any] = {"seconds": seconds, "holds": True}
    with PlainHost("cpu") as host:
        for name in options.engines or ("viseme", *NETWORKS):
            say(f"== {name}")
            if name == "viseme":
                made = spec.make_backend(host)
                assert isinstance(made, DubBackend)
                backend, levels = made, 0
            else:
                backend, levels = small_backend(name, host, **_PLAIN if name == "latentsync" else {}), 1
            results[name] = found = _against_whole(folder, spec, backend, host, seconds)
            print(json.dumps(found), flush=True)
            for each in (found["given cuts"], found["own cuts"]):
                same = each["packets of the sound"] and each["times of the frames"]
                results["holds"] &= same and each["levels apart"] <= levels
    return results


def _against_whole(
    folder: Path, spec: RenderSpec, backend: DubBackend, host: PlainHost, seconds: float
) -> dict[str, Any]:
    started = time.perf_counter()
    whole = folder / "whole.mp4"
    frames = run(backend, spec.request(host), host, whole, 0).frames
    results: dict[str, Any] = {"frames": frames, "took": round(time.perf_counter() - started, 1)}
    given: dict[str, int] = {}
    for name in ("own cuts", "given cuts"):
        started = time.perf_counter()
        cuts = [*given.values()] or None
        plan, opened = parts.split(spec, backend, host, seconds / PARTS, cuts)
        if not given:
            # Raises ValueError where the clip lacks a place.
            job = replace(plan.dub.job, source=opened.request.source)
            given = cuts_in(job, backend.engine.batching(job.timeline.fps))
        files = [folder / f"{number}.mp4" for number in range(plan.parts)]
        reports = [
            parts.render_part(plan, number, opened, backend, host, file, 0, spec)
            for number, file in enumerate(files)
        ]
        joined = folder / "joined.mp4"
        parts.join(plan, opened, files, reports, joined)
        results[name] = {
            "borders": list(plan.borders),
            **({"lie in": given} if cuts else {}),
            "took": round(time.perf_counter() - started, 1),
            "packets of the sound": _packets(joined, "audio") == _packets(whole, "audio"),
            "times of the frames": _packets(joined, "video") == _packets(whole, "video"),
            "levels apart": _apart(joined, whole),
        }
    assert len(results["given cuts"]["borders"]) == PARTS + 1
    return results


def _packets(path: Path, kind: str) -> list[tuple[Any, ...]]:
    with av.open(str(path)) as container:
        stream = next(each for each in container.streams if each.type == kind)
        return [
            (each.pts, each.dts, each.duration, bytes(each) if kind == "audio" else None)
            for each in container.demux(stream)
            if each.size
        ]


def _apart(one: Path, other: Path) -> int:
    """Levels by which the frames differ at most."""
    pairs = zip(VideoSource(one).read(), VideoSource(other).read(), strict=True)
    return max(int(np.abs(first.planes.astype(np.int16) - second.planes).max()) for first, second in pairs)
