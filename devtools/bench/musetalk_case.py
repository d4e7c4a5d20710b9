"""One measurement in a process of its own: CLIP AUDIO FRAMES ROUNDS. Prints a line of JSON."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.dub import job
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.musetalk import pipeline as engine
from lipsync_studio.backends.musetalk.models import MuseTalkModels, of_networks
from lipsync_studio.backends.musetalk.spec import MuseTalkSettings
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.nets.sd_vae import VAE_CONFIG
from lipsync_studio.musetalk_core.unet import UNET_CONFIG

from .. import seeded_musetalk
from .original_musetalk import Original
from .sides import PUT_BACK, Stage
from .stopwatch import Stopwatch

# Seconds of the sample verse from which on somebody sings for two seconds and more.
_SUNG = (1, 4)

# Seconds after a word in which the mouth still moves and fades, and a little less than a frame.
_AROUND_WORDS = 0.15 + 0.08 + 0.01

_STAGES: tuple[Stage, ...] = (
    (job, "track_faces", "track"),
    (engine, "encode_features", "hear"),
    (engine, "encode_crops", "encode"),
    (engine, "predict", "UNet"),
    (engine, "decode", "decode"),
    *PUT_BACK,
)


def main() -> None:
    clip, audio, frames, rounds = sys.argv[1:]
    # Seeded networks make numbers so small that processors handle them a hundred times slower; trained ones
    # don't.
    torch.set_flush_denormal(True)
    print(json.dumps(_speed(Path(clip), Path(audio), int(frames), int(rounds))))


def _speed(clip: Path, audio: Path, frames: int, rounds: int) -> list[dict[str, Any]]:
    source = VideoSource(clip, 0.0, float(frames / VideoSource(clip).fps))
    seconds = frames / source.fps
    voice = Sound.load(audio)
    songs = [voice.cut(Fraction(start), seconds) for start in _SUNG]
    with tempfile.TemporaryDirectory() as folder, PlainHost("cpu") as host, torch.inference_mode():
        networks = (
            seeded_musetalk.seeded_unet(UNET_CONFIG),
            seeded_musetalk.seeded_vae(VAE_CONFIG),
            seeded_musetalk.seeded_whisper(),
            seeded_musetalk.seeded_parser(),
        )
        original = Original(*networks)
        track = track_faces(source, host)
        results = []
        for number in range(rounds):
            place = Path(folder) / str(number)
            place.mkdir()
            # The layout that each side works best with.
            for net in networks[:2]:
                net.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
            result = {"original": original.run(source, songs[0], track, place)}
            models = of_networks("v1.5", *networks, host, f"round {number}")
            result["first"] = _ours(models, source, songs[0], None, place / "first.mp4", host)
            result["second"] = _ours(models, source, songs[1], track, place / "second.mp4", host)
            half = _words_until(seconds / 2)
            result["half"] = _ours(models, source, songs[1], track, place / "half.mp4", host, half)
            models.cache.close()
            results.append(result)
    return results


def _ours(
    models: MuseTalkModels, source: VideoSource, song: Sound, track: FaceTrack | None, out: Path,
    host: PlainHost, words: WordTimings | None = None,
) -> dict[str, Any]:  # fmt: skip
    watch = Stopwatch()
    with contextlib.ExitStack() as stack:
        for owner, attribute, name in _STAGES:
            stack.enter_context(watch.watch(owner, attribute, name))
        started = time.perf_counter()
        request = LipSyncRequest(source, song, track=track, words=words, content="song", length="video")
        backend = DubBackend(engine.MuseTalkEngine(models, MuseTalkSettings()))
        report = run(backend, request, host, out)
        seconds = time.perf_counter() - started
    assert report.generated == (source.frames if words is None else source.frames // 2), report.spans
    return {"seconds": seconds, "stages": {**watch.seconds, "other": watch.rest(seconds)}}


def _words_until(seconds: Fraction) -> WordTimings:
    """Somebody speaks up to then, margins and fade included."""
    return WordTimings((Line((Word("half", -1.0, float(seconds) - _AROUND_WORDS),)),), "en")


if __name__ == "__main__":
    main()
