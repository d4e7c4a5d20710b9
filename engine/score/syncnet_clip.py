"""A clip as SyncNet sees it: the face cut out at 25 frames a second, as the published pipeline does.

The published pipeline finds faces with S3FD; here the box of our mesh stands for S3FD's, forehead to chin and
cheek to cheek, as both are drawn (WIDER FACE, Yang et al. 2016). Figures of the two differ a little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from ..faces.finish import runs
from ..faces.track import Person
from ..host.protocol import Host
from ..media.colour import to_rgb
from ..media.source import Source
from .score import Lse
from .syncnet import FPS, SIDE, WINDOW, SyncNet, lse, mfcc, window_count, windows

# As published: how much the crop is larger than the face, frames whose median counts, and the grey outside.
_SCALE, _MEDIAN, _OUTSIDE = 0.4, 13, 110
# Windows a batch; the lips' tower takes 400 MB for these.
_BATCH = 8
_ACTIVATION_BYTES = 500 << 20


def lse_of(
    video: Source, people: Sequence[Person], samples16k: np.ndarray, syncnet: SyncNet, host: Host
) -> Lse | None:
    """The longest stretch of a face without a break, with its sound; None where there is no window of it."""
    stretches = [(person, run) for person in people for run in runs(person.seen)]
    if not stretches:
        return None
    person, run = max(stretches, key=lambda each: each[1].stop - each[1].start)
    # Of fewer the median takes the zeros.
    if run.stop - run.start <= _MEDIAN // 2:
        return None
    first, last = person.first + run.start, person.first + run.stop - 1
    begins = video.times.seconds()
    # The frames of 25 a second, and which of the video's each shows.
    start = begins[first]
    end = begins[last] + 1 / float(video.fps)
    # A time that is the frame's own up to rounding.
    at = np.arange(start, end - 1e-6, 1 / FPS)
    shown = np.searchsorted(begins, at + 1e-6, "right") - 1
    pcm = np.round(np.clip(samples16k[round(start * 16000) : round(end * 16000)], -1, 1) * 32767)
    count = window_count(len(shown), len(pcm))
    if count < 1:
        return None
    squares = crop_squares(person.boxes[run])
    with host.resident(syncnet.model, activation_bytes=_ACTIVATION_BYTES):
        lips = _lips(_faces(video, shown, squares, first), count, syncnet, host)
        voice = _in_batches(syncnet.voice, windows(mfcc(pcm), count))
    return lse(lips, voice)


def crop_squares(boxes: np.ndarray) -> np.ndarray:
    """Half sizes and centres float64 [n, 3] (half, x, y) of boxes [n, 4], without jitter."""
    x0, y0, x1, y1 = boxes.T.astype(float)
    raw = np.stack([np.maximum(x1 - x0, y1 - y0) / 2, (x0 + x1) / 2, (y0 + y1) / 2], axis=1)
    # The published median sees zeros beyond the ends.
    padded = np.pad(raw, ((_MEDIAN // 2, _MEDIAN // 2), (0, 0)))
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, _MEDIAN, axis=0), axis=-1)


def cut_face(bgr: np.ndarray, half: float, x: float, y: float) -> np.ndarray:
    """uint8 [224, 224, 3]: 1.4 halves left and right of the centre, one above and 1.8 below."""
    edge = int(half * (1 + 2 * _SCALE))
    wide = cv2.copyMakeBorder(bgr, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(_OUTSIDE,) * 3)
    rows = slice(int(y + edge - half), int(y + edge + half * (1 + 2 * _SCALE)))
    columns = slice(int(x + edge - half * (1 + _SCALE)), int(x + edge + half * (1 + _SCALE)))
    return cv2.resize(wide[rows, columns], (SIDE, SIDE))


def _faces(video: Source, shown: np.ndarray, squares: np.ndarray, first: int) -> Iterator[np.ndarray]:
    """The face in each frame of 25 a second."""
    position = 0
    for frame in video.read(int(shown[0]), int(shown[-1]) + 1):
        if shown[position] != frame.index:
            continue
        face = cut_face(to_rgb(frame)[..., ::-1], *squares[frame.index - first])
        while position < len(shown) and shown[position] == frame.index:
            yield face
            position += 1


def _lips(faces: Iterator[np.ndarray], count: int, syncnet: SyncNet, host: Host) -> np.ndarray:
    found: list[np.ndarray] = []
    held: list[np.ndarray] = []
    done = 0
    for face in faces:
        held.append(face)
        ready = min(len(held) - WINDOW + 1, count - done)
        if ready == _BATCH or (ready > 0 and done + ready == count):
            clip = np.stack(held).transpose(3, 0, 1, 2).astype(np.float32)
            found.append(syncnet.lips(np.stack([clip[:, i : i + WINDOW] for i in range(ready)])))
            held, done = held[ready:], done + ready
            host.progress("Comparing lips and voice (SyncNet)", done, count)
        if done == count:
            break
    return np.concatenate(found)


def _in_batches(call: Callable[[np.ndarray], np.ndarray], values: np.ndarray) -> np.ndarray:
    return np.concatenate([call(values[i : i + _BATCH]) for i in range(0, len(values), _BATCH)])
