"""Aligners that need other versions of packages than this program's, in a Python of their own."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....engine.errors import AlignmentError, MissingFilesError
from ....engine.media.wav import write_wav
from ....engine.partial import TemporaryFolder
from ...letters import Piece
from ..protocol import RATE, Samples
from .windows import Window

if TYPE_CHECKING:
    from ....engine.host.protocol import Host

_RUNNER = Path(__file__).with_name("runner.py")
# Loading, with a download where one is asked for, and work at a pace of a slow processor.
_LOADING, _DOWNLOADING = 600.0, 3600.0
_PACE = 20.0
# Of an engine that doesn't tell how sure it is: neither heard nor unheard.
_UNTOLD = 0.5
# How often it is asked whether to go on.
_LOOK = 0.2
# What is another Python's is not this one's.
_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONSTARTUP")


def interpreter(variable: str, title: str, install: str) -> Path:
    """The Python that an environment variable names. Raises MissingFilesError where it names none.

    It is never a node's input: a workflow from somebody else must not choose what is run."""
    named = os.environ.get(variable, "").strip()
    if not named:
        raise MissingFilesError(
            f"{title} needs other versions of packages than this program, so it runs in a Python of its own: "
            f"make one, run `{install}` with it, and set the environment variable {variable} to its path."
        )
    found = shutil.which(os.path.expanduser(named))
    if found is None:
        raise MissingFilesError(
            f"{variable} names {named}, which is no program: set it to the Python that has {title}."
        )
    return Path(found)


def is_named(variable: str) -> bool:
    return bool(os.environ.get(variable, "").strip())


def run(
    python: Path,
    title: str,
    engine: str,
    samples: Samples,
    windows: Sequence[Window],
    host: Host,
    *,
    language: str,
    model: str,
    download: bool,
) -> list[Piece]:
    """What the engine makes of each window's text, as pieces in order.

    samples: mono float32 [n] at 16 kHz. language, model: as the engine calls them. The process ends with this
    call: also where it takes too long, and where the run is cancelled.
    Raises AlignmentError with what the engine said, or where it takes too long.
    """
    seconds = (_DOWNLOADING if download else _LOADING) + _PACE * samples.size / RATE
    # Of a process that is killed here, the next one deletes it.
    held = TemporaryFolder()
    try:
        folder = held.path
        request = {
            "engine": engine,
            "wav": str(folder / "sound.wav"),
            "language": language,
            "model": model,
            "device": "cuda" if host.device.type == "cuda" else "cpu",
            "download": download,
            "segments": [
                {"start": window.start, "end": window.end, "text": window.text} for window in windows
            ],
        }
        write_wav(folder / "sound.wav", samples[None], RATE)
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        code = _worked(python, title, folder, len(windows), host, seconds)
        return _pieces(folder, title, code)
    finally:
        held.remove()


def _worked(python: Path, title: str, folder: Path, count: int, host: Host, seconds: float) -> int:
    """Run it, telling how far it is; its exit status."""
    stage = f"Aligning ({title})"
    command = [str(python), str(_RUNNER), str(folder / "request.json"), str(folder / "answer.json")]
    variables = {name: value for name, value in os.environ.items() if name not in _OURS}
    # Nothing of ours is to be found beside the script.
    variables["PYTHONSAFEPATH"] = "1"
    host.progress(stage, 0, count, unit="passages")
    with (folder / "errors.txt").open("wb") as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # never written to: it ends with this process
                stdout=subprocess.PIPE,
                stderr=errors,
                env=variables,
                start_new_session=True,
            )
        except OSError as error:
            raise MissingFilesError(
                f"{python} can't be run ({error.strerror or error}): set the variable to the Python that has "
                f"{title}."
            ) from error
        lines: queue.Queue[bytes | None] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        try:
            _followed(lines, stage, count, host, title, time.monotonic() + seconds)
            return process.wait()
        finally:
            _end(process)
            reader.join()


def _followed(
    lines: queue.Queue[bytes | None], stage: str, count: int, host: Host, title: str, until: float
) -> None:
    """Until nothing more is told."""
    while True:
        host.check_cancelled()
        if time.monotonic() > until:
            raise AlignmentError(
                f"{title} takes too long and was ended: give it a shorter sound, or choose another engine."
            )
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=_LOOK)
            if line is None:
                return
            with contextlib.suppress(ValueError, KeyError, TypeError):
                host.progress(stage, min(count, int(json.loads(line)["done"])), count, unit="passages")


def _read(process: subprocess.Popen[bytes], lines: queue.Queue[bytes | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[bytes]) -> None:
    """With what it has started itself."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _pieces(folder: Path, title: str, code: int) -> list[Piece]:
    try:
        answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
        if "error" not in answer:
            return [_piece(word) for segment in answer["segments"] for word in segment]
        reason = str(answer["error"])
    except (OSError, ValueError, KeyError, TypeError):
        said = (folder / "errors.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        reason = f"it ended with status {code}" + (f": {said[-1].strip()}" if said else "")
    raise AlignmentError(
        f"{title} has failed ({reason.rstrip(' .')}): mend that Python's packages, or choose another engine."
    )


def _piece(word: dict[str, Any]) -> Piece:
    start, end = word.get("start"), word.get("end")
    if start is None or end is None:
        return Piece(str(word["text"]), None, None)
    score = word.get("score")
    return Piece(str(word["text"]), float(start), float(end), _UNTOLD if score is None else float(score))
