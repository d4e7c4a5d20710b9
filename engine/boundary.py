"""Where errors of libraries and of the system become this pack's own: one sentence, whatever went wrong.

Code that knows what it was doing says it better, and raises its own errors; this is for what is left, at the
edge of nodes and commands.
"""

from __future__ import annotations

import errno
import os
import tempfile

from .errors import DeviceMemoryError, InputError, LipSyncError, OutputError, UnexpectedError, VideoError
from .host.memory import SAID
from .unwritable import remedy

_MEMORY = "The machine's memory doesn't suffice for this: close other programs, or work on a smaller piece."
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
_LONGEST = 200


def own_error(error: Exception) -> LipSyncError:
    """The same as an error of this pack; its own are returned as they are."""
    if isinstance(error, LipSyncError):
        return error
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in SAID):
        return DeviceMemoryError(_MEMORY)
    libraries = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if "av" in libraries:
        return VideoError(f"FFmpeg can't go on ({_cause(error)}): convert the file, or choose another one.")
    if "sqlite3" in libraries and "full" in str(error):
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir())
        return _of_system(full)
    if isinstance(error, OSError) and "PIL" not in libraries:
        return _of_system(error)
    if libraries & {"cv2", "PIL"}:
        return VideoError(f"A picture can't be used ({_cause(error)}): convert it, or choose another one.")
    return UnexpectedError(
        f"Something went wrong that nobody expected ({type(error).__name__}: {_cause(error)}): report it, "
        "with what the log says (on the command line, with LIPSYNC_DEBUG=1)."
    )


def _of_system(error: OSError) -> LipSyncError:
    name = f'"{error.filename}"' if error.filename else "A file"
    if error.errno in _UNWRITABLE:
        return OutputError(f"{name} can't be written ({_cause(error)}): {remedy(error)}.")
    return InputError(f"{name} can't be used ({_cause(error)}): choose another one, or make it accessible.")


def _cause(error: Exception) -> str:
    """In one row, and not a page of it."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    row = " ".join(said.split())
    return row if len(row) <= _LONGEST else f"{row[:_LONGEST]} …"
