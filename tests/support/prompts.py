"""Nodes of ComfyUI's API format, and what was shown by the run of a prompt."""

from __future__ import annotations

import json
from typing import Any

from lipsync_studio.devtools.client import SAVE_OPTIONS
from lipsync_studio.devtools.paths import ROOT


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def save_video(*video: Any, prefix: str) -> dict[str, Any]:
    """video: the output it comes from."""
    return node("SaveVideo", video=list(video), filename_prefix=prefix, **SAVE_OPTIONS)


def track_faces(*source: Any) -> dict[str, Any]:
    """source: the output that has the faces."""
    options = {"detector": "auto", "min_confidence": 0.5, "max_gap": 0.4, "max_faces": 8}
    return node("LipSyncFaceTrack", source=list(source), **options)


def show(*link: Any) -> dict[str, Any]:
    return node("PreviewAny", source=list(link))


def finished(client: Any, prompt: dict[str, Any]) -> Any:
    """The run of a prompt, which has to succeed."""
    run = client.run(prompt)
    assert run.error is None, run.error
    return run


def shown(run: Any, key: str) -> str:
    """The text that a node shows."""
    return run.history["outputs"][key]["text"][0]


def report_of(run: Any, key: str = "report") -> Any:
    """The JSON that a node shows."""
    return json.loads(shown(run, key))


def shipped_portrait(engine: str, audio: str, fps: int, **settings: Any) -> dict[str, Any]:
    """The template that makes a portrait speak, with another of its engines wired, set to `settings`."""
    made = json.loads((ROOT / "tests" / "workflows" / "talking_portrait.json").read_text(encoding="utf-8"))
    (wired,) = [key for key, each in made.items() if each["class_type"] == engine]
    made[wired]["inputs"] |= settings
    for each in made.values():
        if each["class_type"] == "LoadAudio":
            each["inputs"]["audio"] = audio
        if each["class_type"] == "LipSyncApply":
            each["inputs"] |= {"backend": [wired, 0], "lyrics": "", "fps": fps}
    return made
