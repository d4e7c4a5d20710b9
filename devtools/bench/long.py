"""Memory over minutes: footage through `LipSyncApply` on a ComfyUI server that does nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ..client import SAVE_OPTIONS, ComfyClient, Prompt
from ..server import ComfyServer
from . import media

# Of the face track, and of everything else that the issue lets grow with the frames.
BYTES_PER_FRAME = 8 << 10
AUDIO_COPIES = 2


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
    with ComfyServer(comfy, base, log=media.FOLDER / "server.log") as server:
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
