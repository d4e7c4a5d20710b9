"""A long search of PocketSphinx in a process of its own.

The decoder searches a whole sound at once and lets nothing else run meanwhile: no cancel, and no answer of
ComfyUI's server. Its features are normalised over the whole sound, so that it can't be given in pieces.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..engine.errors import AlignmentError
from ..engine.unwritable import unwritable

Segment = tuple[str, int, int]

_CHILD = Path(__file__).with_name("pocket_child.py")
# Seconds between two looks at whether to stop.
_LOOK = 0.2


def searched(
    options: Mapping[str, Any],
    words: Mapping[str, str],
    text: str,
    pcm: bytes,
    check: Callable[[], None],
    begun: bool = False,
) -> list[Segment] | None:
    """Segments of a text on a sound (name, first and last frame); None where no path leads through it.

    options: of `Decoder`. words: phones of those that it doesn't know. pcm: 16 bits, mono. check: called all
    the time; raises to stop. begun: the sound may end before the text does. Raises AlignmentError where the
    process dies, OutputError where nothing can be written to the temporary folder.
    """
    asked = {"options": dict(options), "words": dict(words), "text": text, "begun": begun}
    request = json.dumps(asked).encode()
    try:
        process = _begun(len(request).to_bytes(8, "big") + request + pcm)
    except OSError as error:
        raise unwritable(tempfile.gettempdir(), error) from error
    try:
        answer = _answer(process, check)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode:
        raise AlignmentError(
            f"PocketSphinx's search ended with status {process.returncode}: free some memory, or give it a "
            "shorter sound."
        )
    found: list[list[Any]] | None = json.loads(answer)
    return None if found is None else [(name, first, last) for name, first, last in found]


def _begun(given: bytes) -> subprocess.Popen[bytes]:
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        return subprocess.Popen(
            [sys.executable, str(_CHILD)],
            # The modules beside the script are none of its own.
            env={**os.environ, "PYTHONSAFEPATH": "1"},
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )


def _answer(process: subprocess.Popen[bytes], check: Callable[[], None]) -> bytes:
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=_LOOK)[0]
        check()
