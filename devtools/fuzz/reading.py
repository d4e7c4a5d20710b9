"""What is done with a damaged file, as a process: `python -m lipsync_studio.devtools.fuzz.reading WHOLE`.

It works on a whole file first, so that all is imported and loaded once. A line of standard input is one
file, in JSON: `path`, and `folder` for all that is written; each is worked on in a fork, and answered by a
line with its outcome.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.registry import backends
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.engine.errors import LipSyncError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.overlay.burn import burn
from lipsync_studio.overlay.style import LyricStyle

SECONDS = 20
# Beyond what is allowed, so that the peak shows it, and below what would harm the machine.
_ADDRESSES = 6 << 30
_RESULT = "result.json"
_FRAMES = 200
_WORDS = WordTimings((Line((Word("la", 0.0, 0.1),)),), "en")
_SOUNDS = (".wav", ".mp3", ".flac", ".m4a", ".ogg", ".aac", ".ac3")


def serve(whole: Path) -> None:
    cv2.setNumThreads(1)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as folder:
        work(whole, Path(folder) / "out.mp4")
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_forked(**json.loads(line))), file=answers, flush=True)


def _forked(path: str, folder: str) -> dict[str, Any]:
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _child(Path(path), Path(folder))
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        spent = time.monotonic() - started
        if done:
            break
        if spent > SECONDS:
            os.kill(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
            break
        time.sleep(0.005)
    answer: dict[str, Any] = {"kind": "hang"} if spent > SECONDS else _answer(Path(folder), status)
    return {**answer, "seconds": round(spent, 3), "peak_bytes": used.ru_maxrss << 10}


def _answer(folder: Path, status: int) -> dict[str, Any]:
    if os.WIFSIGNALED(status):
        return {"kind": "crash", "said": signal.Signals(os.WTERMSIG(status)).name}
    result: dict[str, Any] = json.loads((folder / _RESULT).read_text())
    left = [each.name for each in (folder / "temp").iterdir()]
    left += [each.name for each in (folder / "out").iterdir() if each.name != "out.mp4"]
    if left:
        return {"kind": "left behind", "said": ", ".join(left)}
    return result


def _child(path: Path, folder: Path) -> None:
    """Never returns."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    for name in ("temp", "out"):
        (folder / name).mkdir(parents=True)
    tempfile.tempdir = str(folder / "temp")
    try:
        result = work(path, folder / "out" / "out.mp4")
    except BaseException:
        result = {"kind": "foreign", "said": traceback.format_exc(limit=-4)}
    (folder / _RESULT).write_text(json.dumps(result))
    os._exit(0)


def work(path: Path, out: Path) -> dict[str, str]:
    """Read a file in every way there is, then render it. kind: "read", or "refused" with what was said."""
    with PlainHost("cpu") as host:
        try:
            if path.suffix in _SOUNDS:
                _hear(path, out, host)
            else:
                _watch(path, out, host)
        except LipSyncError as error:
            return {"kind": "refused", "said": f"{type(error).__name__}: {error}"}
    return {"kind": "read", "said": ""}


def _hear(path: Path, out: Path, host: PlainHost) -> None:
    sound = Sound.load(path)
    sound.mono()
    sound.all_notes()
    source = VideoSource(path.parents[1] / "seeds" / "h264.mp4", host=host)
    _render(source, sound, out, host)


def _watch(path: Path, out: Path, host: PlainHost) -> None:
    source = VideoSource(path, host=host)
    source.metadata()
    for frame in source.read(0, _FRAMES):
        frame.yuv()
    first = max(source.frames - 4, 0)
    for frame in source.read_reversed(first):
        frame.yuv()
    sound = source.sound()
    source.coded_sound()
    if sound is not None and sound.samples.shape[1]:
        sound.mono()
    if source.frames <= _FRAMES:
        burn(source, _WORDS, LyricStyle(), host, out)
    voice = Sound(np.sin(np.arange(8000) / 9).astype(np.float32)[None], 16000)
    _render(source, voice, out, host)


def _render(source: VideoSource, sound: Sound, out: Path, host: PlainHost) -> None:
    """Half a second at most."""
    spec = backends()["viseme"]
    heard = sound.cut(0, min(sound.duration, Fraction(1, 2)))
    request = LipSyncRequest(source, heard, words=_WORDS, length="shortest", score=False)
    run(spec.make(spec.settings(), host), request, host, out)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
