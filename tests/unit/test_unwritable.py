"""Why something can't be written: each cause has a remedy of its own."""

import errno
import os

import pytest

from lipsync_studio.engine.unwritable import remedy, unwritable


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_room_is_for_what_is_full(number):
    assert "make room" in remedy(OSError(number, os.strerror(number)))


@pytest.mark.parametrize(
    "error",
    [
        *(
            OSError(number, os.strerror(number))
            for number in (errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.ENAMETOOLONG, errno.EIO)
        ),
        ValueError("embedded null byte"),
    ],
)
def test_room_helps_nothing_else(error):
    assert "make room" not in remedy(error)


def test_what_libraries_write_without_a_number():
    assert "make room" in remedy(RuntimeError("I/O error: No space left on device (os error 28)"))


def test_one_sentence():
    error = OSError(errno.EROFS, os.strerror(errno.EROFS))
    said = '"a: b.mp4" can\'t be written (Read-only file system): choose a folder that can be written to.'
    assert str(unwritable("a: b.mp4", error)) == said
