"""One run of the lyric overlay over a clip. As a process of its own: CLIP; prints its peak memory, bytes."""

from __future__ import annotations

import json
import os
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.overlay.lyrics import LyricOverlay
from lipsync_studio.overlay.style import LyricStyle

from ..memory import watch_memory

RATE = Fraction(30)
NONE = "no lyrics"
_WORDS = ["up", "above", "the", "world", "so", "high", "like", "a", "diamond", "in", "the", "sky"]
_LINE_SECONDS = 3.0


def lyrics(seconds: float) -> WordTimings:
    """Lines of twelve words without a pause."""
    timed = []
    for number in range(int(seconds / _LINE_SECONDS) + 1):
        times = np.linspace(number * _LINE_SECONDS, (number + 1) * _LINE_SECONDS, len(_WORDS) + 1).tolist()
        timed.append(Line(tuple(map(Word, _WORDS, times, times[1:]))))
    return WordTimings(tuple(timed))


def run(clip: Path, effect: str) -> dict[str, float]:
    """Decode, draw, encode: seconds of processor ("cpu") and wall time; "drawing": wall time in it against
    the rest; "draw_ms": its processor time per frame."""
    source = VideoSource(clip)
    begin, busy = time.perf_counter(), time.process_time()
    overlay = None
    if effect != NONE:
        style = LyricStyle(effect=effect)  # type: ignore[arg-type]
        overlay = LyricOverlay(
            source.size, lyrics(float(source.duration)), source.times, source.duration, style
        )
    drawing = passed = 0.0
    with av.open(os.devnull, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "16"})
        stream.width, stream.height = source.size
        stream.pix_fmt = "yuv420p"
        for frame in source.read():
            if overlay is not None:
                started = time.thread_time(), time.perf_counter()
                overlay.draw(frame)
                drawing += time.thread_time() - started[0]
                passed += time.perf_counter() - started[1]
            picture = av.VideoFrame.from_ndarray(frame.planes, format="yuv420p")
            picture.pts = frame.index
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    wall = time.perf_counter() - begin
    return {
        "wall": wall,
        "cpu": time.process_time() - busy,
        "drawing": passed / (wall - passed),
        "draw_ms": 1000 * drawing / source.frames,
    }


def main() -> None:
    with watch_memory(psutil.Process()) as memory:
        run(Path(sys.argv[1]), "karaoke wipe")
    print(json.dumps(memory.growth))


if __name__ == "__main__":
    main()
