"""One run in a process of its own: `python -m lipsync_studio.devtools.bench.case COMFY MODE CLIP AUDIO OUT`.

Prints a line of JSON. Both modes import the same things first, so that memory above idle means the same.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import psutil

from ..memory import watch_memory

# Far shorter than the time for which a batch is held.
_INTERVAL = 0.01


def main() -> None:
    comfy, mode, *paths = sys.argv[1:]
    sys.path.insert(0, comfy)
    from comfy.cli_args import args

    args.cpu = True
    import torch

    from . import batch, streamed

    render = {"streamed": streamed.render, "batch": batch.render}[mode]
    # What ComfyUI runs its nodes under.
    with torch.inference_mode(), watch_memory(psutil.Process(), _INTERVAL) as peak:
        before = time.process_time()
        result = render(*(Path(path) for path in paths))
        # Of all threads: tells a slow run from a busy machine.
        result["cpu_seconds"] = time.process_time() - before
    result.update(idle_bytes=peak.start, peak_bytes=peak.bytes, growth_bytes=peak.growth)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
