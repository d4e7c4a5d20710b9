"""One measurement in a process of its own: CLIP AUDIO FRAMES STEPS ROUNDS. Prints a line of JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch

from lipsync_studio.backends.latentsync import denoise
from lipsync_studio.backends.latentsync import pipeline as engine
from lipsync_studio.backends.latentsync.models import of_networks
from lipsync_studio.backends.latentsync.spec import LatentSyncSettings
from lipsync_studio.backends.latentsync.unet import UNET_CONFIG
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.nets.sd_vae import VAE_CONFIG

from .. import seeded_latentsync, seeded_musetalk
from .original_latentsync import Original
from .sides import PUT_BACK, Stage, run_engine

VERSION = "1.5"
# Seconds of the sample verse from which on somebody sings; and how much longer than the footage the sound is.
_SUNG, _LONGER = Fraction(1), Fraction(1, 4)

_STAGES: tuple[Stage, ...] = (
    (engine, "encode_features", "hear"),
    (engine, "condition", "encode"),
    (denoise, "predict", "UNet"),
    (engine, "decode", "decode"),
    *PUT_BACK,
)


def main() -> None:
    clip, audio, frames, steps, rounds = sys.argv[1:]
    # Seeded networks make numbers so small that processors handle them a hundred times slower; trained ones
    # don't.
    torch.set_flush_denormal(True)
    print(json.dumps(_rounds(Path(clip), Path(audio), int(frames), int(steps), int(rounds))))


def _rounds(clip: Path, audio: Path, frames: int, steps: int, rounds: int) -> list[dict[str, Any]]:
    source = VideoSource(clip, 0.0, float(frames / VideoSource(clip).fps))
    song = Sound.load(audio).cut(_SUNG, frames / source.fps + _LONGER)
    settings = LatentSyncSettings(version=VERSION, steps=steps)
    with tempfile.TemporaryDirectory() as folder, PlainHost("cpu") as host, torch.inference_mode():
        unet, vae = seeded_latentsync.seeded_unet(UNET_CONFIG), seeded_musetalk.seeded_vae(VAE_CONFIG)
        whisper, parser = seeded_musetalk.seeded_whisper(), seeded_musetalk.seeded_parser()
        original = Original(unet, vae, whisper, settings.side)
        track = track_faces(source, host)
        results = []
        for number in range(rounds):
            place = Path(folder) / str(number)
            place.mkdir()
            # The layout that each side works best with.
            vae.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
            result = {
                "original": original.run(
                    clip, frames, song, track.persons[0], place, steps, settings.guidance
                )
            }
            models = of_networks(VERSION, unet, vae, whisper, parser, host)
            request = LipSyncRequest(source, song, track=track, content="song", length="video")
            made = engine.LatentSyncEngine(models, settings)
            result["ours"], painted = run_engine(made, request, host, place / "ours.mp4", _STAGES)
            assert painted == source.frames
            models.cache.close()
            results.append(result)
    return results


if __name__ == "__main__":
    main()
