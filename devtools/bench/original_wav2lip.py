"""Wav2Lip's own order of work, with a network of the same shape: what this engine is measured against.

All frames are read, then the sound's spectrogram is made; per batch of 128 faces are cut out and resized, the
network runs on them as it was trained (batch norms apart, channels first), and each is pasted and written to
a lossy AVI, which in the end is coded again, with the sound. Boxes are given: neither side looks for faces.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import torch

from lipsync_studio.backends.wav2lip.mel import parity_starts
from lipsync_studio.backends.wav2lip.network import SIDE, Generator
from lipsync_studio.engine.media.colour import Rect
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.nets.wav2lip_mel import RATE, column_count, mel_columns

from .sides import measured
from .stopwatch import Stopwatch

_BATCH = 128
_WINDOW = 16


def run_original(
    net: Generator, clip: Path, frames: int, song: Sound, boxes: list[Rect], folder: Path
) -> dict[str, Any]:
    """What was measured of the first frames of a clip."""
    watch = Stopwatch()
    with measured(watch) as found:
        with watch.stage("read"):
            pictures, fps = _read(clip, frames)
        with watch.stage("hear"):
            samples = song.mono(RATE)
            columns = column_count(samples.size)
            mel = mel_columns(samples, 0, columns, mirrored=True).numpy()
            starts = parity_starts(columns, float(fps))[: len(pictures)]
            sound = [mel[:, start : start + _WINDOW] for start in starts]
        rough = folder / "result.avi"
        height, width = pictures[0].shape[:2]
        with av.open(str(rough), "w") as target:
            stream = target.add_stream("mpeg4", rate=fps)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for first in range(0, len(pictures), _BATCH):
                batch = slice(first, first + _BATCH)
                with watch.stage("crop"):
                    whole = np.asarray(
                        [
                            cv2.resize(picture[y0:y1, x0:x1], (SIDE, SIDE))
                            for picture, (x0, y0, x1, y1) in zip(pictures[batch], boxes[batch], strict=True)
                        ]
                    )
                    masked = whole.copy()
                    masked[:, SIDE // 2 :] = 0
                    faces = np.concatenate([masked, whole], axis=3) / 255.0
                with watch.stage("network"), torch.inference_mode():
                    painted = net(
                        torch.FloatTensor(faces.transpose(0, 3, 1, 2)),
                        torch.FloatTensor(np.asarray(sound[batch])[:, None]),
                    )
                    levels = painted.numpy().transpose(0, 2, 3, 1) * 255.0
                for picture, face, (x0, y0, x1, y1) in zip(
                    pictures[batch], levels, boxes[batch], strict=True
                ):
                    with watch.stage("paste"):
                        picture[y0:y1, x0:x1] = cv2.resize(face.astype(np.uint8), (x1 - x0, y1 - y0))
                    with watch.stage("write AVI"):
                        target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            target.mux(stream.encode(None))
        with watch.stage("encode video"):
            _code_again(rough, folder / "result.mp4", fps)
    return found


def _read(clip: Path, frames: int) -> tuple[list[np.ndarray], Fraction]:
    """uint8 BGR [h, w, 3] each, and their rate."""
    with av.open(str(clip)) as source:
        stream = source.streams.video[0]
        pictures = []
        for frame in source.decode(stream):
            pictures.append(frame.to_ndarray(format="bgr24"))
            if len(pictures) == frames:
                break
        return pictures, Fraction(stream.average_rate or 25)


def _code_again(rough: Path, result: Path, fps: Fraction) -> None:
    """With the encoder's own settings, which is what the original's command leaves them at; the sound is left
    out."""
    with av.open(str(rough)) as source, av.open(str(result), "w") as target:
        stream = target.add_stream("libx264", rate=fps)
        pictures = source.streams.video[0]
        stream.width, stream.height, stream.pix_fmt = pictures.width, pictures.height, "yuv420p"
        for frame in source.decode(pictures):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
