"""Memory over minutes: footage through `LipSyncApply` on a ComfyUI server that does nothing else.

`python dev.py bench long`: hours of footage up to the first face, as parts of what they may take.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from ..client import SAVE_OPTIONS, ComfyClient, Prompt
from ..memory import RETURN_MEMORY
from ..server import ComfyServer
from ..steps import say
from . import media
from .table import conclude

# Of the face track, and of everything else that may grow with the frames.
BYTES_PER_FRAME = 8 << 10
AUDIO_COPIES = 2
# Of three hours of 360p: seconds until faces are looked for, and until a cancel is answered.
PASSES_SECONDS, ANSWER_SECONDS = 60, 2
# How often a frame of a long group of pictures is decoded, to and fro.
DECODED = 2


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound does not hold."""
    from . import hours, kept_waiting

    parser = argparse.ArgumentParser(prog="dev.py bench long", description=hours.__doc__)
    parser.add_argument("--minutes", type=int, default=180, help="length of the footage (default 180)")
    parser.add_argument("--out", type=Path, default=Path("bench_long.json"))
    options = parser.parse_args(arguments)
    say("== engines without their weights")
    waits = kept_waiting.missing_weights()
    slowest = max(seconds for seconds, _ in waits.values())
    media.FOLDER.mkdir(parents=True, exist_ok=True)
    say(f"== {options.minutes} minutes of 360p")
    clip, sound = media.video(640, 360, 60 * options.minutes), media.verse(60 * options.minutes)
    before = time.process_time()
    passes = hours.passes(clip, sound)
    processor_seconds = time.process_time() - before
    answers = hours.answers(clip, sound)
    say("== 300 shots, and a group of 250 pictures to and fro")
    faces, backwards = hours.faces(), hours.backwards(media.one_group(250))
    ratios = {
        f"missing weights are said, of {kept_waiting.MISSING_SECONDS:g} s": slowest
        / kept_waiting.MISSING_SECONDS,
        f"passes before tracking, of {PASSES_SECONDS} s": sum(passes.values()) / PASSES_SECONDS,
        f"slowest answer to a cancel, of {ANSWER_SECONDS} s": max(filter(None, answers.values()))
        / ANSWER_SECONDS,
        "faces held while tracking, of 8 KB each": faces["bytes per face"] / BYTES_PER_FRAME,
        f"decoding backwards, of {DECODED} times": backwards["decoded per frame"] / DECODED,
    }
    results = {
        "minutes": options.minutes, "passes": passes, "processor_seconds": processor_seconds,
        "answers": answers, "faces": faces, "backwards": backwards, "missing": waits, "ratios": ratios,
        "bounds": {name: ratio <= 1 for name, ratio in ratios.items()},
    }  # fmt: skip
    rows = [
        (f"  missing weights are said: {name}", f"{seconds:.2f} s ({spent:.2f} s of processor time)")
        for name, (seconds, spent) in waits.items()
    ]
    rows += [(f"  {name}", f"{seconds:.2f} s") for name, seconds in passes.items()]
    rows.append(("  processor time of these", f"{processor_seconds:.2f} s"))
    rows += [
        (f"  answer to a cancel: {name}", "done before" if seconds is None else f"{seconds:.3f} s")
        for name, seconds in answers.items()
    ]
    rows += [("held while tracking, of the face track's size", f"{faces['held to track']:.2f}")]
    rows += [(name, f"{ratio:.2f}") for name, ratio in ratios.items()]
    return conclude(results, rows, options.out)


def apply_prompt(clip: str, audio: str, prefix: str, strength: float = 1.0) -> Prompt:
    """Footage and audio, by their names in ComfyUI's input folder, through the viseme backend to an MP4."""
    return {
        "1": {"class_type": "LoadVideo", "inputs": {"file": clip}},
        "2": {"class_type": "LoadAudio", "inputs": {"audio": audio}},
        "3": {"class_type": "LipSyncVisemeBackend", "inputs": {"strength": strength}},
        "4": {
            "class_type": "LipSyncApply",
            "inputs": {
                "source": ["1", 0], "audio": ["2", 0], "backend": ["3", 0], "length": "audio",
                "fill": "pingpong", "silence": "rest", "person": "largest",
            },
        },
        "5": {
            "class_type": "SaveVideo",
            "inputs": {"video": ["4", 0], "filename_prefix": prefix, **SAVE_OPTIONS},
        },
    }  # fmt: skip


def measure(comfy: Path, clip: Path, audio: Path) -> dict[str, Any]:
    """Run one clip on a fresh server; raises RuntimeError where ComfyUI reports an error."""
    base = media.FOLDER / "base"
    log = media.FOLDER / "server.log"
    with ComfyServer(comfy, base, log=log, environment=RETURN_MEMORY) as server:
        prompt = apply_prompt(server.add_input(clip), server.add_input(audio), "bench")
        with ComfyClient(server) as client, server.watch_memory() as peak:
            started = time.perf_counter()
            run = client.run(prompt, timeout=7200)
            seconds = time.perf_counter() - started
        if run.error:
            raise RuntimeError(run.error["exception_message"])
        (result,) = client.output_files(run)
    frames, _ = media.frames_of(result)
    result.unlink()
    return {
        "frames": frames,
        "seconds": seconds,
        "idle_bytes": peak.start,
        "peak_bytes": peak.bytes,
        "growth_bytes": peak.growth,
        "audio_bytes": media.audio_tensor_bytes(audio),
    }


def allowed_growth(audio_bytes: int, frames: int, faces: int = 1) -> int:
    """By how much a long clip may need more memory than a short one."""
    return AUDIO_COPIES * audio_bytes + BYTES_PER_FRAME * faces * frames
