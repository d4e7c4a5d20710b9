"""Why something can't be written, and what helps: one sentence for each cause."""

from __future__ import annotations

import errno
from pathlib import Path

from .errors import OutputError

# FFmpeg's own errors have none of these numbers; what it hands on from the system has.
_REMEDIES = {
    errno.ENOSPC: "make room on the disk or choose another folder",
    errno.EDQUOT: "make room within your quota or choose another folder",
    errno.EFBIG: "choose a disk that takes files of that size, or raise the limit",
    errno.EROFS: "choose a folder that can be written to",
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOENT: "choose a folder that exists",
    errno.ENOTDIR: "choose a folder that exists",
    errno.EISDIR: "choose another name",
}
# As libraries write it that hand on no number.
_FULL = ("No space left", "disk is full")


def remedy(error: BaseException) -> str:
    """What to do, by the system's number for the cause."""
    number = getattr(error, "errno", None)
    if number is None and any(words in str(error) for words in _FULL):
        number = errno.ENOSPC
    return _REMEDIES.get(number or 0, "choose another folder or name")


def unwritable(path: Path | str, error: BaseException) -> OutputError:
    """What is said of a file that can't be written. error: the system's, or FFmpeg's."""
    cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return OutputError(f'"{path}" can\'t be written ({cause}): {remedy(error)}.')
