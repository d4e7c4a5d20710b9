"""One measurement in a process of its own: CLIP AUDIO FRAMES ROUNDS. Prints a line of JSON."""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.wav2lip import pipeline as engine
from lipsync_studio.backends.wav2lip.face_box import Pads, track_box
from lipsync_studio.backends.wav2lip.models import of_networks, working_dtype
from lipsync_studio.backends.wav2lip.network import Generator, build_generator, ready
from lipsync_studio.backends.wav2lip.spec import Wav2LipSettings
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import Rect
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.parity import seed

from ..seeded_musetalk import seeded_parser
from .original_wav2lip import run_original
from .sides import PUT_BACK, Stage, run_engine

# Seconds of the sample verse from which on somebody sings; and how much longer than the footage that is, so
# that the original, which stops 0.2 seconds before a sound ends, makes as many frames.
_SUNG, _LONGER = Fraction(1), Fraction(1, 4)

_STAGES: tuple[Stage, ...] = (
    (engine, "frame_face", "crop"),
    (engine, "mel_windows", "hear"),
    (engine, "generate", "network"),
    *PUT_BACK,
)


def main() -> None:
    clip, audio, frames, rounds = sys.argv[1:]
    # Seeded networks make numbers so small that processors handle them a hundred times slower; trained ones
    # don't.
    torch.set_flush_denormal(True)
    print(json.dumps(_rounds(Path(clip), Path(audio), int(frames), int(rounds))))


def _rounds(clip: Path, audio: Path, frames: int, rounds: int) -> list[dict[str, Any]]:
    source = VideoSource(clip, 0.0, float(frames / VideoSource(clip).fps))
    song = Sound.load(audio).cut(_SUNG, frames / source.fps + _LONGER)
    plain = build_generator()
    seed(plain)
    exact, parser = ready(copy.deepcopy(plain)), seeded_parser()
    with tempfile.TemporaryDirectory() as folder, PlainHost("cpu") as host, torch.inference_mode():
        net = ready(copy.deepcopy(plain), working_dtype(Wav2LipSettings(), host))
        track = track_faces(source, host)
        boxes = _boxes(track, source)
        results = []
        for number in range(rounds):
            place = Path(folder) / str(number)
            place.mkdir()
            results.append(
                {
                    "original": run_original(plain, clip, frames, song, boxes, place),
                    "ours": _ours(net, None, source, song, track, place / "ours.mp4", host),
                    "exact": _ours(exact, None, source, song, track, place / "exact.mp4", host),
                    "parsed": _ours(net, parser, source, song, track, place / "parsed.mp4", host),
                }
            )
    return results


def _boxes(track: FaceTrack, source: VideoSource) -> list[Rect]:
    """This engine's, in whole pixels."""
    (person, *_) = track.persons
    boxes = []
    for points in person.landmarks(slice(0, source.frames)):
        box = track_box(points, Pads())
        assert box is not None, "a face is seen in every frame"
        x0, y0, x1, y1 = (round(value) for value in box.bounds)
        boxes.append((max(0, x0), max(0, y0), min(source.size[0], x1), min(source.size[1], y1)))
    return boxes


def _ours(
    net: Generator, parser: nn.Module | None, source: VideoSource, song: Sound, track: FaceTrack, out: Path,
    host: PlainHost,
) -> dict[str, Any]:  # fmt: skip
    models = of_networks(net, parser, None, host)
    settings = Wav2LipSettings() if parser is None else Wav2LipSettings(mask_source="parsing")
    made = engine.Wav2LipEngine(models, settings, lambda: None)
    request = LipSyncRequest(source, song, track=track, content="song", length="video")
    found, painted = run_engine(made, request, host, out, _STAGES)
    models.cache.close()
    assert painted == source.frames
    return found


if __name__ == "__main__":
    main()
