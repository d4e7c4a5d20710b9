"""A long clip in parts against the whole, by visemes and by small seeded networks."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch

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
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.video import VideoSource

from .. import seeded_latentsync, seeded_musetalk
from ..steps import say
from . import media

PARTS = 4


def split_in_parts(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """By cuts that are given and by the plan's own. Without loss: what is decoded is what was encoded."""
    # Noise for weights makes numbers so small that processors handle them a hundred times slower.
    torch.set_flush_denormal(True)
    seconds = options.seconds
    spec = RenderSpec(media.video(640, 360, seconds), media.audio(seconds), length="video", score=False)
    results: dict[str, Any] = {"seconds": seconds, "holds": True}
    makers: dict[str, tuple[Callable[[PlainHost], Any], int]] = {
        "viseme": (spec.make_backend, 0), "musetalk": (_musetalk, 1), "latentsync": (_latentsync, 1),
    }  # fmt: skip
    with PlainHost("cpu") as host:
        for name in options.engines or makers:
            make, levels = makers[name]
            say(f"== {name}")
            backend = make(host)
            assert isinstance(backend, DubBackend)
            results[name] = found = _against_whole(folder, spec, backend, host, seconds)
            print(json.dumps(found), flush=True)
            for each in (found["given cuts"], found["own cuts"]):
                same = each["packets of the sound"] and each["times of the frames"]
                results["holds"] &= same and each["levels apart"] <= levels
    return results


def _musetalk(host: PlainHost) -> DubBackend:
    networks = seeded_musetalk.seeded_vae(), seeded_musetalk.seeded_whisper(), None
    unet = seeded_musetalk.seeded_unet()
    return DubBackend(
        MuseTalkEngine(musetalk.of_networks("v1.5", unet, *networks, host, "split"), MuseTalkSettings())
    )


def _latentsync(host: PlainHost) -> DubBackend:
    networks = seeded_musetalk.seeded_vae(), seeded_musetalk.seeded_whisper(), None
    models = latentsync.of_networks("1.5", seeded_latentsync.seeded_unet(), *networks, host)
    settings = LatentSyncSettings(
        version="1.5", steps=1, guidance=1.0, resolution="64", detail=0.0, colour=0.0
    )
    return DubBackend(LatentSyncEngine(models, settings))


def _against_whole(
    folder: Path, spec: RenderSpec, backend: DubBackend, host: PlainHost, seconds: float
) -> dict[str, Any]:
    started = time.perf_counter()
    whole = folder / "whole.mp4"
    frames = run(backend, spec.request(host), host, whole, 0).frames
    results: dict[str, Any] = {"frames": frames, "took": round(time.perf_counter() - started, 1)}
    given = [frames // 4 + 3, frames // 2 + 1, frames * 3 // 4 + 5]
    for name, cuts in (("given cuts", given), ("own cuts", None)):
        started = time.perf_counter()
        plan, opened = parts.split(spec, backend, host, seconds / PARTS, cuts)
        files = [folder / f"{number}.mp4" for number in range(plan.parts)]
        reports = [
            parts.render_part(plan, number, opened, backend, host, file, 0, spec)
            for number, file in enumerate(files)
        ]
        joined = folder / "joined.mp4"
        parts.join(plan, opened, files, reports, joined)
        results[name] = {
            "borders": list(plan.borders),
            "took": round(time.perf_counter() - started, 1),
            "packets of the sound": _packets(joined, "audio") == _packets(whole, "audio"),
            "times of the frames": _packets(joined, "video") == _packets(whole, "video"),
            "levels apart": _apart(joined, whole),
        }
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
