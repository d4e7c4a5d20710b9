"""The commands of `python -m lipsync_studio`, one module each."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from functools import partial

from ..engine.boundary import own_error
from ..engine.errors import Cancelled, LipSyncError
from . import (
    align,
    backends,
    batch,
    check,
    cloud,
    consent,
    did,
    lyric_video,
    overlay,
    parity,
    render,
    score,
    weights,
)
from .parser import DONE, FAILED, STOPPED, USAGE, Parser, UsageError
from .quiet import quiet_libraries
from .termination import Terminated, terminable
from .version import version

# Set, it has errors that nobody expected printed with all that led to them.
DEBUG_VARIABLE = "LIPSYNC_DEBUG"
_COMMANDS = (
    render,
    lyric_video,
    batch,
    overlay,
    align,
    score,
    backends,
    check,
    parity,
    weights,
    consent,
    did,
    cloud,
)
_log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Run a command. 0: done and whole; 1: an error, said in one sentence; 2: a wrong call, by SystemExit
    where argparse finds it; 130: stopped by the user; 128 and a signal's number: stopped by that. `did` and
    `cloud` have one more of their own."""
    if sys.stderr is None:
        # As where a service closes it: what is said there is meant for nobody.
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 it is open until the end
    for stream in (sys.stdout, sys.stderr):
        # Names of files may hold what a terminal's encoding doesn't.
        with suppress(AttributeError, OSError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    own = {did.NAME: did.main, cloud.NAME: cloud.main}.get(arguments[0] if arguments else "")
    if own is not None:
        return _guarded(partial(own, arguments[1:]))
    options = parser().parse_args(arguments)
    stopped = getattr(options, "stopped", "Stopped; nothing was written.")
    with quiet_libraries() if getattr(options, "quiet", False) else nullcontext():
        return _guarded(lambda: options.run(options), stopped)


def parser() -> Parser:
    """Of the whole command line."""
    made = Parser(
        prog="lipsync_studio",
        description="Lip-sync video to a voice or a song. Exit code 0: done; 1: an error; 2: a wrong call.",
        examples=(
            "render --source clip.mp4 --audio voice.wav --out spoken.mp4",
            "lyric-video --source clip.mp4 --audio song.mp3 --lyrics song.txt --out video.mp4",
            "COMMAND --help",
        ),
    )
    made.add_argument("--version", action="version", version=f"LipSync Studio {version()}")
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add_parser(commands)
    return made


def _guarded(run: Callable[[], int | None], stopped: str = "Stopped.") -> int:
    """The exit code of a command: no exception leaves it."""
    try:
        with terminable():
            code = run() or DONE
        # Else a full disk behind a pipe would be found when nobody can say so any more.
        sys.stdout.flush()
        return code
    except (Cancelled, KeyboardInterrupt) as error:
        with suppress(OSError):  # the terminal may be what is gone
            print(stopped, file=sys.stderr, flush=True)
        return error.code if isinstance(error, Terminated) else STOPPED
    except BrokenPipeError:
        # Nobody reads on; what is left is not to be flushed at the end either.
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if not isinstance(error, LipSyncError):
            _log.debug("An error that nobody expected", exc_info=True)
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        print(f"Error: {own_error(error)}", file=sys.stderr)
        return USAGE if isinstance(error, UsageError) else FAILED
