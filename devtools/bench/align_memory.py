"""One measurement in a process of its own: ENGINE WHISPER SECONDS. Prints a line of JSON.

What a long sound adds to the memory of a process that has torch loaded, as ComfyUI has: models included.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import psutil
import torch  # noqa: F401 (loaded before memory is watched)

from lipsync_studio.align.chain import AlignOptions, align
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

from .. import corpus
from ..memory import watch_memory


def main() -> None:
    engine, whisper, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    case = corpus.long_speech(seconds)
    sound = Sound(case.samples[None], corpus.RATE)
    started = time.perf_counter()
    with PlainHost("cpu") as host, watch_memory(psutil.Process()) as peak:
        aligned = align(sound, case.lyrics, host, AlignOptions(engine, whisper=whisper))  # type: ignore[arg-type]
    result = {
        "growth_bytes": peak.growth,
        "seconds": time.perf_counter() - started,
        "duration": case.duration,
        "words": len(aligned.timings.words()),
        "engine": aligned.timings.engine,
        "within_300": corpus.errors(case.truth, aligned.timings).within_300,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
