"""Transcribes a file of samples with one engine; prints what memory that took, in MB."""

import json
import sys
from pathlib import Path

import numpy as np
import psutil
import torch  # noqa: F401 (ComfyUI has it loaded anyway)

from lipsync_studio.align.transcribe.faster import FasterWhisper
from lipsync_studio.align.transcribe.sphinx import Sphinx
from lipsync_studio.align.transcribe.timestamped import TimestampedWhisper
from lipsync_studio.devtools.memory import watch_memory
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

engine, model, samples = sys.argv[1:]
transcriber = {
    "whisper-timestamped": lambda: TimestampedWhisper(Path(model), late=0.08),
    "faster-whisper": lambda: FasterWhisper(Path(model), late=0.11),
    "pocketsphinx": Sphinx,
}[engine]()
sound = Sound(np.load(samples)[None], 16000)
with PlainHost("cpu") as host, watch_memory(psutil.Process()) as peak:
    timings = transcriber.transcribe(sound, language="en", content="auto", host=host)
words = len(timings.words())
print(json.dumps({"megabytes": peak.growth / 1e6, "words": words, "end": timings.lines[-1].end}))
