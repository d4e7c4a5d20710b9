"""Where a command may write: known before it works, and never over what it reads."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..engine.errors import InputError, OutputError
from ..engine.media.writer import check_container
from ..engine.partial import sweep, write_whole
from ..engine.unwritable import remedy, unwritable
from .parser import UsageError

# How the names of options end whose files are texts.
_TEXTS = ("lyrics", "words", "style")


def check_outputs(
    outputs: Mapping[str, Path | None], inputs: Mapping[str, Path | None], *, overwrite: bool
) -> None:
    """outputs, inputs: files by the names of their options, None for those that aren't given. What killed
    runs left in the outputs' folders is deleted.

    Raises OutputError for a name that the system doesn't take, for a folder that doesn't exist or can't be
    written to, for a file that is an input or another output (by whatever name or link), and, unless
    `overwrite`, for any other that exists."""
    read = {name: path for name, path in inputs.items() if path is not None}
    written: dict[str, Path] = {}
    for name, path in outputs.items():
        if path is None:
            continue
        _check_name(name, path)
        _check_folder(name, path)
        for other, used in (read | written).items():
            if _same(path, used):
                raise OutputError(f"{name} would replace {other}, {used}: choose another name.")
        if path.exists() and not path.is_file():
            raise OutputError(f"{path} is no ordinary file: choose another name for {name}.")
        # A link to nowhere would be replaced like a file.
        if os.path.lexists(path) and not overwrite:
            raise OutputError(f"{path} exists: choose another name for {name}, or add --overwrite.")
        written[name] = path


def check_video_name(name: str, path: Path) -> None:
    """Raises UsageError for a file whose ending is no container's that can be written."""
    try:
        check_container(path)
    except OutputError as error:
        raise UsageError(f"argument {name}: {error}") from error


def check_inputs(inputs: Mapping[str, Path | None]) -> None:
    """inputs: as `check_outputs` takes them. Raises InputError for one that isn't there or can't be read,
    before anything slow begins."""
    for name, path in inputs.items():
        if path is None:
            continue
        if path.exists() and not path.is_file() and not path.is_dir():
            # What a pipe holds can be read once, which is enough for a text.
            if name.endswith(_TEXTS):
                continue
            raise InputError(
                f"{path} is no ordinary file, and can be read only once: save what it holds and give "
                f"that file for {name}."
            )
        try:
            with path.open("rb"):
                pass
        except FileNotFoundError as error:
            raise InputError(f"{path} doesn't exist: choose a file that does for {name}.") from error
        except OSError as error:
            cause = "it is a folder" if path.is_dir() else error.strerror
            raise InputError(f"{path} can't be read ({cause}): choose another file for {name}.") from error


def write_report(path: Path, text: str) -> None:
    """Raises OutputError."""
    try:
        write_whole(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise unwritable(path, error) from error


def _check_name(name: str, path: Path) -> None:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass  # of which the folder is asked
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise OutputError(
            f"{path} can't be the name of a file ({cause}): choose another for {name}."
        ) from error


def _check_folder(name: str, path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise OutputError(f"The folder {folder} doesn't exist: make it or choose another for {name}.")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: give {name} the name of a file.")
    sweep(folder)
    try:
        # Rights alone don't tell: a file system may be mounted read-only, or be full.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0")
    except OSError as error:
        # What is no file system of files, such as /proc, says that the folder isn't there.
        what = "choose another folder" if error.errno == errno.ENOENT else remedy(error)
        cause = "it takes no files" if error.errno == errno.ENOENT else error.strerror
        raise OutputError(f"Nothing can be written to {folder} ({cause}): {what}, for {name}.") from error


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them isn't there
        return path.absolute() == other.absolute()
