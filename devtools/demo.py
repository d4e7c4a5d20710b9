"""The shipped lyric-video workflow on the sample media, on a real server."""

from __future__ import annotations

import json
from pathlib import Path

from tqdm import tqdm

from .client import ComfyClient, Event, PromptRejected
from .paths import PACK_NAME, ROOT
from .server import ComfyServer
from .steps import say

WORKFLOW = "lyric_video"
PROMPT = ROOT / "tests" / "workflows" / f"{WORKFLOW}.json"
MEDIA = ROOT / "demo"
NOT_MEDIA = {".py", ".md"}


def run(comfy: Path, base: Path, *, keep_serving: bool) -> int:
    """Prints the finished MP4's path as the last line; exit code 1 and the node's sentence if it fails."""
    say("== Starting ComfyUI on the CPU")
    with ComfyServer(comfy, base, log=base / "server.log") as server:
        add_media(server)
        video = _make_video(server)
        if keep_serving:
            if video:
                say(f"The finished video is {video}; this page has its workflow, and Ctrl-C ends the server:")
            print(f"{server.url}/?template={WORKFLOW}&source={PACK_NAME}", flush=True)
            server.wait()
    if video is None:
        return 1
    print(video, flush=True)
    return 0


def add_media(server: ComfyServer) -> None:
    """The sample media into the server's input folder."""
    for path in sorted(MEDIA.iterdir()):
        if path.suffix not in NOT_MEDIA:
            server.add_input(path)


def _make_video(server: ComfyServer) -> Path | None:
    prompt = json.loads(PROMPT.read_text(encoding="utf-8"))
    with ComfyClient(server) as client, ProgressBar(prompt) as bar:
        try:
            finished = client.run(prompt, timeout=3600, on_event=bar.on_event)
        except PromptRejected as rejection:
            say(f"ComfyUI did not accept the workflow:\n{rejection}\nIts log is {server.log}.")
            return None
        videos = [path for path in client.output_files(finished) if path.suffix == ".mp4"]
    if finished.error:
        say(f"{finished.error['node_type']}: {finished.error['exception_message'].strip()}")
        return None
    if not videos:
        say("The workflow ended without a video.")
        return None
    return videos[-1]


class ProgressBar:
    """Shows on the terminal what the front end shows on the nodes."""

    def __init__(self, prompt: dict[str, dict[str, object]]) -> None:
        self._prompt = prompt
        self._bar: tqdm[None] | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def on_event(self, event: Event) -> None:
        if event.kind == "executing" and event.data["node"] is not None:
            self._begin(str(self._prompt[event.data["node"]]["class_type"]))
        elif event.kind == "text":
            self._begin(event.data["text"])
        elif event.kind == "progress" and self._bar is not None:
            self._bar.bar_format = None
            self._bar.total = event.data["max"]
            self._bar.update(event.data["value"] - self._bar.n)

    def _begin(self, title: str) -> None:
        self._end()
        # Many nodes tell no progress; there is a bar from the first figure on.
        self._bar = tqdm(desc=title, bar_format="{desc} {elapsed}", dynamic_ncols=True)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
