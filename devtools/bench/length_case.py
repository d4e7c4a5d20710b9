"""The memory of one run in a process of its own: ENGINE CLIP AUDIO. Prints a line of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import torch

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.dub.protocol import DubEngine
from lipsync_studio.backends.latentsync import models as latentsync_models
from lipsync_studio.backends.latentsync.pipeline import LatentSyncEngine
from lipsync_studio.backends.latentsync.spec import LatentSyncSettings
from lipsync_studio.backends.musetalk import models as musetalk_models
from lipsync_studio.backends.musetalk.pipeline import MuseTalkEngine
from lipsync_studio.backends.musetalk.spec import MuseTalkSettings
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.wav2lip import models as wav2lip_models
from lipsync_studio.backends.wav2lip.network import build_generator, ready
from lipsync_studio.backends.wav2lip.pipeline import Wav2LipEngine
from lipsync_studio.backends.wav2lip.spec import Wav2LipSettings
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.parity import seed

from .. import seeded_latentsync, seeded_musetalk
from ..memory import watch_memory

# Each call makes an engine that has seen no footage, with the same networks.
Make = Callable[[], DubEngine]


def main() -> None:
    engine, clip, audio = sys.argv[1:]
    # Seeded networks make numbers so small that processors handle them a hundred times slower; trained ones
    # don't.
    torch.set_flush_denormal(True)
    with PlainHost("cpu") as host, torch.inference_mode():
        print(json.dumps(_grown(_ENGINES[engine](host), Path(clip), Path(audio), host)))


def _grown(make: Make, clip: Path, audio: Path, host: PlainHost) -> dict[str, Any]:
    voice = Sound.load(audio)
    # What is loaded and reserved once is no matter of length.
    start = VideoSource(clip, 0.0, 1.0)
    run(DubBackend(make()), LipSyncRequest(start, voice, length="video"), host, host.temp_file(".mp4"))
    request = LipSyncRequest(VideoSource(clip), voice)
    with watch_memory(psutil.Process()) as peak:
        report = run(DubBackend(make()), request, host, host.temp_file(".mp4"))
    assert report.generated > report.frames / 2, report.spans
    return {"frames": report.frames, "growth_bytes": peak.growth}


def _latentsync(host: PlainHost) -> Make:
    networks = seeded_latentsync.seeded_unet(), seeded_musetalk.seeded_vae(), seeded_musetalk.seeded_whisper()
    # Faces of 64 pixels: what is held of a frame is its size, not the face's.
    settings = LatentSyncSettings(version="1.5", steps=1, guidance=1.0, resolution="64")  # type: ignore[arg-type]
    return lambda: LatentSyncEngine(latentsync_models.of_networks("1.5", *networks, None, host), settings)


def _wav2lip(host: PlainHost) -> Make:
    """At full size, which is small."""
    net = build_generator()
    seed(net)
    generator = ready(net)
    return lambda: Wav2LipEngine(
        wav2lip_models.of_networks(generator, None, None, host), Wav2LipSettings(), lambda: None
    )


def _musetalk(host: PlainHost) -> Make:
    networks = seeded_musetalk.seeded_unet(), seeded_musetalk.seeded_vae(), seeded_musetalk.seeded_whisper()
    return lambda: MuseTalkEngine(
        musetalk_models.of_networks("v1.5", *networks, None, host, "memory"), MuseTalkSettings()
    )


_ENGINES: dict[str, Callable[[PlainHost], Make]] = {
    "latentsync": _latentsync, "wav2lip": _wav2lip, "musetalk": _musetalk,
}  # fmt: skip


if __name__ == "__main__":
    main()
